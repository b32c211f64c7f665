/** What registrations, value mappings and fiducials say, as tables to read. */
import { items, numbers, text, type DataSet } from '../core/dicom-json';
import { fiducialsOf } from '../core/fiducials';
import { significant } from '../core/figures';
import { t } from '../core/language';
import { meaning } from '../core/segments';
import { readMapping } from './real-world';
import { isApplied } from './registration';

/** lines: names and values; matrix: four rows of four, as written. */
export interface RelationTable {
  title: string;
  lines: readonly (readonly [string, string])[];
  matrices: readonly (readonly (readonly string[])[])[];
}

const MOST = 500;

export function relationsOf(ds: DataSet): RelationTable[] {
  return [...registrations(ds), ...deformations(ds), ...mappings(ds), ...fiducials(ds)].slice(0, MOST);
}

function registrations(ds: DataSet): RelationTable[] {
  return items(ds, '00700308').map((one, i) => {
    const steps = items(one, '00700309').flatMap((r) => items(r, '0070030A'));
    return {
      title: t('Registration {number}', { number: i + 1 }),
      lines: [...fromTo(text(one, '00200052'), ds, one), [t('Type'), steps.map((s) => text(s, '0070030C')).join(', ')], ...faults(steps), ...comments(one)],
      matrices: steps.map(rowsOf),
    };
  });
}

/** Singular, or not what it says it is. */
function faults(steps: readonly DataSet[]): [string, string][] {
  return steps.every(isApplied) ? [] : [[t('Note'), t('The matrix is not applied: it is none, is flat, or is called rigid and is not.')]];
}

function comments(one: DataSet): [string, string][] {
  return items(one, '00700309').flatMap((r) => [[t('Method'), meaning(r, '0070030D')], [t('Comment'), text(r, '300600C8')]] as [string, string][]).filter(([, v]) => v);
}

function deformations(ds: DataSet): RelationTable[] {
  return items(ds, '00640002').map((one, i) => {
    const [grid] = items(one, '00640005');
    const list = (tag: string) => numbers(grid, tag).map((v) => significant(v, 5)).join(' × ');
    return {
      title: t('Deformable registration {number}', { number: i + 1 }),
      lines: [
        ...fromTo(text(one, '00640003'), ds, one),
        ...(grid ? ([[t('Grid'), list('00640007')], [t('Resolution'), `${list('00640008')} mm`], [t('Begins at'), numbers(grid, '00200032').map((v) => significant(v, 5)).join(', ')]] as [string, string][]) : ([[t('Grid'), t('none')]] as [string, string][])),
        [t('Before and after'), t('the matrices below: before, then after the deformation')],
      ],
      matrices: [...items(one, '0064000F'), ...items(one, '00640010')].map(rowsOf),
    };
  });
}

function fromTo(from: string, ds: DataSet, one: DataSet): [string, string][] {
  const images = items(one, '00081140').length;
  return [[t('From'), from || t('{count} images', { count: images })], [t('To'), text(ds, '00200052')], ...(images ? ([[t('Images'), String(images)]] as [string, string][]) : [])];
}

function rowsOf(step: DataSet): string[][] {
  const m = numbers(step, '300600C6');
  return [0, 4, 8, 12].map((at) => m.slice(at, at + 4).map((v) => significant(v, 7)));
}

function mappings(ds: DataSet): RelationTable[] {
  return items(ds, '00409094').flatMap((one) =>
    items(one, '00409096').map((item) => {
      const read = readMapping(item);
      const mapping = typeof read === 'string' ? undefined : read;
      const range = [numbers(item, '00409216')[0] ?? numbers(item, '00409214')[0], numbers(item, '00409211')[0] ?? numbers(item, '00409213')[0]];
      const table = numbers(item, '00409212').length;
      const slope = [numbers(item, '00409225')[0], numbers(item, '00409224')[0]];
      return {
        title: mapping?.explanation || mapping?.label || t('Real world values'),
        lines: ([
          [t('Quantity'), mapping?.quantity ?? ''],
          [t('Unit'), mapping?.unit || meaning(item, '004008EA')],
          [t('Values'), table ? t('table of {count} entries', { count: table }) : slope[0] === undefined ? t('it maps nothing') : `× ${significant(slope[0], 6)} + ${significant(slope[1] ?? 0, 6)}`],
          [t('Not read'), typeof read === 'string' ? read : ''],
          [t('Stored values'), range.map((v) => (v === undefined ? '' : significant(v, 8))).join(' … ')],
          [t('Images'), String(items(one, '00081140').length)],
        ] as [string, string][]).filter(([, v]) => v),
        matrices: [],
      };
    }),
  );
}

function fiducials(ds: DataSet): RelationTable[] {
  return fiducialsOf(ds).map((f) => ({
    title: f.name,
    lines: ([
      [t('Description'), f.description],
      [t('Shape'), f.shape],
      [t('Frame of reference'), f.frame],
      [t('Place'), [...f.points.slice(0, 20).map((p) => `(${p.map((v) => significant(v, 6)).join(', ')})`), ...f.onImages.slice(0, 20).flatMap((on) => on.points.slice(0, 20).map((p) => `[${p.map((v) => significant(v, 6)).join(', ')}]`))].join(' ')],
    ] as [string, string][]).filter(([, v]) => v),
    matrices: [],
  }));
}

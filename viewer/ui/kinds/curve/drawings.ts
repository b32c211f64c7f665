/** What an object of the retired standalone classes, or a palette, has to draw. */
import { curveHeads, readCurve, type CurveFault } from '../../../core/curves';
import { item, items, numbers, text, type DataSet } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import { distantLuts, readLut, readPalette, type Palette } from '../../../core/luts';
import { bulkBytes, fetchBulk } from '../../stage/bulk-source';
import type { Line } from './chart';

export interface Drawing {
  name: string;
  across: string;
  up: string;
  lines: Line[];
  /** Drawn as colours above the lines. */
  palette?: Palette;
}

export interface Drawings {
  drawings: Drawing[];
  /** What cannot be drawn: one sentence each. */
  notes: string[];
}

/** Rejects only when the server does not give the values. */
export async function drawingsOf(ds: DataSet): Promise<Drawings> {
  const notes: string[] = [];
  const drawings: Drawing[] = [];
  for (const head of curveHeads(ds)) {
    const curve = readCurve(ds, head, await bulkBytes(head.data));
    if (typeof curve === 'string') {
      notes.push(faultWords(curve, head.name || head.group));
      continue;
    }
    const axis = (i: number) => [curve.labels[i], unitWords(curve.units[i] ?? '')].filter(Boolean).join(' · ');
    if (curve.xs.length < head.points) notes.push(t('The data of curve {name} end after {there} of {said} points.', { name: head.name || head.group, there: curve.xs.length, said: head.points }));
    if (curve.dimensions > 2) notes.push(t('Curve {name} has {count} dimensions: the first two are drawn.', { name: head.name || head.group, count: curve.dimensions }));
    drawings.push({ name: [curve.name, curve.kind].filter(Boolean).join(' · ') || t('Curve'), across: axis(0) || t('number of the point'), up: axis(1), lines: [{ name: curve.name, colour: '', xs: curve.xs, ys: curve.ys }] });
  }
  for (const attribute of distantLuts(ds)) await fetchBulk(attribute);
  addTables(ds, drawings, notes);
  if ('00281201' in ds || '00281221' in ds) addPalette(ds, drawings, notes);
  if (!drawings.length && !notes.length) notes.push(t('The object has no curve, table or palette.'));
  return { drawings, notes };
}

/** Modality and VOI LUTs (PS3.3 C.11.1, C.11.2): output over input; windows as the line they stand for. */
function addTables(ds: DataSet, drawings: Drawing[], notes: string[]): void {
  for (const [tag, name] of [['00283000', t('Modality table')], ['00283010', t('VOI table')]] as const) {
    for (const table of items(ds, tag).slice(0, 16)) {
      const lut = readLut(table, numbers(table, '00283002')[1] !== undefined && table['00283002']?.vr === 'SS');
      if (!lut) {
        notes.push(t('A table cannot be drawn: its descriptor and its data do not fit.'));
        continue;
      }
      drawings.push({
        name: [name, lut.explanation?.slice(0, 64)].filter(Boolean).join(' · '), across: t('stored value'), up: text(table, '00283004').slice(0, 16) || t('output'),
        lines: [{ name, colour: '', xs: Float64Array.from(lut.entries, (_, i) => lut.first + i), ys: Float64Array.from(lut.entries) }],
      });
    }
  }
  const [centres, widths] = [numbers(ds, '00281050'), numbers(ds, '00281051')];
  centres.slice(0, 16).forEach((centre, i) => {
    const width = widths[i];
    if (item(ds, '00283010') || width === undefined || !(width >= 1)) return;
    // LINEAR: C.11.2.1.2.1.
    const [low, high] = [centre - 0.5 - (width - 1) / 2, centre - 0.5 + (width - 1) / 2];
    drawings.push({ name: t('Window {centre} / {width}', { centre, width }), across: t('input'), up: t('output, %'), lines: [{ name: '', colour: '', xs: Float64Array.of(low - width / 4, low, high, high + width / 4), ys: Float64Array.of(0, 0, 100, 100) }] });
  });
}

function addPalette(ds: DataSet, drawings: Drawing[], notes: string[]): void {
  const palette = readPalette(ds, false);
  if (!palette) {
    notes.push(t('The palette cannot be drawn: its descriptors and its data do not fit.'));
    return;
  }
  const xs = Float64Array.from(palette.red, (_, i) => palette.first + i);
  const line = (name: string, colour: string, values: Uint16Array): Line => ({ name, colour, xs, ys: Float64Array.from(values) });
  drawings.push({
    name: (text(ds, '00700080') || text(ds, '00700081') || t('Palette')).slice(0, 64), across: t('stored value'), up: t('red, green, blue'), palette,
    lines: [line(t('red'), '#e0564f', palette.red), line(t('green'), '#4fae5d', palette.green), line(t('blue'), '#5b8fe0', palette.blue)],
  });
}

function faultWords(fault: CurveFault, name: string): string {
  if (fault === 'dimensions') return t('Curve {name} cannot be drawn: its number of dimensions cannot be.', { name });
  return fault === 'form' ? t('Curve {name} cannot be drawn: its form of values is not known.', { name }) : t('Curve {name} cannot be drawn: it has no points.', { name });
}

/** Axis Units (PS3.3-2004 C.10.2.1.3) as units are written; others as they stand. */
const UNITS: Record<string, string> = { SEC: 's', MSEC: 'ms', MM: 'mm', CM: 'cm', CM2: 'cm²', ML: 'mL', BPM: '/min', PIXL: 'px', DEGR: '°', KPA: 'kPa', PERCENT: '%', NONE: '', DPPX: '', MGML: 'mg/mL', MLMIN: 'mL/min' };

function unitWords(unit: string): string {
  const known = unit.toUpperCase();
  return Object.hasOwn(UNITS, known) ? UNITS[known] as string : unit;
}

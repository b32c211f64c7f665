/** Regions of an ultrasound image in words: what each is and what a pixel of it measures (PS3.3 C.8.5.5). */
import { figure } from '../core/figures';
import { items, number, type DataSet } from '../core/dicom-json';
import { t } from '../core/language';
import { spanOf, unitOf } from '../core/ultrasound';

export interface RegionWords {
  /** Pixels from 0, both ends included; undefined where it lies outside the image or is none. */
  box: { left: number; top: number; right: number; bottom: number } | undefined;
  name: string;
  /** Scales, or why it has none. */
  scales: string;
}

/** Region Spatial Format. */
const FORMATS: Record<number, string> = { 1: '2D', 2: 'M-mode', 3: t('Spectrum'), 4: t('Curve'), 5: t('Graphics {#ultrasound region}') };
/** Region Data Type. */
const TYPES: Record<number, string> = {
  1: t('tissue'), 2: t('colour flow'), 3: t('PW Doppler'), 4: t('CW Doppler'), 5: t('Doppler mean'), 6: t('Doppler mode'), 7: t('Doppler maximum'), 8: t('volume trace'),
  10: t('change of volume'), 11: t('ECG trace'), 12: t('pulse trace'), 13: t('phonocardiogram'), 14: t('grey bar'), 15: t('colour bar'), 16: t('backscatter'), 17: t('area trace'), 18: t('change of area'), 19: t('other trace'),
};
const MOST = 64;

export function regionsOf(ds: DataSet, columns: number, rows: number): RegionWords[] {
  return items(ds, '00186011').slice(0, MOST).map((r) => {
    const name = [FORMATS[number(r, '00186012') ?? 0], TYPES[number(r, '00186014') ?? 0]].filter(Boolean).join(', ') || t('Region without a type');
    return { name, box: boxOf(r, columns, rows), scales: scalesOf(r) };
  });
}

function boxOf(r: DataSet, columns: number, rows: number): RegionWords['box'] {
  const [left, top, right, bottom] = ['00186018', '0018601A', '0018601C', '0018601E'].map((tag) => number(r, tag) ?? NaN) as [number, number, number, number];
  if (!(right > left && bottom > top && left < columns && top < rows && right >= 0 && bottom >= 0)) return undefined;
  return { left: Math.max(left, 0), top: Math.max(top, 0), right: Math.min(right, columns - 1), bottom: Math.min(bottom, rows - 1) };
}

function scalesOf(r: DataSet): string {
  const axis = (delta: string, code: string, sign: string) => {
    const step = number(r, delta);
    const unit = unitOf(number(r, code));
    return step && unit ? `${sign} ${figure(Math.abs(step), 5)} ${unit}` : '';
  };
  const axes = [axis('0018602C', '00186024', '↔'), axis('0018602E', '00186026', '↕')].filter(Boolean);
  return axes.length ? t('{scales} a pixel', { scales: axes.join(', ') }) : t('no scale');
}

/** What a caliper between two places says: a distance in mm, or time with velocity or depth and the slope; a sentence where nothing can be said. */
export function caliperWords(ds: DataSet, a: readonly [number, number], b: readonly [number, number]): string[] {
  const span = spanOf(ds, a, b);
  if (!span) return [t('Both ends must lie in one region.')];
  const { x, y } = span;
  if (x?.unit === 'cm' && y?.unit === 'cm') return [`${figure(10 * Math.hypot(x.value, y.value), 2)} mm`];
  const each = [x, y].flatMap((axis) => (axis ? [`${figure(Math.abs(axis.value), 3)} ${axis.unit}`] : []));
  if (!each.length) return [t('This region has no scale.')];
  const seconds = x?.unit === 's' ? Math.abs(x.value) : 0;
  if (!seconds) return each;
  const slope = y ? [`${figure(Math.abs(y.value) / seconds, 2)} ${y.unit}${y.unit.endsWith('/s') ? '²' : '/s'}`] : [];
  return [...each, ...slope, `${figure(60 / seconds, 1)} /min`];
}

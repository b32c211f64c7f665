/** Beams of plans and records: what their control points say over all (PS3.3 C.8.8.14, C.8.8.25, C.8.8.21). */
import { items, number, numbers, text, type DataSet } from '../core/dicom-json';
import { t } from '../core/language';
import { measured, type Reader } from './blocks';

const MOST_ENERGIES = 40;
const MOST_POINTS = 2000;

/** Of a beam of any kind, planned or delivered. */
export function controlPoints(beam: DataSet): DataSet[] {
  return ['300A0111', '300A03A8', '30080040', '30080041'].flatMap((tag) => items(beam, tag)).slice(0, MOST_POINTS);
}

/** The energies that occur, in their order; MV for photons and MeV for others unless it is said. */
export function energies(beam: DataSet): string {
  const points = controlPoints(beam);
  const all = [...new Set(points.flatMap((p) => numbers(p, '300A0114').slice(0, 1)))];
  const units = [...new Set(points.map((p) => text(p, '300A0015')).filter(Boolean))].map((u) => (u === 'MEV' ? 'MeV' : u));
  const unit = units.join(', ') || (text(beam, '300A00C6') === 'PHOTON' ? 'MV' : 'MeV');
  return measured(all.slice(0, MOST_ENERGIES), unit) + (all.length > MOST_ENERGIES ? ' …' : '');
}

/** Where an axis begins, and where it ends if it moves. */
export function angle(tag: string, turn?: string): Reader {
  return (beam) => {
    const points = controlPoints(beam);
    const found = points.flatMap((p) => numbers(p, tag).slice(0, 1));
    const [first, last] = [found[0], found.at(-1)];
    if (first === undefined || last === undefined) return '';
    const turns = turn ? [...new Set(points.map((p) => text(p, turn)))].filter((d) => d && d !== 'NONE') : [];
    const ends = first === last ? `${measured([first])}°` : t('{from}° to {to}°', { from: measured([first]), to: measured([last]) });
    return [ends, ...turns].join(' ');
  };
}

const JAWS: Record<'x' | 'y', readonly string[]> = { x: ['X', 'ASYMX'], y: ['Y', 'ASYMY'] };

/** Opening of a pair of jaws, mm at the isocentre; of all control points from the least to the most where they move. */
export function jaws(axis: 'x' | 'y'): Reader {
  return (beam) => {
    const found = controlPoints(beam).flatMap((p) => positionsOf(p, JAWS[axis]));
    const pairs = [...new Set(found.map((p) => p.map((v) => measured([v])).join(' / ')))];
    return pairs.length > 3 ? `${pairs[0]} … ${pairs.at(-1)}` : pairs.join('; ');
  };
}

/** Leaf/Jaw Positions of the first device of these types. */
export function positionsOf(point: DataSet, types: readonly string[]): number[][] {
  const devices = items(point, '300A011A').filter((d) => types.includes(text(d, '300A00B8')));
  return devices.map((d) => numbers(d, '300A011C')).filter((p) => p.length >= 2).slice(0, 1);
}

/** Leaf pairs and the span they leave open: 'MLCX 60, 12 open'. */
export function leaves(point: DataSet): string {
  return items(point, '300A011A').filter((d) => text(d, '300A00B8').startsWith('MLC')).map((d) => {
    const p = numbers(d, '300A011C');
    const half = p.length >> 1;
    const open = Array.from({ length: half }, (_, i) => (p[i + half] ?? 0) - (p[i] ?? 0)).filter((gap) => gap > 0).length;
    return t('{device}: {open} of {all} pairs open', { device: text(d, '300A00B8'), open, all: half });
  }).join('; ');
}

/** Meterset and dose of each beam, by fraction group (PS3.3 C.8.8.13). */
export function metersets(plan: DataSet, beam: DataSet): string {
  const key = text(beam, '300A00C0');
  const unit = text(beam, '300A00B3');
  const found = items(plan, '300A0070').slice(0, 20).flatMap((g) => items(g, '300C0004')).filter((b) => text(b, '300C0006') === key);
  return found.flatMap((b) => numbers(b, '300A0086').slice(0, 1)).map((v) => measured([v], unit)).join('; ');
}

export function beamDoses(plan: DataSet, beam: DataSet): string {
  const key = text(beam, '300A00C0');
  const found = items(plan, '300A0070').slice(0, 20).flatMap((g) => items(g, '300C0004')).filter((b) => text(b, '300C0006') === key);
  return found.flatMap((b) => numbers(b, '300A0084').slice(0, 1)).map((v) => measured([v], 'Gy')).join('; ');
}

/** Spots of a layer: Number of Scan Spot Positions, else pairs of the position map (PS3.3 C.8.8.25). */
export function spotsOf(point: DataSet): number {
  return number(point, '300A0392') ?? numbers(point, '300A0394').length >> 1;
}

/** Sum of the weights, in the unit of the beam's meterset. */
export function weightOf(point: DataSet): number {
  return numbers(point, '300A0396').reduce((sum, w) => sum + w, 0);
}

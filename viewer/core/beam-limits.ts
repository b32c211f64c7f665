/**
 * What limits a field: jaws and leaves, in the IEC 61217 beam limiting device system at the isocentre, mm (PS3.3 C.8.8.14, C.8.8.25, C.8.8.2). Seen from
 * the source x goes to the right and y up.
 */
import type { Point2 } from './geometry';

/** positions: of bank 1, then of bank 2. boundaries: between leaves, one more than there are pairs; none for jaws. */
export interface LimitingDevice {
  type: string;
  positions: readonly number[];
  boundaries: readonly number[];
}

/** A leaf or jaw where it shields: between two heights, from its edge outwards. */
export interface Shield {
  /** Pair, from 0, and the side: 1 towards −, 2 towards +. */
  pair: number;
  bank: 1 | 2;
  /** It moves along x, or along y. */
  axis: 'x' | 'y';
  edge: number;
  /** Across its way; undefined: as wide as can be. */
  low: number | undefined;
  high: number | undefined;
}

const MOST_PAIRS = 400;
const JAW = /^(ASYM)?[XY]$/;

export function isLeaves({ type }: LimitingDevice): boolean {
  return type.startsWith('MLC');
}

export function isJaws({ type }: LimitingDevice): boolean {
  return JAW.test(type);
}

/** It moves along this axis; leaves called MLCX move along x. */
export function axisOf({ type }: LimitingDevice): 'x' | 'y' {
  return type.replace(/\d+$/, '').endsWith('Y') ? 'y' : 'x';
}

/** Leaves with boundaries that do not fit are none. */
export function shieldsOf(device: LimitingDevice): Shield[] {
  const { positions: p, boundaries } = device;
  const axis = axisOf(device);
  const half = p.length >> 1;
  if (isJaws(device) && half === 1) return ([1, 2] as const).map((bank) => ({ pair: 0, bank, axis, edge: p[bank - 1] as number, low: undefined, high: undefined }));
  if (!isLeaves(device) || !half || half > MOST_PAIRS || boundaries.length !== half + 1) return [];
  return Array.from({ length: half }, (_, pair) => ([1, 2] as const).map((bank) => ({
    pair, bank, axis, edge: p[pair + (bank - 1) * half] as number, low: boundaries[pair] as number, high: boundaries[pair + 1] as number,
  }))).flat();
}

/** Closed outlines of what a device lets through. A pair of jaws is drawn with the other pair, once for both. */
export function openingsOf(device: LimitingDevice, all: readonly LimitingDevice[]): Point2[][] {
  if (isLeaves(device)) return leafOpenings(device);
  if (!isJaws(device) || device.positions.length < 2) return [];
  const other = all.find((d) => isJaws(d) && axisOf(d) !== axisOf(device));
  if (!other || other.positions.length < 2 || axisOf(device) === 'y') return [];
  const [x0, x1, y0, y1] = [...device.positions.slice(0, 2), ...other.positions.slice(0, 2)] as [number, number, number, number];
  return [[[x0, y0], [x1, y0], [x1, y1], [x0, y1]]];
}

/** Openings between leaves, those of neighbours as one outline. */
function leafOpenings(device: LimitingDevice): Point2[][] {
  const shields = shieldsOf(device);
  const swap = (a: number, b: number): Point2 => (axisOf(device) === 'y' ? [b, a] : [a, b]);
  const groups: Point2[][] = [];
  let [near, far]: [Point2[], Point2[]] = [[], []];
  const close = () => {
    if (near.length) groups.push([...near, ...far.reverse()]);
    [near, far] = [[], []];
  };
  for (let i = 0; i + 1 < shields.length; i += 2) {
    const [one, two] = [shields[i] as Shield, shields[i + 1] as Shield];
    const [low, high] = [one.low ?? 0, one.high ?? 0];
    if (!(two.edge > one.edge)) {
      close();
      continue;
    }
    near.push(swap(one.edge, low), swap(one.edge, high));
    far.push(swap(two.edge, low), swap(two.edge, high));
  }
  close();
  return groups;
}

/** Degrees, against the clock as seen from the source. */
export function turnedBy([x, y]: Point2, degrees: number): Point2 {
  const a = (degrees * Math.PI) / 180;
  return [x * Math.cos(a) - y * Math.sin(a), x * Math.sin(a) + y * Math.cos(a)];
}

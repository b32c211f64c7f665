/** ICC profiles made of tables: lut8Type, lut16Type, lutAToBType (ICC.1 10.10, 10.11, 10.12), from RGB to the connection space. */
import { between, curve, fixed, name, type ToXyz } from './icc-curves';
import { WHITE_D50 } from './lab';

type Curve = (x: number) => number;
/** In place: the three values of 0..1. */
type Stage = (v: Float64Array) => void;

/** A grid of more points than that is no profile of a scanner. */
const MOST_POINTS = 300_000;

/** at: where the tag's data begin; pcs: 'Lab ' or 'XYZ '. Undefined for what is none; RangeError where it ends too early. */
export function readTables(view: DataView, at: number, pcs: string): ToXyz | undefined {
  const type = name(view, at);
  if (view.getUint8(at + 8) !== 3 || view.getUint8(at + 9) !== 3 || (pcs !== 'Lab ' && pcs !== 'XYZ ')) return undefined;
  const read = type === 'mft1' || type === 'mft2' ? oldTables(view, at, type === 'mft2') : type === 'mAB ' ? newTables(view, at) : undefined;
  if (!read) return undefined;
  // In lut16Type Lab is written in the way of version 2: 0xFF00 is 100 (ICC.1 10.10).
  const over = type === 'mft2' ? 65535 / 65280 : 1;
  const toXyz = pcs === 'Lab ' ? (v: Float64Array) => fromLab(v, over) : fromXyz;
  return (r, g, b, out) => {
    out[0] = r / 255;
    out[1] = g / 255;
    out[2] = b / 255;
    for (const stage of read) stage(out);
    toXyz(out);
  };
}

function fromLab(v: Float64Array, over: number): void {
  const middle = ((v[0] as number) * 100 * over + 16) / 116;
  const a = (v[1] as number) * 255 * over - 128;
  const b = (v[2] as number) * 255 * over - 128;
  v[0] = cubed(middle + a / 500) * WHITE_D50[0];
  v[1] = cubed(middle) * WHITE_D50[1];
  v[2] = cubed(middle - b / 200) * WHITE_D50[2];
}

function cubed(s: number): number {
  return s > 6 / 29 ? s * s * s : (s - 4 / 29) * 3 * (6 / 29) ** 2;
}

/** 1.0 is 0x8000 (ICC.1 6.3.4.2). */
function fromXyz(v: Float64Array): void {
  for (let i = 0; i < 3; i++) v[i] = (v[i] as number) * (65535 / 32768);
}

/** Input tables, grid, output tables. The matrix is for XYZ as input only. */
function oldTables(view: DataView, at: number, wide: boolean): Stage[] | undefined {
  const grid = view.getUint8(at + 10);
  const [inputs, outputs] = wide ? [view.getUint16(at + 48), view.getUint16(at + 50)] : [256, 256];
  const start = at + (wide ? 52 : 48);
  const points = grid ** 3;
  if (grid < 2 || points > MOST_POINTS || inputs < 2 || outputs < 2) return undefined;
  const read = (from: number, count: number) => numbers(view, start + from * (wide ? 2 : 1), count, wide);
  const table = (from: number, length: number) => Array.from({ length: 3 }, (_, i) => between(read(from + i * length, length)));
  return [curves(table(0, inputs)), inCube(read(3 * inputs, 3 * points), [grid, grid, grid]), curves(table(3 * inputs + 3 * points, outputs))];
}

/** A curves, grid, M curves, matrix, B curves; what has no offset is left out. */
function newTables(view: DataView, at: number): Stage[] | undefined {
  const [toB, toMatrix, toM, toGrid, toA] = [12, 16, 20, 24, 28].map((off) => view.getUint32(at + off)) as [number, number, number, number, number];
  const stages: (Stage | undefined)[] = [];
  const three = (from: number) => {
    const found: Curve[] = [];
    for (let [i, next] = [0, at + from]; i < 3; i++) {
      const one = curve(view, next);
      if (!one) return undefined;
      found.push(one.of);
      next += Math.ceil(one.bytes / 4) * 4;
    }
    return curves(found);
  };
  if (toA) stages.push(three(toA));
  if (toGrid) {
    const sides = [0, 1, 2].map((i) => view.getUint8(at + toGrid + i)) as [number, number, number];
    const points = sides[0] * sides[1] * sides[2];
    if (sides.some((n) => n < 2) || points > MOST_POINTS) return undefined;
    stages.push(inCube(numbers(view, at + toGrid + 20, 3 * points, view.getUint8(at + toGrid + 16) === 2), sides));
  }
  if (toM) stages.push(three(toM));
  if (toMatrix) {
    const m = Array.from({ length: 12 }, (_, i) => fixed(view, at + toMatrix + 4 * i));
    stages.push((v) => {
      const [x, y, z] = [v[0] as number, v[1] as number, v[2] as number];
      for (let i = 0; i < 3; i++) v[i] = (m[3 * i] as number) * x + (m[3 * i + 1] as number) * y + (m[3 * i + 2] as number) * z + (m[9 + i] as number);
    });
  }
  stages.push(toB ? three(toB) : undefined);
  return stages.every((s): s is Stage => s !== undefined) ? stages : undefined;
}

/** 8 or 16 bits each, as 0..1. */
function numbers(view: DataView, at: number, count: number, wide: boolean): Float64Array {
  if (at + count * (wide ? 2 : 1) > view.byteLength) throw new RangeError('a table beyond the end');
  return Float64Array.from({ length: count }, (_, i) => (wide ? view.getUint16(at + 2 * i) / 65535 : view.getUint8(at + i) / 255));
}

function curves(of: readonly Curve[]): Stage {
  const [r, g, b] = of as [Curve, Curve, Curve];
  return (v) => {
    v[0] = r(v[0] as number);
    v[1] = g(v[1] as number);
    v[2] = b(v[2] as number);
  };
}

/** Where in a cell of a grid: its lowest corner, and 0..1 along each channel. */
type InCell = (i: number, j: number, k: number, p: number, q: number, r: number, out: Float64Array) => void;

/** Three values at each point of a grid, the last channel fastest; within the tetrahedron of four points, as littleCMS does. */
export function cube(table: ArrayLike<number>, sides: readonly [number, number, number]): InCell {
  const [across, along, deep] = [3 * sides[1] * sides[2], 3 * sides[2], 3];
  // Called for each pixel: nothing is made here.
  return (i, j, k, p, q, r, out) => {
    const from = i * across + j * along + k * deep;
    // The channel that is farthest from the lower corner is walked first.
    const first = p >= q && p >= r ? 0 : q >= r ? 1 : 2;
    const last = r <= p && r <= q && first !== 2 ? 2 : q <= p && first !== 1 ? 1 : 0;
    const middle = 3 - first - last;
    const [a, b, c] = [first === 0 ? p : first === 1 ? q : r, middle === 0 ? p : middle === 1 ? q : r, last === 0 ? p : last === 1 ? q : r];
    const one = from + (first === 0 ? across : first === 1 ? along : deep);
    const all = from + across + along + deep;
    const two = all - (last === 0 ? across : last === 1 ? along : deep);
    for (let n = 0; n < 3; n++) {
      const [t0, t1, t2, t3] = [table[from + n] as number, table[one + n] as number, table[two + n] as number, table[all + n] as number];
      out[n] = t0 + a * (t1 - t0) + b * (t2 - t1) + c * (t3 - t2);
    }
  };
}

/** At any place of 0..1. */
function inCube(table: Float64Array, sides: readonly [number, number, number]): Stage {
  const cell = cube(table, sides);
  return (v) => {
    const places = [0, 1, 2].map((i) => Math.min(Math.max(v[i] as number, 0), 1) * ((sides[i] as number) - 1)) as [number, number, number];
    const lows = places.map((place, i) => Math.min(Math.floor(place), (sides[i] as number) - 2)) as [number, number, number];
    cell(...lows, places[0] - lows[0], places[1] - lows[1], places[2] - lows[2], v);
  };
}

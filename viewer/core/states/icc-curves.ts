/** What all ICC profiles are written with: names, fixed numbers, curves (ICC.1 10.6, 10.18). */

/** Of 8-bit red, green and blue: XYZ under D50, white at 1, into out. */
export type ToXyz = (r: number, g: number, b: number, out: Float64Array) => void;

export function name(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
}

export function fixed(view: DataView, at: number): number {
  return view.getInt32(at) / 65536;
}

/** A curve from 0..1, and the bytes it takes. */
export function curve(view: DataView, at: number): { of: (x: number) => number; bytes: number } | undefined {
  const type = name(view, at);
  if (type === 'para') return parametric(view, at);
  if (type !== 'curv') return undefined;
  const count = view.getUint32(at + 8);
  const bytes = 12 + 2 * count;
  if (count === 0) return { of: (x) => x, bytes };
  if (count === 1) {
    const gamma = view.getUint16(at + 12) / 256;
    return { of: (x) => Math.max(x, 0) ** gamma, bytes };
  }
  if (at + bytes > view.byteLength) throw new RangeError('a curve beyond the end');
  return { of: between(Float64Array.from({ length: count }, (_, i) => view.getUint16(at + 12 + 2 * i) / 65535)), bytes };
}

/** Linear between entries for 0 and 1. */
export function between(table: Float64Array): (x: number) => number {
  const last = table.length - 1;
  return (x) => {
    const place = Math.min(Math.max(x, 0), 1) * last;
    const low = Math.min(Math.floor(place), last - 1);
    const [a, b] = [table[low] as number, table[low + 1] as number];
    return a + (b - a) * (place - low);
  };
}

/** Function types 0 to 4 (ICC.1 table 68). */
function parametric(view: DataView, at: number): { of: (x: number) => number; bytes: number } | undefined {
  const type = view.getUint16(at + 8);
  const count = [1, 3, 4, 5, 7][type];
  if (count === undefined) return undefined;
  const [g = 1, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0] = Array.from({ length: count }, (_, i) => fixed(view, at + 12 + 4 * i));
  const power = (x: number) => Math.max(a * x + b, 0) ** g;
  const of = [
    (x: number) => Math.max(x, 0) ** g,
    (x: number) => (x >= -b / a ? power(x) : 0),
    (x: number) => (x >= -b / a ? power(x) + c : c),
    (x: number) => (x >= d ? power(x) : c * x),
    (x: number) => (x >= d ? power(x) + e : c * x + f),
  ][type] as (x: number) => number;
  return { of, bytes: 12 + 4 * count };
}

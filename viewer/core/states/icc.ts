/** Colours of an ICC profile as sRGB: profiles of three curves and a matrix (ICC.1 8.3.3, 10.6, 10.18). Others are left as they are. */
import { D50_TO_LINEAR, eightBits } from './lab';

/** Of 8-bit RGB: linear light of each channel by its value, and the matrix to XYZ under D50. */
export interface Profile {
  curves: readonly [Float64Array, Float64Array, Float64Array];
  matrix: readonly [readonly number[], readonly number[], readonly number[]];
}

/** Undefined for none, for one that is broken, and for one made of tables. */
export function readProfile(bytes: Uint8Array): Profile | undefined {
  if (bytes.length < 132) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const tags = tagsOf(view);
    const columns = ['rXYZ', 'gXYZ', 'bXYZ'].map((name) => xyz(view, tags.get(name)));
    const curves = ['rTRC', 'gTRC', 'bTRC'].map((name) => curve(view, tags.get(name)));
    if (tags.has('A2B0') || columns.some((c) => !c) || curves.some((c) => !c)) return undefined;
    return { matrix: columns as unknown as Profile['matrix'], curves: curves as unknown as Profile['curves'] };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function tagsOf(view: DataView): Map<string, number> {
  const count = Math.min(view.getUint32(128), 100);
  return new Map(Array.from({ length: count }, (_, i) => [name(view, 132 + 12 * i), view.getUint32(136 + 12 * i)]));
}

function name(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
}

function fixed(view: DataView, at: number): number {
  return view.getInt32(at) / 65536;
}

function xyz(view: DataView, at: number | undefined): number[] | undefined {
  return at === undefined || name(view, at) !== 'XYZ ' ? undefined : [8, 12, 16].map((off) => fixed(view, at + off));
}

function curve(view: DataView, at: number | undefined): Float64Array | undefined {
  if (at === undefined) return undefined;
  const of = name(view, at) === 'para' ? parametric(view, at) : name(view, at) === 'curv' ? sampled(view, at) : undefined;
  return of && Float64Array.from({ length: 256 }, (_, i) => of(i / 255));
}

function sampled(view: DataView, at: number): (x: number) => number {
  const count = view.getUint32(at + 8);
  if (count === 0) return (x) => x;
  if (count === 1) return (x) => x ** (view.getUint16(at + 12) / 256);
  return (x) => {
    const place = x * (count - 1);
    const low = Math.min(Math.floor(place), count - 2);
    const [a, b] = [view.getUint16(at + 12 + 2 * low), view.getUint16(at + 14 + 2 * low)];
    return (a + (b - a) * (place - low)) / 65535;
  };
}

/** Function types 0 to 4 (ICC.1 table 68). */
function parametric(view: DataView, at: number): ((x: number) => number) | undefined {
  const type = view.getUint16(at + 8);
  const count = [1, 3, 4, 5, 7][type];
  if (count === undefined) return undefined;
  const [g = 1, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0] = Array.from({ length: count }, (_, i) => fixed(view, at + 12 + 4 * i));
  switch (type) {
    case 0: return (x) => x ** g;
    case 1: return (x) => (x >= -b / a ? (a * x + b) ** g : 0);
    case 2: return (x) => (x >= -b / a ? (a * x + b) ** g + c : c);
    case 3: return (x) => (x >= d ? (a * x + b) ** g : c * x);
    default: return (x) => (x >= d ? (a * x + b) ** g + e : c * x + f);
  }
}

/** Words 0xAABBGGRR, in place. */
export function convertWords(words: Uint32Array, profile: Profile | undefined): void {
  if (!profile) return;
  const known = new Map<number, number>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as number;
    let made = known.get(word);
    if (made === undefined) {
      made = converted(word, profile);
      if (known.size < 1 << 16) known.set(word, made);
    }
    words[i] = made;
  }
}

function converted(word: number, { curves, matrix }: Profile): number {
  const light = [word & 255, (word >>> 8) & 255, (word >>> 16) & 255].map((v, i) => (curves[i] as Float64Array)[v] as number) as [number, number, number];
  const at = (k: number) => light[0] * (matrix[0][k] as number) + light[1] * (matrix[1][k] as number) + light[2] * (matrix[2][k] as number);
  const [x, y, z] = [at(0), at(1), at(2)];
  const [r, g, b] = D50_TO_LINEAR.map((row) => eightBits(row[0] * x + row[1] * y + row[2] * z)) as [number, number, number];
  return (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
}

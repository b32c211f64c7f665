/**
 * Colours of an ICC profile as sRGB: three curves and a matrix (ICC.1 8.3.3, 10.6, 10.18) or tables (icc-tables.ts).
 * Perceptual intent with black point compensation, as littleCMS does it for the server (render/softcopy.py).
 */
import { D50_TO_LINEAR, eightBits, WHITE_D50 } from './lab';
import { curve, fixed, name, type ToXyz } from './icc-curves';
import { cube, readTables } from './icc-tables';

export interface Profile {
  toXyz: ToXyz;
  /** What each of X, Y, Z is multiplied by, so that the profile's black is black (ISO 18619). */
  scale: readonly [number, number, number];
  /** Made of tables: costly to ask. */
  tables: boolean;
  /** Asked once at the points of a grid, when it is first used. */
  grid?: ToXyz;
}

/** Black of the reference medium of version 4 (ICC.1 6.3.4.4). */
const REFERENCE_BLACK = [0.00336, 0.0034731, 0.00287] as const;

/** Undefined for none, for one that is broken, and for one that is not of RGB. */
export function readProfile(bytes: Uint8Array): Profile | undefined {
  if (bytes.length < 132) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (name(view, 16) !== 'RGB ') return undefined;
    const tags = tagsOf(view);
    const tables = tags.get('A2B0');
    const toXyz = tables === undefined ? matrixOf(view, tags) : readTables(view, tables, name(view, 20));
    if (!toXyz) return undefined;
    const black = tables !== undefined && view.getUint8(8) >= 4 ? REFERENCE_BLACK : darkest(toXyz);
    return { toXyz, scale: WHITE_D50.map((white, i) => white / (white - (black[i] as number))) as unknown as Profile['scale'], tables: tables !== undefined };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Lightness of no light at all, without its colour. */
function darkest(toXyz: ToXyz): readonly number[] {
  const out = new Float64Array(3);
  toXyz(0, 0, 0, out);
  // L* of 50 is the most that is taken for black.
  const y = Math.min(Math.max(out[1] as number, 0), 0.18418651851244416);
  return WHITE_D50.map((white) => white * y);
}

function tagsOf(view: DataView): Map<string, number> {
  const count = Math.min(view.getUint32(128), 100);
  return new Map(Array.from({ length: count }, (_, i) => [name(view, 132 + 12 * i), view.getUint32(136 + 12 * i)]));
}

function matrixOf(view: DataView, tags: ReadonlyMap<string, number>): ToXyz | undefined {
  const columns = ['rXYZ', 'gXYZ', 'bXYZ'].map((tag) => xyz(view, tags.get(tag)));
  const curves = ['rTRC', 'gTRC', 'bTRC'].map((tag) => tags.get(tag)).map((at) => (at === undefined ? undefined : curve(view, at)?.of));
  const [red, green, blue] = columns;
  const [r, g, b] = curves.map((of) => of && Float64Array.from({ length: 256 }, (_, i) => of(i / 255)));
  if (!red || !green || !blue || !r || !g || !b) return undefined;
  return (i, j, k, out) => {
    const [x, y, z] = [r[i] as number, g[j] as number, b[k] as number];
    for (let n = 0; n < 3; n++) out[n] = x * (red[n] as number) + y * (green[n] as number) + z * (blue[n] as number);
  };
}

function xyz(view: DataView, at: number | undefined): number[] | undefined {
  return at === undefined || name(view, at) !== 'XYZ ' ? undefined : [8, 12, 16].map((off) => fixed(view, at + off));
}

const STEPS = 1 << 15;
let encoded: Uint8Array | undefined;

/** From 8-bit red, green and blue to those of sRGB, 0..255 each, into out. */
function toSrgb({ toXyz, scale }: Profile): ToXyz {
  encoded ??= Uint8Array.from({ length: STEPS + 1 }, (_, i) => eightBits(i / STEPS));
  const table = encoded;
  // White stays where it is.
  const [ox, oy, oz] = WHITE_D50.map((white, i) => white * (1 - (scale[i] as number))) as [number, number, number];
  const level = ([mx, my, mz]: readonly [number, number, number], x: number, y: number, z: number) => {
    const linear = mx * x + my * y + mz * z;
    return table[linear <= 0 ? 0 : linear >= 1 ? STEPS : Math.round(linear * STEPS)] as number;
  };
  return (r, g, b, out) => {
    toXyz(r, g, b, out);
    const [x, y, z] = [(out[0] as number) * scale[0] + ox, (out[1] as number) * scale[1] + oy, (out[2] as number) * scale[2] + oz];
    out[0] = level(D50_TO_LINEAR[0], x, y, z);
    out[1] = level(D50_TO_LINEAR[1], x, y, z);
    out[2] = level(D50_TO_LINEAR[2], x, y, z);
  };
}

/** Words 0xAABBGGRR, in place. */
export function convertWords(words: Uint32Array, profile: Profile | undefined): void {
  if (!profile) return;
  const convert = profile.tables ? (profile.grid ??= gridOf(toSrgb(profile))) : toSrgb(profile);
  const out = new Float64Array(3);
  let [last, made] = [-1, 0];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as number;
    if (word !== last) {
      convert(word & 255, (word >>> 8) & 255, (word >>> 16) & 255, out);
      made = (0xff000000 | (Math.round(out[2] as number) << 16) | (Math.round(out[1] as number) << 8) | Math.round(out[0] as number)) >>> 0;
      last = word;
    }
    words[i] = made;
  }
}

/** Points of a grid along each colour: what tables take too long to say of each pixel is linear in between. */
const SIDE = 33;

function gridOf(of: ToXyz): ToXyz {
  const table = new Float32Array(3 * SIDE ** 3);
  const out = new Float64Array(3);
  const value = (i: number) => (255 * i) / (SIDE - 1);
  for (let i = 0; i < SIDE ** 3; i++) {
    of(value(Math.floor(i / SIDE / SIDE)), value(Math.floor(i / SIDE) % SIDE), value(i % SIDE), out);
    table.set(out, 3 * i);
  }
  const lows = Uint8Array.from({ length: 256 }, (_, v) => Math.min(Math.floor((v * (SIDE - 1)) / 255), SIDE - 2));
  const parts = Float64Array.from({ length: 256 }, (_, v) => (v * (SIDE - 1)) / 255 - (lows[v] as number));
  const cell = cube(table, [SIDE, SIDE, SIDE]);
  return (r, g, b, to) => cell(lows[r] as number, lows[g] as number, lows[b] as number, parts[r] as number, parts[g] as number, parts[b] as number, to);
}

/** Whether it leaves all colours within a level of what they are: sRGB itself. */
export function isAsStored(profile: Profile): boolean {
  const before = Uint32Array.from({ length: 729 }, (_, i) => (0xff000000 | ((Math.floor(i / 81) * 255 / 8) << 16) | (((Math.floor(i / 9) % 9) * 255 / 8) << 8) | ((i % 9) * 255 / 8)) >>> 0);
  const after = before.slice();
  convertWords(after, profile);
  return after.every((word, i) => [0, 8, 16].every((shift) => Math.abs(((word >>> shift) & 255) - (((before[i] as number) >>> shift) & 255)) <= 1));
}

/** One frame on the screen: modality, VOI and inversion as one table over stored values (PS3.4 N.2). */
import type { Frame } from './frame';
import { applyModality, type Modality } from './modality';
import { applyVoi, type Lut, type Voi } from './voi';

export interface Presentation {
  modality: Modality;
  voi: Voi;
  /** Low values bright: the object's own inversion and the reader's, together. */
  inverse: boolean;
  /** Stored values that are no image; they are drawn as background. */
  padding?: [number, number] | undefined;
  /** Pseudo-colour: 256 words 0xAABBGGRR by grey. Without it greys are grey. */
  map?: Uint32Array | undefined;
  /** Presentation LUT of a state: inputs 0..1 spread evenly over its entries (PS3.3 C.11.6.1). */
  table?: Lut | undefined;
  /** Palette of a state: what would be a grey, spread evenly over these words 0xAABBGGRR. */
  palette?: Uint32Array | undefined;
}

/** Widest range of stored values for which a table pays; floats and sparse 32-bit data are computed a pixel. */
const TABLE_LIMIT = 1 << 17;

/** Grey of one stored value, 0..255. Padding is black whatever the inversion says. */
export function greyOf(stored: number, p: Presentation): number {
  if (p.padding && stored >= p.padding[0] && stored <= p.padding[1]) return 0;
  return Math.round(255 * shareOf(stored, p));
}

/** What is shown of one stored value, 0 black to 1 white. */
export function shareOf(stored: number, { modality, voi, inverse, table }: Presentation): number {
  let share = applyVoi(applyModality(stored, modality), voi);
  if (table) {
    const at = Math.round(Math.min(Math.max(share, 0), 1) * (table.entries.length - 1));
    share = (table.entries[at] as number) / (2 ** table.bits - 1);
  }
  return inverse ? 1 - share : share;
}

/** Draw a frame into RGBA words (little endian 0xAABBGGRR), rows * columns long. Colour frames pass unchanged but for inversion. */
export function paint(frame: Frame, p: Presentation, out: Uint32Array): void {
  if (frame.colour) paintColour(frame, p.inverse, out);
  else if (frame.max - frame.min < TABLE_LIMIT && Number.isInteger(frame.min)) paintTable(frame, p, out);
  else for (let i = 0; i < out.length; i++) out[i] = wordOf(frame.samples[i] as number, p);
}

function paintTable(frame: Frame, p: Presentation, out: Uint32Array): void {
  const { samples, min } = frame;
  if (samples instanceof Float32Array || samples instanceof Float64Array) {
    for (let i = 0; i < out.length; i++) out[i] = wordOf(samples[i] as number, p);
    return;
  }
  const table = new Uint32Array(frame.max - min + 1);
  for (let i = 0; i < table.length; i++) table[i] = wordOf(min + i, p);
  for (let i = 0; i < out.length; i++) out[i] = table[(samples[i] as number) - min] as number;
}

function paintColour(frame: Frame, inverse: boolean, out: Uint32Array): void {
  const s = frame.samples;
  const flip = inverse ? 0x00ffffff : 0;
  for (let i = 0, at = 0; i < out.length; i++, at += 3) {
    const word = 0xff000000 | ((s[at + 2] as number) << 16) | ((s[at + 1] as number) << 8) | (s[at] as number);
    out[i] = (word ^ flip) >>> 0;
  }
}

/** What is painted for one stored value, 0xAABBGGRR. */
export function wordOf(stored: number, p: Presentation): number {
  if (p.palette) return p.palette[Math.round(shareOf(stored, p) * (p.palette.length - 1))] as number;
  const grey = greyOf(stored, p);
  return p.map?.[grey] ?? opaque(grey);
}

function opaque(grey: number): number {
  return (0xff000000 | (grey << 16) | (grey << 8) | grey) >>> 0;
}

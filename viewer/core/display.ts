/** One frame on the screen: modality, VOI and inversion as one table over stored values (PS3.4 N.2). */
import type { Frame } from './frame';
import { applyModality, type Modality } from './modality';
import { applyVoi, type Voi } from './voi';

export interface Presentation {
  modality: Modality;
  voi: Voi;
  /** Low values bright: the object's own inversion and the reader's, together. */
  inverse: boolean;
  /** Stored values that are no image; they are drawn as background. */
  padding?: [number, number] | undefined;
  /** Pseudo-colour: 256 words 0xAABBGGRR by grey. Without it greys are grey. */
  map?: Uint32Array | undefined;
}

/** Widest range of stored values for which a table pays; floats and sparse 32-bit data are computed a pixel. */
const TABLE_LIMIT = 1 << 17;

/** Grey of one stored value, 0..255. Padding is black whatever the inversion says. */
export function greyOf(stored: number, p: Presentation): number {
  if (p.padding && stored >= p.padding[0] && stored <= p.padding[1]) return 0;
  const grey = Math.round(255 * applyVoi(applyModality(stored, p.modality), p.voi));
  return p.inverse ? 255 - grey : grey;
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

function wordOf(stored: number, p: Presentation): number {
  const grey = greyOf(stored, p);
  return p.map?.[grey] ?? opaque(grey);
}

function opaque(grey: number): number {
  return (0xff000000 | (grey << 16) | (grey << 8) | grey) >>> 0;
}

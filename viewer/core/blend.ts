/** One picture over another: colours of the upper values mixed into what is painted. */
import { applyVoi, type Voi } from './voi';

/** stored * slope + intercept is the modality value; `outside` is no value. */
export interface UpperValues {
  samples: ArrayLike<number>;
  slope: number;
  intercept: number;
  outside: number;
}

/** words: the colour map, 256 of 0xAABBGGRR. opacity 0..1, of all that has a value or, when `clear`, growing with the grey from nothing. */
export interface UpperLooks {
  voi: Voi;
  words: Uint32Array;
  opacity: number;
  clear: boolean;
}

/** In place. What has no value lets the lower picture through. Channels are rounded once. */
export function blendInto(lower: Uint32Array, { samples, slope, intercept, outside }: UpperValues, { voi, words, opacity, clear }: UpperLooks): void {
  for (let i = 0; i < lower.length; i++) {
    const stored = samples[i] as number;
    if (stored === outside) continue;
    const grey = Math.round(255 * applyVoi(stored * slope + intercept, voi));
    const share = clear ? (opacity * grey) / 255 : opacity;
    lower[i] = mixed(lower[i] as number, words[grey] as number, share);
  }
}

function mixed(lower: number, upper: number, share: number): number {
  const channel = (shift: number) => Math.round(((lower >>> shift) & 255) * (1 - share) + ((upper >>> shift) & 255) * share);
  return (0xff000000 | (channel(16) << 16) | (channel(8) << 8) | channel(0)) >>> 0;
}

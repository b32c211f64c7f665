/** The superimposed image of a blending state over the underlying one (PS3.3 C.11.14, PS3.4 N.2.4). */
import { wordOf } from '../../core/display';
import type { Frame } from '../../core/frame';
import { isColour } from '../../core/image-description';
import { ONE_TO_ONE, sampled } from '../../core/states/co-registered';
import { stateGreys } from '../../core/states/grey-stage';
import type { Blending, PresentationState } from '../../core/states/state';
import { covers } from '../../core/states/strict';
import type { ImageRef } from '../../domain/display-sets';
import type { StageImage } from '../stage/stage-image';
import type { Partner, Partners } from './partners';

const KEPT = 8;

export class Blender {
  private readonly painted = new Map<string, Uint32Array>();

  constructor(private readonly partners: Partners) {}

  /** Lays colours over words of the underlying image; undefined while the superimposed one is on its way, and where none lies in its plane. */
  over(image: StageImage, state: PresentationState, blending: Blending, palette: Uint32Array | undefined): ((words: Uint32Array) => void) | undefined {
    const found = palette && this.partner(image.ref, blending);
    const frame = typeof found === 'object' ? this.partners.frame(found) : undefined;
    if (!palette || typeof found !== 'object' || typeof frame !== 'object') return undefined;
    const colours = this.colours(image, state, blending, palette, found, frame);
    return (words) => {
      for (let i = 0; i < words.length; i++) if (colours[i]) words[i] = mixed(words[i] as number, colours[i] as number, blending.opacity);
    };
  }

  /** Words of the superimposed image in the pixels of the underlying one; 0 where it has none. */
  private colours(image: StageImage, state: PresentationState, blending: Blending, palette: Uint32Array, { ref, grid }: Partner, frame: Frame): Uint32Array {
    const key = `${state.uid} ${image.imageId} ${ref.sopInstanceUid} ${ref.frame}`;
    const known = this.painted.get(key);
    if (known) return known;
    const greys = stateGreys(ref.pixel, blending.overStage, false, ref.sopInstanceUid, ref.frame, false, undefined);
    const values = sampled(frame.samples, frame, grid ?? ONE_TO_ONE, image);
    const words = Uint32Array.from(values, (v) => (Number.isNaN(v) ? 0 : wordOf(v, { ...greys, palette })));
    this.painted.set(key, words);
    for (const old of this.painted.keys()) if (this.painted.size > KEPT) this.painted.delete(old);
    return words;
  }

  partner(ref: ImageRef, { under, over }: Blending): ReturnType<Partners['find']> {
    const place = under.findIndex((one) => covers(one, ref.sopInstanceUid, ref.frame));
    return this.partners.find(ref, over, place, under.length, ({ pixel }) => !isColour(pixel));
  }
}

function mixed(lower: number, upper: number, opacity: number): number {
  const channel = (shift: number) => Math.round(((upper >>> shift) & 255) * opacity + ((lower >>> shift) & 255) * (1 - opacity));
  return (0xff000000 | (channel(16) << 16) | (channel(8) << 8) | channel(0)) >>> 0;
}

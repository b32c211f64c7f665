/** The picture of an advanced blending state: the images of its inputs that lie in the plane of the one that hangs (PS3.4 N.2.6). */
import type { Palette } from '../../core/luts';
import { namedBy, type AdvancedBlending, type BlendingInput } from '../../core/states/advanced-blending';
import { blendedBy, inputGreys, seenOf, unseen, wordsOf, type Seen, type Shown } from '../../core/states/blending-steps';
import type { PresentationState } from '../../core/states/state';
import type { Frame } from '../../core/frame';
import type { Voi } from '../../core/voi';
import type { ImageRef } from '../../domain/display-sets';
import type { StageImage } from '../stage/stage-image';
import type { Partner, Partners } from './partners';

const KEPT = 4;

export class AdvancedBlender {
  private readonly painted = new Map<string, Uint32Array>();

  constructor(private readonly partners: Partners, private readonly paletteOf: (palette: Palette) => Uint32Array) {}

  /** Words 0xAABBGGRR of the whole picture; undefined while an image is on its way. What is not here is left out (see `isComplete`). voi: the reader's. */
  words(image: StageImage, state: PresentationState, blending: AdvancedBlending, voi: Voi | undefined): Uint32Array | undefined {
    const key = `${state.uid} ${image.imageId} ${JSON.stringify(voi)}`;
    const known = this.painted.get(key);
    if (known) return known;
    const frames = new Map([...this.found(image.ref, blending)].map(([n, found]) => [n, typeof found === 'object' ? { found, frame: this.partners.frame(found) } : undefined] as const));
    if ([...frames.values()].some((one) => one && !one.frame)) return undefined;
    const seen = ([n, input]: [number, BlendingInput]): [number, Seen] => [n, this.seen(n === blending.geometry, input, image, frames.get(n), voi)];
    const inputs = new Map([...blending.inputs].map(seen));
    const words = wordsOf(blendedBy(blending, (n) => inputs.get(n) ?? unseen(image)));
    // What another series brings later makes another picture.
    if (this.isComplete(image.ref, blending)) this.painted.set(key, words);
    for (const old of this.painted.keys()) if (this.painted.size > KEPT) this.painted.delete(old);
    return words;
  }

  /** Whether every image that may lie in the plane is here. */
  isComplete(ref: ImageRef, blending: AdvancedBlending): boolean {
    return [...this.found(ref, blending).values()].every((found) => found !== 'absent' && (found === 'none' || this.partners.frame(found) !== 'failed'));
  }

  /** What lies in the plane, of each input but that with the geometry. */
  private found(ref: ImageRef, { inputs, geometry }: AdvancedBlending): Map<number, ReturnType<Partners['find']>> {
    const own = this.partners.listed(namedBy(inputs.get(geometry) as BlendingInput));
    const place = own.findIndex(({ uid }) => uid === ref.sopInstanceUid);
    const others = [...inputs].filter(([n]) => n !== geometry);
    return new Map(others.map(([n, input]) => [n, this.partners.find(ref, namedBy(input), place, own.length)]));
  }

  private seen(isShown: boolean, input: BlendingInput, image: StageImage, other: { found: Partner; frame: Frame | 'failed' | undefined } | undefined, voi: Voi | undefined): Seen {
    const palette = input.palette && this.paletteOf(input.palette);
    if (isShown) {
      const shown = shownOf(image.ref, image.frame);
      return seenOf(shown, input, inputGreys(shown, input, palette, voi), undefined, image);
    }
    if (!other || typeof other.frame !== 'object') return unseen(image);
    const shown = shownOf(other.found.ref, other.frame);
    return seenOf(shown, input, inputGreys(shown, input, palette, undefined), other.found.grid, image);
  }
}

function shownOf({ dataset, sopInstanceUid: uid, frame: number, pixel }: ImageRef, frame: Frame): Shown {
  return { frame, dataset, uid, number, pixel };
}

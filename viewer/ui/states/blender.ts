/** The superimposed image of a blending state over the underlying one (PS3.3 C.11.14, PS3.4 N.2.4). */
import { wordOf } from '../../core/display';
import type { Frame } from '../../core/frame';
import { isColour } from '../../core/image-description';
import { gridOf, lieOf, liesIn, ONE_TO_ONE, sampled } from '../../core/states/co-registered';
import { stateGreys } from '../../core/states/grey-stage';
import type { Blending, PresentationState } from '../../core/states/state';
import { covers, type ImageReference } from '../../core/states/strict';
import type { DisplaySet, ImageRef } from '../../domain/display-sets';
import { connection } from '../server/connection';
import { loadFrame } from '../stage/frame-source';
import { imageId } from '../stage/frames';
import type { StageImage } from '../stage/stage-image';
import type { StateBook } from './book';

const MOST_TRIES = 1000;
const KEPT = 8;

export class Blender {
  private readonly frames = new Map<string, Frame | 'coming'>();
  private readonly painted = new Map<string, Uint32Array>();

  constructor(private readonly book: StateBook) {}

  /** Lays colours over words of the underlying image; undefined while the superimposed one is on its way, and where none lies in its plane. */
  over(image: StageImage, state: PresentationState, blending: Blending, palette: Uint32Array | undefined): ((words: Uint32Array) => void) | undefined {
    const found = palette && this.partner(image.ref, blending);
    const frame = found && this.frame(found.set, found.ref);
    if (!palette || !found || !frame) return undefined;
    const colours = this.colours(image, state, blending, palette, found.ref, frame);
    return (words) => {
      for (let i = 0; i < words.length; i++) if (colours[i]) words[i] = mixed(words[i] as number, colours[i] as number, blending.opacity);
    };
  }

  /** Words of the superimposed image in the pixels of the underlying one; 0 where it has none. */
  private colours(image: StageImage, state: PresentationState, blending: Blending, palette: Uint32Array, ref: ImageRef, frame: Frame): Uint32Array {
    const key = `${state.uid} ${image.imageId} ${ref.sopInstanceUid} ${ref.frame}`;
    const known = this.painted.get(key);
    if (known) return known;
    const greys = stateGreys(ref.pixel, blending.overStage, false, ref.sopInstanceUid, ref.frame, false, undefined);
    const [here, other] = [lieOf(image.ref.dataset, image.ref.frame), lieOf(ref.dataset, ref.frame)];
    const values = sampled(frame.samples, frame, here && other ? gridOf(here, other) : ONE_TO_ONE, image);
    const words = Uint32Array.from(values, (v) => (Number.isNaN(v) ? 0 : wordOf(v, { ...greys, palette })));
    this.painted.set(key, words);
    for (const old of this.painted.keys()) if (this.painted.size > KEPT) this.painted.delete(old);
    return words;
  }

  /** By position in the same frame of reference, to half a slice; images without positions go together by their place in the lists. */
  private partner(ref: ImageRef, { under, over }: Blending): { set: DisplaySet; ref: ImageRef } | undefined {
    const place = under.findIndex((one) => covers(one, ref.sopInstanceUid, ref.frame));
    const here = lieOf(ref.dataset, ref.frame);
    const byPlace = over.map((reference, at) => ({ reference, at })).sort((a, b) => Math.abs(a.at - place) - Math.abs(b.at - place));
    for (const { reference, at } of byPlace.slice(0, MOST_TRIES)) {
      const found = this.imageOf(reference);
      const other = found && lieOf(found.ref.dataset, found.ref.frame);
      if (!found || isColour(found.ref.pixel)) continue;
      const isPaired = over.length === under.length && at === place && found.ref.pixel.rows === ref.pixel.rows && found.ref.pixel.columns === ref.pixel.columns;
      if (here && other ? liesIn(here, other, found.ref.dataset, found.ref.frame) : isPaired) return found;
    }
    return undefined;
  }

  private imageOf({ uid, series, frames }: ImageReference): { set: DisplaySet; ref: ImageRef } | undefined {
    const set = this.book.setOf(series);
    const ref = set?.images.find((i) => i.sopInstanceUid === uid && i.frame === (frames[0] ?? 1));
    return set && ref ? { set, ref } : undefined;
  }

  private frame(set: DisplaySet, ref: ImageRef): Frame | undefined {
    const id = imageId(set.studyInstanceUid, set.seriesInstanceUid, ref);
    const known = this.frames.get(id);
    if (known) return known === 'coming' ? undefined : known;
    this.frames.set(id, 'coming');
    for (const old of this.frames.keys()) if (this.frames.size > KEPT) this.frames.delete(old);
    const load = connection.patiently(() => loadFrame(id.slice('wadors:'.length), ref, new AbortController().signal));
    // A frame that cannot be had leaves the underlying image alone.
    load.then((frame) => this.frames.set(id, frame)).then(this.book.changed, () => undefined);
    return undefined;
  }
}

function mixed(lower: number, upper: number, opacity: number): number {
  const channel = (shift: number) => Math.round(((upper >>> shift) & 255) * opacity + ((lower >>> shift) & 255) * (1 - opacity));
  return (0xff000000 | (channel(16) << 16) | (channel(8) << 8) | channel(0)) >>> 0;
}

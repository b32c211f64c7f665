/** Images of other series that are blended with one: where they are, and their frames. */
import type { Frame } from '../../core/frame';
import { lieOf, liesIn, gridOf, type Grid } from '../../core/states/co-registered';
import type { ImageReference } from '../../core/states/strict';
import type { DisplaySet, ImageRef } from '../../domain/display-sets';
import { connection } from '../server/connection';
import { loadFrame } from '../stage/frame-source';
import { imageId } from '../stage/frames';
import type { StateBook } from './book';

const MOST_TRIES = 1000;
const KEPT = 24;

/** grid: undefined where its pixels are those of the image it goes with. */
export interface Partner {
  set: DisplaySet;
  ref: ImageRef;
  grid: Grid | undefined;
}

export class Partners {
  private readonly frames = new Map<string, Frame | 'coming' | 'failed'>();

  constructor(private readonly book: StateBook) {}

  /**
   * What lies in the plane of an image: by position in the same frame of reference, to half a slice; images without positions go together by their place in
   * lists of one length. 'none': nothing lies there; 'absent': something may, but is not here.
   */
  find(ref: ImageRef, references: readonly ImageReference[], place: number, length: number, wanted: (ref: ImageRef) => boolean = () => true): Partner | 'none' | 'absent' {
    const here = lieOf(ref.dataset, ref.frame);
    const byPlace = this.listed(references).map((reference, at, all) => ({ reference, at, paired: all.length === length && at === place }));
    byPlace.sort((a, b) => Math.abs(a.at - place) - Math.abs(b.at - place));
    let tries = 0;
    let isComplete = references.every(({ uid, series }) => uid || this.book.setOf(series));
    for (const { reference, paired } of byPlace) {
      const found = this.imagesOf(reference);
      if (!found.length) isComplete = false;
      for (const one of found) {
        if (++tries > MOST_TRIES) return 'absent';
        if (!wanted(one.ref)) continue;
        const other = lieOf(one.ref.dataset, one.ref.frame);
        if (here && other) {
          if (liesIn(here, other, one.ref.dataset, one.ref.frame)) return { ...one, grid: gridOf(here, other) };
        } else if (paired && one.ref.pixel.rows === ref.pixel.rows && one.ref.pixel.columns === ref.pixel.columns) return { ...one, grid: undefined };
      }
    }
    return isComplete ? 'none' : 'absent';
  }

  /** A whole series as its objects. */
  listed(references: readonly ImageReference[]): ImageReference[] {
    return references.flatMap((one) => {
      if (one.uid) return [one];
      const uids = new Set(this.book.setOf(one.series)?.images.map((i) => i.sopInstanceUid));
      return [...uids].map((uid) => ({ ...one, uid }));
    });
  }

  private imagesOf({ uid, series, frames }: ImageReference): { set: DisplaySet; ref: ImageRef }[] {
    const set = this.book.setOf(series);
    if (!set) return [];
    return set.images.filter((i) => i.sopInstanceUid === uid && (!frames.length || frames.includes(i.frame))).map((ref) => ({ set, ref }));
  }

  /** Undefined while it is on its way; 'failed' where it cannot be had. */
  frame({ set, ref }: Partner): Frame | 'failed' | undefined {
    const id = imageId(set.studyInstanceUid, set.seriesInstanceUid, ref);
    const known = this.frames.get(id);
    if (known) return known === 'coming' ? undefined : known;
    this.frames.set(id, 'coming');
    for (const old of this.frames.keys()) if (this.frames.size > KEPT) this.frames.delete(old);
    const load = connection.patiently(() => loadFrame(id.slice('wadors:'.length), ref, new AbortController().signal));
    load.then((frame) => this.frames.set(id, frame), () => this.frames.set(id, 'failed')).then(this.book.changed, () => undefined);
    return undefined;
  }
}


/** Values of series under segments, as they were asked for: kept while the viewer is open. */
import { IDENTITY, type Affine } from '../../../core/affine';
import { t } from '../../../core/language';
import { isSuv } from '../../../core/suv';
import type { ImageRef } from '../../../domain/display-sets';
import { rigidBetween, whereIn, whereOf } from '../../../domain/joined';
import { suvOfImage, SUV_NAMES } from '../../../domain/suv';
import { refusalText, volumeOf } from '../../../domain/volume-stack';
import { seriesOfCell } from '../../stage/reformatting';
import { wholeVolume } from '../../stage/three-volume';
import type { Snapshot } from '../../stage/view';
import { suvKind } from '../../suv-choice';
import type { ViewerModel } from '../../viewer-model';
import { statisticsUnder, type Statistics } from './statistics';
import type { ShownSegments } from './shown';

export interface Measured {
  unit: string;
  bySegment: ReadonlyMap<number, Statistics>;
}

/** measured: undefined until it is; words: how far it is, or why not. */
interface Measuring {
  measured: Measured | undefined;
  words: string;
}

const NOTHING: Measuring = { measured: undefined, words: '' };

export class Measures {
  private readonly known = new Map<string, Measuring>();
  private readonly aborters = new Map<ShownSegments, AbortController>();

  constructor(private readonly model: ViewerModel) {}

  /** Of the series that a viewport shows. */
  of(shown: ShownSegments, snap: Snapshot): Measuring {
    return this.known.get(keyOf(shown, snap)) ?? NOTHING;
  }

  /** Of the series that a viewport shows, under all segments. */
  async measure(shown: ShownSegments, snap: Snapshot): Promise<void> {
    const key = keyOf(shown, snap);
    const set = this.model.series.get(seriesOfCell(snap.displaySet?.seriesInstanceUid ?? ''))?.set;
    const at = snap.displaySet === set ? snap.index : 0;
    const [sample, plan] = [set?.images[at], set && volumeOf(set, at)];
    if (!set || !plan || !sample || typeof plan === 'string') return this.say(key, { words: typeof plan === 'string' ? refusalText(plan) : t('No images hang here.') });
    this.aborters.get(shown)?.abort();
    const { signal } = this.aborters.set(shown, new AbortController()).get(shown) as AbortController;
    try {
      const { volume, release } = await wholeVolume(set, plan, (done, all) => this.say(key, { words: t('{done} of {all} slices are here.', { done, all }) }), signal);
      const suv = suvOfImage(sample, suvKind());
      const found = isSuv(suv) ? { ...volume, slope: volume.slope * suv.factor, intercept: volume.intercept * suv.factor } : volume;
      const bySegment = await statisticsUnder(shown, found, this.fromFrame(shown, sample), signal);
      release();
      this.say(key, { measured: { unit: isSuv(suv) ? (SUV_NAMES[suv.kind].split(' ')[0] ?? '') : volume.unit, bySegment }, words: t('{count} {count|segment|segments} measured: open one to read it.', { count: bySegment.size }) });
    } catch (error) {
      if (!signal.aborted) this.say(key, { words: error instanceof Error ? error.message : String(error) });
    }
  }

  /** Places of a segmentation in the frame of reference of an image; of one that is only named by it they are the same. */
  private fromFrame({ description }: ShownSegments, image: ImageRef): Affine {
    const frame = typeof description === 'string' ? '' : description.frameOfReference;
    return rigidBetween(this.model.registrations(), whereIn(frame), whereOf(image)) ?? IDENTITY;
  }

  private say(key: string, change: Partial<Measuring>): void {
    this.known.set(key, { ...(this.known.get(key) ?? NOTHING), ...change });
    this.model.update();
  }
}

function keyOf(shown: ShownSegments, snap: Snapshot): string {
  return `${shown.uid} ${seriesOfCell(snap.displaySet?.seriesInstanceUid ?? '')}`;
}

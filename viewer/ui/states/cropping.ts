/** A cropping of a presentation state, with the voxels of the segments that it names. */
import { text } from '../../core/dicom-json';
import type { Cropper, Cropping, Inside } from '../../core/cropping';
import { t } from '../../core/language';
import { sampleFractions, sampleLabels } from '../../core/label-volume';
import { segmentBook } from '../layers/segments/book';
import type { ShownSegments } from '../layers/segments/shown';
import type { ViewerModel } from '../viewer-model';
import { placeOf } from './finding';

/** The reason where it cannot be: a volume that is cropped by half would mislead. frame: the frame of reference of the volume. */
export async function cropperOf(model: ViewerModel, { spaces, segments }: Cropping, frame: string): Promise<Cropper | string> {
  const masks: { keep: boolean; inside: Inside }[] = [];
  for (const { keep, objects } of segments) {
    const found: Inside[] = [];
    for (const one of objects) {
      const shown = await segmentsOf(model, one);
      if (!shown) return t('The segmentation that it is cropped by is not here.');
      if (shown.failure || typeof shown.description === 'string') return shown.failure;
      if (shown.description.frameOfReference !== frame) return t('The segmentation that it is cropped by lies in another frame of reference.');
      if (one.numbers.some((n) => !shown.placeOf(n))) return t('The segmentation that it is cropped by has no such segment.');
      found.push(insideOf(shown, one.numbers));
    }
    masks.push({ keep, inside: found.length === 1 ? (found[0] as Inside) : (plane) => found.map((one) => one(plane)).reduce((a, b) => a.map((v, i) => v | (b[i] as number))) });
  }
  return { spaces, masks };
}

/** Once all of its frames have come, or it failed. */
async function segmentsOf(model: ViewerModel, { uid, series }: { uid: string; series: string }): Promise<ShownSegments | undefined> {
  const place = await placeOf(model, { uid, series, frames: [], study: '' });
  const dataset = place?.set.objects.find((ds) => text(ds, '00080018') === uid);
  const state = place && model.series.get(place.series);
  if (!dataset || !state) return undefined;
  const shown = segmentBook(model).open({ dataset, state });
  const isDone = () => shown.failure !== '' || (shown.whole && (shown.labels !== undefined || shown.fractions.size > 0));
  if (!isDone()) {
    await new Promise<void>((resolve) => {
      const forget = shown.subscribe(() => {
        if (!isDone()) return;
        forget();
        resolve();
      });
    });
  }
  return shown;
}

/** numbers: none for all segments. Of fractions what is filled by half or more counts. */
function insideOf(shown: ShownSegments, numbers: readonly number[]): Inside {
  const { labels, fractions, description } = shown;
  const half = typeof description === 'string' ? 1 : description.largest / 2;
  const places = new Set(numbers.map((n) => shown.placeOf(n)));
  return (plane) => {
    const count = plane.columns * plane.rows;
    const out = new Uint8Array(count);
    const found = labels?.wide ? new Uint16Array(count) : new Uint8Array(count);
    labels?.layers.forEach((_, layer) => {
      if (!sampleLabels(labels, layer, plane, found)) return;
      for (let i = 0; i < count; i++) if (found[i] && (!places.size || places.has(found[i] as number))) out[i] = 1;
    });
    const shares = fractions.size ? new Float32Array(count) : undefined;
    for (const [number, volume] of fractions) {
      if (!shares || (numbers.length && !numbers.includes(number)) || !sampleFractions(volume, plane, shares)) continue;
      for (let i = 0; i < count; i++) if ((shares[i] as number) >= half) out[i] = 1;
    }
    return out;
  };
}

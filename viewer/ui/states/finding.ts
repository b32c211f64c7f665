/** Where an image, or another object, that is named by its UID hangs. */
import type { ImageReference } from '../../core/states/strict';
import { text } from '../../core/dicom-json';
import type { DisplaySet } from '../../domain/display-sets';
import type { ViewerModel } from '../viewer-model';

/** at: its place in the stack, -1 for an object that is no image. */
export interface Place {
  series: string;
  set: DisplaySet;
  at: number;
}

/** The series that is named, else the first of the open studies that has it. Undefined where none has. */
export async function placeOf(model: ViewerModel, { uid, series, frames }: ImageReference): Promise<Place | undefined> {
  for (const one of [...(model.series.has(series) ? [series] : []), ...model.order()]) {
    const set = await model.fetchSet(one);
    const at = set?.images.findIndex((i) => i.sopInstanceUid === uid && (!frames.length || frames.includes(i.frame))) ?? -1;
    if (set && (at >= 0 || set.objects.some((ds) => text(ds, '00080018') === uid))) return { series: one, set, at };
  }
  return undefined;
}

const PATIENCE_MS = 20_000;

/** Waits until something is so, looked at once a frame. False when it took too long, or the viewer is left. */
export async function untilSo(model: ViewerModel, isSo: () => boolean): Promise<boolean> {
  const until = performance.now() + PATIENCE_MS;
  while (!isSo()) {
    if (performance.now() > until || model.isClosed) return false;
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
  return true;
}

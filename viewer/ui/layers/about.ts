/** From an object to the images it is about. */
import { items, text, type DataSet } from '../../core/dicom-json';
import { rigidBetween, whereIn, whereOf } from '../../domain/joined';
import { referencesOf } from '../../domain/references';
import type { ViewerModel } from '../viewer-model';

/**
 * The series of the images that an object names: by Referenced Series Sequence (0008,1115), by its references, else the first series of images in
 * its frame of reference, or in one that is registered to it. Undefined where the open studies have none.
 */
export async function seriesAbout(model: ViewerModel, ds: DataSet): Promise<string | undefined> {
  const named = items(ds, '00081115').map((item) => text(item, '0020000E')).find((uid) => model.series.has(uid));
  if (named) return named;
  const references = referencesOf(ds);
  const frame = text(ds, '00200052');
  let inFrame: string | undefined;
  let joined: string | undefined;
  for (const uid of model.order()) {
    if (!model.series.get(uid)?.series.is_image) continue;
    const set = await model.fetchSet(uid);
    if (set?.images.some((i) => references.has(i.sopInstanceUid))) return uid;
    if (frame && set?.images[0] && text(set.images[0].dataset, '00200052') === frame) inFrame ??= uid;
    if (frame && set?.images[0] && rigidBetween(model.registrations(), whereOf(set.images[0]), whereIn(frame))) joined ??= uid;
  }
  return inFrame ?? joined;
}

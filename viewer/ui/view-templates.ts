/** Templates of whole examinations: the teeth of a mouth in their mount. Mammograms have a room of their own (mammo-templates.ts). */
import { t } from '../core/language';
import { MOUNT, placeInMount, teethOf } from '../domain/dental';
import type { ImageRef } from '../domain/display-sets';
import { isRun } from '../domain/runs';
import type { StudyDetail } from '../domain/study';
import { seriesOfCell } from './stage/reformatting';
import type { ViewerModel } from './viewer-model';

export interface Single {
  uid: string;
  image: ImageRef;
}

/** The study of the active viewport, else the first. */
export function studyInHand(model: ViewerModel): StudyDetail | undefined {
  return model.series.get(seriesOfCell(model.hanging.cells[model.active] ?? ''))?.study ?? model.studies[0];
}

/** Everything of a study that shows one view: parts where a series has several. */
export async function singles(model: ViewerModel, study = studyInHand(model)): Promise<Single[]> {
  if (!study) return [];
  await Promise.all(study.series.filter((s) => ['MG', 'IO', 'DX', 'PX'].includes(s.modality)).map((s) => model.fetchSet(s.series_instance_uid)));
  return study.series.flatMap(({ series_instance_uid: uid }) => {
    const parts = [...model.series].filter(([id]) => isRun(id) && id.startsWith(`${uid}#`) && !id.endsWith('#r0'));
    const sets = parts.length ? parts.map(([id, { set }]) => [id, set] as const) : [[uid, model.series.get(uid)?.set] as const];
    return sets.flatMap(([id, set]) => (set?.images[0] && !set.source ? [{ uid: id, image: set.images[0] }] : []));
  });
}

/** Bitewings between the jaws; of two images of one place the later one hangs, the other is in the rail. */
export async function hangMouth(model: ViewerModel): Promise<void> {
  const cells = Array.from({ length: MOUNT.rows * MOUNT.columns }, () => '');
  for (const { uid, image } of await singles(model)) {
    const place = placeInMount(teethOf(image.dataset));
    if (place) cells[place.row * MOUNT.columns + place.column] = uid;
  }
  if (!cells.some(Boolean)) return model.tell(t('No image of this study says which teeth it shows.'));
  model.hangCells({ ...MOUNT, cells }, cells.findIndex(Boolean));
}

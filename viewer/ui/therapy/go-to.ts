/** From an object of radiotherapy to the images it is about. */
import type { Point3 } from '../../core/geometry';
import { frameOfReference, shownAt } from '../../domain/linking';
import { seriesOfCell } from '../stage/reformatting';
import type { SeriesState, ViewerModel } from '../viewer-model';

/** Series with images in a frame of reference, the one that is hung or the largest first. */
export function seriesIn(model: ViewerModel, reference: string): SeriesState | undefined {
  const found = model.order().flatMap((uid) => model.series.get(uid) ?? []).filter((s) => {
    const first = s.set?.images[0];
    return first && !['RTDOSE', 'RTIMAGE', 'REG'].includes(s.series.modality) && reference !== '' && frameOfReference(first) === reference;
  });
  const hung = found.find((s) => model.hanging.cells.some((cell) => seriesOfCell(cell) === s.series.series_instance_uid));
  return hung ?? found.sort((a, b) => (b.set?.images.length ?? 0) - (a.set?.images.length ?? 0))[0];
}

/** Hang a series where `cell` is, unless it hangs already. False when there is none. */
export function showImages(model: ViewerModel, reference: string, cell: number): boolean {
  const state = seriesIn(model, reference);
  if (!state) return false;
  const uid = state.series.series_instance_uid;
  const at = model.hanging.cells.findIndex((hung) => seriesOfCell(hung) === uid);
  if (at >= 0) model.update({ active: at });
  else model.showSeries(uid, cell);
  return true;
}

/** Every viewport with images there goes to a point of the patient; planes cross at it. False when nothing shows it. */
export function goToPoint(model: ViewerModel, point: Point3, reference: string): boolean {
  let moved = false;
  if (model.multiplanar.active) {
    model.multiplanar.active.moveTo(point);
    moved = true;
  }
  for (const stage of model.stages.values()) {
    const set = stage.snapshot().displaySet;
    const found = set?.images.length && !set.source ? shownAt(point, reference, set) : undefined;
    if (!found) continue;
    void stage.goTo(found.index);
    moved = true;
  }
  return moved;
}

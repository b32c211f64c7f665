/** From an object of radiotherapy to the images it is about. */
import type { Point3 } from '../../core/geometry';
import { frameOfReference, shownAt } from '../../domain/linking';
import { seriesOfCell } from '../stage/reformatting';
import type { SeriesState, ViewerModel } from '../viewer-model';
import { joinsOf } from './joins';

/** Series with images in a frame of reference, or joined to it: one that hangs before all others, then those of the frame itself, the largest first. */
export function seriesIn(model: ViewerModel, reference: string): SeriesState | undefined {
  const all = joinsOf(model).seriesIn(reference);
  const hung = all.find(({ state }) => model.hanging.cells.some((cell) => seriesOfCell(cell) === state.series.series_instance_uid));
  const direct = all.filter(({ joined }) => !joined.by);
  const size = (state: SeriesState) => state.set?.images.length ?? 0;
  return (hung ?? [...(direct.length ? direct : all)].sort((a, b) => size(b.state) - size(a.state))[0])?.state;
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
  const joins = joinsOf(model);
  let moved = false;
  if (model.multiplanar.active) {
    const plane = model.stage()?.snapshot().ref;
    model.multiplanar.active.moveTo((plane && joins.point(plane, reference, point)) ?? point);
    moved = true;
  }
  for (const stage of model.stages.values()) {
    const set = stage.snapshot().displaySet;
    const first = set?.source ? undefined : set?.images[0];
    const there = first && joins.point(first, reference, point);
    const found = set && first && there ? shownAt(there, frameOfReference(first), set) : undefined;
    if (!found) continue;
    void stage.goTo(found.index);
    moved = true;
  }
  return moved;
}

/** Parts of series (domain/runs) in the viewer: they hang and are remembered like series, and share the frames of theirs. */
import { kindOfClass } from '../domain/object-kinds';
import { isRun, KEY_PART, partsOf, seriesOfRun } from '../domain/runs';
import { isHidden } from './hidden-classes';
import { frameThumbnail, seriesThumbnail } from './server/http-server';
import { seriesOfCell } from './stage/reformatting';
import type { SeriesState, ViewerModel } from './viewer-model';

/** The series was read: its parts are what it says now. A part that is no more gives its place to the whole. */
export function adoptRuns(model: ViewerModel, uid: string): void {
  const state = model.series.get(uid);
  if (!state?.set) return;
  for (const id of [...model.series.keys()]) if (isRun(id) && !id.endsWith(KEY_PART) && seriesOfRun(id) === uid) model.series.delete(id);
  for (const { id, name, set } of partsOf(state.set)) {
    const { series } = state;
    // A single view is called by itself: 'R CC', '18 17 16'.
    const words = set.images.length === 1 ? name : [series.series_description || series.modality, name].filter(Boolean).join(', ');
    const classes = set.kind === state.set.kind ? series.sop_class_uids : series.sop_class_uids.filter((c) => kindOfClass(c) === set.kind);
    model.series.set(id, { ...state, series: { ...series, series_instance_uid: id, series_description: words, sop_class_uids: classes }, set, wanted: 0, loaded: 0, failed: 0 });
  }
  const cells = model.hanging.cells.map((cell) => (isRun(cell) && !cell.endsWith(KEY_PART) && seriesOfRun(cell) === uid && !model.series.has(cell) ? uid : cell));
  if (cells.join() !== model.hanging.cells.join()) model.hanging = { ...model.hanging, cells };
}

/** Parts are listed under a series that hangs somewhere, or of which one does. */
export function runsOnRail(model: ViewerModel, uid: string): SeriesState[] {
  if (!model.hanging.cells.some((cell) => seriesOfRun(seriesOfCell(cell)) === uid)) return [];
  return [...model.series].flatMap(([id, state]) => (isRun(id) && seriesOfRun(id) === uid ? [state] : []));
}

/** Everything that has a card in the rail, in its order; of what is hidden only what hangs. */
export function railOrder(model: ViewerModel): string[] {
  const isListed = (uid: string) => {
    const state = model.series.get(uid);
    return model.hanging.cells.includes(uid) || !state || !isHidden(state.series);
  };
  return model.order().filter(isListed).flatMap((uid) => [uid, ...runsOnRail(model, uid).map((s) => s.series.series_instance_uid)]);
}

/** Of a part: the frame in its middle. */
export function thumbnailOf({ study, series, set }: SeriesState): string {
  const uid = seriesOfRun(series.series_instance_uid);
  const chosen = set?.images[0];
  if (chosen?.home) return frameThumbnail(chosen.home.study, chosen.home.series, chosen.sopInstanceUid, chosen.frame);
  const image = uid === series.series_instance_uid ? undefined : set?.images[Math.floor(set.images.length / 2)];
  return image ? frameThumbnail(study.study_instance_uid, uid, image.sopInstanceUid, image.frame) : seriesThumbnail(study.study_instance_uid, uid);
}

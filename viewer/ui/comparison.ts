/** What shows the same in several studies, hung side by side and linked. */
import { t } from '../core/language';
import { besideEachOther, bestPrior, mostAlike } from '../domain/compare';
import type { StudyDetail } from '../domain/study';
import type { SeriesState, ViewerModel } from './viewer-model';

/** Hang what shows the same in two studies side by side, the newer left. The reason when it cannot be. */
export async function compare(model: ViewerModel): Promise<string> {
  const state = model.series.get(model.hanging.cells[model.active] ?? '');
  if (!state) return t('Nothing hangs here.');
  const other = await otherStudy(model, state.study);
  if (!other) return t('No other study of this patient is here.');
  const found = await alike(model, state, other);
  if (!found) return t('The other study has no images.');
  const pair = [state.series.series_instance_uid, found];
  const newer = `${state.study.study_date}${state.study.study_time}` >= `${other.study_date}${other.study_time}`;
  model.linker.on = true;
  model.hangCells({ rows: 1, columns: 2, cells: newer ? pair : pair.reverse() }, newer ? 0 : 1, t('compare'));
  return '';
}

/** One series of each study; `first` is of the first study, or the only one with images. */
export async function hangBeside(model: ViewerModel, first: string, studies: readonly StudyDetail[]): Promise<void> {
  const state = model.series.get(first);
  if (!state) return;
  const cells = await Promise.all(studies.map((study) => (study === state.study ? first : alike(model, state, study))));
  if (model.isClosed || model.undoable) return; // the reader went on meanwhile
  const [rows, columns] = besideEachOther(studies.length);
  model.linker.on = true;
  model.hangAll({ rows, columns, cells: Array.from({ length: rows * columns }, (_, i) => cells[i] ?? '') });
  model.update({ active: Math.max(studies.indexOf(state.study), 0) });
}

/** The series of another study that shows most nearly the same. */
async function alike(model: ViewerModel, state: SeriesState, other: StudyDetail): Promise<string | undefined> {
  await Promise.all(other.series.filter((s) => s.is_image).map((s) => model.fetchSet(s.series_instance_uid)));
  const candidates = other.series.map((series) => ({ series, set: model.series.get(series.series_instance_uid)?.set }));
  return mostAlike(state, candidates)?.series.series_instance_uid;
}

/** Another study of the patient that is open, else the prior that is looked at first, which then joins the rail. */
async function otherStudy(model: ViewerModel, study: StudyDetail): Promise<StudyDetail | undefined> {
  const open = bestPrior(study, model.studies);
  if (open) return model.studies.find((s) => s.study_instance_uid === open.study_instance_uid);
  const prior = bestPrior(study, study.priors);
  return prior && model.prior(prior.study_instance_uid);
}

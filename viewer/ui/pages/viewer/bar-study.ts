import type { StudyDetail } from '../../../domain/study';
import type { ViewerModel } from '../../viewer-model';

/** The study the bar names: that of the active viewport. */
export function barStudy(model: ViewerModel): StudyDetail | undefined {
  const uid = model.hanging.cells[model.active] ?? '';
  return model.series.get(uid)?.study ?? model.studies[0];
}

/** Laying one series over another: what is offered, and where it is laid. */
import { isFourDimensional } from '../../../domain/dimensions';
import { mostLikelyUpper } from '../../../domain/fusion';
import { t } from '../../../core/language';
import { layOver, registrationsRead, uppersOf, type Upper } from '../../laid-over';
import { seriesOfCell } from '../../stage/reformatting';
import type { Stage } from '../../stage/stage';
import type { ViewerModel } from '../../viewer-model';

function others(stage: Stage, model: ViewerModel): ReturnType<typeof uppersOf> {
  const { ref, displaySet } = stage.snapshot();
  return ref && !displaySet?.colour ? uppersOf(model, seriesOfCell(displaySet?.seriesInstanceUid ?? ''), ref) : [];
}

/** Series that may lie over what a viewport shows. */
export function candidates(stage: Stage, model: ViewerModel): Upper[] {
  return others(stage, model).flatMap(({ state, lying }) => (typeof lying === 'object' ? [state] : []));
}

/** What is a volume but cannot lie there, and why; of the same kind only where something else can. '' where nothing is in the way. */
export function whyApart(stage: Stage, model: ViewerModel): string {
  const own = model.series.get(seriesOfCell(stage.snapshot().displaySet?.seriesInstanceUid ?? ''))?.series.modality;
  const all = others(stage, model);
  const some = all.some(({ lying }) => typeof lying === 'object');
  const apart = all.filter(({ state, lying }) => lying === 'elsewhere' && (some || state.series.modality !== own));
  const names = apart.map(({ state: { series } }) => [series.series_number, series.modality].filter(Boolean).join(' ')).join(', ');
  return names && t('In another frame of reference, and no registration object joins it: {series}.', { series: names });
}

/** Off when something lies there, else what is likeliest. */
export async function toggleOver(stage: Stage, model: ViewerModel): Promise<void> {
  if (stage.snapshot().over) return layOver(stage, model, undefined);
  await registrationsRead(model);
  // In the first second of a study its other series are not read yet.
  if (!candidates(stage, model).length) await Promise.all(model.order().map((uid) => model.fetchSet(uid)));
  const offered = candidates(stage, model);
  const upper = mostLikelyUpper(offered.map((s) => ({ modality: s.series.modality, set: s.set })));
  if (!upper) return model.tell(whyApart(stage, model) || t('No other series here has the same places in the patient and makes a volume.'));
  layOver(stage, model, upper.set);
  model.update({ panel: true, tab: 'image' });
}

/** Another time of what lies over a stack that has one itself. False where there is none. */
export function stepOver(stage: Stage, by: number): boolean {
  const { displaySet, over } = stage.snapshot();
  if (!over || (displaySet && isFourDimensional(displaySet.dimensions))) return false;
  return over.stepTime(by);
}

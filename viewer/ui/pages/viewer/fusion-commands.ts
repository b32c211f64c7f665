/** Laying one series over another: what is offered, and where it is laid. */
import { canLieOver, mostLikelyUpper } from '../../../domain/fusion';
import type { DisplaySet } from '../../../domain/display-sets';
import { isRun } from '../../../domain/runs';
import { t } from '../../../core/language';
import { Fusion } from '../../stage/fusion';
import type { Stage } from '../../stage/stage';
import type { SeriesState, ViewerModel } from '../../viewer-model';

/** Series of the same places that may lie over what a viewport shows; planes computed from one are none. */
export function candidates(stage: Stage, model: ViewerModel): (SeriesState & { set: DisplaySet })[] {
  const { ref, displaySet } = stage.snapshot();
  const own = seriesOf(displaySet);
  if (!ref || displaySet?.colour) return [];
  return [...model.series.values()].filter((s): s is SeriesState & { set: DisplaySet } => {
    return s.series.series_instance_uid !== own && !isRun(s.series.series_instance_uid) && s.set !== undefined && !s.set.source && canLieOver(ref, s.set);
  });
}

/** Planes of a series have its UID and a word behind it. */
function seriesOf(set: DisplaySet | undefined): string {
  return set?.seriesInstanceUid.split('#')[0] ?? '';
}

/** Over all viewports that show the series of this one, its planes among them; undefined takes it off. */
export function layOver(stage: Stage, model: ViewerModel, set: DisplaySet | undefined): void {
  const own = seriesOf(stage.snapshot().displaySet);
  const stages = [...model.stages.values()].filter((s) => seriesOf(s.snapshot().displaySet) === own);
  const known = [...model.stages.values()].map((s) => s.snapshot().over).find((over) => set && over?.set === set);
  const over = set && (known ?? new Fusion(set));
  const before = stage.snapshot().over;
  for (const s of stages) s.setOver(over);
  if (before && ![...model.stages.values()].some((s) => s.snapshot().over === before)) before.stop();
  model.update();
}

/** Off when something lies there, else what is likeliest. */
export function toggleOver(stage: Stage, model: ViewerModel): void {
  if (stage.snapshot().over) return layOver(stage, model, undefined);
  const offered = candidates(stage, model);
  const upper = mostLikelyUpper(offered.map((s) => ({ modality: s.series.modality, set: s.set })));
  if (!upper) return model.tell(t('No other series here has the same places in the patient and makes a volume.'));
  layOver(stage, model, upper.set);
  model.update({ panel: true, tab: 'image' });
}

/** Laying one series over another: what is offered, and where it is laid. */
import { isFourDimensional } from '../../../domain/dimensions';
import { lyingOver, mostLikelyUpper, type Lying } from '../../../domain/fusion';
import { frameOfReference } from '../../../domain/linking';
import type { DisplaySet } from '../../../domain/display-sets';
import { isRun } from '../../../domain/runs';
import { t } from '../../../core/language';
import { Fusion } from '../../stage/fusion';
import type { Stage } from '../../stage/stage';
import type { SeriesState, ViewerModel } from '../../viewer-model';

type Upper = SeriesState & { set: DisplaySet };

/** Other series that could lie over what a viewport shows: where they lie, and by what. Planes computed from one are none. */
function others(stage: Stage, model: ViewerModel): { state: Upper; lying: Lying }[] {
  const { ref, displaySet } = stage.snapshot();
  const own = seriesOf(displaySet);
  if (!ref || displaySet?.colour) return [];
  const registrations = [...model.series.values()].flatMap((s) => s.set?.registrations ?? []);
  const isOther = (s: SeriesState): s is Upper => s.series.series_instance_uid !== own && !isRun(s.series.series_instance_uid) && s.set !== undefined && !s.set.source;
  return [...model.series.values()].filter(isOther).map((state) => ({ state, lying: lyingOver(ref, state.set, registrations) }));
}

/** Series that may lie over what a viewport shows. */
export function candidates(stage: Stage, model: ViewerModel): Upper[] {
  return others(stage, model).flatMap(({ state, lying }) => (typeof lying === 'object' ? [state] : []));
}

/** What is a volume but cannot lie there, and why; of the same kind only where something else can. '' where nothing is in the way. */
export function whyApart(stage: Stage, model: ViewerModel): string {
  const own = model.series.get(seriesOf(stage.snapshot().displaySet))?.series.modality;
  const all = others(stage, model);
  const some = all.some(({ lying }) => typeof lying === 'object');
  const apart = all.filter(({ state, lying }) => lying === 'elsewhere' && (some || state.series.modality !== own));
  const names = apart.map(({ state: { series } }) => [series.series_number, series.modality].filter(Boolean).join(' ')).join(', ');
  return names && t('In another frame of reference, and no registration object joins it: {series}.', { series: names });
}

/** Planes of a series have its UID and a word behind it. */
function seriesOf(set: DisplaySet | undefined): string {
  return set?.seriesInstanceUid.split('#')[0] ?? '';
}

/** Over all viewports that show the series of this one, its planes among them; undefined takes it off. */
export function layOver(stage: Stage, model: ViewerModel, set: DisplaySet | undefined): void {
  const own = seriesOf(stage.snapshot().displaySet);
  const stages = [...model.stages.values()].filter((s) => seriesOf(s.snapshot().displaySet) === own);
  const { ref } = stage.snapshot();
  const lying = set && others(stage, model).find(({ state }) => state.set === set)?.lying;
  if (set && (!ref || typeof lying !== 'object')) return;
  const frame = ref ? frameOfReference(ref) : '';
  const known = [...model.stages.values()].map((s) => s.snapshot().over).find((over) => set && over?.set === set && over.frame === frame);
  const over = set && typeof lying === 'object' ? (known ?? new Fusion(set, frame, lying.registered)) : undefined;
  const before = stage.snapshot().over;
  for (const s of stages) s.setOver(over);
  if (before && ![...model.stages.values()].some((s) => s.snapshot().over === before)) before.stop();
  model.update();
}

/** Off when something lies there, else what is likeliest. */
export async function toggleOver(stage: Stage, model: ViewerModel): Promise<void> {
  if (stage.snapshot().over) return layOver(stage, model, undefined);
  await registrationsRead(model);
  const offered = candidates(stage, model);
  const upper = mostLikelyUpper(offered.map((s) => ({ modality: s.series.modality, set: s.set })));
  if (!upper) return model.tell(whyApart(stage, model) || t('No other series here has the same places in the patient and makes a volume.'));
  layOver(stage, model, upper.set);
  model.update({ panel: true, tab: 'image' });
}

/** They come last in the order of fetching; who lays something over cannot do without. */
async function registrationsRead(model: ViewerModel): Promise<void> {
  const lacking = [...model.series].filter(([, { series, set }]) => series.modality === 'REG' && !set);
  await Promise.all(lacking.map(([uid]) => model.fetchSet(uid)));
}

/** Another time of what lies over a stack that has one itself. False where there is none. */
export function stepOver(stage: Stage, by: number): boolean {
  const { displaySet, over } = stage.snapshot();
  if (!over || (displaySet && isFourDimensional(displaySet.dimensions))) return false;
  return over.stepTime(by);
}

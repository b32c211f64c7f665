/** Radiotherapy by keys and by "Find or do": layers on and off, the next structure, histograms. */
import { t } from '../../core/language';
import { shapeOf } from '../../domain/structures';
import type { Companion } from '../companions';
import type { ViewerModel } from '../viewer-model';
import { goToPoint, showImages } from './go-to';
import { changeLook, doses, isFieldOn, lookOf, plans, portals, showField, structureSets, uidOf, type Dose, type Look } from './objects';
import { structuresIn, therapyOf } from './therapy';

/** name: of the command behind 'rt.'. What is not there is said. */
export function runTherapy(name: string, model: ViewerModel): void {
  COMMANDS[name]?.(model);
}

const COMMANDS: Record<string, (model: ViewerModel) => void> = {
  contours: (model) => toggle(model, structureSets(model), t('The open studies hold no structures.')),
  dose: (model) => toggle(model, doses(model), NO_DOSE),
  lines: (model) => ofDose(model, (look) => ({ lines: !look.lines })),
  wash: (model) => ofDose(model, (look) => ({ wash: !look.wash })),
  structure: nextStructure,
  dvh: openHistograms,
  field: toggleField,
};

const NO_DOSE = t('The open studies hold no dose.');

/** Off when any is on, else on: the first of them, since two doses on one another cannot be read. */
function toggle(model: ViewerModel, all: readonly Companion[], none: string): void {
  const [first] = all;
  if (!first) return model.tell(none);
  const shown = all.filter((one) => lookOf(model, one).on);
  for (const one of shown.length ? shown : [first]) changeLook(model, one, { on: !shown.length });
}

/** Of the doses over the images; of the first, which comes with it, while there is none. */
function ofDose(model: ViewerModel, change: (look: Look) => Partial<Look>): void {
  const [first] = doses(model);
  if (!first) return model.tell(NO_DOSE);
  const shown = doses(model).filter((dose) => lookOf(model, dose).on);
  for (const dose of shown.length ? shown : [first]) changeLook(model, dose, { on: true, ...change(lookOf(model, dose)) });
}

/** The one after the last that is drawn, alone; from the first again at the end. */
function nextStructure(model: ViewerModel): void {
  const sets = structureSets(model);
  const set = sets.find((one) => lookOf(model, one).on) ?? sets[0];
  const drawn = set ? structuresIn(set.dataset).filter((s) => shapeOf(s).contours.length) : [];
  if (!set || !drawn.length) return model.tell(t('The open studies hold no structures.'));
  const look = lookOf(model, set);
  const shown = drawn.filter((s) => look.on && !look.hidden.includes(s.number));
  const last = shown.length === 1 && shown[0] ? drawn.indexOf(shown[0]) : -1;
  const next = drawn[(last + 1) % drawn.length];
  if (!next) return;
  changeLook(model, set, { on: true, hidden: structuresIn(set.dataset).map((s) => s.number).filter((n) => n !== next.number) });
  const { middle } = shapeOf(next);
  showImages(model, next.frameOfReference, model.active);
  if (middle) goToPoint(model, middle, next.frameOfReference);
  model.tell(next.name || t('Structure {number}', { number: String(next.number) }));
}

function openHistograms(model: ViewerModel): void {
  const dose: Dose | undefined = doses(model).find((one) => lookOf(model, one).on) ?? doses(model)[0];
  if (!dose) return model.tell(NO_DOSE);
  model.update({ panel: true, tab: 'image' });
  therapyOf(model).openHistograms(uidOf(dose.dataset));
}

/** Of RT Images, or the isocentres of plans where there are none. */
function toggleField(model: ViewerModel): void {
  const series = portals(model).map((s) => s.series.series_instance_uid);
  if (!series.length) return toggle(model, plans(model), t('The open studies hold no plan.'));
  const on = !series.some((uid) => isFieldOn(model, uid));
  for (const uid of series) showField(model, uid, on);
}

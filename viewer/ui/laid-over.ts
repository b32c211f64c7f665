/** Where one series lies over another: over all viewports that show the lower one, its planes among them. */
import { t } from '../core/language';
import { lyingOver, type Layer, type Lying } from '../domain/fusion';
import type { DisplaySet, ImageRef } from '../domain/display-sets';
import { frameOfReference } from '../domain/linking';
import { idOf, registrationsBetween, whereOf, type Registered } from '../domain/joined';
import { isRun } from '../domain/runs';
import type { KeptOver } from '../domain/volume-kept';
import { Fusion, type Cut } from './stage/fusion';
import { seriesOfCell } from './stage/reformatting';
import type { Stage } from './stage/stage';
import type { SeriesState, ViewerModel } from './viewer-model';

/** As one step that can be undone; undefined takes it off. */
export function layOver(stage: Stage, model: ViewerModel, set: DisplaySet | undefined): void {
  const own = seriesShown(stage);
  const before = stage.snapshot().over?.kept();
  const after: KeptOver | undefined = set && { series: set.seriesInstanceUid, layer: undefined };
  const go = (kept: KeptOver | undefined) => lay(model, own, kept);
  go(after);
  model.note({ words: t('series laid over'), kind: '', about: [own], undo: () => go(before), redo: () => go(after) });
}

/** Known layers go on; undefined takes it off. What cannot lie there does not. */
function lay(model: ViewerModel, own: string, kept: KeptOver | undefined): void {
  const all = [...model.stages.values()];
  const stages = all.filter((s) => seriesShown(s) === own);
  const ref = stages[0]?.snapshot().ref ?? model.series.get(own)?.set?.images[0];
  const upper = kept && ref ? upperOf(model, own, ref, kept) : undefined;
  if (kept && (!ref || !upper || typeof upper.lying !== 'object')) return;
  const frame = ref ? frameOfReference(ref) : '';
  const known = all.map((s) => s.snapshot().over).find((over) => upper && over?.set === upper.state.set && over.frame === frame && isCutSo(over, kept));
  const over = upper && typeof upper.lying === 'object' ? (known ?? new Fusion(upper.state.set, frame, chosen(model, ref, upper.state.set, kept) ?? upper.lying.registered, kept?.layer, cutOf(model, upper.state.set, kept))) : undefined;
  const before = stages[0]?.snapshot().over;
  for (const s of stages) s.setOver(over);
  model.setOverOf(own, over);
  if (before && !all.some((s) => s.snapshot().over === before)) before.stop();
  model.update();
}

/** A presentation state may lay a part of a volume over the volume itself. */
function upperOf(model: ViewerModel, own: string, ref: ImageRef, kept: KeptOver): { state: Upper; lying: Lying } | undefined {
  const state = model.series.get(own);
  if (kept.series === own && kept.cropping && state?.set) return { state: { ...state, set: state.set }, lying: { registered: undefined } };
  return uppersOf(model, own, ref).find(({ state }) => state.series.series_instance_uid === kept.series);
}

function isCutSo(over: Fusion, kept: KeptOver | undefined): boolean {
  return JSON.stringify(over.kept().cropping) === JSON.stringify(kept?.cropping);
}

function cutOf(model: ViewerModel, { images }: DisplaySet, kept: KeptOver | undefined): Cut | undefined {
  const { cropping } = kept ?? {};
  const frame = images[0] ? frameOfReference(images[0]) : '';
  return cropping && { cropping, cropper: import('./states/cropping').then(({ cropperOf }) => cropperOf(model, cropping, frame)) };
}

function chosen(model: ViewerModel, image: ImageRef | undefined, set: DisplaySet, kept: KeptOver | undefined): Registered | undefined {
  const [to] = set.images;
  return kept?.registered && image && to ? registrationsBetween(model.registrations(), whereOf(image), whereOf(to)).find((r) => idOf(r) === kept.registered) : undefined;
}

/** What lies over looks otherwise, or lies there by another registration: a step that can be undone. */
export function changeOver(stage: Stage, model: ViewerModel, change: { layer?: Partial<Layer>; registered?: Registered }): void {
  const own = seriesShown(stage);
  const over = stage.snapshot().over;
  const before = over?.layer;
  const [from, to] = [over?.registered, change.registered];
  // Until its volume has come it has no looks that could be changed; where it lies may be.
  if (!over || (change.layer && !before)) return;
  // What lies there then may have been laid over anew.
  const now = () => [...model.stages.values()].find((s) => seriesShown(s) === own && s.snapshot().over?.set === over.set)?.snapshot().over;
  const go = (layer: Partial<Layer> | undefined, registered: Registered | undefined) => {
    if (layer) now()?.setLayer(layer);
    if (registered && now()?.registered !== registered) now()?.setRegistered(registered);
  };
  const after = before && { ...before, ...change.layer };
  go(after, to);
  model.note({ words: t('series laid over'), kind: to ? '' : `over ${own} ${Object.keys(change.layer ?? {}).join()}`, about: [own], undo: () => go(before, to && from), redo: () => go(after, to) });
}

/** After a reload, or from another window: what lay over views, by what hangs there. */
export async function layAgain(model: ViewerModel, overs: Readonly<Record<string, KeptOver>>): Promise<void> {
  const lower = new Map(Object.entries(overs).map(([id, over]) => [seriesOfCell(id), over]));
  if (lower.size) await registrationsRead(model);
  for (const [own, over] of lower) {
    await Promise.all([model.fetchSet(own), model.fetchSet(over.series)]);
    if (!model.isClosed) lay(model, own, over);
  }
}

export type Upper = SeriesState & { set: DisplaySet };

/** Other series that could lie over an image: where they lie, and by what. Planes computed from one are none. */
export function uppersOf(model: ViewerModel, own: string, image: ImageRef): { state: Upper; lying: Lying }[] {
  const registrations = model.registrations();
  const isOther = (s: SeriesState): s is Upper => s.series.series_instance_uid !== own && !isRun(s.series.series_instance_uid) && s.set !== undefined && !s.set.source && !s.set.images[0]?.home;
  return [...model.series.values()].filter(isOther).map((state) => ({ state, lying: lyingOver(image, state.set, registrations) }));
}

/** They come last in the order of fetching; who lays something over cannot do without. */
export async function registrationsRead(model: ViewerModel): Promise<void> {
  const lacking = [...model.series].filter(([, { series, set }]) => series.modality === 'REG' && !set);
  await Promise.all(lacking.map(([uid]) => model.fetchSet(uid)));
}

function seriesShown(stage: Stage): string {
  return seriesOfCell(stage.snapshot().displaySet?.seriesInstanceUid ?? '');
}

/** Radiotherapy objects of the open studies, and what of them is shown (kept with `own-states`, by series and object). */
import { items, text, type DataSet } from '../../core/dicom-json';
import type { ImageRef } from '../../domain/display-sets';
import { t } from '../../core/language';
import { kindOfClass } from '../../domain/object-kinds';
import type { Colour, Structure } from '../../domain/structures';
import { companionsRead, type Companion } from '../companions';
import type { SeriesState, ViewerModel } from '../viewer-model';

export const RT_IMAGE = '1.2.840.10008.5.1.4.1.1.481.1';
export const RT_DOSE = '1.2.840.10008.5.1.4.1.1.481.2';

export function hasTherapy(model: ViewerModel): boolean {
  return [...model.series.values()].some(({ series }) => series.sop_class_uids.some((uid) => uid === RT_DOSE || uid === RT_IMAGE || kindOfClass(uid) === 'structures' || kindOfClass(uid) === 'plan'));
}

export function uidOf(ds: DataSet): string {
  return text(ds, '00080018');
}

/** As the reader knows a structure set. */
export function nameOfSet({ state, dataset }: Companion): string {
  return text(dataset, '30060002') || state.series.series_description || '';
}

export function structureSets(model: ViewerModel): Companion[] {
  return companionsRead(model, 'structures');
}

/** RT Plans and RT Ion Plans, not the records. */
export function plans(model: ViewerModel): Companion[] {
  return companionsRead(model, 'plan').filter(({ dataset }) => '300A00B0' in dataset || '300A03A2' in dataset);
}

/** Series of RT Images. */
export function portals(model: ViewerModel): SeriesState[] {
  return [...model.series.values()].filter(({ series }) => series.sop_class_uids.includes(RT_IMAGE));
}

/** Jaws, leaves and isocentre are drawn on RT Images until somebody wants none. */
export function isFieldOn(model: ViewerModel, series: string): boolean {
  return model.own.of(series).field !== false;
}

export interface Dose extends Companion {
  /** Its frames, in their order. */
  images: ImageRef[];
}

export function doses(model: ViewerModel): Dose[] {
  return model.order().flatMap((uid) => model.series.get(uid) ?? []).flatMap((state) => {
    const found = (state.set?.objects ?? []).filter((ds) => text(ds, '00080016') === RT_DOSE);
    return found.map((dataset) => ({ state, dataset, images: imagesOf(state, dataset) }));
  });
}

function imagesOf(state: SeriesState, dataset: DataSet): ImageRef[] {
  return (state.set?.images ?? []).filter((image) => image.sopInstanceUid === uidOf(dataset)).sort((a, b) => a.frame - b.frame);
}

/** How an object is shown. Any of it may come from an older page: it is checked where it is read. */
export interface Look {
  on: boolean;
  hidden: number[];
  /** Of structures, by their number, where the reader took another one. */
  colours: Record<number, Colour>;
  fill: number;
  width: number;
  wash: boolean;
  lines: boolean;
  opacity: number;
  /** Levels are percent of this, or doses. */
  of: 'maximum' | 'prescription' | 'dose';
  /** Undefined: the usual ones. */
  levels: number[] | undefined;
}

/** Gy or percent. */
export const USUAL_LEVELS = [107, 105, 100, 95, 90, 80, 70, 50, 30];
/** Of the maximum nothing lies above 100 percent. */
export const USUAL_OF_MAXIMUM = [95, 90, 80, 70, 60, 50, 30, 10];
const MOST_LEVELS = 16;

export function lookOf(model: ViewerModel, { state, dataset }: Companion): Look {
  const kept = (model.own.of(state.series.series_instance_uid).shown as Record<string, Partial<Record<keyof Look, unknown>>> | undefined)?.[uidOf(dataset)] ?? {};
  const within = (value: unknown, low: number, high: number, usual: number) => (typeof value === 'number' && value >= low && value <= high ? value : usual);
  const list = (value: unknown) => (Array.isArray(value) ? value.filter((v): v is number => typeof v === 'number' && Number.isFinite(v)) : undefined);
  return {
    on: kept.on === true,
    hidden: list(kept.hidden) ?? [],
    colours: coloursIn(kept.colours),
    fill: within(kept.fill, 0, 1, 0.15),
    width: within(kept.width, 0.5, 6, 1.5),
    wash: kept.wash !== false,
    lines: kept.lines !== false,
    opacity: within(kept.opacity, 0, 1, 0.35),
    of: kept.of === 'maximum' || kept.of === 'prescription' || kept.of === 'dose' ? kept.of : 'maximum',
    levels: list(kept.levels)?.filter((v) => v > 0).slice(0, MOST_LEVELS),
  };
}

function coloursIn(kept: unknown): Record<number, Colour> {
  const pairs = typeof kept === 'object' && kept ? Object.entries(kept) : [];
  const isColour = (c: unknown) => Array.isArray(c) && c.length === 3 && c.every((v) => Number.isInteger(v) && v >= 0 && v <= 255);
  return Object.fromEntries(pairs.filter(([, c]) => isColour(c))) as Record<number, Colour>;
}

export function colourOf({ colours }: Look, structure: Structure): Colour {
  return colours[structure.number] ?? structure.colour;
}

/** As one step that can be undone; what a slider does in one go is one. */
export function changeLook(model: ViewerModel, { state, dataset }: Companion, change: Partial<Look>): void {
  const series = state.series.series_instance_uid;
  const uid = uidOf(dataset);
  const shown = () => (model.own.of(series).shown ?? {}) as Record<string, object>;
  const before = shown()[uid] ?? {};
  const after = { ...before, ...change };
  const go = (look: object) => {
    model.own.change(series, { shown: { ...shown(), [uid]: look } });
    model.update();
  };
  go(after);
  const names = Object.keys(change).join();
  const slides = ['fill', 'width', 'opacity', 'colours'].includes(names);
  model.note({ words: wordsOf(text(dataset, '00080060')), kind: slides ? `therapy ${uid} ${names}` : '', about: [series], undo: () => go(before), redo: () => go(after) });
}

function wordsOf(modality: string): string {
  const known: Record<string, string> = { RTSTRUCT: t('structures over the images'), RTDOSE: t('dose over the images') };
  return known[modality] ?? t('isocentre over the images');
}

/** Jaws, leaves and isocentre on RT Images. */
export function showField(model: ViewerModel, series: string, field: boolean): void {
  const go = (on: boolean) => {
    model.own.change(series, { field: on });
    model.update();
  };
  go(field);
  model.note({ words: t('field over the image'), kind: '', about: [series], undo: () => go(!field), redo: () => go(field) });
}

/** The open object with a SOP Instance UID. */
export function objectWith(model: ViewerModel, sopInstanceUid: string): Companion | undefined {
  for (const uid of model.order()) {
    const state = model.series.get(uid);
    const dataset = state?.set?.objects.find((ds) => uidOf(ds) === sopInstanceUid);
    if (state && dataset) return { state, dataset };
  }
  return undefined;
}

/** Referenced SOP Instance UIDs of a sequence. */
export function namedIn(ds: DataSet, sequence: string): string[] {
  return items(ds, sequence).map((i) => text(i, '00081155')).filter(Boolean);
}

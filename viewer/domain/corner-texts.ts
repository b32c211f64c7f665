/** What may stand in the corners of an image, and what stands there by modality. Pure values. */
import { item, number, text, type DataSet } from '../core/dicom-json';
import { isoDateTime } from '../core/dates';
import { lateralityOf } from '../core/image-axes';
import { planeOf } from '../core/image-description';
import { kindOfPlane, type PlaneKind } from '../core/image-plane';
import { figure, fixed } from '../core/figures';
import { t } from '../core/language';
import { anglesOf, secondsOf } from './angiography';
import type { ImageRef } from './display-sets';
import { teethOf } from './dental';
import { isFourDimensional, type Dimensions } from './dimensions';
import { vectorName } from './frame-vectors';
import { frameName, groupName, isNuclear } from './nuclear';
import { stackName } from './runs';
import type { Series, StudyDetail } from './study';

export type Corner = 'tr' | 'bl' | 'br';

/** Lines of the three corners a person may fill; top left belongs to the patient and the flags. */
export type CornerLayout = Record<Corner, readonly string[]>;

/** What a line is made of. value: of the pixel under the pointer; window, zoom: as they stand. */
export interface Shown {
  study: StudyDetail;
  series: Series;
  image: ImageRef | undefined;
  /** Place in the stack from 1, and its length. */
  at: number;
  count: number;
  dimensions: Dimensions | undefined;
  window: string;
  zoom: string;
  value: string;
}

export interface CornerItem {
  id: string;
  title: string;
  of: (shown: Shown) => string;
}

export const LINES = 3;

const tag = (id: string, title: string, write: (ds: DataSet) => string): CornerItem => ({ id, title, of: ({ image }) => (image ? write(image.dataset) : '') });
const quantity = (ds: DataSet, at: string, before: string, after: string) => {
  const n = number(ds, at);
  return n ? [before, round(n), after].filter(Boolean).join(' ') : '';
};

export const CORNER_ITEMS: readonly CornerItem[] = [
  { id: 'series', title: t('Series'), of: ({ series }) => [series.series_number, series.series_description || series.modality].filter((v) => v !== null && v !== '').join('  ') },
  { id: 'date', title: t('Date and time'), of: ({ series, study }) => isoDateTime(series.series_date || study.study_date, series.series_time || study.study_time) },
  { id: 'view', title: t('View, side, body part'), of: ({ image }) => (image ? viewOf(image) : '') },
  { id: 'number', title: t('Image number'), of: ({ at, count, dimensions, image }) => (count > 0 ? [t('Im {at} / {count}', { at, count }), placeText(dimensions, at - 1, image && stackName(image)), image ? vectorName(image.dataset, image.frame) : ''].filter(Boolean).join('  ') : '') },
  { id: 'slice', title: t('Slice thickness and place'), of: ({ image }) => (image ? sliceOf(image) : '') },
  { id: 'exposure', title: t('kV and mAs, or TR and TE'), of: ({ image }) => (image ? exposureOf(image.dataset) : '') },
  { id: 'window', title: t('Window'), of: (s) => s.window },
  { id: 'zoom', title: t('Zoom'), of: (s) => s.zoom },
  { id: 'value', title: t('Value at the pointer'), of: (s) => s.value },
  { id: 'study', title: t('Study description'), of: ({ study }) => study.study_description },
  { id: 'accession', title: t('Accession number'), of: ({ study }) => study.accession_number },
  { id: 'nuclear-group', title: t('Detector, phase, energy window'), of: ({ image }) => (image && isNuclear(image.dataset) ? groupName(image.dataset, image.frame) : '') },
  { id: 'nuclear-frame', title: t('Time, slot or angle of the frame'), of: ({ image }) => (image && isNuclear(image.dataset) ? frameName(image.dataset, image.frame) : '') },
  { id: 'angles', title: t('Angles of the C-arm'), of: ({ image }) => (image ? anglesOf(image.dataset, image.frame) : '') },
  { id: 'frame-time', title: t('Time of the frame'), of: ({ image }) => frameTime(image) },
  { id: 'stage', title: t('Place on the slide'), of: ({ image }) => (image ? stagePlace(image.dataset) : '') },
  { id: 'teeth', title: t('Teeth'), of: ({ image }) => (image ? teethOf(image.dataset).join(' ') : '') },
  tag('institution', t('Institution'), (ds) => text(ds, '00080080')),
  tag('station', t('Station'), (ds) => text(ds, '00081010')),
  tag('contrast', t('Contrast agent'), (ds) => text(ds, '00180010')),
  tag('kernel', t('Kernel'), (ds) => text(ds, '00181210')),
  tag('field', t('Field strength'), (ds) => quantity(ds, '00180087', '', 'T')),
  tag('sequence', t('Sequence'), (ds) => text(ds, '00180024') || text(ds, '00189005')),
  tag('flip-angle', t('Flip angle'), (ds) => quantity(ds, '00181314', 'FA', '°')),
  tag('compression', t('Compression force'), (ds) => quantity(ds, '001811A2', '', 'N')),
  tag('transducer', t('Transducer'), (ds) => text(ds, '00186031')),
  tag('comments', t('Image comments'), (ds) => text(ds, '00204000')),
];

const BY_ID = new Map(CORNER_ITEMS.map((item) => [item.id, item]));

const USUAL: CornerLayout = { tr: ['series', 'date', 'view'], bl: ['number', 'slice', 'exposure'], br: ['window', 'zoom', 'value'] };
const BY_MODALITY: Record<string, Partial<CornerLayout>> = {
  // Side and view stand large beside the breast.
  MG: { tr: ['series', 'date'], bl: ['number', 'compression', 'exposure'] },
  US: { bl: ['number', 'transducer', 'frame-time'] },
  XA: { bl: ['number', 'angles', 'frame-time'] },
  RF: { bl: ['number', 'angles', 'frame-time'] },
  SM: { bl: ['number', 'stage'] },
  GM: { bl: ['number', 'stage'] },
  // In the mount of a full mouth there is room for one line.
  NM: { bl: ['number', 'nuclear-group', 'nuclear-frame'] },
  IO: { bl: ['teeth', 'number', 'exposure'] },
};

export function usualLayout(modality: string): CornerLayout {
  return { ...USUAL, ...BY_MODALITY[modality] };
}

export function isCornerLayouts(value: unknown): value is Record<string, CornerLayout> {
  const isLayout = (l: unknown) => (['tr', 'bl', 'br'] as const).every((c) => Array.isArray((l as CornerLayout | null)?.[c]));
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isLayout);
}

/** The lines of a corner, at most three, unknown items left out; '' where there is nothing to say, so that others keep their place. */
export function linesOf(layout: CornerLayout, corner: Corner, shown: Shown): string[] {
  return layout[corner].slice(0, LINES).flatMap((id) => BY_ID.get(id)?.of(shown) ?? []);
}

/** 'slice 2 / 5  time 3 / 4' where both are scrolled; where there are several the run, or what the object calls the stack. */
function placeText(d: Dimensions | undefined, index: number, stack: string | undefined): string {
  const at = d?.places[index];
  if (!d || !at) return '';
  const part = (name: string, rank: number, count: number) => (count > 1 ? `${name} ${rank + 1} / ${count}` : '');
  const four = isFourDimensional(d);
  return [d.runs > 1 && stack ? stack : part(t('run'), at.run, d.runs), four ? part(t('slice'), at.slice, d.slices) : '', four ? part(t('time'), at.time, d.times) : ''].filter(Boolean).join('  ');
}

function viewOf({ dataset, frame }: ImageRef): string {
  const view = text(dataset, '00185101') || (text(dataset, '00080060') === 'MG' ? text(item(dataset, '00540220'), '00080104') : '');
  return [view, lateralityOf(dataset, frame), text(dataset, '00180015'), teethOf(dataset).join(' ')].filter(Boolean).join(' ');
}

/** Along the patient axis that the image is most at right angles to. */
const AXIS: Record<PlaneKind, readonly [0 | 1 | 2, string]> = { sag: [0, 'x'], cor: [1, 'y'], ax: [2, 'z'] };

function sliceOf(image: ImageRef): string {
  const thickness = number(image.dataset, '00180050');
  const found = planeOf(image.dataset, image.frame);
  const [axis, name] = AXIS[found ? kindOfPlane(found) : 'ax'];
  const place = found ? `${name} ${fixed(found.position[axis], 1)}` : '';
  const plane = place && !thickness ? t('at {place}', { place }) : place;
  return [thickness ? `${fixed(thickness, 1)} mm` : '', plane].filter(Boolean).join('  ');
}

/** Seconds from the first frame of its object. */
function frameTime(image: ImageRef | undefined): string {
  const seconds = image && secondsOf(image.dataset, image.frame);
  return seconds === undefined ? '' : `${fixed(seconds, 3)} s`;
}

/** Where the middle of the image lies on the slide: the stage of the microscope (PS3.3 C.8.12.2). */
function stagePlace(ds: DataSet): string {
  const centre = item(ds, '0040071A');
  const [x, y, z] = ['0040072A', '0040073A', '0040074A'].map((at) => number(centre, at));
  if (x === undefined || y === undefined) return '';
  return [`x ${fixed(x, 3)} mm`, `y ${fixed(y, 3)} mm`, z === undefined ? '' : `z ${figure(z, 2)} µm`].filter(Boolean).join(', ');
}

function exposureOf(ds: DataSet): string {
  const kv = quantity(ds, '00180060', '', 'kV');
  if (kv) return [kv, quantity(ds, '00181152', '', 'mAs')].filter(Boolean).join('  ');
  return [quantity(ds, '00180080', 'TR', ''), quantity(ds, '00180081', 'TE', '')].filter(Boolean).join('  ');
}

function round(n: number): string {
  return figure(n, n < 10 ? 1 : 0);
}

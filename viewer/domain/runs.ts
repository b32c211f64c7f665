/**
 * Parts of a series that are offered as cards of their own beside the whole: the stacks of an enhanced object (PS3.3 C.7.6.16.2.2.4),
 * the runs of a series of several multi-frame objects, detectors, and times where each is a stack in space. They hang like series.
 */
import { functionalGroup } from '../core/image-description';
import { items, number, text, type DataSet } from '../core/dicom-json';
import { t } from '../core/language';
import { dimensionsOf, IN_SPACE, isFourDimensional, STACK_ID, type Place } from './dimensions';
import type { DisplaySet, ImageRef } from './display-sets';

export interface Run {
  /** Series Instance UID, '#r' and a number from 1: the cell it hangs in. */
  id: string;
  name: string;
  set: DisplaySet;
}

/** More parts than these are scrolled through, not listed. */
const MOST = 60;
const MOST_TIMES = 24;
const SUFFIX = /#r\d+$/;
/** The part that is the key images of a series; the others count from 1. */
export const KEY_PART = '#r0';

export function keyPartOf(series: string): string {
  return series + KEY_PART;
}

/** The series of a part; every other id as it is. */
export function seriesOfRun(id: string): string {
  return id.replace(SUFFIX, '');
}

export function isRun(id: string): boolean {
  return SUFFIX.test(id);
}

/** In the order of the stack; none where the object makes no parts. */
export function partsOf(set: DisplaySet): Run[] {
  const { dimensions: d, images } = set;
  if (set.source) return [];
  const views = viewsOf(set);
  if (views.length) return views;
  if (!images.some((i) => (number(i.dataset, '00280008') ?? 1) > 1)) return [];
  if (d.runs > 1 && d.runs <= MOST) return split(set, 'run', (image, n) => stackName(image) ?? t('Run {number}', { number: String(n) }));
  if (d.runs === 1 && isFourDimensional(d) && d.times <= MOST_TIMES) return split(set, 'time', (image, n) => `${timeName(image.dataset)} ${n}`);
  return [];
}

/** Of a mammography series of several views each (side and view of its first image): they hang beside each other. */
function viewsOf(set: DisplaySet): Run[] {
  if (set.images.length > MOST || text(set.images[0]?.dataset, '00080060') !== 'MG') return [];
  const groups = new Map<string, ImageRef[]>();
  for (const image of set.images) {
    const name = [text(image.dataset, '00200062') || text(image.dataset, '00200060'), text(image.dataset, '00185101')].filter(Boolean).join(' ');
    groups.set(name, [...(groups.get(name) ?? []), image]);
  }
  if (groups.size < 2) return [];
  return [...groups].map(([name, images], i) => {
    const id = `${set.seriesInstanceUid}#r${i + 1}`;
    return { id, name: name || t('Run {number}', { number: String(i + 1) }), set: { ...set, seriesInstanceUid: id, images, dimensions: dimensionsOf(images), left: [] } };
  });
}

function split(set: DisplaySet, axis: keyof Place, name: (first: ImageRef, n: number) => string): Run[] {
  const groups = new Map<number, ImageRef[]>();
  set.dimensions.places.forEach((place, i) => {
    const group = groups.get(place[axis]) ?? [];
    groups.set(place[axis], group);
    group.push(set.images[i] as ImageRef);
  });
  return [...groups].sort(([a], [b]) => a - b).map(([rank, images]) => {
    const id = `${set.seriesInstanceUid}#r${rank + 1}`;
    return { id, name: name(images[0] as ImageRef, rank + 1), set: { ...set, seriesInstanceUid: id, images, dimensions: dimensionsOf(images), left: [] } };
  });
}

/** What the object calls the stack: Stack ID is a text. */
export function stackName({ dataset, frame }: ImageRef): string | undefined {
  const id = pointersOf(dataset).includes(STACK_ID) ? text(functionalGroup(dataset, frame, '00209111'), '00209056') : '';
  return id ? t('Stack {name}', { name: id }) : undefined;
}

/** Dimension Description Label where one dimension alone is time. */
function timeName(ds: DataSet): string {
  const [label, ...more] = items(ds, '00209222').filter((_, i) => isTime(pointersOf(ds)[i] ?? NaN)).map((d) => text(d, '00209421'));
  return label && !more.length ? label : t('Time {#as in time 3 of 5}');
}

function isTime(pointer: number): boolean {
  return pointer !== STACK_ID && !IN_SPACE.includes(pointer);
}

function pointersOf(ds: DataSet): number[] {
  return items(ds, '00209222').map((i) => parseInt(text(i, '00209165') || 'NaN', 16));
}

/**
 * Parts of a series that are offered as cards of their own beside the whole: the stacks of an enhanced object (PS3.3 C.7.6.16.2.2.4),
 * the runs of a series of several multi-frame objects, detectors, times where each is a stack in space, single views of breasts and teeth, and objects of
 * other kinds than those the series opens with.
 * They hang like series.
 */
import { functionalGroup } from '../core/image-description';
import { items, number, text, type DataSet } from '../core/dicom-json';
import { t } from '../core/language';
import { teethOf } from './dental';
import { dimensionsOf, IN_SPACE, isFourDimensional, STACK_ID, type Place } from './dimensions';
import type { DisplaySet, ImageRef } from './display-sets';
import { KIND_NAMES, kindOfObject, type ObjectKind } from './object-kinds';
import { mammoViewOf } from './mammography';
import { groupKey, groupName, isNuclear } from './nuclear';

export interface Run {
  /** Series Instance UID, '#r' and a number from 1: the cell it hangs in. */
  id: string;
  name: string;
  set: DisplaySet;
}

/** More parts than these are scrolled through, not listed. */
const MOST = 60;
const MOST_TIMES = 24;
/** Numbers of parts that are another kind begin here. */
const FIRST_KIND = 1000;
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

/** In the order of the stack, then what is no image; none where the objects make no parts. */
export function partsOf(set: DisplaySet): Run[] {
  return set.source ? [] : [...partsOfImages(set), ...otherKinds(set)];
}

/** Endoscopes store stills and videos in one series, and others whatever they like. */
function otherKinds(set: DisplaySet): Run[] {
  const here = new Set<ObjectKind>(set.objects.map(kindOfObject));
  return (Object.keys(KIND_NAMES) as (keyof typeof KIND_NAMES)[]).flatMap((kind, i) => {
    if (kind === set.kind || !here.has(kind)) return [];
    const id = `${set.seriesInstanceUid}#r${FIRST_KIND + i}`;
    return [{ id, name: KIND_NAMES[kind], set: { ...set, seriesInstanceUid: id, kind, images: [], dimensions: dimensionsOf([]), colour: false, left: [] } }];
  });
}

function partsOfImages(set: DisplaySet): Run[] {
  const { dimensions: d, images } = set;
  const views = viewsOf(set);
  if (views.length) return views;
  const groups = isNuclear(set.sample) ? groupsOf(set) : [];
  if (groups.length > 1) return groups;
  if (!images.some((i) => (number(i.dataset, '00280008') ?? 1) > 1)) return [];
  if (d.runs > 1 && d.runs <= MOST) return split(set, 'run', (image, n) => stackName(image) ?? t('Run {number}', { number: String(n) }));
  if (d.runs === 1 && isFourDimensional(d) && d.times <= MOST_TIMES) return split(set, 'time', (image, n) => `${timeName(image.dataset)} ${n}`);
  return [];
}

/** Single views that one series holds together, by what they show: of breasts and of teeth. They hang beside each other. */
function viewsOf(set: DisplaySet): Run[] {
  const { images } = set;
  if (images.length < 2 || images.length > MOST) return [];
  const isMammography = text(images[0]?.dataset, '00080060') === 'MG';
  const names = images.map(nameOfView);
  if (!isMammography && !names.every(Boolean)) return [];
  const groups = grouped(images, (_, i) => names[i] as string);
  return groups.length < 2 ? [] : asRuns(set, groups, nameOfView);
}

/** Phases, detectors, energy windows, rotations and R-R intervals of nuclear medicine, by the names the object gives them. */
function groupsOf(set: DisplaySet): Run[] {
  const groups = grouped(set.images, ({ dataset, frame, sopInstanceUid }) => `${sopInstanceUid} ${groupKey(dataset, frame)}`);
  return groups.length > MOST ? [] : asRuns(set, groups, ({ dataset, frame }) => groupName(dataset, frame));
}

function grouped(images: readonly ImageRef[], keyOf: (image: ImageRef, i: number) => string): ImageRef[][] {
  const groups = new Map<string, ImageRef[]>();
  images.forEach((image, i) => {
    const key = keyOf(image, i);
    const group = groups.get(key);
    if (group) group.push(image);
    else groups.set(key, [image]);
  });
  return [...groups.values()];
}

function asRuns(set: DisplaySet, groups: readonly ImageRef[][], nameOf: (first: ImageRef) => string): Run[] {
  return groups.map((images, i) => {
    const id = `${set.seriesInstanceUid}#r${i + 1}`;
    const name = nameOf(images[0] as ImageRef) || t('Run {number}', { number: String(i + 1) });
    return { id, name, set: { ...set, seriesInstanceUid: id, images, dimensions: dimensionsOf(images), left: [] } };
  });
}

/** 'R MLO', '18 17 16'; '' for images that are no such views. */
function nameOfView(image: ImageRef): string {
  const view = mammoViewOf(image);
  if (view) return `${view.side} ${view.view}`;
  const { dataset } = image;
  const said = text(dataset, '00080060') === 'MG' ? [text(dataset, '00200062') || text(dataset, '00200060'), text(dataset, '00185101')] : teethOf(dataset);
  return said.filter(Boolean).join(' ');
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

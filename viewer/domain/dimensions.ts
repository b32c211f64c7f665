/** Where each image of a stack stands in space and time, so that one can scroll through either (PS3.3 C.7.6.17, C.8.4.8). */
import { functionalGroup, planeOf } from '../core/image-description';
import { normalOf } from '../core/image-plane';
import { dot } from '../core/geometry';
import { items, number, numbers, text, type DataSet } from '../core/dicom-json';
import type { ImageRef } from './display-sets';

/** Ranks from 0. run: stack, detector or object; slice: in space; time: phase, echo, b-value, whatever else there is. */
export interface Place {
  run: number;
  slice: number;
  time: number;
}

export interface Dimensions {
  /** One an image, in the order of the stack. */
  places: readonly Place[];
  runs: number;
  slices: number;
  times: number;
}

type Keys = Record<keyof Place, readonly number[]>;

export const STACK_ID = 0x00209056;
/** In-Stack Position Number, Image Position (Patient), Image Position (Volume). */
export const IN_SPACE = [0x00209057, 0x00200032, 0x00209301];

/** NM frames are told apart by vectors (PS3.3 C.8.4.8): what is a run, a slice and a time. */
const VECTORS: Record<keyof Place, string[]> = {
  run: ['00540010', '00540020', '00540050'],
  slice: ['00540080', '00540090'],
  time: ['00540030', '00540060', '00540070', '00540100'],
};

export function dimensionsOf(images: readonly ImageRef[]): Dimensions {
  if (images.length > 1 && images.every((i) => i.dataset === images[0]?.dataset) && !saysPlaces(images[0] as ImageRef)) {
    return { places: images.map(({ frame }) => ({ run: 0, slice: 0, time: frame - 1 })), runs: 1, slices: 1, times: images.length };
  }
  const single = images.every((i) => (number(i.dataset, '00280008') ?? 1) < 2);
  const runOf = runsOf(images);
  const keys = single ? singleFrames(images) : images.map((image) => frameKeys(image, runOf(image)));
  const [runs, slices, times] = [ranks(keys, 'run'), ranks(keys, 'slice'), ranks(keys, 'time')];
  const places = keys.map((_, i) => ({ run: runs.of[i] ?? 0, slice: slices.of[i] ?? 0, time: times.of[i] ?? 0 }));
  return { places, runs: runs.count, slices: slices.count, times: times.count };
}

/** Whether frames are told apart at all: by functional groups or by the vectors of nuclear medicine. */
function saysPlaces({ dataset }: ImageRef): boolean {
  return '52009230' in dataset || Object.values(VECTORS).flat().some((tag) => tag in dataset);
}

/** Both space and time: then they are scrolled apart. */
export function isFourDimensional(d: Dimensions): boolean {
  return d.times > 1 && d.slices > 1;
}

/**
 * The index some images on, along an axis; stops at the ends. Without two axes every image is a step.
 * slice: through all runs at the same time; time: at the same slice of the same run.
 */
export function stepped(d: Dimensions, index: number, by: number, axis: 'slice' | 'time' = 'slice'): number {
  const last = d.places.length - 1;
  if (!isFourDimensional(d)) return Math.min(Math.max(index + by, 0), Math.max(last, 0));
  const way = along(d, index, axis);
  const at = way.indexOf(index);
  return way[Math.min(Math.max(at + by, 0), way.length - 1)] ?? index;
}

/** Indices that lie along an axis through an image, in order. */
export function along(d: Dimensions, index: number, axis: 'slice' | 'time'): number[] {
  const here = d.places[index];
  if (!here) return [];
  const indices = d.places.map((_, i) => i);
  const at = (i: number) => d.places[i] as Place;
  if (axis === 'time') return indices.filter((i) => at(i).run === here.run && at(i).slice === here.slice).sort((a, b) => at(a).time - at(b).time);
  return indices.filter((i) => at(i).time === here.time).sort((a, b) => at(a).run - at(b).run || at(a).slice - at(b).slice);
}

/** What cine plays from an image on: time where there is time, else the frames of its run. */
export function playlist(d: Dimensions, index: number): number[] {
  if (isFourDimensional(d)) return along(d, index, 'time');
  const run = d.places[index]?.run;
  return d.places.flatMap((p, i) => (p.run === run ? [i] : []));
}

function frameKeys(image: ImageRef, run: number): Keys {
  const { dataset, frame } = image;
  const indexed = dimensionKeys(dataset, frame);
  const keys = indexed ?? vectorKeys(dataset, frame) ?? plainKeys(image);
  return { ...keys, run: [run, ...keys.run] };
}

/** Objects of several frames are runs of their own, in the order of the stack; those of one concatenation are one (C.7.6.16.2.2.4). */
function runsOf(images: readonly ImageRef[]): (image: ImageRef) => number {
  const names = new Map<DataSet, string>();
  const ranks = new Map<string, number>();
  for (const { dataset, sopInstanceUid } of images) {
    if (names.has(dataset)) continue;
    const name = text(dataset, '00209161') || sopInstanceUid;
    names.set(dataset, name);
    if (!ranks.has(name)) ranks.set(name, ranks.size);
  }
  return ({ dataset }) => ranks.get(names.get(dataset) ?? '') ?? 0;
}

function dimensionKeys(ds: DataSet, frame: number): Keys | undefined {
  const values = numbers(functionalGroup(ds, frame, '00209111'), '00209157');
  const pointers = items(ds, '00209222').map((i) => parseInt(text(i, '00209165') || 'NaN', 16));
  if (!values.length || values.length !== pointers.length) return undefined;
  const of = (wanted: (pointer: number) => boolean) => values.filter((_, i) => wanted(pointers[i] as number));
  return {
    run: of((p) => p === STACK_ID),
    slice: of((p) => IN_SPACE.includes(p)),
    time: of((p) => p !== STACK_ID && !IN_SPACE.includes(p)),
  };
}

function vectorKeys(ds: DataSet, frame: number): Keys | undefined {
  const of = (tags: string[]) => tags.map((tag) => numbers(ds, tag)[frame - 1]).filter((v) => v !== undefined);
  const keys = { run: of(VECTORS.run), slice: of(VECTORS.slice), time: of(VECTORS.time) };
  return keys.run.length + keys.slice.length + keys.time.length ? keys : undefined;
}

/** Frames with places are slices, frames without are moments. */
function plainKeys({ dataset, frame }: ImageRef): Keys {
  const plane = planeOf(dataset, frame);
  const moving = functionalGroup(dataset, frame, '00209113') !== undefined;
  return plane && moving ? { run: [], slice: [mm(dot(plane.position, normalOf(plane)))], time: [] } : { run: [], slice: [], time: [frame] };
}

/** Single frames: by place along the first normal; several at each place, as many everywhere, are times in their order. */
function singleFrames(images: readonly ImageRef[]): Keys[] {
  const each = images.map((_, i): Keys => ({ run: [], slice: [i], time: [] }));
  const planes = images.map((i) => planeOf(i.dataset, i.frame));
  const first = planes[0];
  if (!first || planes.some((p) => !p || Math.abs(dot(normalOf(p), normalOf(first))) < 0.99)) return each;
  const at = planes.map((p) => mm(dot(p?.position ?? [0, 0, 0], normalOf(first))));
  const seen = new Map<number, number>();
  const order = at.map((place) => {
    const count = seen.get(place) ?? 0;
    seen.set(place, count + 1);
    return count;
  });
  const counts = new Set(seen.values());
  if (counts.size !== 1 || counts.has(1) || seen.size < 2) return each;
  return at.map((place, i) => ({ run: [], slice: [place], time: [order[i] as number] }));
}

function mm(v: number): number {
  return Math.round(v * 100) / 100;
}

function ranks(keys: readonly Keys[], name: keyof Place): { of: number[]; count: number } {
  const known = new Map(keys.map((k) => [k[name].join(), k[name]]));
  const sorted = [...known.values()].sort(compare).map((k) => k.join());
  const rank = new Map(sorted.map((k, i) => [k, i]));
  return { of: keys.map((k) => rank.get(k[name].join()) ?? 0), count: sorted.length };
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const d = (a[i] ?? 0) - (b[i] ?? 0);
    if (d) return d;
  }
  return 0;
}

/** Playing a stack: how fast, which images, in which direction. Pure values. */
import { functionalGroup } from '../core/image-description';
import { number, numbers, type DataSet } from '../core/dicom-json';
import { playlist } from './dimensions';
import type { DisplaySet, ImageRef } from './display-sets';
import { isNoFilm } from './frame-vectors';
import { gatedRate } from './nuclear';

/** rate: images a second; sweep: to and fro; range: first and last index that is played. */
export interface Cine {
  rate: number;
  sweep: boolean;
  range: readonly [number, number] | undefined;
}

export const SLOWEST = 0.2;
export const FASTEST = 60;
const USUAL_RATE = 10;

/** As the object asks: its rate, Preferred Playback Sequencing, Start and Stop Trim (PS3.3 C.7.6.5). */
export function cineOf(set: DisplaySet | undefined): Cine {
  const ds = set?.images[0]?.dataset;
  if (!set || !ds) return { rate: USUAL_RATE, sweep: false, range: undefined };
  return { rate: set.frameRate ?? USUAL_RATE, sweep: number(ds, '00181244') === 1, range: trimOf(set, ds) };
}

/** Trims count frames from 1, so they only mean something for one object. */
function trimOf(set: DisplaySet, ds: DataSet): Cine['range'] {
  const frames = number(ds, '00280008') ?? 1;
  const [start, stop] = [number(ds, '00082142') ?? 1, number(ds, '00082143') ?? frames];
  if (frames < 2 || set.images.length !== frames || start < 1 || stop > frames || stop <= start) return undefined;
  return start === 1 && stop === frames ? undefined : [start - 1, stop - 1];
}

/** Recommended Display Frame Rate, Cine Rate, Frame Time, Frame Time Vector, gated frames, the frames' own durations; undefined when it is no cine. */
export function frameRateOf(ds: DataSet): number | undefined {
  const frames = number(ds, '00280008') ?? 1;
  if (frames < 2 || isNoFilm(ds)) return undefined;
  const told = number(ds, '00082144') ?? number(ds, '00180040') ?? gatedRate(ds);
  const time = number(ds, '00181063');
  const vector = numbers(ds, '00181065').slice(1).filter((t) => t > 0);
  const times = vector.length ? vector : durationsOf(ds, frames);
  const mean = times.length ? times.reduce((a, b) => a + b, 0) / times.length : undefined;
  const rate = told && told > 0 ? told : time && time > 0 ? 1000 / time : mean ? 1000 / mean : undefined;
  return rate ? Math.min(Math.max(rate, SLOWEST), FASTEST) : USUAL_RATE;
}

/** Frame Acquisition Duration of every frame, ms; [] unless all have one that a screen can show. */
function durationsOf(ds: DataSet, frames: number): number[] {
  const times: number[] = [];
  for (let frame = 1; frame <= frames; frame++) {
    const time = number(functionalGroup(ds, frame, '00209111'), '00189220');
    if (!time || time < 1000 / FASTEST / 2 || time > 1000 / SLOWEST) return [];
    times.push(time);
  }
  return times;
}

/**
 * How long an image stays, ms, at a rate. Unequal frames (Frame Time Vector, whose first entry is 0, or their own
 * durations) keep their proportion: at the object's own rate each has its real time.
 */
export function stayOf(image: ImageRef, rate: number): number {
  const { dataset, frame } = image;
  const frames = number(dataset, '00280008') ?? 1;
  if (frames < 2 || number(dataset, '00082144') || number(dataset, '00180040') || number(dataset, '00181063')) return 1000 / rate;
  const vector = numbers(dataset, '00181065');
  const own = vector.length === frames ? (vector[frame] ?? vector[frame - 1]) : durationsOf(dataset, frames)[frame - 1];
  const base = frameRateOf(dataset);
  return own && own > 0 && base ? (own * base) / rate : 1000 / rate;
}

/** Images that are played from an index on, in order: those of its run or its time curve within the range. */
export function played(set: DisplaySet, index: number, range: Cine['range']): number[] {
  const all = playlist(set.dimensions, index);
  const within = range ? all.filter((i) => i >= range[0] && i <= range[1]) : all;
  return within.length > 1 ? within : all;
}

/** The next image and the direction it is reached in (1 or -1). */
export function next(list: readonly number[], index: number, direction: number, sweep: boolean): { index: number; direction: number } {
  const at = list.indexOf(index);
  if (at < 0) return { index: list[0] ?? index, direction: 1 };
  if (!sweep) return { index: list[(at + 1) % list.length] ?? index, direction: 1 };
  const turned = (direction > 0 && at === list.length - 1) || (direction < 0 && at === 0) ? -direction : direction;
  return { index: list[at + turned] ?? index, direction: turned };
}

export function slower(rate: number): number {
  return Math.max(Math.round(rate / 1.25), 1);
}

export function faster(rate: number): number {
  return Math.min(Math.round(rate * 1.25) + 1, FASTEST);
}

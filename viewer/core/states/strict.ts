/** What a state must say to be carried out, read strictly: a picture that is half as it was meant would mislead. */
import { items, numbers, text, values, type DataSet } from '../dicom-json';
import { t } from '../language';

/** An object that cannot be carried out; its message is for the reader. */
export class BrokenState extends Error {
  constructor(attribute: string) {
    super(t('Its “{attribute}” is missing or cannot be carried out.', { attribute }));
  }
}

/** Bounds against objects made to do harm. */
export const MOST_ITEMS = 100_000;

/** So many numbers, no fewer, no more and no others. Throws BrokenState, naming the attribute. */
export function exactly(ds: DataSet, tag: string, count: number, name: string): number[] {
  const found = numbers(ds, tag);
  if (found.length !== count || values(ds, tag).length !== count) throw new BrokenState(name);
  return found;
}

/** One of these words, in capitals; the first where it says nothing. Throws BrokenState for another. */
export function oneOf<T extends string>(ds: DataSet, tag: string, words: readonly T[], name: string): T {
  const word = text(ds, tag).toUpperCase();
  const found = word ? words.find((w) => w === word) : words[0];
  if (found === undefined) throw new BrokenState(name);
  return found;
}

/** Pairs of first and last frame. Throws BrokenState for half a pair and for one that runs backwards. */
export function frameRanges(ds: DataSet, tag: string, name: string): [number, number][] {
  const ends = numbers(ds, tag).map(Math.trunc);
  const pairs = Array.from({ length: ends.length / 2 }, (_, i): [number, number] => [ends[2 * i] as number, ends[2 * i + 1] as number]);
  if (ends.length % 2 || pairs.some(([first, last]) => first > last)) throw new BrokenState(name);
  return pairs;
}

export function isInRanges(frame: number, ranges: readonly (readonly [number, number])[]): boolean {
  return !ranges.length || ranges.some(([first, last]) => first <= frame && frame <= last);
}

/** An image that is meant; no frames: all of them. series and study: '' where not said (PS3.3 tables 10-3, 10-4). */
export interface ImageReference {
  uid: string;
  frames: readonly number[];
  series: string;
  study: string;
}

/** Empty: every image of the state. */
export type Scope = readonly ImageReference[];

export function covers(reference: ImageReference, uid: string, frame: number): boolean {
  return reference.uid === uid && (!reference.frames.length || reference.frames.includes(frame));
}

export function inScope(scope: Scope, uid: string, frame: number): boolean {
  return !scope.length || scope.some((reference) => covers(reference, uid, frame));
}

/** The Referenced Image Sequence of an item. Throws BrokenState for a reference without UID. */
export function readScope(ds: DataSet, series = '', study = ''): ImageReference[] {
  return items(ds, '00081140').slice(0, MOST_ITEMS).map((item) => {
    const uid = text(item, '00081155');
    if (!uid) throw new BrokenState('Referenced SOP Instance UID');
    return { uid, frames: numbers(item, '00081160').map(Math.trunc), series, study };
  });
}

/** All images of the Referenced Series Sequence, in their order. */
export function readImages(ds: DataSet, study = ''): ImageReference[] {
  return items(ds, '00081115').flatMap((series) => readScope(series, text(series, '0020000E'), study)).slice(0, MOST_ITEMS);
}

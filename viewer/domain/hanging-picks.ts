/** Which series hangs in which cell of a hanging. Pure functions; what only metadata tell may be unknown. */
import type { PlaneKind } from '../core/image-plane';
import { commonWords } from './compare';
import type { Cell, Screen, Selector } from './hangings';

/** A series, or a part of one, that may hang. Undefined: not known until its metadata are here. */
export interface Candidate {
  /** Series Instance UID, or the id of a part. */
  id: string;
  /** 0: of the study that is opened; n: of its nth prior. */
  study: number;
  modality: string;
  description: string;
  body_part: string;
  number: number | null;
  images: number;
  orientation: PlaneKind | '' | undefined;
  laterality: string | undefined;
  view: string | undefined;
  /** Place in the mount of a full mouth; '' for none. */
  mount?: number | '' | undefined;
  contrast: boolean | undefined;
  /** Of MR. */
  sequence: string | undefined;
}

export interface Pool {
  candidates: readonly Candidate[];
  /** Studies, by their number, whose series are not known yet. */
  awaited: readonly number[];
}

/** cells: ids, '' where nothing hangs. found: how many of those that were asked for; possible: may come with metadata. */
export interface Picked {
  cells: readonly string[];
  found: number;
  possible: number;
  asked: number;
}

/** Each series hangs once, unless a plane or several images of it are asked for; what is certain stands before what may be. */
export function pickCells(screen: Screen, pool: Pool, taken: readonly string[] = []): Picked {
  const used = new Set(taken);
  const cells: string[] = [];
  const hung: (string | undefined)[] = [];
  let [found, possible, asked] = [0, 0, 0];
  for (const cell of screen.cells) {
    if (!cell.pick?.length) {
      hung.push(undefined);
      cells.push('');
      continue;
    }
    asked++;
    const pick = pickOne(cell, pool, used, hung);
    hung.push(pick);
    if (pick === 'possible') possible++;
    else if (pick) found++;
    if (pick && pick !== 'possible' && !isShared(cell)) used.add(pick);
    cells.push(pick === 'possible' ? '' : (pick ?? ''));
  }
  return { cells, found, possible, asked };
}

/** A volume is cut in several cells, and shown as slices beside. */
function isShared(cell: Cell): boolean {
  return Boolean(cell.show?.plane || cell.show?.over);
}

function pickOne(cell: Cell, pool: Pool, used: ReadonlySet<string>, hung: readonly (string | undefined)[]): string | undefined {
  for (const selector of cell.pick ?? []) {
    const study = selector.study ?? 0;
    if (pool.awaited.includes(study)) return 'possible';
    const fits = pool.candidates.map((c) => ({ c, fit: fitOf(selector, c) }));
    if (selector.like) {
      const alike = mostLike(hung[selector.like - 1], pool.candidates, fits.filter(({ c, fit }) => fit === 'yes' && !used.has(c.id)).map(({ c }) => c));
      if (alike) return alike;
      continue;
    }
    // Several cells with one selector take one after the other; a place counts from the first.
    const free = fits.filter(({ c, fit }) => fit === 'yes' && ((selector.place ?? 1) > 1 || isShared(cell) || !used.has(c.id)));
    const chosen = free[(selector.place ?? 1) - 1];
    if (chosen) return chosen.c.id;
    if (fits.some(({ c, fit }) => fit === 'unknown' && !used.has(c.id))) return 'possible';
  }
  return undefined;
}

/** Of those that fit the one most like what hangs in another cell; what only metadata tell is waited for where there is a choice. */
function mostLike(id: string | undefined, all: readonly Candidate[], fits: readonly Candidate[]): string | undefined {
  const of = all.find((c) => c.id === id);
  if (id === 'possible' || (of && fits.length > 1 && fits.some((c) => c.orientation === undefined))) return 'possible';
  if (!of) return undefined;
  return [...fits].sort((a, b) => likeness(of, b) - likeness(of, a))[0]?.id;
}

function likeness(a: Candidate, b: Candidate): number {
  const same = (x: unknown, y: unknown) => Number(x !== '' && x !== undefined && x === y);
  const counts = [a, b].map((c) => Math.max(c.images, 1)) as [number, number];
  return (
    60 * same(a.view, b.view) +
    40 * same(a.laterality, b.laterality) +
    30 * same(a.orientation, b.orientation) +
    25 * same(a.sequence, b.sequence) +
    20 * commonWords(a.description, b.description) +
    5 * same(a.body_part.toUpperCase(), b.body_part.toUpperCase()) +
    5 * same(a.contrast, b.contrast) +
    4 * (Math.min(...counts) / Math.max(...counts))
  );
}

export function fitOf(selector: Selector, c: Candidate): 'yes' | 'no' | 'unknown' {
  const is = (asked: string | undefined, has: string) => !asked || asked.toLowerCase() === has.toLowerCase();
  if ((selector.study ?? 0) !== c.study || !is(selector.modality, c.modality)) return 'no';
  if (selector.body_part && c.body_part && !is(selector.body_part, c.body_part)) return 'no';
  if (selector.description && !c.description.toLowerCase().includes(selector.description.toLowerCase())) return 'no';
  if (selector.number !== null && selector.number !== undefined && selector.number !== c.number) return 'no';
  const later: [unknown, unknown][] = [[selector.orientation, c.orientation], [selector.laterality, c.laterality], [selector.view, c.view], [selector.contrast ?? '', c.contrast], [selector.sequence, c.sequence], [selector.mount, c.mount]];
  let fit: 'yes' | 'unknown' = 'yes';
  for (const [asked, has] of later) {
    if (asked === undefined || asked === '' || asked === null) continue;
    if (has === undefined) fit = 'unknown';
    else if (String(asked).toLowerCase() !== String(has).toLowerCase()) return 'no';
  }
  return fit;
}

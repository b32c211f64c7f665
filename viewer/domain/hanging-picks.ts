/** Which series hangs in which cell of a hanging. Pure functions; what only metadata tell may be unknown. */
import type { PlaneKind } from '../core/image-plane';
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
  contrast: boolean | undefined;
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
  let [found, possible, asked] = [0, 0, 0];
  for (const cell of screen.cells) {
    if (!cell.pick?.length) {
      cells.push('');
      continue;
    }
    asked++;
    const pick = pickOne(cell, pool, used);
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

function pickOne(cell: Cell, pool: Pool, used: ReadonlySet<string>): string | undefined {
  for (const selector of cell.pick ?? []) {
    const study = selector.study ?? 0;
    if (pool.awaited.includes(study)) return 'possible';
    const fits = pool.candidates.map((c) => ({ c, fit: fitOf(selector, c) }));
    // Several cells with one selector take one after the other; a place counts from the first.
    const free = fits.filter(({ c, fit }) => fit === 'yes' && ((selector.place ?? 1) > 1 || isShared(cell) || !used.has(c.id)));
    const chosen = free[(selector.place ?? 1) - 1];
    if (chosen) return chosen.c.id;
    if (fits.some(({ c, fit }) => fit === 'unknown' && !used.has(c.id))) return 'possible';
  }
  return undefined;
}

export function fitOf(selector: Selector, c: Candidate): 'yes' | 'no' | 'unknown' {
  const is = (asked: string | undefined, has: string) => !asked || asked.toLowerCase() === has.toLowerCase();
  if ((selector.study ?? 0) !== c.study || !is(selector.modality, c.modality)) return 'no';
  if (selector.body_part && c.body_part && !is(selector.body_part, c.body_part)) return 'no';
  if (selector.description && !c.description.toLowerCase().includes(selector.description.toLowerCase())) return 'no';
  if (selector.number !== null && selector.number !== undefined && selector.number !== c.number) return 'no';
  const later: [unknown, unknown][] = [[selector.orientation, c.orientation], [selector.laterality, c.laterality], [selector.view, c.view], [selector.contrast ?? '', c.contrast]];
  let fit: 'yes' | 'unknown' = 'yes';
  for (const [asked, has] of later) {
    if (asked === undefined || asked === '' || asked === null) continue;
    if (has === undefined) fit = 'unknown';
    else if (String(asked).toLowerCase() !== String(has).toLowerCase()) return 'no';
  }
  return fit;
}

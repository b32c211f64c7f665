/** What the histograms of a dose may be reckoned of: structure sets, and how each structure lies in the dose. */
import { IDENTITY } from '../../core/affine';
import { text } from '../../core/dicom-json';
import type { Joined, Joining } from '../../domain/joined';
import type { Structure } from '../../domain/structures';
import type { Companion } from '../companions';
import type { ViewerModel } from '../viewer-model';
import { joinsOf } from './joins';
import { namedIn, objectWith, structureSets, uidOf, type Dose } from './objects';
import { structuresIn } from './therapy';

/** joined: from the places of its contours to those of the dose. */
export interface InDose {
  structure: Structure;
  joined: Joined;
}

/** The sets the dose refers to, itself or by its histograms; then those in its frame of reference, then those that a registration joins to it. */
export function setsOf(model: ViewerModel, { dataset }: Dose): Companion[] {
  const own = text(dataset, '00200052');
  const named = namedIn(dataset, '300C0060').flatMap((uid) => objectWith(model, uid) ?? []);
  const ways = structureSets(model).map((set) => ({ set, ways: structuresIn(set.dataset).map((s) => joinsOf(model).between(s.frameOfReference, own)) }));
  const has = (fits: (way: Joined) => boolean) => ways.flatMap(({ set, ways }) => (ways.some((way) => typeof way === 'object' && fits(way)) ? [set] : []));
  const all = [...named, ...has((way) => !way.by), ...has((way) => way.by !== undefined)];
  return all.filter((one, i) => all.findIndex((other) => uidOf(other.dataset) === uidOf(one.dataset)) === i);
}

/** What does not say where it lies is taken to lie in the frame of reference of the dose. */
function wayInto(model: ViewerModel, { frameOfReference }: Structure, own: string): Joining {
  return own && frameOfReference ? joinsOf(model).between(frameOfReference, own) : { by: undefined, matrix: IDENTITY };
}

/** apart: lie elsewhere in the grid, or nobody knows where. bent: only what is not rigid joins those to the dose. */
export function inDose(model: ViewerModel, structures: readonly Structure[], dose: Dose): { inside: InDose[]; apart: Structure[]; bent: boolean } {
  const own = text(dose.dataset, '00200052');
  const ways = structures.map((structure) => ({ structure, joined: wayInto(model, structure, own) }));
  const apart = ways.filter(({ joined }) => typeof joined !== 'object');
  return {
    inside: ways.filter((way): way is InDose => typeof way.joined === 'object'),
    apart: apart.map(({ structure }) => structure),
    bent: apart.length > 0 && apart.every(({ joined }) => joined !== 'apart'),
  };
}

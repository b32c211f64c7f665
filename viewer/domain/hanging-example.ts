/** A hanging made from what is on screen: for such studies, these series, shown so. Pure values. */
import type { PlaneKind } from '../core/image-plane';
import type { Facts } from './hanging-match';
import { wordsOf } from './hanging-match';
import type { Candidate } from './hanging-picks';
import type { Cell, Condition, HangingRule, Role, Selector, Show } from './hangings';

/** A cell as it is: what hangs in it, undefined for nothing, and how it looks. */
export interface Arranged {
  of: Candidate | undefined;
  show: Show;
}

/** A condition that the dialog proposes. on: it is kept unless the reader switches it off. */
export interface Proposed {
  condition: Condition;
  on: boolean;
}

const MOST_WORDS = 64;

/** By what such a study is known again: its kinds and body parts, its side and species; words of its description and its priors where they are needed. */
export function proposedConditions(facts: Facts, arranged: readonly Arranged[]): Proposed[] {
  const hung = arranged.flatMap((a) => (a.of ? [a.of] : []));
  const kinds = facts.modality.filter((m) => hung.some((c) => c.modality === m));
  const priors = Math.max(0, ...hung.map((c) => c.study));
  const is = (attribute: Condition['attribute'], values: readonly string[], on = true): Proposed[] =>
    values.length ? [{ condition: { attribute, test: 'is', values: values.map((v) => v.slice(0, MOST_WORDS)) }, on }] : [];
  const description = facts.description.slice(0, MOST_WORDS).trim();
  return [
    // Each kind is asked for: a PET with CT is more than a CT.
    ...(kinds.length ? kinds : facts.modality.slice(0, 1)).flatMap((m) => is('modality', [m])),
    ...is('body_part', facts.body_part),
    ...is('laterality', facts.laterality.length === 1 ? facts.laterality : [], false),
    ...(facts.species ? is('species', [facts.species]) : []),
    ...(wordsOf(description).length ? [{ condition: { attribute: 'description', test: 'words', values: [description] } as Condition, on: false }] : []),
    ...(facts.procedure?.trim() ? [{ condition: { attribute: 'procedure', test: 'contains', values: [facts.procedure.slice(0, MOST_WORDS).trim()] } as Condition, on: false }] : []),
    ...(priors ? [{ condition: { attribute: 'priors', test: 'at_least', values: [String(priors)] } as Condition, on: true }] : []),
  ];
}

export function exampleOf(name: string, conditions: readonly Condition[], grid: { rows: number; columns: number }, arranged: readonly Arranged[], linked: boolean, role: Role = ''): HangingRule {
  const cells = arranged.map(({ of, show }, i): Cell => (of ? { pick: picksOf(of, arranged.slice(0, i)), show } : {}));
  return { name, conditions, screens: [{ role, rows: grid.rows, columns: grid.columns, cells }], linked };
}

/** As it is called, then by plane and side, then by what stands before it of its kind. */
function picksOf(of: Candidate, before: readonly Arranged[]): Selector[] {
  const base: Selector = { ...(of.study ? { study: of.study } : {}), modality: of.modality };
  const seen: Selector = { ...base, ...known('orientation', of.orientation), ...known('laterality', of.laterality), ...known('view', of.view) };
  const named: Selector = of.description ? { ...seen, description: of.description.slice(0, MOST_WORDS) } : seen;
  const same = before.filter((a) => a.of && a.of.modality === of.modality && a.of.study === of.study && a.of.id !== of.id);
  const all = [named, seen, { ...base, ...(same.length ? { place: new Set(same.map((a) => a.of?.id)).size + 1 } : {}) }];
  return all.filter((s, i) => all.findIndex((other) => JSON.stringify(other) === JSON.stringify(s)) === i);
}

function known(name: 'orientation' | 'laterality' | 'view', value: PlaneKind | string | undefined): Selector {
  return value ? { [name]: value } : {};
}

/** 'CT HEAD', 'PET + CT CHEST'. */
export function proposedName(facts: Facts, taken: readonly string[]): string {
  const words = [facts.modality.join(' + '), facts.body_part.slice(0, 2).join(', '), facts.species].filter(Boolean).join(' ').slice(0, 56);
  const first = words || 'Hanging';
  if (!taken.includes(first)) return first;
  let n = 2;
  while (taken.includes(`${first} ${n}`)) n++;
  return `${first} ${n}`;
}

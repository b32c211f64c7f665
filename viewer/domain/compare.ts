/** What hangs beside what when two examinations are compared. Pure values. */
import { kindOfPlane } from '../core/image-plane';
import { linkKind, rectangleOf } from './linking';
import type { DisplaySet } from './display-sets';
import { isCompanion, samePatient, type Series, type Study } from './study';

/** A series that may hang beside another; `set` once its metadata is there. */
export interface Candidate {
  series: Series;
  set: DisplaySet | undefined;
}

/** The candidate most like a series: same modality first, then the same plane, words of the description, body part, number of images. */
export function mostAlike(of: Candidate, candidates: readonly Candidate[]): Candidate | undefined {
  const images = candidates.filter((c) => c.series.is_image && !isCompanion(c.series.modality) && !c.set?.reason);
  const scored = images.map((c) => ({ c, score: likeness(of, c) }));
  return scored.sort((a, b) => b.score - a.score)[0]?.c;
}

function likeness(a: Candidate, b: Candidate): number {
  const same = (x: string, y: string) => (x !== '' && x.toLowerCase() === y.toLowerCase() ? 1 : 0);
  const counts = [a, b].map((c) => Math.max(c.series.number_of_frames || c.series.number_of_instances, 1)) as [number, number];
  return (
    100 * same(a.series.modality, b.series.modality) +
    30 * sharesPlane(a.set, b.set) +
    20 * commonWords(a.series.series_description, b.series.series_description) +
    5 * same(a.series.body_part_examined, b.series.body_part_examined) +
    4 * (Math.min(...counts) / Math.max(...counts))
  );
}

function sharesPlane(a: DisplaySet | undefined, b: DisplaySet | undefined): number {
  const [x, y] = [a?.images[0], b?.images[0]];
  if (!x || !y || linkKind(x, y) === 'none') return 0;
  const [p, q] = [rectangleOf(x), rectangleOf(y)];
  return p && q && kindOfPlane(p) === kindOfPlane(q) ? 1 : 0;
}

/** Share of the words of the shorter description that the other has too. */
export function commonWords(a: string, b: string): number {
  const [x, y] = [a, b].map((t) => new Set(t.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean))) as [Set<string>, Set<string>];
  const least = Math.min(x.size, y.size);
  return least ? [...x].filter((w) => y.has(w)).length / least : 0;
}

/** Rows and columns of so many studies side by side. */
export function besideEachOther(count: number): [number, number] {
  const rows = count > 3 ? 2 : 1;
  return [rows, Math.ceil(count / rows)];
}

/** The newest first. */
export function newestFirst<T extends Study>(studies: readonly T[]): T[] {
  return [...studies].sort((a, b) => `${b.study_date}${b.study_time}`.localeCompare(`${a.study_date}${a.study_time}`));
}

/** The prior that is looked at first: the newest of the same kind before the study, else the newest before it, else any. */
export function bestPrior(of: Study, priors: readonly Study[]): Study | undefined {
  const own = priors.filter((p) => samePatient(of, p) && p.study_instance_uid !== of.study_instance_uid);
  const before = own.filter((p) => `${p.study_date}${p.study_time}` <= `${of.study_date}${of.study_time}`);
  const kind = (list: Study[]) => list.filter((p) => p.modalities.some((m) => !isCompanion(m) && of.modalities.includes(m)));
  const newest = (list: Study[]) => newestFirst(list)[0];
  return newest(kind(before)) ?? newest(kind(own)) ?? newest(before) ?? newest(own);
}

/** Names of the same region, and kinds that show the same. */
const ALIKE: readonly (readonly string[])[] = [['HEAD', 'BRAIN', 'SKULL'], ['CHEST', 'THORAX', 'LUNG'], ['SPINE', 'CSPINE', 'TSPINE', 'LSPINE'], ['CR', 'DX'], ['XA', 'RF']];

function family(name: string): string {
  const upper = name.toUpperCase();
  return ALIKE.find((names) => names.includes(upper))?.[0] ?? upper;
}

/** An earlier examination of the same kind and, where both say it, the same body part: what is read beside the current one. */
export function isComparable(of: Study, prior: Study): boolean {
  const kinds = (s: Study) => s.modalities.filter((m) => !isCompanion(m)).map(family);
  const shares = (a: readonly string[], b: readonly string[]) => a.some((one) => b.includes(one));
  const [parts, its] = [of, prior].map((s) => s.body_parts.filter(Boolean).map(family)) as [string[], string[]];
  const before = `${prior.study_date}${prior.study_time}` <= `${of.study_date}${of.study_time}`;
  return before && prior.study_instance_uid !== of.study_instance_uid && samePatient(of, prior) && shares(kinds(of), kinds(prior)) && (!parts.length || !its.length || shares(parts, its));
}

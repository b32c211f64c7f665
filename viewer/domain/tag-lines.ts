/** One or two data sets as lines of a tree: only what is open is walked, so that large objects cost nothing before they are looked into. */
import type { Attribute, DataSet } from '../core/dicom-json';
import { folded } from '../core/text-search';
import { t } from '../core/language';
import { TAG_NAMES } from './tag-names';
import { countWords, isPrivate, valueOf, written } from './tag-rows';

export interface TagLine {
  /** Of its own: '52009230/3/00289132'. */
  path: string;
  depth: number;
  kind: 'element' | 'item' | 'creator';
  tag: string;
  name: string;
  vr: string;
  /** Bytes of its value, as PS3.5 would write it in UTF-8; undefined for sequences and for what is not here. */
  length: number | undefined;
  value: string;
  /** Of the second data set, when two are compared. */
  other: string;
  differs: boolean;
  /** Whether it can be opened, and is. */
  open: boolean | undefined;
  attribute: Attribute | undefined;
}

/** Paths that are open; '*' opens all. */
export type Open = ReadonlySet<string>;

export interface Wanted {
  query: string;
  onlyDifferences: boolean;
}

/** Most lines of a search, and how deep it and opening go: hostile objects must not freeze the page. */
const MOST_FOUND = 5000;
const MOST_LINES = 200_000;
const DEEPEST = 40;

interface Walk {
  open: Open;
  words: string;
  onlyDifferences: boolean;
  compares: boolean;
  lines: TagLine[];
  found: number;
}

/** b: undefined when nothing is compared. */
export function linesOf(a: DataSet, b: DataSet | undefined, open: Open, { query, onlyDifferences }: Wanted): TagLine[] {
  const walk: Walk = { open, words: squashed(query), onlyDifferences: onlyDifferences && b !== undefined, compares: b !== undefined, lines: [], found: 0 };
  walkSet(a, b, '', 0, walk);
  return walk.lines;
}

function walkSet(a: DataSet | undefined, b: DataSet | undefined, path: string, depth: number, walk: Walk): void {
  const tags = Object.keys({ ...a, ...b }).filter((tag) => /^[0-9A-F]{8}$/.test(tag)).sort();
  let block = '';
  for (const tag of tags) {
    if (walk.lines.length >= MOST_LINES || walk.found >= MOST_FOUND) return;
    const before = walk.lines.length;
    walkElement(tag, a?.[tag], b?.[tag], `${path}${tag}`, depth, walk);
    // Those of one creator stand together: gggg,xxee belong to the creator at gggg,00xx (PS3.5 7.8.1).
    const now = isPrivate(tag) && !tag.startsWith('00', 4) ? tag.slice(0, 6) : '';
    if (now !== block && now && walk.lines.length > before) {
      const creator = a?.[`${tag.slice(0, 4)}00${tag.slice(4, 6)}`] ?? b?.[`${tag.slice(0, 4)}00${tag.slice(4, 6)}`];
      const name = creator ? valueOf(creator) : t('nobody says whose');
      walk.lines.splice(before, 0, { ...PLAIN, path: `${path}${now}`, depth, kind: 'creator', tag: `${tag.slice(0, 4)},${tag.slice(4, 6)}xx`, name });
    }
    if (walk.lines.length > before || now !== block) block = walk.lines.length > before ? now : block;
  }
}

const PLAIN = { kind: 'element', tag: '', name: '', vr: '', length: undefined, value: '', other: '', differs: false, open: undefined, attribute: undefined } as const;

function walkElement(tag: string, a: Attribute | undefined, b: Attribute | undefined, path: string, depth: number, walk: Walk): void {
  const shown = (a ?? b) as Attribute;
  const differs = walk.compares && !isSame(a, b);
  if (walk.onlyDifferences && !differs) return;
  const [ours, theirs] = [itemsOf(a), itemsOf(b)];
  const isSequence = shown.vr === 'SQ' || (a?.vr ?? b?.vr) === 'SQ';
  const count = Math.max(ours.length, theirs.length);
  const line: TagLine = {
    path, depth, kind: 'element', tag: written(tag), name: nameOf(tag), vr: shown.vr, differs, attribute: shown,
    length: isSequence ? undefined : lengthOf(a ?? b),
    value: a ? (isSequence ? countWords(ours.length) : valueOf(a)) : t('missing {#attribute}'),
    other: walk.compares ? (b ? (isSequence ? countWords(theirs.length) : valueOf(b)) : t('missing {#attribute}')) : '',
    open: isSequence && count > 0 ? walk.open.has(path) || walk.open.has('*') || walk.words !== '' : undefined,
  };
  const before = walk.lines.length;
  const fits = !walk.words || matches(tag, line, walk.words);
  if (fits && walk.words) walk.found++;
  walk.lines.push(line);
  const within = walk.lines.length;
  if (line.open && depth < DEEPEST) for (let i = 0; i < count && walk.lines.length < MOST_LINES && walk.found < MOST_FOUND; i++) walkItem(ours[i], theirs[i], i, count, `${path}/${i}`, depth + 1, walk);
  // Of a search stays what fits, and what it lies in.
  if (!fits && walk.lines.length === within) walk.lines.length = before;
}

function walkItem(a: DataSet | undefined, b: DataSet | undefined, i: number, count: number, path: string, depth: number, walk: Walk): void {
  if (count === 1) return walkSet(a, b, `${path}/`, depth, walk);
  const differs = walk.compares && !isSameSet(a, b);
  if (walk.onlyDifferences && !differs) return;
  const open = walk.open.has(path) || walk.open.has('*') || walk.words !== '';
  const before = walk.lines.length;
  const lost = (set: DataSet | undefined) => (set ? '' : t('missing {#attribute}'));
  walk.lines.push({ ...PLAIN, path, depth, kind: 'item', name: t('item {number}', { number: String(i + 1) }), value: lost(a), other: walk.compares ? lost(b) : '', differs, open });
  if (open) walkSet(a, b, `${path}/`, depth + 1, walk);
  if (walk.words && walk.lines.length === before + 1) walk.lines.length = before;
}

function itemsOf(attribute: Attribute | undefined): DataSet[] {
  return attribute?.vr === 'SQ' ? (attribute.Value ?? []).map((item) => (typeof item === 'object' && item !== null ? (item as DataSet) : {})) : [];
}

function nameOf(tag: string): string {
  if (isPrivate(tag)) return tag.startsWith('00', 4) ? t('Private creator') : t('private');
  return TAG_NAMES[tag] ?? TAG_NAMES[tag.replace(/^(50|60)../, '$100')] ?? '';
}

/** Letters and digits only; the genitive goes, as it goes from keywords: "Patient's Name" is PatientName (PS3.6 6). */
function squashed(text: string): string {
  return folded(text).replace(/['’]s\b/g, '').replace(/[^\p{L}\p{N}]/gu, '');
}

function matches(tag: string, line: TagLine, words: string): boolean {
  return [tag, line.name, line.value, line.other].some((text) => squashed(text).includes(words));
}

/** Where a value lies is another address in each object: two that are elsewhere are not compared. */
function isSame(a: Attribute | undefined, b: Attribute | undefined): boolean {
  if (!a || !b || a.vr !== b.vr) return a === b;
  if (a.BulkDataURI !== undefined && b.BulkDataURI !== undefined) return true;
  if (a.vr !== 'SQ') return JSON.stringify([a.Value, a.InlineBinary]) === JSON.stringify([b.Value, b.InlineBinary]);
  const [ours, theirs] = [itemsOf(a), itemsOf(b)];
  return ours.length === theirs.length && ours.every((item, i) => isSameSet(item, theirs[i]));
}

function isSameSet(a: DataSet | undefined, b: DataSet | undefined): boolean {
  if (!a || !b) return a === b;
  const tags = Object.keys({ ...a, ...b });
  return tags.every((tag) => isSame(a[tag], b[tag]));
}

const SIZES: Record<string, number> = { US: 2, SS: 2, UL: 4, SL: 4, FL: 4, FD: 8, AT: 4, SV: 8, UV: 8 };

/** Even, as PS3.5 7.1.1 wants it. */
function lengthOf(attribute: Attribute | undefined): number | undefined {
  if (!attribute || attribute.BulkDataURI !== undefined) return undefined;
  if (attribute.InlineBinary !== undefined) return Math.floor((attribute.InlineBinary.replace(/=+$/, '').length * 3) / 4);
  const values = attribute.Value ?? [];
  const size = SIZES[attribute.vr];
  if (size) return size * values.length;
  const text = values.map((v) => (typeof v === 'object' && v !== null ? Object.values(v as Record<string, unknown>).map(String).join('=') : String(v ?? ''))).join('\\');
  const bytes = new TextEncoder().encode(text).length;
  return bytes + (bytes % 2);
}

/** A line to put on the clipboard. */
export function lineText(line: TagLine): string {
  return ['  '.repeat(line.depth) + line.tag, line.vr, line.name, line.value, line.other].filter(Boolean).join('\t');
}

/** The whole value; what is shown in the line is cut. */
export function wholeValue({ attribute, value }: TagLine): string {
  if (!attribute?.Value || attribute.vr === 'SQ') return value;
  return valueOf(attribute, Infinity);
}

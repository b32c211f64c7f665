/** A data set as rows to read: tag, name, value; sequences indented. */
import { t } from '../core/language';
import { nameParts } from '../core/person-name';
import type { Attribute, DataSet } from '../core/dicom-json';
import { TAG_NAMES } from './tag-names';

export interface TagRow {
  tag: string;
  name: string;
  value: string;
  depth: number;
}

/** Most rows shown and most characters of one value: hostile objects must not freeze the page. */
const MOST_ROWS = 3000;
const MOST_CHARACTERS = 240;

export function rowsOf(ds: DataSet): TagRow[] {
  const rows: TagRow[] = [];
  walk(ds, 0, rows);
  return rows;
}

function walk(ds: DataSet, depth: number, rows: TagRow[]): void {
  for (const tag of Object.keys(ds).sort()) {
    const attribute = ds[tag];
    if (!attribute || rows.length >= MOST_ROWS) return;
    const isSequence = attribute.vr === 'SQ';
    const items = isSequence ? ((attribute.Value ?? []) as DataSet[]) : [];
    rows.push({ tag: written(tag), name: TAG_NAMES[tag] ?? (isPrivate(tag) ? 'private' : ''), value: isSequence ? countWords(items.length) : valueOf(attribute), depth });
    items.forEach((item, i) => {
      if (items.length > 1) rows.push({ tag: '', name: `item ${i + 1}`, value: '', depth: depth + 1 });
      if (depth < 8 && typeof item === 'object' && item !== null) walk(item, depth + 1, rows);
    });
  }
}

/** '2 items'. */
export function countWords(n: number): string {
  return t('{count} {count|item|items}', { count: n });
}

/** '0010,0020'. */
export function written(tag: string): string {
  return `${tag.slice(0, 4)},${tag.slice(4)}`;
}

export function isPrivate(tag: string): boolean {
  return parseInt(tag.slice(3, 4), 16) % 2 === 1;
}

/** Values beside each other, at most so many characters. */
export function valueOf(a: Attribute, most = MOST_CHARACTERS): string {
  if (a.InlineBinary !== undefined) return `${Math.floor((a.InlineBinary.length * 3) / 4)} bytes`;
  if (a.BulkDataURI !== undefined) return t('bulk data');
  const shown = (a.Value ?? []).map((v) => (a.vr === 'PN' ? person(v) : typeof v === 'object' ? JSON.stringify(v) : String(v)));
  const joined = shown.join(' \\ ');
  return joined.length > most ? `${joined.slice(0, most)} …` : joined;
}

function person(v: unknown): string {
  const value = (v ?? {}) as Record<string, string>;
  const { main, other } = nameParts({ alphabetic: value.Alphabetic ?? '', ideographic: value.Ideographic ?? '', phonetic: value.Phonetic ?? '' });
  return [main, other].filter(Boolean).join(' ');
}

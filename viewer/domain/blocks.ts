/** Objects that are read as facts and tables: readers of attributes. What says nothing in any row is left out. */
import { clockTime, isoDate } from '../core/dates';
import { significant } from '../core/figures';
import { items, numbers, personName, strings, type DataSet } from '../core/dicom-json';
import { nameParts } from '../core/person-name';

export type Fact = readonly [name: string, words: string];

export interface Table {
  title: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
  /** Rows that are not listed, since there are too many. */
  left: number;
}

export type Reader = (ds: DataSet) => string;
export type Column = readonly [name: string, read: Reader];

const MOST_ROWS = 500;
const LONGEST = 400;

/** Undefined when nothing would stand in it. */
export function tableOf(title: string, columns: readonly Column[], rows: readonly DataSet[]): Table | undefined {
  const told = rows.slice(0, MOST_ROWS).map((row) => columns.map(([, read]) => read(row)));
  const kept = columns.flatMap((_, i) => (told.some((row) => row[i]) ? [i] : []));
  if (!kept.length) return undefined;
  return { title, columns: kept.map((i) => columns[i]?.[0] ?? ''), rows: told.map((row) => kept.map((i) => row[i] ?? '')), left: Math.max(rows.length - MOST_ROWS, 0) };
}

export function factsOf(ds: DataSet, columns: readonly Column[]): Fact[] {
  return columns.map(([name, read]) => [name, read(ds)] as const).filter(([, words]) => words);
}

/** Texts of attributes, with commas between. */
export function words(...tags: string[]): Reader {
  return (ds) => tags.flatMap((tag) => strings(ds, tag)).filter(Boolean).join(', ').slice(0, LONGEST);
}

/** Numbers as short as they are. */
export function measure(tag: string, unit = '', most = 16): Reader {
  return (ds) => measured(numbers(ds, tag).slice(0, most), unit);
}

export function measured(values: readonly number[], unit = ''): string {
  return values.length ? `${values.map((v) => significant(Number(v.toFixed(4)), 8)).join(', ')}${unit && ` ${unit}`}` : '';
}

export function when(date: string, time: string): Reader {
  return (ds) => [isoDate(strings(ds, date)[0] ?? ''), clockTime(strings(ds, time)[0] ?? '')].filter(Boolean).join(' ');
}

export function person(tag: string): Reader {
  return (ds) => {
    const { main, other } = nameParts(personName(ds, tag));
    return [main, other].filter(Boolean).join(' ');
  };
}

/** How many items a sequence has; '' for none. */
export function count(tag: string): Reader {
  return (ds) => String(items(ds, tag).length || '');
}

/** Of the first of some items that says it. */
export function firstOf(of: (ds: DataSet) => readonly DataSet[], read: Reader): Reader {
  return (ds) => of(ds).map(read).find(Boolean) ?? '';
}

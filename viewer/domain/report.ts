/** A structured report as a tree of Content Items (PS3.3 C.17.3), bounded: hostile ones are cut with a sentence, nothing throws. */
import { item, items, numbers, text, type DataSet } from '../core/dicom-json';
import { t } from '../core/language';

/** A coded entry (PS3.3 8.8): what is missing is ''. */
export interface Code {
  value: string;
  scheme: string;
  version: string;
  meaning: string;
}

export interface ContentItem {
  /** '1.2.1', as items are referred to. */
  position: string;
  relationship: string;
  /** '' for an item by reference, and for one that lacks its value type. */
  type: string;
  name: Code | undefined;
  /** Of an item by reference the position it points to; it is never followed into the tree, so that no circle can be read. */
  target: string;
  data: DataSet;
  children: readonly ContentItem[];
}

export interface Report {
  root: ContentItem;
  byPosition: ReadonlyMap<string, ContentItem>;
  /** What is odd about it, a sentence each. */
  notes: readonly string[];
}

export const MOST_ITEMS = 20_000;
const DEEPEST = 64;

export function readReport(ds: DataSet): Report {
  const byPosition = new Map<string, ContentItem>();
  const notes = new Set<string>();
  const read = (data: DataSet, position: string, depth: number): ContentItem => {
    const children: ContentItem[] = [];
    const made: ContentItem = {
      position,
      relationship: text(data, '0040A010'),
      type: text(data, '0040A040').toUpperCase(),
      name: codeOf(data, '0040A043'),
      target: numbers(data, '0040DB73').slice(0, DEEPEST).join('.'),
      data,
      children,
    };
    byPosition.set(position, made);
    const below = items(data, '0040A730');
    if (depth >= DEEPEST && below.length) notes.add(t('It is nested deeper than {count} levels: what is below is left out.', { count: DEEPEST }));
    else
      for (const [i, child] of below.entries()) {
        if (byPosition.size >= MOST_ITEMS) {
          notes.add(t('It has more than {count} items: the others are left out.', { count: MOST_ITEMS }));
          break;
        }
        children.push(read(child, `${position}.${i + 1}`, depth + 1));
      }
    return made;
  };
  const root = read(ds, '1', 1);
  if (root.type !== 'CONTAINER') notes.add(t('It is no proper report: its root is no container.'));
  if (!root.children.length) notes.add(t('It has no content.'));
  return { root, byPosition, notes: [...notes] };
}

export function codeOf(ds: DataSet | undefined, tag: string): Code | undefined {
  return readCode(item(ds, tag));
}

export function readCode(entry: DataSet | undefined): Code | undefined {
  if (!entry) return undefined;
  return {
    value: text(entry, '00080100') || text(entry, '00080119') || text(entry, '00080120'),
    scheme: text(entry, '00080102'),
    version: text(entry, '00080103'),
    meaning: text(entry, '00080104'),
  };
}

export function meaningOf(code: Code | undefined): string {
  return code ? code.meaning || code.value : '';
}

/** '(121071, DCM)', as the standard writes it. */
export function codeWords(code: Code): string {
  return `(${[code.value, code.scheme, code.version].filter(Boolean).join(', ')})`;
}

export function* walk(from: ContentItem): Generator<ContentItem> {
  yield from;
  for (const child of from.children) yield* walk(child);
}

/** A circle: what it points to contains it (PS3.3 C.17.3.2.5 forbids it). */
export function pointsAtItself(one: ContentItem): boolean {
  return one.target !== '' && `${one.position}.`.startsWith(`${one.target}.`);
}

/** One instance that an item names (PS3.3 10.8, C.18.3 to C.18.5). frames are 1-based. */
export interface Reference {
  sopClass: string;
  uid: string;
  frames: readonly number[];
  segments: readonly number[];
  channels: readonly number[];
}

const MOST_REFERENCES = 500;

export function instancesOf(data: DataSet): Reference[] {
  const found = items(data, '00081199').slice(0, MOST_REFERENCES).flatMap((r) => [r, ...items(r, '00081199')]);
  return found.map((r) => ({
    sopClass: text(r, '00081150'),
    uid: text(r, '00081155'),
    frames: numbers(r, '00081160'),
    segments: numbers(r, '0062000B'),
    channels: numbers(r, '0040A0B0'),
  }));
}

/** The position of the item that one is told of under: '1.2' of '1.2.1'. */
export function parentPosition(position: string): string {
  return position.split('.').slice(0, -1).join('.');
}

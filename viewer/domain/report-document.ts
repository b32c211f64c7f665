/** How the tree of a report is laid out: sections, lines, and tables where siblings say the same of several things. Every item stands in it once. */
import { text } from '../core/dicom-json';
import { t } from '../core/language';
import { meaningOf, type ContentItem } from './report';

export type Block = SectionBlock | LineBlock | NumbersBlock | GroupsBlock | LogBlock;

export interface SectionBlock {
  kind: 'section';
  item: ContentItem;
  /** What its heading says of it besides its name: site, mode, side, which fetus. */
  says: readonly ContentItem[];
  blocks: readonly Block[];
}

export interface LineBlock {
  kind: 'line';
  item: ContentItem;
  blocks: readonly Block[];
}

/** Measured values below each other. columns: concepts that say more of them; what each value has of these is in `more`. */
export interface NumbersBlock {
  kind: 'numbers';
  columns: readonly string[];
  rows: readonly { item: ContentItem; more: readonly (readonly ContentItem[])[] }[];
}

/** Containers of one concept, a row each (measurement groups, irradiation events, organs). */
export interface GroupsBlock {
  kind: 'groups';
  title: ContentItem;
  /** The first column has values of another concept in each row: they are shown with their names. */
  named: boolean;
  columns: readonly string[];
  rows: readonly { item: ContentItem; cells: readonly (readonly ContentItem[])[] }[];
}

/** Entries with a moment each (PS3.16 TID 3001). */
export interface LogBlock {
  kind: 'log';
  rows: readonly ContentItem[];
}

/** Measurement groups (PS3.16 TID 1410, 1411, 1501) are a table even when there is one. */
const ALWAYS_A_ROW: ReadonlySet<string> = new Set(['125007']);
/** Biometry Group, Measurement Group: what belongs together in them must not be mixed with that of others (PS3.16 TID 5008, 300). */
const KEPT_WHOLE: ReadonlySet<string> = new Set(['125005', '125007']);
const MOST_ALIKE = 2;
/** Tracking Identifier, Tracking Unique Identifier (PS3.16 TID 1501): a lesion, which is a row. */
const TRACKING: ReadonlySet<string> = new Set(['112039', '112040']);
/** Fetus ID, Subject ID. */
const WHOSE: ReadonlySet<string> = new Set(['11951-1', '121030']);
const MOST_SAID = 4;
const MOST_COLUMNS = 120;

export function blocksOf(parent: ContentItem): Block[] {
  const blocks: Block[] = [];
  const { children } = parent;
  for (let i = 0; i < children.length; ) {
    const first = children[i] as ContentItem;
    const run = [first];
    const goesOn = likeOf(first);
    while (goesOn && i + run.length < children.length && goesOn(children[i + run.length] as ContentItem)) run.push(children[i + run.length] as ContentItem);
    const table = tableOfRun(run);
    if (table) blocks.push(table);
    else for (const one of run) blocks.push(isSection(one) ? sectionOf(one) : { kind: 'line', item: one, blocks: blocksOf(one) });
    i += run.length;
  }
  return blocks;
}

function sectionOf(item: ContentItem): SectionBlock {
  const says = item.children.filter(isSaidInHeading).slice(0, MOST_SAID);
  return { kind: 'section', item, says, blocks: blocksOf({ ...item, children: item.children.filter((c) => !says.includes(c)) }) };
}

function isSaidInHeading(one: ContentItem): boolean {
  if (one.target || one.children.length) return false;
  return (one.relationship === 'HAS CONCEPT MOD' && one.type === 'CODE') || (one.relationship === 'HAS OBS CONTEXT' && one.type === 'TEXT' && WHOSE.has(one.name?.value ?? ''));
}

function isSection(one: ContentItem): boolean {
  return one.type === 'CONTAINER' && !one.target;
}

function likeOf(first: ContentItem): ((next: ContentItem) => boolean) | undefined {
  if (isSection(first)) return (next) => isSection(next) && meaningOf(next.name) === meaningOf(first.name) && next.name?.value === first.name?.value;
  if (isEntry(first)) return isEntry;
  if (isNumber(first)) return isNumber;
  return undefined;
}

function isEntry(one: ContentItem): boolean {
  return !isSection(one) && !one.target && !one.children.length && text(one.data, '0040A032') !== '';
}

/** A value with nothing below it but words about it. */
function isNumber(one: ContentItem): boolean {
  return one.type === 'NUM' && !one.target && one.children.every((c) => c.children.length === 0 && c.type !== 'CONTAINER');
}

function tableOfRun(run: readonly ContentItem[]): Block | undefined {
  const first = run[0];
  if (!first) return undefined;
  if (isSection(first)) return run.length > 1 || ALWAYS_A_ROW.has(first.name?.value ?? '') || meaningOf(first.name) === 'Measurement Group' ? groupsOf(run) : undefined;
  if (run.length < 2) return undefined;
  return isEntry(first) ? { kind: 'log', rows: run } : numbersOf(run);
}

function columnOf(one: ContentItem): string {
  return meaningOf(one.name) || one.type || one.relationship;
}

function numbersOf(run: readonly ContentItem[]): NumbersBlock | undefined {
  const columns = [...new Set(run.flatMap((r) => r.children.map(columnOf)))];
  if (columns.length > 12) return undefined;
  return { kind: 'numbers', columns, rows: run.map((item) => ({ item, more: columns.map((c) => item.children.filter((child) => columnOf(child) === c)) })) };
}

/** Containers inside are taken apart into columns of their own; what is below a value stays with it in its cell. */
function groupsOf(run: readonly ContentItem[]): GroupsBlock | undefined {
  if (run.some((one) => !one.children.length || holdsGroups(one))) return undefined;
  const rows = run.map((item) => ({ item, flat: flat(item) }));
  const columns = [...new Set(rows.flatMap(({ flat: all }) => all.map(columnOf)))];
  if (!columns.length || columns.length > MOST_COLUMNS) return undefined;
  if (rows.length === 1 && isListOfNumbers(rows[0]?.flat ?? [])) return undefined;
  // Rows of which each says something else are no table, but when it is one thing each (biometry).
  const own = rows.length > 1 ? columns.filter((c) => rows.filter(({ flat: all }) => all.some((one) => columnOf(one) === c)).length === 1) : [];
  const ownOf = (all: readonly ContentItem[]) => own.filter((c) => all.some((one) => columnOf(one) === c && one.type === 'NUM'));
  const named = own.length > 1 && rows.every(({ flat: all }) => ownOf(all).length === 1) && rows.length === own.length;
  if (!named) {
    if (own.length > columns.length / 2) return undefined;
    const filled = rows.reduce((sum, { flat: all }) => sum + new Set(all.map(columnOf)).size, 0);
    if (rows.length > 1 && filled / (rows.length * columns.length) < 0.34) return undefined;
  }
  const ordered = inTableOrder(named ? columns.filter((c) => !own.includes(c)) : columns);
  const cellsOf = (all: readonly ContentItem[]) => ordered.map((c) => all.filter((one) => columnOf(one) === c));
  return {
    kind: 'groups',
    title: run[0] as ContentItem,
    named,
    columns: named ? [t('Measured'), ...ordered] : ordered,
    rows: rows.map(({ item, flat: all }) => ({ item, cells: named ? [all.filter((one) => own.includes(columnOf(one))), ...cellsOf(all)] : cellsOf(all) })),
  };
}

/** Groups within a group, which a row would mix: three and more alike, or of those that say what belongs together. */
function holdsGroups(one: ContentItem): boolean {
  const counts = new Map<string, number>();
  for (const child of one.children.filter(isSection)) {
    const name = child.name?.value ?? '';
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if ((counts.get(name) ?? 0) > MOST_ALIKE || KEPT_WHOLE.has(name)) return true;
  }
  return false;
}

/** Measured values with what they are of, and nothing that is followed over time: below each other they are read more easily than in one row. */
function isListOfNumbers(all: readonly ContentItem[]): boolean {
  const numbers = all.filter((one) => one.type === 'NUM');
  return numbers.length > 1 && !all.some((one) => TRACKING.has(one.name?.value ?? '')) && all.every((one) => one.type === 'NUM' || one.relationship === 'HAS CONCEPT MOD');
}

/** Containers that hold only values count as their values. */
function flat(one: ContentItem): ContentItem[] {
  return one.children.flatMap((child) => (isSection(child) && child.children.length ? flat(child) : [child]));
}

/** UIDs are for machines: they stand last. */
function inTableOrder(columns: string[]): string[] {
  const isUid = (name: string) => /\bUID\b|Unique Identifier/i.test(name);
  return [...columns.filter((c) => !isUid(c)), ...columns.filter(isUid)];
}

/** Positions of all items that the blocks have in them, containers of tables among them. */
export function* positionsIn(blocks: readonly Block[]): Generator<string> {
  for (const block of blocks) {
    if (block.kind === 'log') yield* block.rows.map((r) => r.position);
    else if (block.kind === 'numbers') for (const { item, more } of block.rows) yield* [item, ...more.flat()].map((one) => one.position);
    else if (block.kind === 'groups') for (const { item, cells } of block.rows) yield* [item, ...cells.flat()].map((one) => one.position);
    else {
      yield block.item.position;
      if (block.kind === 'section') yield* block.says.map((one) => one.position);
      yield* positionsIn(block.blocks);
    }
  }
}

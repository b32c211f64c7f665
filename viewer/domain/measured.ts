/**
 * Measurements that are attributes, not a tree: lenses, refraction, keratometry, acuity, axial lengths, lens calculations, visual fields,
 * assessments of objects (PS3.3 A.50 to A.55, A.77). Sequences become sections and tables. Hostile ones are cut with a sentence.
 */
import { items, number, strings, text, type DataSet } from '../core/dicom-json';
import { t } from '../core/language';
import { codeWords, instancesOf, readCode } from './report';
import { dateTimeWords, nameWords } from './report-words';
import { isoDate } from '../core/dates';
import { TAG_NAMES } from './tag-names';

export interface Fact {
  tag: string;
  name: string;
  value: string;
  unit: string;
  /** Value and scheme of a code. */
  code: string;
}

export interface MeasuredTable {
  tag: string;
  title: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

export interface Part {
  tag: string;
  title: string;
  facts: readonly Fact[];
  tables: readonly MeasuredTable[];
  parts: readonly Part[];
}

export interface Measured {
  whole: Part;
  notes: readonly string[];
}

/** Groups that measure; the rest says whose and by what. */
const GROUPS = /^(0022|0024|0046|0082)|^(00200060|00400555|00402016)$/;
const DEEPEST = 8;
const MOST_ITEMS = 5000;
const MOST_COLUMNS = 24;

export function readMeasured(ds: DataSet): Measured {
  const notes = new Set<string>();
  let left = MOST_ITEMS;
  const partOf = (tag: string, title: string, data: DataSet, depth: number): Part => {
    const [facts, tables, parts]: [Fact[], MeasuredTable[], Part[]] = [[], [], []];
    for (const one of Object.keys(data).filter((k) => /^[0-9A-F]{8}$/.test(k) && (depth > 0 || GROUPS.test(k))).sort()) {
      const attribute = data[one];
      if (!attribute || one === '0040A730') continue;
      if (attribute.vr !== 'SQ') {
        const fact = factOf(one, data);
        if (fact) facts.push(fact);
        continue;
      }
      const below = items(data, one);
      const name = nameOf(one);
      const codes = below.map(codeOf);
      const named = below.map((b) => text(b, '00081155'));
      if (below.length && codes.every(Boolean)) facts.push({ tag: one, name, value: codes.map((c) => c?.words).join(', '), unit: '', code: codes.map((c) => c?.code).join(', ') });
      else if (below.length && named.every(Boolean)) facts.push({ tag: one, name, value: instancesOf({ '00081199': attribute }).map((r) => r.uid).slice(0, 20).join(', '), unit: '', code: '' });
      else if (depth >= DEEPEST) notes.add(t('It is nested deeper than {count} levels: what is below is left out.', { count: DEEPEST }));
      else {
        if (below.length > left) notes.add(t('It has more than {count} items: the others are left out.', { count: MOST_ITEMS }));
        const taken = below.slice(0, left);
        left -= taken.length;
        const table = taken.length > 1 ? tableOf(one, name, taken) : undefined;
        if (table) tables.push(table);
        else taken.forEach((b, i) => parts.push(partOf(one, taken.length > 1 ? `${name} ${i + 1}` : name, b, depth + 1)));
      }
    }
    return { tag, title, facts, tables, parts };
  };
  const whole = partOf('', '', ds, 0);
  if (!whole.facts.length && !whole.tables.length && !whole.parts.length) notes.add(t('It holds no measurements.'));
  return { whole, notes: [...notes] };
}

/** Items below each other when all of them hold plain values or codes, or one level more of these. */
function tableOf(tag: string, title: string, below: readonly DataSet[]): MeasuredTable | undefined {
  const rows = below.map((one) => flat(one, ''));
  if (rows.some((row) => !row)) return undefined;
  const columns = [...new Set(rows.flatMap((row) => [...(row ?? new Map<string, string>()).keys()]))];
  if (!columns.length || columns.length > MOST_COLUMNS) return undefined;
  return { tag, title, columns, rows: rows.map((row) => columns.map((c) => row?.get(c) ?? '')) };
}

function flat(data: DataSet, before: string): Map<string, string> | undefined {
  const found = new Map<string, string>();
  for (const tag of Object.keys(data).filter((k) => /^[0-9A-F]{8}$/.test(k)).sort()) {
    const name = [before, nameOf(tag)].filter(Boolean).join(', ');
    if (data[tag]?.vr !== 'SQ') {
      const fact = factOf(tag, data);
      if (fact) found.set(fact.unit ? `${name} (${fact.unit})` : name, fact.value);
      continue;
    }
    const below = items(data, tag);
    const codes = below.map(codeOf);
    if (codes.every(Boolean)) found.set(name, codes.map((c) => c?.words).join(', '));
    else if (below.length > 1 || before || !below[0]) return undefined;
    else for (const [key, value] of flat(below[0], nameOf(tag)) ?? [['', '']]) found.set(key, value);
  }
  return found.has('') ? undefined : found;
}

function codeOf(one: DataSet): { words: string; code: string } | undefined {
  const code = '00080100' in one || '00080104' in one || '00080119' in one ? readCode(one) : undefined;
  return code ? { words: code.meaning || code.value, code: codeWords(code) } : undefined;
}

function factOf(tag: string, data: DataSet): Fact | undefined {
  const vr = data[tag]?.vr;
  const plain = vr === 'PN' ? [nameWords(data, tag)] : strings(data, tag).map((v) => (vr === 'DA' ? isoDate(v) : vr === 'DT' ? dateTimeWords(v) : v));
  const value = plain.filter(Boolean).slice(0, 200).join(', ').slice(0, 20_000);
  return value ? { tag, name: nameOf(tag), value, unit: UNITS[tag] ?? '', code: '' } : undefined;
}

function nameOf(tag: string): string {
  return (TAG_NAMES[tag] ?? `(${tag.slice(0, 4)},${tag.slice(4)})`).replace(/( Code)? Sequence$/, '');
}

/** As the attribute definitions give them (PS3.3 C.8.25, C.8.26, C.8.30.3). */
const UNITS: Record<string, string> = {
  '00460146': 'D', '00460147': 'D', '00460104': 'D', '00460076': 'D', '00460114': 'D', '00221053': 'D', '00221054': 'D', '00221037': 'D', '00221121': 'D', '00221122': 'D',
  '00220009': '°', '00460077': '°', '00460115': '°', '00460030': 'Δ', '00460034': 'Δ', '00460042': 'mm', '00460040': '%',
  '00460075': 'mm', '00460044': 'mm', '00460046': 'mm', '00460060': 'mm', '00460062': 'mm', '00460063': 'mm', '00460064': 'mm', '00460106': 'cm',
  '00221019': 'mm', '00221130': 'mm', '00221131': 'mm', '00221059': 'm/s',
  '00240010': '°', '00240011': '°', '00240090': '°', '00240091': '°', '00240094': 'dB', '00240096': 'dB', '00240098': 'dB', '00240092': 'dB', '00240103': 'dB', '00240105': 'dB',
  '00240066': 'dB', '00240068': 'dB', '00240070': 'dB', '00240075': 'dB', '00240079': 'dB', '00240087': 'dB', '00240088': 's', '00240018': 'cd/m²', '00240020': 'cd/m²', '00240025': '°²', '00240028': 'ms',
  '00460203': 'mm', '00460204': 'mm', '00460205': 'mm', '00460212': 'D', '00460213': 'mm', '00460220': 'D', '00460249': 'D', '00460250': 'D', '00460251': 'D',
  '00240107': '°', '00240108': '°', '00240071': '%', '00240073': '%', '00240046': '%', '00240054': '%', '00240100': '%', '00240104': '%',
};

/** A point that was tested, in degrees from where the patient looks: x to the right of the patient's view, y up (PS3.3 C.8.26.4). */
export interface FieldPoint {
  x: number;
  y: number;
  /** dB; undefined when it was not told. */
  sensitivity: number | undefined;
  /** SEEN, NOT SEEN, BRIGHTEST NOT SEEN or ''. */
  result: string;
}

export interface Field {
  points: readonly FieldPoint[];
  /** Degrees from the middle to the edge of the map. */
  reach: number;
  blindSpot: { x: number; y: number } | undefined;
  laterality: string;
}

const MOST_POINTS = 2000;
/** Nobody sees farther to the side. */
const WIDEST = 110;

/** Undefined where no point has a place. */
export function fieldOf(ds: DataSet): Field | undefined {
  const points = items(ds, '00240089').slice(0, MOST_POINTS).flatMap((p): FieldPoint[] => {
    const [x, y] = [number(p, '00240090'), number(p, '00240091')];
    const placed = x !== undefined && y !== undefined && Math.hypot(x, y) <= WIDEST;
    return placed ? [{ x, y, sensitivity: number(p, '00240094'), result: text(p, '00240093') }] : [];
  });
  if (!points.length) return undefined;
  const [bx, by] = [number(ds, '00240107'), number(ds, '00240108')];
  const blind = bx !== undefined && by !== undefined && Math.hypot(bx, by) <= WIDEST;
  const farthest = Math.max(...points.map((p) => Math.hypot(p.x, p.y)));
  return { points, reach: Math.ceil((farthest + 3) / 10) * 10, blindSpot: blind ? { x: bx, y: by } : undefined, laterality: text(ds, '00240113') || text(ds, '00200060') };
}

/** For the clipboard. */
export function measuredText(title: string, head: readonly [string, string][], { whole, notes }: Measured): string {
  const lines = [title, '', ...head.map(([name, words]) => `${name}: ${words}`), ''];
  const say = (part: Part, depth: number) => {
    const pad = '  '.repeat(depth);
    if (part.title) lines.push(pad + part.title);
    for (const f of part.facts) lines.push(`${pad}${part.title ? '  ' : ''}${f.name}: ${[f.value, f.unit, f.code].filter(Boolean).join(' ')}`);
    for (const table of part.tables) lines.push(pad + table.title, [table.columns.join('\t'), ...table.rows.map((r) => r.join('\t'))].map((l) => `${pad}  ${l}`).join('\n'));
    for (const below of part.parts) say(below, depth + (part.title ? 1 : 0));
  };
  say(whole, 0);
  return [...lines, ...notes].join('\n') + '\n';
}

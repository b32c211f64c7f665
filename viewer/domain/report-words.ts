/** Values of Content Items in words (PS3.3 C.17.3.2, C.18); the whole document as text, and the facts of its head (C.17.2). */
import { clockTime, isoDate, parseDate } from '../core/dates';
import { item, items, numbers, personName, strings, text, values, type DataSet } from '../core/dicom-json';
import { t } from '../core/language';
import { nameParts } from '../core/person-name';
import { codeOf, codeWords, instancesOf, meaningOf, pointsAtItself, type Code, type ContentItem, type Reference, type Report } from './report';

/** Longer texts are cut: none that a person wrote is as long. */
const LONGEST = 100_000;
const MOST_POINTS_SAID = 6;

/** Relationships that say more than that one contains the other. */
export function relationWords(relationship: string): string {
  return RELATIONS[relationship] ?? '';
}

const RELATIONS: Record<string, string> = {
  'HAS OBS CONTEXT': t('context'), 'HAS ACQ CONTEXT': t('acquisition'), 'INFERRED FROM': t('inferred from'), 'SELECTED FROM': t('selected from'),
};

/** '' when it has none; of measured values number and unit are told apart by `measureOf`. */
export function valueWords(one: ContentItem): string {
  const { data, type } = one;
  if (one.target) return targetWords(one);
  switch (type) {
    case 'CONTAINER': return '';
    case 'TEXT': return textValue(data);
    case 'CODE': return meaningOf(codeOf(data, '0040A168'));
    case 'NUM': return measureWords(one);
    case 'DATETIME': return dateTimeWords(text(data, '0040A120'));
    case 'DATE': return isoDate(text(data, '0040A121'));
    case 'TIME': return timeWords(text(data, '0040A122'));
    case 'PNAME': return nameWords(data, '0040A123');
    case 'UIDREF': return text(data, '0040A124');
    case 'COMPOSITE': case 'IMAGE': case 'WAVEFORM': return instancesOf(data).map(referenceWords).join(', ');
    case 'SCOORD': return pointWords(data, 2);
    case 'SCOORD3D': return pointWords(data, 3);
    case 'TCOORD': return momentWords(data);
    case 'TABLE': return t('a table');
    case '': return t('It has no value type and is not shown.');
    default: return t('Its value type {type} is not known.', { type: type.slice(0, 32) });
  }
}

export function targetWords(one: ContentItem): string {
  return pointsAtItself(one) ? t('item {number}, which contains it', { number: one.target }) : t('see item {number}', { number: one.target });
}

/** A backslash is a character of UT, and of a text that a server has split. */
function textValue(data: DataSet): string {
  return strings(data, '0040A160').join('\\').slice(0, LONGEST);
}

export interface Measure {
  /** As stored: digits are part of the statement. */
  number: string;
  unit: Code | undefined;
  qualifier: Code | undefined;
}

export function measureOf(data: DataSet): Measure {
  const measured = item(data, '0040A300');
  return { number: strings(measured, '0040A30A').join('\\'), unit: codeOf(measured, '004008EA'), qualifier: codeOf(data, '0040A301') };
}

/** A gestational age in days as it is spoken of: '35 w 4 d'. '' for anything else. */
export function ageWords(one: ContentItem): string {
  const { number, unit } = measureOf(one.data);
  const days = Math.round(Number(number));
  const isAge = one.type === 'NUM' && unit?.value === 'd' && /gestational age/i.test(meaningOf(one.name));
  return isAge && days > 0 && days < 400 ? t('{weeks} w {days} d', { weeks: Math.floor(days / 7), days: days % 7 }) : '';
}

/** UCUM symbols are how units are written, but what stands in braces is counted, and '1' is no unit (PS3.16 7.2.2). */
export function unitWords(unit: Code | undefined): string {
  if (!unit || (unit.scheme === 'UCUM' && unit.value === '1')) return '';
  const symbol = unit.scheme === 'UCUM' && unit.value !== '' && !/[{[]/.test(unit.value);
  return symbol ? PRETTY[unit.value] ?? unit.value : meaningOf(unit);
}

const PRETTY: Record<string, string> = { mm2: 'mm²', mm3: 'mm³', cm2: 'cm²', cm3: 'cm³', um: 'µm', deg: '°', uA: 'µA', 'mGy.cm': 'mGy·cm', 'mGy.cm2': 'mGy·cm²', 'dGy.cm2': 'dGy·cm²', 'Gy.m2': 'Gy·m²' };

function measureWords(one: ContentItem): string {
  const { number, unit, qualifier } = measureOf(one.data);
  return [number, number && unitWords(unit), meaningOf(qualifier)].filter(Boolean).join(' ');
}

export function dateTimeWords(dt: string): string {
  const m = /^(\d{8})(\d{2,6})?(\.\d+)?([+-]\d{4})?$/.exec(dt.trim());
  if (!m || !parseDate(m[1] ?? '')) return dt;
  return [isoDate(m[1] ?? ''), m[2] ? timeWords(m[2]) : '', m[4] ?? ''].filter(Boolean).join(' ');
}

export function timeWords(tm: string): string {
  const clock = clockTime(tm);
  const seconds = /^\d{2}:?\d{2}:?(\d{2})/.exec(tm.trim())?.[1];
  return clock && seconds ? `${clock}:${seconds}` : clock || tm;
}

export function nameWords(data: DataSet | undefined, tag: string): string {
  const { main, other } = nameParts(personName(data, tag));
  return [main, other].filter(Boolean).join(' ');
}

export function referenceWords(one: Reference): string {
  const parts = [
    one.uid ? '' : t('a reference to nothing'),
    one.frames.length ? t('frame {numbers}', { numbers: some(one.frames) }) : '',
    one.segments.length ? t('segment {numbers}', { numbers: some(one.segments) }) : '',
    one.channels.length ? t('channel {numbers}', { numbers: some(one.channels) }) : '',
  ];
  return parts.filter(Boolean).join(', ') || one.uid;
}

function some(list: readonly number[]): string {
  return list.slice(0, 20).join(', ') + (list.length > 20 ? ' …' : '');
}

function pointWords(data: DataSet, size: number): string {
  const all = numbers(data, '00700022');
  const count = Math.floor(all.length / size);
  const said = Array.from({ length: Math.min(count, MOST_POINTS_SAID) }, (_, i) => `(${all.slice(i * size, i * size + size).map((v) => Number(v.toFixed(2))).join(', ')})`);
  return [text(data, '00700023') || t('no shape'), ...said, count > MOST_POINTS_SAID ? `… ${t('{count} points', { count })}` : ''].filter(Boolean).join(' ');
}

/** PS3.3 C.18.7: sample positions, seconds, or moments. */
function momentWords(data: DataSet): string {
  const [samples, seconds] = [numbers(data, '0040A132'), numbers(data, '0040A138')];
  const moments = strings(data, '0040A13A').map(dateTimeWords);
  return [text(data, '0040A130'), samples.length ? t('samples {numbers}', { numbers: some(samples) }) : '', seconds.length ? `${some(seconds)} s` : '', ...moments.slice(0, 20)].filter(Boolean).join(' ');
}

/** The head of the document: what it is, how finished, who verified it, what came before. */
export function headOf(ds: DataSet): [string, string][] {
  const facts: [string, string][] = [
    [t('Patient'), [nameWords(ds, '00100010'), text(ds, '00100020'), isoDate(text(ds, '00100030')), text(ds, '00100040')].filter(Boolean).join(' · ')],
    [t('Study'), [text(ds, '00081030'), isoDate(text(ds, '00080020'))].filter(Boolean).join(' · ')],
    [t('Accession number'), text(ds, '00080050')],
    [t('Referring physician'), nameWords(ds, '00080090')],
    [t('Content of'), [isoDate(text(ds, '00080023')), timeWords(text(ds, '00080033'))].filter(Boolean).join(' ')],
    [t('Author'), items(ds, '0040A078').slice(0, 20).map((a) => nameWords(a, '0040A123') || text(a, '00081010')).filter(Boolean).join(' · ')],
    [t('Completion'), [text(ds, '0040A496'), text(ds, '0040A491'), text(ds, '0040A492')].filter(Boolean).join(' · ')],
    [t('Verification'), text(ds, '0040A493')],
    ...items(ds, '0040A073').slice(0, 20).map((o): [string, string] => [t('Verified by'), [nameWords(o, '0040A075') || meaningOf(codeOf(o, '0040A088')), text(o, '0040A027'), dateTimeWords(text(o, '0040A030'))].filter(Boolean).join(' · ')]),
  ];
  return facts.filter(([, words]) => words !== '');
}

/** Who and what a page is about: patient, title, day of the study. */
export function headingOf(ds: DataSet, title: string): string {
  const patient = [nameWords(ds, '00100010'), text(ds, '00100020'), isoDate(text(ds, '00100030'))];
  return [...patient, title, isoDate(text(ds, '00080020')), text(ds, '00080050')].filter(Boolean).map((one) => one.slice(0, 100)).join(' · ');
}

/** Documents that this one replaces (PS3.3 C.17.2.1). */
export function predecessorsOf(ds: DataSet): Reference[] {
  const series = items(ds, '0040A360').flatMap((study) => items(study, '00081115'));
  return series.flatMap((s) => instancesOf(s));
}

/** Everything, two spaces a level, codes behind their meaning: for the clipboard. */
export function plainText(title: string, ds: DataSet, report: Report): string {
  const lines = [title, '', ...headOf(ds).map(([name, words]) => `${name}: ${words}`), ''];
  const say = (one: ContentItem, depth: number) => {
    const code = one.type === 'CODE' && !one.target ? codeOf(one.data, '0040A168') : undefined;
    const name = one.name ? meaningOf(one.name) : '';
    const relation = relationWords(one.relationship);
    const value = [valueWords(one), code ? codeWords(code) : ''].filter(Boolean).join(' ');
    lines.push('  '.repeat(Math.min(depth, 20)) + (relation ? `(${relation}) ` : '') + [name, value].filter(Boolean).join(': '));
    for (const row of one.type === 'TABLE' ? tableOf(one.data)?.rows ?? [] : []) lines.push('  '.repeat(Math.min(depth + 1, 20)) + row.join('\t'));
    for (const child of one.children) say(child, depth + 1);
  };
  for (const child of report.root.children) say(child, 0);
  return [...lines, ...report.notes].join('\n') + '\n';
}

/** A TABLE item (PS3.3 C.18.10): its first row and column are the headings. Undefined when it has no cells or too many. */
export function tableOf(data: DataSet): { rows: string[][] } | undefined {
  const table = item(data, '0040A801');
  const heads = (sequence: string, number: string) => items(table, sequence).map((h) => ({ at: numbers(h, number)[0] ?? 0, words: [meaningOf(codeOf(h, '0040A043')), unitWords(codeOf(h, '004008EA'))].filter(Boolean).join(', ') }));
  const [down, across] = [heads('0040A806', '0040A804'), heads('0040A807', '0040A805')];
  const cells = new Map<string, string>();
  const [rows, columns] = [new Set(down.map((h) => h.at)), new Set(across.map((h) => h.at))];
  for (const cell of items(table, '0040A808').slice(0, MOST_CELLS)) {
    const [row, column] = [numbers(cell, '0040A804')[0] ?? 0, numbers(cell, '0040A805')[0] ?? 0];
    const words = cellWords(cell);
    const put = (r: number, c: number, said: string) => void (cells.set(`${r} ${c}`, said), rows.add(r), columns.add(c));
    if (row && column) put(row, column, words.join(', '));
    else for (const [i, said] of words.entries()) put(row || i + 1, column || i + 1, said);
  }
  if (!rows.size || !columns.size || rows.size * columns.size > MOST_CELLS) return undefined;
  const ordered = (of: Set<number>) => [...of].sort((a, b) => a - b);
  const [ys, xs] = [ordered(rows), ordered(columns)];
  const headOfAt = (list: typeof down, at: number) => list.find((h) => h.at === at)?.words ?? '';
  return { rows: [['', ...xs.map((x) => headOfAt(across, x))], ...ys.map((y) => [headOfAt(down, y), ...xs.map((x) => cells.get(`${y} ${x}`) ?? '')])] };
}

const MOST_CELLS = 20_000;

/** Selector values (PS3.3 Table C.18.10-1) stand in 0072,005E to 0072,0083. */
function cellWords(cell: DataSet): string[] {
  const unit = unitWords(codeOf(cell, '004008EA'));
  const plain = Object.keys(cell).filter((tag) => tag >= '0072005E' && tag <= '00720083' && cell[tag]?.vr !== 'SQ').sort();
  const said = plain.flatMap((tag) => (cell[tag]?.vr === 'PN' ? [nameWords(cell, tag)] : values(cell, tag).map((v) => [String(v), unit].filter(Boolean).join(' '))));
  return [meaningOf(codeOf(cell, '0040A168')), ...said, ...instancesOf(cell).map(referenceWords), meaningOf(codeOf(cell, '0040A301'))].filter(Boolean);
}

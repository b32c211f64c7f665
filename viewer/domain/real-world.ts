/** Real World Value Mapping (PS3.3 C.7.6.16.2.11, C.7.6.16-12b): stored values as what they mean, with their unit. */
import { item, items, number, numbers, text, values, type DataSet } from '../core/dicom-json';
import { t } from '../core/language';
import { isReferenced, type References } from './references';

/** label: short. explanation: LUT Explanation. quantity: what is measured, in words; '' when not said. */
export interface RealWorld {
  label: string;
  explanation: string;
  quantity: string;
  unit: string;
  /** Undefined beside the range of the mapping. */
  of: (stored: number) => number | undefined;
}

const MOST_ENTRIES = 65_536;
const MOST_LETTERS = 64;
/** Of the span of a table: so far its values may lie from those of slope and intercept beside it. */
const SAME = 1e-3;

/** An Item of Real World Value Mapping Sequence; undefined where it maps nothing, or not in one way only. */
export function mappingOf(ds: DataSet): RealWorld | undefined {
  const found = readMapping(ds);
  return typeof found === 'string' ? undefined : found;
}

/** A sentence where it tells no value that could be believed: a wrong number is worse than none. */
export function readMapping(ds: DataSet): RealWorld | string {
  const first = number(ds, '00409214') ?? number(ds, '00409216') ?? -Infinity;
  const last = number(ds, '00409213') ?? number(ds, '00409211') ?? Infinity;
  const [slope, intercept] = [number(ds, '00409225'), number(ds, '00409224')];
  const entries = values(ds, '00409212');
  const table = entries.length <= MOST_ENTRIES ? numbers(ds, '00409212') : [];
  const isTable = entries.length > 0;
  const isLine = slope !== undefined && intercept !== undefined;
  if (!isTable && !isLine) return t('It has neither a table nor slope and intercept.');
  if (first > last) return t('Its first value lies above its last one.');
  if (isTable && table.length !== last - first + 1) return t('Its table does not have a value for each of its stored values.');
  if (!isTable && slope === 0) return t('Its slope is 0: all values would be one.');
  if (isTable && isLine && !agrees(table, (i) => (first + i) * slope + intercept)) return t('Its table and its slope say different values.');
  return {
    label: text(ds, '00409210'),
    explanation: text(ds, '00283003'),
    quantity: quantityOf(ds),
    unit: unitOf(item(ds, '004008EA')),
    of: (stored) => {
      if (stored < first || stored > last) return undefined;
      return isTable ? table[Math.round(stored - first)] : stored * (slope as number) + (intercept as number);
    },
  };
}

function agrees(table: readonly number[], line: (i: number) => number): boolean {
  const span = Math.max(...[0, table.length - 1].flatMap((i) => [Math.abs(table[i] as number), Math.abs(line(i))]));
  return table.every((v, i) => Math.abs(v - line(i)) <= SAME * span);
}

/** UCUM writes the unit itself; 1 is none. In words where it has no code. */
function unitOf(units: DataSet | undefined): string {
  const code = text(units, '00080102') === 'UCUM' ? text(units, '00080100') : '';
  return code === '1' ? '' : (code || text(units, '00080104')).slice(0, MOST_LETTERS);
}

/** Quantity Definition Sequence: (246205007, SCT, "Quantity"). */
function quantityOf(ds: DataSet): string {
  const all = items(ds, '00409220');
  const quantity = all.find((one) => text(item(one, '0040A043'), '00080100') === '246205007') ?? all[0];
  return text(item(quantity, '0040A168'), '00080104');
}

/** mapping: a sentence where it is broken. */
interface Given {
  object: string;
  references: References;
  mapping: RealWorld | string;
}

const own = new WeakMap<DataSet, Map<number, RealWorld[]>>();
/** Of Real World Value Mapping objects (PS3.3 C.7.6.16-12c), by SOP Instance UID of the images. */
const foreign = new Map<string, Given[]>();

/** Mappings that an object has for others; called once for each object that was read. */
export function noteMappings(ds: DataSet): void {
  const object = text(ds, '00080018');
  for (const one of items(ds, '00409094')) {
    const mappings = items(one, '00409096').map(readMapping);
    for (const image of items(one, '00081140')) {
      const uid = text(image, '00081155');
      const known = (foreign.get(uid) ?? []).filter((k) => k.object !== object || k.references.has(uid) === false);
      const references: References = new Map([[uid, numbers(image, '00081160')]]);
      foreign.set(uid, [...known, ...mappings.map((mapping) => ({ object, references, mapping }))]);
    }
  }
}

/** All that hold for a frame: its own, then those that objects give it. */
export function realWorldOf(ds: DataSet, frame: number): readonly RealWorld[] {
  const frames = own.get(ds) ?? new Map<number, RealWorld[]>();
  own.set(ds, frames);
  const found = frames.get(frame) ?? itemsOf(ds, frame).map(mappingOf).filter((m) => m !== undefined);
  frames.set(frame, found);
  return [...found, ...givenTo(ds, frame).flatMap(({ mapping }) => (typeof mapping === 'string' ? [] : [mapping]))];
}

/** Why mappings of a frame are not read: a sentence each, none twice. */
export function brokenRealWorldOf(ds: DataSet, frame: number): readonly string[] {
  const all = [...itemsOf(ds, frame).map(readMapping), ...givenTo(ds, frame).map(({ mapping }) => mapping)];
  return [...new Set(all.filter((m) => typeof m === 'string'))];
}

/** Those of the frame, else of all frames, else of the image. */
function itemsOf(ds: DataSet, frame: number): readonly DataSet[] {
  const holder = [items(ds, '52009230')[frame - 1], item(ds, '52009229'), ds].find((h) => items(h, '00409096').length);
  return items(holder, '00409096');
}

function givenTo(ds: DataSet, frame: number): readonly Given[] {
  const uid = text(ds, '00080018');
  return (foreign.get(uid) ?? []).filter((g) => isReferenced(g.references, uid, frame));
}

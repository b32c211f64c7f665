/** Real World Value Mapping (PS3.3 C.7.6.16.2.11, C.7.6.16-12b): stored values as what they mean, with their unit. */
import { item, items, number, numbers, text, type DataSet } from '../core/dicom-json';
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

/** An Item of Real World Value Mapping Sequence; undefined where it maps nothing. */
export function mappingOf(ds: DataSet): RealWorld | undefined {
  const first = number(ds, '00409214') ?? number(ds, '00409216') ?? -Infinity;
  const last = number(ds, '00409213') ?? number(ds, '00409211') ?? Infinity;
  const [slope, intercept] = [number(ds, '00409225'), number(ds, '00409224')];
  const table = numbers(ds, '00409212').slice(0, MOST_ENTRIES);
  const [low, high] = [Math.min(first, last), Math.max(first, last)];
  const isTable = table.length > 0 && Number.isFinite(low);
  if (!isTable && (slope === undefined || intercept === undefined)) return undefined;
  const units = item(ds, '004008EA');
  return {
    label: text(ds, '00409210'),
    explanation: text(ds, '00283003'),
    quantity: quantityOf(ds),
    // UCUM writes the unit itself; 1 is none.
    unit: text(units, '00080102') === 'UCUM' ? (text(units, '00080100') === '1' ? '' : text(units, '00080100')) : text(units, '00080104'),
    of: (stored) => {
      if (stored < low || stored > high) return undefined;
      return isTable ? table[Math.round(stored - low)] : stored * (slope as number) + (intercept as number);
    },
  };
}

/** Quantity Definition Sequence: (246205007, SCT, "Quantity"). */
function quantityOf(ds: DataSet): string {
  const all = items(ds, '00409220');
  const quantity = all.find((one) => text(item(one, '0040A043'), '00080100') === '246205007') ?? all[0];
  return text(item(quantity, '0040A168'), '00080104');
}

const own = new WeakMap<DataSet, Map<number, RealWorld[]>>();
/** Of Real World Value Mapping objects (PS3.3 C.7.6.16-12c), by SOP Instance UID of the images. */
const foreign = new Map<string, { object: string; references: References; mapping: RealWorld }[]>();

/** Mappings that an object has for others; called once for each object that was read. */
export function noteMappings(ds: DataSet): void {
  const object = text(ds, '00080018');
  for (const one of items(ds, '00409094')) {
    const mappings = items(one, '00409096').map(mappingOf).filter((m) => m !== undefined);
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
  const uid = text(ds, '00080018');
  let found = frames.get(frame);
  if (!found) {
    const groups = items(ds, '52009230')[frame - 1];
    const holder = [groups, item(ds, '52009229'), ds].find((h) => items(h, '00409096').length);
    found = items(holder, '00409096').map(mappingOf).filter((m) => m !== undefined);
    frames.set(frame, found);
  }
  const given = foreign.get(uid);
  return given ? [...found, ...given.filter((g) => isReferenced(g.references, uid, frame)).map((g) => g.mapping)] : found;
}

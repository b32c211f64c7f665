/** Intra-oral images: teeth and their place in a full mouth mount. Pure values. */
import { item, items, text, type DataSet } from '../core/dicom-json';

/** CID 4018 and 4019 in SNOMED CT: the right first tooth of each jaw to the left last one, as quadrants are counted. */
const PERMANENT = [
  ['422653006', '424877001', '860767006', '57826002', '36492000', '865995000', '863902006', '68085002'], ['424399000', '423185002', '860780009', '61897005', '23226009', '865988009', '863901004', '87704003'],
  ['425106001', '423331005', '860782001', '2400006', '24573005', '866006002', '863898000', '74344005'], ['424575004', '423937004', '860785004', '80140008', '8873007', '866005003', '863899008', '38994002'],
  ['88824007', '65624003', '30618001', '17505006', '27855007'], ['51678005', '43622005', '73937000', '45234009', '51943008'], ['89552004', '14770005', '43281008', '38896004', '49330006'], ['67834006', '22445006', '6062009', '58646007', '61868007'],
];
/** FDI number by code: quadrant (5 to 8 of milk teeth) and tooth from the middle. */
const BY_CODE = new Map(PERMANENT.flatMap((quadrant, q) => quadrant.map((code, n) => [code, `${q + 1}${n + 1}`] as const)));
/** Regions of one tooth (CID 4017), from the middle; SNOMED CT and SRT. */
const REGIONS: Record<string, number> = {
  '699453001': 1, 'R-FB322': 1, '699511000': 2, 'R-FB35C': 2, '699510004': 3, 'R-FB35B': 3, '699509009': 4, 'R-FB35A': 4, '699508001': 5, 'R-FB359': 5, '699507006': 6, 'R-FB358': 6, '699505003': 7, 'R-FB356': 7, '699503005': 8, 'R-FB354': 8,
};
const [MAXILLA, MANDIBLE] = [new Set(['70925003', 'T-D1217', 'T-11170']), new Set(['91609006', 'T-11180'])];

/**
 * Teeth by their FDI numbers: Primary Anatomic Structure in ISO 3950, SNOMED CT or SRT, else Anatomic Region with its modifiers and the side
 * (PS3.3 C.8.11.7, PS3.16 CID 4016 to 4019).
 */
export function teethOf(ds: DataSet): string[] {
  const named = items(ds, '00082228').slice(0, 32).flatMap(toothOf);
  return named.length ? [...new Set(named)] : regionsOf(ds);
}

function toothOf(code: DataSet): string[] {
  const [scheme, value] = [text(code, '00080102').toUpperCase(), text(code, '00080100')];
  if (scheme.startsWith('ISO3950') || scheme === 'FDI') return /^[1-8][1-8]$/.test(value) ? [value] : [];
  return [BY_CODE.get(value) ?? fromSrt(value)].filter(Boolean);
}

/** T-54210 is the right upper wisdom tooth; in steps of ten round the mouth, milk teeth from T-54610. The last digit does not count. */
function fromSrt(value: string): string {
  const at = /^T-54([2-8]\d)\d$/.exec(value)?.[1];
  const n = Number(at) - 21;
  if (at === undefined || n < 0) return '';
  if (n < 32) return [`1${8 - n}`, `2${n - 7}`, `3${24 - n}`, `4${n - 23}`][Math.floor(n / 8)] as string;
  const milk = n - 40;
  return milk < 0 || milk >= 20 ? '' : [`5${milk + 1}`, `6${milk - 4}`, `8${milk - 9}`, `7${milk - 14}`][Math.floor(milk / 5)] as string;
}

function regionsOf(ds: DataSet): string[] {
  const region = item(ds, '00082218');
  const code = text(region, '00080100');
  const side = text(ds, '00200062').toUpperCase();
  const jaws = MAXILLA.has(code) ? ['U'] : MANDIBLE.has(code) ? ['L'] : [];
  if ((side !== 'R' && side !== 'L') || !jaws.length) return [];
  const quadrant = jaws[0] === 'U' ? (side === 'R' ? 1 : 2) : side === 'R' ? 4 : 3;
  return items(region, '00082220').slice(0, 16).flatMap((m) => REGIONS[text(m, '00080100')] ?? []).map((n) => `${quadrant}${n}`);
}

/** Rows and columns of the mount; the patient's right is at the left, as if one faced the patient. */
export const MOUNT = { rows: 3, columns: 9 } as const;

/** Row (upper, bitewings, lower) and column of the mount; undefined without teeth, or with teeth that say nothing. */
export function placeInMount(teeth: readonly string[]): { row: 0 | 1 | 2; column: number } | undefined {
  const each = teeth.filter((tooth) => /^[1-8][1-8]$/.test(tooth)).map((tooth) => ({ quadrant: ((Number(tooth[0]) - 1) % 4) + 1, at: Number(tooth[1]) }));
  if (!each.length) return undefined;
  const upper = each.filter((t) => t.quadrant <= 2).length;
  // From the middle line outwards, the patient's right negative; halves because the line runs between the teeth.
  const across = each.reduce((sum, { quadrant, at }) => sum + (quadrant === 1 || quadrant === 4 ? -(at - 0.5) : at - 0.5), 0) / each.length;
  if (upper > 0 && upper < each.length) return { row: 1, column: across < 0 ? (across < -6.2 ? 1 : 2) : across > 6.2 ? 7 : 6 };
  return { row: upper ? 0 : 2, column: columnOf(across) };
}

/** Molars, premolars, canine, incisors of one side, the middle, and the other side. */
function columnOf(across: number): number {
  const far = Math.abs(across);
  const out = far > 5 ? 4 : far > 3 ? 3 : far > 1.7 ? 2 : far > 0.4 ? 1 : 0;
  return across < 0 ? 4 - out : 4 + out;
}

/** Place in the mount from 0, in reading order; '' where the object says no teeth. */
export function numberInMount(ds: DataSet): number | '' {
  const place = placeInMount(teethOf(ds));
  return place ? place.row * MOUNT.columns + place.column : '';
}

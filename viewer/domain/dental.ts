/** Intra-oral images: teeth and their place in a full mouth mount. Pure values. */
import { items, text, type DataSet } from '../core/dicom-json';

/** Teeth by their FDI numbers (ISO 3950): Primary Anatomic Structure of intra-oral images (PS3.3 C.8.11.7, PS3.16 CID 4016). */
export function teethOf(ds: DataSet): string[] {
  return items(ds, '00082228').filter((code) => text(code, '00080102').toUpperCase().startsWith('ISO3950')).map((code) => text(code, '00080100')).filter((value) => /^[1-8][1-8]$/.test(value));
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

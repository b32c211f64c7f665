/** At which doses lines are drawn, in which colours. Pure values. */
import { significant } from '../core/figures';
import { items, numbers, type DataSet } from '../core/dicom-json';

export interface DoseLevel {
  dose: number;
  words: string;
  colour: readonly [number, number, number];
}

/** From the highest to the lowest: warm is high, as planning systems have it. */
const COLOURS: readonly (readonly [number, number, number])[] = [
  [255, 60, 60], [255, 130, 40], [255, 190, 40], [250, 240, 60], [150, 230, 60], [50, 210, 120], [50, 200, 210], [80, 150, 255], [130, 110, 255], [190, 90, 230],
];

/**
 * levels: percent of the reference, or doses where there is none. The highest first; each keeps its own colour by its place.
 * unit: Gy or relative.
 */
export function levelsOf(levels: readonly number[], reference: number | undefined, unit: 'Gy' | 'relative'): DoseLevel[] {
  const sorted = [...new Set(levels)].filter((v) => v > 0).sort((a, b) => b - a);
  return sorted.map((level, i) => {
    const dose = reference === undefined ? level : (level * reference) / 100;
    const said = `${significant(dose, 4)}${unit === 'Gy' ? ' Gy' : ''}`;
    return { dose, words: reference === undefined ? said : `${significant(level, 4)} %  ${said}`, colour: COLOURS[Math.min(i, COLOURS.length - 1)] as DoseLevel['colour'] };
  });
}

/** Highest Target Prescription Dose of a plan, Gy (PS3.3 C.8.8.10). */
export function prescriptionOf(plan: DataSet | undefined): number | undefined {
  const told = items(plan, '300A0010').flatMap((reference) => numbers(reference, '300A0026').slice(0, 1)).filter((v) => v > 0);
  return told.length ? Math.max(...told) : undefined;
}

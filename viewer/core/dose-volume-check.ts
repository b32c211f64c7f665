/** Histograms of objects that contradict themselves: they are read as they are, and it is said (PS3.3 C.8.8.4). */
import { number, numbers, text, type DataSet } from './dicom-json';

/** rising: more of the volume gets a higher dose. order: minimum, mean and maximum do not follow one another. */
export type Contradiction = 'rising' | 'order';

/** Beyond what rounding does: share of the whole volume, and of the dose. */
const ROUNDING = 1e-3;

/** Of an item of the DVH Sequence. */
export function contradictionsOf(item: DataSet): Contradiction[] {
  const volumes = numbers(item, '30040058').filter((_, i) => i % 2 === 1);
  const slack = ROUNDING * Math.max(...volumes.slice(0, 1), 0);
  const rises = text(item, '30040001').toUpperCase() === 'CUMULATIVE' && volumes.some((v, i) => i > 0 && v > (volumes[i - 1] as number) + slack);
  const told = ['30040070', '30040074', '30040072'].map((tag) => number(item, tag)).filter((v) => v !== undefined);
  const falls = told.some((v, i) => i > 0 && v < (told[i - 1] as number) - ROUNDING * Math.abs(v));
  return [...(rises ? ['rising' as const] : []), ...(falls ? ['order' as const] : [])];
}

/** Track sets of Tractography Results (PS3.3 C.8.33.2): what they are called and found by, and what was measured along their tracks. No points here. */
import { item, items, number, numbers, text, type DataSet } from './dicom-json';
import { lengthOfLine } from './mesh-primitives';
import { meaning } from './segments';

/** label: user-defined, else the anatomical type. */
export interface TrackSet {
  number: number;
  label: string;
  description: string;
  anatomy: string;
  model: string;
  algorithm: string;
  tracks: readonly DataSet[];
  /** As the object has them: a name, a statistic of it, a value with its unit. */
  statistics: readonly Statistic[];
}

export interface Statistic {
  name: string;
  /** 'Mean', 'Standard Deviation' ...; '' where it is not said. */
  kind: string;
  value: number;
  unit: string;
}

const MOST_SETS = 2000;
const MOST_STATISTICS = 200;

export function trackSetsOf(ds: DataSet): TrackSet[] {
  return items(ds, '00660101').slice(0, MOST_SETS).map((set, i) => ({
    number: number(set, '00660105') ?? i + 1,
    label: text(set, '00660106') || meaning(set, '00660108'),
    description: text(set, '00660107'),
    anatomy: [meaning(set, '00660108'), ...items(item(set, '00660108'), '0040A195').map((m) => text(m, '00080104'))].filter(Boolean).join(', '),
    model: meaning(set, '00660134'),
    algorithm: items(set, '00660104').flatMap((one) => [text(one, '00660036'), text(one, '00660031')]).filter(Boolean).join(' '),
    tracks: items(set, '00660102'),
    statistics: items(set, '00660124').slice(0, MOST_STATISTICS).flatMap(statisticOf),
  }));
}

/** Table 10-35 Summary statistic: concept, modifier that says which statistic, Numeric Value and unit. */
function statisticOf(one: DataSet): Statistic[] {
  const value = numbers(one, '0040A30A')[0] ?? numbers(one, '0040A161')[0];
  if (value === undefined || !Number.isFinite(value)) return [];
  return [{ name: meaning(one, '0040A043'), kind: meaning(one, '0040A195') || text(item(item(one, '0040A043'), '0040A195'), '00080104'), value, unit: unitOf(one) }];
}

/** UCUM writes the unit itself; 1 is none. */
function unitOf(one: DataSet): string {
  const units = item(one, '004008EA');
  const code = text(units, '00080100');
  return code === '1' ? '' : text(units, '00080102') === 'UCUM' ? code : text(units, '00080104');
}

/** A measurement of a set (PS3.3 C.8.33.2.1): values of each track, in the order of the tracks. */
export interface Measured {
  name: string;
  unit: string;
  /** Holders of Floating Point Values. */
  values: readonly DataSet[];
}

export function measuredIn(set: DataSet): Measured[] {
  return items(set, '00660121').map((one) => ({ name: meaning(one, '0040A043'), unit: unitOf(one), values: items(one, '00660132') }));
}

/** count: of the numbers; deviation: of the population. */
export interface Spread {
  count: number;
  mean: number;
  deviation: number;
  least: number;
  greatest: number;
}

/** Of what is finite; undefined of nothing. */
export function spreadOf(lists: readonly ArrayLike<number>[]): Spread | undefined {
  let [count, mean, squares, least, greatest] = [0, 0, 0, Infinity, -Infinity];
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const v = list[i] as number;
      if (!Number.isFinite(v)) continue;
      count++;
      const by = v - mean;
      mean += by / count;
      squares += by * (v - mean);
      least = Math.min(least, v);
      greatest = Math.max(greatest, v);
    }
  }
  return count ? { count, mean, deviation: Math.sqrt(squares / count), least, greatest } : undefined;
}

/** mm along each track, of those that have two points or more. */
export function lengthsOf(tracks: readonly Float32Array[]): number[] {
  return tracks.filter((points) => points.length >= 6).map(lengthOfLine);
}

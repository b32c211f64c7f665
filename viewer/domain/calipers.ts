/** Calipers on a recording, and the intervals that they and the counted beats give. Nothing is interpreted. */
import { bazett, fridericia, meanInterval } from '../core/beats';

export const CALIPERS = ['rr', 'p', 'pr', 'qrs', 'qt', 'time'] as const;
export type CaliperName = (typeof CALIPERS)[number];

/** One of each name. trace: the key of the trace it stands on. Seconds from the acquisition; `to` may lie before `from`. */
export interface Caliper {
  name: CaliperName;
  trace: string;
  from: number;
  to: number;
}

export function isCaliper(value: unknown): value is Caliper {
  const c = value as Partial<Caliper> | null;
  return CALIPERS.some((name) => name === c?.name) && typeof c?.trace === 'string' && Number.isFinite(c.from) && Number.isFinite(c.to);
}

export function withCaliper(all: readonly Caliper[], caliper: Caliper): Caliper[] {
  return [...all.filter((c) => c.name !== caliper.name), caliper];
}

/** Seconds */
export function lengthOf(caliper: Caliper | undefined): number | undefined {
  return caliper && Math.abs(caliper.to - caliper.from);
}

/** On by its own length: beat to beat. */
export function marched(caliper: Caliper, steps: number): Caliper {
  const by = steps * Math.abs(caliper.to - caliper.from);
  return { ...caliper, from: caliper.from + by, to: caliper.to + by };
}

const MOST_TICKS = 400;

/** Where the caliper falls when it is laid end to end, within begin..end. */
export function marchOut(caliper: Caliper, begin: number, end: number): number[] {
  const step = Math.abs(caliper.to - caliper.from);
  if (!(step > 0) || (end - begin) / step > MOST_TICKS) return [];
  const first = Math.ceil((begin - caliper.from) / step);
  const count = Math.max(Math.floor((end - caliper.from) / step) - first + 1, 0);
  return Array.from({ length: count }, (_, i) => caliper.from + (first + i) * step);
}

/** from: a caliper, so many beats that were counted, or other lines of the table. */
export interface IntervalLine {
  id: 'hr' | CaliperName | 'qtcb' | 'qtcf';
  /** ms; beats a minute for 'hr'. Undefined: not known yet. */
  value: number | undefined;
  from: { kind: 'caliper' } | { kind: 'beats'; count: number } | undefined;
}

export function intervalsOf(calipers: readonly Caliper[], beats: readonly number[]): IntervalLine[] {
  const own = (name: CaliperName) => lengthOf(calipers.find((c) => c.name === name));
  const [mean, count] = [meanInterval(beats), beats.length - 1];
  const rr = own('rr') ?? mean;
  const from: IntervalLine['from'] = own('rr') !== undefined ? { kind: 'caliper' } : mean !== undefined ? { kind: 'beats', count } : undefined;
  const qt = own('qt');
  const line = (id: CaliperName): IntervalLine => ({ id, value: ms(own(id)), from: own(id) === undefined ? undefined : { kind: 'caliper' } });
  const corrected = (by: typeof bazett) => (qt !== undefined && rr ? ms(by(qt, rr)) : undefined);
  return [
    { id: 'hr', value: rr ? 60 / rr : undefined, from },
    { id: 'rr', value: ms(rr), from },
    line('p'), line('pr'), line('qrs'), line('qt'),
    { id: 'qtcb', value: corrected(bazett), from: undefined },
    { id: 'qtcf', value: corrected(fridericia), from: undefined },
    line('time'),
  ];
}

function ms(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

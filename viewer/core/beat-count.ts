/** Beats of a long recording counted piece after piece, and the heart rate over its time. Counted, never interpreted. */
import { beatsOf, REFRACTORY } from './beats';

/** Seconds beside a stretch that are looked at, too: how high a beat is, is told by its neighbours. */
export const AROUND = 6;

export interface Rhythm {
  /** Hz */
  frequency: number;
  /** Seconds from the acquisition to the first sample. */
  start: number;
  /** Samples. */
  length: number;
}

/** What the next piece needs of those before it. */
export interface BeatTail {
  /** The last values, the first of them sample `from`. */
  values: Float64Array<ArrayBuffer>;
  from: number;
  /** Beats of samples before this one were told. */
  told: number;
  /** The last of them, seconds; NaN where none was or samples are missing since. */
  last: number;
}

export const NO_TAIL: BeatTail = { values: new Float64Array(), from: 0, told: 0, last: NaN };

/**
 * The beats that are sure with these values (samples from `from` on, each piece after the one before it), in seconds from the acquisition. NaN stands
 * before a beat where samples are missing since the one before it: no interval lies there.
 */
export function beatsOnward(rhythm: Rhythm, tail: BeatTail, values: Float64Array, from: number): { beats: number[]; tail: BeatTail } {
  const { frequency, start, length } = rhythm;
  const end = from + values.length;
  const kept = from <= tail.from + tail.values.length ? tail : { ...NO_TAIL, from, told: from };
  const all = new Float64Array(Math.max(end - kept.from, 0));
  all.set(kept.values.subarray(0, all.length));
  all.set(values.subarray(Math.max(kept.from - from, 0)), Math.max(from - kept.from, 0));
  const settled = end >= length ? Infinity : end - Math.ceil(AROUND * frequency);
  const sampleOf = (time: number) => Math.round((time - start) * frequency);
  const isMissing = (a: number, b: number) => all.subarray(Math.max(a - kept.from, 0), Math.max(b - kept.from, 0)).some(Number.isNaN);
  const beats: number[] = [];
  let last = kept.last;
  for (const beat of beatsOf({ frequency, start: start + kept.from / frequency, length: all.length, values: (a, b) => all.slice(a, b) }, 0, all.length)) {
    const at = sampleOf(beat);
    if (at < kept.told || at >= settled || beat - last < REFRACTORY) continue;
    if (Number.isNaN(last) || isMissing(sampleOf(last), at)) beats.push(NaN);
    beats.push(beat);
    last = beat;
  }
  const told = Math.max(Math.min(settled, end), kept.told);
  const next = Math.max(Math.min(told - Math.ceil(AROUND * frequency), end), kept.from);
  if (isMissing(sampleOf(last), next)) last = NaN;
  return { beats, tail: { values: all.slice(next - kept.from), from: next, told, last } };
}

/** Samples looked through at once. */
const BLOCK = 1 << 20;

/** All beats of a trace that is here, with NaN as beatsOnward has it. */
export function allBeats(trace: Rhythm & { values(from: number, to: number): Float64Array }): number[] {
  const all: number[] = [];
  let tail = NO_TAIL;
  for (let at = 0; at < trace.length; at += BLOCK) {
    const found = beatsOnward(trace, tail, trace.values(at, Math.min(at + BLOCK, trace.length)), at);
    for (const beat of found.beats) all.push(beat);
    ({ tail } = found);
  }
  return all;
}

/** Seconds of a stretch of the trend, and how many stretches there are at most: wider ones then. */
const MINUTE = 60;
const MOST_STRETCHES = 10_080;
/** Seconds of intervals without which a stretch has no rate. */
const FEWEST = 10;

export interface HeartRate {
  /** Beats a minute over all intervals; NaN where there is none. */
  mean: number;
  intervals: number;
  /** Of each stretch of so many seconds, by the intervals that end in it; NaN where there are too few. */
  rates: Float64Array;
  width: number;
  /** Stretches with the lowest and the highest rate; -1 where there is none. */
  lowest: number;
  highest: number;
}

/** Of a recording from..to, seconds. */
export function heartRate(beats: readonly number[], from: number, to: number): HeartRate {
  const width = MINUTE * Math.max(Math.ceil((to - from) / MINUTE / MOST_STRETCHES), 1);
  const stretches = Math.max(Math.ceil((to - from) / width - 1e-9), 1);
  const [counts, seconds] = [new Float64Array(stretches), new Float64Array(stretches)];
  for (let i = 1; i < beats.length; i++) {
    const beat = beats[i] as number;
    const interval = beat - (beats[i - 1] as number);
    const at = Math.min(Math.max(Math.floor((beat - from) / width), 0), stretches - 1);
    if (!(interval > 0)) continue;
    counts[at] = (counts[at] as number) + 1;
    seconds[at] = (seconds[at] as number) + interval;
  }
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  const rates = counts.map((count, i) => ((seconds[i] as number) >= FEWEST ? (60 * count) / (seconds[i] as number) : NaN));
  let [lowest, highest] = [-1, -1];
  rates.forEach((rate, i) => {
    if (rate < (rates[lowest] ?? Infinity)) lowest = i;
    if (rate > (rates[highest] ?? -Infinity)) highest = i;
  });
  return { mean: (60 * sum(counts)) / sum(seconds), intervals: sum(counts), rates, width, lowest, highest };
}

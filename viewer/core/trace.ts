/** A trace: values over time, recorded or computed, and the least and greatest of them where many lie in a place. */
import { fromFirstTwo, leadOf, nameOf } from './leads';
import { filtered, isOff, type Filters } from './waveform-filters';
import type { ChannelFilter, Samples } from './waveform';

export interface Trace {
  /** Group and channel, '1:2'; '1:aVR' for one that was computed. */
  key: string;
  name: string;
  group: number;
  /** From 1; 0 for one that was computed. */
  channel: number;
  computed: boolean;
  /** One of the leads of an ECG. */
  lead: string | undefined;
  /** UCUM, '' for counts. */
  units: string;
  /** Hz */
  frequency: number;
  /** Seconds from the acquisition to the first sample. */
  start: number;
  /** Samples. */
  length: number;
  filter: ChannelFilter;
  /** From one sample up to another; NaN where there is none. */
  values(from: number, to: number): Float64Array;
}

export function tracesOf(samples: Samples): Trace[] {
  return samples.group.channels.map((channel) => ({
    key: `${samples.group.number}:${channel.number}`, name: nameOf(channel), group: samples.group.number, channel: channel.number, computed: false, lead: leadOf(channel),
    units: channel.units, frequency: samples.group.frequency, start: channel.start, length: samples.length, filter: channel.filter,
    values: (from, to) => samples.values(channel, from, to),
  }));
}

/** The lead among the traces of a group; else computed from I and II where that can be; else undefined. */
export function leadAmong(traces: readonly Trace[], lead: string): Trace | undefined {
  const recorded = traces.find((trace) => trace.lead === lead);
  const factors = fromFirstTwo(lead);
  const [first, second] = [traces.find((t) => t.lead === 'I'), traces.find((t) => t.lead === 'II')];
  if (recorded || !factors || !first || !second || first.units !== second.units || first.start !== second.start) return recorded;
  return {
    ...first, key: `${first.group}:${lead}`, name: lead, channel: 0, computed: true, lead,
    values: (from, to) => {
      const [a, b] = [first.values(from, to), second.values(from, to)];
      return a.map((v, i) => factors[0] * v + factors[1] * (b[i] as number));
    },
  };
}

export function withFilters(trace: Trace, filters: Filters): Trace {
  if (isOff(filters)) return trace;
  return { ...trace, values: (from, to) => filtered(trace, filters, from, to) };
}

/** Its last moment, seconds. */
export function endOf(trace: Trace): number {
  return trace.start + trace.length / trace.frequency;
}

/** The sample nearest to a moment, within the recording. */
export function sampleAt(trace: Trace, time: number): number {
  return Math.min(Math.max(Math.round((time - trace.start) * trace.frequency), 0), Math.max(trace.length - 1, 0));
}

/** The value nearest to a moment; NaN beside the recording. */
export function valueAt(trace: Trace, time: number): number {
  const at = Math.round((time - trace.start) * trace.frequency);
  return at >= 0 && at < trace.length ? (trace.values(at, at + 1)[0] as number) : NaN;
}

/** Samples read at once where all of a recording is looked through. */
const BLOCK = 1 << 18;

/** The least and the greatest value of its first samples; undefined when there is none. */
export function extentOf(trace: Trace, samples = trace.length): [number, number] | undefined {
  let [low, high] = [Infinity, -Infinity];
  const end = Math.min(samples, trace.length);
  for (let at = 0; at < end; at += BLOCK) {
    for (const value of trace.values(at, Math.min(at + BLOCK, end))) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : undefined;
}

/**
 * The least and greatest value in each of `columns` equal stretches of begin..end (seconds): pairs, NaN where nothing is. Neighbours share the
 * sample between them, so that what is drawn is one line.
 */
export function extremes(trace: Trace, begin: number, end: number, columns: number): Float64Array {
  const out = new Float64Array(2 * columns).fill(NaN);
  const per = ((end - begin) * trace.frequency) / columns;
  const first = (begin - trace.start) * trace.frequency;
  const columnsAtOnce = Math.max(1, Math.floor(BLOCK / Math.max(per, 1)));
  for (let at = 0; at < columns; at += columnsAtOnce) {
    const until = Math.min(at + columnsAtOnce, columns);
    const from = Math.max(Math.floor(first + at * per), 0);
    const values = trace.values(from, Math.min(Math.ceil(first + until * per) + 1, trace.length));
    for (let c = at; c < until; c++) {
      const [a, b] = [Math.max(Math.floor(first + c * per), 0) - from, Math.floor(first + (c + 1) * per) - from];
      let [low, high] = [NaN, NaN];
      for (let i = a; i <= b && i < values.length; i++) {
        const v = values[i] as number;
        if (!(v >= low)) low = Number.isNaN(v) ? low : v;
        if (!(v <= high)) high = Number.isNaN(v) ? high : v;
      }
      out[2 * c] = low;
      out[2 * c + 1] = high;
    }
  }
  return out;
}

/** A waveform object with its samples: fetched once, kept as long as the object is. */
import { text, type DataSet } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import { beatsOf, MOST_LOOKED_THROUGH } from '../../../core/beats';
import { extentOf, tracesOf, type Trace } from '../../../core/trace';
import { readAnnotations, type WaveformAnnotation } from '../../../core/waveform-annotations';
import { MOST_CHANNELS, readGroups, Samples, type MultiplexGroup } from '../../../core/waveform';
import { standsOnPaper, twelveLeads } from '../../../domain/paper';
import { bulkBytes } from '../../stage/bulk-source';

export interface Recording {
  dataset: DataSet;
  groups: MultiplexGroup[];
  /** By group. */
  traces: Map<number, Trace[]>;
  annotations: WaveformAnnotation[];
  /** What cannot be drawn, or is other than the object says: one sentence each. */
  notes: string[];
  onPaper: boolean;
  isAudio: boolean;
  extent: (trace: Trace) => [number, number] | undefined;
  /** Of the group's rhythm lead; empty where there is no ECG. */
  beats: (group: number) => readonly number[];
}

const known = new WeakMap<DataSet, Promise<Recording>>();

/** Rejects only when the server does not give the samples. */
export function recordingOf(ds: DataSet): Promise<Recording> {
  let promise = known.get(ds);
  if (!promise) {
    promise = load(ds);
    known.set(ds, promise);
    promise.catch(() => known.delete(ds));
  }
  return promise;
}

async function load(ds: DataSet): Promise<Recording> {
  const groups = readGroups(ds);
  const sopClass = text(ds, '00080016');
  const isAudio = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.9\.4\./.test(sopClass) || text(ds, '00080060') === 'AU';
  const traces = new Map<number, Trace[]>();
  const notes: string[] = groups.length ? [] : [t('The object has no waveform.')];
  for (const group of groups) {
    if (group.fault) {
      notes.push(faultWords(group));
      continue;
    }
    const samples = new Samples(group, ...(await Promise.all([bulkBytes(group.data), bulkBytes(group.padding)])));
    if (samples.isShort) notes.push(shortWords(samples));
    if (samples.length) traces.set(group.number, tracesOf(samples));
    const without = group.channels.filter((c) => !c.units).length;
    if (without && !isAudio) notes.push(t('{count} {count|channel|channels} of group {group} without a sensitivity: values are stored ones (counts).', { count: without, group: String(group.number) }));
  }
  const { annotations, left } = readAnnotations(ds, groups);
  if (left) notes.push(t('{count} further annotations are left out.', { count: left }));
  return {
    dataset: ds, groups, traces, annotations, notes, onPaper: standsOnPaper(sopClass), isAudio,
    extent: once(extentOf), beats: beatsIn(traces),
  };
}

function once<T>(read: (trace: Trace) => T): (trace: Trace) => T {
  const found = new Map<string, T>();
  return (trace) => {
    const value = found.has(trace.key) ? (found.get(trace.key) as T) : read(trace);
    found.set(trace.key, value);
    return value;
  };
}

function beatsIn(traces: ReadonlyMap<number, readonly Trace[]>): Recording['beats'] {
  const found = new Map<number, readonly number[]>();
  return (group) => {
    const known = found.get(group);
    if (known) return known;
    const rhythm = rhythmOf(traces.get(group) ?? []);
    const beats = rhythm?.lead ? beatsOf(rhythm, 0, Math.min(rhythm.length, MOST_LOOKED_THROUGH)) : [];
    found.set(group, beats);
    return beats;
  };
}

/** The trace that stands for its group: lead II, else the first ECG lead, else the first one. */
export function rhythmOf(traces: readonly Trace[]): Trace | undefined {
  return traces.find((trace) => trace.lead === 'II') ?? traces.find((trace) => trace.lead) ?? traces[0];
}

/** Which group is shown first: the longest with twelve leads, else the first that is not derived. 0: all of them together. */
export function firstGroup({ groups, traces }: Recording): number {
  const there = groups.filter((group) => traces.has(group.number));
  const complete = there.filter((group) => twelveLeads(traces.get(group.number) ?? []));
  const longest = (a: MultiplexGroup, b: MultiplexGroup) => b.samples / b.frequency - a.samples / a.frequency;
  const best = [...complete].sort(longest)[0];
  if (best) return best.number;
  return there.length > 1 && there.every((group) => !group.derived) ? 0 : (there.find((group) => !group.derived) ?? there[0])?.number ?? 0;
}

export function groupName(group: MultiplexGroup): string {
  return group.label || t('Group {number}', { number: String(group.number) });
}

function faultWords(group: MultiplexGroup): string {
  const values = { group: String(group.number) };
  switch (group.fault) {
    case 'frequency': return t('Group {group} cannot be drawn: its sampling frequency ({hertz} Hz) cannot be.', { ...values, hertz: Number.isFinite(group.frequency) ? String(group.frequency) : '–' });
    case 'channels': return t('Group {group} cannot be drawn: it has no channels.', values);
    case 'too-many': return t('Group {group} cannot be drawn: it says more than {most} channels.', { ...values, most: MOST_CHANNELS });
    case 'samples': return t('Group {group} cannot be drawn: it has no samples.', values);
    case 'data': return t('Group {group} cannot be drawn: its waveform data are missing.', values);
    case 'scale': return t('Group {group} cannot be drawn: a sensitivity, baseline or time is beyond all measure.', values);
    default: return t('Group {group} cannot be drawn: samples of {bits} bits called “{name}” are not known.', { ...values, bits: group.bits, name: group.interpretation.slice(0, 16) });
  }
}

function shortWords({ length, group }: Samples): string {
  return t('The data of group {group} end after {there} of {said} samples.', { group: String(group.number), there: length, said: group.samples });
}

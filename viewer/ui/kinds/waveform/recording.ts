/** A waveform object with its samples: fetched once, kept as long as the object is; long ones come in pieces. */
import { text, type DataSet } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import { allBeats, AROUND } from '../../../core/beat-count';
import { beatsOf } from '../../../core/beats';
import { WHOLE_UP_TO } from '../../../core/sample-bytes';
import { extentOf, sampleAt, tracesOf, type Trace } from '../../../core/trace';
import { readAnnotations, type WaveformAnnotation } from '../../../core/waveform-annotations';
import { bytesAMoment, MOST_CHANNELS, readGroups, Samples, type MultiplexGroup } from '../../../core/waveform';
import { standsOnPaper, twelveLeads } from '../../../domain/paper';
import { bulkBytes } from '../../stage/bulk-source';
import { RangedData } from './ranged-data';
import { WholeReading } from './whole-reading';

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
  /** Of the group's rhythm lead; empty where there is no ECG. Of a long group: those between two moments. */
  beats: (group: number, begin: number, end: number) => readonly number[];
  /** All beats of the rhythm lead of a group as beatsOnward tells them; of a long group those of what was read. */
  counted: (group: number) => readonly number[];
  /** Groups whose data come in pieces, and what reads all of their rhythm lead for the overview. */
  ranged: ReadonlyMap<number, Ranged>;
}

export interface Ranged {
  data: RangedData;
  reading: WholeReading;
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
  const ranged = new Map<number, Ranged>();
  const notes: string[] = groups.length ? [] : [t('The object has no waveform.')];
  for (const group of groups) {
    if (group.fault) {
      notes.push(faultWords(group));
      continue;
    }
    const uri = isAudio || group.data?.InlineBinary !== undefined ? undefined : group.data?.BulkDataURI;
    const isLong = uri !== undefined && group.samples * bytesAMoment(group) > WHOLE_UP_TO;
    const [bytes, padding] = await Promise.all([isLong ? RangedData.open(uri, group) : bulkBytes(group.data), bulkBytes(group.padding)]);
    const samples = new Samples(group, bytes, padding);
    if (samples.isShort) notes.push(shortWords(samples));
    const made = samples.length ? tracesOf(samples) : [];
    if (made.length) traces.set(group.number, made);
    const rhythm = group.channels[made.findIndex((trace) => trace === rhythmOf(made))];
    if (bytes instanceof RangedData && rhythm) ranged.set(group.number, { data: bytes, reading: new WholeReading(bytes, group, rhythm, padding, samples.length, made.some((trace) => trace.lead)) });
    const without = group.channels.filter((c) => !c.units).length;
    if (without && !isAudio) notes.push(t('{count} {count|channel|channels} of group {group} without a sensitivity: values are stored ones (counts).', { count: without, group: String(group.number) }));
  }
  const { annotations, left } = readAnnotations(ds, groups);
  if (left) notes.push(t('{count} further annotations are left out.', { count: left }));
  const counted = countedIn(traces, ranged);
  return {
    dataset: ds, groups, traces, annotations, notes, onPaper: standsOnPaper(sopClass), isAudio,
    // Of a long one what came first: a scale that changes while one scrolls cannot be read.
    extent: once((trace) => extentOf(trace, ranged.get(trace.group)?.data.moments)), counted, beats: beatsIn(traces, ranged, counted), ranged,
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

function countedIn(traces: ReadonlyMap<number, readonly Trace[]>, ranged: ReadonlyMap<number, Ranged>): Recording['counted'] {
  const whole = once((rhythm: Trace) => allBeats(rhythm));
  return (group) => {
    const rhythm = rhythmOf(traces.get(group) ?? []);
    const reading = ranged.get(group)?.reading;
    return reading ? reading.beats ?? NO_BEATS : rhythm?.lead ? whole(rhythm) : NO_BEATS;
  };
}

function beatsIn(traces: ReadonlyMap<number, readonly Trace[]>, ranged: ReadonlyMap<number, Ranged>, counted: Recording['counted']): Recording['beats'] {
  const found = new Map<number, { key: string; beats: readonly number[] }>();
  return (group, begin, end) => {
    const rhythm = rhythmOf(traces.get(group) ?? []);
    if (!rhythm?.lead) return NO_BEATS;
    const data = ranged.get(group)?.data;
    const key = data ? `${begin} ${end} ${data.version}` : '';
    const known = found.get(group);
    if (known?.key === key) return known.beats;
    const all = data
      ? beatsOf(rhythm, sampleAt(rhythm, begin - AROUND), sampleAt(rhythm, end + AROUND)).filter((beat) => beat >= begin && beat <= end)
      : counted(group).filter((beat) => !Number.isNaN(beat));
    found.set(group, { key, beats: all });
    return all;
  };
}

const NO_BEATS: readonly number[] = [];

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

/** Waveform Annotation Sequence (PS3.3 C.10.10). Counts and lengths are bounded. */
import { items, numbers, text, type DataSet } from './dicom-json';
import { dateTime } from './suv-times';
import { codeOf, type MultiplexGroup } from './waveform';

export interface WaveformAnnotation {
  /** What is said or measured: the name of the concept, a coded concept, free text. */
  words: string;
  /** A measured number; undefined when none is said. */
  value: number | undefined;
  /** UCUM, '' when not said. */
  units: string;
  /** Pairs (multiplex group, channel), from 1; channel 0 stands for all of the group. Empty: everything. */
  channels: readonly (readonly [number, number])[];
  /** Seconds from the acquisition; empty: about all of it. */
  times: readonly number[];
  /** The times are pairs of begin and end. */
  isRange: boolean;
  /** Annotation Group Number: what belongs together (one beat). */
  group: number;
}

/** More than beats of a day; somebody may claim anything. */
const MOST = 200_000;
const MOST_TIMES = 200;
const LONGEST = 200;
/** Seconds: beyond is no place in a recording. */
const FARTHEST = 1e9;

/** Those that say something. Sample positions count from 1; time offsets are seconds from the beginning of the group's data. */
export function readAnnotations(ds: DataSet, groups: readonly MultiplexGroup[]): { annotations: WaveformAnnotation[]; left: number } {
  const all = items(ds, '0040B020');
  const begin = dateTime(text(ds, '0008002A'));
  const annotations = all.slice(0, MOST).map((entry) => readOne(entry, groups, begin)).filter((a) => a.words !== '' || a.value !== undefined);
  return { annotations, left: Math.max(all.length - MOST, 0) };
}

function readOne(ds: DataSet, groups: readonly MultiplexGroup[], begin: number | undefined): WaveformAnnotation {
  const named = numbers(ds, '0040A0B0').slice(0, 2 * MOST_TIMES);
  const channels = Array.from({ length: Math.floor(named.length / 2) }, (_, i) => [named[2 * i] as number, named[2 * i + 1] as number] as const);
  const group = groups.find((g) => g.number === channels[0]?.[0]) ?? groups[0];
  const concept = codeOf(ds, '0040A168');
  const pieces = [codeOf(ds, '0040A043').meaning, concept.meaning || concept.value, text(ds, '00700006')];
  const value = numbers(ds, '0040A30A')[0];
  return {
    words: pieces.filter(Boolean).join(' ').split(/\s+/).join(' ').slice(0, LONGEST),
    value,
    units: value === undefined ? '' : codeOf(ds, '004008EA').value.slice(0, 24),
    channels,
    times: timesOf(ds, group, begin).filter((time) => Math.abs(time) < FARTHEST),
    isRange: /^(MULTI)?SEGMENT$/.test(text(ds, '0040A130')),
    group: numbers(ds, '0040A180')[0] ?? 0,
  };
}

/** Seconds from the acquisition that a TCOORD of a report says (PS3.3 C.18.7): it has the attributes of an annotation. */
export function timesSaid(said: DataSet, recording: DataSet, groups: readonly MultiplexGroup[], group: number | undefined): number[] {
  const about = groups.find((g) => g.number === group) ?? groups[0];
  return timesOf(said, about, dateTime(text(recording, '0008002A'))).filter((time) => Math.abs(time) < FARTHEST);
}

function timesOf(ds: DataSet, group: MultiplexGroup | undefined, begin: number | undefined): number[] {
  const start = group?.start ?? 0;
  const positions = numbers(ds, '0040A132').slice(0, MOST_TIMES);
  if (positions.length && group && group.frequency > 0) return positions.map((position) => start + (position - 1) / group.frequency);
  const offsets = numbers(ds, '0040A138').slice(0, MOST_TIMES);
  if (offsets.length || begin === undefined) return offsets.map((offset) => start + offset);
  const moments = (ds['0040A13A']?.Value ?? []).slice(0, MOST_TIMES).map((dt) => dateTime(String(dt)));
  return moments.flatMap((moment) => (moment === undefined ? [] : [moment - begin]));
}

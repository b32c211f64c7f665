/** What a reader chose for a recording: kept over reloads, checked when it comes back. */
import { t } from '../../../core/language';
import { NO_FILTERS, type Filters } from '../../../core/waveform-filters';
import { CALIPERS, isCaliper, type Caliper, type CaliperName } from '../../../domain/calipers';
import { GAINS, LAYOUTS, SPEEDS, USUAL_GAIN, USUAL_SPEED, type PaperLayout } from '../../../domain/paper';
import { useOwnState } from '../../own-states';
import type { ViewerModel } from '../../viewer-model';

export interface WaveState {
  layout: PaperLayout;
  speed: number;
  gain: number;
  filters: Filters;
  /** undefined: the group that is shown first; 0: all together. */
  group: number | undefined;
  /** Seconds from the acquisition. */
  begin: number;
  firstRow: number;
  calipers: readonly Caliper[];
  chosen: CaliperName;
  march: boolean;
  /** SOP Instance UID of what lies over it, and by how many seconds that is moved. */
  over: string;
  shift: number;
  /** A place that a report speaks of. */
  told: Told | undefined;
}

export interface Told {
  words: string;
  times: readonly number[];
  channels: readonly (readonly [number, number])[];
}

const USUAL: WaveState = {
  layout: '3x4', speed: USUAL_SPEED, gain: USUAL_GAIN, filters: NO_FILTERS, group: undefined, begin: -Infinity, firstRow: 0, calipers: [], chosen: 'rr', march: false, over: '', shift: 0, told: undefined,
};

/** Show a place of a recording, a second of it before. group: undefined as it is. */
export function showPlace(model: ViewerModel, series: string, object: string, told: Told, group: number | undefined): void {
  const key = `wave ${object}`;
  const before = readState(model.own.of(series)[key]);
  const begin = told.times.length ? Math.min(...told.times) - 1 : before.begin;
  model.own.change(series, { [key]: { ...before, told, begin, group: group ?? before.group } });
}

/** Of one object of a series. */
export function useWaveState(model: ViewerModel, series: string, object: string): [WaveState, (change: Partial<WaveState>) => void] {
  const key = `wave ${object}`;
  const state = readState(useOwnState(model.own, series)[key]);
  const change = (made: Partial<WaveState>) => model.own.change(series, { [key]: { ...readState(model.own.of(series)[key]), ...made } });
  return [state, change];
}

/**
 * Calipers are changed as a step that can be taken back: all of a drag is one, and so are moves by keys that follow each other quickly. What was
 * chosen comes back with them.
 */
export function noteCalipers(model: ViewerModel, series: string, object: string, before: Pick<WaveState, 'calipers' | 'chosen'>, kind = ''): void {
  const key = `wave ${object}`;
  const read = () => readState(model.own.of(series)[key]);
  const after = read();
  if (JSON.stringify(after.calipers) === JSON.stringify(before.calipers)) return;
  const put = ({ calipers, chosen }: Pick<WaveState, 'calipers' | 'chosen'>) => model.own.change(series, { [key]: { ...read(), calipers, chosen } });
  model.note({ words: t('caliper'), kind: kind && `${kind} ${key}`, about: [series], undo: () => put(before), redo: () => put(after) });
}

function readState(value: unknown): WaveState {
  const kept = (typeof value === 'object' && value !== null ? value : {}) as Partial<Record<keyof WaveState, unknown>>;
  const oneOf = <T,>(all: readonly T[], v: unknown, usual: T): T => all.find((a) => a === v) ?? usual;
  const real = (v: unknown, usual: number) => (typeof v === 'number' && Number.isFinite(v) ? v : usual);
  const filters = (kept.filters ?? {}) as Partial<Filters>;
  return {
    layout: oneOf(LAYOUTS, kept.layout, USUAL.layout),
    speed: oneOf<number>(SPEEDS, kept.speed, USUAL.speed),
    gain: oneOf<number>(GAINS, kept.gain, USUAL.gain),
    filters: { baseline: filters.baseline === true, muscle: filters.muscle === true, mains: oneOf<Filters['mains']>([50, 60], filters.mains, 0) },
    group: typeof kept.group === 'number' ? kept.group : undefined,
    begin: real(kept.begin, USUAL.begin),
    firstRow: real(kept.firstRow, 0),
    calipers: Array.isArray(kept.calipers) ? kept.calipers.filter(isCaliper) : [],
    chosen: oneOf(CALIPERS, kept.chosen, USUAL.chosen),
    march: kept.march === true,
    over: typeof kept.over === 'string' ? kept.over : '',
    shift: real(kept.shift, 0),
    told: toldOf(kept.told),
  };
}

function toldOf(kept: unknown): Told | undefined {
  const { words, times, channels } = (typeof kept === 'object' && kept !== null ? kept : {}) as Partial<Record<keyof Told, unknown>>;
  if (typeof words !== 'string' || !Array.isArray(times) || !Array.isArray(channels)) return undefined;
  const isPair = (c: unknown): c is readonly [number, number] => Array.isArray(c) && c.length === 2 && c.every((n) => typeof n === 'number');
  return { words: words.slice(0, 200), times: times.filter((n): n is number => typeof n === 'number' && Number.isFinite(n)).slice(0, 200), channels: channels.filter(isPair).slice(0, 200) };
}

/** The next of the steps, up or down. */
export function stepped(all: readonly number[], now: number, by: number): number {
  return all[Math.min(Math.max(all.indexOf(now) + by, 0), all.length - 1)] ?? now;
}

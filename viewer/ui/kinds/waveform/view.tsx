/** A waveform object: ECG and its like on millimetre paper, sound in a player. */
import './style.css';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore, type ReactElement } from 'react';
import { personName, text, type DataSet } from '../../../core/dicom-json';
import { isoDate } from '../../../core/dates';
import { figure, significant } from '../../../core/figures';
import { t } from '../../../core/language';
import { nameParts } from '../../../core/person-name';
import { withFilters, type Trace } from '../../../core/trace';
import { marched, withCaliper, type Caliper } from '../../../domain/calipers';
import { GAINS, LAYOUTS, pageOf, PULSE_ROOM, spanOf, SPEEDS, twelveLeads, type PaperPage } from '../../../domain/paper';
import { IconButton } from '../../parts/icon-button';
import { Told } from '../../parts/told';
import { companionsRead } from '../../companions';
import type { KindProps } from '../kind-view';
import { useKindCommands } from '../commands';
import { BesideKind } from '../panel-slot';
import { AudioView } from './audio';
import { WaveBar, type Other } from './bar';
import { Paper, type PaperSize } from './paper';
import type { PaperSheet } from './paint';
import { PRINT_HEIGHT, PRINT_WIDTH, printPaper } from './print';
import { firstGroup, recordingOf, rhythmOf, type Recording } from './recording';
import { usePieces } from './pieces';
import { WaveSide } from './side';
import { GoTo, Strip } from './strip';
import { noteCalipers, stepped, useWaveState, type WaveState } from './state';
import { filteredWords, filterWords, clock } from './words';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';

export default function WaveformView(props: KindProps): ReactElement {
  const recording = useRecording(props.object);
  if (typeof recording === 'string') return <div className="say" role="alert" data-testid="wave-failed"><b>{t('The waveform did not come.')}</b><span><Told words={recording} /></span></div>;
  if (!recording) return <p className="pad t3">{t('Loading')}</p>;
  return (
    <>
      {recording.notes.length > 0 && <div className="wavenotes" role="status" data-testid="wave-notes">{recording.notes.slice(0, 6).map((note, i) => <p key={i}>{note}</p>)}</div>}
      {recording.traces.size === 0
        ? <div className="say" role="alert" data-testid="wave-failed"><b>{t('Nothing of this recording can be drawn.')}</b><span>{t('The tags can be read.')}</span></div>
        : recording.isAudio ? <AudioView model={props.model} cell={props.cell} recording={recording} /> : <PaperView {...props} recording={recording} />}
    </>
  );
}

/** A text: why there is none. */
function useRecording(object: DataSet | undefined): Recording | string | undefined {
  const [found, setFound] = useState<{ of: DataSet; recording: Recording | string }>();
  useEffect(() => {
    if (!object) return undefined;
    let wanted = true;
    const say = (recording: Recording | string) => wanted && setFound({ of: object, recording });
    recordingOf(object).then(say, (e: unknown) => say(e instanceof Error ? e.message : String(e)));
    return () => {
      wanted = false;
    };
  }, [object]);
  return found && found.of === object ? found.recording : undefined;
}

const NONE: readonly Trace[] = [];

function PaperView({ model, cell, set, object, recording }: KindProps & { recording: Recording }): ReactElement {
  const [state, change] = useWaveState(model, set.seriesInstanceUid, text(object, '00080018'));
  const [size, setSize] = useState<PaperSize>();
  useSyncExternalStore(model.subscribe, model.snapshot);
  const usual = useMemo(() => firstGroup(recording), [recording]);
  const group = state.group === 0 || recording.traces.has(state.group ?? -1) ? (state.group as number) : usual;
  const raw = useMemo(() => (group === 0 ? [...recording.traces.values()].flat() : recording.traces.get(group) ?? NONE), [recording, group]);
  const traces = useMemo(() => raw.map((trace) => withFilters(trace, state.filters)), [raw, state.filters]);
  const hasLeads = useMemo(() => recording.onPaper && twelveLeads(raw) !== undefined, [recording, raw]);
  const layout = hasLeads ? state.layout : 'stored';
  const pageFor = (width: number, height: number): PaperPage => pageOf(traces, { ...state, layout, width, height }, recording.onPaper, recording.extent);
  const page = size && pageFor(size.width, size.height);
  const beatGroup = group === 0 ? firstWithBeats(recording) : group;
  const [begin, end] = page ? [page.begin, page.begin + page.seconds] : [0, 0];
  const beats = recording.beats(beatGroup, begin, end);
  const over = useOver(model, state);
  const longest = page ? Math.max(page.seconds, (PRINT_WIDTH - PULSE_ROOM) / page.speed) : 0;
  const pieces = usePieces([
    { recording, groups: group ? [group] : [...recording.ranged.keys()], begin, end: begin + longest },
    ...(over ? [{ recording: over.recording, groups: over.groups, begin: begin - state.shift, end: begin + longest - state.shift }] : []),
  ]);
  const [from, to] = spanOf(raw);
  const goTo = (begin: number) => change({ begin: Math.min(Math.max(begin, from), Math.max(to - (page?.seconds ?? 0), from)) });
  const scroll = (seconds: number) => page && goTo(page.begin + seconds);
  const setCaliper = (caliper: Caliper) => change({ calipers: withCaliper(state.calipers, caliper), chosen: caliper.name });
  const [series, uid] = [set.seriesInstanceUid, text(object, '00080018')];
  const held = useRef<Pick<WaveState, 'calipers' | 'chosen'>>(undefined);
  /** Around a drag. */
  const hold = () => {
    held.current = { calipers: state.calipers, chosen: state.chosen };
  };
  const letGo = () => {
    if (held.current) noteCalipers(model, series, uid, held.current);
    held.current = undefined;
  };
  /** As a step of its own; one with others of its kind that follow quickly. */
  const stepCalipers = (made: Partial<WaveState>, kind = '') => {
    const before = { calipers: state.calipers, chosen: state.chosen };
    change(made);
    noteCalipers(model, series, uid, before, kind);
  };
  const stepCaliper = (caliper: Caliper, kind = '') => stepCalipers({ calipers: withCaliper(state.calipers, caliper), chosen: caliper.name }, kind);
  const others = othersOf(model, object);
  const told = useMemo(() => (state.told ? [{ ...state.told, value: undefined, units: '', isRange: false, group: 0 }] : []), [state.told]);
  const look: Omit<PaperSheet, 'page' | 'mm' | 'letter' | 'width' | 'height' | 'inks'> = {
    annotations: recording.annotations, told, calipers: state.calipers, chosen: state.chosen, march: state.march, over, filtered: filteredWords(state.filters),
    foot: [personLine(object), page ? scaleLine(page, raw, to - from) : ''],
  };
  const march = (steps: number): boolean => {
    const caliper = state.calipers.find((c) => c.name === state.chosen);
    if (!caliper) return false;
    const moved = marched(caliper, steps);
    stepCaliper(moved, 'march');
    if (page && (moved.to > page.begin + page.seconds || moved.from < page.begin)) goTo(Math.min(moved.from, moved.to) - page.seconds / 4);
    return true;
  };
  const beside = (series: string) => model.hangCells({ rows: 2, columns: 1, cells: [set.seriesInstanceUid, series] }, 0);
  const print = () => printPaper({ ...look, page: pageFor(PRINT_WIDTH, PRINT_HEIGHT) });
  useKindCommands(model, cell, (id) => {
    const whole = page?.seconds ?? 0;
    const deeds: Record<string, () => unknown> = {
      'move.previous': () => scroll(-whole / 5), 'move.next': () => scroll(whole / 5), 'move.back-ten': () => scroll(-whole), 'move.on-ten': () => scroll(whole), 'move.first': () => goTo(from), 'move.last': () => goTo(to),
      'cine.slower': () => change({ speed: stepped(SPEEDS, state.speed, -1) }), 'cine.faster': () => change({ speed: stepped(SPEEDS, state.speed, 1) }),
      'image.larger': () => change({ gain: stepped(GAINS, state.gain, 1) }), 'image.smaller': () => change({ gain: stepped(GAINS, state.gain, -1) }),
      'image.reset': () => change({ speed: 25, gain: 10, filters: { baseline: false, muscle: false, mains: 0 } }),
      'wave.baseline': () => change({ filters: { ...state.filters, baseline: !state.filters.baseline } }),
      'wave.muscle': () => change({ filters: { ...state.filters, muscle: !state.filters.muscle } }),
      'wave.mains': () => change({ filters: { ...state.filters, mains: ({ 0: 50, 50: 60, 60: 0 } as const)[state.filters.mains] } }),
      'wave.march': () => change({ march: !state.march }),
      'wave.print': print,
    };
    const chosen = LAYOUTS[['window.preset.1', 'window.preset.2', 'window.preset.3', 'window.preset.4'].indexOf(id)] ?? LAYOUTS.find((l) => id === `wave.${l}`);
    if (chosen && hasLeads) change({ layout: chosen, firstRow: 0 });
    const [other] = others;
    if (id === 'compare.toggle' && other && model.hanging.cells.length < 2) {
      beside(other.series);
      return true;
    }
    if (id === 'move.previous-series' || id === 'move.next-series') return march(id === 'move.next-series' ? 1 : -1);
    const caliper = /^wave\.caliper\.(\w+)$/.exec(id)?.[1];
    if (caliper) change({ chosen: caliper as WaveState['chosen'] });
    deeds[SAME[id] ?? id]?.();
    return (chosen !== undefined && hasLeads) || caliper !== undefined || (SAME[id] ?? id) in deeds;
  });
  const rhythm = rhythmOf(raw);
  return (
    <div className="wave">
      <WaveBar
        recording={recording} state={state} change={change} group={group} hasLeads={hasLeads} others={others} panelOn={model.panel && model.tab === 'image'}
        onBeside={beside}
        onAlign={() => change({ shift: alignment(beats, over?.beats(begin - state.shift, end - state.shift) ?? []) })}
        onPrint={print}
        onPanel={() => model.update(model.panel && model.tab === 'image' ? { panel: false } : { panel: true, tab: 'image' })}
      />
      <Paper page={page} look={look} label={paperLabel(raw, page)} chosen={state.chosen} beats={beats} pieces={pieces} onSize={setSize} onHold={hold} onLetGo={letGo} onCaliper={setCaliper} onChoose={(chosen) => change({ chosen })} onScroll={scroll} />
      <div className="wavefoot">
        {page && page.shownRows < page.rows && (
          <span className="row gap4" data-testid="wave-rows">
            <IconButton label={t('Rows above')} icon={IconChevronUp} disabled={page.firstRow === 0} onClick={() => change({ firstRow: Math.max(page.firstRow - page.shownRows, 0) })} testid="wave-up" />
            {t('Rows {first} to {last} of {all}', { first: page.firstRow + 1, last: page.firstRow + page.shownRows, all: page.rows })}
            <IconButton label={t('Rows below')} icon={IconChevronDown} disabled={page.firstRow + page.shownRows >= page.rows} onClick={() => change({ firstRow: page.firstRow + page.shownRows })} testid="wave-down" />
          </span>
        )}
        {page && rhythm && to - from > page.seconds * 1.001 && <Strip trace={rhythm} ranged={recording.ranged.get(rhythm.group)} from={from} to={to} begin={page.begin} seconds={page.seconds} marks={marksOf(recording)} isReady={!pieces.waiting} onBegin={goTo} />}
        {page && <GoTo from={from} to={to} begin={page.begin} onBegin={goTo} />}
        {page && <span className="num" data-testid="wave-place">{t('{from} to {to} of {all}', { from: clock(page.begin - from, 1), to: clock(page.begin - from + page.seconds, 1), all: clock(to - from, 1) })}</span>}
        <span className="t3" data-testid="wave-size">{size?.isTrue ? t('1 mm is 1 mm on this monitor') : t('not true size: this monitor was not measured')}</span>
      </div>
      <BesideKind model={model} cell={cell}>
        <WaveSide rhythm={rhythm} from={from} to={to} begin={begin} end={end} recording={recording} state={state} change={change} traces={raw} group={group} beats={beats} onCaliper={(caliper) => stepCaliper(caliper, 'typed')} onRemove={(name) => stepCalipers({ calipers: state.calipers.filter((c) => c.name !== name) })} onGo={(time) => goTo(time - (page?.seconds ?? 0) / 2)} />
      </BesideKind>
    </div>
  );
}

/** Commands of the palette that do what a key does. */
const SAME: Record<string, string> = { 'wave.faster': 'cine.faster', 'wave.slower': 'cine.slower', 'wave.larger': 'image.larger', 'wave.smaller': 'image.smaller' };

function firstWithBeats({ groups, traces }: Recording): number {
  return groups.find((g) => traces.get(g.number)?.some((trace) => trace.lead))?.number ?? 0;
}

const marks = new WeakMap<Recording, number[]>();

function marksOf(recording: Recording): number[] {
  const found = marks.get(recording) ?? recording.annotations.flatMap((a) => a.times);
  marks.set(recording, found);
  return found;
}

/** Other recordings that are open, this one left out. */
function othersOf(model: KindProps['model'], object: DataSet): Other[] {
  const uid = text(object, '00080018');
  return companionsRead(model, 'waveform').filter(({ dataset }) => text(dataset, '00080018') !== uid && text(dataset, '00080060') !== 'AU').map(({ state, dataset }) => ({
    uid: text(dataset, '00080018'), series: state.series.series_instance_uid,
    name: [isoDate(state.study.study_date), state.series.series_description || state.series.modality, text(dataset, '00200013')].filter(Boolean).join(' · ').slice(0, 60),
  }));
}

interface OverThis extends NonNullable<PaperSheet['over']> {
  recording: Recording;
  groups: readonly number[];
  beats: (begin: number, end: number) => readonly number[];
}

function useOver(model: KindProps['model'], state: WaveState): OverThis | undefined {
  const object = state.over ? companionsRead(model, 'waveform').find(({ dataset }) => text(dataset, '00080018') === state.over)?.dataset : undefined;
  const recording = useRecording(object);
  return useMemo(() => {
    if (!recording || typeof recording === 'string') return undefined;
    const group = firstGroup(recording);
    const traces = (group ? recording.traces.get(group) ?? NONE : [...recording.traces.values()].flat()).map((trace) => withFilters(trace, state.filters));
    return { recording, groups: group ? [group] : [...recording.traces.keys()], traces, shift: state.shift, beats: (begin, end) => recording.beats(group, begin, end) };
  }, [recording, state.filters, state.shift]);
}

/** Seconds that bring the first beat of the other onto the first one here. */
function alignment(here: readonly number[], there: readonly number[]): number {
  return here[0] !== undefined && there[0] !== undefined ? here[0] - there[0] : 0;
}

function personLine(ds: DataSet): string {
  const name = nameParts(personName(ds, '00100010')).main;
  const taken = text(ds, '0008002A') || `${text(ds, '00080020')}${text(ds, '00080030')}`;
  const at = [isoDate(taken.slice(0, 8)), taken.length >= 12 ? `${taken.slice(8, 10)}:${taken.slice(10, 12)}` : ''].filter(Boolean).join(' ');
  return [name, text(ds, '00100020'), text(ds, '00100040'), isoDate(text(ds, '00100030')), at].filter(Boolean).map((s) => s.slice(0, 48)).join(' · ');
}

function scaleLine(page: PaperPage, traces: readonly Trace[], seconds: number): string {
  const rates = [...new Set(traces.map((trace) => trace.frequency))].slice(0, 3).map((rate) => `${significant(rate, 6)} Hz`);
  const gain = page.cells.some((cell) => cell.scale.isPaper) ? `${page.gain} mm/mV` : '';
  return [`${page.speed} mm/s`, gain, traces[0] ? filterWords(traces[0].filter) : '', rates.join(', '), `${figure(seconds, 1)} s`].filter(Boolean).join(' · ');
}

function paperLabel(traces: readonly Trace[], page: PaperPage | undefined): string {
  const names = traces.slice(0, 24).map((trace) => trace.name).join(', ');
  return page ? t('Paper with {names}, from {time}', { names, time: clock(page.begin, 1) }) : names;
}

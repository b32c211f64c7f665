/** Sound: played in the page from the samples; no file is asked of the server. */
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState, type ReactElement, type RefObject } from 'react';
import { figure } from '../../../core/figures';
import { t } from '../../../core/language';
import { endOf, extentOf, type Trace } from '../../../core/trace';
import { waveFile } from '../../../core/wav';
import type { ViewerModel } from '../../viewer-model';
import { IconButton } from '../../parts/icon-button';
import { Segments } from '../../parts/fields';
import { useKindCommands } from '../commands';
import { Overview } from './overview';
import { groupName, type Recording } from './recording';
import { clock } from './words';

const PACES = ['0.5', '0.75', '1', '1.25', '1.5', '2'] as const;
type Pace = (typeof PACES)[number];
/** A browser plays no more; an hour at 48 kHz. */
const MOST_SAMPLES = 172_800_000;
const MOST_HEARD = 2;
const RATES = [100, 768_000] as const;
/** Seconds that ↑ and ↓ go; PgUp and PgDn ten times as far. */
const SKIP = 1;

export function AudioView({ model, cell, recording }: { model: ViewerModel; cell: number; recording: Recording }): ReactElement {
  const groups = recording.groups.filter((group) => recording.traces.has(group.number));
  const [number, setNumber] = useState(groups[0]?.number ?? 0);
  const traces = recording.traces.get(number) ?? [];
  return (
    <div className="wave">
      {groups.length > 1 && (
        <div className="wavebar">
          <select className="field" aria-label={t('Group')} value={number} onChange={(e) => setNumber(Number(e.target.value))}>
            {groups.map((group) => <option key={group.number} value={group.number}>{groupName(group)}</option>)}
          </select>
        </div>
      )}
      {traces.length > 0 && <Player key={number} model={model} cell={cell} traces={traces} />}
    </div>
  );
}

function Player({ model, cell, traces }: { model: ViewerModel; cell: number; traces: readonly Trace[] }): ReactElement {
  const audio = useRef<HTMLAudioElement>(null);
  const [at, setAt] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [pace, setPace] = useState<Pace>('1');
  const [failed, setFailed] = useState('');
  const sound = useSound(traces, audio);
  useEffect(() => {
    if (audio.current) audio.current.playbackRate = Number(pace);
  }, [pace, sound]);
  useEffect(() => {
    if (!playing) return undefined;
    let frame = 0;
    const follow = () => {
      setAt(audio.current?.currentTime ?? 0);
      frame = requestAnimationFrame(follow);
    };
    frame = requestAnimationFrame(follow);
    return () => cancelAnimationFrame(frame);
  }, [playing]);
  const [first] = traces;
  const seconds = first ? first.length / first.frequency : 0;
  const toggle = () => {
    const element = audio.current;
    if (!element) return;
    if (element.paused) element.play().catch((e: unknown) => setFailed(e instanceof Error ? e.message : String(e)));
    else element.pause();
  };
  const seek = (to: number) => {
    const place = Math.min(Math.max(to, 0), seconds);
    if (audio.current) audio.current.currentTime = place;
    setAt(place);
  };
  const nextPace = (by: number) => setPace(PACES[Math.min(Math.max(PACES.indexOf(pace) + by, 0), PACES.length - 1)] ?? '1');
  useKindCommands(model, cell, (id) => {
    const deeds: Record<string, () => void> = {
      'cine.toggle': toggle, 'wave.play': toggle, 'move.previous': () => seek(at - SKIP), 'move.next': () => seek(at + SKIP), 'move.back-ten': () => seek(at - 10 * SKIP), 'move.on-ten': () => seek(at + 10 * SKIP),
      'move.first': () => seek(0), 'move.last': () => seek(seconds), 'cine.slower': () => nextPace(-1), 'cine.faster': () => nextPace(1),
    };
    deeds[id]?.();
    return id in deeds;
  });
  return (
    <div className="audio" data-testid="audio" data-seconds={seconds} data-playing={playing} data-at={at}>
      <audio ref={audio} onPlay={() => setPlaying(true)} onPause={() => setPlaying(false)} onSeeked={() => setAt(audio.current?.currentTime ?? 0)} onError={() => setFailed(t('The browser does not play it.'))} />
      <div className="audiobar">
        <IconButton label={playing ? t('Stop') : t('Play')} icon={playing ? IconPlayerPause : IconPlayerPlay} onClick={toggle} disabled={!sound.ready} testid="audio-play" />
        <span className="num" data-testid="audio-time">{clock(at, 1)} / {clock(seconds, 1)}</span>
        <Segments label={t('Pace')} value={pace} choices={PACES.map((p) => [p, `×${p}`] as const)} onChange={setPace} testid="audio-pace" />
        <span className="grow" />
        <span className="t3 sm">{first ? `${figure(first.frequency, 0)} Hz` : ''}</span>
      </div>
      {(sound.words || failed) && <p className="note failed" role="alert">{sound.words || failed}</p>}
      {traces.map((trace) => (
        <div key={trace.key} className="audiotrack">
          <b className="sm">{trace.name}</b>
          <Overview trace={trace} from={trace.start} to={endOf(trace)} begin={trace.start + at} seconds={0} marks={[]} label={trace.name} onBegin={(begin) => seek(begin - trace.start)} />
          <Level trace={trace} at={at} playing={playing} sound={sound} />
        </div>
      ))}
    </div>
  );
}

/** How loud it is now: the greatest value of a twentieth of a second, below full scale, in dB. */
function Level({ trace, at, playing, sound }: { trace: Trace; at: number; playing: boolean; sound: Sound }): ReactElement {
  const from = Math.floor(at * trace.frequency);
  const peak = playing ? trace.values(from, from + Math.ceil(trace.frequency / 20)).reduce((most, v) => Math.max(most, Math.abs(v - sound.silence) || 0), 0) / sound.full : 0;
  const decibels = 20 * Math.log10(Math.max(peak, 1e-3));
  return <span className="audiolevel" role="meter" aria-label={t('Level')} aria-valuemin={-60} aria-valuemax={0} aria-valuenow={Math.round(decibels)} data-testid="audio-level"><i style={{ width: `${(100 * (decibels + 60)) / 60}%` }} /></span>;
}

interface Sound {
  ready: boolean;
  /** The value of silence, and how far full scale is from it. */
  silence: number;
  full: number;
  words: string;
}

/** Unsigned samples have their silence in the middle. */
function useSound(traces: readonly Trace[], audio: RefObject<HTMLAudioElement | null>): Sound {
  const [ready, setReady] = useState(false);
  const heard = useMemo(() => traces.slice(0, MOST_HEARD), [traces]);
  const [first] = heard;
  const words = !first ? '' : first.length * heard.length > MOST_SAMPLES ? t('It is too long to be played here.') : first.frequency < RATES[0] || first.frequency > RATES[1] ? t('The browser plays no sound of {hertz} Hz.', { hertz: first.frequency }) : '';
  const { full, silence } = useMemo(() => loudest(heard), [heard]);
  useEffect(() => {
    if (!first || words) return undefined;
    const file = waveFile(heard.map((trace) => trace.values(0, trace.length).map((v) => v - silence)), Math.round(first.frequency), full);
    const made = URL.createObjectURL(new Blob([file], { type: 'audio/wav' }));
    const element = audio.current;
    if (element) element.src = made;
    setReady(element !== null);
    return () => {
      // Before the file goes: who still reads it would complain.
      element?.removeAttribute('src');
      element?.load();
      URL.revokeObjectURL(made);
    };
  }, [audio, first, heard, words, full, silence]);
  return { ready, silence, full, words };
}

/** Full scale is the power of two that holds all values; unsigned ones swing about its half. */
function loudest(traces: readonly Trace[]): { full: number; silence: number } {
  const extents = traces.map((trace): [number, number] => extentOf(trace) ?? [0, 0]);
  const low = Math.min(...extents.map(([l]) => l));
  const high = Math.max(...extents.map(([, h]) => h));
  const isUnsigned = low >= 0 && high > 0;
  const silence = isUnsigned ? 2 ** Math.floor(Math.log2(high)) : 0;
  const swing = Math.max(Math.abs(low - silence), Math.abs(high - silence), 1e-9);
  return { full: 2 ** Math.ceil(Math.log2(swing)), silence };
}

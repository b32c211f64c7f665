/** Beside the paper, in the panel: intervals by calipers and counted beats, what the object says itself, how it was recorded. */
import { useMemo, useState, type ReactElement } from 'react';
import { number, t } from '../../../core/language';
import { CALIPERS, intervalsOf, type Caliper, type CaliperName, type IntervalLine } from '../../../domain/calipers';
import { valueAt, type Trace } from '../../../core/trace';
import { significant } from '../../../core/figures';
import { Switch } from '../../parts/fields';
import { Placed } from './placed';
import { HeartRateOverTime } from './rate';
import { groupName, type Recording } from './recording';
import type { WaveState } from './state';
import { clock, filterWords, lineWords, measured, sourceWords } from './words';

/** Of what is said of all of the recording; the next ones by a press. */
const FIRST_SAID = 300;

interface Props {
  recording: Recording;
  state: WaveState;
  change: (change: Partial<WaveState>) => void;
  traces: readonly Trace[];
  /** The group on the paper. */
  group: number;
  beats: readonly number[];
  /** Whose beats are counted, and from when to when the recording is. */
  rhythm: Trace | undefined;
  from: number;
  to: number;
  /** On the paper. */
  begin: number;
  end: number;
  onCaliper: (caliper: Caliper) => void;
  onRemove: (name: CaliperName) => void;
  /** A moment comes to the middle of the paper. */
  onGo: (time: number) => void;
}

export function WaveSide(props: Props): ReactElement {
  const { recording, state, change, beats } = props;
  const { said, placed } = useMemo(() => {
    const first = ({ times }: { times: readonly number[] }) => times[0] ?? 0;
    return { said: recording.annotations.filter((a) => !a.times.length), placed: recording.annotations.filter((a) => a.times.length).sort((a, b) => first(a) - first(b)) };
  }, [recording]);
  const [shown, setShown] = useState(FIRST_SAID);
  return (
    <>
      <div className="sec">
        <div className="wavetable" role="table" aria-label={t('Intervals')} data-testid="wave-intervals">
          <div className="waverow head" role="row"><span role="columnheader">{t('Interval')}</span><span role="columnheader">{t('Value')}</span><span role="columnheader">{t('From {#where a value comes from}')}</span></div>
          {intervalsOf(state.calipers, beats).map((line) => <Line key={line.id} line={line} on={line.id === state.chosen} onChoose={(chosen) => change({ chosen })} />)}
        </div>
        <CaliperForm key={state.chosen} {...props} />
      </div>
      {props.rhythm?.lead && <HeartRateOverTime recording={recording} group={props.rhythm.group} from={props.from} to={props.to} onGo={props.onGo} />}
      {said.length > 0 && (
        <div className="sec" data-testid="wave-said">
          <div className="hd">{t('In the recording')}</div>
          {said.slice(0, shown).map((a, i) => (
            <div key={i} className="li"><span className="grow wraps">{a.words}</span><span className="val b">{measured(a)}</span></div>
          ))}
          {said.length > shown && <button className="btn plain" onClick={() => setShown(shown + FIRST_SAID)} data-testid="wave-said-more">{t('and {count} more', { count: said.length - shown })}</button>}
        </div>
      )}
      <Placed placed={placed} begin={props.begin} end={props.end} onGo={props.onGo} />
      <Facts recording={recording} />
    </>
  );
}

function Line({ line, on, onChoose }: { line: IntervalLine; on: boolean; onChoose: (name: CaliperName) => void }): ReactElement {
  const name = CALIPERS.find((c) => c === line.id);
  const value = line.value === undefined ? '–' : number(Math.round(line.value));
  return (
    <div className={`waverow ${on ? 'on' : ''}`} role="row">
      <span role="cell">{name ? <button className="wavechoice" aria-pressed={on} onClick={() => onChoose(name)} data-testid={`wave-row-${line.id}`}>{lineWords(line.id)}</button> : lineWords(line.id)}</span>
      <span role="cell" className="r"><b data-testid={`wave-${line.id}`} data-value={line.value}>{value}</b> <i className="t3">{line.id === 'hr' ? '/min' : 'ms'}</i></span>
      <span role="cell" className="t3 clip">{sourceWords(line)}</span>
    </div>
  );
}

/** The chosen caliper by the keyboard: the moments of its ends. */
function CaliperForm({ state, change, traces, onCaliper, onRemove }: Props): ReactElement {
  const caliper = state.calipers.find((c) => c.name === state.chosen);
  const trace = traces.find((tr) => tr.key === caliper?.trace) ?? traces.find((tr) => tr.lead === 'II') ?? traces[0];
  const [typed, setTyped] = useState<{ from?: string; to?: string }>({});
  const set = (end: 'from' | 'to', text: string) => {
    setTyped((now) => ({ ...now, [end]: text }));
    const value = Number(text.replace(',', '.'));
    if (!trace || !text.trim() || !Number.isFinite(value)) return;
    const other = caliper?.[end === 'from' ? 'to' : 'from'] ?? value;
    onCaliper({ name: state.chosen, trace: trace.key, from: other, to: other, [end]: value } as Caliper);
  };
  const field = (end: 'from' | 'to', label: string) => (
    <label className="row gap4">
      <span className="t3">{label}</span>
      <input className="field" inputMode="decimal" value={typed[end] ?? (caliper ? caliper[end].toFixed(3) : '')} onChange={(e) => set(end, e.target.value)} onBlur={() => setTyped({})} data-testid={`caliper-${end}`} />
    </label>
  );
  const rise = caliper && trace ? valueAt(trace, caliper.to) - valueAt(trace, caliper.from) : NaN;
  return (
    <div className="pad col">
      <div className="row wavefields">{field('from', t('from {#a moment}'))}{field('to', t('to {#a moment}'))}<span className="t3">s</span></div>
      {caliper && (
        <div className="row t2 sm">
          <span className="grow" data-testid="caliper-rise">{trace?.name} · {Number.isNaN(rise) ? '' : t('change {value}', { value: `${significant(rise, 4)} ${trace?.units || t('counts')}` })}</span>
          <button className="btn plain" onClick={() => onRemove(state.chosen)} data-testid="caliper-remove">{t('Remove')}</button>
        </div>
      )}
      <Switch on={state.march} onChange={(march) => change({ march })} testid="wave-march">{t('March the caliper out over the beats')}</Switch>
      <div className="note"><div>
        <p>{t('Drag, or two clicks, lay a caliper. Ends fall on samples, those of RR on counted beats; hold Alt to place freely. ← and → march on by its length.')}</p>
        <p className="t3">{t('Nothing is interpreted for you.')}</p>
      </div></div>
    </div>
  );
}

function Facts({ recording }: { recording: Recording }): ReactElement {
  return (
    <div className="sec" data-testid="wave-facts">
      <div className="hd">{t('As recorded')}</div>
      {recording.groups.map((group) => {
        const first = group.channels[0];
        const facts = [
          t('{count} {count|channel|channels}', { count: group.channels.length }), `${number(group.frequency)} Hz`, clock(group.samples / group.frequency, 1), `${group.bits} bit ${group.interpretation}`,
          group.start ? t('begins at {time} s', { time: significant(group.start, 6) }) : '', first ? filterWords(first.filter) : '', group.derived ? t('derived') : '',
        ];
        return <div key={group.number} className="li"><span className="grow wraps"><b>{groupName(group)}</b> <span className="t2">{facts.filter(Boolean).join(' · ')}</span></span></div>;
      })}
    </div>
  );
}

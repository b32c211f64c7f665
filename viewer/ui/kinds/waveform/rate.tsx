/** Heart rate over the whole recording, in the panel: mean, the minutes with the lowest and the highest, and its trend. Counted beats, nothing else. */
import { useMemo, type PointerEvent, type ReactElement } from 'react';
import { heartRate, type HeartRate } from '../../../core/beat-count';
import { number, t } from '../../../core/language';
import type { Recording } from './recording';
import { useReading } from './strip';
import { clock } from './words';

interface Props {
  recording: Recording;
  /** Whose rhythm lead is counted. */
  group: number;
  /** Of the recording, seconds from the acquisition. */
  from: number;
  to: number;
  onGo: (time: number) => void;
}

/** Seconds: shorter ones have no trend. */
const SHORTEST = 120;
const [WIDTH, HEIGHT] = [240, 56];

export function HeartRateOverTime({ recording, group, from, to, onGo }: Props): ReactElement | null {
  const reading = recording.ranged.get(group)?.reading;
  const version = useReading(reading);
  const rate = useMemo(
    () => heartRate(recording.counted(group), from, to),
    [recording, group, from, to, version], // eslint-disable-line react-hooks/exhaustive-deps -- the version says that there are more beats
  );
  if (to - from < SHORTEST) return null;
  return (
    <div className="sec" data-testid="wave-rate" data-width={rate.width} data-rates={JSON.stringify([...rate.rates].map((r) => (Number.isNaN(r) ? null : Number(r.toFixed(3)))))}>
      <div className="hd">{t('Heart rate, whole recording')}</div>
      {reading && reading.done < 1 && <p className="pad t3 sm" role="status" data-testid="wave-rate-part">{rate.intervals ? t('Of the first {time} of {all}: the rest is not read yet.', { time: clock(reading.counted - from), all: clock(to - from) }) : t('Nothing is read yet.')}</p>}
      {rate.intervals > 0
        ? (
          <>
            <div className="li"><span className="grow">{t('Mean {#of the heart rate}')}</span><span className="t3 clip">{t('mean of {count}', { count: rate.intervals })}</span><span className="val"><b data-testid="wave-rate-mean" data-value={rate.mean}>{number(Math.round(rate.mean))}</b> /min</span></div>
            <Minute rate={rate} at={rate.lowest} words={t('Lowest in {time}', { time: clock(rate.width) })} testid="wave-rate-lowest" from={from} onGo={onGo} />
            <Minute rate={rate} at={rate.highest} words={t('Highest in {time}', { time: clock(rate.width) })} testid="wave-rate-highest" from={from} onGo={onGo} />
            {rate.lowest >= 0 && <Trend rate={rate} from={from} to={to} onGo={onGo} />}
          </>
        )
        : !reading || reading.done >= 1 ? <p className="pad t3 sm">{t('No beats were counted.')}</p> : null}
    </div>
  );
}

function Minute({ rate, at, words, testid, from, onGo }: { rate: HeartRate; at: number; words: string; testid: string; from: number; onGo: (time: number) => void }): ReactElement | null {
  const value = rate.rates[at];
  if (value === undefined) return null;
  return (
    <button className="li" onClick={() => onGo(from + (at + 0.5) * rate.width)} data-testid={testid} data-value={value} data-at={at * rate.width}>
      <span className="grow">{words}</span><span className="num t3">{clock(at * rate.width)}</span><span className="val"><b>{number(Math.round(value))}</b> /min</span>
    </button>
  );
}

/** Rates over time; gaps where none is known. A press goes to the place, as the strip under the paper does. */
function Trend({ rate, from, to, onGo }: { rate: HeartRate; from: number; to: number; onGo: (time: number) => void }): ReactElement {
  const [low, high] = [10 * Math.floor((rate.rates[rate.lowest] as number) / 10), 10 * Math.ceil((rate.rates[rate.highest] as number) / 10 + 1e-9)];
  const y = (value: number) => HEIGHT - 4 - ((value - low) / Math.max(high - low, 1)) * (HEIGHT - 8);
  const x = (stretch: number) => Math.min((stretch * rate.width * WIDTH) / (to - from), WIDTH);
  const path = [...rate.rates].map((value, i) => (Number.isNaN(value) ? '' : `${Number.isNaN(rate.rates[i - 1] ?? NaN) ? 'M' : 'L'}${x(i).toFixed(1)} ${y(value).toFixed(1)}H${x(i + 1).toFixed(1)}`)).join('');
  const go = (e: PointerEvent<SVGSVGElement>) => {
    const box = e.currentTarget.getBoundingClientRect();
    onGo(from + ((e.clientX - box.left) / Math.max(box.width, 1)) * (to - from));
  };
  return (
    <div className="wavetrend">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={t('Heart rate over time, {low} to {high} a minute', { low, high })} onPointerDown={go} data-testid="wave-trend"><path d={path} /></svg>
      <span className="num t3" aria-hidden>{number(high)}</span><span className="num t3" aria-hidden>{number(low)}</span>
    </div>
  );
}

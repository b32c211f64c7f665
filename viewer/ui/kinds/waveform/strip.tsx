/** The strip below the paper: all of the recording, read to its end piece by piece where it is long. */
import { useEffect, useState, type ReactElement } from 'react';
import { t } from '../../../core/language';
import type { Trace } from '../../../core/trace';
import { Overview } from './overview';
import type { Ranged } from './recording';
import { clock, secondsOf } from './words';

interface Props {
  trace: Trace;
  ranged: Ranged | undefined;
  from: number;
  to: number;
  begin: number;
  seconds: number;
  marks: readonly number[];
  /** The paper has all it shows: the rest can be read. */
  isReady: boolean;
  onBegin: (begin: number) => void;
}

/** Seconds from which a moment is typed rather than scrolled to. */
const LONG = 120;

/** Who pays for what is fetched presses first. */
function savesData(): boolean {
  return Boolean((navigator as { connection?: { saveData?: boolean } }).connection?.saveData);
}

export function Strip({ trace, ranged, isReady, ...props }: Props): ReactElement {
  const [version, setVersion] = useState(0);
  const [isWanted, setWanted] = useState(!savesData());
  const reading = ranged?.reading;
  const [stood, setStood] = useState(false);
  if (isReady && !stood) setStood(true);
  useEffect(() => reading?.subscribe(() => setVersion((n) => n + 1)), [reading]);
  useEffect(() => {
    if (!reading || !isWanted || !stood || reading.done >= 1) return undefined;
    return reading.begin();
  }, [reading, isWanted, stood]);
  const isOpen = reading !== undefined && reading.done < 1;
  const read = () => {
    setWanted(true);
    reading?.begin();
  };
  return (
    <>
      <Overview trace={trace} summary={reading?.summary} version={version} label={t('Whole recording')} {...props} />
      {isOpen && (isWanted && !reading.failed
        ? <span className="num" role="progressbar" aria-label={t('Whole recording')} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.floor(100 * reading.done)} data-testid="wave-reading">{t('{percent} % read', { percent: Math.floor(100 * reading.done) })}</span>
        : <button className="btn" title={reading.failed} onClick={read} data-testid="wave-read">{reading.failed ? t('Try again') : t('Read all for the overview')}</button>)}
    </>
  );
}

/** A moment of a long recording, typed. */
export function GoTo({ from, to, begin, onBegin }: Pick<Props, 'from' | 'to' | 'begin' | 'onBegin'>): ReactElement | null {
  const [typed, setTyped] = useState<string>();
  if (to - from < LONG) return null;
  const seconds = secondsOf(typed ?? '');
  const go = () => {
    if (seconds !== undefined) onBegin(from + seconds);
    setTyped(undefined);
  };
  return (
    <input
      className="field wavegoto" aria-label={t('Go to {#a moment}')} title={t('Go to {#a moment}')} value={typed ?? clock(begin - from)} aria-invalid={typed !== undefined && seconds === undefined} data-testid="wave-goto"
      onFocus={(e) => e.target.select()} onChange={(e) => setTyped(e.target.value)} onBlur={() => setTyped(undefined)}
      onKeyDown={(e) => {
        if (e.key !== 'Enter' && e.key !== 'Escape') return;
        e.stopPropagation();
        if (e.key === 'Enter') go();
        else setTyped(undefined);
      }}
    />
  );
}

/** The strip below the paper: all of the recording, read to its end piece by piece where it is long. */
import { IconPlayerStop } from '@tabler/icons-react';
import { useEffect, useState, useSyncExternalStore, type ReactElement } from 'react';
import { t } from '../../../core/language';
import type { Trace } from '../../../core/trace';
import { IconButton } from '../../parts/icon-button';
import { Overview } from './overview';
import type { Ranged } from './recording';
import type { WholeReading } from './whole-reading';
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

export function Strip({ trace, ranged, isReady, ...props }: Props): ReactElement {
  const reading = ranged?.reading;
  const version = useReading(reading);
  const [stood, setStood] = useState(false);
  if (isReady && !stood) setStood(true);
  const goesOn = reading !== undefined && reading.isWanted && !reading.failed && stood && reading.done < 1;
  useEffect(() => (goesOn ? reading.begin() : undefined), [reading, goesOn]);
  return (
    <>
      <Overview trace={trace} summary={reading?.summary} version={version} label={t('Whole recording')} {...props} />
      {reading && <Progress reading={reading} />}
    </>
  );
}

/** Redraws as more of it is read: a number that goes on. */
export function useReading(reading: WholeReading | undefined): number {
  return useSyncExternalStore(reading?.subscribe ?? nobody, () => reading?.version ?? 0);
}

const nobody = () => () => undefined;

/** How much is read, to be stopped and gone on with; nothing when all is. */
function Progress({ reading }: { reading: WholeReading }): ReactElement | null {
  if (reading.done >= 1) return null;
  const percent = Math.floor(100 * reading.done);
  if (!reading.isWanted || reading.failed) return <button className="btn" title={reading.failed} onClick={() => reading.ask()} data-testid="wave-read">{reading.failed ? t('Try again') : percent ? t('Read on ({percent} % read)', { percent }) : t('Read all for the overview')}</button>;
  return (
    <>
      <span className="num" role="progressbar" aria-label={t('Whole recording')} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent} data-testid="wave-reading">{t('{percent} % read', { percent })}</span>
      <IconButton label={t('Stop reading')} icon={IconPlayerStop} onClick={() => reading.halt()} testid="wave-halt" />
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

import { useCallback, useState, type ReactElement } from 'react';
import { t } from '../../core/language';
import { ServerError } from '../../domain/server';
import { usePolling, useSlow } from './polling';
import { Say } from './say';

/** Something that is asked for again and again: the last answer, and why there is no newer one. */
export interface Listing<T> {
  /** Missing until it is known. */
  known: T | undefined;
  slow: boolean;
  failure: string;
  look: () => void;
}

/** Others change it too, by the same page or from the command line. */
const AGAIN_SECONDS = 20;
const RETRY_SECONDS = 6;

/** `get` must stay the same function. */
export function useListing<T>(get: (signal: AbortSignal) => Promise<T>, onExpired: () => void): Listing<T> {
  const [known, setKnown] = useState<T>();
  const [failure, setFailure] = useState('');
  const ask = useCallback(
    async (signal: AbortSignal) => {
      try {
        const answer = await get(signal);
        setKnown(() => answer);
        setFailure('');
        return AGAIN_SECONDS;
      } catch (error) {
        if (error instanceof DOMException && error.name === 'AbortError') return RETRY_SECONDS;
        if (error instanceof ServerError && error.status === 401) onExpired();
        setFailure(error instanceof Error ? error.message : String(error));
        return RETRY_SECONDS;
      }
    },
    [get, onExpired],
  );
  const look = usePolling(ask);
  return { known, slow: useSlow(known === undefined && !failure), failure, look };
}

/** In the place of a table whose rows are not known: grey bars after a moment, or why they did not come. */
export function NotYet({ list, table, widths }: { list: Listing<unknown>; table: string; widths: readonly number[] }): ReactElement | null {
  if (list.failure) {
    return (
      <Say title={list.failure} detail={t('Nothing is lost. Trying again in a few seconds.')} failed>
        <button className="btn" onClick={list.look}>{t('Try now')}</button>
      </Say>
    );
  }
  if (!list.slow) return null;
  return (
    <div className={`tbl card ${table}`} data-testid="loading" role="status" aria-label={t('Loading')}>
      {Array.from({ length: 5 }, (_, i) => (
        <div className="tr" key={i}>{widths.map((w, k) => <span className="sk" key={k} style={{ width: `${w - ((i * 7) % 20)}%` }} />)}</div>
      ))}
    </div>
  );
}

/** Above rows that are known, but from before. */
export function Lost({ list }: { list: Listing<unknown> }): ReactElement | null {
  if (!list.failure || list.known === undefined) return null;
  return <div className="note failed" role="alert" data-testid="lost"><p>{list.failure} {t('What you see is from before.')}</p></div>;
}

/** The server does not answer: in the foot, and where an image is wanted that is not here. */
import { useEffect, useState, useSyncExternalStore, type ReactElement } from 'react';
import { t } from '../../../core/language';
import type { ConnectionState } from '../../../domain/connection';
import { connection } from '../../server/connection';

export function useConnection(): ConnectionState {
  return useSyncExternalStore(connection.subscribe, connection.snapshot);
}

export function ConnectionLine(): ReactElement | null {
  const { standing } = useConnection();
  const words = useNextTry();
  if (standing !== 'lost') return null;
  return (
    <span className="row gap4 lost" data-testid="connection">
      <span className="c-failed" role="alert">{t('The server did not answer. What is loaded stays.')}</span>
      <span className="t2 nowrap" data-testid="next-try">{words}</span>
      <button className="btn low" onClick={() => void connection.retry()} data-testid="try-now">{t('Try now')}</button>
    </span>
  );
}

/** "Trying again in 6 s.", counted down. */
export function useNextTry(): string {
  const { nextTry } = useConnection();
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (nextTry === undefined) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [nextTry]);
  return nextTry === undefined ? t('Trying again.') : t('Trying again in {seconds} s.', { seconds: Math.max(1, Math.ceil((nextTry - now) / 1000)) });
}

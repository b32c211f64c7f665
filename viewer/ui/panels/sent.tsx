import { useCallback, useState, type ReactElement } from 'react';
import { t } from '../../core/language';
import { isOver, stateLine, titleOf, type Job } from '../../domain/jobs';
import { Link } from '../parts/link';
import { usePolling } from '../parts/polling';
import { Toast } from '../parts/toast';
import { httpServer } from '../server/http-server';

interface Props {
  ordered: Job;
  onGone: () => void;
  onStopped: () => void;
}

const LATER = 3600;

/** What was just ordered: how it goes on, where it stands; it can be stopped while it is young. */
export function Sent({ ordered, onGone, onStopped }: Props): ReactElement {
  const [job, setJob] = useState(ordered);
  const [refused, setRefused] = useState('');
  const { id } = ordered;
  const ask = useCallback(
    async (signal: AbortSignal) => {
      try {
        const now = await httpServer.job(id, signal);
        setJob(now);
        return isOver(now) ? LATER : 1;
      } catch {
        return 2; // the list says that the server is gone; these eight seconds pass anyway
      }
    },
    [id],
  );
  const look = usePolling(ask);
  const stop = () => {
    httpServer.cancel(id).then(
      () => {
        look();
        onStopped();
      },
      (e: unknown) => setRefused(e instanceof Error ? e.message : String(e)),
    );
  };
  return (
    <Toast onGone={onGone}>
      <span className="clip">{refused || `${titleOf(job)}: ${stateLine(job, new Date())}`}</span>
      <Link to={`/jobs?job=${id}`} className="btn plain" testid="sent-job">{t('Job {number}', { number: String(id) })}</Link>
      {!isOver(job) && !job.cancelling && <button className="btn plain" onClick={stop} data-testid="sent-stop">{t('Stop')}</button>}
    </Toast>
  );
}

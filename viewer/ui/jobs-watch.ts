/** What pages other than Jobs tell of jobs: how many need a look, and which are being done. */
import { useCallback, useState } from 'react';
import { jobsQuery, pollSeconds, type Job, type JobCounts } from '../domain/jobs';
import { may, ServerError, type Session } from '../domain/server';
import { isVisible, usePolling } from './parts/polling';
import { httpServer } from './server/http-server';

export interface JobsWatch {
  counts: JobCounts;
  working: readonly Job[];
  /** Look now: something was ordered. */
  look: () => void;
}

const MOST = 20;
const AFTER_FAILURE = 15;
const NEVER = 86_400;
const WORKING = { show: 'working', node: '' } as const;

export function useJobsWatch(session: Session, onExpired: () => void): JobsWatch {
  const [seen, setSeen] = useState<{ counts: JobCounts; working: Job[] }>({ counts: {}, working: [] });
  const reads = may(session, 'reader');
  const ask = useCallback(
    async (signal: AbortSignal) => {
      if (!reads) return NEVER;
      try {
        const page = await httpServer.jobs(jobsQuery(WORKING, MOST), signal);
        setSeen({ counts: page.counts, working: page.jobs });
        return pollSeconds(page.counts, isVisible());
      } catch (error) {
        if (error instanceof ServerError && error.status === 401) onExpired();
        return AFTER_FAILURE; // the page itself says that the server is gone
      }
    },
    [reads, onExpired],
  );
  const look = usePolling(ask);
  return { ...seen, look };
}

/** Jobs on the page: asked for again while they move, older ones by page, one of them in detail. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { jobsQuery, mergePages, paceOf, pollSeconds, sampled, succeeded, type Job, type JobCounts, type JobDetail, type JobFilter, type JobPage, type Sample } from '../../../domain/jobs';
import { ServerError } from '../../../domain/server';
import { isVisible, usePolling, useSlow } from '../../parts/polling';
import { httpServer } from '../../server/http-server';

export interface Jobs {
  jobs: readonly Job[];
  counts: JobCounts;
  more: boolean;
  /** The jobs that were asked for are here. */
  done: boolean;
  slow: boolean;
  failure: string;
  /** When the server is asked again after a failure, in milliseconds of Date.now(). */
  retryAt: number;
  detail: JobDetail | null;
  /** The job in the address is not there. */
  gone: boolean;
  pace: (job: Job) => number;
  loadMore: () => void;
  look: () => void;
}

const PAGE = 100;
const RETRY_SECONDS = 6;

interface Rows {
  key: string;
  fresh: JobPage;
  jobs: Job[];
  next: number | null;
  atEnd: boolean;
}

export function useJobs(filter: JobFilter, open: number | null, onExpired: () => void): Jobs {
  const key = jobsQuery(filter, PAGE).toString();
  const [rows, setRows] = useState<Rows>();
  const [detail, setDetail] = useState<JobDetail | null>(null);
  const [gone, setGone] = useState(0);
  const [trouble, setTrouble] = useState({ failure: '', retryAt: 0 });
  const samples = useRef(new Map<number, Sample[]>());

  const fail = useCallback(
    (error: unknown) => {
      if (error instanceof DOMException && error.name === 'AbortError') return;
      if (error instanceof ServerError && error.status === 401) return onExpired();
      setTrouble({ failure: error instanceof Error ? error.message : String(error), retryAt: Date.now() + RETRY_SECONDS * 1000 });
    },
    [onExpired],
  );

  const ask = useCallback(
    async (signal: AbortSignal) => {
      try {
        const [fresh, one] = await Promise.all([
          httpServer.jobs(new URLSearchParams(key), signal),
          open === null ? null : found(httpServer.job(open, signal)),
        ]);
        if (one && isVisible()) fresh.counts = await looked(one, fresh.counts);
        for (const job of fresh.jobs) measure(samples.current, job);
        setRows((r) => {
          const same = r?.key === key ? r : undefined;
          const atEnd = same?.atEnd ?? false;
          return { key, fresh, atEnd, ...mergePages(fresh, same?.jobs ?? [], atEnd) };
        });
        setDetail(one);
        setGone(open !== null && !one ? open : 0);
        setTrouble({ failure: '', retryAt: 0 });
        return pollSeconds(fresh.counts, isVisible());
      } catch (error) {
        fail(error);
        return RETRY_SECONDS;
      }
    },
    [key, open, fail],
  );
  const look = usePolling(ask);

  const loading = useRef(false);
  const next = rows?.key === key ? rows.next : null;
  const loadMore = useCallback(() => {
    if (next === null || loading.current) return;
    loading.current = true;
    const query = new URLSearchParams(key);
    query.set('before', String(next));
    httpServer.jobs(query, new AbortController().signal).then((older) => {
      setRows((r) => {
        if (r?.key !== key) return r;
        const known = [...r.jobs, ...older.jobs.filter((job) => job.id < next)];
        const atEnd = older.next === null;
        return { ...r, atEnd, ...mergePages(r.fresh, known, atEnd) };
      });
    }, fail).finally(() => {
      loading.current = false;
    });
  }, [key, next, fail]);

  const done = rows?.key === key;
  const slow = useSlow(!rows && !trouble.failure);
  const pace = useCallback((job: Job) => paceOf(samples.current.get(job.id) ?? []), []);
  useEffect(() => {
    if (open === null) setDetail(null);
  }, [open]);
  return useMemo(
    () => ({
      jobs: rows?.jobs ?? [],
      counts: rows?.fresh.counts ?? {},
      more: next !== null,
      done,
      slow,
      ...trouble,
      detail: detail?.id === open ? detail : null,
      gone: open !== null && gone === open,
      pace,
      loadMore,
      look,
    }),
    [rows, next, done, slow, trouble, detail, open, gone, pace, loadMore, look],
  );
}

async function found(asked: Promise<JobDetail>): Promise<JobDetail | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ServerError && error.status === 404) return null;
    throw error;
  }
}

/** Who opens a failed job has seen that it failed: it is no alert any more. */
async function looked(job: JobDetail, counts: JobCounts): Promise<JobCounts> {
  if (job.state !== 'failed' || job.seen) return counts;
  try {
    await httpServer.see([job.id]);
  } catch (error) {
    // Somebody who may only read may not settle alerts for the others.
    if (error instanceof ServerError && error.status === 403) return counts;
    throw error;
  }
  return { ...counts, alerts: Math.max((counts.alerts ?? 0) - 1, 0) };
}

function measure(all: Map<number, Sample[]>, job: Job): void {
  if (job.state !== 'running') {
    all.delete(job.id);
    return;
  }
  const now = { at: performance.now() / 1000, count: succeeded(job) + job.items.failed };
  all.set(job.id, sampled(all.get(job.id) ?? [], now));
}

/** Events on the page: older ones by cursor, new ones as they are written, in place or held back while somebody reads. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { mergedEvents, withOlder, type LogEvent } from '../../../domain/log';
import { ServerError } from '../../../domain/server';
import { isVisible, usePolling, useSlow } from '../../parts/polling';
import { httpServer } from '../../server/http-server';

export interface Log {
  events: readonly LogEvent[];
  /** The events that were asked for are here. */
  done: boolean;
  slow: boolean;
  more: boolean;
  failure: string;
  /** When the server is asked again after a failure, in milliseconds of Date.now(). */
  retryAt: number;
  /** How many new events wait to be shown; more than `MOST_COMING` are not counted. */
  coming: number;
  loadMore: () => void;
  look: () => void;
}

const PAGE = 200;
/** What is held back. What goes beyond is read anew when it is to be seen. */
export const MOST_COMING = 1000;
/** As long as nobody reads further down, the list is not left to grow. */
const MOST_AT_TOP = 5000;
const AGAIN_SECONDS = 2;
const AT_ONCE_SECONDS = 0.1;
const UNSEEN_SECONDS = 60;
const RETRY_SECONDS = 6;

interface Rows {
  key: string;
  events: readonly LogEvent[];
  next: string | null;
  last: number;
  coming: readonly LogEvent[];
  /** To be read anew from the top. */
  stale: boolean;
}

/** `key`: parameters of the question. `held`: the reader has a place that must not move. */
export function useLog(key: string, held: boolean, onExpired: () => void): Log {
  const [rows, setRows] = useState<Rows>();
  const [trouble, setTrouble] = useState({ failure: '', retryAt: 0 });
  const now = useRef(rows);
  useEffect(() => {
    now.current = rows;
  }, [rows]);

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
      const known = now.current;
      let rest = isVisible() ? AGAIN_SECONDS : UNSEEN_SECONDS;
      try {
        if (known?.key !== key || known.stale) {
          const { events, next, last } = await httpServer.log(question(key, { limit: PAGE }), signal);
          setRows({ key, events, next, last, coming: [], stale: false });
        } else if (known.coming.length <= MOST_COMING) {
          const { events, last } = await httpServer.log(question(key, { limit: MOST_COMING, after: known.last }), signal);
          setRows((r) => (r?.key === key && r.last === known.last ? { ...r, last, coming: events.length ? [...r.coming, ...events] : r.coming } : r));
          if (events.length === MOST_COMING) rest = AT_ONCE_SECONDS;
        }
        setTrouble((t) => (t.failure ? { failure: '', retryAt: 0 } : t));
        return rest;
      } catch (error) {
        fail(error);
        return RETRY_SECONDS;
      }
    },
    [key, fail],
  );
  const look = usePolling(ask);

  const arrived = rows?.key === key ? rows.coming.length : 0;
  useEffect(() => {
    if (held || !arrived) return;
    setRows((r) => r && shown(r));
  }, [held, arrived]);
  const stale = rows?.key === key && rows.stale;
  useEffect(() => {
    if (stale) look();
  }, [stale, look]);

  const loading = useRef(false);
  const next = rows?.key === key && !rows.stale && !trouble.failure ? rows.next : null;
  const loadMore = useCallback(() => {
    if (next === null || loading.current) return;
    loading.current = true;
    httpServer.log(question(key, { limit: PAGE, cursor: next }), new AbortController().signal).then((older) => {
      setRows((r) => (r?.key === key && r.next === next ? { ...r, events: withOlder(r.events, older.events), next: older.next } : r));
    }, fail).finally(() => {
      loading.current = false;
    });
  }, [key, next, fail]);

  const slow = useSlow(!rows && !trouble.failure);
  return useMemo(
    () => ({ events: rows?.events ?? [], done: rows?.key === key, slow, more: next !== null, ...trouble, coming: arrived, loadMore, look }),
    [rows, key, slow, next, trouble, arrived, loadMore, look],
  );
}

/** The new ones in their places; when there are too many to put in, all is read anew. */
function shown(rows: Rows): Rows {
  const { events, coming, next } = rows;
  if (coming.length > MOST_COMING || events.length + coming.length > MOST_AT_TOP) return { ...rows, coming: [], stale: true };
  return { ...rows, events: mergedEvents(events, coming, next !== null), coming: [] };
}

function question(key: string, more: Record<string, string | number>): URLSearchParams {
  const query = new URLSearchParams(key);
  for (const [name, value] of Object.entries(more)) query.set(name, String(value));
  return query;
}

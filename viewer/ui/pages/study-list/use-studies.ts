/** Rows of the list: pages by cursor, live changes, retry when the server is gone. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { ServerError } from '../../../domain/server';
import type { Study, StudyEvent, StudyPage } from '../../../domain/study';
import { httpServer } from '../../server/http-server';

export interface StudyList {
  studies: readonly Study[];
  total: number | null;
  totalIsAll: boolean;
  /** The first page is here. */
  done: boolean;
  /** Nothing is here yet and 150 ms have passed: show grey bars. */
  slow: boolean;
  more: boolean;
  failure: string;
  retryIn: number;
  connected: boolean;
  receiving: readonly Study[];
  /** Studies that came in since the list was read and are not in it yet. */
  arrived: number;
  loadMore: () => void;
  retry: () => void;
}

const PAGE = 100;
const RETRY_SECONDS = 6;
const BARS_AFTER_MS = 150;
const SETTLE_MS = 700;
/** The server calls a study "receiving" for ten seconds after its last object, and tells nothing when they are over. */
const RECEIVED_AFTER_MS = 10_500;

interface Rows {
  query: string;
  studies: Study[];
  next: string | null;
  total: number | null;
  totalIsAll: boolean;
}

export function useStudies(query: string, onExpired: () => void): StudyList {
  const [rows, setRows] = useState<Rows>();
  const [failure, setFailure] = useState('');
  const [retryIn, setRetryIn] = useState(RETRY_SECONDS);
  const [slow, setSlow] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const [connected, setConnected] = useState(true);
  const loading = useRef(false);
  const rowsNow = useRef(rows);
  useEffect(() => {
    rowsNow.current = rows;
  }, [rows]);

  const fail = useCallback(
    (error: unknown) => {
      if (error instanceof DOMException && error.name === 'AbortError') return;
      if (error instanceof ServerError && error.status === 401) return onExpired();
      setFailure(error instanceof Error ? error.message : String(error));
      setRetryIn(RETRY_SECONDS);
    },
    [onExpired],
  );

  useEffect(() => {
    const aborter = new AbortController();
    const bars = setTimeout(() => setSlow(true), BARS_AFTER_MS);
    // A word is being typed: ask when the fingers rest.
    const wait = rowsNow.current && rowsNow.current.query !== query ? 120 : 0;
    const timer = setTimeout(() => {
      httpServer.studies(pageQuery(query, null), aborter.signal).then((page) => {
        setRows({ query, studies: page.studies, next: page.next, total: page.total, totalIsAll: page.total_is_all });
        setFailure('');
      }, fail).finally(() => {
        clearTimeout(bars);
        setSlow(false);
      });
    }, wait);
    return () => {
      aborter.abort();
      clearTimeout(timer);
      clearTimeout(bars);
    };
  }, [query, attempt, fail]);

  useEffect(() => {
    if (!failure) return undefined;
    const timer = setInterval(() => setRetryIn((s) => (s > 1 ? s - 1 : RETRY_SECONDS)), 1000);
    const again = setTimeout(() => setAttempt((a) => a + 1), RETRY_SECONDS * 1000);
    return () => {
      clearInterval(timer);
      clearTimeout(again);
    };
  }, [failure, attempt]);

  const loadMore = useCallback(() => {
    const now = rowsNow.current;
    if (!now?.next || loading.current || now.query !== query) return;
    loading.current = true;
    httpServer.studies(pageQuery(query, now.next), new AbortController().signal).then((page: StudyPage) => {
      setRows((r) => (r === now ? { ...r, studies: merged(r.studies, page.studies), next: page.next } : r));
    }, fail).finally(() => {
      loading.current = false;
    });
  }, [query, fail]);

  // Counting takes longer than a page: it is asked for when the rows are there.
  const uncounted = rows?.query === query && rows.total === null ? query : null;
  useEffect(() => {
    if (uncounted === null) return undefined;
    const aborter = new AbortController();
    const asked = new URLSearchParams(uncounted);
    httpServer.countStudies(asked, aborter.signal).then(
      ({ total, total_is_all }) => setRows((r) => (r?.query === uncounted ? { ...r, total, totalIsAll: total_is_all } : r)),
      () => undefined, // the foot says "at least" what is listed
    );
    return () => aborter.abort();
  }, [uncounted]);

  const { arrived, reread } = useLive(query, setRows, setConnected);
  useEffect(() => {
    if (!rows?.studies.some((s) => s.receiving)) return undefined;
    const timer = setTimeout(reread, RECEIVED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [rows, reread]);
  const current = rows?.query === query || rows ? rows : undefined;
  return {
    studies: current?.studies ?? NONE,
    total: current?.total ?? null,
    totalIsAll: current?.totalIsAll ?? true,
    done: rows?.query === query,
    slow: slow && !current,
    more: Boolean(current?.next),
    failure,
    retryIn,
    connected,
    receiving: (current?.studies ?? NONE).filter((s) => s.receiving),
    arrived,
    loadMore,
    retry: () => setAttempt((a) => a + 1),
  };
}

const NONE: readonly Study[] = [];

function pageQuery(query: string, cursor: string | null): URLSearchParams {
  const q = new URLSearchParams(query);
  q.set('limit', String(PAGE));
  if (cursor) q.set('cursor', cursor);
  return q;
}

function merged(old: Study[], fresh: Study[]): Study[] {
  const known = new Set(old.map((s) => s.study_instance_uid));
  return [...old, ...fresh.filter((s) => !known.has(s.study_instance_uid))];
}

/** Rows in the list follow the events at once; a study that is new brings the first page again when events rest. */
function useLive(query: string, setRows: React.Dispatch<React.SetStateAction<Rows | undefined>>, setConnected: (up: boolean) => void): { arrived: number; reread: () => void } {
  const [arrived, setArrived] = useState(0);
  const asked = useRef(query);
  useEffect(() => {
    asked.current = query;
  }, [query]);
  const reread = useCallback(() => {
    const now = asked.current;
    httpServer.studies(pageQuery(now, null), new AbortController().signal).then(
      (page) => {
        setRows((r) => (r?.query === now ? refreshed(r, page) : r));
        setArrived(0);
      },
      () => undefined,
    );
  }, [setRows]);
  // One stream for as long as the list is there: what arrives while a search is typed must not fall between two.
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onStudy = (event: StudyEvent) => {
      setRows((r) => r && { ...r, studies: applied(r.studies, event) });
      clearTimeout(timer);
      timer = setTimeout(reread, SETTLE_MS);
      setArrived((n) => n + 1);
    };
    const stop = httpServer.events(onStudy, setConnected);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [reread, setRows, setConnected]);
  return { arrived, reread };
}

function applied(studies: Study[], e: StudyEvent): Study[] {
  if (e.kind === 'removed') return studies.filter((s) => s.study_instance_uid !== e.study_instance_uid);
  return studies.map((s) => (s.study_instance_uid === e.study_instance_uid ? { ...s, number_of_instances: e.number_of_instances, receiving: e.receiving } : s));
}

/** The fresh first page, then the older rows that are further down. */
function refreshed(r: Rows, page: StudyPage): Rows {
  if (r.studies.length <= PAGE) return { ...r, studies: page.studies, next: page.next, total: page.total, totalIsAll: page.total_is_all };
  return { ...r, studies: merged(page.studies, r.studies), total: page.total, totalIsAll: page.total_is_all };
}

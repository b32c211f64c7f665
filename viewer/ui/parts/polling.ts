import { useCallback, useEffect, useRef, useState } from 'react';

/**
 * Asks again and again: `ask` answers how many seconds to rest before the next time. It is asked at once when it
 * changes, when the page comes to light again, and when the returned function is called. `ask` answers its failures itself.
 */
export function usePolling(ask: (signal: AbortSignal) => Promise<number>): () => void {
  const again = useRef<() => void>(() => undefined);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let aborter = new AbortController();
    const turn = () => {
      clearTimeout(timer);
      aborter.abort();
      aborter = new AbortController();
      const { signal } = aborter;
      void ask(signal).then((seconds) => {
        if (!signal.aborted) timer = setTimeout(turn, seconds * 1000);
      });
    };
    const onLight = () => {
      if (isVisible()) turn();
    };
    again.current = turn;
    turn();
    document.addEventListener('visibilitychange', onLight);
    return () => {
      document.removeEventListener('visibilitychange', onLight);
      clearTimeout(timer);
      aborter.abort();
      again.current = () => undefined;
    };
  }, [ask]);
  return useCallback(() => again.current(), []);
}

export function isVisible(): boolean {
  return document.visibilityState === 'visible';
}

/** The time, again each second while somebody counts. */
export function useNow(counting: boolean): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    if (!counting) return undefined;
    const timer = setInterval(() => setNow(new Date()), 1000);
    return () => clearInterval(timer);
  }, [counting]);
  return now;
}

/** Whole seconds until `at`, in milliseconds of Date.now(); at least one, since then it is tried. */
export function secondsTo(at: number, now: Date): number {
  return Math.max(Math.ceil((at - Math.max(now.getTime(), Date.now() - 1000)) / 1000), 1);
}

/** Nothing is here yet and 150 ms have passed: show grey bars. */
export function useSlow(waiting: boolean): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = setTimeout(() => setSlow(true), 150);
    return () => {
      clearTimeout(timer);
      setSlow(false);
    };
  }, [waiting]);
  return slow && waiting;
}

/** The layout of this window, kept in the tab: a reload and the browser's Back show it as it was. */
import { useEffect, useMemo } from 'react';
import { readLayout, type KeptLayout } from '../domain/layout-kept';
import type { ViewerModel } from './viewer-model';

const KEY = 'rr.layout';

/** A document that was loaded anew shows what it showed; what is opened from the list begins fresh. */
let left: unknown = wasLoadedAnew() ? read() : undefined;

function wasLoadedAnew(): boolean {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return navigation?.type === 'reload' || navigation?.type === 'back_forward';
}

function read(): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? 'null');
  } catch {
    return undefined;
  }
}

/** Reading it changes nothing, since React may render a page that it then drops; it is over when the viewer is left. */
export function useKeptLayout(uids: readonly string[]): KeptLayout | undefined {
  useEffect(
    () => () => {
      left = undefined;
    },
    [],
  );
  return useMemo(() => readLayout(left, uids), [uids]);
}

/** Written when the page is left, whatever way. */
export function useKeeping(model: ViewerModel, uids: readonly string[]): void {
  useEffect(() => {
    const keep = () => {
      try {
        if (!model.loading) sessionStorage.setItem(KEY, JSON.stringify(model.layout(uids)));
      } catch {
        // Private browsing: a reload begins fresh.
      }
    };
    window.addEventListener('pagehide', keep);
    return () => window.removeEventListener('pagehide', keep);
  }, [model, uids]);
}

/** The layout of this window, kept in the tab: a reload and the browser's Back show it as it was. */
import { useEffect, useMemo } from 'react';
import { readLayout, type KeptLayout } from '../domain/layout-kept';
import type { ViewerModel } from './viewer-model';

const KEY = 'rr.layout';

/** A document that was loaded anew shows what it showed; what is opened from the list begins fresh. */
let mayRestore = ['reload', 'back_forward'].includes((performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming | undefined)?.type ?? '');

export function useKeptLayout(uids: readonly string[]): KeptLayout | undefined {
  return useMemo(() => {
    const may = mayRestore;
    mayRestore = false;
    try {
      return may ? readLayout(JSON.parse(sessionStorage.getItem(KEY) ?? 'null'), uids) : undefined;
    } catch {
      return undefined;
    }
  }, [uids]);
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

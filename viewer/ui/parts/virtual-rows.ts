import { useCallback, useLayoutEffect, useMemo, useState, type RefObject } from 'react';

/** Something taller than a row that stands below one: that row's details. */
export interface Gap {
  after: number;
  height: number;
}

export interface VirtualRows {
  /** Which rows are to be drawn: the first, and the one after the last. */
  first: number;
  last: number;
  /** CSS pixels from the top of the first row to the top of row `i`, and of them all. */
  topOf: (i: number) => number;
  height: number;
  /** Rows are hidden above. */
  away: boolean;
  /** Scroll no more than is needed to see row `i` and what stands below it. */
  reveal: (i: number) => void;
}

const OVERSCAN = 8;

/** What is seen of an element that scrolls, in CSS pixels. */
function useSeen(body: RefObject<HTMLElement | null>): { top: number; height: number; row: number } {
  const [seen, setSeen] = useState({ top: 0, height: 800, row: 40 });
  useLayoutEffect(() => {
    const element = body.current;
    if (!element) return undefined;
    const measure = () => {
      const row = parseFloat(getComputedStyle(element).getPropertyValue('--row')) || 40;
      setSeen({ top: element.scrollTop, height: element.clientHeight, row });
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    const themed = new MutationObserver(measure);
    themed.observe(document.documentElement, { attributes: true });
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      themed.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, [body]);
  return seen;
}

export type UnequalRows = Pick<VirtualRows, 'first' | 'last' | 'topOf' | 'height'>;

/** Rows of heights of their own are drawn only where they are seen. `body` scrolls; it belongs to who calls this, so that it is there first. */
export function useUnequalRows(body: RefObject<HTMLElement | null>, heights: readonly number[]): UnequalRows {
  const { top, height } = useSeen(body);
  const tops = useMemo(() => {
    const sums = [0];
    for (const one of heights) sums.push((sums.at(-1) ?? 0) + one);
    return sums;
  }, [heights]);
  return {
    first: Math.max(lastUpTo(tops, top) - OVERSCAN, 0),
    last: Math.min(lastUpTo(tops, top + height) + 1 + OVERSCAN, heights.length),
    topOf: (i) => tops[i] ?? 0,
    height: tops.at(-1) ?? 0,
  };
}

/** The last place whose value is not over `limit`; values ascend. */
function lastUpTo(values: readonly number[], limit: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((values[middle] ?? Infinity) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Rows of one height (the style variable --row) are drawn only where they are seen. `body` scrolls. */
export function useVirtualRows(body: RefObject<HTMLElement | null>, count: number, gap?: Gap): VirtualRows {
  const seen = useSeen(body);
  const { row } = seen;
  const [after, more] = [gap?.after ?? Infinity, gap?.height ?? 0];
  const topOf = useCallback((i: number) => i * row + (i > after ? more : 0), [row, after, more]);
  const rowAt = (y: number) => (y < (after + 1) * row ? y / row : Math.max((y - more) / row, after));
  const reveal = useCallback(
    (i: number) => {
      const element = body.current;
      if (!element) return;
      const [top, bottom] = [topOf(i), topOf(i + 1)];
      if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight;
      if (top < element.scrollTop) element.scrollTop = top;
    },
    [body, topOf],
  );
  return {
    first: Math.max(Math.floor(rowAt(seen.top)) - OVERSCAN, 0),
    last: Math.min(Math.ceil(rowAt(seen.top + seen.height)) + OVERSCAN, count),
    topOf,
    height: topOf(count),
    away: seen.top > 0,
    reveal,
  };
}

import { useCallback, useLayoutEffect, useState, type RefObject } from 'react';

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

/** Rows of one height (the style variable --row) are drawn only where they are seen. `body` scrolls. */
export function useVirtualRows(body: RefObject<HTMLElement | null>, count: number, gap?: Gap): VirtualRows {
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

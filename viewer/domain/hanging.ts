/** Which series hangs where: a grid of cells. Pure values. */

export interface Hanging {
  rows: number;
  columns: number;
  /** Series Instance UID of each cell in reading order; '' is empty. */
  cells: readonly string[];
}

export const LAYOUTS: readonly [number, number][] = [[1, 1], [1, 2], [2, 1], [2, 2], [1, 3], [2, 3], [3, 2], [3, 3], [3, 1]];

/** The largest grid has as many rows and as many columns. */
export const MOST_ROWS = 5;

export function place(h: Hanging, cell: number, series: string): Hanging {
  return { ...h, cells: h.cells.map((s, i) => (i === cell ? series : s)) };
}

/** What hangs in two cells changes places. */
export function swap(h: Hanging, a: number, b: number): Hanging {
  return { ...h, cells: h.cells.map((s, i) => (i === a ? h.cells[b] : i === b ? h.cells[a] : s) ?? '') };
}

/** Another grid. Cells keep their place in reading order; new cells take series of the offer that are not shown yet. */
export function regrid(h: Hanging, rows: number, columns: number, offer: readonly string[]): Hanging {
  const count = rows * columns;
  const kept = h.cells.slice(0, count);
  const free = offer.filter((s) => !kept.includes(s));
  const cells = Array.from({ length: count }, (_, i) => kept[i] || free.shift() || '');
  return { rows, columns, cells };
}

/** What comes back from a reload: templates such as a full mouth are wider than what can be chosen. */
export const MOST_KEPT = 9;

/** The next series in the rail after the one shown, for the arrow keys; the same at either end. */
export function neighbour(offer: readonly string[], series: string, step: number): string {
  const at = offer.indexOf(series);
  return offer[Math.min(Math.max(at + step, 0), offer.length - 1)] ?? series;
}

/** Where the name of a mark is written. */
import type { Point2 } from './geometry';

/** Canvas pixels; ratio: of them to a CSS pixel. */
export interface Sheet {
  width: number;
  height: number;
  ratio: number;
}

/**
 * Beside the mark, never over it: to its right, to its left where that is too narrow, under or over it where both are.
 * places: the points of the mark; wide: the width of the name. Canvas pixels: the left end of its base line.
 */
export function labelPlace(places: readonly Point2[], wide: number, { ratio, width, height }: Sheet): Point2 {
  const [gap, line] = [8 * ratio, 12 * ratio];
  const [left, right] = extent(places.map((p) => p[0]));
  const [top, bottom] = extent(places.map((p) => p[1]));
  const upright = (y: number) => Math.max(Math.min(y, height - 4 * ratio), line);
  if (right + gap + wide <= width) return [Math.max(right + gap, 2), upright(top + 4 * ratio)];
  if (left - gap - wide >= 0) return [Math.min(left - gap, width) - wide, upright(top + 4 * ratio)];
  const under = bottom + gap + line <= height ? bottom + gap + line / 2 : top - gap;
  return [Math.max(Math.min(left, width - wide - 2), 2), upright(under)];
}

function extent(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
}

/** How an image lies on a canvas: mirrored, then turned, scaled and moved. */
import type { Matrix } from './geometry';

/** Image pixels across and down, and how high one is for its width (PS3.3 C.7.6.3.1.7). */
export interface Sheet {
  columns: number;
  rows: number;
  aspect: number;
}

/** Mirrored left to right first (flip), then turned clockwise by rotation degrees. */
interface Turn {
  rotation: 0 | 90 | 180 | 270;
  flip: boolean;
}

/** Image pixels to canvas pixels. zoom: canvas pixels a column; middle: where the middle of the image lies on the canvas. */
export function layOf({ columns, rows, aspect }: Sheet, { rotation, flip }: Turn, zoom: number, [x, y]: readonly [number, number]): Matrix {
  const [cos, sin] = ({ 0: [1, 0], 90: [0, 1], 180: [-1, 0], 270: [0, -1] } as const)[rotation];
  const across = flip ? -zoom : zoom;
  const down = zoom * aspect;
  const [a, b, c, d] = [across * cos, across * sin, -down * sin, down * cos];
  return [a, b, c, d, x - (a * columns + c * rows) / 2, y - (b * columns + d * rows) / 2];
}

/** The largest zoom at which all of the image is on a canvas of that size; undefined when the canvas has no size. */
export function wholeZoom({ columns, rows, aspect }: Sheet, { rotation }: Turn, width: number, height: number): number | undefined {
  const [w, h] = rotation % 180 ? [rows * aspect, columns] : [columns, rows * aspect];
  const zoom = Math.min(width / w, height / h);
  return zoom > 0 && Number.isFinite(zoom) ? zoom : undefined;
}

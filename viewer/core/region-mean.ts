/** What lies in a circle of an image. */
import type { Frame } from './frame';
import type { Point2 } from './geometry';

/** A circle in image points; pixels count whose middles lie in it. */
export interface Circle {
  middle: Point2;
  /** Columns; rows are as many times shorter as a pixel is higher than wide. */
  radius: number;
  /** Height of a pixel by its width. */
  aspect: number;
}

/** Mean of the stored values of the pixels in a circle, and how many they are; NaN of none. Colour counts as its green. */
export function meanIn({ samples, columns, rows, colour }: Pick<Frame, 'samples' | 'columns' | 'rows' | 'colour'>, { middle: [cx, cy], radius, aspect }: Circle): { mean: number; count: number } {
  const [x0, x1] = [Math.max(Math.floor(cx - radius), 0), Math.min(Math.ceil(cx + radius), columns - 1)];
  const high = radius / aspect;
  const [y0, y1] = [Math.max(Math.floor(cy - high), 0), Math.min(Math.ceil(cy + high), rows - 1)];
  let [sum, count] = [0, 0];
  for (let y = y0; y <= y1; y++) {
    for (let x = x0; x <= x1; x++) {
      if ((x + 0.5 - cx) ** 2 + ((y + 0.5 - cy) * aspect) ** 2 > radius * radius) continue;
      const at = y * columns + x;
      sum += (colour ? samples[3 * at + 1] : samples[at]) as number;
      count++;
    }
  }
  return { mean: sum / count, count };
}

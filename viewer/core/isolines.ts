/** Lines of equal value through a field on a regular mesh (marching squares). */
import type { Point2 } from './geometry';

/** values: rows of nodes, NaN where there is none; columns: nodes in a row. */
export interface Field {
  values: Float32Array;
  columns: number;
  rows: number;
}

/**
 * Segments of the line at a level, x and y of both ends one after the other, in mesh steps from the first node. Linear along each side;
 * a saddle is decided by the mean of its four nodes. Squares with a node that has no value have no line.
 */
export function segmentsAt({ values, columns, rows }: Field, level: number): number[] {
  const out: number[] = [];
  for (let y = 0; y + 1 < rows; y++) {
    for (let x = 0; x + 1 < columns; x++) {
      const at = y * columns + x;
      const corners = [values[at], values[at + 1], values[at + columns + 1], values[at + columns]] as [number, number, number, number];
      const [a, b, c, d] = corners;
      const which = (a >= level ? 1 : 0) | (b >= level ? 2 : 0) | (c >= level ? 4 : 0) | (d >= level ? 8 : 0);
      if (which === 0 || which === 15 || Number.isNaN(a + b + c + d)) continue;
      const top: Point2 = [x + (level - a) / (b - a), y];
      const right: Point2 = [x + 1, y + (level - b) / (c - b)];
      const bottom: Point2 = [x + (level - d) / (c - d), y + 1];
      const left: Point2 = [x, y + (level - a) / (d - a)];
      const add = (p: Point2, q: Point2) => out.push(p[0], p[1], q[0], q[1]);
      const high = (a + b + c + d) / 4 >= level;
      if (which === 1 || which === 14) add(left, top);
      else if (which === 2 || which === 13) add(top, right);
      else if (which === 4 || which === 11) add(right, bottom);
      else if (which === 8 || which === 7) add(bottom, left);
      else if (which === 3 || which === 12) add(left, right);
      else if (which === 6 || which === 9) add(top, bottom);
      else if ((which === 5) === high) {
        add(top, right);
        add(bottom, left);
      } else {
        add(left, top);
        add(right, bottom);
      }
    }
  }
  return out;
}

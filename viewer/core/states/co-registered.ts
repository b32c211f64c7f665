/** One image in the pixels of another that lies in its plane (PS3.3 C.7.6.2, C.11.14). */
import { functionalGroup, planeOf, spacingOf } from '../image-description';
import { cross, dot, type Point3 } from '../geometry';
import { number, text, type DataSet } from '../dicom-json';

/** steps: mm along a column (down) and along a row (across). */
interface Lie {
  frame: string;
  position: Point3;
  down: Point3;
  across: Point3;
}

export function lieOf(ds: DataSet, frame: number): Lie | undefined {
  const plane = planeOf(ds, frame);
  const spacing = spacingOf(ds, frame);
  if (!plane || !spacing) return undefined;
  const times = (v: Point3, mm: number): Point3 => [v[0] * mm, v[1] * mm, v[2] * mm];
  return { frame: text(ds, '00200052'), position: plane.position, down: times(plane.column, spacing.row), across: times(plane.row, spacing.column) };
}

/** Whether two planes are one, to half a slice of the other. */
export function liesIn(a: Lie, b: Lie, other: DataSet, frame: number): boolean {
  const [na, nb] = [unit(cross(a.across, a.down)), unit(cross(b.across, b.down))];
  if (a.frame !== b.frame || !na || !nb || Math.abs(Math.abs(dot(na, nb)) - 1) > 1e-3) return false;
  const thickness = number(functionalGroup(other, frame, '00289110') ?? other, '00180050') ?? 0;
  const apart = Math.abs(dot(na, [b.position[0] - a.position[0], b.position[1] - a.position[1], b.position[2] - a.position[2]]));
  return apart <= Math.max(thickness / 2, 0.01);
}

function unit(v: Point3): Point3 | undefined {
  const length = Math.hypot(...v);
  return length > 0 ? [v[0] / length, v[1] / length, v[2] / length] : undefined;
}

/** Row and column in the other image of the first pixel, and what one row and one column of this image add. */
export interface Grid {
  start: readonly [number, number];
  perRow: readonly [number, number];
  perColumn: readonly [number, number];
}

export const ONE_TO_ONE: Grid = { start: [0, 0], perRow: [1, 0], perColumn: [0, 1] };

/** Rows and columns of an image are at right angles to each other: a projection is the least-squares answer. */
export function gridOf(here: Lie, other: Lie): Grid {
  const onto = (v: Point3): [number, number] => [dot(v, other.down) / dot(other.down, other.down), dot(v, other.across) / dot(other.across, other.across)];
  const { position: p } = here;
  return { start: onto([p[0] - other.position[0], p[1] - other.position[1], p[2] - other.position[2]]), perRow: onto(here.down), perColumn: onto(here.across) };
}

/** Values between pixels, bilinear; NaN beyond the other image. */
export function sampled(values: ArrayLike<number>, other: { rows: number; columns: number }, grid: Grid, here: { rows: number; columns: number }): Float64Array {
  const out = new Float64Array(here.rows * here.columns).fill(NaN);
  const value = (row: number, column: number) => values[row * other.columns + column] as number;
  for (let row = 0, at = 0; row < here.rows; row++) {
    for (let column = 0; column < here.columns; column++, at++) {
      const y = grid.start[0] + grid.perRow[0] * row + grid.perColumn[0] * column;
      const x = grid.start[1] + grid.perRow[1] * row + grid.perColumn[1] * column;
      if (y < -0.5 - 1e-9 || y > other.rows - 0.5 + 1e-9 || x < -0.5 - 1e-9 || x > other.columns - 0.5 + 1e-9) continue;
      out[at] = between(value, clip(y, other.rows - 1), clip(x, other.columns - 1), other);
    }
  }
  return out;
}

/** Values of the pixels next to these places, of the edge beyond it. Halves go to the even one, as on the server. */
export function nearest(values: ArrayLike<number>, other: { rows: number; columns: number }, grid: Grid, here: { rows: number; columns: number }): Float64Array {
  const out = new Float64Array(here.rows * here.columns);
  for (let row = 0, at = 0; row < here.rows; row++) {
    for (let column = 0; column < here.columns; column++, at++) {
      const y = clip(even(grid.start[0] + grid.perRow[0] * row + grid.perColumn[0] * column), other.rows - 1);
      const x = clip(even(grid.start[1] + grid.perRow[1] * row + grid.perColumn[1] * column), other.columns - 1);
      out[at] = values[y * other.columns + x] as number;
    }
  }
  return out;
}

function even(v: number): number {
  const down = Math.floor(v);
  return v - down === 0.5 ? down + (down & 1) : Math.round(v);
}

function between(value: (row: number, column: number) => number, y: number, x: number, { rows, columns }: { rows: number; columns: number }): number {
  const [y0, x0] = [Math.floor(y), Math.floor(x)];
  const [y1, x1] = [Math.min(y0 + 1, rows - 1), Math.min(x0 + 1, columns - 1)];
  const [dy, dx] = [y - y0, x - x0];
  const upper = value(y0, x0) * (1 - dx) + value(y0, x1) * dx;
  return upper * (1 - dy) + (value(y1, x0) * (1 - dx) + value(y1, x1) * dx) * dy;
}

function clip(v: number, most: number): number {
  return Math.min(Math.max(v, 0), most);
}

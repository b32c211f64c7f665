/** Dose as a grid in the patient (PS3.3 C.8.8.3). Doses in the unit of the object (Gy, or relative), LPS, mm. */
import { placed, turned, type Affine } from './affine';
import { number, numbers, text, type DataSet } from './dicom-json';
import { cross, dot, type Point3 } from './geometry';
import { imagePixel, planeOf } from './image-description';

/** Where the values lie. offsets: of the frames along the normal, mm, as stored; order: frames by ascending offset. */
export interface DoseFrame {
  columns: number;
  rows: number;
  origin: Point3;
  row: Point3;
  column: Point3;
  normal: Point3;
  spacing: { row: number; column: number };
  offsets: number[];
  order: number[];
  /** Gy (or relative) a stored unit. */
  scaling: number;
  unit: 'Gy' | 'relative';
}

export interface DoseGrid extends DoseFrame {
  /** Frame after frame in `order`, rows, columns. */
  values: Float32Array;
  /** Highest of all. */
  largest: number;
}

/** Reasons why an RT Dose cannot be laid over images. */
export type DoseLack = 'no-plane' | 'no-scaling' | 'no-offsets' | 'same-place' | 'too-large' | 'colour';

/** As many values take 800 MB. */
const MOST_VALUES = 200e6;

/**
 * Grid Frame Offset Vector: relative when it begins with 0, else absolute positions along the normal (PS3.3 C.8.8.3.2). Ascending
 * or descending. A Dose Grid Scaling of zero would make all doses zero: it is refused.
 */
export function readDoseFrame(ds: DataSet): DoseFrame | DoseLack {
  const pixel = imagePixel(ds);
  const plane = planeOf(ds, 1);
  const [between, along] = numbers(ds, '00280030');
  if (!pixel || !plane || !between || !along || between <= 0 || along <= 0) return 'no-plane';
  if (pixel.samplesPerPixel !== 1) return 'colour';
  const scaling = number(ds, '3004000E');
  if (scaling === undefined || !(scaling > 0)) return 'no-scaling';
  const frames = Math.max(number(ds, '00280008') ?? 1, 1);
  const normal = cross(plane.row, plane.column);
  const offsets = frames === 1 ? [0] : offsetsOf(numbers(ds, '3004000C'), frames, dot(plane.position, normal));
  if (typeof offsets === 'string') return offsets;
  if (pixel.columns * pixel.rows * frames > MOST_VALUES) return 'too-large';
  const order = offsets.map((_, i) => i).sort((a, b) => (offsets[a] as number) - (offsets[b] as number));
  if (order.some((f, i) => i > 0 && (offsets[f] as number) - (offsets[order[i - 1] as number] as number) < 1e-4)) return 'same-place';
  return {
    columns: pixel.columns, rows: pixel.rows, origin: plane.position, row: plane.row, column: plane.column, normal, spacing: { row: between, column: along },
    offsets, order, scaling, unit: text(ds, '30040002').toUpperCase() === 'GY' ? 'Gy' : 'relative',
  };
}

function offsetsOf(told: number[], frames: number, first: number): number[] | DoseLack {
  if (told.length !== frames) return 'no-offsets';
  // Absolute ones are coordinates along the normal; the position of the first frame is the object's.
  const start = told[0] === 0 ? 0 : first;
  const relative = told.map((v) => v - start);
  // Many a writer gives relative offsets that do not begin with 0: the first frame lies where the object says.
  return Math.abs(relative[0] ?? 0) > 1e-3 ? told.map((v) => v - (told[0] ?? 0)) : relative;
}

/** frames: stored values as the object numbers them; shorter ones count as 0. */
export function gridOf(frame: DoseFrame, frames: readonly ArrayLike<number>[]): DoseGrid {
  const size = frame.rows * frame.columns;
  const values = new Float32Array(size * frames.length);
  let largest = 0;
  frame.order.forEach((from, to) => {
    const stored = frames[from];
    for (let i = 0; stored && i < size; i++) {
      const v = (stored[i] ?? 0) * frame.scaling;
      values[to * size + i] = v;
      if (v > largest) largest = v;
    }
  });
  return { ...frame, values, largest };
}

/** The grid among the places of another frame of reference. matrix: turns and moves only. The values are the same array. */
export function movedGrid(grid: DoseGrid, matrix: Affine): DoseGrid {
  return { ...grid, origin: placed(matrix, grid.origin), row: turned(matrix, grid.row), column: turned(matrix, grid.column), normal: turned(matrix, grid.normal) };
}

/** A reader of doses at points of the patient: linear between the eight around; NaN beside the grid (half a voxel beyond the last centres counts). */
export function samplerOf(grid: DoseGrid): (x: number, y: number, z: number) => number {
  const { columns, rows, origin, row, column, normal, spacing, values } = grid;
  const places = grid.order.map((f) => grid.offsets[f] as number);
  const last = places.length - 1;
  const size = rows * columns;
  let near = 0;
  const level = (w: number): number => {
    if (last === 0) return Math.abs(w) <= Math.max(spacing.row, spacing.column) / 2 ? 0 : NaN;
    const [below, above] = [((places[1] as number) - (places[0] as number)) / 2, ((places[last] as number) - (places[last - 1] as number)) / 2];
    if (w < (places[0] as number)) return w >= (places[0] as number) - below ? 0 : NaN;
    if (w > (places[last] as number)) return w <= (places[last] as number) + above ? last : NaN;
    while (near > 0 && w < (places[near] as number)) near--;
    while (near < last - 1 && w > (places[near + 1] as number)) near++;
    return near + (w - (places[near] as number)) / ((places[near + 1] as number) - (places[near] as number));
  };
  return (x, y, z) => {
    const [dx, dy, dz] = [x - origin[0], y - origin[1], z - origin[2]];
    const u = within((dx * row[0] + dy * row[1] + dz * row[2]) / spacing.column, columns);
    const v = within((dx * column[0] + dy * column[1] + dz * column[2]) / spacing.row, rows);
    const w = level(dx * normal[0] + dy * normal[1] + dz * normal[2]);
    if (!(u >= 0 && v >= 0 && w >= 0)) return NaN;
    const [i, j, k] = [Math.min(Math.floor(u), Math.max(columns - 2, 0)), Math.min(Math.floor(v), Math.max(rows - 2, 0)), Math.min(Math.floor(w), Math.max(last - 1, 0))];
    const [fu, fv, fw] = [u - i, v - j, w - k];
    const [right, down, up] = [i + 1 < columns ? 1 : 0, j + 1 < rows ? columns : 0, k < last ? size : 0];
    const at = k * size + j * columns + i;
    const flat = (from: number) => {
      const top = (values[from] as number) * (1 - fu) + (values[from + right] as number) * fu;
      const low = (values[from + down] as number) * (1 - fu) + (values[from + down + right] as number) * fu;
      return top * (1 - fv) + low * fv;
    };
    return flat(at) * (1 - fw) + (fw > 0 ? flat(at + up) * fw : 0);
  };
}

/** Index in 0 .. count - 1; half a voxel beyond the first and last centre is the voxel's own; -1 farther out. */
function within(at: number, count: number): number {
  if (at < -0.5 || at > count - 0.5) return -1;
  return Math.min(Math.max(at, 0), count - 1);
}

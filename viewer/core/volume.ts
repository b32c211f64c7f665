/** A stack as one block of voxels. Slices are put in as they come; what has not come, or never will, is no value at all. */
import { cross, dot, type Point3 } from './geometry';
import { applyModality, type Modality } from './modality';
import type { Grid } from './volume-geometry';

export type Voxels = Int16Array | Uint16Array | Float32Array;

/**
 * Voxels as stored where one rescale holds for all slices, else modality values.
 * Voxel (column, row, slot) is samples[(slot * rows + row) * columns + column]; modality value = stored * slope + intercept.
 */
export interface Volume extends Grid {
  samples: Voxels;
  slope: number;
  intercept: number;
  unit: string;
  /** Stored value that stands for no value: beside the volume, in gaps, and padding of the images. */
  outside: number;
  /** 1 for each slot that has its slice. */
  ready: Uint8Array;
  /** Some voxels inside have no value, as the images are padded. */
  holed: boolean;
}

/** What must be known of the slices before the first has come. */
export interface VoxelKind {
  /** One rescale for all slices; undefined when they differ or have tables. */
  rescale: { slope: number; intercept: number } | undefined;
  unit: string;
  bitsStored: number;
  signed: boolean;
  float: boolean;
}

const NO_FLOAT = Math.fround(-3e38);

/** Bytes of the voxels. */
export function volumeBytes({ size }: Grid, kind: VoxelKind): number {
  return size[0] * size[1] * size[2] * (isStored(kind) ? 2 : 4);
}

/** Small integers with a common rescale stay as they are; one value must be free to say that there is none. */
function isStored({ rescale, float, bitsStored, signed }: VoxelKind): boolean {
  return rescale !== undefined && !float && bitsStored <= (signed ? 16 : 15);
}

export function emptyVolume(grid: Grid, kind: VoxelKind): Volume {
  const count = grid.size[0] * grid.size[1] * grid.size[2];
  const samples = !isStored(kind) ? new Float32Array(count) : kind.signed ? new Int16Array(count) : new Uint16Array(count);
  const outside = samples instanceof Float32Array ? NO_FLOAT : samples instanceof Int16Array ? -32768 : 65535;
  const { slope, intercept } = (isStored(kind) && kind.rescale) || { slope: 1, intercept: 0 };
  return { ...grid, samples, slope, intercept, unit: kind.unit, outside, ready: new Uint8Array(grid.size[2]), holed: false };
}

/** padding: stored values of the image that are none, inclusive. Returns false when the slice has another size. */
export function putSlice(volume: Volume, slot: number, stored: ArrayLike<number>, modality: Modality, padding?: readonly [number, number]): boolean {
  const length = volume.size[0] * volume.size[1];
  if (stored.length < length) return false;
  const { samples, outside } = volume;
  const isModality = samples instanceof Float32Array;
  const [low, high] = padding ?? [1, 0];
  if (!isModality && !padding) samples.set(stored.length === length ? stored : Array.prototype.slice.call(stored, 0, length), slot * length);
  else for (let i = 0, at = slot * length; i < length; i++, at++) {
    const v = stored[i] as number;
    if (v >= low && v <= high) {
      samples[at] = outside;
      volume.holed = true;
    } else samples[at] = isModality ? applyModality(v, modality) : v;
  }
  volume.ready[slot] = 1;
  return true;
}

/** Least and greatest stored value of the slices that are there. */
export function rangeOf({ samples, size, ready, outside }: Volume): { min: number; max: number } {
  let [min, max] = [Infinity, -Infinity];
  const length = size[0] * size[1];
  for (let slot = 0; slot < size[2]; slot++) {
    if (!ready[slot]) continue;
    for (let i = slot * length; i < (slot + 1) * length; i++) {
      const v = samples[i] as number;
      if (v === outside) continue;
      if (v < min) min = v;
      if (v > max) max = v;
    }
  }
  return min <= max ? { min, max } : { min: 0, max: 0 };
}

/** Patient point of a voxel's centre. place: slots in units of the third step, which `places` tells for unequal ones. */
export function voxelToPatient({ origin, steps }: Grid, [i, j, place]: Point3): Point3 {
  return [0, 1, 2].map((a) => (origin[a] ?? 0) + i * (steps[0][a] ?? 0) + j * (steps[1][a] ?? 0) + place * (steps[2][a] ?? 0)) as Point3;
}

/** Rows of the matrix that takes a vector in the patient (mm) to columns, rows and places. */
export function inverseSteps({ steps: [a, b, c] }: Grid): [Point3, Point3, Point3] {
  const det = dot(a, cross(b, c));
  const over = (v: Point3): Point3 => [v[0] / det, v[1] / det, v[2] / det];
  return [over(cross(b, c)), over(cross(c, a)), over(cross(a, b))];
}

/** Columns, rows and place of a patient point; whole numbers are centres of voxels. */
export function patientToVoxel(grid: Grid, p: Point3): Point3 {
  const d: Point3 = [p[0] - grid.origin[0], p[1] - grid.origin[1], p[2] - grid.origin[2]];
  return inverseSteps(grid).map((row) => dot(row, d)) as Point3;
}

/** Place of the last slot. */
export function lastPlace({ places, size }: Grid): number {
  return places ? (places.at(-1) as number) : size[2] - 1;
}

/** Centres of the eight outermost voxels. */
export function cornersOf(grid: Grid): Point3[] {
  const far = [grid.size[0] - 1, grid.size[1] - 1, lastPlace(grid)] as const;
  return Array.from({ length: 8 }, (_, n) => voxelToPatient(grid, [n & 1 ? far[0] : 0, n & 2 ? far[1] : 0, n & 4 ? far[2] : 0]));
}

export function centreOfVolume(grid: Grid): Point3 {
  return voxelToPatient(grid, [(grid.size[0] - 1) / 2, (grid.size[1] - 1) / 2, lastPlace(grid) / 2]);
}

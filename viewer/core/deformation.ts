/** Deformable registrations (PS3.3 C.20.3.1.1): places of the registered frame of reference in the source one. LPS, mm. */
import { placed, type Affine } from './affine';
import { cross, dot, type Point3 } from './geometry';

/** origin: of the first vector. row, column: directions of length 1. Vector (i, j, k) is vectors[3 * ((k * ny + j) * nx + i)] and the next two. */
export interface VectorGrid {
  origin: Point3;
  row: Point3;
  column: Point3;
  size: readonly [number, number, number];
  resolution: Point3;
  vectors: Float32Array;
}

export interface Deformation {
  pre: Affine;
  grid: VectorGrid | undefined;
  post: Affine;
}

/** Linear between the vectors; nothing beside the grid; undefined where the grid says that it knows none (NaN). */
export function vectorAt({ origin, row, column, size, resolution, vectors }: VectorGrid, p: Point3): Point3 | undefined {
  const d: Point3 = [p[0] - origin[0], p[1] - origin[1], p[2] - origin[2]];
  const at = [dot(d, row) / resolution[0], dot(d, column) / resolution[1], dot(d, cross(row, column)) / resolution[2]];
  const low: number[] = [];
  const share: number[] = [];
  for (let a = 0; a < 3; a++) {
    const [v, last] = [at[a] as number, (size[a] as number) - 1];
    if (!(v >= -1e-6 && v <= last + 1e-6)) return [0, 0, 0];
    low[a] = Math.min(Math.max(Math.floor(v), 0), Math.max(last - 1, 0));
    share[a] = Math.min(Math.max(v - (low[a] as number), 0), 1);
  }
  const out: Point3 = [0, 0, 0];
  for (let c = 0; c < 8; c++) {
    let weight = 1;
    let index = 0;
    for (let a = 2; a >= 0; a--) {
      const up = (c >> a) & 1;
      weight *= up ? (share[a] as number) : 1 - (share[a] as number);
      index = index * (size[a] as number) + Math.min((low[a] as number) + up, (size[a] as number) - 1);
    }
    if (weight === 0) continue;
    for (let a = 0; a < 3; a++) out[a as 0] += weight * (vectors[3 * index + a] as number);
  }
  return out.every(Number.isFinite) ? out : undefined;
}

/** From the registered to the source frame of reference: pre matrix, vector, post matrix. */
export function deformed({ pre, grid, post }: Deformation, p: Point3): Point3 | undefined {
  const q = placed(pre, p);
  const v = grid ? vectorAt(grid, q) : ([0, 0, 0] as Point3);
  return v && placed(post, [q[0] + v[0], q[1] + v[1], q[2] + v[2]]);
}

const STEPS = 30;
const NEAR_ENOUGH = 0.01;

/** The other way: the place that is deformed to this one, found step by step; undefined where that leads nowhere. */
export function undeformed({ grid }: Pick<Deformation, 'grid'>, inversePre: Affine, inversePost: Affine, p: Point3): Point3 | undefined {
  const wanted = placed(inversePost, p);
  let q = wanted;
  for (let i = 0; grid && i < STEPS; i++) {
    const v = vectorAt(grid, q);
    if (!v) return undefined;
    const next: Point3 = [wanted[0] - v[0], wanted[1] - v[1], wanted[2] - v[2]];
    const moved = Math.hypot(next[0] - q[0], next[1] - q[1], next[2] - q[2]);
    q = next;
    if (moved < NEAR_ENOUGH) break;
    if (i === STEPS - 1) return undefined;
  }
  return placed(inversePre, q);
}

/** Surfaces, lines and points in space: what meshes, contours and tracts are drawn from. Patient coordinates, LPS, mm. */
import type { Point3 } from './geometry';

/**
 * One thing in one colour. Arrays are not copied and must not change: a surface that looks otherwise is another object with the same arrays,
 * one of another form has other arrays.
 */
export interface Surface {
  /** Of its own among those that are shown together. */
  id: string;
  name: string;
  /** Three numbers a vertex. Vertices that are no numbers are drawn nowhere. */
  positions: Float32Array;
  made: 'triangles' | 'lines' | 'points';
  /** Three for a triangle, two for a piece of line, one for a point; undefined: the vertices in their order. */
  indices?: Uint32Array | undefined;
  /** Three numbers a vertex, any length; undefined: triangles are flat. */
  normals?: Float32Array | undefined;
  /** 0..255 each. */
  colour: readonly [number, number, number];
  /** Three bytes a vertex, instead of the one colour. */
  colours?: Uint8Array | undefined;
  /** 0..1. */
  opacity: number;
  visible: boolean;
}

export interface Bounds {
  low: Point3;
  high: Point3;
}

/** Undefined where there is no vertex. What is not finite does not count. */
export function boundsOf(surfaces: readonly Pick<Surface, 'positions'>[]): Bounds | undefined {
  const [low, high]: [Point3, Point3] = [[Infinity, Infinity, Infinity], [-Infinity, -Infinity, -Infinity]];
  for (const { positions } of surfaces) {
    for (let i = 0; i + 2 < positions.length; i += 3) {
      for (let a = 0; a < 3; a++) {
        const v = positions[i + a] as number;
        if (!Number.isFinite(v)) continue;
        if (v < (low[a] as number)) low[a] = v;
        if (v > (high[a] as number)) high[a] = v;
      }
    }
  }
  return low.every((v, a) => v <= (high[a] as number)) ? { low, high } : undefined;
}

export function middleOfBounds({ low, high }: Bounds): Point3 {
  return [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2];
}

/** Normals of a mesh whose triangles share vertices: means over the triangles around each, the larger ones count more. */
export function smoothNormals(positions: Float32Array, indices: Uint32Array): Float32Array {
  const normals = new Float32Array(positions.length);
  for (let t = 0; t + 2 < indices.length; t += 3) {
    const [a, b, c] = [(indices[t] as number) * 3, (indices[t + 1] as number) * 3, (indices[t + 2] as number) * 3];
    const at = (v: number, axis: number) => positions[v + axis] as number;
    const [ux, uy, uz] = [at(b, 0) - at(a, 0), at(b, 1) - at(a, 1), at(b, 2) - at(a, 2)];
    const [vx, vy, vz] = [at(c, 0) - at(a, 0), at(c, 1) - at(a, 1), at(c, 2) - at(a, 2)];
    const n = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    for (const v of [a, b, c]) for (let axis = 0; axis < 3; axis++) normals[v + axis] = (normals[v + axis] as number) + (n[axis] as number);
  }
  return normals;
}

/** mm³ inside a closed mesh, whichever way round its triangles go (the theorem of Gauss). */
export function volumeInside(positions: Float32Array, indices: Uint32Array): number {
  let sum = 0;
  for (let t = 0; t + 2 < indices.length; t += 3) {
    const [a, b, c] = [(indices[t] as number) * 3, (indices[t + 1] as number) * 3, (indices[t + 2] as number) * 3];
    const p = (v: number, axis: number) => (positions[v + axis] as number) - (positions[axis] as number);
    sum += p(a, 0) * (p(b, 1) * p(c, 2) - p(b, 2) * p(c, 1)) - p(a, 1) * (p(b, 0) * p(c, 2) - p(b, 2) * p(c, 0)) + p(a, 2) * (p(b, 0) * p(c, 1) - p(b, 1) * p(c, 0));
  }
  return Math.abs(sum) / 6;
}

/** mm² of the triangles of a mesh. */
export function areaOf(positions: Float32Array, indices: Uint32Array): number {
  let sum = 0;
  for (let t = 0; t + 2 < indices.length; t += 3) {
    const [a, b, c] = [(indices[t] as number) * 3, (indices[t + 1] as number) * 3, (indices[t + 2] as number) * 3];
    const side = (v: number, axis: number) => (positions[v + axis] as number) - (positions[a + axis] as number);
    sum += Math.hypot(side(b, 1) * side(c, 2) - side(b, 2) * side(c, 1), side(b, 2) * side(c, 0) - side(b, 0) * side(c, 2), side(b, 0) * side(c, 1) - side(b, 1) * side(c, 0)) / 2;
  }
  return sum;
}

/** Meshes of more triangles are not looked through: it is not known whether they are closed. */
const MOST_SEARCHED = 300_000;

/** Each side of a triangle is a side of exactly one other: only then something is inside. Vertices at one place count as one. */
export function isClosed(positions: Float32Array, indices: Uint32Array): boolean | undefined {
  if (indices.length > 3 * MOST_SEARCHED) return undefined;
  const places = new Map<string, number>();
  const place = (v: number) => {
    const key = `${positions[3 * v] as number} ${positions[3 * v + 1] as number} ${positions[3 * v + 2] as number}`;
    const known = places.get(key) ?? places.size;
    places.set(key, known);
    return known;
  };
  const sides = new Map<string, number>();
  for (let t = 0; t + 2 < indices.length; t += 3) {
    const corners = [0, 1, 2].map((k) => place(indices[t + k] as number)) as [number, number, number];
    for (const [a, b] of [[0, 1], [1, 2], [2, 0]] as const) {
      const key = corners[a] < corners[b] ? `${corners[a]} ${corners[b]}` : `${corners[b]} ${corners[a]}`;
      sides.set(key, (sides.get(key) ?? 0) + 1);
    }
  }
  return sides.size > 0 && [...sides.values()].every((n) => n === 2);
}

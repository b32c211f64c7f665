/** Images as rectangles in the patient: points there and back, and where one cuts another (PS3.3 C.7.6.2.1.1, LPS, mm). */
import { cross, dot, type Point2, type Point3 } from './geometry';
import type { Plane } from './image-description';

/** row, column: distances between rows and between columns, mm. Image points count from the upper left edge of the first pixel. */
export interface Rectangle extends Plane {
  rows: number;
  columns: number;
  spacing: { row: number; column: number };
}

export function normalOf(plane: Plane): Point3 {
  return cross(plane.row, plane.column);
}

/** Distance of a point from the plane, mm along its normal. */
export function distanceTo(plane: Plane, p: Point3): number {
  return dot(minus(p, plane.position), normalOf(plane));
}

/** Image point to patient. The position of an image is the centre of its first pixel, hence the half. */
export function toPatient(r: Rectangle, [x, y]: Point2): Point3 {
  const across = (x - 0.5) * r.spacing.column;
  const down = (y - 0.5) * r.spacing.row;
  return [0, 1, 2].map((i) => (r.position[i] ?? 0) + (r.row[i] ?? 0) * across + (r.column[i] ?? 0) * down) as Point3;
}

/** The image point nearest to a point of the patient. */
export function toImage(r: Rectangle, p: Point3): Point2 {
  const d = minus(p, r.position);
  return [dot(d, r.row) / r.spacing.column + 0.5, dot(d, r.column) / r.spacing.row + 0.5];
}

export function centreOf(r: Rectangle): Point3 {
  return toPatient(r, [r.columns / 2, r.rows / 2]);
}

/** Share of the normals that is common: 1 parallel, 0 at right angles. */
export function parallelism(a: Plane, b: Plane): number {
  return Math.abs(dot(normalOf(a), normalOf(b)));
}

/** Flatter than this (about 2.5 degrees) two images do not cut each other in a line worth drawing. */
const FLAT = 0.999;

/** Where the rectangle `other` cuts the plane of `image`: a line in image points, which may lie beside it. Undefined when it does not. */
export function cutOf(image: Rectangle, other: Rectangle): [Point2, Point2] | undefined {
  if (parallelism(image, other) > FLAT) return undefined;
  const { columns, rows } = other;
  const corners = ([[0, 0], [columns, 0], [columns, rows], [0, rows]] as Point2[]).map((c) => toPatient(other, c));
  const cuts = corners.flatMap((a, i) => {
    const b = corners[(i + 1) % 4] as Point3;
    const [da, db] = [distanceTo(image, a), distanceTo(image, b)];
    if (da === db || da > 0 === db > 0) return [];
    const t = da / (da - db);
    return [a.map((v, k) => v + t * ((b[k] ?? 0) - v)) as Point3];
  });
  const [a, b] = cuts.map((p) => toImage(image, p));
  return a && b ? [a, b] : undefined;
}

/** The part of a line inside 0 .. width, 0 .. height. */
export function clipped([a, b]: [Point2, Point2], width: number, height: number): [Point2, Point2] | undefined {
  const d = [b[0] - a[0], b[1] - a[1]] as const;
  let [from, to] = [0, 1];
  for (const [axis, limit] of [[0, width], [1, height]] as const) {
    const [start, step] = [a[axis], d[axis]];
    if (step === 0) {
      if (start < 0 || start > limit) return undefined;
      continue;
    }
    const [t0, t1] = [-start / step, (limit - start) / step];
    from = Math.max(from, Math.min(t0, t1));
    to = Math.min(to, Math.max(t0, t1));
  }
  const at = (t: number): Point2 => [a[0] + t * d[0], a[1] + t * d[1]];
  return from < to ? [at(from), at(to)] : undefined;
}

export type PlaneKind = 'ax' | 'cor' | 'sag';

/** By the strongest direction of the normal. */
export function kindOfPlane(plane: Plane): PlaneKind {
  const shares = normalOf(plane).map(Math.abs);
  const most = shares.indexOf(Math.max(...shares));
  return (['sag', 'cor', 'ax'] as const)[most] ?? 'ax';
}

function minus(a: Point3, b: Point3): Point3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

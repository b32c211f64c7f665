/** SCOORD and SCOORD3D as strokes: their points by graphic type (PS3.3 C.18.6.1.2, C.18.9.1.2). */
import { cross, dot, type Point2, type Point3 } from './geometry';

/** Points stand alone; the others are strokes from one to the next. */
export interface Strokes<P> {
  points: P[];
  paths: P[][];
}

const STEPS = 72;
const MOST_POINTS = 20_000;

/** flat: column, row, ... with the corner of the first pixel at 0, 0. Nothing for what has too few points or is not known. */
export function strokesOf(type: string, flat: readonly number[]): Strokes<Point2> {
  const points = grouped(flat, 2) as Point2[];
  const [a, b, c, d] = points;
  if (type === 'POINT' || type === 'MULTIPOINT') return { points: type === 'POINT' ? points.slice(0, 1) : points, paths: [] };
  if (type === 'CIRCLE' && a && b) {
    const r = Math.hypot(b[0] - a[0], b[1] - a[1]);
    return { points: [], paths: [around((cos, sin) => [a[0] + r * cos, a[1] + r * sin])] };
  }
  if (type === 'ELLIPSE' && a && b && c && d) {
    const middle: Point2 = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    const [u, v] = [[(b[0] - a[0]) / 2, (b[1] - a[1]) / 2], [(d[0] - c[0]) / 2, (d[1] - c[1]) / 2]] as [Point2, Point2];
    return { points: [], paths: [around((cos, sin) => [middle[0] + u[0] * cos + v[0] * sin, middle[1] + u[1] * cos + v[1] * sin])] };
  }
  return type === 'POLYLINE' && points.length > 1 ? { points: [], paths: [points] } : { points: [], paths: [] };
}

/** A plane of an image: its normal, and a point of it. */
export interface Cut {
  normal: Point3;
  position: Point3;
}

/** What of a shape in the patient (mm) lies within `reach` mm of the plane; an ellipsoid is cut by it. */
export function strokesIn(type: string, flat: readonly number[], cut: Cut, reach: number): Strokes<Point3> {
  const points = grouped(flat, 3) as Point3[];
  const [a, b, c, d, e, f] = points;
  const isNear = (p: Point3) => Math.abs(dot(minus(p, cut.position), cut.normal)) <= reach;
  if (type === 'POINT' || type === 'MULTIPOINT') return { points: points.filter(isNear), paths: [] };
  if (type === 'ELLIPSE' && a && b && c && d) {
    const [middle, u, v] = [half(a, b, 1), half(a, b, -1), half(c, d, -1)];
    return { points: [], paths: runs(around((cos, sin) => plus(middle, u, cos, v, sin)), isNear) };
  }
  if (type === 'ELLIPSOID' && a && b && c && d && e && f) return { points: [], paths: cutEllipsoid(half(a, b, 1), [half(a, b, -1), half(c, d, -1), half(e, f, -1)], cut) };
  return (type === 'POLYLINE' || type === 'POLYGON') && points.length > 1 ? { points: [], paths: runs(points, isNear) } : { points: [], paths: [] };
}

/** In the space where it is the unit sphere the cut is a circle. */
function cutEllipsoid(middle: Point3, axes: readonly [Point3, Point3, Point3], { normal, position }: Cut): Point3[][] {
  const turned = axes.map((axis) => dot(axis, normal)) as Point3;
  const size = Math.hypot(...turned);
  if (!(size > 0)) return [];
  const m = turned.map((x) => x / size) as Point3;
  const away = dot(minus(position, middle), normal) / size;
  if (!(Math.abs(away) < 1)) return [];
  const r = Math.sqrt(1 - away * away);
  const other: Point3 = Math.abs(m[0]) < 0.9 ? [1, 0, 0] : [0, 1, 0];
  const raw = cross(m, other);
  const first = raw.map((x) => x / Math.hypot(...raw)) as Point3;
  const second = cross(m, first);
  const back = (u: Point3) => [0, 1, 2].map((k) => (middle[k] ?? 0) + axes.reduce((sum, axis, i) => sum + (axis[k] ?? 0) * (u[i] ?? 0), 0)) as Point3;
  return [around((cos, sin) => back([0, 1, 2].map((k) => away * (m[k] ?? 0) + r * (cos * (first[k] ?? 0) + sin * (second[k] ?? 0))) as Point3))];
}

function grouped(flat: readonly number[], size: number): number[][] {
  const count = Math.min(Math.floor(flat.length / size), MOST_POINTS);
  return Array.from({ length: count }, (_, i) => flat.slice(i * size, i * size + size));
}

function around<P>(at: (cos: number, sin: number) => P): P[] {
  return Array.from({ length: STEPS + 1 }, (_, i) => at(Math.cos((2 * Math.PI * i) / STEPS), Math.sin((2 * Math.PI * i) / STEPS)));
}

/** Stretches whose points all are near. */
function runs(points: readonly Point3[], isNear: (p: Point3) => boolean): Point3[][] {
  const found: Point3[][] = [[]];
  for (const p of points) {
    if (isNear(p)) found.at(-1)?.push(p);
    else if (found.at(-1)?.length) found.push([]);
  }
  return found.filter((run) => run.length > 1);
}

function minus(a: Point3, b: Point3): Point3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

/** Half of b + a, or of b − a. */
function half(a: Point3, b: Point3, sign: 1 | -1): Point3 {
  return [(b[0] + sign * a[0]) / 2, (b[1] + sign * a[1]) / 2, (b[2] + sign * a[2]) / 2];
}

function plus(p: Point3, u: Point3, x: number, v: Point3, y: number): Point3 {
  return [p[0] + u[0] * x + v[0] * y, p[1] + u[1] * x + v[1] * y, p[2] + u[2] * x + v[2] * y];
}

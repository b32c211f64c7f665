/** Contours of a structure set as stacks of parallel polygons (PS3.3 C.8.8.6). Patient coordinates, LPS, mm. */
import { items, numbers, text, type DataSet } from './dicom-json';
import { cross, dot, type Point2, type Point3 } from './geometry';

/** closed: the last point joins the first; open: a line; points: no line between them. */
export type ContourKind = 'closed' | 'open' | 'points';

/** points: x, y, z of each, one after the other. */
export interface Contour {
  kind: ContourKind;
  points: Float64Array;
  /** SOP Instance UIDs of the images it was drawn on. */
  images: readonly string[];
}

/** What an ROI could be read as. broken: contours whose points are no points. */
export interface ContourSet {
  contours: Contour[];
  broken: number;
  /** Closed contours whose points lie in no plane: they are lines. */
  bent: number;
  /** Points left out, since the object has more than are taken. */
  left: number;
}

/** Of one structure; and of contours in one plane, as in the server's arithmetic (render/contours.py). */
export const MOST_POINTS = 3_000_000;
const MOST_IN_PLANE = 200;
/** Cosine between the normals of contours that are taken for parallel. */
const PARALLEL = 0.999;
/** Contours nearer to one another than this lie in one plane, mm. */
const SAME_PLANE = 0.01;
/** Coordinates beyond this are no place in a patient, mm. */
const FARTHEST = 1e6;

const KINDS: Record<string, ContourKind> = {
  CLOSED_PLANAR: 'closed', CLOSEDPLANAR_XOR: 'closed', CLOSED_PLANAR_XOR: 'closed', OPEN_PLANAR: 'open', OPEN_NONPLANAR: 'open', POINT: 'points', POINTS: 'points',
};

/** Of an item of the ROI Contour Sequence. Throws nothing: what cannot be read is counted. */
export function readContours(roi: DataSet | undefined): ContourSet {
  const found: ContourSet = { contours: [], broken: 0, bent: 0, left: 0 };
  let taken = 0;
  for (const contour of items(roi, '30060040')) {
    const raw = contour['30060050']?.Value;
    const count = Array.isArray(raw) ? raw.length : 0;
    if (taken + count > 3 * MOST_POINTS) {
      found.left += Math.floor(count / 3);
      continue;
    }
    const read = contourOf(contour, count);
    const bent = read?.kind === 'closed' && isBent(read.points);
    if (read) found.contours.push(bent ? { ...read, kind: 'open', points: around(read.points) } : read);
    else found.broken++;
    if (bent) found.bent++;
    taken += count;
  }
  return found;
}

function contourOf(contour: DataSet, count: number): Contour | undefined {
  const told = numbers(contour, '30060050');
  // A value that is no number shifts all that follow it: which axis a coordinate belongs to is then not known.
  if (!count || told.length !== count || count % 3 || told.some((v) => Math.abs(v) > FARTHEST)) return undefined;
  const kind = KINDS[text(contour, '30060042').toUpperCase()] ?? 'closed';
  const images = items(contour, '30060016').map((i) => text(i, '00081155')).filter(Boolean);
  return { kind: kind === 'closed' && count < 9 ? (count === 3 ? 'points' : 'open') : kind, points: Float64Array.from(told), images };
}

/** mm that a point of a closed contour may lie off the plane of the others. */
const OFF_PLANE = 1;

/** They should be coplanar (PS3.3 C.8.8.6.3); what is not encloses nothing that could be measured. */
function isBent(points: Float64Array): boolean {
  const area = normalOf(points);
  const size = Math.hypot(...area);
  if (!(size > 1e-9)) return false;
  const normal = area.map((v) => v / size) as Point3;
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < points.length / 3; i++) {
    const at = dot(pointAt(points, i), normal);
    [low, high] = [Math.min(low, at), Math.max(high, at)];
  }
  return high - low > 2 * OFF_PLANE;
}

/** A line that ends where it began. */
function around(points: Float64Array): Float64Array {
  const out = new Float64Array(points.length + 3);
  out.set(points);
  out.set(points.subarray(0, 3), points.length);
  return out;
}

/** Polygons of one plane; x and y of each point one after the other, mm, in the axes of the stack. */
export interface Slice {
  /** mm along the normal of the stack. */
  at: number;
  polygons: Float64Array[];
}

/**
 * Parallel closed contours. A point is along * axes[0] + ... of the patient: axes[0], axes[1] and normal are at right angles and of
 * length 1. spacing: the usual distance of neighbouring planes, mm, undefined for a single plane.
 */
export interface Stack {
  axes: readonly [Point3, Point3];
  normal: Point3;
  slices: Slice[];
  spacing: number | undefined;
}

/** The closed contours of one structure by direction; most have one stack. Contours that enclose nothing are left out. */
export function stacksOf(contours: readonly Contour[]): Stack[] {
  const stacks: { stack: Stack; byPlace: Map<number, Slice> }[] = [];
  for (const { kind, points } of contours) {
    if (kind !== 'closed') continue;
    const area = normalOf(points);
    const size = Math.hypot(...area);
    if (!(size > 1e-9)) continue;
    const own = area.map((v) => v / size) as Point3;
    let known = stacks.find(({ stack }) => Math.abs(dot(stack.normal, own)) >= PARALLEL);
    if (!known) stacks.push((known = { stack: emptyStack(upward(own)), byPlace: new Map() }));
    const { stack, byPlace } = known;
    const at = Math.round(dot(pointAt(points, 0), stack.normal) / SAME_PLANE);
    let slice = byPlace.get(at);
    if (!slice) byPlace.set(at, (slice = { at: at * SAME_PLANE, polygons: [] }));
    slice.polygons.push(flat(points, stack));
  }
  for (const { stack, byPlace } of stacks) {
    stack.slices = [...byPlace.values()].sort((a, b) => a.at - b.at);
    stack.spacing = median(stack.slices.slice(1).map((s, i) => s.at - (stack.slices[i] as Slice).at));
  }
  return stacks.map(({ stack }) => stack);
}

/** Towards the head, the back or the left, so that contours drawn either way round share it. */
function upward(v: Point3): Point3 {
  const most = [2, 1, 0].find((i) => Math.abs(v[i] ?? 0) > 0.5) ?? 2;
  const sign = (v[most] ?? 0) < 0 ? -1 : 1;
  return v.map((n) => n * sign + 0) as Point3;
}

function emptyStack(normal: Point3): Stack {
  const least = normal.map(Math.abs).indexOf(Math.min(...normal.map(Math.abs)));
  const raw = cross([0, 1, 2].map((i) => (i === least ? 1 : 0)) as Point3, normal);
  const size = Math.hypot(...raw);
  const across = raw.map((v) => v / size) as Point3;
  return { axes: [across, cross(normal, across)], normal, slices: [], spacing: undefined };
}

function flat(points: Float64Array, { axes: [u, v] }: Stack): Float64Array {
  const out = new Float64Array((points.length / 3) * 2);
  for (let i = 0; i < points.length / 3; i++) {
    const p = pointAt(points, i);
    out[2 * i] = dot(p, u);
    out[2 * i + 1] = dot(p, v);
  }
  return out;
}

export function pointAt(points: Float64Array, i: number): Point3 {
  return [points[3 * i] as number, points[3 * i + 1] as number, points[3 * i + 2] as number];
}

/** A point of a stack's plane, in the patient. */
export function inPatient({ axes: [u, v], normal }: Stack, [x, y]: Point2, at: number): Point3 {
  return [0, 1, 2].map((i) => (u[i] ?? 0) * x + (v[i] ?? 0) * y + (normal[i] ?? 0) * at) as Point3;
}

/** Perpendicular to the polygon, twice its area long (Newell). */
function normalOf(points: Float64Array): Point3 {
  const sum: Point3 = [0, 0, 0];
  const first = pointAt(points, 0);
  const count = points.length / 3;
  const from = (i: number) => pointAt(points, i % count).map((v, k) => v - (first[k] ?? 0)) as Point3;
  for (let i = 0; i < count; i++) cross(from(i), from(i + 1)).forEach((v, k) => (sum[k as 0] += v));
  return sum;
}

function median(values: number[]): number | undefined {
  if (!values.length) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}

/**
 * cm3: the sum of the areas times the usual distance of neighbouring planes; in one plane a contour inside of another is a hole,
 * inside of two it is not. Undefined without two parallel planes, with contours in several directions, or with more than 200 in a plane.
 */
export function volumeOf(stacks: readonly Stack[]): number | undefined {
  const [stack] = stacks;
  if (!stack?.spacing || stacks.length > 1 || stack.slices.some((s) => s.polygons.length > MOST_IN_PLANE)) return undefined;
  return (stack.slices.reduce((sum, slice) => sum + areaOf(slice.polygons), 0) * stack.spacing) / 1000;
}

/** mm2 of what an odd number of polygons encloses, if they are nested or apart. */
export function areaOf(polygons: readonly Float64Array[]): number {
  return polygons.reduce((sum, polygon) => {
    const at: Point2 = [polygon[0] as number, polygon[1] as number];
    const around = polygons.filter((other) => other !== polygon && isInside(at, other)).length;
    return sum + (around % 2 ? -1 : 1) * Math.abs(signedArea(polygon));
  }, 0);
}

function signedArea(p: Float64Array): number {
  let twice = 0;
  const [x0, y0] = [p[0] as number, p[1] as number];
  for (let i = 0, j = p.length - 2; i < p.length; j = i, i += 2) {
    twice += ((p[j] as number) - x0) * ((p[i + 1] as number) - y0) - ((p[i] as number) - x0) * ((p[j + 1] as number) - y0);
  }
  return twice / 2;
}

export function isInside([x, y]: Point2, p: Float64Array): boolean {
  let inside = false;
  for (let i = 0, j = p.length - 2; i < p.length; j = i, i += 2) {
    const [xi, yi, xj, yj] = [p[i] as number, p[i + 1] as number, p[j] as number, p[j + 1] as number];
    if (yi > y !== yj > y && x < xi + ((y - yi) / (yj - yi)) * (xj - xi)) inside = !inside;
  }
  return inside;
}

/** The middle of the box around all points; undefined without any. */
export function middleOf(contours: readonly Contour[]): Point3 | undefined {
  const low: Point3 = [Infinity, Infinity, Infinity];
  const high: Point3 = [-Infinity, -Infinity, -Infinity];
  for (const { points } of contours) {
    points.forEach((v, i) => {
      const k = (i % 3) as 0 | 1 | 2;
      low[k] = Math.min(low[k], v);
      high[k] = Math.max(high[k], v);
    });
  }
  return low[0] <= high[0] ? (low.map((v, k) => (v + (high[k] ?? 0)) / 2) as Point3) : undefined;
}

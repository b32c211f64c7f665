/**
 * Where planes cut structures. Between planes of contours a structure is taken for prisms: each contour reaches half way to its
 * neighbours, as the volume is reckoned, so that every cut shows what is measured.
 */
import { inPatient, pointAt, type Contour, type Slice, type Stack } from './contours';
import { dot, type Point2, type Point3 } from './geometry';
import { distanceTo, normalOf, toImage, type Rectangle } from './image-plane';

/** What is seen of a structure in an image, in image points (columns, rows; 0, 0 is the corner of the first pixel). */
export interface Cut {
  /** Closed outlines of one plane, filled even-odd. */
  outlines: Point2[][];
  /** Lines: walls of prisms, and contours that are open. */
  lines: Point2[][];
  /** Areas under the lines, each of four corners. */
  areas: Point2[][];
  points: Point2[];
}

/** Cosine from which a plane counts as parallel to the contours (about 0.8 degrees). */
const PARALLEL = 0.9999;
/** mm that points and open lines may lie off the plane, where nothing says how thick a slice is. */
const NEAR = 1.5;
/** One strip of an area, mm: finer than most pixels. */
const STRIP = 0.5;
const MOST_STRIPS = 100;

/** thickness: how much of the patient the image shows, mm; undefined when nobody says. */
export function cutOf(stacks: readonly Stack[], contours: readonly Contour[], image: Rectangle, thickness?: number): Cut {
  const cut: Cut = { outlines: [], lines: [], areas: [], points: [] };
  for (const stack of stacks) {
    const share = dot(stack.normal, normalOf(image));
    if (Math.abs(share) > PARALLEL) parallel(stack, image, thickness, cut);
    else across(stack, image, cut);
  }
  for (const contour of contours) if (contour.kind !== 'closed') loose(contour, image, thickness ?? 2 * NEAR, cut);
  return cut;
}

/** The nearest plane of contours, when it is not farther than half the distance between two. */
function parallel(stack: Stack, image: Rectangle, thickness: number | undefined, cut: Cut): void {
  const sign = dot(stack.normal, normalOf(image)) < 0 ? -1 : 1;
  const place = dot(image.position, normalOf(image)) * sign;
  const nearest = stack.slices.reduce<Slice | undefined>((a, b) => (a && Math.abs(a.at - place) <= Math.abs(b.at - place) ? a : b), undefined);
  const reach = (stack.spacing ?? thickness ?? 2 * NEAR) / 2;
  if (!nearest || Math.abs(nearest.at - place) > reach + 1e-3) return;
  for (const polygon of nearest.polygons) cut.outlines.push(pointsOf(polygon).map((p) => toImage(image, inPatient(stack, p, nearest.at))));
}

function pointsOf(polygon: Float64Array): Point2[] {
  return Array.from({ length: polygon.length / 2 }, (_, i) => [polygon[2 * i] as number, polygon[2 * i + 1] as number]);
}

/** Along the normal, from below to above: where each slice begins and ends. Gaps wider than two planes stay gaps. */
function slabs({ slices, spacing }: Stack): { slice: Slice; low: number; high: number }[] {
  const half = (spacing ?? 2 * NEAR) / 2;
  return slices.map((slice, i) => {
    const [before, after] = [slices[i - 1], slices[i + 1]];
    const low = before && slice.at - before.at < 3 * half ? (slice.at + before.at) / 2 : slice.at - half;
    const high = after && after.at - slice.at < 3 * half ? (slice.at + after.at) / 2 : slice.at + half;
    return { slice, low, high };
  });
}

/**
 * The image's plane in the axes of the stack: a * x + b * y + c * height = d. In it, at one height, it is a line; `along` runs on it.
 */
function across(stack: Stack, image: Rectangle, cut: Cut): void {
  const normal = normalOf(image);
  const [a, b, c] = [dot(normal, stack.axes[0]), dot(normal, stack.axes[1]), dot(normal, stack.normal)];
  const d = dot(normal, image.position);
  const size = Math.hypot(a, b);
  const onLine = (along: number, height: number): Point2 => {
    const off = (d - c * height) / size;
    return toImage(image, inPatient(stack, [(a * off - b * along) / size, (b * off + a * along) / size], height));
  };
  const crossings = (slice: Slice, height: number) => slice.polygons.flatMap((p) => crossed(p, [a / size, b / size], (d - c * height) / size));
  const all = slabs(stack);
  all.forEach(({ slice, low, high }, i) => {
    for (const polygon of slice.polygons) walls(polygon, [a, b, c, d], [low, high], (p, height) => toImage(image, inPatient(stack, p, height)), cut);
    const strips = Math.min(Math.max(Math.ceil((Math.abs(c) * (high - low)) / size / STRIP), 1), MOST_STRIPS);
    for (let k = 0; k < strips; k++) {
      const [from, to] = [low + ((high - low) * k) / strips, low + ((high - low) * (k + 1)) / strips];
      for (const [s, e] of pairs(crossings(slice, (from + to) / 2))) cut.areas.push([onLine(s, from), onLine(e, from), onLine(e, to), onLine(s, to)]);
    }
    // Floors and ceilings: where only one of two prisms that touch is cut.
    const below = all[i - 1];
    const joined = below !== undefined && Math.abs(below.high - low) < 1e-6;
    const floor = joined ? [...crossings(slice, low), ...crossings(below.slice, low)] : crossings(slice, low);
    for (const [s, e] of pairs(floor)) if (e - s > 1e-6) cut.lines.push([onLine(s, low), onLine(e, low)]);
    const above = all[i + 1];
    if (above && Math.abs(above.low - high) < 1e-6) return;
    for (const [s, e] of pairs(crossings(slice, high))) cut.lines.push([onLine(s, high), onLine(e, high)]);
  });
}

/** Where the sides of a prism are cut: each is a rectangle over an edge, and the cut a line in it. */
function walls(polygon: Float64Array, [a, b, c, d]: readonly number[] & { length: 4 }, [low, high]: Point2, at: (p: Point2, height: number) => Point2, cut: Cut): void {
  const count = polygon.length / 2;
  for (let i = 0; i < count; i++) {
    const j = (i + 1) % count;
    const [x0, y0, x1, y1] = [polygon[2 * i] as number, polygon[2 * i + 1] as number, polygon[2 * j] as number, polygon[2 * j + 1] as number];
    const f0 = (a ?? 0) * x0 + (b ?? 0) * y0 - (d ?? 0);
    const step = (a ?? 0) * (x1 - x0) + (b ?? 0) * (y1 - y0);
    const on = (height: number) => (step === 0 ? NaN : -(f0 + (c ?? 0) * height) / step);
    const ends: [number, number][] = [];
    const note = (t: number, height: number) => {
      if (t >= 0 && t <= 1 && height >= low && height <= high) ends.push([t, height]);
    };
    note(on(low), low);
    note(on(high), high);
    if (Math.abs(c ?? 0) > 1e-9) {
      note(0, -f0 / (c as number));
      note(1, -(f0 + step) / (c as number));
    }
    const [first, last] = [ends[0], ends.find((e) => Math.hypot(e[0] - (ends[0]?.[0] ?? 0), e[1] - (ends[0]?.[1] ?? 0)) > 1e-9)];
    if (first && last) cut.lines.push([first, last].map(([t, height]) => at([x0 + t * (x1 - x0), y0 + t * (y1 - y0)], height)));
  }
}

/** Where a line of a plane (points p with n * p = off) crosses the sides of a polygon: places along it, (-n1, n0). */
export function crossed(p: Float64Array, n: Point2, off: number): number[] {
  const found: number[] = [];
  for (let i = 0, j = p.length - 2; i < p.length; j = i, i += 2) {
    const [fi, fj] = [n[0] * (p[i] as number) + n[1] * (p[i + 1] as number) - off, n[0] * (p[j] as number) + n[1] * (p[j + 1] as number) - off];
    if (fi > 0 === fj > 0) continue;
    const t = fi / (fi - fj);
    const along = (k: number) => -n[1] * (p[k] as number) + n[0] * (p[k + 1] as number);
    found.push(along(i) + t * (along(j) - along(i)));
  }
  return found;
}

/** Even-odd: what lies between the first and the second, the third and the fourth. In place. */
export function pairs(crossings: number[]): [number, number][] {
  crossings.sort((a, b) => a - b);
  return Array.from({ length: crossings.length >> 1 }, (_, i) => [crossings[2 * i] as number, crossings[2 * i + 1] as number]);
}

/** Points, and lines that are not closed: whole where they lie in the image, else the points where they go through it. */
function loose({ kind, points }: Contour, image: Rectangle, thickness: number, cut: Cut): void {
  const all = Array.from({ length: points.length / 3 }, (_, i) => pointAt(points, i));
  const off = all.map((p) => distanceTo(image, p));
  const isNear = (v: number) => Math.abs(v) <= thickness / 2 + 1e-3;
  if (kind === 'points') return void cut.points.push(...all.filter((_, i) => isNear(off[i] as number)).map((p) => toImage(image, p)));
  if (off.every(isNear)) return void cut.lines.push(all.map((p) => toImage(image, p)));
  for (let i = 1; i < all.length; i++) {
    const [before, now] = [off[i - 1] as number, off[i] as number];
    if (before > 0 === now > 0) continue;
    const t = before / (before - now);
    cut.points.push(toImage(image, all[i - 1]?.map((v, k) => v + t * ((all[i]?.[k] ?? 0) - v)) as Point3));
  }
}

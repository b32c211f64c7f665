/** Compound Graphics: lines with ends, ticks, gaps and labels (PS3.3 C.10.5.1.3, PS3.17 annex YY). How they look is a recommendation, where they lie is not. */
import type { Compound, Point } from './annotations';
import { ellipse } from './shapes';

const HEAD = 8;
const TICK = 6;
const END = 5;

/** What is drawn, in canvas coordinates: lines, closed areas, and labels with their middle. */
export interface Parts {
  lines: (readonly Point[])[];
  areas: (readonly Point[])[];
  labels: { label: string; middle: Point }[];
}

/**
 * locate: points of the graphic to the canvas. width: of the displayed area on the canvas. reach: longer than anything on the canvas.
 * unit: width of the usual line; ends and ticks go by it. mirrored: the image is flipped there.
 */
export interface Surface {
  locate: (point: Point) => Point;
  width: number;
  reach: number;
  unit: number;
  mirrored: boolean;
}

export function partsOf(one: Compound, on: Surface): Parts {
  const points = one.points.map(on.locate);
  const [a, b] = points as [Point, Point];
  return turned(drawn(one, points, a, b, on), one, on);
}

function drawn(one: Compound, points: readonly Point[], a: Point, b: Point, on: Surface): Parts {
  switch (one.kind) {
    case 'MULTILINE': return { lines: points.flatMap((p, i) => (i % 2 === 0 && points[i + 1] ? [[p, points[i + 1] as Point]] : [])), areas: [], labels: [] };
    case 'INFINITELINE':
    case 'CUTLINE': return endless(one, a, b, on);
    case 'CROSSHAIR': return crosshair(one, a, on);
    case 'ARROW': return { lines: [points], areas: [head(a, b, on.unit)], labels: [] };
    case 'RANGELINE': return { lines: [points, ...[a, b].map((end) => bar(end, across(a, b), -END * on.unit, END * on.unit))], areas: [], labels: [] };
    case 'RULER':
    case 'AXIS': return scale(one, a, b, on);
    default: return outline(one, on);
  }
}

/** RECTANGLE and ELLIPSE inside of two corners, in the units of the graphic so that turns hold. */
function outline(one: Compound, { locate }: Surface): Parts {
  const [[x0, y0], [x1, y1]] = one.points as [Point, Point];
  const path = one.kind === 'RECTANGLE' ? ([[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]] as Point[]).map(locate) : round([x0, y0], [x1, y1], locate);
  return { lines: [path], areas: one.filled ? [path] : [], labels: [] };
}

function round([x0, y0]: Point, [x1, y1]: Point, locate: Surface['locate']): Point[] {
  const middle: Point = [(x0 + x1) / 2, (y0 + y1) / 2];
  const [c, right, lower] = [locate(middle), locate([x1, middle[1]]), locate([middle[0], y1])];
  return ellipse(c, minus(right, c), minus(lower, c));
}

/** A line through two points to the borders, with a gap about the rotation point; a cut line has arrows to where one looks. */
function endless(one: Compound, a: Point, b: Point, on: Surface): Parts {
  const length = Math.hypot(...minus(b, a));
  if (length === 0) return { lines: [], areas: [], labels: [] };
  const along = times(minus(b, a), 1 / length);
  const middle = one.pivot ? on.locate(one.pivot) : times(plus(a, b), 0.5);
  const foot = plus(a, times(along, dot(minus(middle, a), along)));
  const half = screenLength(one.gap, on) / 2;
  const parts: Parts = { lines: [bar(foot, along, half, on.reach), bar(foot, along, -half, -on.reach)], areas: [], labels: [] };
  if (one.kind !== 'CUTLINE') return parts;
  for (const side of [a, b]) {
    const tip = times(plus(side, foot), 0.5);
    const tail = plus(tip, times([-along[1], along[0]], 3 * HEAD * on.unit));
    parts.lines.push([tail, tip]);
    parts.areas.push(head(tail, tip, on.unit));
  }
  return parts;
}

/** Four lines from the gap to the diameter of visibility, or to the borders without one. */
function crosshair(one: Compound, center: Point, on: Surface): Parts {
  const half = screenLength(one.gap, on) / 2;
  const reach = screenLength(one.diameter, on) / 2 || on.reach;
  const lines = ([[1, 0], [-1, 0], [0, 1], [0, -1]] as Point[]).map((along) => bar(center, along, half, reach));
  return { lines: reach > half ? lines : [], areas: [], labels: [] };
}

/** A line with ticks: those of the sequence, or of a ruler without any, eleven. */
function scale(one: Compound, a: Point, b: Point, { unit }: Surface): Parts {
  const up = across(a, b);
  const [near, far] = ({ TOP: [0, 1], BOTTOM: [-1, 0] } as Record<string, [number, number]>)[one.tickAlignment] ?? [-0.5, 0.5];
  const side = one.labelAlignment === 'TOP' ? 1 : -1;
  const ticks = one.ticks.length ? one.ticks : Array.from({ length: 11 }, (_, k) => ({ position: k / 10, label: '' }));
  const parts: Parts = { lines: [[a, b]], areas: [], labels: [] };
  for (const { position, label } of ticks) {
    const at = plus(a, times(minus(b, a), position));
    parts.lines.push(bar(at, up, near * TICK * unit, far * TICK * unit));
    if (one.showsLabels && label) parts.labels.push({ label, middle: plus(at, times(up, side * 2.5 * TICK * unit)) });
  }
  return parts;
}

/** Counterclockwise, as seen in the image, about the rotation point. */
function turned(parts: Parts, one: Compound, on: Surface): Parts {
  if (!one.pivot || !one.rotation) return parts;
  const pivot = on.locate(one.pivot);
  const angle = ((on.mirrored ? -one.rotation : one.rotation) * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const turn = (p: Point): Point => {
    const [x, y] = minus(p, pivot);
    return plus(pivot, [cos * x + sin * y, -sin * x + cos * y]);
  };
  return { lines: parts.lines.map((l) => l.map(turn)), areas: parts.areas.map((l) => l.map(turn)), labels: parts.labels.map(({ label, middle }) => ({ label, middle: turn(middle) })) };
}

function screenLength(share: number, { width }: Surface): number {
  return Math.max(0, share <= 1 ? share * width : share);
}

/** One pixel at right angles to the line, to the left as one goes along: up for a line to the right. */
function across(a: Point, b: Point): Point {
  const [x, y] = minus(b, a);
  const length = Math.hypot(x, y) || 1;
  return [y / length, -x / length];
}

function bar(at: Point, along: Point, from: number, to: number): readonly Point[] {
  return [plus(at, times(along, from)), plus(at, times(along, to))];
}

function head(tail: Point, tip: Point, unit: number): readonly Point[] {
  const [x, y] = minus(tip, tail);
  const along = times([x, y], (HEAD * unit) / (Math.hypot(x, y) || 1));
  const side: Point = [-along[1] * 0.4, along[0] * 0.4];
  return [tip, plus(minus(tip, along), side), minus(minus(tip, along), side), tip];
}

function plus(a: Point, b: Point): Point {
  return [a[0] + b[0], a[1] + b[1]];
}

function minus(a: Point, b: Point): [number, number] {
  return [a[0] - b[0], a[1] - b[1]];
}

function times(a: Point, by: number): Point {
  return [a[0] * by, a[1] * by];
}

function dot(a: Point, b: Point): number {
  return a[0] * b[0] + a[1] * b[1];
}

/** Graphic Objects as paths (PS3.3 C.10.5.1.2). Points are x, y in whatever raster the path is drawn in. */
import type { Point } from './annotations';

const MOST_ROUND = 720;

/** Circles are round in the picture, whatever the shape of the image's pixels. */
export function pathOf(kind: string, points: readonly Point[]): readonly Point[] {
  const [a, b, c, d] = points;
  if (kind === 'CIRCLE' && a && b) {
    const radius = Math.hypot(b[0] - a[0], b[1] - a[1]);
    return ellipse(a, [radius, 0], [0, radius]);
  }
  if (kind === 'ELLIPSE' && a && b && c && d) return ellipse([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], [(b[0] - a[0]) / 2, (b[1] - a[1]) / 2], [(d[0] - c[0]) / 2, (d[1] - c[1]) / 2]);
  return kind === 'INTERPOLATED' ? curve(points) : points;
}

/** A closed path about a centre with two half axes. */
export function ellipse([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): Point[] {
  const around = 2 * Math.PI * Math.max(Math.hypot(ax, ay), Math.hypot(bx, by));
  const steps = Math.trunc(Math.min(Math.max(around, 16), MOST_ROUND));
  return Array.from({ length: steps + 1 }, (_, i) => {
    const [cos, sin] = [Math.cos((2 * Math.PI * i) / steps), Math.sin((2 * Math.PI * i) / steps)];
    return [x + ax * cos + bx * sin, y + ay * cos + by * sin] as const;
  });
}

/** A smooth path through the points: centripetal Catmull-Rom, closed where the last is the first. How it runs between them is left to us. */
export function curve(all: readonly Point[]): readonly Point[] {
  const points = all.filter((p, i) => i === 0 || Math.hypot(p[0] - (all[i - 1] as Point)[0], p[1] - (all[i - 1] as Point)[1]) > 1e-9);
  const [first, second] = points;
  const [last, beforeLast] = [points.at(-1), points.at(-2)];
  if (points.length < 3 || !first || !second || !last || !beforeLast) return points;
  const isClosed = Math.hypot(first[0] - last[0], first[1] - last[1]) < 1e-5;
  const mirrored = (a: Point, b: Point): Point => [2 * a[0] - b[0], 2 * a[1] - b[1]];
  const knots = [isClosed ? beforeLast : mirrored(first, second), ...points, isClosed ? second : mirrored(last, beforeLast)];
  const steps = points.length < 2000 ? 24 : 4;
  const out: Point[] = [];
  for (let i = 0; i + 3 < knots.length; i++) piece(knots.slice(i, i + 4) as unknown as [Point, Point, Point, Point], steps, out);
  return [...out, last];
}

/** From the second to the third knot. Distances are square roots of lengths, so that the curve makes no loops (Barry and Goldman). */
function piece([p0, p1, p2, p3]: [Point, Point, Point, Point], steps: number, out: Point[]): void {
  const after = (t: number, a: Point, b: Point) => t + Math.sqrt(Math.hypot(b[0] - a[0], b[1] - a[1])) + 1e-9;
  const t1 = after(0, p0, p1);
  const t2 = after(t1, p1, p2);
  const t3 = after(t2, p2, p3);
  const mix = (a: Point, b: Point, ta: number, tb: number, t: number): Point => [0, 1].map((k) => ((a[k] as number) * (tb - t) + (b[k] as number) * (t - ta)) / (tb - ta)) as unknown as Point;
  for (let i = 0; i < steps; i++) {
    const t = t1 + ((t2 - t1) * i) / steps;
    const [a1, a2, a3] = [mix(p0, p1, 0, t1, t), mix(p1, p2, t1, t2, t), mix(p2, p3, t2, t3, t)];
    out.push(mix(mix(a1, a2, 0, t2, t), mix(a2, a3, t1, t3, t), t1, t2, t));
  }
}

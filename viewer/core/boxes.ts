/** A box in the patient (LPS, mm) and where the plane of an image cuts it. */
import { cross, dot, type Point2, type Point3 } from './geometry';
import { distanceTo, toImage, type Rectangle } from './image-plane';

/** centre, and from it to the middle of three faces. */
export interface Box {
  centre: Point3;
  halves: readonly [Point3, Point3, Point3];
}

const SIGNS = [-1, 1] as const;

/** The corners of the cut in image points, in order round it; empty where the plane passes by. */
export function cutOfBox(image: Rectangle, { centre, halves }: Box): Point2[] {
  const corner = (signs: readonly number[]) => centre.map((c, k) => c + signs.reduce((sum, s, i) => sum + s * ((halves[i] as Point3)[k] as number), 0)) as Point3;
  const found: Point2[] = [];
  for (let axis = 0; axis < 3; axis++) {
    for (const a of SIGNS) {
      for (const b of SIGNS) {
        const signs = (own: number) => [0, 1, 2].map((i) => (i === axis ? own : i === (axis + 1) % 3 ? a : b));
        const [from, to] = [corner(signs(-1)), corner(signs(1))];
        const [d, e] = [distanceTo(image, from), distanceTo(image, to)];
        // A face that lies in the plane belongs to the side it is on: a box is not cut twice.
        if (d > 0 === e > 0) continue;
        const t = d / (d - e);
        found.push(toImage(image, from.map((v, k) => v + t * ((to[k] as number) - v)) as Point3));
      }
    }
  }
  const middle: Point2 = [mean(found.map((p) => p[0])), mean(found.map((p) => p[1]))];
  return found.sort((p, q) => Math.atan2(p[1] - middle[1], p[0] - middle[0]) - Math.atan2(q[1] - middle[1], q[0] - middle[0]));
}

function mean(values: number[]): number {
  return values.reduce((a, b) => a + b, 0) / Math.max(values.length, 1);
}

/** Three slabs that are not parallel hold a box between them (PS3.3 C.8.14.2.1, Volume Localization); undefined for others. */
export function boxOfSlabs(slabs: readonly { thickness: number; normal: Point3; middle: Point3 }[]): Box | undefined {
  const [a, b, c] = slabs;
  if (!a || !b || !c || slabs.length !== 3) return undefined;
  const [n, m, o] = [a.normal, b.normal, c.normal];
  const det = dot(n, cross(m, o));
  if (Math.abs(det) < 1e-3 || slabs.some((s) => !(s.thickness > 0))) return undefined;
  const edges = [cross(m, o), cross(o, n), cross(n, m)].map((v) => v.map((x) => x / det) as Point3);
  const distances = [dot(n, a.middle), dot(m, b.middle), dot(o, c.middle)];
  const along = (values: readonly number[]) => [0, 1, 2].map((k) => values.reduce((sum, v, i) => sum + v * ((edges[i] as Point3)[k] as number), 0)) as Point3;
  const half = (i: number) => along([0, 1, 2].map((j) => (i === j ? ([a, b, c][i]?.thickness ?? 0) / 2 : 0)));
  return { centre: along(distances), halves: [half(0), half(1), half(2)] };
}

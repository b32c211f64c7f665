/** Places that are turned, moved, stretched: p goes to linear · p + shift. LPS, mm. */
import { cross, dot, type Point3 } from './geometry';

/** A point p goes to linear · p + shift; rows of the matrix. */
export interface Affine {
  linear: readonly [Point3, Point3, Point3];
  shift: Point3;
}

export const IDENTITY: Affine = { linear: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], shift: [0, 0, 0] };

/** What is called rigid may be written with few digits, no more. */
const RIGID = 1e-2;
const FLAT = 1e-9;

export function placed({ linear, shift }: Affine, p: Point3): Point3 {
  return linear.map((row, i) => dot(row, p) + (shift[i] as number)) as Point3;
}

/** A direction, of length 1 whatever the matrix stretches. */
export function turned({ linear }: Affine, direction: Point3): Point3 {
  const out = linear.map((row) => dot(row, direction)) as Point3;
  const size = Math.hypot(...out);
  return out.map((n) => n / size) as Point3;
}

/** Lengths and angles stay what they are, but for what few digits do. */
export function isRigid({ linear }: Affine): boolean {
  return linear.every((a, i) => linear.every((b, j) => Math.abs(dot(a, b) - (i === j ? 1 : 0)) < RIGID)) && dot(linear[0], cross(linear[1], linear[2])) > 0;
}

/** All places would lie in one plane. */
export function isFlat({ linear }: Affine): boolean {
  return !(Math.abs(dot(linear[0], cross(linear[1], linear[2]))) >= FLAT);
}

/** First one, then the next. */
export function after(first: Affine, next: Affine): Affine {
  const column = (i: number): Point3 => [first.linear[0][i] as number, first.linear[1][i] as number, first.linear[2][i] as number];
  const linear = next.linear.map((row) => [0, 1, 2].map((i) => dot(row, column(i))) as Point3) as [Point3, Point3, Point3];
  return { linear, shift: placed(next, first.shift) };
}

/** Undefined where it is flat. */
export function invertAffine(affine: Affine): Affine | undefined {
  if (isFlat(affine)) return undefined;
  const { linear: [a, b, c], shift } = affine;
  const det = dot(a, cross(b, c));
  const columns = [cross(b, c), cross(c, a), cross(a, b)].map((v) => v.map((n) => n / det) as Point3);
  const linear = [0, 1, 2].map((i) => columns.map((v) => v[i] as number) as Point3) as [Point3, Point3, Point3];
  return { linear, shift: linear.map((row) => -dot(row, shift)) as Point3 };
}

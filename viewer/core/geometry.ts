/** Places and directions: patient space is LPS in mm (PS3.3 C.7.6.2.1.1), image space is columns right and rows down. */

export type Point2 = [number, number];
export type Point3 = [number, number, number];

export function dot(a: Point3, b: Point3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Point3, b: Point3): Point3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** Canvas matrix a b c d e f as in CanvasRenderingContext2D.setTransform: image pixels to canvas pixels. */
export type Matrix = readonly [number, number, number, number, number, number];

export function apply(m: Matrix, [x, y]: Point2): Point2 {
  return [m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]];
}

/** Undefined for a matrix that squeezes the image flat. */
export function invert(m: Matrix): Matrix | undefined {
  const det = m[0] * m[3] - m[1] * m[2];
  if (!Number.isFinite(det) || Math.abs(det) < 1e-12) return undefined;
  const [a, b, c, d] = [m[3] / det, -m[1] / det, -m[2] / det, m[0] / det];
  return [a, b, c, d, -(a * m[4] + c * m[5]), -(b * m[4] + d * m[5])];
}

/** The direction in image space (columns, rows) that points to the right and down on the canvas, without its length. */
export function imageDirections(m: Matrix): { right: Point2; down: Point2 } {
  const inverse = invert(m) ?? [1, 0, 0, 1, 0, 0];
  return { right: [inverse[0], inverse[1]], down: [inverse[2], inverse[3]] };
}

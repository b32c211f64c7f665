/** Where an image cuts surfaces, lines and points in space, as pieces of line on the image. */
import type { Point2, Point3 } from './geometry';
import { distanceTo, toImage, type Rectangle } from './image-plane';
import type { Surface } from './surfaces';

/** Lines and points that lie so near to the image are on it, mm. */
const NEAR = 2;

/** From, to: columns and rows from the corner of the first pixel; a point is a piece without length. */
export type Piece = readonly [Point2, Point2];

/** vertex: the first of the piece. What is not finite is nowhere. */
export function piecesOn({ positions, indices, made }: Pick<Surface, 'positions' | 'indices' | 'made'>, rectangle: Rectangle, take: (piece: Piece, vertex: number) => void): void {
  const count = indices?.length ?? positions.length / 3;
  const at = (i: number) => (indices ? (indices[i] as number) : i);
  const vertex = (i: number): Point3 => [positions[at(i) * 3] as number, positions[at(i) * 3 + 1] as number, positions[at(i) * 3 + 2] as number];
  const step = made === 'triangles' ? 3 : made === 'lines' ? 2 : 1;
  for (let i = 0; i + step <= count; i += step) {
    const corners = Array.from({ length: step }, (_, k) => vertex(i + k));
    const far = corners.map((p) => distanceTo(rectangle, p));
    if (!far.every(Number.isFinite)) continue;
    const ends = made === 'triangles' ? cut(corners, far) : far.some((d) => Math.abs(d) < NEAR) ? [corners[0], corners[step - 1]] : [];
    const [a, b] = ends;
    if (a && b) take([toImage(rectangle, a), toImage(rectangle, b)], at(i));
  }
}

const SIDES = [[0, 1], [1, 2], [2, 0]] as const;

/** Where the plane goes through the sides of a triangle; a corner in the plane belongs to the upper half. */
function cut(corners: readonly Point3[], far: readonly number[]): Point3[] {
  return SIDES.flatMap(([i, k]) => {
    const [a, b, da, db] = [corners[i] as Point3, corners[k] as Point3, far[i] as number, far[k] as number];
    if (da >= 0 === db >= 0) return [];
    const share = da / (da - db);
    return [[a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), a[2] + share * (b[2] - a[2])] as Point3];
  });
}

/** The lines that other planes draw on a plane, through the point where all cross. Screen points are CSS pixels of the viewport. */
import { apply, cross, dot, type Matrix, type Point2, type Point3 } from '../core/geometry';
import { clipped, normalOf, toImage, type Rectangle } from '../core/image-plane';

/** centre: where the crossing lies. ends: of the line as far as the viewport reaches. angle: of the line on the screen, radians. */
export interface CrossLine {
  centre: Point2;
  ends: [Point2, Point2];
  angle: number;
  /** CSS pixels from the line to either face of the slab; 0 without one. */
  half: number;
}

const FLAT = 0.02;

/** Where a plane with a normal cuts the shown image; undefined when they are nearly parallel, or the line misses the viewport. */
export function crossLine(image: Rectangle, normal: Point3, point: Point3, slab: number, view: { matrix: Matrix; width: number; height: number; ratio: number }): CrossLine | undefined {
  const along = cross(normalOf(image), normal);
  const length = Math.hypot(...along);
  if (length < FLAT) return undefined;
  const centre = onScreen(image, point, view);
  const step = 10 / length;
  const there = onScreen(image, [point[0] + along[0] * step, point[1] + along[1] * step, point[2] + along[2] * step], view);
  const d: Point2 = [there[0] - centre[0], there[1] - centre[1]];
  const size = Math.hypot(...d);
  if (!(size > 0)) return undefined;
  const far = (3 * (view.width + view.height) + Math.hypot(...centre)) / size;
  const ends = clipped([[centre[0] - d[0] * far, centre[1] - d[1] * far], [centre[0] + d[0] * far, centre[1] + d[1] * far]], view.width, view.height);
  if (!ends) return undefined;
  // A plane that cuts at a slant shows its slab wider.
  const half = slab > 0 ? ((slab / 2) * (size / 10)) / Math.max(Math.sqrt(Math.max(1 - dot(normalOf(image), normal) ** 2, 0)), FLAT) : 0;
  return { centre, ends, angle: Math.atan2(d[1], d[0]), half };
}

export function onScreen(image: Rectangle, point: Point3, { matrix, ratio }: { matrix: Matrix; ratio: number }): Point2 {
  const [x, y] = apply(matrix, toImage(image, point));
  return [x / ratio, y / ratio];
}

/** Points on the line, so far to either side of the crossing; those that lie in the viewport. */
export function handlesOf({ centre, angle }: CrossLine, reach: number, width: number, height: number): Point2[] {
  const d: Point2 = [Math.cos(angle) * reach, Math.sin(angle) * reach];
  const both: Point2[] = [[centre[0] + d[0], centre[1] + d[1]], [centre[0] - d[0], centre[1] - d[1]]];
  return both.filter(([x, y]) => x > 0 && y > 0 && x < width && y < height);
}

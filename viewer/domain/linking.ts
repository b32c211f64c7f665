/** Which image of another stack belongs to the one shown: by frame of reference, by table position, or by number. Pure values. */
import { text } from '../core/dicom-json';
import type { Point2, Point3 } from '../core/geometry';
import { isInVolume, placeOf, planeOf, spacingOf } from '../core/image-description';
import { centreOf, distanceTo, normalOf, parallelism, toImage, type Rectangle } from '../core/image-plane';
import type { DisplaySet, ImageRef } from './display-sets';

/**
 * reference: one frame of reference, places are the same places. position: another one, the coordinates are those of the
 * table and may need a pin. number: no geometry, images are counted. none: they cut each other.
 */
export type LinkKind = 'reference' | 'position' | 'number' | 'none';

/** What goes with a viewport that is linked. */
export interface Links {
  scroll: boolean;
  window: boolean;
  place: boolean;
}

/** About 20 degrees: more, and the slices show different anatomy. */
const PARALLEL = 0.94;
/** Millimetres from a point to the image that is said to show it: half of the widest usual step. */
const MOST_APART = 6;

export function rectangleOf(image: ImageRef): Rectangle | undefined {
  const plane = placeOf(image.dataset, image.frame);
  const spacing = spacingOf(image.dataset, image.frame);
  if (!plane || !spacing) return undefined;
  return { ...plane, rows: image.pixel.rows, columns: image.pixel.columns, spacing };
}

/** Frame of Reference UID, or Volume Frame of Reference UID of what lies in that alone; '' when it is not said. */
export function frameOfReference({ dataset, frame }: ImageRef): string {
  return text(dataset, isInVolume(dataset, frame) ? '00209312' : '00200052');
}

export function linkKind(a: ImageRef, b: ImageRef): LinkKind {
  const [ra, rb] = [rectangleOf(a), rectangleOf(b)];
  if (!ra || !rb) return 'number';
  if (parallelism(ra, rb) < PARALLEL) return 'none';
  const frame = frameOfReference(a);
  if (frame !== '' && frame === frameOfReference(b)) return 'reference';
  return [a, b].some((i) => isInVolume(i.dataset, i.frame)) ? 'number' : 'position';
}

/** index in the other stack; apart: mm between the two places, undefined when images are only counted. */
export interface Found {
  index: number;
  apart: number | undefined;
}

/**
 * The image of `to` nearest to `from`. shift: what was pinned: mm along the normal of `from`, or images.
 * at: the index shown of `to`; among images at one place the nearest to it is taken, and without geometry nothing moves.
 */
export function counterpart(from: ImageRef, to: DisplaySet, at: number, shift = 0): Found | undefined {
  const here = rectangleOf(from);
  const there = to.images[at];
  if (!here || !there || linkKind(from, there) === 'none') return undefined;
  const point = along(here, shift);
  let best: Found | undefined;
  to.images.forEach((image, index) => {
    const plane = planeOf(image.dataset, image.frame);
    if (!plane) return;
    const apart = Math.abs(distanceTo(plane, point));
    const better = !best || apart < (best.apart ?? 0) - 1e-3;
    const nearer = best && Math.abs(apart - (best.apart ?? 0)) <= 1e-3 && Math.abs(index - at) < Math.abs(best.index - at);
    if (better || nearer) best = { index, apart };
  });
  return best;
}

/**
 * Where a stack shows a point of the patient: the nearest of its images in that frame of reference, and the point of it in
 * columns and rows. Undefined when it lies beside the image, or farther from it than the next image of a stack would be.
 */
export function shownAt(point: Point3, reference: string, to: DisplaySet): { index: number; at: Point2 } | undefined {
  let best: { index: number; apart: number; rectangle: Rectangle } | undefined;
  to.images.forEach((image, index) => {
    const rectangle = reference && frameOfReference(image) === reference ? rectangleOf(image) : undefined;
    const apart = rectangle ? Math.abs(distanceTo(rectangle, point)) : Infinity;
    if (rectangle && apart < (best?.apart ?? Infinity)) best = { index, apart, rectangle };
  });
  if (!best || best.apart > MOST_APART) return undefined;
  const [x, y] = toImage(best.rectangle, point);
  const { rows, columns } = best.rectangle;
  return x >= 0 && y >= 0 && x <= columns && y <= rows ? { index: best.index, at: [x, y] } : undefined;
}

/** The shift that makes two images belong together: mm along the normal of `from`. Undefined when they have no places. */
export function shiftBetween(from: ImageRef, to: ImageRef): number | undefined {
  const [a, b] = [rectangleOf(from), rectangleOf(to)];
  if (!a || !b) return undefined;
  return distanceTo(a, centreOf(b));
}

function along(r: Rectangle, mm: number): Point3 {
  const [c, n] = [centreOf(r), normalOf(r)];
  return [c[0] + n[0] * mm, c[1] + n[1] * mm, c[2] + n[2] * mm];
}

/** Windows mean the same only in the same units. */
export function sharesWindow(a: ImageRef, b: ImageRef, unitA: string, unitB: string): boolean {
  return text(a.dataset, '00080060') === text(b.dataset, '00080060') && unitA === unitB;
}

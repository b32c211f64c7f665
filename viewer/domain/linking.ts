/** Which image of another stack belongs to the one shown: by frame of reference, by table position, or by number. Pure values. */
import { text } from '../core/dicom-json';
import { placed, turned, type Affine } from '../core/affine';
import type { Point2, Point3 } from '../core/geometry';
import { isInVolume, placeOf, planeOf, spacingOf } from '../core/image-description';
import { centreOf, distanceTo, normalOf, parallelism, toImage, type Rectangle } from '../core/image-plane';
import type { DisplaySet, ImageRef } from './display-sets';

/**
 * reference: one frame of reference, places are the same places. registered: another one, and an object says how the two lie. position: another one,
 * the coordinates are those of the table and may need a pin. number: no geometry, images are counted. none: they cut each other.
 */
export type LinkKind = 'reference' | 'registered' | 'position' | 'number' | 'none';

/** What joins frames of reference: how places of one image lie in that of another; undefined where nothing is known of it. */
export interface Joins {
  images: (from: ImageRef, to: ImageRef) => Affine | undefined;
  frame: (from: string, to: ImageRef) => Affine | undefined;
}

const NO_JOINS: Joins = { images: () => undefined, frame: () => undefined };

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

export function linkKind(a: ImageRef, b: ImageRef, joins = NO_JOINS): LinkKind {
  const there = rectangleOf(b);
  const { rectangle, registered } = carried(a, b, joins);
  if (!rectangle || !there) return 'number';
  if (parallelism(rectangle, there) < PARALLEL) return 'none';
  if (registered) return 'registered';
  const frame = frameOfReference(a);
  if (frame !== '' && frame === frameOfReference(b)) return 'reference';
  return [a, b].some((i) => isInVolume(i.dataset, i.frame)) ? 'number' : 'position';
}

/** An image as it lies in the frame of reference of another one: turned and moved where an object says how, else as its coordinates say. */
export function carried(from: ImageRef, to: ImageRef, joins = NO_JOINS): { rectangle: Rectangle | undefined; registered: boolean } {
  const rectangle = rectangleOf(from);
  const matrix = rectangle && frameOfReference(from) !== frameOfReference(to) ? joins.images(from, to) : undefined;
  if (!rectangle || !matrix) return { rectangle, registered: false };
  return { rectangle: moved(matrix, rectangle), registered: true };
}

/** matrix: turns and moves only. */
export function moved(matrix: Affine, rectangle: Rectangle): Rectangle {
  return { ...rectangle, position: placed(matrix, rectangle.position), row: turned(matrix, rectangle.row), column: turned(matrix, rectangle.column) };
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
export function counterpart(from: ImageRef, to: DisplaySet, at: number, shift = 0, joins = NO_JOINS): Found | undefined {
  const there = to.images[at];
  const here = there && carried(from, there, joins).rectangle;
  if (!here || !there || linkKind(from, there, joins) === 'none') return undefined;
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
export function shownAt(point: Point3, reference: string, to: DisplaySet, joins = NO_JOINS): { index: number; at: Point2 } | undefined {
  let best: { index: number; apart: number; rectangle: Rectangle; place: Point3 } | undefined;
  let last: { frame: string; place: Point3 | undefined } | undefined;
  to.images.forEach((image, index) => {
    const frame = frameOfReference(image);
    if (frame === '' || last?.frame !== frame) last = { frame, place: reference ? placeIn(point, reference, image, joins) : undefined };
    const { place } = last;
    const rectangle = place && rectangleOf(image);
    const apart = rectangle ? Math.abs(distanceTo(rectangle, place)) : Infinity;
    if (rectangle && apart < (best?.apart ?? Infinity)) best = { index, apart, rectangle, place };
  });
  if (!best || best.apart > MOST_APART) return undefined;
  const [x, y] = toImage(best.rectangle, best.place);
  const { rows, columns } = best.rectangle;
  return x >= 0 && y >= 0 && x <= columns && y <= rows ? { index: best.index, at: [x, y] } : undefined;
}

/** A point of a frame of reference in that of an image. */
function placeIn(point: Point3, reference: string, image: ImageRef, joins: Joins): Point3 | undefined {
  if (frameOfReference(image) === reference) return point;
  const matrix = joins.frame(reference, image);
  return matrix && placed(matrix, point);
}

/** The shift that makes two images belong together: mm along the normal of `from`. Undefined when they have no places. */
export function shiftBetween(from: ImageRef, to: ImageRef, joins = NO_JOINS): number | undefined {
  const [a, b] = [carried(from, to, joins).rectangle, rectangleOf(to)];
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

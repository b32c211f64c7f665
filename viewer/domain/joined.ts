/** How the places of one frame of reference lie in another: by the registration objects that join the two. LPS, mm. */
import { IDENTITY, isRigid, placed, type Affine } from '../core/affine';
import type { DataSet } from '../core/dicom-json';
import { dot, type Point3 } from '../core/geometry';
import type { Rectangle } from '../core/image-plane';
import type { SampledPlane } from '../core/reslice';
import type { ImageRef } from './display-sets';
import { frameOfReference, moved, rectangleOf, type Joins } from './linking';
import { isNamed, later, registrationOf, type Link, type Registration, type Where } from './registration';
import { MOST_LINKS, oldest, waysBetween } from './registration-chains';

/** A deformable registration of an object, from the frame it registers to the one of its images, or the other way. grid: holds the item of the vectors. */
export interface Deforming {
  pre: Affine;
  post: Affine;
  grid: DataSet | undefined;
  backwards: boolean;
}

/** How the places of an image lie in a volume of another frame of reference, and which objects say so. */
export interface Registered {
  /** One object; several where only all of them together join the two, in the order in which they are gone through. */
  links: readonly Link[];
  /** Where places are deformed: without it. */
  matrix: Affine;
  deforming?: Deforming | undefined;
}

/** by: the registration, undefined within one frame of reference. matrix: from the one to the other. */
export interface Joined {
  by: Registered | undefined;
  matrix: Affine;
}

/** deformed, scaled: a registration joins them, but only one that bends or stretches: what is drawn in millimetres does not follow it. */
export type Joining = Joined | 'deformed' | 'scaled' | 'apart';

export function whereOf(image: ImageRef): Where {
  return { frame: frameOfReference(image), image: image.sopInstanceUid };
}

/** Of a frame of reference that may have no image: contours, doses, plans. */
export function whereIn(frame: string): Where {
  return { frame, image: '' };
}

/**
 * From the places of an image to those of another one: by the latest object that names both, forwards or backwards. Undefined
 * where none does. Frames of reference that an object only names, with the identity, are one.
 */
export function registeredBy(objects: readonly DataSet[], image: ImageRef, to: ImageRef): Registered | undefined {
  return registrationsBetween(objects, whereOf(image), whereOf(to))[0];
}

/**
 * All that join the two, the latest first; of two that were written together the one that does not deform. Where no object does, the shortest
 * chains of Spatial Registrations that do; of those the one whose oldest object is the latest first.
 */
export function registrationsBetween(objects: readonly DataSet[], here: Where, there: Where): Registered[] {
  const all = objects.map(registrationOf).sort(later);
  const deforming = all.flatMap((known): Registered[] => {
    const found = deformingFor(known, here, there);
    return found ? [{ links: [known], matrix: IDENTITY, deforming: found }] : [];
  });
  const ways = waysBetween(all, here, there, deforming.length ? 1 : MOST_LINKS);
  const bends = (by: Registered) => (by.deforming ? 1 : 0);
  return [...ways.map(({ links, matrix }): Registered => ({ links, matrix })), ...deforming].sort((a, b) => later(oldest(a.links), oldest(b.links)) || bends(a) - bends(b));
}

function deformingFor({ target, deforming }: Registration, here: Where, there: Where): Deforming | undefined {
  const names = (where: Where) => deforming.find((one) => isNamed(one, where));
  const isTarget = (where: Where) => target !== '' && where.frame === target;
  const [forwards, backwards] = [isTarget(here) ? names(there) : undefined, isTarget(there) ? names(here) : undefined];
  if (forwards) return { ...forwards, backwards: false };
  return backwards && { ...backwards, backwards: true };
}

/** How places lie where nothing is stretched or bent: within one frame of reference, else by the latest registration that only turns and moves (PS3.3 C.20.2.1.1). */
export function joiningOf(objects: readonly DataSet[], here: Where, there: Where): Joining {
  if (here.frame !== '' && here.frame === there.frame) return { by: undefined, matrix: IDENTITY };
  const found = registrationsBetween(objects, here, there);
  const rigid = found.find((by) => !by.deforming && isRigid(by.matrix));
  if (rigid) return { by: rigid, matrix: rigid.matrix };
  return !found.length ? 'apart' : found[0]?.deforming ? 'deformed' : 'scaled';
}

/** The matrix alone; undefined where nothing rigid joins the two. */
export function rigidBetween(objects: readonly DataSet[], here: Where, there: Where): Affine | undefined {
  const joining = joiningOf(objects, here, there);
  return typeof joining === 'object' ? joining.matrix : undefined;
}

/** What the objects join, for links between viewports. */
export function joinsBy(objects: () => readonly DataSet[]): Joins {
  return {
    images: (from, to) => rigidBetween(objects(), whereOf(from), whereOf(to)),
    frame: (frame, to) => rigidBetween(objects(), whereIn(frame), whereOf(to)),
  };
}

/** One of several that join two images. */
export function idOf({ links, deforming }: Registered): string {
  return `${links.map((link) => link.object).join(' ')}${deforming ? ' deformed' : ''}`;
}

/** 'RIGID, 2025-01-15'; of a chain all of them, in the order in which they are gone through. */
export function nameOf({ links }: Registered): string {
  return links.map(({ label, date }) => [label, date].filter(Boolean).join(', ')).join(' → ');
}

/** The image in the places of the frame; undefined where it does not say where it lies. */
export function rectangleThrough({ by, matrix }: Joined, image: ImageRef): Rectangle | undefined {
  const own = rectangleOf(image);
  return own && by ? moved(matrix, own) : own;
}

/** The same plane in the other frame of reference. */
export function planeThrough(matrix: Affine, plane: SampledPlane): SampledPlane {
  const stretched = (v: Point3) => matrix.linear.map((row) => dot(row, v)) as Point3;
  return { ...plane, origin: placed(matrix, plane.origin), right: stretched(plane.right), down: stretched(plane.down) };
}

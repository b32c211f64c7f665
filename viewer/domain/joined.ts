/** How the places of one frame of reference lie in another: by the registration objects that join the two. LPS, mm. */
import { after, IDENTITY, invertAffine, isRigid, placed, type Affine } from '../core/affine';
import type { DataSet } from '../core/dicom-json';
import { dot, type Point3 } from '../core/geometry';
import type { Rectangle } from '../core/image-plane';
import type { SampledPlane } from '../core/reslice';
import type { ImageRef } from './display-sets';
import { frameOfReference, moved, rectangleOf, type Joins } from './linking';
import { isNamed, matrixFor, registrationOf, type Registration, type Where } from './registration';

/** A deformable registration of an object, from the frame it registers to the one of its images, or the other way. grid: holds the item of the vectors. */
export interface Deforming {
  pre: Affine;
  post: Affine;
  grid: DataSet | undefined;
  backwards: boolean;
}

/** How the places of an image lie in a volume of another frame of reference, and which object says so. */
export interface Registered {
  /** SOP Instance UID of the object. */
  object: string;
  /** Where places are deformed: without it. */
  matrix: Affine;
  deforming?: Deforming | undefined;
  /** Content Label, else Series Description. */
  label: string;
  /** As it is shown: 2025-01-15; '' when not said. */
  date: string;
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

/** All of them, the latest first; of two that were written together the one that does not deform. */
export function registrationsBetween(objects: readonly DataSet[], here: Where, there: Where): Registered[] {
  const found = objects.map(registrationOf).flatMap((known) => {
    const about = { object: known.object, label: known.label, date: known.date };
    const matrix = throughOne(known, here, there);
    const deforming = deformingFor(known, here, there);
    return [...(matrix ? [{ known, by: { ...about, matrix } as Registered }] : []), ...(deforming ? [{ known, by: { ...about, matrix: IDENTITY, deforming } as Registered }] : [])];
  });
  const bends = ({ by }: (typeof found)[0]) => (by.deforming ? 1 : 0);
  return found.sort((a, b) => later(a.known, b.known) || bends(a) - bends(b)).map(({ by }) => by);
}

/** For sorting, the latest first. */
function later(a: Registration, b: Registration): number {
  return a.written === b.written ? 0 : a.written < b.written ? 1 : -1;
}

function throughOne(known: Registration, here: Where, there: Where): Affine | undefined {
  const [to, from] = [matrixFor(known, here), matrixFor(known, there)];
  const back = from && invertAffine(from);
  return to && back && known.from.length ? after(to, back) : undefined;
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
export function idOf({ object, deforming }: Registered): string {
  return `${object}${deforming ? ' deformed' : ''}`;
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

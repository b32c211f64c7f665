/** Spatial Registration objects (PS3.3 A.39.1, C.20.2): how the places of one frame of reference lie in another. LPS, mm. */
import { isoDate } from '../core/dates';
import { items, numbers, text, type DataSet } from '../core/dicom-json';
import { placed, type Affine } from '../core/deformation';
import { cross, dot, type Point3 } from '../core/geometry';
import type { SampledPlane } from '../core/reslice';
import type { ImageRef } from './display-sets';
import { frameOfReference, type Joins } from './linking';

/** A deformable registration of an object, from the frame it registers to the one of its images, or the other way. grid: holds the item of the vectors. */
export interface Deforming {
  pre: Affine;
  post: Affine;
  grid: DataSet | undefined;
  backwards: boolean;
}

export { placed, type Affine };

/** What one object joins. from: images in a frame of reference, or named one by one, to the frame of the object. */
interface Registration {
  label: string;
  date: string;
  /** To compare: the later counts. */
  written: string;
  target: string;
  from: readonly { frame: string; images: ReadonlySet<string>; matrix: Affine }[];
  deforming: readonly { frame: string; images: ReadonlySet<string>; pre: Affine; post: Affine; grid: DataSet | undefined }[];
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

/**
 * From the places of an image to those of another one: by the latest object that names both, forwards or backwards. Undefined
 * where none does. Frames of reference that an object only names, with the identity, are one.
 */
export function registeredBy(objects: readonly DataSet[], image: ImageRef, to: ImageRef): Registered | undefined {
  return registrationsBetween(objects, image, to)[0];
}

/** From the places of an image to those of a frame of reference that may have no image: contours, doses, plans. */
export function registeredTo(objects: readonly DataSet[], image: ImageRef, frame: string): Registered[] {
  return between(objects, whereOf(image), { frame, image: '' });
}

/** Lengths and angles stay what they are, but for what few digits do. */
export function isRigid({ linear }: Affine): boolean {
  return linear.every((a, i) => linear.every((b, j) => Math.abs(dot(a, b) - (i === j ? 1 : 0)) < RIGID)) && dot(linear[0], cross(linear[1], linear[2])) > 0;
}

/** What registrations name: a frame of reference, or images one by one (SOP Instance UID, '' for none). */
export interface Where {
  frame: string;
  image: string;
}

export function whereOf(image: ImageRef): Where {
  return { frame: frameOfReference(image), image: image.sopInstanceUid };
}

/** All of them, the latest first; of two that were written together the one that does not deform. */
export function registrationsBetween(objects: readonly DataSet[], image: ImageRef, to: ImageRef): Registered[] {
  return between(objects, whereOf(image), whereOf(to));
}

function between(objects: readonly DataSet[], image: Where, to: Where): Registered[] {
  const found = objects.flatMap((ds) => {
    const known = registrationOf(ds);
    const about = { object: text(ds, '00080018'), label: known.label, date: known.date };
    const [there, back] = [matrixFor(known, image), matrixFor(known, to)];
    const inverse = back && invertAffine(back);
    const rigid = there && inverse && known.from.length ? [{ known, registered: { ...about, matrix: after(there, inverse) } as Registered }] : [];
    const deforming = deformingFor(known, image, to);
    return [...rigid, ...(deforming ? [{ known, registered: { ...about, matrix: IDENTITY, deforming } as Registered }] : [])];
  });
  const rank = ({ known, registered }: (typeof found)[0]) => `${known.written}${registered.deforming ? '0' : '1'}`;
  return found.sort((a, b) => (rank(a) < rank(b) ? 1 : -1)).map(({ registered }) => registered);
}

function deformingFor({ target, deforming }: Registration, image: Where, to: Where): Deforming | undefined {
  const names = (of: Where) => deforming.find((d) => (d.frame ? d.frame === of.frame : d.images.has(of.image)));
  const isTarget = (of: Where) => target !== '' && of.frame === target;
  const [forwards, backwards] = [isTarget(image) ? names(to) : undefined, isTarget(to) ? names(image) : undefined];
  if (forwards) return { ...forwards, backwards: false };
  return backwards && { ...backwards, backwards: true };
}

/** One of several that join two images. */
export function idOf({ object, deforming }: Registered): string {
  return `${object}${deforming ? ' deformed' : ''}`;
}

/** The same plane in the other frame of reference. */
export function planeThrough(matrix: Affine, plane: SampledPlane): SampledPlane {
  const turned = (v: Point3) => matrix.linear.map((row) => dot(row, v)) as Point3;
  return { ...plane, origin: placed(matrix, plane.origin), right: turned(plane.right), down: turned(plane.down) };
}

export const IDENTITY: Affine = { linear: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], shift: [0, 0, 0] };

/**
 * How places of an image or a frame of reference lie in another one, where nothing is stretched: the identity in the same one, else by the latest
 * registration that joins the two and only turns and moves. Undefined where none does.
 */
export function rigidBetween(objects: readonly DataSet[], here: Where, there: Where): Affine | undefined {
  if (here.frame !== '' && here.frame === there.frame) return IDENTITY;
  let latest: { written: string; matrix: Affine } | undefined;
  for (const known of objects.map(registrationOf)) {
    if (!known.from.length || (latest && latest.written >= known.written)) continue;
    const [to, from] = [matrixFor(known, here), matrixFor(known, there)];
    const back = from && invertAffine(from);
    const matrix = to && back && after(to, back);
    if (matrix && isRigid(matrix)) latest = { written: known.written, matrix };
  }
  return latest?.matrix;
}

/** What the objects join, for links between viewports. */
export function joinsBy(objects: () => readonly DataSet[]): Joins {
  return {
    images: (from, to) => rigidBetween(objects(), whereOf(from), whereOf(to)),
    frame: (frame, to) => rigidBetween(objects(), { frame, image: '' }, whereOf(to)),
  };
}

function matrixFor({ target, from }: Registration, { frame, image }: Where): Affine | undefined {
  const named = from.find((f) => (f.frame ? f.frame === frame : f.images.has(image)));
  return named?.matrix ?? (frame !== '' && frame === target ? IDENTITY : undefined);
}

/** The deformable registrations of an object; those with matrices that are none are left out. */
export function deformingsOf(ds: DataSet): Registration['deforming'] {
  return registrationOf(ds).deforming;
}

const read = new WeakMap<DataSet, Registration>();

function registrationOf(ds: DataSet): Registration {
  const known = read.get(ds);
  if (known) return known;
  const date = text(ds, '00080023');
  const made: Registration = {
    label: text(ds, '00700080') || text(ds, '0008103E') || text(ds, '00080060'),
    date: isoDate(date),
    written: date + text(ds, '00080033'),
    target: text(ds, '00200052'),
    from: items(ds, '00700308').flatMap((item) => {
      const matrix = matrixOf(item);
      const images = new Set(items(item, '00081140').map((i) => text(i, '00081155')));
      return matrix ? [{ frame: text(item, '00200052'), images, matrix }] : [];
    }),
    deforming: items(ds, '00640002').flatMap((one) => {
      const [pre, post] = ['0064000F', '00640010'].map((tag) => onlyMatrix(one, tag));
      const images = new Set(items(one, '00081140').map((i) => text(i, '00081155')));
      return pre && post ? [{ frame: text(one, '00640003'), images, pre, post, grid: items(one, '00640005')[0] }] : [];
    }),
  };
  read.set(ds, made);
  return made;
}

/** Before or after a deformation; the identity where none is said (PS3.3 C.20.3.1.1), undefined where it is none. */
function onlyMatrix(ds: DataSet, tag: string): Affine | undefined {
  const [step] = items(ds, tag);
  return step ? affineOf(step) : IDENTITY;
}

/** The matrices of an Item one after the other, the first first (C.20.2.1.1, equation C.20.2-2: M3 M2 M1). Undefined where one of them is none. */
function matrixOf(item: DataSet): Affine | undefined {
  const steps = items(item, '00700309').flatMap((i) => items(i, '0070030A'));
  const matrices = steps.map(affineOf);
  return matrices.reduce<Affine | undefined>((sum, next) => sum && next && after(sum, next), matrices.length ? IDENTITY : undefined);
}

const FLAT = 1e-9;
/** What is called rigid may be written with few digits, no more. */
const RIGID = 1e-2;

/** Whether a matrix that is said is one: what is none is not applied. */
export function isApplied(step: DataSet): boolean {
  return affineOf(step) !== undefined;
}

/** 16 numbers, row by row, the last row 0 0 0 1; rigid where it says so; not flat. */
function affineOf(step: DataSet): Affine | undefined {
  const m = numbers(step, '300600C6');
  const row = (i: number) => m.slice(4 * i, 4 * i + 3) as Point3;
  const linear = [row(0), row(1), row(2)] as const;
  if (m.length !== 16 || [0, 0, 0, 1].some((v, i) => Math.abs((m[12 + i] as number) - v) > 1e-6)) return undefined;
  const volume = dot(linear[0], cross(linear[1], linear[2]));
  const affine = { linear, shift: [m[3], m[7], m[11]] as Point3 };
  return !m.every(Number.isFinite) || Math.abs(volume) < FLAT || (text(step, '0070030C') === 'RIGID' && !isRigid(affine)) ? undefined : affine;
}

/** First one, then the next. */
function after(first: Affine, next: Affine): Affine {
  const column = (i: number): Point3 => [first.linear[0][i] as number, first.linear[1][i] as number, first.linear[2][i] as number];
  const linear = next.linear.map((row) => [0, 1, 2].map((i) => dot(row, column(i))) as Point3) as [Point3, Point3, Point3];
  return { linear, shift: placed(next, first.shift) };
}

export function invertAffine({ linear: [a, b, c], shift }: Affine): Affine | undefined {
  const det = dot(a, cross(b, c));
  if (Math.abs(det) < FLAT) return undefined;
  const columns = [cross(b, c), cross(c, a), cross(a, b)].map((v) => v.map((n) => n / det) as Point3);
  const linear = [0, 1, 2].map((i) => columns.map((v) => v[i] as number) as Point3) as [Point3, Point3, Point3];
  return { linear, shift: linear.map((row) => -dot(row, shift)) as Point3 };
}

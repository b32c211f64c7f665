/** Spatial Registration objects (PS3.3 A.39.1, C.20.2): how the places of one frame of reference lie in another. LPS, mm. */
import { isoDate } from '../core/dates';
import { items, numbers, text, type DataSet } from '../core/dicom-json';
import { cross, dot, type Point3 } from '../core/geometry';
import type { SampledPlane } from '../core/reslice';
import type { ImageRef } from './display-sets';
import { frameOfReference } from './linking';

/** A point p goes to linear · p + shift; rows of the matrix. */
export interface Affine {
  linear: readonly [Point3, Point3, Point3];
  shift: Point3;
}

/** What one object joins. from: images in a frame of reference, or named one by one, to the frame of the object. */
interface Registration {
  label: string;
  date: string;
  /** To compare: the later counts. */
  written: string;
  target: string;
  from: readonly { frame: string; images: ReadonlySet<string>; matrix: Affine }[];
}

/** How the places of an image lie in a volume of another frame of reference, and which object says so. */
export interface Registered {
  matrix: Affine;
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
  const found = objects.flatMap((ds) => {
    const known = registrationOf(ds);
    const [there, back] = [matrixFor(known, image), matrixFor(known, to)];
    const inverse = back && invertAffine(back);
    return there && inverse ? [{ known, matrix: after(there, inverse) }] : [];
  });
  const last = found.sort((a, b) => (a.known.written < b.known.written ? 1 : -1))[0];
  return last && { matrix: last.matrix, label: last.known.label, date: last.known.date };
}

/** The same plane in the other frame of reference. */
export function planeThrough(matrix: Affine, plane: SampledPlane): SampledPlane {
  const turned = (v: Point3) => matrix.linear.map((row) => dot(row, v)) as Point3;
  return { ...plane, origin: placed(matrix, plane.origin), right: turned(plane.right), down: turned(plane.down) };
}

/** Where a point lies. */
export function placed({ linear, shift }: Affine, p: Point3): Point3 {
  return linear.map((row, i) => dot(row, p) + (shift[i] as number)) as Point3;
}

const IDENTITY: Affine = { linear: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], shift: [0, 0, 0] };

function matrixFor({ target, from }: Registration, image: ImageRef): Affine | undefined {
  const frame = frameOfReference(image);
  const named = from.find((f) => (f.frame ? f.frame === frame : f.images.has(image.sopInstanceUid)));
  return named?.matrix ?? (frame !== '' && frame === target ? IDENTITY : undefined);
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
  };
  read.set(ds, made);
  return made;
}

/** The matrices of an Item one after the other, the first first (C.20.2.1.1). Undefined where one of them is none. */
function matrixOf(item: DataSet): Affine | undefined {
  const steps = items(item, '00700309').flatMap((i) => items(i, '0070030A'));
  const matrices = steps.map(affineOf);
  return matrices.reduce<Affine | undefined>((sum, next) => sum && next && after(sum, next), matrices.length ? IDENTITY : undefined);
}

const FLAT = 1e-9;
/** What is called rigid may be written with few digits, no more. */
const RIGID = 1e-2;

/** 16 numbers, row by row, the last row 0 0 0 1; rigid where it says so; not flat. */
function affineOf(step: DataSet): Affine | undefined {
  const m = numbers(step, '300600C6');
  const row = (i: number) => m.slice(4 * i, 4 * i + 3) as Point3;
  const linear = [row(0), row(1), row(2)] as const;
  if (m.length !== 16 || [0, 0, 0, 1].some((v, i) => Math.abs((m[12 + i] as number) - v) > 1e-6)) return undefined;
  const volume = dot(linear[0], cross(linear[1], linear[2]));
  const isStiff = linear.every((a, i) => linear.every((b, j) => Math.abs(dot(a, b) - (i === j ? 1 : 0)) < RIGID));
  if (Math.abs(volume) < FLAT || (text(step, '0070030C') === 'RIGID' && (!isStiff || volume < 0))) return undefined;
  return { linear, shift: [m[3], m[7], m[11]] as Point3 };
}

/** First one, then the next. */
function after(first: Affine, next: Affine): Affine {
  const column = (i: number): Point3 => [first.linear[0][i] as number, first.linear[1][i] as number, first.linear[2][i] as number];
  const linear = next.linear.map((row) => [0, 1, 2].map((i) => dot(row, column(i))) as Point3) as [Point3, Point3, Point3];
  return { linear, shift: placed(next, first.shift) };
}

function invertAffine({ linear: [a, b, c], shift }: Affine): Affine | undefined {
  const det = dot(a, cross(b, c));
  if (Math.abs(det) < FLAT) return undefined;
  const columns = [cross(b, c), cross(c, a), cross(a, b)].map((v) => v.map((n) => n / det) as Point3);
  const linear = [0, 1, 2].map((i) => columns.map((v) => v[i] as number) as Point3) as [Point3, Point3, Point3];
  return { linear, shift: linear.map((row) => -dot(row, shift)) as Point3 };
}

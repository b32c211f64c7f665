/** What registration objects say (PS3.3 A.39, C.20.2, C.20.3): matrices and grids of vectors that join frames of reference. LPS, mm. */
import { after, IDENTITY, isFlat, isRigid, type Affine } from '../core/affine';
import { isoDate } from '../core/dates';
import { items, numbers, text, type DataSet } from '../core/dicom-json';
import type { Point3 } from '../core/geometry';

/** What registrations name: a frame of reference, or images one by one (SOP Instance UID, '' for none). */
export interface Where {
  frame: string;
  image: string;
}

/** Places of a frame of reference, or of images that are named, in the frame of the object. */
interface Leads {
  frame: string;
  images: ReadonlySet<string>;
}

/** An object as the reader is told of it. */
export interface Link {
  /** SOP Instance UID. */
  object: string;
  /** Content Label, else Series Description. */
  label: string;
  /** As it is shown: 2025-01-15; '' when not said. */
  date: string;
  /** To compare: the later counts. */
  written: string;
}

/** What one object joins. from: images in a frame of reference, or named one by one, to the frame of the object. */
export interface Registration extends Link {
  target: string;
  /** Those that its matrices join, each once; at most as many as anybody would register. */
  frames: readonly string[];
  from: readonly (Leads & { matrix: Affine })[];
  deforming: readonly (Leads & { pre: Affine; post: Affine; grid: DataSet | undefined })[];
}

/** From places to those of the frame of the object; undefined where it does not name them. */
export function matrixFor({ target, from }: Registration, where: Where): Affine | undefined {
  const named = from.find((one) => isNamed(one, where));
  return named?.matrix ?? (from.length && where.frame !== '' && where.frame === target ? IDENTITY : undefined);
}

export function isNamed({ frame, images }: Leads, where: Where): boolean {
  return frame ? frame === where.frame : images.has(where.image);
}

/** The deformable registrations of an object; those with matrices that are none are left out. */
export function deformingsOf(ds: DataSet): Registration['deforming'] {
  return registrationOf(ds).deforming;
}

/** For sorting, the latest first. */
export function later(a: Link, b: Link): number {
  return a.written === b.written ? 0 : a.written < b.written ? 1 : -1;
}

const MOST_FRAMES = 100;
const read = new WeakMap<DataSet, Registration>();

export function registrationOf(ds: DataSet): Registration {
  const known = read.get(ds);
  if (known) return known;
  const date = text(ds, '00080023');
  const target = text(ds, '00200052');
  const from = items(ds, '00700308').flatMap((item) => {
    const matrix = matrixOf(item);
    return matrix ? [{ frame: text(item, '00200052'), images: imagesOf(item), matrix }] : [];
  });
  const made: Registration = {
    object: text(ds, '00080018'),
    label: text(ds, '00700080') || text(ds, '0008103E') || text(ds, '00080060'),
    date: isoDate(date),
    written: date + text(ds, '00080033'),
    target,
    frames: [...new Set([target, ...from.map(({ frame }) => frame)])].filter(Boolean).slice(0, MOST_FRAMES),
    from,
    deforming: items(ds, '00640002').flatMap((one) => {
      const [pre, post] = ['0064000F', '00640010'].map((tag) => onlyMatrix(one, tag));
      return pre && post ? [{ frame: text(one, '00640003'), images: imagesOf(one), pre, post, grid: items(one, '00640005')[0] }] : [];
    }),
  };
  read.set(ds, made);
  return made;
}

function imagesOf(ds: DataSet): Set<string> {
  return new Set(items(ds, '00081140').map((i) => text(i, '00081155')).filter(Boolean));
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

/** Whether a matrix that is said is one: what is none is not applied. */
export function isApplied(step: DataSet): boolean {
  return affineOf(step) !== undefined;
}

/** 16 numbers, row by row, the last row 0 0 0 1; rigid where it says so; not flat. */
function affineOf(step: DataSet): Affine | undefined {
  const m = numbers(step, '300600C6');
  const row = (i: number) => m.slice(4 * i, 4 * i + 3) as Point3;
  if (m.length !== 16 || [0, 0, 0, 1].some((v, i) => Math.abs((m[12 + i] as number) - v) > 1e-6)) return undefined;
  const affine: Affine = { linear: [row(0), row(1), row(2)], shift: [m[3], m[7], m[11]] as Point3 };
  return !m.every(Number.isFinite) || isFlat(affine) || (text(step, '0070030C') === 'RIGID' && !isRigid(affine)) ? undefined : affine;
}

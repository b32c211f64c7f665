/** Spatial Fiducials (PS3.3 C.21): named places of the patient, or of images. */
import { items, number, numbers, text, type DataSet } from './dicom-json';
import type { Point2, Point3 } from './geometry';
import { meaning } from './segments';

export interface Fiducial {
  name: string;
  description: string;
  shape: string;
  /** Frame of Reference UID of its points; '' where they are points of images. */
  frame: string;
  /** LPS, mm. */
  points: readonly Point3[];
  /** Points of images: columns and rows from the corner of the first pixel. frame: 0 for all. */
  onImages: readonly { uid: string; frame: number; points: readonly Point2[] }[];
}

const MOST = 20_000;

export function fiducialsOf(ds: DataSet): Fiducial[] {
  const all = items(ds, '0070031C').flatMap((set) => items(set, '0070031E').map((one) => fiducialOf(one, text(set, '00200052'))));
  return all.slice(0, MOST);
}

function fiducialOf(one: DataSet, frame: string): Fiducial {
  return {
    name: text(one, '00700310') || meaning(one, '00700311') || '?',
    description: text(one, '0070030F'),
    shape: text(one, '00700306'),
    frame,
    points: inThrees(numbers(one, '30060050')),
    onImages: items(one, '00700318').flatMap((graphic) => {
      const flat = numbers(graphic, '00700022');
      const points = Array.from({ length: Math.floor(flat.length / 2) }, (_, i): Point2 => [flat[2 * i] as number, flat[2 * i + 1] as number]);
      return items(graphic, '00081140').map((image) => ({ uid: text(image, '00081155'), frame: number(image, '00081160') ?? 0, points }));
    }),
  };
}

function inThrees(flat: readonly number[]): Point3[] {
  return Array.from({ length: Math.floor(flat.length / 3) }, (_, i) => flat.slice(3 * i, 3 * i + 3) as Point3);
}

/** How an image lies in its patient and which side it shows, as far as the object says. */
import { strings, text, type DataSet } from './dicom-json';
import { functionalGroup, planeOf } from './image-description';
import type { Anatomy, Axes } from './orientation';

export function anatomyOf(ds: DataSet): Anatomy {
  return text(ds, '00102210') === 'QUADRUPED' ? 'QUADRUPED' : 'BIPED';
}

/** By Image Orientation (Patient), else by the letters of Patient Orientation. */
export function axesOf(ds: DataSet, frame: number): Axes | undefined {
  const anatomy = anatomyOf(ds);
  const plane = planeOf(ds, frame);
  if (plane) return { kind: 'plane', row: plane.row, column: plane.column, anatomy };
  const [row = '', column = ''] = strings(ds, '00200020');
  return row || column ? { kind: 'letters', row, column, anatomy } : undefined;
}

/** R, L, U (unpaired) or B (both): of the frame, the image or the series (PS3.3 C.7.6.16.2.8, C.7.6.1, C.7.3.1). */
export function lateralityOf(ds: DataSet, frame: number): string {
  const anatomy = functionalGroup(ds, frame, '00209071');
  return text(anatomy, '00209072') || text(ds, '00200062') || text(ds, '00200060');
}

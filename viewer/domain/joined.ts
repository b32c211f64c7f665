/** Where an image lies among the places of another frame of reference: its own, or one that a registration object joins to it. */
import type { DataSet } from '../core/dicom-json';
import { dot, type Point3 } from '../core/geometry';
import type { Rectangle } from '../core/image-plane';
import type { ImageRef } from './display-sets';
import { frameOfReference, rectangleOf } from './linking';
import { isRigid, placed, registeredTo, type Affine, type Registered } from './registration';

/** by: the registration, undefined within one frame of reference. matrix: from the places of the image to those of the frame. */
export interface Joined {
  by: Registered | undefined;
  matrix: Affine;
}

/** deformed, scaled: a registration joins them, but only one that bends or stretches: what is drawn in millimetres does not follow it. */
export type Joining = Joined | 'deformed' | 'scaled' | 'apart';

const SAME: Affine = { linear: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], shift: [0, 0, 0] };

/** The latest rigid registration counts (PS3.3 C.20.2.1.1). */
export function joiningOf(image: ImageRef, frame: string, registrations: readonly DataSet[]): Joining {
  if (!frame) return 'apart';
  if (frameOfReference(image) === frame) return { by: undefined, matrix: SAME };
  const found = registeredTo(registrations, image, frame);
  const rigid = found.find((r) => !r.deforming && isRigid(r.matrix));
  if (rigid) return { by: rigid, matrix: rigid.matrix };
  return !found.length ? 'apart' : found[0]?.deforming ? 'deformed' : 'scaled';
}

/** The image in the places of the frame; undefined where it does not say where it lies. */
export function rectangleThrough({ by, matrix }: Joined, image: ImageRef): Rectangle | undefined {
  const own = rectangleOf(image);
  if (!own || !by) return own;
  const turned = (v: Point3) => {
    const out = matrix.linear.map((row) => dot(row, v)) as Point3;
    const size = Math.hypot(...out);
    return out.map((n) => n / size) as Point3;
  };
  return { ...own, position: placed(matrix, own.position), row: turned(own.row), column: turned(own.column) };
}

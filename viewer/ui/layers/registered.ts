/** Images in the frame of reference of what lies over them: the same one, or joined to it by a registration that turns and moves. */
import { IDENTITY, type Affine } from '../../core/affine';
import type { Rectangle } from '../../core/image-plane';
import type { ImageRef } from '../../domain/display-sets';
import { rigidBetween, whereIn, whereOf } from '../../domain/joined';
import { moved, rectangleOf } from '../../domain/linking';
import type { ViewerModel } from '../viewer-model';

/** From the places of an image to those of a frame of reference; undefined where nothing joins them. */
export type Into = (image: ImageRef, frame: string) => Affine | undefined;

export function intoFrames(model: ViewerModel): Into {
  return (image, frame) => (frame ? rigidBetween(model.registrations(), whereOf(image), whereIn(frame)) : undefined);
}

/** An image as it lies in a frame of reference. */
export function rectangleIn(into: Into, image: ImageRef, frame: string): Rectangle | undefined {
  const matrix = into(image, frame);
  const rectangle = matrix && rectangleOf(image);
  return rectangle && matrix !== IDENTITY ? moved(matrix, rectangle) : rectangle;
}

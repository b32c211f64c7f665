/** An image that can be drawn: its frame, and what is said of it. */
import type { Frame } from '../../core/frame';
import { pixelAspect } from '../../core/image-description';
import type { Sheet } from '../../core/sheet';
import type { ImageRef } from '../../domain/display-sets';

/** `frame` is the small image of first paint until the full one takes its place; rows and columns are always the full ones. */
export interface StageImage extends Sheet {
  imageId: string;
  frame: Frame;
  whole: boolean;
  ref: ImageRef;
}

export function imageOf(imageId: string, ref: ImageRef, frame: Frame): StageImage {
  const { rows, columns } = ref.pixel;
  return { imageId, frame, whole: frame.rows === rows && frame.columns === columns, ref, rows, columns, aspect: pixelAspect(ref.dataset, ref.frame) };
}

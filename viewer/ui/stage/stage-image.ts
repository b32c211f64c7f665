/** An image as Cornerstone wants it: our frame, drawn by our own tables. */
import * as cs from '@cornerstonejs/core';
import type { Frame } from '../../core/frame';
import { pixelAspect } from '../../core/image-description';
import type { ImageRef } from '../../domain/display-sets';
import { drawStage } from './stage-registry';

/** `frame` is the small image of first paint until the full one takes its place; rows and columns are always the full ones. */
export interface StageImage extends cs.Types.IImage {
  frame: Frame;
  whole: boolean;
  ref: ImageRef;
}

export function imageOf(id: string, ref: ImageRef, frame: Frame): StageImage {
  const { rows, columns } = ref.pixel;
  const components = frame.colour ? 3 : 1;
  return {
    imageId: id,
    frame,
    whole: frame.rows === rows && frame.columns === columns,
    ref,
    rows,
    columns,
    height: rows,
    width: columns,
    color: frame.colour,
    rgba: false,
    numberOfComponents: components,
    dataType: frame.samples.constructor.name,
    slope: 1,
    intercept: 0,
    windowCenter: 128,
    windowWidth: 256,
    invert: false,
    minPixelValue: frame.min,
    maxPixelValue: frame.max,
    rowPixelSpacing: pixelAspect(ref.dataset, ref.frame),
    columnPixelSpacing: 1,
    // Counted and evicted here, not by Cornerstone, which knows nothing of nearness and of frames that grow.
    sizeInBytes: 0,
    getPixelData(this: StageImage) {
      return this.frame.samples;
    },
    getCanvas: undefined,
    get voxelManager() {
      const { rows: height, columns: width, samples } = (this as unknown as StageImage).frame;
      return cs.utilities.VoxelManager.createImageVoxelManager({ scalarData: samples as never, width, height, numberOfComponents: components });
    },
    render: drawStage,
  } as unknown as StageImage;
}

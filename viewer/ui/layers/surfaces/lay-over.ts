/** Surfaces of an object on the images, planes and volumes of their frame of reference. */
import { text, type DataSet } from '../../../core/dicom-json';
import type { Surface } from '../../../core/surfaces';
import type { ViewerModel } from '../../viewer-model';
import { intoFrames } from '../registered';
import { SurfaceLayer } from './layer';

export function layOver(model: ViewerModel, dataset: DataSet, surfaces: readonly Surface[]): void {
  const [id, frame] = [text(dataset, '00080018'), text(dataset, '00200052')];
  model.layers.put(new SurfaceLayer(id, frame, () => surfaces, intoFrames(model)));
  model.meshes.put({ id, frameOfReference: frame, surfaces });
}

/** hidden: their places in the list, from 1. */
export function withoutHidden(surfaces: readonly Surface[], hidden: readonly number[]): Surface[] {
  return surfaces.map((surface, i) => (hidden.includes(i + 1) ? { ...surface, visible: false } : surface));
}

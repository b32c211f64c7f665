/** Surfaces of an object on the images, planes and volumes of their frame of reference. */
import { text, type DataSet } from '../../../core/dicom-json';
import type { Surface } from '../../../core/surfaces';
import type { ViewerModel } from '../../viewer-model';
import { SurfaceLayer } from './layer';

export function layOver(model: ViewerModel, dataset: DataSet, surfaces: readonly Surface[]): void {
  const [id, frame] = [text(dataset, '00080018'), text(dataset, '00200052')];
  model.layers.put(new SurfaceLayer(id, frame, () => surfaces));
  model.meshes.put({ id, frameOfReference: frame, surfaces });
  model.update();
}

export function takeOff(model: ViewerModel, dataset: DataSet): void {
  const id = text(dataset, '00080018');
  model.layers.remove(id);
  model.meshes.remove(id);
  model.update();
}

export function isLaidOver(model: ViewerModel, dataset: DataSet): boolean {
  return model.layers.get(text(dataset, '00080018')) !== undefined;
}

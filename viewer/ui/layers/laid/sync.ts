/** Layers as the state of the viewer has them. */
import { markBook } from '../marks/book';
import { segmentBook } from '../segments/book';
import type { ViewerModel } from '../../viewer-model';
import { uidsOn } from './state';

const registrations = new WeakMap<ViewerModel, number>();

export function sync(model: ViewerModel): void {
  const on = new Set(uidsOn(model));
  segmentBook(model).follow(on);
  markBook(model).follow(on);
  // What joins frames of reference comes late: then layers lie on more images.
  const count = model.registrations().length;
  if (registrations.get(model) === count) return;
  registrations.set(model, count);
  model.layers.changed();
}

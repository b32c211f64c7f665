/** Objects about images, found in the series that are open: states, segments, structures, reports. */
import type { DataSet } from '../core/dicom-json';
import { kindOfClass, kindOfObject, type ObjectKind } from '../domain/object-kinds';
import type { SeriesState, ViewerModel } from './viewer-model';

export interface Companion {
  state: SeriesState;
  dataset: DataSet;
}

/** Those read so far. */
export function companionsRead(model: ViewerModel, kind: ObjectKind): Companion[] {
  return seriesWith(model, kind).flatMap((state) => (state.set?.objects ?? []).filter((ds) => kindOfObject(ds) === kind).map((dataset) => ({ state, dataset })));
}

/** All of them, once their metadata is here: they come late in the order of fetching. */
export async function companionsOf(model: ViewerModel, kind: ObjectKind): Promise<Companion[]> {
  await Promise.all(seriesWith(model, kind).map(({ series }) => model.fetchSet(series.series_instance_uid)));
  return companionsRead(model, kind);
}

function seriesWith(model: ViewerModel, kind: ObjectKind): SeriesState[] {
  return model.order().flatMap((uid) => model.series.get(uid) ?? []).filter(({ series }) => series.sop_class_uids.some((c) => kindOfClass(c) === kind));
}

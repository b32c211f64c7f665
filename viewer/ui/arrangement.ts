/** What hangs where, as undo puts it back: the grid, the planes of a volume, and the zoom and pan of each. */
import type { Hanging } from '../domain/hanging';
import type { KeptVolume } from '../domain/volume-kept';
import { planeOfCell } from './stage/reformatting';
import type { View } from './stage/view';
import type { ViewerModel } from './viewer-model';

export interface Arrangement {
  hanging: Hanging;
  active: number;
  volume: KeptVolume | undefined;
  /** Zoom and pan by series, undefined where the image was fitted: viewports are of another size in another grid. */
  places: ReadonlyMap<string, View['place']>;
}

export function arrangementOf(model: ViewerModel): Arrangement {
  const places = [...model.stages].flatMap(([cell, stage]): [string, View['place']][] => {
    const uid = model.hanging.cells[cell];
    return uid && stage.snapshot().shown >= 0 ? [[uid, stage.view().place]] : [];
  });
  return { hanging: model.hanging, active: model.active, volume: model.multiplanar.kept(), places: new Map(places) };
}

export function arrange(model: ViewerModel, { hanging, active, volume, places }: Arrangement): void {
  model.active = active;
  const planes = hanging.cells.some((cell) => planeOfCell(cell));
  if (planes && volume && model.multiplanar.active?.series !== volume.series) model.multiplanar.close();
  model.hangAll(hanging, places);
  if (planes && volume && !model.multiplanar.active) void model.multiplanar.restore(volume);
}

/** The tags of the object that is shown, or of another of the open studies, in the panel. */
import { useSyncExternalStore, type ReactElement } from 'react';
import { text, type DataSet } from '../../../core/dicom-json';
import { seriesOfRun } from '../../../domain/runs';
import { TagBrowser } from '../../kinds/tags/browser';
import { useOwnState } from '../../own-states';
import { seriesOfCell } from '../../stage/reformatting';
import type { Stage } from '../../stage/stage';
import type { SeriesState, ViewerModel } from '../../viewer-model';

export default function Tags({ stage, state, model }: { stage: Stage; state: SeriesState; model: ViewerModel }): ReactElement {
  const snap = useSyncExternalStore(stage.subscribe, stage.snapshot);
  const series = seriesOfRun(seriesOfCell(model.hanging.cells[model.active] ?? ''));
  const own = useOwnState(model.own, series);
  const images = snap.displaySet?.images ?? [];
  const objects = state.set?.objects ?? [];
  const left = (snap.displaySet?.left ?? []).find((object) => object.dataset === model.tagged)?.dataset;
  const drawn: DataSet | undefined = snap.ref?.dataset ?? images[snap.index]?.dataset;
  const chosen = objects.find((ds) => text(ds, '00080018') === own.object);
  const shown = drawn ?? chosen ?? state.set?.sample;
  // The next image is of the next object: frames of one have the same tags.
  const next = images.slice(snap.index).find((image) => image.dataset !== shown)?.dataset ?? images.slice(0, snap.index).findLast((image) => image.dataset !== shown)?.dataset ?? objects.find((ds) => ds !== shown);
  return <TagBrowser key={series} model={model} shown={shown} next={next} series={series} tagged={left} onTagged={(tagged) => model.update({ tagged })} />;
}

/** The two planes of a biplane run beside each other, linked, so that they are scrolled and played together. */
import { t } from '../core/language';
import { biplaneOf, otherPlane } from '../domain/angiography';
import type { ImageRef } from '../domain/display-sets';
import { studyInHand } from './view-templates';
import type { ViewerModel } from './viewer-model';

/** Plane A at the left. One that is a part of a series hangs as that part. */
export async function hangBiplane(model: ViewerModel): Promise<void> {
  const study = studyInHand(model);
  await Promise.all((study?.series ?? []).filter((s) => ['XA', 'RF'].includes(s.modality)).map((s) => model.fetchSet(s.series_instance_uid)));
  const here = [...model.series].filter(([, state]) => state.study === study && state.set && !state.set.source);
  // Parts first: they hold one run each.
  const runs = here.sort(([a], [b]) => b.length - a.length).flatMap(([uid, { set }]) => [...new Map((set?.images ?? []).map((i) => [i.sopInstanceUid, i])).values()].map((image) => ({ uid, image, dataset: image.dataset })));
  const now = model.stage()?.snapshot().ref;
  const one = runs.find((r) => r.image.sopInstanceUid === now?.sopInstanceUid && biplaneOf(r.dataset)) ?? runs.find((r) => biplaneOf(r.dataset));
  const other = one && otherPlane(one, runs);
  if (!one || !other) return model.tell(t('No image of this study is a plane of a biplane pair.'));
  const [left, right] = biplaneOf(one.dataset) === 'A' ? [one, other] : [other, one];
  model.linker.on = true;
  model.hangCells({ rows: 1, columns: 2, cells: [left.uid, right.uid] }, 0);
  goTo(model, 0, left.image);
  goTo(model, 1, right.image);
}

function goTo(model: ViewerModel, cell: number, { sopInstanceUid }: ImageRef): void {
  const set = model.series.get(model.hanging.cells[cell] ?? '')?.set;
  const index = set?.images.findIndex((i) => i.sopInstanceUid === sopInstanceUid) ?? 0;
  if (index > 0) void model.stages.get(cell)?.goTo(index);
}

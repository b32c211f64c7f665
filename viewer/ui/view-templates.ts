/** Templates of whole examinations: four mammograms back to back, the teeth of a mouth in their mount. */
import { t } from '../core/language';
import { MOUNT, placeInMount, teethOf } from '../domain/dental';
import type { ImageRef } from '../domain/display-sets';
import { commonScale, extentOf, fourViews, isMirrored, mammoViewOf, panOf, type Hung, type MammoView } from '../domain/mammography';
import { isRun } from '../domain/runs';
import { UPRIGHT } from '../domain/orientation-ops';
import type { Stage } from './stage/stage';
import type { View } from './stage/view';
import type { ViewerModel } from './viewer-model';

interface Single {
  uid: string;
  image: ImageRef;
}

/** Everything of the active study that shows one view: parts where a series has several. */
async function singles(model: ViewerModel): Promise<Single[]> {
  const study = model.series.get(model.hanging.cells[model.active] ?? '')?.study ?? model.studies[0];
  if (!study) return [];
  await Promise.all(study.series.filter((s) => ['MG', 'IO', 'DX', 'PX'].includes(s.modality)).map((s) => model.fetchSet(s.series_instance_uid)));
  return study.series.flatMap(({ series_instance_uid: uid }) => {
    const parts = [...model.series].filter(([id]) => isRun(id) && id.startsWith(`${uid}#`) && !id.endsWith('#r0'));
    const sets = parts.length ? parts.map(([id, { set }]) => [id, set] as const) : [[uid, model.series.get(uid)?.set] as const];
    return sets.flatMap(([id, set]) => (set?.images[0] && !set.source ? [{ uid: id, image: set.images[0] }] : []));
  });
}

/** prefer: what is hung where a view was made in both ways. */
export async function hangMammography(model: ViewerModel, prefer: 'flat' | 'tomosynthesis'): Promise<void> {
  const found = (await singles(model)).flatMap(({ uid, image }): Hung<string>[] => {
    const view = mammoViewOf(image);
    return view ? [{ of: uid, image, view }] : [];
  });
  const four = fourViews(found, prefer);
  if (!four.some(Boolean)) return model.tell(t('This study has no mammograms that say which breast and view they are.'));
  model.hangCells({ rows: 2, columns: 2, cells: four.map((hung) => hung?.of ?? '') }, 0);
  align(model, four);
}

const aligned = new WeakMap<ViewerModel, () => void>();

/** One scale for all, chest walls in the middle, tops at the top; again when viewports change their size, until the reader moves one. */
function align(model: ViewerModel, four: readonly (Hung<string> | undefined)[]): void {
  aligned.get(model)?.();
  const hung = four.flatMap((one, cell) => (one ? [{ ...one, cell }] : []));
  const left = new Set<number>();
  const put = new Map<number, View['place']>();
  const isThere = (cell: number, uid: string): Stage | undefined => {
    const stage = model.stages.get(cell);
    const snap = stage?.snapshot();
    return snap?.displaySet?.seriesInstanceUid === uid && snap.shown >= 0 && snap.width > 0 ? stage : undefined;
  };
  let [busy, stopped] = [false, false];
  const lay = () => {
    if (busy) return;
    if (stopped) return;
    if (!hung.every(({ cell, of }) => model.hanging.cells[cell] === of)) return stop();
    const there = hung.flatMap((one) => {
      const stage = isThere(one.cell, one.of);
      return stage ? [{ ...one, stage, extent: extentOf(one.image), box: stage.snapshot() }] : [];
    });
    if (there.length < hung.length || model.maximised) return;
    const known = there.every((one) => one.extent.known);
    const extents = there.map((one) => (known ? one.extent : { ...one.extent, width: one.image.pixel.columns, height: one.image.pixel.rows, column: 1 }));
    const scale = commonScale(there.map(({ box }, i) => ({ extent: extents[i] as (typeof extents)[number], box })));
    busy = true;
    model.linker.apart(() => {
      there.forEach(({ stage, view, cell, box }, i) => {
        const extent = extents[i] as (typeof extents)[number];
        // What the reader has moved since stays where it is; fitted is what an image is that was hung anew.
        if (isMoved(put.get(cell), stage.view().place)) left.add(cell);
        if (left.has(cell)) return;
        turn(stage, view);
        const ratio = window.devicePixelRatio || 1;
        stage.replace({ zoom: scale * extent.column * ratio, pan: panOf(view.side, extent, box, scale) });
        put.set(cell, stage.view().place);
      });
    });
    busy = false;
  };
  /** Not within what a stage is doing: it has its own place to set first. */
  const soon = () => queueMicrotask(lay);
  const watched = new Map<number, () => void>();
  const watch = () => {
    for (const { cell } of hung) {
      const stage = model.stages.get(cell);
      if (!stage || watched.has(cell)) continue;
      let size = '';
      watched.set(cell, stage.subscribe(() => {
        const { width, height, shown } = stage.snapshot();
        const next = `${width} ${height} ${shown >= 0}`;
        if (next === size) return;
        size = next;
        soon();
      }));
    }
    soon();
  };
  const forget = model.subscribe(watch);
  function stop(): void {
    stopped = true;
    forget();
    for (const end of watched.values()) end();
    aligned.delete(model);
  }
  aligned.set(model, stop);
  watch();
}

function turn(stage: Stage, view: MammoView): void {
  const flip = isMirrored(view);
  if (stage.snapshot().orientation.flip !== flip) stage.setOrientation({ ...UPRIGHT, flip });
}

function isMoved(before: View['place'], now: View['place']): boolean {
  if (!before || !now) return false;
  return Math.abs(now.zoom / before.zoom - 1) > 1e-3 || before.pan.some((p, i) => Math.abs(p - (now.pan[i] ?? p)) > 1);
}

/** Bitewings between the jaws; of two images of one place the later one hangs, the other is in the rail. */
export async function hangMouth(model: ViewerModel): Promise<void> {
  const cells = Array.from({ length: MOUNT.rows * MOUNT.columns }, () => '');
  for (const { uid, image } of await singles(model)) {
    const place = placeInMount(teethOf(image.dataset));
    if (place) cells[place.row * MOUNT.columns + place.column] = uid;
  }
  if (!cells.some(Boolean)) return model.tell(t('No image of this study says which teeth it shows.'));
  model.hangCells({ ...MOUNT, cells }, cells.findIndex(Boolean));
}

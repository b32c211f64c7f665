/** Mammograms back to back: the usual four, further views, tomosyntheses, and the prior's, all at one scale. */
import { t } from '../core/language';
import type { ImageRef } from '../domain/display-sets';
import { commonScale, extentOf, fourViews, isMirrored, mammoViewOf, panOf, viewLabel, viewPages, type Edge, type Hung, type MammoView } from '../domain/mammography';
import { UPRIGHT } from '../domain/orientation-ops';
import { wallOf } from './breast-wall';
import { pixelsPerMm } from './calibration';
import { studiesOf } from './hanging-pool';
import { imageId } from './stage/frames';
import type { Stage } from './stage/stage';
import type { View } from './stage/view';
import { singles } from './view-templates';
import type { ViewerModel } from './viewer-model';

type Prefer = 'flat' | 'tomosynthesis';
/** What was hung last, so that the same command goes on to the next page. */
const hungBefore = new WeakMap<ViewerModel, { prefer: Prefer; page: number; cells: string }>();

async function mammograms(model: ViewerModel, study?: Parameters<typeof singles>[1]): Promise<Hung<string>[]> {
  return (await singles(model, study)).flatMap(({ uid, image }) => hungOf(uid, image));
}

function hungOf(uid: string, image: ImageRef | undefined): Hung<string>[] {
  const view = image && mammoViewOf(image);
  return view ? [{ of: uid, image, view }] : [];
}

/** prefer: what is hung where a view was made in both ways. Once more: further views, then the next page, at last the first again. */
export async function hangMammography(model: ViewerModel, prefer: Prefer): Promise<void> {
  const pages = viewPages(await mammograms(model), prefer).filter((page, i) => i === 0 || page.some(Boolean));
  if (!pages[0]?.some(Boolean) && pages.length < 2) return model.tell(t('This study has no mammograms that say which breast and view they are.'));
  const last = hungBefore.get(model);
  const goesOn = last?.prefer === prefer && last.cells === model.hanging.cells.join();
  const at = goesOn ? (last.page + 1) % pages.length : pages[0]?.some(Boolean) ? 0 : 1;
  const page = pages[at] ?? [];
  hang(model, page, { rows: page.length > 2 ? 2 : 1, columns: 2 });
  hungBefore.set(model, { prefer, page: at, cells: model.hanging.cells.join() });
  if (pages.length > 1) model.tell(t('Mammography views {number} of {count}: {views}', { number: at + 1, count: pages.length, views: page.flatMap((one) => (one ? [viewLabel(one.view)] : [])).join(', ') }));
}

function hang(model: ViewerModel, page: readonly (Hung<string> | undefined)[], grid: { rows: number; columns: number }): void {
  model.hangCells({ ...grid, cells: page.map((one) => one?.of ?? '') }, Math.max(page.findIndex(Boolean), 0));
  align(model, page);
}

/** The usual four in one row, under them those of the newest earlier study that has any. */
export async function hangPriorMammography(model: ViewerModel): Promise<void> {
  const [current, ...earlier] = studiesOf(model);
  for (const prior of earlier) {
    await model.join(prior.study_instance_uid).catch(() => false);
    const open = (uid: string | undefined) => model.studies.find((s) => s.study_instance_uid === uid);
    const [now, before] = [open(current?.study_instance_uid), open(prior.study_instance_uid)];
    if (!now || !before) continue;
    const old = fourViews(await mammograms(model, before), 'flat');
    if (!old.some(Boolean)) continue;
    return hang(model, [...fourViews(await mammograms(model, now), 'flat'), ...old], { rows: 2, columns: 4 });
  }
  model.tell(t('There is no earlier study of this patient with mammograms.'));
}

/** What hangs, in the size it has; false where no mammograms hang back to back. */
export function mammographyTrueSize(model: ViewerModel): boolean {
  const four = model.hanging.cells.map((uid) => hungOf(uid, model.series.get(uid)?.set?.images[0])[0]);
  if (!four.some(Boolean)) return false;
  align(model, four, 'true');
  return true;
}

/** Lays the mammograms of a grid, when all that hang in it are such; false where not. */
export function alignHung(model: ViewerModel): boolean {
  const four = model.hanging.cells.map((uid) => hungOf(uid, model.series.get(uid)?.set?.images[0])[0]);
  if (!four.some(Boolean) || four.some((one, i) => !one && model.hanging.cells[i])) return false;
  align(model, four);
  return true;
}

function idOf(model: ViewerModel, uid: string, image: ImageRef): string {
  const set = model.series.get(uid)?.set;
  return imageId(set?.studyInstanceUid ?? '', set?.seriesInstanceUid ?? uid, image);
}

const aligned = new WeakMap<ViewerModel, () => void>();

/** One scale for all (true: a millimetre is one on the monitor), chest walls in the middle, tops at the top; again when viewports change their size, until the reader moves one. */
export function align(model: ViewerModel, four: readonly (Hung<string> | undefined)[], size: 'fit' | 'true' = 'fit'): void {
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
    const perMm = pixelsPerMm();
    const scale = size === 'true' && known && perMm ? perMm / (window.devicePixelRatio || 1) : commonScale(there.map(({ box }, i) => ({ extent: extents[i] as (typeof extents)[number], box })));
    busy = true;
    model.linker.apart(() => {
      there.forEach(({ stage, view, image, of, cell, box }, i) => {
        const extent = extents[i] as (typeof extents)[number];
        // What the reader has moved since stays where it is; fitted is what an image is that was hung anew.
        if (isMoved(put.get(cell), stage.view().place)) left.add(cell);
        if (left.has(cell)) return;
        turn(stage, view, wallOf(image, view, idOf(model, of, image), soon));
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

function turn(stage: Stage, { side }: MammoView, wall: Edge): void {
  const flip = isMirrored(side, wall);
  if (stage.snapshot().orientation.flip !== flip) stage.setOrientation({ ...UPRIGHT, flip });
}

function isMoved(before: View['place'], now: View['place']): boolean {
  if (!before || !now) return false;
  return Math.abs(now.zoom / before.zoom - 1) > 1e-3 || before.pan.some((p, i) => Math.abs(p - (now.pan[i] ?? p)) > 1);
}

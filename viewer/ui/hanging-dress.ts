/** What a hanging does with the series it hung: windows, planes, what lies over, tiles, size. And the way back, for rules by example. */
import { centreOf } from '../core/image-plane';
import { t } from '../core/language';
import type { Hanging } from '../domain/hanging';
import type { Screen, Show } from '../domain/hangings';
import { rectangleOf } from '../domain/linking';
import { UPRIGHT, flippedHorizontally, flippedVertically } from '../domain/orientation-ops';
import { trueSizeZoom } from '../domain/true-size';
import type { KeptVolume } from '../domain/volume-kept';
import { pixelsPerMm } from './calibration';
import { sizeOf } from './image-size';
import { layAgain } from './laid-over';
import { alignHung } from './mammo-templates';
import { planeId, planeOfCell, seriesOfCell } from './stage/reformatting';
import type { Stage } from './stage/stage';
import { FRESH, type View } from './stage/view';
import type { SeriesState, ViewerModel } from './viewer-model';

/** An image that does not come is not waited for longer. */
const SHOWN_MS = 20_000;

/** The grid with planes where a cell asks for one. One volume at a time makes planes: the first. */
export function hangingOf(screen: Screen, picked: readonly string[]): Hanging {
  const volume = picked.find((id, i) => id && isCut(screen.cells[i]?.show));
  const cells = picked.map((id, i) => {
    const plane = screen.cells[i]?.show?.plane;
    if (!id || !plane || plane === '3d') return id;
    return id === volume ? planeId(id, plane) : '';
  });
  return { rows: screen.rows, columns: screen.columns, cells };
}

function isCut(show: Show | undefined): boolean {
  return Boolean(show?.plane && show.plane !== '3d');
}

/** How series look when they are first shown. Call it after the hanging was put on, as what hung before keeps its looks. */
export function prepareViews(model: ViewerModel, screen: Screen, hanging: Hanging): void {
  hanging.cells.forEach((id, i) => {
    const show = screen.cells[i]?.show;
    if (!id || !show || !Object.keys(show).length) return;
    const view = { ...viewFor(show), tiles: tilesFor(show.tiles ?? 1, model.series.get(id)) };
    model.lookAt(id, view);
    const stage = model.stages.get(i);
    const set = model.series.get(id)?.set;
    if (stage && set && stage.snapshot().displaySet === set) void stage.show(set, view);
  });
}

/** No more tiles than there are images; runs of frames play, one after the other. */
function tilesFor(asked: number, state: SeriesState | undefined): number {
  const { number_of_instances: images = 1, number_of_frames: frames = 0 } = state?.series ?? {};
  return frames > images ? 1 : Math.min(asked, Math.ceil(Math.sqrt(images)));
}

function viewFor(show: Show): View {
  const flip = show.flip === 'h' ? flippedHorizontally : show.flip === 'v' ? flippedVertically : undefined;
  return {
    ...FRESH,
    voi: show.window ? { kind: 'window', window: { center: show.window[0], width: show.window[1], function: 'LINEAR', explanation: '' } } : undefined,
    inverted: show.inverted === true,
    colourMap: show.colour ?? '',
    tiles: show.tiles ?? 1,
    three: show.plane === '3d',
    orientation: flip ? flip(UPRIGHT) : UPRIGHT,
  };
}

/** What needs the series to be read, or an image to be on screen. isFree: false when the reader moved images meanwhile, which then stay. */
export async function dressCells(model: ViewerModel, screen: Screen, hanging: Hanging, isFree: () => boolean = () => true): Promise<void> {
  await cutPlanes(model, screen, hanging);
  await layOvers(model, screen, hanging);
  if (screen.cells.some((cell) => cell.show?.justify) && isFree() && alignHung(model)) return;
  await Promise.all(hanging.cells.map((id, i) => (id ? finish(model, i, id, screen.cells[i]?.show ?? {}, isFree) : undefined)));
}

async function cutPlanes(model: ViewerModel, screen: Screen, hanging: Hanging): Promise<void> {
  const at = hanging.cells.findIndex((cell) => planeOfCell(cell));
  const series = seriesOfCell(hanging.cells[at] ?? '');
  if (!series || model.multiplanar.active) return;
  const set = await model.fetchSet(series);
  const image = set?.images[Math.floor(set.images.length / 2)];
  const rectangle = image && rectangleOf(image);
  // What cannot be cut hangs as it is, in the first of its cells.
  const before: Hanging = { ...hanging, cells: hanging.cells.map((cell, i) => (planeOfCell(cell) ? (i === at ? series : '') : cell)) };
  if (!set || !rectangle) return model.hangAll(before);
  const [mode, thickness] = screen.cells[at]?.show?.slab ?? ['max', 0];
  const kept: KeptVolume = { series, at: 0, point: centreOf(rectangle), slab: { mode, thickness }, steps: false, axes: {}, path: [], drawnOn: 'ax', curved: false, before };
  await model.multiplanar.restore(kept);
}

async function layOvers(model: ViewerModel, screen: Screen, hanging: Hanging): Promise<void> {
  const overs = hanging.cells.flatMap((id, i): [string, { series: string; layer: undefined }][] => {
    const wanted = screen.cells[i]?.show?.over;
    const own = model.series.get(seriesOfCell(id));
    if (!id || !wanted || !own) return [];
    const upper = own.study.series.find((s) => s.modality === wanted && s.is_image && s.series_instance_uid !== seriesOfCell(id));
    return upper ? [[id, { series: upper.series_instance_uid, layer: undefined }]] : [];
  });
  if (overs.length) await layAgain(model, Object.fromEntries(overs));
}

async function finish(model: ViewerModel, cell: number, id: string, show: Show, isFree: () => boolean): Promise<void> {
  if (!show.size && !show.justify && !show.preset && !show.cine) return;
  const stage = await shown(model, cell, id);
  if (!stage || !isFree()) return;
  if (show.preset === 'full') stage.setVoi({ kind: 'window', window: stage.fullRange() });
  const { ref } = stage.snapshot();
  const spacing = ref && sizeOf(ref);
  const perMm = pixelsPerMm();
  if (show.size === 'true' && spacing) {
    const zoom = perMm ? trueSizeZoom(spacing, perMm) : undefined;
    if (zoom) stage.zoomTo(zoom);
    else model.tell(t('True size needs the size of this monitor: calibrate it once.'));
  }
  if (show.justify) stand(stage, show.justify);
  if (show.cine && cell === model.active) model.update({ playing: (stage.snapshot().displaySet?.images.length ?? 0) > 1 });
}

/** The image stands at one side of its viewport. */
function stand(stage: Stage, side: 'left' | 'right'): void {
  const { ref, width } = stage.snapshot();
  if (!ref) return;
  const xs = [[0, 0], [ref.pixel.columns, ref.pixel.rows]].map((p) => stage.toScreen(p as [number, number])[0]);
  const by = side === 'left' ? -Math.min(...xs) : width - Math.max(...xs);
  if (Math.abs(by) >= 0.5) stage.panBy(by, 0);
}

/** The stage of a cell once it shows its first image; undefined when something else came to hang there. */
function shown(model: ViewerModel, cell: number, id: string): Promise<Stage | undefined> {
  return new Promise((resolve) => {
    let end: (() => void) | undefined;
    const done = (stage: Stage | undefined) => {
      end?.();
      clearTimeout(timer);
      resolve(stage);
    };
    const look = () => {
      const stage = model.stages.get(cell);
      if (model.isClosed || model.hanging.cells[cell] !== id) return done(undefined);
      if (stage && stage.snapshot().shown >= 0 && stage.snapshot().displaySet?.seriesInstanceUid === id) done(stage);
      else if (stage && !watching) {
        watching = true;
        const endModel = end;
        const endStage = stage.subscribe(look);
        end = () => (endModel?.(), endStage());
      }
    };
    let watching = false;
    const timer = setTimeout(() => done(undefined), SHOWN_MS);
    end = model.subscribe(look);
    look();
  });
}

/** How a cell looks, as a rule would say it. */
export function showOf(model: ViewerModel, cell: number): Show {
  const stage = model.stages.get(cell);
  const id = model.hanging.cells[cell] ?? '';
  if (!stage || !id) return {};
  const { voi, inverted, colourMap, tiles, three, over, orientation } = stage.view();
  const plane = planeOfCell(id);
  const show: Show = {};
  if (voi?.kind === 'window') show.window = [voi.window.center, voi.window.width];
  if (inverted) show.inverted = true;
  if (colourMap) show.colour = colourMap;
  if (tiles > 1) show.tiles = tiles;
  if (three) show.plane = '3d';
  else if (plane && plane !== 'curve') {
    show.plane = plane;
    const slab = model.multiplanar.active?.slab;
    if (slab?.thickness) show.slab = [slab.mode, slab.thickness];
  }
  const upper = over && model.series.get(over.kept().series)?.series.modality;
  if (upper) show.over = upper;
  if (orientation.flip && orientation.rotation === 0) show.flip = 'h';
  if (orientation.flip && orientation.rotation === 180) show.flip = 'v';
  if (cell === model.active && model.playing) show.cine = true;
  return show;
}

/** Scans of OCT objects as lines on the pictures of the fundus they lie on. The one that is on the screen is strong. */
import { apply, type Point2 } from '../../core/geometry';
import { hasScanLines, nearestLine, pointOn, scanLinesOf, shareAlong, shareOf, type ScanLine } from '../../domain/eye';
import type { DisplaySet } from '../../domain/display-sets';
import { isRun } from '../../domain/runs';
import type { LayerView } from '../stage/layers';
import type { Stage } from '../stage/stage';
import type { ViewerModel } from '../viewer-model';
import { strokeTwice } from './lines';

const known = new WeakMap<DisplaySet, ScanLine[]>();
/** CSS pixels a click may be off. */
const NEAR = 14;

function linesOf(set: DisplaySet): ScanLine[] {
  const found = known.get(set) ?? scanLinesOf(set);
  known.set(set, found);
  return found;
}

/** Scans of the open studies that lie on an image. */
function scansOn(model: ViewerModel, sopInstanceUid: string): { uid: string; lines: ScanLine[] }[] {
  return [...model.series].flatMap(([uid, { set }]) => {
    const lines = set && !isRun(uid) && !set.source && hasScanLines(set) ? linesOf(set).filter((line) => line.on === sopInstanceUid) : [];
    return lines.length ? [{ uid, lines }] : [];
  });
}

function stageOf(model: ViewerModel, uid: string): Stage | undefined {
  return [...model.stages.values()].find((stage) => stage.snapshot().displaySet?.seriesInstanceUid === uid);
}

/** The returned function takes the lines off. */
export function followScans(model: ViewerModel): () => void {
  const ends = new Map<Stage, () => void>();
  const watch = () => {
    for (const [stage, end] of ends) {
      if ([...model.stages.values()].includes(stage)) continue;
      end();
      ends.delete(stage);
    }
    for (const stage of model.stages.values()) {
      if (ends.has(stage)) continue;
      let shown = '';
      ends.set(stage, stage.subscribe(() => {
        const { displaySet, shown: at, cursor, ref } = stage.snapshot();
        const concerned = displaySet && (hasScanLines(displaySet) || (ref && scansOn(model, ref.sopInstanceUid).length > 0));
        const next = concerned ? `${displaySet.seriesInstanceUid} ${at} ${cursor?.at.join() ?? ''}` : '';
        if (next === shown) return;
        shown = next;
        model.layers.changed();
      }));
    }
  };
  model.layers.put({
    id: 'eye-scans',
    order: 101,
    draw: (context, view) => {
      watch(); // viewports come after the model has told of them
      draw(context, view, model);
    },
  });
  const forget = model.subscribe(watch);
  return () => {
    forget();
    for (const end of ends.values()) end();
    model.layers.remove('eye-scans');
  };
}

function draw(context: CanvasRenderingContext2D, view: LayerView, model: ViewerModel): void {
  const { image, matrix, ratio } = view;
  drawFundusPointer(context, view, model);
  for (const { uid, lines } of scansOn(model, image.sopInstanceUid)) {
    const snap = stageOf(model, uid)?.snapshot();
    for (const line of lines) {
      const path = new Path2D();
      line.points.forEach((point, i) => path[i ? 'lineTo' : 'moveTo'](...apply(matrix, point)));
      if (snap?.shown === line.index) {
        strokeTwice(context, path, '#a9ccf2', ratio, 2);
        // What is pointed at in the scan, on the fundus.
        const reading = snap.cursor?.reading;
        const pixel = snap.ref?.pixel;
        if (reading && pixel) dot(context, apply(matrix, pointOn(line, (reading.column + 0.5) / pixel.columns, (reading.row + 0.5) / pixel.rows)), ratio);
      }
      else {
        context.lineWidth = ratio;
        context.strokeStyle = 'rgb(140 184 232 / .55)';
        context.stroke(path);
      }
    }
  }
}

/** Of the place that is pointed at on a fundus, the column of the scan that is on the screen, if it is near its line. */
function drawFundusPointer(context: CanvasRenderingContext2D, { image, matrix, ratio }: LayerView, model: ViewerModel): void {
  for (const stage of model.stages.values()) {
    const { cursor, ref } = stage.snapshot();
    const point = cursor && stage.toImage(cursor.at);
    if (!point || !ref) continue;
    const lines = scansOn(model, ref.sopInstanceUid).flatMap(({ uid, lines: all }) => {
      const set = model.series.get(uid)?.set;
      return all.filter((line) => set?.images[line.index]?.sopInstanceUid === image.sopInstanceUid && set.images[line.index]?.frame === image.frame);
    });
    for (const line of lines) {
      if (line.isArea) {
        const at = shareOf(line, point);
        if (at) dot(context, apply(matrix, [at[0] * image.pixel.columns, at[1] * image.pixel.rows]), ratio);
        continue;
      }
      const { share, distance } = shareAlong(line, point);
      if (distance * scaleOf(stage) > NEAR) continue;
      const x = share * image.pixel.columns;
      const path = new Path2D();
      path.moveTo(...apply(matrix, [x, 0]));
      path.lineTo(...apply(matrix, [x, image.pixel.rows]));
      strokeTwice(context, path, POINTED, ratio);
    }
  }
}

const POINTED = '#f0c36a';

function dot(context: CanvasRenderingContext2D, [x, y]: Point2, ratio: number): void {
  const path = new Path2D();
  path.arc(x, y, 4 * ratio, 0, 2 * Math.PI);
  strokeTwice(context, path, POINTED, ratio, 2);
}

/** CSS pixels a column. */
function scaleOf(stage: Stage): number {
  const { matrix } = stage.snapshot();
  return Math.hypot(matrix[0], matrix[1]) / (window.devicePixelRatio || 1);
}

/** A click on the picture of a fundus goes to the scan under it. at: CSS pixels of the viewport. False where there is none. */
export function goToScan(model: ViewerModel, stage: Stage, at: Point2): boolean {
  const ref = stage.snapshot().ref;
  const point = stage.toImage(at);
  if (!ref || !point || stage.dragged) return false;
  for (const { uid, lines } of scansOn(model, ref.sopInstanceUid)) {
    const nearest = nearestLine(lines, point);
    if (!nearest) continue;
    if (nearest.distance * scaleOf(stage) > NEAR) continue;
    const there = stageOf(model, uid);
    if (!there) continue;
    void there.goTo(nearest.line.index);
    return true;
  }
  return false;
}

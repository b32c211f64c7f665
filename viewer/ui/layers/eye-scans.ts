/** Scans of OCT objects as lines on the pictures of the fundus they lie on. The one that is on the screen is strong. */
import { apply, type Point2 } from '../../core/geometry';
import { hasScanLines, nearestLine, scanLinesOf, type ScanLine } from '../../domain/eye';
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
        const { displaySet, shown: at } = stage.snapshot();
        const next = displaySet && hasScanLines(displaySet) ? `${displaySet.seriesInstanceUid} ${at}` : '';
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

function draw(context: CanvasRenderingContext2D, { image, matrix, ratio }: LayerView, model: ViewerModel): void {
  for (const { uid, lines } of scansOn(model, image.sopInstanceUid)) {
    const snap = stageOf(model, uid)?.snapshot();
    for (const line of lines) {
      const path = new Path2D();
      line.points.forEach((point, i) => path[i ? 'lineTo' : 'moveTo'](...apply(matrix, point)));
      if (snap?.shown === line.index) strokeTwice(context, path, '#a9ccf2', ratio, 2);
      else {
        context.lineWidth = ratio;
        context.strokeStyle = 'rgb(140 184 232 / .55)';
        context.stroke(path);
      }
    }
  }
}

/** A click on the picture of a fundus goes to the scan under it. at: CSS pixels of the viewport. False where there is none. */
export function goToScan(model: ViewerModel, stage: Stage, at: Point2): boolean {
  const ref = stage.snapshot().ref;
  const point = stage.toImage(at);
  if (!ref || !point || stage.dragged) return false;
  for (const { uid, lines } of scansOn(model, ref.sopInstanceUid)) {
    const nearest = nearestLine(lines, point);
    if (!nearest) continue;
    const css = Math.hypot(stage.snapshot().matrix[0], stage.snapshot().matrix[1]) / (window.devicePixelRatio || 1);
    if (nearest.distance * css > NEAR) continue;
    const there = stageOf(model, uid);
    if (!there) continue;
    void there.goTo(nearest.line.index);
    return true;
  }
  return false;
}

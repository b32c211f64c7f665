/** Threats of DICOS reports, outlined on the images they name. */
import { text, type DataSet } from '../../core/dicom-json';
import { apply, type Point2 } from '../../core/geometry';
import { marksOn, THREAT_REPORT, threatMarksOf, type ThreatMark } from '../../domain/threats';
import type { ViewerModel } from '../viewer-model';
import type { LayerView } from '../stage/layers';
import { strokeTwice, writeTwice } from './lines';

const ID = 'threats';
const COLOUR = '#ff7a6b';
const known = new WeakMap<DataSet, ThreatMark[]>();

function readOf(report: DataSet): ThreatMark[] {
  const marks = known.get(report) ?? threatMarksOf(report);
  known.set(report, marks);
  return marks;
}

function reportsIn(model: ViewerModel): DataSet[] {
  const series = [...model.series.values()].filter((state) => state.series.sop_class_uids.includes(THREAT_REPORT));
  return series.flatMap((state) => state.set?.objects ?? []).filter((ds) => text(ds, '00080016') === THREAT_REPORT);
}

/** On an image, whether they are drawn or not. */
export function threatsOn(model: ViewerModel, sopInstanceUid: string, frame: number): ThreatMark[] {
  return reportsIn(model).flatMap((report) => marksOn(readOf(report), sopInstanceUid, frame));
}

export function showsThreats(model: ViewerModel): boolean {
  return model.layers.get(ID) !== undefined;
}

/** Drawn until somebody wants none: they are what the report is for. */
export function showThreats(model: ViewerModel, on: boolean): void {
  if (on) model.layers.put({ id: ID, order: 116, draw: (context, view) => draw(context, view, model) });
  else model.layers.remove(ID);
}

/** Reports come later than the images. Returns how to end it. */
export function followThreats(model: ViewerModel): () => void {
  showThreats(model, true);
  let count = 0;
  const forget = model.subscribe(() => {
    const now = reportsIn(model).length;
    if (now !== count) model.layers.changed();
    count = now;
  });
  return () => {
    forget();
    model.layers.remove(ID);
  };
}

function draw(context: CanvasRenderingContext2D, { image, matrix, ratio }: LayerView, model: ViewerModel): void {
  for (const { name, from, to } of threatsOn(model, image.sopInstanceUid, image.frame)) {
    const corners: Point2[] = [[from[0], from[1]], [to[0], from[1]], [to[0], to[1]], [from[0], to[1]]];
    const path = new Path2D();
    corners.forEach((corner, i) => path[i ? 'lineTo' : 'moveTo'](...apply(matrix, corner)));
    path.closePath();
    strokeTwice(context, path, COLOUR, ratio, 2);
    const [x, y] = corners.map((c) => apply(matrix, c)).reduce((a, b) => [Math.min(a[0], b[0]), Math.max(a[1], b[1])]);
    writeTwice(context, name, x, y + 4 * ratio, COLOUR, ratio);
  }
}

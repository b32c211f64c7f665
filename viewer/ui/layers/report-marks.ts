/** Marks of reports over the images that they are on: which reports are shown is kept like the state of a view (model.own). */
import { apply, type Point2 } from '../../core/geometry';
import { toImage } from '../../core/image-plane';
import { labelPlace } from '../../core/label-place';
import { strokesIn, strokesOf, type Strokes } from '../../core/spatial-coordinates';
import { number, text, type DataSet } from '../../core/dicom-json';
import { t } from '../../core/language';
import { normalOf } from '../../core/image-plane';
import { frameOfReference, rectangleOf } from '../../domain/linking';
import { parentPosition } from '../../domain/report';
import { isOn, marksOf, type Mark } from '../../domain/report-marks';
import type { ImageRef } from '../../domain/display-sets';
import { companionsRead } from '../companions';
import type { LayerView } from '../stage/layers';
import type { ViewerModel } from '../viewer-model';

const KEPT = 'report-marks';
const LAYER = 'report-marks';
const MOST_LABELS = 60;

/** SOP Instance UIDs of the reports whose marks are shown. */
export function shownMarks(model: ViewerModel): readonly string[] {
  const { shown } = model.own.of(KEPT);
  return Array.isArray(shown) ? shown.filter((uid): uid is string => typeof uid === 'string') : [];
}

/** The mark that was jumped to. */
export function selectedMark(model: ViewerModel): { report: string; position: string } {
  const { report, position } = model.own.of(KEPT);
  return { report: typeof report === 'string' ? report : '', position: typeof position === 'string' ? position : '' };
}

export function showMarks(model: ViewerModel, uid: string, on: boolean): void {
  const others = shownMarks(model).filter((one) => one !== uid);
  model.own.change(KEPT, { shown: on ? [...others, uid] : others });
  layOver(model);
}

export function selectMark(model: ViewerModel, report: string, position: string): void {
  model.own.change(KEPT, { report, position });
  layOver(model);
}

/** Reports of the open studies that mark something, those read so far. */
export function markedReports(model: ViewerModel): DataSet[] {
  return companionsRead(model, 'report').map((c) => c.dataset).filter((ds) => marksOf(ds).length > 0);
}

/** All of them on, or off when any is. Computed marks are never there unasked: a reader looks for himself first. */
export function toggleMarks(model: ViewerModel): void {
  const all = markedReports(model).map((ds) => text(ds, '00080018'));
  if (!all.length) return model.tell(t('No report of the open studies marks a place on an image.'));
  const on = !all.some((uid) => shownMarks(model).includes(uid));
  model.own.change(KEPT, { shown: on ? all : [] });
  layOver(model);
  model.tell(on ? t('Marks of {count} {count|report|reports} are shown.', { count: all.length }) : t('Marks of reports are hidden.'));
}

/** The layer is there while something is to be drawn; after a reload it comes with the first report that is read. */
export function layOver(model: ViewerModel): void {
  if (!shownMarks(model).length) model.layers.remove(LAYER);
  else if (model.layers.get(LAYER)) model.layers.changed();
  else model.layers.put({ id: LAYER, order: 120, draw: (context, view) => drawMarks(context, view, model) });
}

export interface MarkOnImage {
  mark: Mark;
  strokes: Strokes<Point2>;
  selected: boolean;
}

/** In image points. Places in the patient are drawn within half a slice of the image. */
export function marksOn(model: ViewerModel, image: ImageRef): MarkOnImage[] {
  const shown = shownMarks(model);
  const chosen = selectedMark(model);
  return markedReports(model).flatMap((ds) => {
    const uid = text(ds, '00080018');
    if (!shown.includes(uid)) return [];
    return marksOf(ds).flatMap((mark) => {
      const strokes = mark.frameOfReference ? inPatient(mark, image) : isOn(mark, image.sopInstanceUid, image.frame) ? strokesOf(mark.type, mark.points) : undefined;
      return strokes && (strokes.points.length || strokes.paths.length) ? [{ mark, strokes, selected: chosen.report === uid && chosen.position === mark.position }] : [];
    });
  });
}

function inPatient(mark: Mark, image: ImageRef): Strokes<Point2> | undefined {
  if (mark.frameOfReference !== frameOfReference(image)) return undefined;
  const r = rectangleOf(image);
  if (!r) return undefined;
  const reach = Math.max((number(image.dataset, '00180050') ?? 0) / 2, 0.5);
  const { points, paths } = strokesIn(mark.type, mark.points, { normal: normalOf(r), position: r.position }, reach);
  return { points: points.map((p) => toImage(r, p)), paths: paths.map((path) => path.map((p) => toImage(r, p))) };
}

function drawMarks(context: CanvasRenderingContext2D, view: LayerView, model: ViewerModel): void {
  paintMarks(context, view, marksOn(model, view.image));
}

type Sheet = Pick<LayerView, 'matrix' | 'ratio' | 'width' | 'height'>;

/** matrix takes the points of the marks to canvas pixels. */
export function paintMarks(context: CanvasRenderingContext2D, view: Sheet, marks: readonly MarkOnImage[]): void {
  const style = getComputedStyle(document.documentElement);
  const colourOf = ({ mark, selected }: MarkOnImage) => style.getPropertyValue(selected ? '--ann-selected' : mark.machine ? '--ann-machine' : '--ann-other').trim() || '#fff';
  // One name for what a report tells of as one: its outline, its middle.
  const groups = new Map<string, { label: string; colour: string; places: Point2[] }>();
  for (const one of marks) {
    const colour = colourOf(one);
    const dash = one.mark.machine ? [5 * view.ratio, 4 * view.ratio] : [];
    const places = draw(context, view, one.strokes, colour, dash, one.selected);
    const name = parentPosition(one.mark.position);
    const group = groups.get(name) ?? { label: '', colour, places: [] };
    groups.set(name, { label: group.label || one.mark.label, colour: group.colour, places: [...group.places, ...places] });
  }
  for (const { label, colour, places } of [...groups.values()].filter((g) => g.label).slice(0, MOST_LABELS)) write(context, view, label, places, colour);
}

/** A dark edge under each line: it must be seen on any grey. */
function draw(context: CanvasRenderingContext2D, view: Sheet, strokes: Strokes<Point2>, colour: string, dash: number[], bold: boolean): Point2[] {
  const { ratio, matrix } = view;
  const path = new Path2D();
  const places: Point2[] = [];
  const on = (p: Point2) => {
    const at = apply(matrix, p);
    places.push(at);
    return at;
  };
  for (const points of strokes.paths)
    points.forEach((p, i) => {
      const [x, y] = on(p);
      if (i) path.lineTo(x, y);
      else path.moveTo(x, y);
    });
  const arm = 6 * ratio;
  for (const p of strokes.points) {
    const [x, y] = on(p);
    path.moveTo(x - arm, y);
    path.lineTo(x + arm, y);
    path.moveTo(x, y - arm);
    path.lineTo(x, y + arm);
  }
  context.lineJoin = 'round';
  for (const [width, ink] of [[bold ? 5 : 3.5, 'rgb(0 0 0 / .7)'], [bold ? 2 : 1.5, colour]] as const) {
    context.lineWidth = width * ratio;
    context.strokeStyle = ink;
    context.setLineDash(ink === colour ? dash : []);
    context.stroke(path);
  }
  return places;
}

function write(context: CanvasRenderingContext2D, sheet: Sheet, words: string, places: readonly Point2[], colour: string): void {
  if (!places.length) return;
  const { ratio } = sheet;
  context.setLineDash([]);
  context.font = `600 ${12 * ratio}px Inter, sans-serif`;
  const [x, y] = labelPlace(places, context.measureText(words).width, sheet);
  context.lineWidth = 3 * ratio;
  context.strokeStyle = 'rgb(0 0 0 / .8)';
  context.strokeText(words, x, y);
  context.fillStyle = colour;
  context.fillText(words, x, y);
}

/** Annotations of a slide: found, fetched and drawn. A hundred thousand points stay fluid: what falls on a drawn place is not drawn again. */
import { item, items, number, numbers, text, type DataSet } from '../../../core/dicom-json';
import type { Matrix } from '../../../core/geometry';
import { t } from '../../../core/language';
import { referencesOf } from '../../../domain/references';
import { slideSystem, type Level, type Pyramid } from '../../../domain/slide-levels';
import { groupHeads, readGroup, type Group, type GroupBytes, type GroupHead } from '../../../domain/slide-marks';
import { companionsOf } from '../../companions';
import { bulkBytes } from '../../stage/bulk-source';
import type { ViewerModel } from '../../viewer-model';

/** Annotations about one of the images of a series. */
export async function annotationsAbout(model: ViewerModel, series: string, objects: readonly DataSet[]): Promise<DataSet[]> {
  const own = new Set(objects.map((ds) => text(ds, '00080018')));
  const found = await companionsOf(model, 'annotations');
  return found.map((c) => c.dataset).filter((ds) => [...referencesOf(ds).keys()].some((uid) => own.has(uid)) || seriesOf(ds) === series);
}

/** The series its images are in, as it says. */
export function seriesOf(annotations: DataSet): string {
  return text(item(annotations, '00081115'), '0020000E');
}

export interface Read {
  groups: Group[];
  notes: string[];
}

/** All groups of an object about a pyramid. Groups that cannot be read are told in sentences. */
export async function readAnnotations(object: DataSet, pyramid: Pyramid, signal: AbortSignal): Promise<Read> {
  const { groups: heads, notes } = groupHeads(object);
  const placed = placing(object, pyramid);
  if (typeof placed === 'string') return { groups: [], notes: [...notes, placed] };
  const groups: Group[] = [];
  for (const head of heads) {
    try {
      const deep = placed.three && number(head.dataset, '006A0010') === undefined;
      groups.push(readGroup(head, await fetchGroup(head, signal), deep ? 3 : 2, placed.place));
    } catch (error) {
      signal.throwIfAborted();
      notes.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { groups, notes };
}

async function fetchGroup({ dataset: g }: GroupHead, signal: AbortSignal): Promise<GroupBytes> {
  const double = '00660022' in g;
  const measured = items(g, '00660121').slice(0, 100).flatMap((m) => {
    const values = item(m, '00660132');
    return values ? [{ m, values }] : [];
  });
  return {
    double,
    points: await bulkBytes(g[double ? '00660022' : '00660016'], signal),
    index: await bulkBytes(g['00660040'], signal),
    measurements: await Promise.all(measured.map(async ({ m, values }) => ({
      name: text(item(m, '0040A043'), '00080104'),
      unit: text(item(m, '004008EA'), '00080100'),
      values: await bulkBytes(values['00660125'], signal),
      which: await bulkBytes(values['006A0011'], signal),
    }))),
  };
}

/** 2D: pixels of the image that is referenced, or of one of its frames, the first corner at 0; 3D: millimetres on the slide (PS3.3 C.37.1.1). Or why not. */
function placing(object: DataSet, pyramid: Pyramid): { three: boolean; place: (x: number, y: number) => readonly [number, number] } | string {
  const named = new Set([...referencesOf(object).keys()]);
  const isNamed = (ds: DataSet) => named.has(text(ds, '00080018'));
  const level = pyramid.levels.find((l) => l.sources.some((s) => isNamed(s.dataset))) ?? pyramid.levels[0];
  if (!level) return t('The slide has no image.');
  if (text(object, '006A0001').toUpperCase() !== '3D') {
    const corner = text(object, '00480301').toUpperCase() === 'FRAME' ? frameCorner(object, level) : ([0, 0] as const);
    if (!corner) return t('The annotations count from a frame, and do not say which one.');
    return { three: false, place: (x, y) => [(x + corner[0]) * level.across, (y + corner[1]) * level.down] };
  }
  const dataset = level.sources.find((s) => isNamed(s.dataset))?.dataset ?? level.sources[0]?.dataset;
  const from = dataset && slideSystem(dataset)?.from;
  if (!from) return t('The slide does not say where it lies: its annotations in millimetres cannot be placed.');
  return { three: true, place: (x, y) => { const [column, row] = from(x, y); return [column * level.across, row * level.down]; } };
}

/** Of the one frame that the reference to the image names (Referenced Frame Number); of an image of one frame it need not. */
function frameCorner(object: DataSet, level: Level): readonly [number, number] | undefined {
  for (const { dataset, cornerOf } of level.sources) {
    const named = items(object, '00081140').find((reference) => text(reference, '00081155') === text(dataset, '00080018'));
    if (!named) continue;
    const frames = numbers(named, '00081160');
    const [frame, more] = frames.length ? frames : (number(dataset, '00280008') ?? 1) === 1 ? [1] : [];
    if (frame !== undefined && more === undefined) return cornerOf(dataset, frame);
  }
  return undefined;
}

/** In the order of groups; warm colours and others that are seen on pink and violet stains. */
export const COLOURS: readonly string[] = ['#f0c36a', '#6fd3e6', '#9be37a', '#ff9d6e', '#d7a2ff', '#ff7fb6', '#8fb4ff', '#e6e86a'];

/** Annotations of a group into a canvas. */
export function drawGroup(context: CanvasRenderingContext2D, group: Group, colour: string, m: Matrix, ratio: number): void {
  if (group.graphic === 'POINT') drawPoints(context, group, colour, m, ratio);
  else drawShapes(context, group, colour, m, ratio);
}

const RADIUS = 2.5;

/** Squares of a few pixels; one for each place of the canvas, however many points lie there. */
function drawPoints(context: CanvasRenderingContext2D, { points }: Group, colour: string, m: Matrix, ratio: number): void {
  const { width, height } = context.canvas;
  const r = RADIUS * ratio;
  const step = 2;
  const wide = Math.ceil(width / step) + 1;
  const taken = new Uint8Array(wide * (Math.ceil(height / step) + 1));
  const places: number[] = [];
  for (let i = 0; i < points.length; i += 2) {
    const [px, py] = [points[i] as number, points[i + 1] as number];
    const x = m[0] * px + m[2] * py + m[4];
    const y = m[1] * px + m[3] * py + m[5];
    if (!(x >= 0 && y >= 0 && x < width && y < height)) continue;
    const cell = Math.floor(y / step) * wide + Math.floor(x / step);
    if (taken[cell]) continue;
    taken[cell] = 1;
    places.push(x, y);
  }
  context.fillStyle = 'rgb(0 0 0 / .72)';
  for (let i = 0; i < places.length; i += 2) context.fillRect((places[i] as number) - r - ratio, (places[i + 1] as number) - r - ratio, 2 * (r + ratio), 2 * (r + ratio));
  context.fillStyle = colour;
  for (let i = 0; i < places.length; i += 2) context.fillRect((places[i] as number) - r, (places[i + 1] as number) - r, 2 * r, 2 * r);
}

/** Outlines; those under two pixels are a dot, those outside nothing. */
function drawShapes(context: CanvasRenderingContext2D, group: Group, colour: string, m: Matrix, ratio: number): void {
  const { points, starts, graphic } = group;
  const { width, height } = context.canvas;
  const path = new Path2D();
  context.fillStyle = colour;
  for (let n = 0; n + 1 < starts.length; n++) {
    const at: number[] = [];
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 2 * (starts[n] as number); i < 2 * (starts[n + 1] as number); i += 2) {
      const [px, py] = [points[i] as number, points[i + 1] as number];
      const [x, y] = [m[0] * px + m[2] * py + m[4], m[1] * px + m[3] * py + m[5]];
      at.push(x, y);
      [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
    }
    if (!(right >= 0 && bottom >= 0 && left <= width && top <= height)) continue;
    if (right - left < 2 && bottom - top < 2) context.fillRect(left - ratio, top - ratio, 2 * ratio, 2 * ratio);
    else if (graphic === 'ELLIPSE') addEllipse(path, at);
    else addLine(path, at, graphic !== 'POLYLINE');
  }
  context.lineJoin = 'round';
  context.lineWidth = 3.5 * ratio;
  context.strokeStyle = 'rgb(0 0 0 / .72)';
  context.stroke(path);
  context.lineWidth = 1.5 * ratio;
  context.strokeStyle = colour;
  context.stroke(path);
}

function addLine(path: Path2D, at: readonly number[], closed: boolean): void {
  for (let i = 0; i < at.length; i += 2) path[i ? 'lineTo' : 'moveTo'](at[i] as number, at[i + 1] as number);
  if (closed) path.closePath();
}

/** The ends of the long axis, then those of the short one. */
function addEllipse(path: Path2D, [ax = 0, ay = 0, bx = 0, by = 0, cx = 0, cy = 0, dx = 0, dy = 0]: readonly number[]): void {
  const [x, y] = [(ax + bx) / 2, (ay + by) / 2];
  const [long, short] = [Math.hypot(bx - ax, by - ay) / 2, Math.hypot(dx - cx, dy - cy) / 2];
  const angle = Math.atan2(by - ay, bx - ax);
  path.moveTo(x + long * Math.cos(angle), y + long * Math.sin(angle));
  path.ellipse(x, y, long, short, angle, 0, 2 * Math.PI);
}

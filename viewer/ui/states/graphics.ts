/** Overlays, graphics and text of a state on a canvas, layer by layer, the lowest first (PS3.3 C.10.5, C.10.7). */
import { apply } from '../../core/geometry';
import type { Annotation, Compound, Fill, Graphic, Layer, Line, Point, TextObject, Units } from '../../core/states/annotations';
import { fromDisplay, type Rectangle } from '../../core/states/area';
import { partsOf } from '../../core/states/compound';
import { rgbOfLab, type Lab, type Rgb } from '../../core/states/lab';
import { pathOf } from '../../core/states/shapes';
import type { PresentationState } from '../../core/states/state';
import type { Turned } from '../../core/turns';
import { inScope } from '../../core/states/strict';
import type { LayerView } from '../stage/layers';
import type { StageImage } from '../stage/stage-image';
import { inkPlane } from './ink-plane';
import { writeText, type Written } from './lettering';
import { planeOver } from './overlay-planes';

export interface Drawing {
  state: PresentationState;
  area: Rectangle;
  image: StageImage;
  /** Layers that are not drawn. */
  hidden: readonly string[];
  again: () => void;
}

/** CSS pixels a line is wide, and its dark edge. */
const LINE = 1.5;
const EDGE = 'rgb(0 0 0 / 0.72)';

export function drawState(context: CanvasRenderingContext2D, view: LayerView, drawing: Drawing): void {
  const { state, hidden, image } = drawing;
  const drawn = state.annotations.filter((one) => inScope(one.scope, view.image.sopInstanceUid, view.image.frame));
  const names = new Set([...state.layers.keys(), ...state.activations.values(), ...drawn.map((one) => one.layer)]);
  const order = (name: string) => state.layers.get(name)?.order ?? 0;
  for (const name of [...names].sort((a, b) => order(a) - order(b))) {
    if (hidden.includes(name)) continue;
    const layer = state.layers.get(name);
    for (const [group, its] of state.activations) if (its === name && group !== state.shutter?.group) drawOverlay(context, view, group, inkOf(layer), drawing);
    const pen = new Pen(context, view, drawing.area, state.turn, layer, image);
    for (const one of drawn) if (one.layer === name) pen.annotation(one);
  }
}

/** Those alone, each in its layer; where they are in shares of a view, `area` is that view in the image. */
export function drawAnnotations(context: CanvasRenderingContext2D, view: LayerView, { annotations, layers, area }: { annotations: readonly Annotation[]; layers: ReadonlyMap<string, Layer>; area: Rectangle }): void {
  const order = ({ layer }: Annotation) => layers.get(layer)?.order ?? 0;
  const { rows, columns } = view.image.pixel;
  for (const one of [...annotations].sort((a, b) => order(a) - order(b))) new Pen(context, view, area, UPRIGHT, layers.get(one.layer), { rows, columns }).annotation(one);
}

const UPRIGHT: Turned = { rotation: 0, flip: false };

function drawOverlay(context: CanvasRenderingContext2D, view: LayerView, group: number, ink: Rgb, { state, image, again }: Drawing): void {
  const bits = planeOver(group, state, image, again);
  if (!bits) return;
  context.save();
  context.imageSmoothingEnabled = false;
  context.setTransform(...(view.matrix as [number, number, number, number, number, number]));
  context.drawImage(inkPlane(bits, image.rows, image.columns, ink), 0, 0);
  context.restore();
}

/** The object's own colour, else its layer's, else white. */
function inkOf(layer: Layer | undefined, own?: Lab): Rgb {
  const lab = own ?? layer?.lab;
  if (lab) return rgbOfLab(lab);
  const grey = layer?.grey === undefined ? 255 : Math.round((layer.grey * 255) / 65535);
  return [grey, grey, grey];
}

function css([r, g, b]: Rgb, opacity = 1): string {
  return `rgb(${r} ${g} ${b} / ${opacity})`;
}

class Pen {
  private readonly unit: number;

  constructor(
    private readonly context: CanvasRenderingContext2D,
    private readonly view: LayerView,
    private readonly area: Rectangle,
    private readonly turn: Turned,
    private readonly layer: Layer | undefined,
    private readonly image: { rows: number; columns: number },
  ) {
    this.unit = LINE * view.ratio;
  }

  /** What compound graphics stand for is not drawn twice. */
  annotation(one: Annotation): void {
    const replaced = new Set(one.compounds.map((c) => c.number));
    const isOwn = ({ compound }: { compound: number | undefined }) => compound === undefined || !replaced.has(compound);
    for (const graphic of one.graphics.filter(isOwn)) this.graphic(graphic);
    for (const compound of one.compounds) this.compound(compound);
    for (const text of one.texts.filter(isOwn)) this.text(text);
  }

  private locate(point: Point, units: Units): Point {
    const on = units === 'DISPLAY' ? fromDisplay(point, this.area, this.turn) : point;
    return apply(this.view.matrix, [on[0], on[1]]);
  }

  private graphic({ kind, units, points, filled, line, fill }: Graphic): void {
    const at = points.map((p) => this.locate(p, units));
    const [first] = at;
    if (kind === 'POINT' && first) return this.inked(pathOf('CIRCLE', [first, [first[0] + 1.5 * this.unit, first[1]]]), css(inkOf(this.layer, line.lab), line.opacity), true);
    const path = pathOf(kind, at);
    this.edges([path], line);
    if (filled) this.fill(path, fill);
    this.lines([path], line);
  }

  private compound(one: Compound): void {
    const { matrix } = this.view;
    const width = Math.hypot(matrix[0], matrix[1]) * this.area.width;
    const surface = { locate: (p: Point) => this.locate(p, one.units), width, reach: 4 * Math.hypot(this.view.width, this.view.height, this.image.columns, this.image.rows), unit: this.unit, mirrored: matrix[0] * matrix[3] - matrix[1] * matrix[2] < 0 };
    const parts = partsOf(one, surface);
    this.edges([...parts.lines, ...parts.areas], one.line);
    for (const area of parts.areas) {
      if (one.filled) this.fill(area, one.fill);
      else this.inked(area, css(inkOf(this.layer, one.line.lab), one.line.opacity));
    }
    this.lines(parts.lines, one.line);
    for (const { label, middle } of parts.labels) this.written([label], { at: middle, box: undefined, justification: 'CENTER', vertical: 'CENTER', turns: 0 }, inkOf(this.layer, one.line.lab));
  }

  private trace(paths: readonly (readonly Point[])[]): void {
    const { context } = this;
    context.beginPath();
    for (const path of paths) path.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  }

  /** The dark edge that lies under all strokes and areas of an object. */
  private edges(paths: readonly (readonly Point[])[], line: Line): void {
    if (line.dashes) return;
    this.context.save();
    Object.assign(this.context, { lineCap: 'round', lineJoin: 'round', lineWidth: line.thickness * this.unit + 2 * this.view.ratio, strokeStyle: EDGE, globalAlpha: line.opacity });
    this.trace(paths);
    this.context.stroke();
    this.context.restore();
  }

  private lines(paths: readonly (readonly Point[])[], line: Line): void {
    const { context } = this;
    const width = line.thickness * this.unit;
    context.save();
    Object.assign(context, { lineCap: 'round', lineJoin: 'round', lineWidth: width });
    this.trace(paths);
    if (line.dashes && line.offLab && line.offOpacity > 0) {
      context.strokeStyle = css(inkOf(this.layer, line.offLab), line.offOpacity);
      context.stroke();
    }
    if (line.dashes) Object.assign(context, { lineCap: 'butt' });
    const { dashes, skipped } = dashesOf(line.dashes, width);
    context.setLineDash(dashes);
    context.lineDashOffset = skipped;
    context.strokeStyle = css(inkOf(this.layer, line.lab), line.opacity);
    context.stroke();
    context.restore();
  }

  private fill(path: readonly Point[], fill: Fill): void {
    if (fill.pattern.length && fill.offLab && fill.offOpacity > 0) this.inked(path, css(inkOf(this.layer, fill.offLab), fill.offOpacity));
    const ink = inkOf(this.layer, fill.lab);
    if (!fill.pattern.length) return this.inked(path, css(ink, fill.opacity));
    const bits = Uint8Array.from({ length: 1024 }, (_, i) => ((fill.pattern[i >> 3] as number) >> (7 - (i & 7))) & 1);
    const stipple = this.context.createPattern(inkPlane(bits, 32, 32, ink), 'repeat');
    this.context.save();
    this.context.globalAlpha = fill.opacity;
    this.inked(path, stipple ?? css(ink));
    this.context.restore();
  }

  private inked(path: readonly Point[], style: string | CanvasPattern, edged = false): void {
    const { context } = this;
    context.beginPath();
    path.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.closePath();
    if (edged) {
      Object.assign(context, { lineWidth: 2 * this.view.ratio, strokeStyle: EDGE });
      context.stroke();
    }
    context.fillStyle = style;
    context.fill();
  }

  private text(one: TextObject): void {
    const lines = one.text.split(/\r\n|\r|\n/).slice(0, 200).map((line) => line.slice(0, 1000));
    const anchor = one.anchor && this.locate(one.anchor, one.anchorUnits);
    const ink = inkOf(this.layer, one.lab);
    const corners = one.box?.map((p) => this.locate(p, one.boxUnits)) as [Point, Point] | undefined;
    const place = corners ? this.boxed(one, corners) : { at: anchor as Point, box: undefined, justification: 'LEFT', vertical: 'CENTER', turns: 0 };
    if (corners && anchor && one.anchorVisible) this.leader(corners, anchor, one.lab);
    this.written(lines, { ...place, bold: one.bold, italic: one.italic, underlined: one.underlined }, ink);
  }

  /** In its box, running from its first to its second corner as far as quarters allow; never mirrored. */
  private boxed(one: TextObject, [a, b]: [Point, Point]): Written {
    const [across, down] = [b[0] - a[0], b[1] - a[1]];
    const { matrix } = this.view;
    const isTurned = one.boxUnits === 'PIXEL' && Math.abs(matrix[1]) > Math.abs(matrix[0]);
    const turns = isTurned ? (down < 0 ? 3 : 1) : across < 0 && down < 0 ? 2 : 0;
    const box: Written['box'] = [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.abs(across), Math.abs(down)];
    return { at: [box[0], box[1]], box, justification: one.justification, vertical: one.vertical, turns };
  }

  private leader([a, b]: [Point, Point], [x, y]: Point, lab: Lab | undefined): void {
    const clip = (v: number, p: number, q: number) => Math.min(Math.max(v, Math.min(p, q)), Math.max(p, q));
    const from: Point = [clip(x, a[0], b[0]), clip(y, a[1], b[1])];
    const line: Line = { lab, opacity: 1, thickness: 1, dashes: 0, offLab: undefined, offOpacity: 0 };
    this.edges([[from, [x, y]]], line);
    this.lines([[from, [x, y]]], line);
  }

  private written(lines: readonly string[], place: Written, ink: Rgb): void {
    writeText(this.context, lines, place, css(ink), this.view);
  }
}

/** A pattern of 32 bits, each as long as the line is wide, as lengths on and off; it may begin with a gap. */
function dashesOf(pattern: number, width: number): { dashes: number[]; skipped: number } {
  if (!pattern) return { dashes: [], skipped: 0 };
  const bits = Array.from({ length: 32 }, (_, i) => (pattern >>> (31 - i)) & 1);
  // Turned so that it begins with the first bit that is on after one that is off.
  const start = bits.findIndex((bit, i) => bit === 1 && bits[(i + 31) % 32] === 0);
  if (start < 0) return { dashes: [], skipped: 0 };
  const dashes: number[] = [];
  for (let i = 0; i < 32; i++) {
    const bit = bits[(start + i) % 32];
    if (i === 0 || bit !== bits[(start + i + 31) % 32]) dashes.push(0);
    dashes[dashes.length - 1] = (dashes.at(-1) as number) + width;
  }
  return { dashes, skipped: ((32 - start) % 32) * width };
}

/** A segmentation over an image: areas as one bitmap in image pixels, edges as lines between them. Both are kept until image or looks change. */
import type { Affine } from '../../../core/affine';
import type { DataSet } from '../../../core/dicom-json';
import { sampleFractions, sampleLabels, type Labels } from '../../../core/label-volume';
import type { Point2 } from '../../../core/geometry';
import { edgesOf } from '../../../core/outlines';
import type { ImageRef } from '../../../domain/display-sets';
import { planeOfImage } from '../../../domain/fusion';
import { planeThrough } from '../../../domain/joined';
import type { Layer, LayerView } from '../../stage/layers';
import type { Into } from '../registered';
import type { ShownSegments } from './shown';

/** Images that are not sampled again: those of the viewports on screen. */
const KEPT_IMAGES = 12;
/** Of a fraction, from where on a pixel is in the segment. */
const HALF = 0.5;

/** What lies on one image. labels: one array a layer of overlapping segments. fractions: 0..1, by place. */
interface Sampled {
  dataset: DataSet;
  frame: number;
  /** By which the image lies in the frame of reference of the object. */
  matrix: Affine | undefined;
  version: number;
  labels: Labels[];
  fractions: Map<number, Float32Array>;
  boxes: Map<number, Box>;
  bitmap: HTMLCanvasElement | undefined;
  paths: Map<number, Path2D>;
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export class SegmentLayer implements Layer {
  readonly id: string;
  readonly order = 50;
  private kept: Sampled[] = [];

  constructor(
    private readonly shown: ShownSegments,
    private readonly into: Into,
  ) {
    this.id = shown.uid;
  }

  draw(context: CanvasRenderingContext2D, { image, matrix, ratio }: LayerView): void {
    const sampled = this.sampledOn(image);
    if (!sampled) return;
    if (sampled.version !== this.shown.version) this.paint(sampled, image);
    const { look } = this.shown;
    if (sampled.bitmap && !look.outline) {
      context.setTransform(...matrix);
      context.imageSmoothingEnabled = false;
      context.drawImage(sampled.bitmap, 0, 0);
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.lineWidth = 1.5 * ratio;
    const placed = new DOMMatrix([...matrix]);
    const larger = sizeOrder(this.shown);
    for (const [place, path] of [...sampled.paths].sort(([a], [b]) => larger(a, b))) {
      const segment = this.shown.segments[place - 1];
      if (!segment || !this.shown.isVisible(segment)) continue;
      const onCanvas = new Path2D();
      onCanvas.addPath(path, placed);
      context.strokeStyle = `rgb(${this.shown.colourOf(segment).join(' ')})`;
      context.stroke(onCanvas);
    }
  }

  /** Names of the segments that are seen there. */
  valueAt(image: ImageRef, [x, y]: Point2): string {
    const sampled = this.sampledOn(image);
    const { columns, rows } = image.pixel;
    const [column, row] = [Math.floor(x), Math.floor(y)];
    if (!sampled || column < 0 || row < 0 || column >= columns || row >= rows) return '';
    const i = row * columns + column;
    const places = [...sampled.labels.map((layer) => layer[i] ?? 0), ...[...sampled.fractions].filter(([, f]) => (f[i] ?? 0) >= HALF).map(([place]) => place)];
    const seen = places.flatMap((place) => this.shown.segments[place - 1] ?? []).filter((segment) => this.shown.isVisible(segment));
    return seen.map((segment) => segment.label.slice(0, 64)).join(', ');
  }

  private sampledOn(image: ImageRef): Sampled | undefined {
    const { dataset, frame } = image;
    const { description } = this.shown;
    if (typeof description === 'string') return undefined;
    const matrix = this.into(image, description.frameOfReference);
    const known = this.kept.find((s) => s.dataset === dataset && s.frame === frame && isSame(s.matrix, matrix));
    if (known || !this.shown.whole) return known;
    const made = this.sample(image, matrix);
    this.kept = [made, ...this.kept].slice(0, KEPT_IMAGES);
    return made;
  }

  private sample(image: ImageRef, matrix: Affine | undefined): Sampled {
    const { dataset, frame } = image;
    const sampled: Sampled = { dataset, frame, matrix, version: -1, labels: [], fractions: new Map(), boxes: new Map(), bitmap: undefined, paths: new Map() };
    if ((matrix && this.onPlane(image, matrix, sampled)) || this.onNamed(image, sampled)) measure(sampled, image.pixel.columns);
    return sampled;
  }

  /** By its places in the patient. matrix: from those of the image to those of the object. */
  private onPlane(image: ImageRef, matrix: Affine, sampled: Sampled): boolean {
    const { description, grid, labels, fractions } = this.shown;
    const here = planeOfImage(image);
    if (typeof description === 'string' || !grid?.placed || !here) return false;
    const plane = planeThrough(matrix, here);
    const count = plane.columns * plane.rows;
    for (const [n] of (labels?.layers ?? []).entries()) {
      const out = labels?.wide ? new Uint16Array(count) : new Uint8Array(count);
      if (labels && sampleLabels(labels, n, plane, out)) sampled.labels.push(out);
    }
    for (const [number, volume] of fractions) {
      const out = new Float32Array(count);
      if (sampleFractions(volume, plane, out)) sampled.fractions.set(this.shown.placeOf(number), out.map((v) => v / description.largest));
    }
    return true;
  }

  /** By the images that its frames were made from: the same rows and columns. */
  private onNamed({ sopInstanceUid, frame, pixel }: ImageRef, sampled: Sampled): boolean {
    const { description, grid, labels, fractions } = this.shown;
    const slot = grid?.bySource.get(`${sopInstanceUid} ${frame}`) ?? grid?.bySource.get(`${sopInstanceUid} 0`);
    if (typeof description === 'string' || slot === undefined || pixel.rows !== description.rows || pixel.columns !== description.columns) return false;
    for (const slices of labels?.layers ?? []) if (slices[slot]) sampled.labels.push(slices[slot]);
    for (const [number, { slices }] of fractions) {
      const slice = slices[slot];
      if (slice) sampled.fractions.set(this.shown.placeOf(number), Float32Array.from(slice, (v) => v / description.largest));
    }
    return true;
  }

  private paint(sampled: Sampled, { pixel: { columns, rows } }: ImageRef): void {
    const { shown } = this;
    sampled.version = shown.version;
    sampled.bitmap = undefined;
    sampled.paths = new Map();
    if (!sampled.labels.length && !sampled.fractions.size) return;
    const canvas = Object.assign(document.createElement('canvas'), { width: columns, height: rows });
    const context = canvas.getContext('2d');
    if (!context) return;
    const picture = context.createImageData(columns, rows);
    const colours = [undefined, ...shown.segments.map((segment) => (shown.isVisible(segment) ? shown.colourOf(segment) : undefined))];
    const { opacity } = shown.look;
    const larger = sizeOrder(shown);
    for (let i = 0; i < columns * rows; i++) {
      const places = placesAt(sampled.labels, i, larger);
      for (const place of places) over(picture.data, i, colours[place], opacity);
    }
    for (const [place, shares] of sampled.fractions) for (let i = 0; i < shares.length; i++) over(picture.data, i, colours[place], (shares[i] as number) * opacity);
    context.putImageData(picture, 0, 0);
    sampled.bitmap = canvas;
    for (const [place, box] of sampled.boxes) if (colours[place]) sampled.paths.set(place, pathOf(sampled, place, box, columns, rows));
  }
}

/** Registrations come late, and are made anew at each asking. */
function isSame(a: Affine | undefined, b: Affine | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.shift.every((v, i) => v === b.shift[i]) && a.linear.every((row, i) => row.every((v, k) => v === b.linear[i]?.[k])));
}

const NONE: readonly number[] = [];

/** Segments of a pixel, the largest first: what is small lies on top. */
function placesAt(layers: readonly Labels[], i: number, larger: (a: number, b: number) => number): readonly number[] {
  const first = layers[0]?.[i];
  if (layers.length < 2) return first ? [first] : NONE;
  const found = layers.flatMap((layer) => layer[i] || []);
  return found.length > 1 ? found.sort(larger) : found;
}

function sizeOrder(shown: ShownSegments): (a: number, b: number) => number {
  const voxels = [0, ...shown.segments.map((segment) => shown.sizeOf(segment)?.voxels ?? 0)];
  return (a, b) => (voxels[b] as number) - (voxels[a] as number);
}

/** A colour over what is there, neither premultiplied. */
function over(data: Uint8ClampedArray, i: number, colour: readonly [number, number, number] | undefined, alpha: number): void {
  if (!colour || alpha <= 0) return;
  const at = 4 * i;
  const below = (data[at + 3] as number) / 255;
  const sum = alpha + below * (1 - alpha);
  for (let c = 0; c < 3; c++) data[at + c] = ((colour[c] as number) * alpha + (data[at + c] as number) * below * (1 - alpha)) / sum;
  data[at + 3] = sum * 255;
}

/** Between which columns and rows each place lies. */
function measure({ labels, fractions, boxes }: Sampled, columns: number): void {
  const note = (place: number, i: number) => {
    const [x, y] = [i % columns, Math.floor(i / columns)];
    const box = boxes.get(place);
    if (!box) return boxes.set(place, { left: x, top: y, right: x, bottom: y });
    if (x < box.left) box.left = x;
    if (x > box.right) box.right = x;
    if (y > box.bottom) box.bottom = y;
    return boxes;
  };
  for (const layer of labels) for (let i = 0; i < layer.length; i++) if (layer[i]) note(layer[i] as number, i);
  for (const [place, shares] of fractions) for (let i = 0; i < shares.length; i++) if ((shares[i] as number) >= HALF) note(place, i);
}

function pathOf({ labels, fractions }: Sampled, place: number, box: Box, columns: number, rows: number): Path2D {
  const shares = fractions.get(place);
  const inside = shares ? (at: number) => (shares[at] as number) >= HALF : (at: number) => labels.some((layer) => layer[at] === place);
  const edges = edgesOf(columns, rows, inside, box);
  const path = new Path2D();
  for (let i = 0; i < edges.length; i += 4) {
    path.moveTo(edges[i] as number, edges[i + 1] as number);
    path.lineTo(edges[i + 2] as number, edges[i + 3] as number);
  }
  return path;
}

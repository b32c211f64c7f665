/** Overlay planes of the image over its picture: one bitmap a plane, drawn under the same matrix. */
import type { Attribute } from '../../core/dicom-json';
import type { Frame } from '../../core/frame';
import { overlayBits, overlaysOf, planeFor, type Overlay } from '../../core/overlays';
import type { ImageRef } from '../../domain/display-sets';
import { connection } from '../server/connection';
import { fetchBulk } from './bulk-source';

/** From a loaded object (--ann-other of tokens.css), 0xAABBGGRR, and the dark edge every stroke has. */
const STROKE = 0xffa6d69f;
const EDGE = 0xb8000000;

/** Bitmaps by data attribute and plane; they go with the data set. Null: it cannot be had. */
const bitmaps = new WeakMap<Attribute, Map<number, HTMLCanvasElement | null>>();
const fromCells = new WeakMap<Uint8Array, HTMLCanvasElement | null>();
const fetching = new WeakSet<Attribute>();

/** The context has the image's matrix. `again` is called when data has come that was not there yet. */
export function drawOverlays(context: CanvasRenderingContext2D, { ref, frame }: { ref: ImageRef; frame: Frame }, hidden: readonly number[] | 'all', again: () => void): void {
  if (hidden === 'all') return;
  for (const overlay of overlaysOf(ref.dataset)) {
    const plane = overlay.data ? planeFor(overlay, ref.frame) : 0;
    if (plane === undefined || hidden.includes(overlay.group)) continue;
    const bitmap = overlay.data ? bitmapOf(overlay, overlay.data, plane, again) : embedded(overlay, ref, frame);
    // The bitmap has a border of one pixel for the edge; origins count from 1.
    if (bitmap) context.drawImage(bitmap, overlay.origin[1] - 2, overlay.origin[0] - 2);
  }
}

function bitmapOf(overlay: Overlay, data: Attribute, plane: number, again: () => void): HTMLCanvasElement | null | undefined {
  const known = bitmaps.get(data) ?? new Map<number, HTMLCanvasElement | null>();
  bitmaps.set(data, known);
  const found = known.get(plane);
  if (found !== undefined) return found;
  if (data.InlineBinary === undefined) {
    fetchOnce(data, again);
    return undefined;
  }
  const made = paintBitmap(overlay, overlayBits(overlay, plane));
  known.set(plane, made);
  return made;
}

/** Out of the cells of the frame itself: as large as the image, and over all of it. */
function embedded({ bit = 0 }: Overlay, { pixel }: ImageRef, frame: Frame): HTMLCanvasElement | null {
  const bits = frame.bits?.get(bit);
  if (!bits) return null;
  const known = fromCells.get(bits);
  if (known !== undefined) return known;
  const made = paintBitmap(pixel, bits);
  fromCells.set(bits, made);
  return made;
}

/** It is tried once: without it the image stands alone, and the panel says so. */
function fetchOnce(data: Attribute, again: () => void): void {
  if (fetching.has(data)) return;
  fetching.add(data);
  void connection.patiently(() => fetchBulk(data)).then(again, again);
}

/** With an edge of one pixel around it; null where there are no bits. */
export function paintBitmap(overlay: { rows: number; columns: number }, bits: Uint8Array | undefined): HTMLCanvasElement | null {
  const canvas = document.createElement('canvas');
  const [width, height] = [overlay.columns + 2, overlay.rows + 2];
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  if (!bits || !context) return null;
  const image = context.createImageData(width, height);
  const words = new Uint32Array(image.data.buffer);
  for (let i = 0; i < bits.length; i++) {
    if (bits[i]) surround(words, (Math.floor(i / overlay.columns) + 1) * width + (i % overlay.columns) + 1, width);
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

function surround(words: Uint32Array, at: number, width: number): void {
  for (const row of [at - width, at, at + width]) {
    for (let near = row - 1; near <= row + 1; near++) if (words[near] === 0) words[near] = EDGE;
  }
  words[at] = STROKE;
}

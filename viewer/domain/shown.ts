/** What a viewport shows, as others follow it: here, or through a picture of it that another window tells. Pure values. */
import { text, type DataSet } from '../core/dicom-json';
import type { Point2, Point3 } from '../core/geometry';
import { isValidWindow, type Voi } from '../core/voi';
import type { ImageRef } from './display-sets';
import { frameOfReference, rectangleOf } from './linking';

export interface Shown {
  /** Series Instance UID, or the id of a plane computed from one. */
  series: string;
  index: number;
  /** The image that is asked for; of another window only its modality, size and place. */
  image: ImageRef;
  colour: boolean;
  /** Of its modality values. */
  unit: string;
  /** Undefined: as acquired. */
  voi: Voi | undefined;
  inverted: boolean;
  /** Screen pixels a column. */
  zoom: number;
  fitted: boolean;
  /** Image point in the middle of the viewport. */
  middle: Point2 | undefined;
}

/** The same without pixels, names or tags: numbers and UIDs. */
export interface Picture {
  series: string;
  index: number;
  rows: number;
  columns: number;
  /** Image Position and Orientation (Patient), row and column spacing in mm; null when it does not say. */
  place: { position: number[]; orientation: number[]; spacing: number[] } | null;
  frameOfReference: string;
  modality: string;
  unit: string;
  colour: boolean;
  /** null: as acquired; 'table': one that only the object has. */
  window: unknown;
  inverted: boolean;
  /** CSS pixels a column: monitors differ. */
  zoom: number;
  fitted: boolean;
  middle: number[] | null;
}

/** ratio: screen pixels a CSS pixel. */
export function pictureOf(shown: Shown, ratio: number): Picture {
  const { series, index, image, colour, unit, voi, inverted, zoom, fitted, middle } = shown;
  const r = rectangleOf(image);
  return {
    series, index, colour, unit, inverted, fitted,
    rows: image.pixel.rows,
    columns: image.pixel.columns,
    place: r ? { position: [...r.position], orientation: [...r.row, ...r.column], spacing: [r.spacing.row, r.spacing.column] } : null,
    frameOfReference: frameOfReference(image),
    modality: text(image.dataset, '00080060'),
    window: voi?.kind === 'window' ? voi : voi ? 'table' : null,
    zoom: zoom / ratio,
    middle: middle ? [...middle] : null,
  };
}

/** What a picture tells; undefined when it is of no known form. */
export function readPicture(value: unknown): Picture | undefined {
  const p = value as Partial<Picture> | null;
  if (typeof p !== 'object' || p === null) return undefined;
  const { place } = p;
  const isPlace = place === null || (typeof place === 'object' && isNumbers(place.position, 3) && isNumbers(place.orientation, 6) && isNumbers(place.spacing, 2) && place.spacing.every((mm) => mm > 0));
  const isWindow = p.window === null || p.window === 'table' || readVoi(p.window) !== undefined;
  const words = [p.series, p.frameOfReference, p.modality, p.unit];
  const flags = [p.colour, p.inverted, p.fitted];
  const isWhole = isCount(p.index, 0) && isCount(p.rows, 1) && isCount(p.columns, 1) && typeof p.zoom === 'number' && p.zoom > 0 && Number.isFinite(p.zoom);
  if (!isPlace || !isWindow || !isWhole || !words.every(isWord) || !flags.every((f) => typeof f === 'boolean')) return undefined;
  if (p.middle !== null && !isNumbers(p.middle, 2)) return undefined;
  return p as Picture;
}

/** ratio: screen pixels a CSS pixel, here. */
export function shownOf(p: Picture, ratio: number): Shown {
  return {
    series: p.series, index: p.index, colour: p.colour, unit: p.unit, inverted: p.inverted, fitted: p.fitted,
    image: imageOf(p),
    voi: readVoi(p.window),
    zoom: p.zoom * ratio,
    middle: p.middle ? (p.middle as Point2) : undefined,
  };
}

/** A table that the other window's object brought has no counterpart here. */
export function hasTable(p: Picture): boolean {
  return p.window === 'table';
}

function imageOf(p: Picture): ImageRef {
  const dataset: DataSet = {};
  const put = (tag: string, vr: string, value: unknown[]) => (dataset[tag] = { vr, Value: value });
  put('00080060', 'CS', [p.modality]);
  if (p.frameOfReference) put('00200052', 'UI', [p.frameOfReference]);
  if (p.place) {
    put('00200032', 'DS', p.place.position);
    put('00200037', 'DS', p.place.orientation);
    put('00280030', 'DS', p.place.spacing);
  }
  const pixel = { rows: p.rows, columns: p.columns, samplesPerPixel: 1, photometric: 'MONOCHROME2', planar: false, bitsAllocated: 16, bitsStored: 16, highBit: 15, signed: false, float: false };
  return { sopInstanceUid: '', frame: 1, dataset, pixel, transferSyntax: '' };
}

function readVoi(value: unknown): Voi | undefined {
  const voi = value as Voi | null;
  if (typeof voi !== 'object' || voi?.kind !== 'window' || typeof voi.window !== 'object') return undefined;
  const { center, width, explanation } = voi.window;
  const isKnown = ['LINEAR', 'LINEAR_EXACT', 'SIGMOID'].includes(voi.window.function) && typeof explanation === 'string';
  return isKnown && isValidWindow(voi.window) ? { kind: 'window', window: { center, width, function: voi.window.function, explanation } } : undefined;
}

export function isNumbers(value: unknown, count: number): value is number[] {
  return Array.isArray(value) && value.length === count && value.every((n) => typeof n === 'number' && Number.isFinite(n));
}

export function isPoint(value: unknown): value is Point3 {
  return isNumbers(value, 3);
}

function isCount(value: unknown, least: number): boolean {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= 1e6;
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 128;
}

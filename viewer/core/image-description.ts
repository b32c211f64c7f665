/** What one frame of an image is: pixel layout, value transformations, place. From DICOM JSON metadata, functional groups included. */
import { item, items, number, numbers, strings, text, type DataSet } from './dicom-json';
import { distantLuts, readLut, readPalette, type Palette } from './luts';
import { IDENTITY, type Modality } from './modality';
import { isValidWindow, toVoiFunction, type Voi, type Window } from './voi';
import type { Point3 } from './geometry';
import { spacingAtIsocentre } from './rt-image';

export type { Palette } from './luts';

/** Image Pixel module (PS3.3 C.7.6.3). padding: stored values that are no image, inclusive (C.7.5.1.1.2). */
export interface ImagePixel {
  rows: number;
  columns: number;
  samplesPerPixel: number;
  photometric: string;
  planar: boolean;
  bitsAllocated: number;
  bitsStored: number;
  highBit: number;
  signed: boolean;
  float: boolean;
  palette?: Palette | undefined;
  padding?: [number, number] | undefined;
}

export function imagePixel(ds: DataSet): ImagePixel | undefined {
  const rows = number(ds, '00280010');
  const columns = number(ds, '00280011');
  if (!rows || !columns) return undefined;
  const bitsAllocated = number(ds, '00280100') ?? 8;
  const bitsStored = Math.min(number(ds, '00280101') ?? bitsAllocated, bitsAllocated);
  const signed = number(ds, '00280103') === 1;
  const photometric = text(ds, '00280004').toUpperCase() || 'MONOCHROME2';
  return {
    rows,
    columns,
    samplesPerPixel: number(ds, '00280002') ?? 1,
    photometric,
    planar: number(ds, '00280006') === 1,
    bitsAllocated,
    bitsStored,
    highBit: number(ds, '00280102') ?? bitsStored - 1,
    signed,
    float: '7FE00008' in ds || '7FE00009' in ds,
    palette: photometric === 'PALETTE COLOR' ? readPalette(ds, signed) : undefined,
    padding: padding(ds, bitsAllocated, signed),
  };
}

function padding(ds: DataSet, bits: number, signed: boolean): [number, number] | undefined {
  const fold = (v: number) => (signed && v >= 2 ** (bits - 1) ? v - 2 ** bits : v);
  const value = number(ds, '00280120');
  if (value === undefined) return undefined;
  const limit = number(ds, '00280121') ?? value;
  const pair = [fold(value), fold(limit)];
  return [Math.min(...pair), Math.max(...pair)];
}

export function isColour(p: ImagePixel): boolean {
  return p.samplesPerPixel > 1 || p.photometric === 'PALETTE COLOR';
}

/** The functional group item for a frame (1-based): per-frame, else shared, else nothing (PS3.3 C.7.6.16). */
export function functionalGroup(ds: DataSet, frame: number, tag: string): DataSet | undefined {
  const own = item(items(ds, '52009230')[frame - 1], tag);
  return own ?? item(item(ds, '52009229'), tag);
}

/** Tables are large and asked for at every draw: read once for each frame of a data set. */
function oncePerFrame<T>(read: (ds: DataSet, frame: number, p: ImagePixel) => T): typeof read {
  const known = new WeakMap<DataSet, Map<number, T>>();
  return (ds, frame, p) => {
    const frames = known.get(ds) ?? new Map<number, T>();
    known.set(ds, frames);
    const found = frames.get(frame);
    if (found !== undefined) return found;
    const made = read(ds, frame, p);
    // A table that is still elsewhere is missing only until its data have come.
    if (!distantLuts(ds).length) frames.set(frame, made);
    return made;
  };
}

/** Rescale or Modality LUT of a frame (PS3.3 C.11.1, C.7.6.16.2.9). */
export const modalityOf = oncePerFrame((ds, frame, p): Modality => {
  const holder = functionalGroup(ds, frame, '00289145') ?? ds;
  const unit = text(holder, '00281054');
  const lut = readLut(item(holder, '00283000'), p.signed);
  if (lut) return { kind: 'lut', lut, unit: text(item(holder, '00283000'), '00283004') };
  const slope = number(holder, '00281053');
  const intercept = number(holder, '00281052');
  if (slope === undefined && intercept === undefined) return { ...IDENTITY, unit };
  return { kind: 'rescale', slope: slope || 1, intercept: intercept ?? 0, unit: unit || defaultUnit(ds) };
});

/** CT without Rescale Type is HU unless the image says it is derived otherwise (PS3.3 C.8.2.1.1.2); PET has Units. */
function defaultUnit(ds: DataSet): string {
  const modality = text(ds, '00080060');
  if (modality === 'CT' && strings(ds, '00080008')[2] !== 'LOCALIZER') return 'HU';
  return modality === 'PT' ? text(ds, '00541001') : '';
}

/** The windows and then the VOI LUTs the object brings for a frame; windows the standard forbids are left out. */
export const voisOf = oncePerFrame((ds, frame, p): Voi[] => {
  const holder = functionalGroup(ds, frame, '00289132') ?? ds;
  const centers = numbers(holder, '00281050');
  const widths = numbers(holder, '00281051');
  const names = strings(holder, '00281055');
  const fn = toVoiFunction(text(holder, '00281056'));
  const windows = centers.slice(0, widths.length).map(
    (center, i): Window => ({ center, width: widths[i] as number, function: fn, explanation: names[i] ?? '' }),
  );
  const luts = items(holder, '00283010').map((lut) => readLut(lut, p.signed));
  return [
    ...windows.filter(isValidWindow).filter(isFirst).map((window): Voi => ({ kind: 'window', window })),
    ...luts.filter((lut) => lut !== undefined).map((lut): Voi => ({ kind: 'lut', lut })),
  ];
});

/** Some scanners write one window twice. */
function isFirst(w: Window, i: number, all: Window[]): boolean {
  return all.findIndex((o) => o.center === w.center && o.width === w.width) === i;
}

/** MONOCHROME1 or Presentation LUT Shape INVERSE: low values are bright (PS3.3 C.7.6.3.1.2, C.11.6.1.2). */
export function isInverse(ds: DataSet, p: ImagePixel): boolean {
  const shape = text(ds, '20500020');
  if (shape === 'INVERSE') return true;
  return p.photometric === 'MONOCHROME1' && shape !== 'IDENTITY';
}

/** Image plane in the patient (LPS, mm), when the object says it (PS3.3 C.7.6.2, C.7.6.16.2.3, .4). */
export interface Plane {
  position: Point3;
  row: Point3;
  column: Point3;
}

export function planeOf(ds: DataSet, frame: number): Plane | undefined {
  const position = numbers(functionalGroup(ds, frame, '00209113') ?? ds, '00200032');
  return plane(position, numbers(functionalGroup(ds, frame, '00209116') ?? ds, '00200037'));
}

/**
 * The plane in the patient, else in a Volume Frame of Reference (PS3.3 C.8.24.3.3, C.8.24.3.4): of ultrasound volumes, whose
 * axes say nothing about the patient.
 */
export function placeOf(ds: DataSet, frame: number): Plane | undefined {
  return planeOf(ds, frame) ?? inVolume(ds, frame);
}

/** It lies in a frame of reference of its own, not in one of the patient. */
export function isInVolume(ds: DataSet, frame: number): boolean {
  return planeOf(ds, frame) === undefined && inVolume(ds, frame) !== undefined;
}

function inVolume(ds: DataSet, frame: number): Plane | undefined {
  const position = numbers(functionalGroup(ds, frame, '0020930E') ?? ds, '00209301');
  return plane(position, numbers(functionalGroup(ds, frame, '0020930F') ?? ds, '00209302'));
}

function plane(position: number[], cosines: number[]): Plane | undefined {
  const row = cosines.slice(0, 3);
  const column = cosines.slice(3, 6);
  if (position.length < 3 || column.length < 3 || !isDirection(row) || !isDirection(column)) return undefined;
  return { position: position.slice(0, 3) as Point3, row: row as Point3, column: column as Point3 };
}

function isDirection(v: number[]): boolean {
  return Math.abs(Math.hypot(...v) - 1) < 0.1;
}

/**
 * Pixel size in mm, row distance first. where: in the patient, on the detector of a projection image, on the film that was
 * scanned, at the isocentre of an RT Image, or as a reader drew it. magnification: of the patient at the detector, where the object estimates it.
 */
export interface Spacing {
  row: number;
  column: number;
  where: 'patient' | 'isocentre' | 'detector' | 'film' | 'reader';
  magnification?: number;
}

export function spacingOf(ds: DataSet, frame: number): Spacing | undefined {
  const measures = functionalGroup(ds, frame, '00289110');
  const detector = atDetector(ds);
  const told = pair(measures ?? ds, '00280030', 'patient');
  if (told && detector && told.row === detector.row && told.column === detector.column && !text(ds, '00280A02')) return detector;
  return told ?? atIsocentre(ds) ?? detector ?? pair(ds, '00182010', 'film') ?? ultrasoundSpacing(ds);
}

/** RT Images say their size in the plane they lie in; what is read on them is at the isocentre (PS3.3 C.8.8.2). */
function atIsocentre(ds: DataSet): Spacing | undefined {
  const size = '30020011' in ds ? spacingAtIsocentre(ds) : undefined;
  return size ? { ...size, where: 'isocentre' } : pair(ds, '30020011', 'detector');
}

/** Pixel Spacing that only repeats it, without a Calibration Type, was corrected by nobody (PS3.3 10.7.1). */
function atDetector(ds: DataSet): Spacing | undefined {
  const magnification = number(ds, '00181114') ?? 0;
  const size = pair(ds, '00181164', 'detector');
  return size && magnification > 1 ? { ...size, magnification } : size;
}

function pair(ds: DataSet, tag: string, where: Spacing['where']): Spacing | undefined {
  const [row, column] = numbers(ds, tag);
  return row !== undefined && column !== undefined && row > 0 && column > 0 ? { row, column, where } : undefined;
}

/** Only when all 2D regions in centimetres agree (PS3.3 C.8.5.5): one scale bar must hold for the whole picture. */
function ultrasoundSpacing(ds: DataSet): Spacing | undefined {
  const regions = items(ds, '00186011').filter((r) => number(r, '00186012') === 1 && number(r, '00186024') === 3);
  const sizes = regions.map((r) => [Math.abs(number(r, '0018602E') ?? 0), Math.abs(number(r, '0018602C') ?? 0)]);
  const [row, column] = sizes[0] ?? [];
  if (!row || !column || sizes.some((s) => s[0] !== row || s[1] !== column)) return undefined;
  return { row: row * 10, column: column * 10, where: 'patient' };
}

/** Height over width of a pixel as it must be shown; Pixel Aspect Ratio counts only without a spacing (C.7.6.3.1.7). */
export function pixelAspect(ds: DataSet, frame: number): number {
  const spacing = spacingOf(ds, frame);
  if (spacing) return spacing.row / spacing.column;
  const [vertical, horizontal] = numbers(ds, '00280034');
  return vertical && horizontal ? vertical / horizontal : 1;
}

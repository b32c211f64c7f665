/** Planes, three dimensions and what lies over an image, as JSON that outlives a reload and comes back by undo. Pure values. */
import { readCropping, type Cropping } from '../core/cropping';
import type { Point3 } from '../core/geometry';
import type { PlaneKind } from '../core/image-plane';
import type { Crop, Eye } from '../core/rays';
import type { Slab } from '../core/reslice';
import type { Transfer, TransferPoint } from '../core/transfer';
import { isValidWindow } from '../core/voi';
import type { Layer } from './fusion';
import type { Hanging } from './hanging';
import { isNumbers, isPoint } from './shown';

/** Directions of a plane that was turned, patient, of length 1. */
export interface KeptAxes {
  right: Point3;
  down: Point3;
  travel: Point3;
}

/** Multiplanar of a series. at: the image whose time it shows. before: what hung there, and comes back when it is left. cropping, shownBy: of the presentation state that opened it. */
export interface KeptVolume {
  series: string;
  at: number;
  point: Point3;
  slab: Slab;
  steps: boolean;
  axes: Partial<Record<PlaneKind, KeptAxes>>;
  path: Point3[];
  drawnOn: PlaneKind;
  curved: boolean;
  before: Hanging | undefined;
  cropping?: Cropping | undefined;
  shownBy?: ShownBy | undefined;
}

/** An object and its series. */
export interface ShownBy {
  uid: string;
  series: string;
}

/** How a volume is looked at in three dimensions. shift, stretch: of its transfer function by the reader. */
export interface KeptThree {
  preset: string;
  eye: Eye;
  crop: Crop;
  shift: number;
  stretch: number;
  /** Of an object that says how it looks; beside those of the viewer. */
  own?: OwnTransfer | undefined;
  /** Of a presentation state, but for boxes. */
  cropping?: Cropping | undefined;
}

/** A transfer function with the name of what it is of. */
export interface OwnTransfer {
  name: string;
  transfer: Transfer;
}

/** series: what lies over; undefined layer: as it looks at first. cropping: of a presentation state. registered: by which registration (domain/registration, idOf), where several join the two. */
export interface KeptOver {
  series: string;
  layer: Layer | undefined;
  registered?: string | undefined;
  cropping?: Cropping | undefined;
}

const KINDS: readonly PlaneKind[] = ['ax', 'sag', 'cor'];
const MOST_POINTS = 1000;

/** Undefined for what is none. */
export function readVolume(value: unknown): KeptVolume | undefined {
  const v = value as Partial<KeptVolume> | null;
  if (typeof v !== 'object' || v === null || typeof v.series !== 'string' || !Number.isInteger(v.at) || Number(v.at) < 0 || !isPoint(v.point)) return undefined;
  const drawnOn = KINDS.find((kind) => kind === v.drawnOn) ?? 'ax';
  const path = Array.isArray(v.path) && v.path.length <= MOST_POINTS && v.path.every(isPoint) ? v.path : [];
  const axes = Object.fromEntries(KINDS.flatMap((kind) => (isAxes(v.axes?.[kind]) ? [[kind, v.axes[kind]]] : [])));
  return { series: v.series, at: Number(v.at), point: v.point, slab: readSlab(v.slab), steps: v.steps === true, axes, path, drawnOn, curved: v.curved === true && path.length > 1, before: readHanging(v.before), ...croppingIn(v), ...shownByIn(v) };
}

/** Only where there is one: it says that the volume is cropped. */
function croppingIn({ cropping }: { cropping?: unknown }): { cropping?: Cropping } {
  const read = readCropping(cropping);
  return read ? { cropping: read } : {};
}

function shownByIn({ shownBy }: { shownBy?: Partial<ShownBy> | undefined }): { shownBy?: ShownBy } {
  const { uid, series } = shownBy ?? {};
  return typeof uid === 'string' && typeof series === 'string' ? { shownBy: { uid, series } } : {};
}

function readSlab(value: unknown): Slab {
  const s = value as Partial<Slab> | null | undefined;
  const mode = (['max', 'min', 'mean'] as const).find((m) => m === s?.mode) ?? 'max';
  return { mode, thickness: typeof s?.thickness === 'number' && s.thickness > 0 && s.thickness <= 1000 ? s.thickness : 0 };
}

function isAxes(value: unknown): value is KeptAxes {
  const a = value as Partial<KeptAxes> | null | undefined;
  return [a?.right, a?.down, a?.travel].every((v) => isPoint(v) && Math.abs(Math.hypot(...v) - 1) < 1e-3);
}

/** A grid that can be hung; series that are not there are not looked for here. */
export function readHanging(value: unknown, mostRows = 5): Hanging | undefined {
  const { rows, columns, cells } = (value ?? {}) as Partial<Hanging>;
  const isSide = (n: unknown) => Number.isInteger(n) && Number(n) >= 1 && Number(n) <= mostRows;
  if (!isSide(rows) || !isSide(columns) || !Array.isArray(cells) || cells.length !== Number(rows) * Number(columns)) return undefined;
  return cells.every((cell) => typeof cell === 'string') ? { rows: Number(rows), columns: Number(columns), cells } : undefined;
}

export function readThree(value: unknown): KeptThree | undefined {
  const v = value as Partial<KeptThree> | null | undefined;
  const [eye, crop] = [v?.eye as Partial<Eye> | undefined, v?.crop as Partial<Crop> | undefined];
  if (typeof v?.preset !== 'string' || !eye || !crop || !isNumbers([v.shift, v.stretch], 2)) return undefined;
  if (![eye.right, eye.up, eye.towards].every((d) => isPoint(d) && Math.abs(Math.hypot(...d) - 1) < 1e-3)) return undefined;
  if (!isPoint(eye.centre) || typeof eye.mm !== 'number' || !(eye.mm > 0) || !isPoint(crop.low) || !isPoint(crop.high)) return undefined;
  // JSON has no Infinity: nothing clipped.
  const clip = typeof crop.clip === 'number' ? crop.clip : Infinity;
  const own = readTransfer(v.own);
  return { preset: v.preset, eye: eye as Eye, crop: { low: crop.low, high: crop.high, clip }, shift: Number(v.shift), stretch: Number(v.stretch), ...(own && { own }), ...croppingIn(v) };
}

const MOST_TRANSFER = 1024;

function readTransfer(value: unknown): OwnTransfer | undefined {
  const v = value as Partial<OwnTransfer> | null | undefined;
  const points: unknown = v?.transfer?.points;
  if (typeof v?.name !== 'string' || !Array.isArray(points) || points.length < 2 || points.length > MOST_TRANSFER || !points.every((p) => isNumbers(p, 5))) return undefined;
  return { name: v.name.slice(0, 64), transfer: { points: points as unknown as TransferPoint[], maximum: v.transfer?.maximum === true, lit: v.transfer?.lit === true } };
}

export function readOver(value: unknown): KeptOver | undefined {
  const v = value as Partial<KeptOver> | null | undefined;
  if (typeof v?.series !== 'string') return undefined;
  const { window, colourMap, opacity, clear } = (v.layer ?? {}) as Partial<Layer>;
  const isLayer = window !== undefined && isValidWindow(window) && typeof colourMap === 'string' && typeof opacity === 'number' && opacity >= 0 && opacity <= 1;
  return { series: v.series, layer: isLayer ? { window, colourMap, opacity, clear: clear === true } : undefined, ...(typeof v.registered === 'string' ? { registered: v.registered } : {}), ...croppingIn(v) };
}

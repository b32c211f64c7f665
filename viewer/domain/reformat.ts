/** Planes through a volume as stacks of images: where each frame lies, and a display set that any viewport can hang. */
import { cross, dot, type Point3 } from '../core/geometry';
import type { DataSet } from '../core/dicom-json';
import { isInVolume, type ImagePixel } from '../core/image-description';
import type { PlaneKind } from '../core/image-plane';
import type { SampledPlane, Slab } from '../core/reslice';
import { centreOfVolume, cornersOf, inverseSteps, voxelToPatient, type Volume } from '../core/volume';
import type { Window } from '../core/voi';
import type { Grid } from '../core/volume-geometry';
import type { DisplaySet, FrameSource, ImageRef } from './display-sets';

/** Directions of a plane's rows and columns on the screen, unit vectors of the patient. */
export interface Axes {
  right: Point3;
  down: Point3;
}

/** Along the patient: feet, posterior and left as one is used to see them (PS3.3 C.7.6.2.1.1). */
export const ORTHOGONAL: Record<PlaneKind, Axes> = {
  ax: { right: [1, 0, 0], down: [0, 1, 0] },
  cor: { right: [1, 0, 0], down: [0, 0, -1] },
  sag: { right: [0, 1, 0], down: [0, 0, -1] },
};

/** Frames one behind the other. middle: of the frame at offset 0. offsets: mm along `travel`, ascending. spacing: mm a pixel, both ways. */
export interface PlaneStack extends Axes {
  travel: Point3;
  middle: Point3;
  offsets: readonly number[];
  columns: number;
  rows: number;
  spacing: number;
}

const MOST_PIXELS = 1600;

/** All of the volume, its own grid where the plane lies along it. down the stack as one is used to: to the feet, back and left. */
export function orthogonalStack(volume: Grid, kind: PlaneKind): PlaneStack {
  const { right, down } = ORTHOGONAL[kind];
  const travel = travelOf(volume, kind, right, down);
  const corners = cornersOf(volume);
  const [across, high, deep] = [right, down, travel].map((v) => extent(corners, v)) as [Extent, Extent, Extent];
  const spacing = Math.max(pixelOf(volume), across.length / MOST_PIXELS, high.length / MOST_PIXELS);
  const middle = [0, 1, 2].map((a) => (right[a] ?? 0) * across.middle + (down[a] ?? 0) * high.middle + (travel[a] ?? 0) * deep.middle) as Point3;
  const count = (length: number, step: number) => Math.max(1, Math.round(length / step) + 1);
  const step = stepAlong(volume, travel);
  const frames = count(deep.length, step);
  const even = Array.from({ length: frames }, (_, i) => (i - (frames - 1) / 2) * step);
  return {
    right, down, travel, middle, spacing,
    offsets: ownPlaces(volume, travel, middle) ?? even,
    columns: count(across.length, spacing),
    rows: count(high.length, spacing),
  };
}

/** Any plane, one of its frames through `point`; large enough for the volume whatever way it is turned. */
export function obliqueStack(volume: Grid, { right, down }: Axes, travel: Point3, point: Point3): PlaneStack {
  const middle = centreOfVolume(volume);
  const corners = cornersOf(volume);
  const diagonal = 2 * Math.max(...corners.map((c) => Math.hypot(...minus(c, middle))));
  const spacing = Math.max(pixelOf(volume), diagonal / MOST_PIXELS);
  const side = Math.ceil(diagonal / spacing) + 1;
  const step = spacing;
  const half = Math.ceil(diagonal / 2 / step);
  const at = dot(minus(point, middle), travel);
  const phase = at - Math.round(at / step) * step;
  const offsets = Array.from({ length: 2 * half + 1 }, (_, i) => (i - half) * step + phase);
  return { right, down, travel, middle, spacing, offsets, columns: side, rows: side };
}

interface Extent {
  middle: number;
  length: number;
}

function extent(points: readonly Point3[], along: Point3): Extent {
  const at = points.map((p) => dot(p, along));
  const [low, high] = [Math.min(...at), Math.max(...at)];
  return { middle: (low + high) / 2, length: high - low };
}

function pixelOf({ steps }: Grid): number {
  return Math.min(Math.hypot(...steps[0]), Math.hypot(...steps[1]));
}

/** mm from voxel to voxel in a direction. */
function stepAlong(volume: Grid, direction: Point3): number {
  return 1 / Math.max(...inverseSteps(volume).map((row) => Math.abs(dot(row, direction))));
}

/** Through slices the way the stack runs, else to the feet, the back and the left. */
function travelOf({ steps }: Grid, kind: PlaneKind, right: Point3, down: Point3): Point3 {
  const normal = cross(right, down);
  const along = dot(steps[2], normal) / Math.hypot(...steps[2]);
  const usual = { ax: -1, cor: 1, sag: -1 }[kind];
  const sign = Math.abs(along) > 0.7 ? Math.sign(along) : usual;
  return [normal[0] * sign, normal[1] * sign, normal[2] * sign];
}

/** Unequal slices that lie along the plane: each where it is. */
function ownPlaces(volume: Grid, travel: Point3, middle: Point3): number[] | undefined {
  const { places, steps } = volume;
  if (!places || Math.abs(dot(steps[2], travel)) < 0.99999 * Math.hypot(...steps[2])) return undefined;
  return Array.from(places, (place) => dot(minus(voxelToPatient(volume, [0, 0, place]), middle), travel));
}

export function frameAt({ right, down, travel, middle, offsets, columns, rows, spacing }: PlaneStack, index: number): SampledPlane {
  const offset = offsets[index] ?? 0;
  const [left, up] = [((columns - 1) / 2) * spacing, ((rows - 1) / 2) * spacing];
  const origin = [0, 1, 2].map((a) => (middle[a] ?? 0) + (travel[a] ?? 0) * offset - (right[a] ?? 0) * left - (down[a] ?? 0) * up) as Point3;
  return { origin, right: scaled(right, spacing), down: scaled(down, spacing), columns, rows };
}

/** The frame nearest to a point. */
export function indexAt({ travel, middle, offsets }: PlaneStack, point: Point3): number {
  const at = dot(minus(point, middle), travel);
  let best = 0;
  offsets.forEach((offset, i) => {
    if (Math.abs(offset - at) < Math.abs((offsets[best] ?? 0) - at)) best = i;
  });
  return best;
}

/** The point moved straight onto a frame. */
export function ontoFrame({ travel, middle, offsets }: PlaneStack, index: number, point: Point3): Point3 {
  const by = (offsets[index] ?? 0) - dot(minus(point, middle), travel);
  return [point[0] + travel[0] * by, point[1] + travel[1] * by, point[2] + travel[2] * by];
}

/** A vector turned about a unit axis, counted clockwise as seen along it. */
export function turnedAbout(v: Point3, axis: Point3, angle: number): Point3 {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const side = cross(axis, v);
  const part = dot(axis, v) * (1 - c);
  return [0, 1, 2].map((i) => (v[i] ?? 0) * c + (side[i] ?? 0) * s + (axis[i] ?? 0) * part) as Point3;
}

/** What all frames of a reformatted stack have in common with the series they are made of. */
export interface Origin {
  studyInstanceUid: string;
  /** Of the stack itself, not of the series. */
  id: string;
  sample: ImageRef;
  volume: Volume;
  /** Those of the source, else one over the whole volume once it is there. */
  windows: readonly Window[];
}

/** Attributes of the source that still hold for a plane of another place and size: who, what, when; not where, not how it was stored. */
const KEPT = /^(0008|0009|0010|0012|0018|0020|0040|0054|7053|00280051)/;
const NOT_KEPT = new Set([
  '00080018', '00080008', '00180050', '00180088', '00181164', '00200013', '00200032', '00200037', '00201041', '00200020', '00081140', '00082112',
]);
const LOSSY = ['00282110', '00282112', '00282114'];

/** A data set of one plane, as the viewer reads it (PS3.3 C.7.6.2, C.7.6.3, C.11.1); plane undefined: a curve, which has none. */
export function planeDataSet(origin: Origin, stack: { columns: number; rows: number; spacing: number }, plane: SampledPlane | undefined, thickness: number): DataSet {
  const { volume, sample } = origin;
  const ds: DataSet = {};
  for (const [tag, attribute] of Object.entries(sample.dataset)) {
    if ((KEPT.test(tag) && !NOT_KEPT.has(tag)) || LOSSY.includes(tag) || tag === '00280004' || tag === '20500020') ds[tag] = attribute;
  }
  const put = (tag: string, vr: string, ...value: unknown[]) => (ds[tag] = { vr, Value: value });
  put('00080008', 'CS', 'DERIVED', 'SECONDARY', 'MPR');
  put('00280010', 'US', stack.rows);
  put('00280011', 'US', stack.columns);
  put('00280030', 'DS', stack.spacing, stack.spacing);
  put('00180050', 'DS', thickness);
  put('00281052', 'DS', volume.intercept);
  put('00281053', 'DS', volume.slope);
  put('00281054', 'LO', volume.unit);
  const { windows } = origin;
  if (windows[0]) {
    put('00281050', 'DS', ...windows.map((w) => w.center));
    put('00281051', 'DS', ...windows.map((w) => w.width));
    put('00281055', 'LO', ...windows.map((w) => w.explanation));
    put('00281056', 'CS', windows[0].function);
  }
  if (plane) {
    const inVolume = isInVolume(sample.dataset, sample.frame);
    put(inVolume ? '00209301' : '00200032', 'DS', ...plane.origin);
    put(inVolume ? '00209302' : '00200037', 'DS', ...scaled(plane.right, 1 / stack.spacing), ...scaled(plane.down, 1 / stack.spacing));
  }
  return ds;
}

/** Pixels as the volume has them; what has no value is padding. */
export function planePixel({ volume, sample }: Origin, columns: number, rows: number): ImagePixel {
  const float = volume.samples instanceof Float32Array;
  const bits = float ? 32 : 16;
  return {
    ...sample.pixel, columns, rows, planar: false, palette: undefined, float,
    bitsAllocated: bits, bitsStored: bits, highBit: bits - 1,
    signed: !(volume.samples instanceof Uint16Array), padding: [volume.outside, volume.outside],
  };
}

/** Frames that say where they lie when they are asked, since the planes may be turned. */
class PlaneImage implements ImageRef {
  private known: { version: number; dataset: DataSet } | undefined;
  readonly transferSyntax: string;
  readonly computed = true;

  constructor(
    private readonly of: Reformat,
    readonly frame: number,
    public pixel: ImagePixel,
  ) {
    this.transferSyntax = of.origin.sample.transferSyntax;
  }

  get sopInstanceUid(): string {
    return this.of.uid;
  }

  get dataset(): DataSet {
    if (this.known?.version !== this.of.version) this.known = { version: this.of.version, dataset: this.of.describe(this.frame - 1) };
    return this.known.dataset;
  }
}

let made = 0;

/** Frames of two stacks that follow each other in one cell are not the same images. */
function nextUid(id: string): string {
  return `${id}.${++made}`;
}

/** A stack of planes that hangs like any other; `moved` after its planes were turned or made thicker. */
export class Reformat {
  version = 0;
  readonly uid: string;
  slab: Slab | undefined;
  readonly set: DisplaySet;

  constructor(
    readonly origin: Origin,
    public stack: PlaneStack,
    source: FrameSource,
  ) {
    this.uid = nextUid(origin.id);
    const pixel = planePixel(origin, stack.columns, stack.rows);
    const images = stack.offsets.map((_, i) => new PlaneImage(this, i + 1, pixel));
    this.set = displaySet(origin, images, source);
  }

  describe(index: number): DataSet {
    const own = Math.abs((this.stack.offsets[1] ?? 0) - (this.stack.offsets[0] ?? 0));
    return planeDataSet(this.origin, this.stack, frameAt(this.stack, index), Number((this.slab?.thickness ?? own).toFixed(3)));
  }

  moved(): void {
    this.version++;
  }
}

/** The display set of one curved plane. */
export function curvedSet(origin: Origin, columns: number, rows: number, spacing: number, source: FrameSource): DisplaySet {
  const dataset = planeDataSet(origin, { columns, rows, spacing }, undefined, spacing);
  const image = { sopInstanceUid: nextUid(origin.id), frame: 1, dataset, pixel: planePixel(origin, columns, rows), transferSyntax: origin.sample.transferSyntax, computed: true };
  return displaySet(origin, [image], source);
}

function displaySet(origin: Origin, images: ImageRef[], source: FrameSource): DisplaySet {
  const places = images.map((_, slice) => ({ run: 0, slice, time: 0 }));
  return {
    studyInstanceUid: origin.studyInstanceUid,
    seriesInstanceUid: origin.id,
    images,
    kind: 'images',
    objects: [],
    reason: '',
    sample: origin.sample.dataset,
    colour: false,
    frameRate: undefined,
    dimensions: { places, runs: 1, slices: images.length, times: 1 },
    source,
  };
}

function minus(a: Point3, b: Point3): Point3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function scaled(v: Point3, by: number): Point3 {
  return [v[0] * by, v[1] * by, v[2] * by];
}

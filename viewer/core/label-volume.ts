/**
 * The voxels of a segmentation: labels in one volume, and in further ones where segments overlap; or one volume of fractions a segment.
 * Slices that no frame brought take no memory. Patient space is LPS, mm.
 */
import { dot, type Point2, type Point3 } from './geometry';
import type { Plane } from './image-description';
import { normalOf } from './image-plane';
import type { SampledPlane } from './reslice';
import { normalOfFrames, type SegmentFrame, type Segmentation } from './segments';
import { t } from './language';

/** Places of the segments in a list, from 1; 0 is none of them. */
export type Labels = Uint8Array | Uint16Array;

/** Where its slices lie. slots: by the key of each. */
export interface SliceGrid {
  columns: number;
  rows: number;
  /** Undefined where frames have no place in the patient: then slices are found by their images. */
  placed: { origin: Point3; right: Point3; down: Point3; normal: Point3; spacing: { row: number; column: number } } | undefined;
  /** Distances of the slices from the origin along the normal, mm, rising. */
  depths: Float64Array;
  /** From one slice to the next where nothing lacks, mm. */
  step: number;
  /** Slot of each frame, from 0; -1 for one that lies askew. */
  slots: Int32Array;
  /** SOP Instance UID and frame ('uid 3', 'uid 0' for all frames) to slot. */
  bySource: ReadonlyMap<string, number>;
  /** Frames that lie askew, and are left out. */
  askew: number;
}

const SAME_PLACE = 0.01;
const PARALLEL = 0.9999;

export function sliceGridOf(s: Segmentation): SliceGrid {
  const normal = normalOfFrames(s.frames);
  const first = s.frames.find((f) => f.plane)?.plane;
  const slots = new Int32Array(s.frames.length).fill(-1);
  const bySource = new Map<string, number>();
  const note = (frame: SegmentFrame, slot: number) => frame.sources.forEach((key) => bySource.set(key, slot));
  if (!first || !normal || !s.spacing) {
    const keys = new Map<string, number>();
    s.frames.forEach((frame, i) => {
      const key = frame.sources[0] ?? `frame ${frame.frame}`;
      if (!keys.has(key)) keys.set(key, keys.size);
      slots[i] = keys.get(key) as number;
      note(frame, slots[i]);
    });
    return { columns: s.columns, rows: s.rows, placed: undefined, depths: new Float64Array(keys.size), step: s.apart ?? s.thickness ?? 1, slots, bySource, askew: 0 };
  }
  const depthOf = (p: Plane) => dot([p.position[0] - first.position[0], p.position[1] - first.position[1], p.position[2] - first.position[2]], normal);
  const fits = ({ plane }: SegmentFrame) => plane !== undefined && dot(normalOf(plane), normal) > PARALLEL && dot(plane.row, first.row) > PARALLEL && lies(plane, first, normal, depthOf(plane));
  const straight = s.frames.map(fits);
  const found = s.frames.flatMap(({ plane }, i) => (plane && straight[i] ? [depthOf(plane)] : [])).sort((a, b) => a - b);
  const depths = Float64Array.from(found.filter((d, i) => i === 0 || d - (found[i - 1] as number) > SAME_PLACE));
  s.frames.forEach((frame, i) => {
    if (!frame.plane || !straight[i]) return;
    slots[i] = nearestOf(depths, depthOf(frame.plane));
    note(frame, slots[i] as number);
  });
  const { row, column } = s.spacing;
  const along = (v: Point3, by: number) => v.map((n) => n * by) as Point3;
  const placed = { origin: first.position, right: along(first.row, column), down: along(first.column, row), normal, spacing: s.spacing };
  return { columns: s.columns, rows: s.rows, placed, depths, step: depths.length > 1 ? stepOf(depths, s.apart) : (s.apart ?? s.thickness ?? 1), slots, bySource, askew: straight.filter((ok) => !ok).length };
}

/** Its first pixel lies straight above that of the first frame. */
function lies({ position }: Plane, first: Plane, normal: Point3, depth: number): boolean {
  const aside = [0, 1, 2].map((a) => (position[a] as number) - (first.position[a] as number) - (normal[a] as number) * depth);
  return Math.hypot(...aside) < 0.1;
}

/** The least distance there is, or what the object says where that goes into it: frames without a segment in them are often left out. */
function stepOf(depths: Float64Array, said: number | undefined): number {
  let least = Infinity;
  for (let i = 1; i < depths.length; i++) least = Math.min(least, (depths[i] as number) - (depths[i - 1] as number));
  return said && said < least && Math.abs(least / said - Math.round(least / said)) < 0.01 ? said : least;
}

/** The slot nearest to a depth. */
function nearestOf(depths: Float64Array, depth: number): number {
  let [low, high] = [0, depths.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((depths[middle] as number) <= depth) low = middle;
    else high = middle;
  }
  return Math.abs((depths[high] as number) - depth) < Math.abs((depths[low] as number) - depth) ? high : low;
}

/** Memory that the voxels of one object may take, bytes. */
const MOST_BYTES = 1.5e9;

/** Voxel (column, row) of slot k of layer n is layers[n][k][row * columns + column]. */
export class LabelVolume {
  readonly layers: (Labels | undefined)[][] = [];
  private bytes = 0;

  constructor(
    readonly grid: SliceGrid,
    readonly wide: boolean,
  ) {}

  /** Voxels of one segment, 0 for those that are not in it. Where another one lies already the next layer takes it. */
  put(slot: number, place: number, inside: ArrayLike<number>): void {
    const count = this.grid.columns * this.grid.rows;
    for (let i = 0; i < count; i++) {
      if (!inside[i]) continue;
      let n = 0;
      while (true) {
        const slice = this.sliceOf(n, slot);
        if (slice[i] === place) break;
        if (slice[i] === 0) {
          slice[i] = place;
          break;
        }
        n++;
      }
    }
  }

  /** A slice of labels at once: places[value] is the place of a label. */
  putLabels(slot: number, values: ArrayLike<number>, places: (value: number) => number): void {
    const slice = this.sliceOf(0, slot);
    for (let i = 0; i < slice.length; i++) {
      const value = values[i] as number;
      if (value) slice[i] = places(value);
    }
  }

  private sliceOf(layer: number, slot: number): Labels {
    const slices = (this.layers[layer] ??= []);
    const known = slices[slot];
    if (known) return known;
    const count = this.grid.columns * this.grid.rows;
    this.bytes += count * (this.wide ? 2 : 1);
    if (this.bytes > MOST_BYTES) throw new RangeError(t('The segmentation takes more memory than there is.'));
    return (slices[slot] = this.wide ? new Uint16Array(count) : new Uint8Array(count));
  }

  /** Of each place, from 0: how many voxels, and where they lie. */
  tally(places: number): Tally[] {
    const out = Array.from({ length: places + 1 }, emptyTally);
    const { columns } = this.grid;
    for (const slices of this.layers) {
      slices.forEach((slice, slot) => {
        for (let i = 0; slice && i < slice.length; i++) {
          const place = slice[i] as number;
          if (place) count(out[place] as Tally, i % columns, Math.floor(i / columns), slot, 1);
        }
      });
    }
    return out;
  }
}

/** voxels: how many, or the sum of their shares. middle: of their columns, rows and slots. low, high: the outermost ones. */
export interface Tally {
  voxels: number;
  sums: Point3;
  low: Point3;
  high: Point3;
}

function emptyTally(): Tally {
  return { voxels: 0, sums: [0, 0, 0], low: [Infinity, Infinity, Infinity], high: [-1, -1, -1] };
}

function count(tally: Tally, x: number, y: number, slot: number, share: number): void {
  tally.voxels += share;
  tally.sums[0] += x * share;
  tally.sums[1] += y * share;
  tally.sums[2] += slot * share;
  if (x < tally.low[0]) tally.low[0] = x;
  if (y < tally.low[1]) tally.low[1] = y;
  if (slot < tally.low[2]) tally.low[2] = slot;
  if (x > tally.high[0]) tally.high[0] = x;
  if (y > tally.high[1]) tally.high[1] = y;
  if (slot > tally.high[2]) tally.high[2] = slot;
}

/** Column, row and slot in the middle of what was counted; undefined of nothing. */
export function middleOfTally({ voxels, sums }: Tally): Point3 | undefined {
  return voxels > 0 ? (sums.map((v) => v / voxels) as Point3) : undefined;
}

/** Fractions of one segment, as stored. */
export class FractionVolume {
  readonly slices: (Uint8Array | Uint16Array | undefined)[] = [];

  constructor(readonly grid: SliceGrid) {}

  put(slot: number, values: ArrayLike<number>, wide: boolean): void {
    const count = this.grid.columns * this.grid.rows;
    this.slices[slot] = wide ? Uint16Array.from({ length: count }, (_, i) => values[i] as number) : Uint8Array.from({ length: count }, (_, i) => values[i] as number);
  }

  /** Shares are those of the largest value, which none may pass. */
  tally(largest: number): Tally {
    const out = emptyTally();
    const { columns } = this.grid;
    this.slices.forEach((slice, slot) => {
      for (let i = 0; slice && i < slice.length; i++) {
        const v = slice[i] as number;
        if (v) count(out, i % columns, Math.floor(i / columns), slot, Math.min(v / largest, 1));
      }
    });
    return out;
  }
}

/** A plane as lines through the slices: columns, rows and depth of its first pixel, and by how much they change from pixel to pixel. */
interface Walk {
  start: Point3;
  right: Point3;
  down: Point3;
}

function walkOf({ placed }: SliceGrid, plane: SampledPlane): Walk | undefined {
  if (!placed) return undefined;
  const { origin, right, down, normal, spacing } = placed;
  const into = (v: Point3): Point3 => [dot(v, right) / spacing.column ** 2, dot(v, down) / spacing.row ** 2, dot(v, normal)];
  return { start: into([plane.origin[0] - origin[0], plane.origin[1] - origin[1], plane.origin[2] - origin[2]]), right: into(plane.right), down: into(plane.down) };
}

/** The slot whose slice reaches to a depth, -1 for none. */
export function slotAt({ depths, step }: SliceGrid, depth: number): number {
  if (!depths.length) return -1;
  const slot = nearestOf(depths, depth);
  return Math.abs((depths[slot] as number) - depth) <= step / 2 + 1e-3 ? slot : -1;
}

/** Labels of a layer on a plane, the nearest voxel of each pixel. False where none of it lies there. */
export function sampleLabels(volume: LabelVolume, layer: number, plane: SampledPlane, out: Labels): boolean {
  const slices = volume.layers[layer];
  const walk = walkOf(volume.grid, plane);
  out.fill(0);
  if (!slices || !walk) return false;
  const { columns, rows } = volume.grid;
  let any = false;
  eachPixel(volume.grid, walk, plane, (at, x, y, slot) => {
    const [i, j] = [Math.round(x), Math.round(y)];
    if (i < 0 || j < 0 || i >= columns || j >= rows) return;
    const label = slices[slot]?.[j * columns + i];
    if (label) {
      out[at] = label;
      any = true;
    }
  });
  return any;
}

/** Fractions on a plane, linear between voxels; what no frame brought is nothing. Stored values. */
export function sampleFractions(volume: FractionVolume, plane: SampledPlane, out: Float32Array): boolean {
  const walk = walkOf(volume.grid, plane);
  out.fill(0);
  if (!walk) return false;
  const { grid, slices } = volume;
  const { columns, rows, depths, step } = grid;
  const inSlice = (slot: number, x: number, y: number): number => {
    const slice = slices[slot];
    if (!slice) return 0;
    const [i, j] = [Math.floor(x), Math.floor(y)];
    const [u, v] = [x - i, y - j];
    const at = (c: number, r: number) => slice[Math.min(Math.max(r, 0), rows - 1) * columns + Math.min(Math.max(c, 0), columns - 1)] as number;
    return (at(i, j) * (1 - u) + at(i + 1, j) * u) * (1 - v) + (at(i, j + 1) * (1 - u) + at(i + 1, j + 1) * u) * v;
  };
  let any = false;
  const [right, down] = [walk.right, walk.down];
  for (let r = 0, at = 0; r < plane.rows; r++) {
    for (let c = 0; c < plane.columns; c++, at++) {
      const x = walk.start[0] + c * right[0] + r * down[0];
      const y = walk.start[1] + c * right[1] + r * down[1];
      const d = walk.start[2] + c * right[2] + r * down[2];
      if (x < -0.5 || y < -0.5 || x > columns - 0.5 || y > rows - 0.5) continue;
      const near = nearestOf(depths, d);
      const beyond = d - (depths[near] as number);
      if (Math.abs(beyond) >= step) continue;
      const share = Math.abs(beyond) / step;
      const other = near + (beyond > 0 ? 1 : -1);
      // The neighbour counts only where it is the next slice; beside a gap the fraction falls to nothing.
      const isNext = other >= 0 && other < depths.length && Math.abs((depths[other] as number) - (depths[near] as number)) < 1.5 * step;
      const value = inSlice(near, x, y) * (1 - share) + (share > 1e-6 && isNext ? inSlice(other, x, y) * share : 0);
      if (value > 0) {
        out[at] = value;
        any = true;
      }
    }
  }
  return any;
}

function eachPixel(grid: SliceGrid, { start, right, down }: Walk, { columns, rows }: SampledPlane, visit: (at: number, x: number, y: number, slot: number) => void): void {
  const flat = Math.abs(right[2]) < 1e-9 && Math.abs(down[2]) < 1e-9;
  const steady = flat ? slotAt(grid, start[2]) : -1;
  if (flat && steady < 0) return;
  for (let r = 0, at = 0; r < rows; r++) {
    let [x, y, d] = [start[0] + r * down[0], start[1] + r * down[1], start[2] + r * down[2]];
    for (let c = 0; c < columns; c++, at++) {
      const slot = flat ? steady : slotAt(grid, d);
      if (slot >= 0) visit(at, x, y, slot);
      x += right[0];
      y += right[1];
      d += right[2];
    }
  }
}

/** Where a voxel lies in the patient; undefined without a place. */
export function placeOfVoxel({ placed, depths }: SliceGrid, [x, y]: Point2, slot: number): Point3 | undefined {
  if (!placed) return undefined;
  const { origin, right, down, normal } = placed;
  return [0, 1, 2].map((a) => (origin[a] as number) + x * (right[a] as number) + y * (down[a] as number) + (depths[slot] as number) * (normal[a] as number)) as Point3;
}

/** mm³ of a voxel; undefined where it is not said. */
export function voxelVolume({ placed, step }: SliceGrid): number | undefined {
  return placed && placed.spacing.row * placed.spacing.column * step;
}

/** Planes through a volume: trilinear, thick by maximum, minimum or mean, and along a drawn path. Patient space is LPS, mm. */
import { dot, type Point3 } from './geometry';
import { cropPlane, type Cropper } from './cropping';
import type { Grid } from './volume-geometry';
import { inverseSteps, lastPlace, patientToVoxel, type Volume, type Voxels } from './volume';

/** right, down: mm vectors from pixel to pixel. origin: centre of the first pixel. */
export interface SampledPlane {
  origin: Point3;
  right: Point3;
  down: Point3;
  columns: number;
  rows: number;
}

export type SlabMode = 'max' | 'min' | 'mean';

/** thickness in mm, half on either side of the plane. */
export interface Slab {
  mode: SlabMode;
  thickness: number;
}

/**
 * Stored values on a plane, `volume.outside` where there are none. The volume reaches half a voxel beyond the centres of
 * its outermost voxels; there, and beside a missing slice, the nearest slice counts, as far as half a step.
 * steps: slices are not mixed with each other, the nearer counts. cropper: what it leaves, in each layer of a slab.
 */
export function reslice(volume: Volume, plane: SampledPlane, slab?: Slab, steps = false, cropper?: Cropper): Voxels {
  const out = blank(volume, plane.columns * plane.rows);
  const sampler = new Sampler(volume, steps, cropper);
  const layers = slab && slab.thickness > 0 ? layersOf(volume, plane, slab.thickness) : [0];
  const normal = unitNormal(plane);
  if (layers.length < 2) {
    sampler.plane(plane, out);
    return out;
  }
  const gather = new Gather(volume.outside, slab?.mode ?? 'max', out);
  const layer = new (out.constructor as new (n: number) => Voxels)(out.length);
  for (const mm of layers) {
    layer.fill(volume.outside);
    sampler.plane({ ...plane, origin: along(plane.origin, normal, mm) }, layer);
    gather.add(layer);
  }
  gather.end();
  return out;
}

/** The same where each place of the plane lies elsewhere in the volume; undefined: nowhere. */
export function resliceThrough(volume: Volume, plane: SampledPlane, warp: (p: Point3) => Point3 | undefined, cropper?: Cropper): Voxels {
  const out = blank(volume, plane.columns * plane.rows);
  const one = blank(volume, 1);
  const sampler = new Sampler(volume, false, cropper);
  for (let r = 0, at = 0; r < plane.rows; r++) {
    for (let c = 0; c < plane.columns; c++, at++) {
      const origin = warp(along(along(plane.origin, plane.right, c), plane.down, r));
      if (!origin) continue;
      one[0] = volume.outside;
      sampler.plane({ origin, right: [0, 0, 0], down: [0, 0, 0], columns: 1, rows: 1 }, one);
      out[at] = one[0];
    }
  }
  return out;
}

/** A wall through the volume along a path, spread flat: columns follow the path, rows run along `down`, the path in the middle row. */
export interface Curve {
  /** Patient points, evenly `spacing` apart. */
  path: readonly Point3[];
  /** mm vector from row to row. */
  down: Point3;
  rows: number;
}

export function resliceCurve(volume: Volume, { path, down, rows }: Curve, steps = false, cropper?: Cropper): Voxels {
  const columns = path.length;
  const out = blank(volume, columns * rows);
  const sampler = new Sampler(volume, steps, cropper);
  const column = blank(volume, rows);
  path.forEach((p, c) => {
    column.fill(volume.outside);
    sampler.plane({ origin: along(p, down, -(rows - 1) / 2), right: down, down: [0, 0, 0], columns: rows, rows: 1 }, column);
    for (let r = 0; r < rows; r++) out[r * columns + c] = column[r] as number;
  });
  return out;
}

/** Points `spacing` apart along straight lines through the given points; the first and those in between, the last within one spacing. */
export function evenPath(points: readonly Point3[], spacing: number): Point3[] {
  const out: Point3[] = points[0] ? [points[0]] : [];
  let rest = spacing;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1] as Point3, points[i] as Point3];
    const length = Math.hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]);
    let at = rest;
    for (; at <= length + 1e-9; at += spacing) out.push([0, 1, 2].map((k) => (a[k] ?? 0) + ((b[k] ?? 0) - (a[k] ?? 0)) * (at / length)) as Point3);
    rest = at - length;
  }
  return out;
}

function blank(volume: Volume, length: number): Voxels {
  return new (volume.samples.constructor as new (n: number) => Voxels)(length).fill(volume.outside);
}

/** mm between the layers of a slab: a voxel apart along the normal of its plane. */
export function layerStep(volume: Grid, plane: SampledPlane): number {
  const normal = unitNormal(plane);
  return 1 / Math.max(...inverseSteps(volume).map((row) => Math.abs(dot(row, normal))));
}

function unitNormal({ right, down }: SampledPlane): Point3 {
  const n: Point3 = [right[1] * down[2] - right[2] * down[1], right[2] * down[0] - right[0] * down[2], right[0] * down[1] - right[1] * down[0]];
  const length = Math.hypot(...n) || 1;
  return [n[0] / length, n[1] / length, n[2] / length];
}

function along(p: Point3, v: Point3, by: number): Point3 {
  return [p[0] + v[0] * by, p[1] + v[1] * by, p[2] + v[2] * by];
}

/** Distances of the layers of a slab from its middle, mm: a voxel apart along the normal, those whose middle lies in the slab. */
function layersOf(volume: Volume, plane: SampledPlane, thickness: number): number[] {
  const step = layerStep(volume, plane);
  const beside = Math.floor(thickness / 2 / step + 1e-6);
  return Array.from({ length: 2 * beside + 1 }, (_, i) => (i - beside) * step);
}

/** Layers into one. What has no value in a layer does not count there. */
class Gather {
  private readonly sums: Float32Array | undefined;
  private readonly counts: Uint16Array | undefined;

  constructor(
    private readonly outside: number,
    private readonly mode: SlabMode,
    private readonly out: Voxels,
  ) {
    if (mode !== 'mean') return;
    this.sums = new Float32Array(out.length);
    this.counts = new Uint16Array(out.length);
  }

  add(layer: Voxels): void {
    const { out, outside, sums, counts } = this;
    if (sums && counts) {
      for (let i = 0; i < layer.length; i++) {
        const v = layer[i] as number;
        if (v === outside) continue;
        sums[i] = (sums[i] as number) + v;
        counts[i] = (counts[i] as number) + 1;
      }
      return;
    }
    const sign = this.mode === 'max' ? 1 : -1;
    for (let i = 0; i < layer.length; i++) {
      const v = layer[i] as number;
      if (v === outside) continue;
      const known = out[i] as number;
      if (known === outside || sign * v > sign * known) out[i] = v;
    }
  }

  end(): void {
    const { out, sums, counts } = this;
    if (!sums || !counts) return;
    const whole = !(out instanceof Float32Array);
    for (let i = 0; i < out.length; i++) {
      const n = counts[i] as number;
      if (!n) continue;
      const mean = (sums[i] as number) / n;
      out[i] = whole ? Math.round(mean) : mean;
    }
  }
}

/** Walks planes through one volume, a row at a time, without asking outside it. */
class Sampler {
  private readonly inverse: [Point3, Point3, Point3];
  private readonly last: Point3;
  /** All slots are there, at even distances, and every voxel has a value: nothing to ask at each point. */
  private readonly plain: boolean;
  private low = 0;
  private high = 0;
  private share = 0;

  constructor(
    private readonly volume: Volume,
    private readonly steps: boolean,
    private readonly cropper?: Cropper,
  ) {
    this.inverse = inverseSteps(volume);
    this.last = [volume.size[0] - 1, volume.size[1] - 1, lastPlace(volume)];
    this.plain = !steps && !volume.places && !volume.holed && volume.ready.every((r) => r === 1);
  }

  plane(plane: SampledPlane, out: Voxels): void {
    const { origin, right, down, columns, rows } = plane;
    const start = patientToVoxel(this.volume, origin);
    const [across, below] = [right, down].map((v) => this.inverse.map((row) => dot(row, v)) as Point3) as [Point3, Point3];
    for (let r = 0; r < rows; r++) {
      const at: Point3 = [start[0] + r * below[0], start[1] + r * below[1], start[2] + r * below[2]];
      const [from, to] = this.inside(at, across, columns);
      if (from > to || this.steadyRow(at, across, from, to, out, r * columns)) continue;
      if (this.plain) this.plainRow(at, across, from, to, out, r * columns);
      else this.carefulRow(at, across, from, to, out, r * columns);
    }
    if (this.cropper) cropPlane(plane, out, this.volume.outside, this.cropper);
  }

  /** First and last step of a line that is in the volume, half a voxel of its rim included. */
  private inside(at: Point3, by: Point3, count: number): [number, number] {
    let [from, to] = [0, count - 1];
    const rim = 1e-6;
    for (let a = 0; a < 3; a++) {
      const [p, d] = [at[a] as number, by[a] as number];
      const reach = (a === 2 ? this.volume.reach : 0.5) + rim;
      const [lowest, highest] = [-reach, (this.last[a] as number) + reach];
      if (Math.abs(d) < 1e-12) {
        if (p < lowest || p > highest) return [1, 0];
        continue;
      }
      const ends = [(lowest - p) / d, (highest - p) / d];
      from = Math.max(from, Math.ceil(Math.min(...ends)));
      to = Math.min(to, Math.floor(Math.max(...ends)));
    }
    return [from, to];
  }

  /**
   * A row that runs from voxel to voxel of one slice, or straight between two: copied, or two slices mixed by one share.
   * Orthogonal planes of an axial stack are made of such rows. False when it is none, or reaches beyond the centres.
   */
  private steadyRow(at: Point3, by: Point3, from: number, to: number, out: Voxels, row: number): boolean {
    const { samples, size, outside } = this.volume;
    const axis = Math.abs(by[0]) > 0.5 ? 0 : 1;
    const other = 1 - axis;
    const step = Math.round(by[axis] as number);
    if (Math.abs(step) !== 1 || !isNear(by[axis] as number, step) || !isNear(by[other] as number, 0) || !isNear(by[2], 0)) return false;
    const i = Math.round(at[axis] as number);
    const j = Math.round(at[other] as number);
    if (!isNear(at[axis] as number, i) || !isNear(at[other] as number, j) || j < 0 || j > (this.last[other] as number)) return false;
    if (!this.between(at[2])) return true;
    const strides: [number, number] = [1, size[0]];
    const stride = strides[axis as 0 | 1] * step;
    const start = j * strides[other as 0 | 1] + i * strides[axis as 0 | 1];
    const slice = size[0] * size[1];
    let p = this.low * slice + start + from * stride;
    const share = this.share;
    if (!share) {
      for (let c = from; c <= to; c++, p += stride) out[row + c] = samples[p] as number;
      return true;
    }
    const whole = !(out instanceof Float32Array);
    const apart = (this.high - this.low) * slice;
    for (let c = from; c <= to; c++, p += stride) {
      const a = samples[p] as number;
      const b = samples[p + apart] as number;
      if (a === outside || b === outside) out[row + c] = share < 0.5 ? a : b;
      else out[row + c] = whole ? Math.round(a + share * (b - a)) : a + share * (b - a);
    }
    return true;
  }

  private plainRow(at: Point3, by: Point3, from: number, to: number, out: Voxels, row: number): void {
    const { samples, size } = this.volume;
    const [nx, ny] = size;
    const slice = nx * ny;
    const [lastX, lastY, lastZ] = this.last;
    const whole = !(out instanceof Float32Array);
    for (let c = from; c <= to; c++) {
      let x = at[0] + c * by[0];
      let y = at[1] + c * by[1];
      let z = at[2] + c * by[2];
      x = x < 0 ? 0 : x > lastX ? lastX : x;
      y = y < 0 ? 0 : y > lastY ? lastY : y;
      z = z < 0 ? 0 : z > lastZ ? lastZ : z;
      const i = x | 0;
      const j = y | 0;
      const k = z | 0;
      const u = x - i;
      const v = y - j;
      const w = z - k;
      const p = k * slice + j * nx + i;
      const dx = i < lastX ? 1 : 0;
      const q = j < lastY ? p + nx : p;
      let value = mix(samples[p] as number, samples[p + dx] as number, samples[q] as number, samples[q + dx] as number, u, v);
      if (w > 0) {
        const s = p + slice;
        const t = q + slice;
        value += w * (mix(samples[s] as number, samples[s + dx] as number, samples[t] as number, samples[t + dx] as number, u, v) - value);
      }
      out[row + c] = whole ? Math.round(value) : value;
    }
  }

  /** The same where slices may be missing, unequally far apart, or without values here and there. */
  private carefulRow(at: Point3, by: Point3, from: number, to: number, out: Voxels, row: number): void {
    const { size, outside } = this.volume;
    const slice = size[0] * size[1];
    const whole = !(out instanceof Float32Array);
    for (let c = from; c <= to; c++) {
      if (!this.between(at[2] + c * by[2])) continue;
      const x = Math.min(Math.max(at[0] + c * by[0], 0), this.last[0]);
      const y = Math.min(Math.max(at[1] + c * by[1], 0), this.last[1]);
      let value = this.inSlice(this.low * slice, x, y);
      if (this.share) {
        const other = this.inSlice(this.high * slice, x, y);
        if (value !== outside && other !== outside) value += this.share * (other - value);
        else if (this.share >= 0.5) value = other;
      }
      out[row + c] = whole && value !== outside ? Math.round(value) : value;
    }
  }

  /** Bilinear in one slice; beside a hole the nearest voxel. */
  private inSlice(start: number, x: number, y: number): number {
    const { samples, outside, holed, size } = this.volume;
    const i = x | 0;
    const j = y | 0;
    const p = start + j * size[0] + i;
    const q = j < this.last[1] ? p + size[0] : p;
    const dx = i < this.last[0] ? 1 : 0;
    const a = samples[p] as number;
    const b = samples[p + dx] as number;
    const c = samples[q] as number;
    const d = samples[q + dx] as number;
    if (holed && (a === outside || b === outside || c === outside || d === outside)) {
      return y - j < 0.5 ? (x - i < 0.5 ? a : b) : x - i < 0.5 ? c : d;
    }
    return mix(a, b, c, d, x - i, y - j);
  }

  /** Puts into low, high and share the two slots that a place lies between. False where there is nothing: in a gap. */
  private between(place: number): boolean {
    const { places, ready, reach } = this.volume;
    const last = this.volume.size[2] - 1;
    const low = places ? slotBefore(places, place) : Math.min(Math.max(Math.floor(place + 1e-9), 0), last);
    const high = Math.min(low + 1, last);
    const start = places ? (places[low] as number) : low;
    const width = high > low ? (places ? (places[high] as number) - start : 1) : 0;
    const beyond = Math.max(place - start, 0);
    this.low = low;
    this.high = high;
    this.share = width && beyond > 1e-9 ? Math.min(beyond / width, 1) : 0;
    if (this.share === 0) return ready[low] === 1;
    if (ready[low] && ready[high] && !this.volume.gaps.includes(low)) {
      if (this.steps) [this.low, this.share] = [this.share < 0.5 ? low : high, 0];
      return true;
    }
    // One of them is missing, or much lies between: a slice counts as far as half a step, the rest is nothing.
    if (beyond > reach + 1e-9 && width - beyond > reach) return false;
    if (beyond > reach + 1e-9) this.low = high;
    this.share = 0;
    return ready[this.low] === 1;
  }
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) < 1e-6;
}

/** The bilinear mean of four neighbours. */
function mix(a: number, b: number, c: number, d: number, u: number, v: number): number {
  const upper = a + u * (b - a);
  return upper + v * (c + u * (d - c) - upper);
}

/** The last slot that does not lie behind a place; the first when all do. */
function slotBefore(places: Float64Array, place: number): number {
  let [low, high] = [0, places.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((places[middle] as number) <= place + 1e-9) low = middle;
    else high = middle - 1;
  }
  return low;
}

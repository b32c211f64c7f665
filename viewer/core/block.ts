/** A volume as 3D pictures are made of: evenly spaced, no finer than the machine can hold, values between 0 and 1. */
import { lastPlace, rangeOf, type Volume } from './volume';
import type { Point3 } from './geometry';

/**
 * values: half floats (IEEE 754 binary16) of 0..1, which stand for `low` .. `high` in modality units; what has no value is 0. As they are
 * never negative, the larger of two is the larger number too. Voxel (i, j, k) is values[(k * size[1] + j) * size[0] + i].
 */
export interface Block {
  size: readonly [number, number, number];
  /** Centre of the first voxel, and mm from voxel to voxel along each axis, LPS. */
  origin: Point3;
  steps: readonly [Point3, Point3, Point3];
  values: Uint16Array;
  low: number;
  high: number;
  unit: string;
  /** Voxels of the volume that were taken together along each axis. */
  factors: readonly [number, number, number];
}

/** side: voxels along an edge; count: voxels in all. */
export interface BlockLimits {
  side: number;
  count: number;
}

/** Voxels along each axis that are taken together so that a volume keeps the limits: first along the axis with the finest ones. */
export function factorsFor(size: readonly [number, number, number], steps: readonly [number, number, number], limits: BlockLimits): [number, number, number] {
  const factors: [number, number, number] = [1, 1, 1];
  const after = (a: number) => Math.ceil((size[a] as number) / (factors[a] as number));
  const more = (a: number) => (factors[a] = (factors[a] as number) + 1);
  for (let a = 0; a < 3; a++) while (after(a) > limits.side) more(a);
  while (after(0) * after(1) * after(2) > limits.count) {
    const coarse = (a: number) => (steps[a] as number) * (factors[a] as number);
    more([0, 1, 2].filter((a) => after(a) > 1).sort((a, b) => coarse(a) - coarse(b))[0] ?? 0);
  }
  return factors;
}

/** Means of neighbours where voxels are taken together. Between unequal slices values lie on the line from one to the next. */
export function blockOf(volume: Volume, limits: BlockLimits): Block {
  const lengths = volume.steps.map((s) => Math.hypot(...s)) as [number, number, number];
  const factors = factorsFor(volume.size, lengths, limits);
  const size = [0, 1, 2].map((a) => Math.ceil((volume.size[a] as number) / (factors[a] as number))) as [number, number, number];
  const range = rangeOf(volume);
  const ends = [range.min, range.max].map((v) => v * volume.slope + volume.intercept);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const values = new Uint16Array(size[0] * size[1] * size[2]);
  const layer = new Float32Array(size[0] * size[1]);
  const scale = high > low ? 1 / (high - low) : 0;
  for (let k = 0; k < size[2]; k++) {
    meanLayer(volume, factors, size, k, layer);
    for (let i = 0, at = k * layer.length; i < layer.length; i++) {
      const v = layer[i] as number;
      values[at + i] = Number.isNaN(v) ? 0 : toHalf((v * volume.slope + volume.intercept - low) * scale);
    }
  }
  return { size, ...placed(volume, factors), values, low, high, unit: volume.unit, factors };
}

/** Where the voxels of the block lie: in the middle of those that make them. */
function placed(volume: Volume, factors: readonly [number, number, number]): Pick<Block, 'origin' | 'steps'> {
  const slotPlaces = volume.size[2] > 1 ? lastPlace(volume) / (volume.size[2] - 1) : 1;
  const by = [factors[0], factors[1], factors[2] * slotPlaces] as const;
  const steps = volume.steps.map((s, a) => s.map((v) => v * (by[a] as number))) as unknown as [Point3, Point3, Point3];
  const shift = [(factors[0] - 1) / 2, (factors[1] - 1) / 2, ((factors[2] - 1) / 2) * slotPlaces];
  const origin = volume.origin.map((o, i) => o + shift.reduce((sum, n, a) => sum + n * ((volume.steps[a] as Point3)[i] as number), 0)) as Point3;
  return { origin, steps };
}

/** NaN where nothing has a value. */
function meanLayer(volume: Volume, [fx, fy, fz]: readonly [number, number, number], size: readonly [number, number, number], k: number, out: Float32Array): void {
  const sums = out.fill(0);
  const counts = new Uint16Array(out.length);
  const [columns, rows, slots] = volume.size;
  for (let slot = k * fz; slot < Math.min((k + 1) * fz, slots); slot++) {
    const [a, b, share] = between(volume, slot);
    for (let r = 0; r < rows; r++) {
      const row = Math.floor(r / fy) * size[0];
      const [atA, atB] = [(a * rows + r) * columns, (b * rows + r) * columns];
      for (let c = 0; c < columns; c++) {
        const [va, vb] = [volume.samples[atA + c] as number, volume.samples[atB + c] as number];
        if (va === volume.outside || vb === volume.outside) continue;
        const to = row + Math.floor(c / fx);
        sums[to] = (sums[to] as number) + va + (vb - va) * share;
        counts[to] = (counts[to] as number) + 1;
      }
    }
  }
  for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) / (counts[i] as number);
}

/** The slots on either side of the slot-th even place, and the share of the second. */
function between({ places, size }: Volume, slot: number): [number, number, number] {
  if (!places) return [slot, slot, 0];
  const last = size[2] - 1;
  const wanted = ((places[last] as number) * slot) / Math.max(last, 1);
  let a = 0;
  while (a < last - 1 && (places[a + 1] as number) <= wanted) a++;
  const [from, to] = [places[a] as number, places[a + 1] as number];
  return [a, a + 1, Math.min(Math.max((wanted - from) / (to - from), 0), 1)];
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** 0..1 to binary16, rounded to the nearest. */
export function toHalf(value: number): number {
  const v = Math.min(Math.max(value, 0), 1);
  if (v < 2 ** -14) return Math.round(v * 2 ** 24);
  float[0] = v;
  return (((bits[0] as number) + 0x1000) >>> 13) - (112 << 10);
}

/** binary16 of 0..1 to the number. */
export function fromHalf(half: number): number {
  const exponent = half >> 10;
  return exponent ? (1 + (half & 1023) / 1024) * 2 ** (exponent - 15) : half * 2 ** -24;
}

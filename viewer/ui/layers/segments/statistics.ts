/** Values of an image under segments: mean, population standard deviation, least and greatest, over the voxels of each segment. */
import type { Affine } from '../../../core/affine';
import type { SampledPlane } from '../../../core/reslice';
import { reslice } from '../../../core/reslice';
import type { SliceGrid } from '../../../core/label-volume';
import type { Volume } from '../../../core/volume';
import { planeThrough } from '../../../domain/joined';
import type { ShownSegments } from './shown';

/** Units of the image. voxels: of the segment that lie in the image. */
export interface Statistics {
  voxels: number;
  mean: number;
  deviation: number;
  least: number;
  greatest: number;
}

/** Of a fraction, from where on a voxel counts. */
const HALF = 0.5;

class Sums {
  private count = 0;
  private mean = 0;
  private squares = 0;
  private least = Infinity;
  private greatest = -Infinity;

  /** Welford's way: differences of large numbers lose no digits. */
  add(v: number): void {
    this.count++;
    const by = v - this.mean;
    this.mean += by / this.count;
    this.squares += by * (v - this.mean);
    if (v < this.least) this.least = v;
    if (v > this.greatest) this.greatest = v;
  }

  end(): Statistics {
    const { count, mean, least, greatest } = this;
    return { voxels: count, mean, deviation: Math.sqrt(this.squares / count), least, greatest };
  }
}

/**
 * By segment number; segments beside the image are not in it. The volume is sampled linearly at the centre of each voxel of the segment.
 * matrix: from places of the segmentation to those of the volume.
 */
export async function statisticsUnder(shown: ShownSegments, volume: Volume, matrix: Affine, signal: AbortSignal): Promise<Map<number, Statistics>> {
  const sums = new Map<number, Sums>();
  const { grid, labels, fractions, description } = shown;
  if (!grid?.placed || typeof description === 'string') return new Map();
  const of = (segment: number) => {
    const known = sums.get(segment) ?? new Sums();
    sums.set(segment, known);
    return known;
  };
  for (let slot = 0; slot < grid.depths.length; slot++) {
    const values = reslice(volume, planeThrough(matrix, planeOfSlot(grid, slot)));
    const add = (segment: number, i: number) => {
      const v = values[i] as number;
      if (v !== volume.outside) of(segment).add(v * volume.slope + volume.intercept);
    };
    for (const slices of labels?.layers ?? []) {
      slices[slot]?.forEach((place, i) => {
        const segment = place ? shown.segments[place - 1] : undefined;
        if (segment) add(segment.number, i);
      });
    }
    for (const [segment, { slices }] of fractions) slices[slot]?.forEach((v, i) => v >= HALF * description.largest && add(segment, i));
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
  }
  return new Map([...sums].map(([segment, s]) => [segment, s.end()]));
}

function planeOfSlot({ placed, depths, columns, rows }: SliceGrid, slot: number): SampledPlane {
  const { origin, right, down, normal } = placed as NonNullable<SliceGrid['placed']>;
  const at = origin.map((v, a) => v + (normal[a] as number) * (depths[slot] as number)) as [number, number, number];
  return { origin: at, right, down, columns, rows };
}

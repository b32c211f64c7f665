/**
 * Dose-volume histograms (PS3.3 C.8.8.4): those an object brings, and those reckoned from dose and contours. The reading is the
 * server's arithmetic (render/dose_volume.py); contract/dose-volumes.json has both tested against the same numbers.
 */
import { number, numbers, text, items, type DataSet } from './dicom-json';
import { crossed, pairs } from './contour-cuts';
import type { Stack } from './contours';
import type { Point2 } from './geometry';
import { samplerOf, type DoseGrid } from './dose-grid';

/**
 * Cumulative whatever it was stored as. doses: lower edges of the bins, ascending, the last one the upper end. volumes: receiving at
 * least that dose, in `volumeUnit`; the last is 0. least, mean, largest: as stored or reckoned, undefined when not known.
 */
export interface DoseVolume {
  rois: number[];
  kind: string;
  unit: string;
  volumeUnit: string;
  doses: Float64Array;
  volumes: Float64Array;
  least: number | undefined;
  mean: number | undefined;
  largest: number | undefined;
  /** Share of the volume that lies beside the dose grid, 0 .. 1. */
  beside: number;
}

/** What is wrong with a histogram of an object. */
export type DoseVolumeFault = 'pairs' | 'kind' | 'negative' | 'per-u' | 'bins';

const MOST_BINS = 1_000_000;

/** An item of the DVH Sequence. Volumes PER_U are per difference of u = dose^(-3/2) (PS3.3 C.8.8.4.3). */
export function readDoseVolume(item: DataSet): DoseVolume | DoseVolumeFault {
  const data = numbers(item, '30040058');
  if (data.length < 2 || data.length % 2 || data.length > 2 * MOST_BINS) return 'pairs';
  const bins = number(item, '30040056');
  if (bins !== undefined && bins > 0 && bins !== data.length / 2) return 'bins';
  const kind = text(item, '30040001').toUpperCase();
  if (!['CUMULATIVE', 'DIFFERENTIAL', 'NATURAL'].includes(kind)) return 'kind';
  const scaling = number(item, '30040052') ?? 1;
  const widths = data.filter((_, i) => i % 2 === 0).map((w) => w * scaling);
  const volumes = data.filter((_, i) => i % 2 === 1);
  if (widths.some((w) => w < 0) || volumes.some((v) => v < 0)) return 'negative';
  const doses = new Float64Array(widths.length + 1);
  widths.forEach((w, i) => (doses[i + 1] = (doses[i] as number) + w));
  const volumeUnit = text(item, '30040054').toUpperCase();
  const own = volumeUnit === 'PER_U' ? ofBins(kind, doses, volumes) : volumes;
  if (!own) return 'per-u';
  return {
    rois: items(item, '30040060').slice(0, 100).flatMap((r) => number(r, '30060084') ?? []),
    kind,
    unit: text(item, '30040002').toUpperCase() === 'GY' ? 'Gy' : 'relative',
    volumeUnit,
    doses,
    volumes: cumulative(kind, own),
    least: number(item, '30040070'),
    mean: number(item, '30040074'),
    largest: number(item, '30040072'),
    beside: 0,
  };
}

function cumulative(kind: string, volumes: readonly number[]): Float64Array {
  const out = new Float64Array(volumes.length + 1);
  if (kind === 'CUMULATIVE') {
    let least = Infinity;
    volumes.forEach((v, i) => (out[i] = least = Math.min(least, v)));
  } else for (let i = volumes.length - 1; i >= 0; i--) out[i] = (out[i + 1] as number) + (volumes[i] as number);
  return out;
}

/** Volumes of bins from those per u; undefined where one would be endless. */
function ofBins(kind: string, edges: Float64Array, perU: readonly number[]): number[] | undefined {
  if (kind === 'CUMULATIVE') return undefined;
  if (perU.some((v, i) => v > 0 && edges[i] === 0)) return undefined;
  return perU.map((v, i) => (v > 0 ? v * ((edges[i] as number) ** -1.5 - (edges[i + 1] as number) ** -1.5) : 0));
}

export function wholeVolume(d: DoseVolume): number {
  return d.volumes[0] ?? 0;
}

/** The dose that so many percent of the volume receive at least (D95 for 95); linear between the edges. */
export function doseAt(d: DoseVolume, percent: number): number | undefined {
  const wanted = (wholeVolume(d) * percent) / 100;
  const at = d.volumes.findIndex((v) => v < wanted);
  if (at < 1) return undefined;
  const [upper, lower] = [d.volumes[at - 1] as number, d.volumes[at] as number];
  const [from, to] = [d.doses[at - 1] as number, d.doses[at] as number];
  return from + ((upper - wanted) / (upper - lower)) * (to - from);
}

/** Percent of the volume that receives at least a dose (V20 for 20 Gy); linear between the edges. */
export function volumeAt(d: DoseVolume, dose: number): number | undefined {
  const whole = wholeVolume(d);
  if (!(whole > 0)) return undefined;
  const at = d.doses.findIndex((edge) => edge > dose);
  if (at < 0) return 0;
  if (at === 0) return 100;
  const [from, to] = [d.doses[at - 1] as number, d.doses[at] as number];
  const [upper, lower] = [d.volumes[at - 1] as number, d.volumes[at] as number];
  return (100 * (upper + ((dose - from) / (to - from)) * (lower - upper))) / whole;
}

/** Of the curve: what lies in a bin counts with the bin's middle. */
export function meanOf(d: DoseVolume): number | undefined {
  let [sum, inside] = [0, 0];
  for (let i = 0; i + 1 < d.doses.length; i++) {
    const volume = (d.volumes[i] as number) - (d.volumes[i + 1] as number);
    inside += volume;
    sum += (volume * ((d.doses[i] as number) + (d.doses[i + 1] as number))) / 2;
  }
  return inside > 0 ? sum / inside : undefined;
}

/** Bins of a reckoned histogram; the statistics need none of them. */
const BINS = 4096;
/** Lines run aslant, so that steps of their distance do not fall on steps of a dose that rises along an axis. */
const SLANT: Point2 = [Math.sin(0.5), Math.cos(0.5)];
/** About so many samples of one structure: more make it slower, not truer. */
const MOST_SAMPLES = 3e6;
const FEWEST_SAMPLES = 5e4;

/**
 * From the prisms of a structure (core/contour-cuts) and the dose, volumes in cm3. Each plane of contours is filled line by line,
 * finer than the voxels of the dose; a line's part inside is cut into equal pieces whose middles are sampled, so that no border is
 * rounded to a raster. Beside the grid the dose counts as 0. Undefined without two parallel planes.
 */
export function reckon(stack: Stack, grid: DoseGrid, roi: number): DoseVolume | undefined {
  if (!stack.spacing) return undefined;
  const sample = samplerOf(grid);
  const top = Math.max(grid.largest, Number.MIN_VALUE) * (1 + 1e-9);
  const counts = new Float64Array(BINS);
  const seen = { least: Infinity, largest: -Infinity, sum: 0, volume: 0, beside: 0 };
  const step = stepOf(stack, grid);
  const levels = levelsOf(stack, step);
  const [u, v] = stack.axes;
  for (const { at, polygons } of stack.slices) {
    const [low, high] = extent(polygons, SLANT);
    const lines = Math.max(Math.ceil((high - low) / step), 1);
    const wide = (high - low) / lines;
    for (let line = 0; line < lines; line++) {
      const off = low + (line + 0.5) * wide;
      for (const [from, to] of pairs(polygons.flatMap((p) => crossed(p, SLANT, off)))) {
        const pieces = Math.max(Math.ceil((to - from) / step), 1);
        const volume = (((to - from) / pieces) * wide * stack.spacing) / levels / 1000;
        for (let i = 0; i < pieces; i++) {
          const along = from + ((i + 0.5) * (to - from)) / pieces;
          const [x, y] = [off * SLANT[0] - along * SLANT[1], off * SLANT[1] + along * SLANT[0]];
          for (let k = 0; k < levels; k++) {
            const w = at + ((k + 0.5) / levels - 0.5) * stack.spacing;
            const n = stack.normal;
            const dose = sample(u[0] * x + v[0] * y + n[0] * w, u[1] * x + v[1] * y + n[1] * w, u[2] * x + v[2] * y + n[2] * w);
            note(seen, counts, dose, volume, top);
          }
        }
      }
    }
  }
  if (!(seen.volume > 0)) return undefined;
  return {
    rois: [roi], kind: 'CUMULATIVE', unit: grid.unit, volumeUnit: 'CM3',
    doses: Float64Array.from({ length: BINS + 1 }, (_, i) => (i * top) / BINS),
    volumes: cumulative('DIFFERENTIAL', [...counts]),
    least: seen.least, mean: seen.sum / seen.volume, largest: seen.largest, beside: seen.beside / seen.volume,
  };
}

function note(seen: { least: number; largest: number; sum: number; volume: number; beside: number }, counts: Float64Array, sampled: number, volume: number, top: number): void {
  const dose = Number.isNaN(sampled) ? 0 : sampled;
  if (Number.isNaN(sampled)) seen.beside += volume;
  seen.least = Math.min(seen.least, dose);
  seen.largest = Math.max(seen.largest, dose);
  seen.sum += dose * volume;
  seen.volume += volume;
  const bin = Math.min(Math.floor((dose / top) * BINS), BINS - 1);
  counts[bin] = (counts[bin] as number) + volume;
}

/** mm: a third of the dose's voxel, finer for what is small, coarser for what is large. */
function stepOf(stack: Stack, grid: DoseGrid): number {
  const area = stack.slices.reduce((sum, { polygons }) => {
    const [low, high] = extent(polygons, [1, 0]);
    const [top, bottom] = extent(polygons, [0, 1]);
    return sum + (high - low) * (bottom - top);
  }, 0);
  let step = Math.max(Math.min(Math.min(grid.spacing.row, grid.spacing.column) / 3, Math.sqrt(area / FEWEST_SAMPLES)), 0.02);
  while ((area / step ** 2) * levelsOf(stack, step) > MOST_SAMPLES) step *= 1.25;
  return step;
}

/** How many samples lie above one another in a prism. */
function levelsOf({ spacing }: Stack, step: number): number {
  return Math.min(Math.max(Math.ceil((spacing ?? 1) / (2 * step)), 1), 9);
}

/** Of all points along a direction. */
function extent(polygons: readonly Float64Array[], n: Point2): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const p of polygons) {
    for (let i = 0; i < p.length; i += 2) {
      const at = n[0] * (p[i] as number) + n[1] * (p[i + 1] as number);
      low = Math.min(low, at);
      high = Math.max(high, at);
    }
  }
  return [low, high];
}

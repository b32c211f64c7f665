/** Planes that the server makes: what it says of a volume, how a plane is asked for, and what its answer holds (docs/api.md). */
import { FrameError, minMax, type Frame } from '../core/frame';
import { t } from '../core/language';
import { layerStep, type SampledPlane, type Slab, type SlabMode } from '../core/reslice';
import type { Volume } from '../core/volume';
import type { Grid } from '../core/volume-geometry';
import { isFourDimensional } from './dimensions';
import type { DisplaySet } from './display-sets';
import { isRun } from './runs';
import type { VolumePlan } from './volume-stack';

/** Of the answer in JSON. values: the lowest and the highest, modality units; codes: what 16 bits stand for in all its planes. */
export interface ToldVolume {
  slices: number;
  values: [number, number];
  codes: { slope: number; intercept: number; nothing: number };
}

/** Where the volume of a series is told and cut. */
export function reformatPath(study: string, series: string): string {
  return `/api/studies/${encodeURIComponent(study)}/series/${encodeURIComponent(series)}/reformat`;
}

/** '' when the server can make planes of it: it takes all images of a series for one volume. */
export function whyNotOnServer(set: DisplaySet, plan: VolumePlan): string {
  const isPart = isRun(set.seriesInstanceUid) || isFourDimensional(set.dimensions) || plan.images.length !== set.images.length;
  return isPart ? t('The server makes planes only of series that are one volume.') : '';
}

const MODES: Record<SlabMode, string> = { max: 'mip', min: 'minip', mean: 'average' };

/** Parameters of a plane, its layers where ours would be. Its pixels must be square. */
export function cutQuery(grid: Grid, plane: SampledPlane, slab: Slab | undefined): URLSearchParams {
  const { origin, right, down, columns, rows } = plane;
  const spacing = Math.hypot(...right);
  const center = [0, 1, 2].map((a) => (origin[a] ?? 0) + ((columns - 1) / 2) * (right[a] ?? 0) + ((rows - 1) / 2) * (down[a] ?? 0));
  const asked = new URLSearchParams({
    orientation: [...right, ...down].map((v) => v / spacing).join(),
    center: center.join(),
    size: [columns, rows].join(),
    spacing: String(spacing),
  });
  if (!slab?.thickness) return asked;
  asked.set('slab', String(slab.thickness));
  asked.set('mode', MODES[slab.mode]);
  asked.set('step', String(layerStep(grid, plane)));
  return asked;
}

/** A volume without voxels here: where it lies, and what the codes of its planes mean. */
export function volumeElsewhere(grid: Grid, unit: string, { codes }: ToldVolume): Volume {
  const { slope, intercept, nothing } = codes;
  return { ...grid, samples: new Int16Array(0), slope, intercept, unit, outside: nothing, ready: new Uint8Array(grid.size[2]).fill(1), holed: false };
}

/** Throws FrameError when the body is not the plane that was asked for, or of a volume that has changed. */
export function frameOfAnswer(body: ArrayBuffer, said: (name: string) => string | null, volume: Volume, plane: SampledPlane): Frame {
  const { columns, rows } = plane;
  const told = (name: string) => Number(said(`reformat-${name}`) ?? NaN);
  if (told('columns') !== columns || told('rows') !== rows || body.byteLength !== 2 * columns * rows) throw new FrameError(t('The server answered with another plane.'));
  if (told('slope') !== volume.slope || told('intercept') !== volume.intercept) throw new FrameError(t('The series has changed on the server. Switch Multiplanar off and on again.'));
  const view = new DataView(body);
  const samples = new Int16Array(columns * rows);
  for (let i = 0; i < samples.length; i++) samples[i] = view.getInt16(2 * i, true);
  return { rows, columns, colour: false, samples, ...minMax(samples, [volume.outside, volume.outside]) };
}

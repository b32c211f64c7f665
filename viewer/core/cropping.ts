/** What a presentation state leaves of a volume: beside planes, in segments or out of them (PS3.3 C.11.24). Patient space is LPS, mm. */
import { dot, type Point3 } from './geometry';
import { inverseSteps, patientToVoxel } from './volume';
import type { Grid } from './volume-geometry';
import type { SampledPlane } from './reslice';

/** What lies where normal · p is not above `limit` stays; the normal has length 1. */
export interface HalfSpace {
  normal: Point3;
  limit: number;
}

/** keep: what lies in the segments stays, else what lies beside them. numbers: none for all segments of the object. */
export interface SegmentCut {
  keep: boolean;
  objects: readonly { uid: string; series: string; numbers: readonly number[] }[];
}

/** All of it holds. As JSON it outlives a reload. */
export interface Cropping {
  spaces: readonly HalfSpace[];
  segments: readonly SegmentCut[];
}

/** Which pixels of a plane lie in segments: 1 for those. */
export type Inside = (plane: SampledPlane) => Uint8Array;

/** A cropping whose segments are here. */
export interface Cropper {
  spaces: readonly HalfSpace[];
  masks: readonly { keep: boolean; inside: Inside }[];
}

/** A point on the face of a box belongs to it, mm. */
const EDGE = 1e-6;

/** The box with two opposite corners in the patient whose edges are those of the volume: six half spaces, also where slices are tilted. */
export function boxSpaces(grid: Grid, a: Point3, b: Point3): HalfSpace[] {
  const [from, to] = [patientToVoxel(grid, a), patientToVoxel(grid, b)];
  return inverseSteps(grid).flatMap((row, axis) => {
    const length = Math.hypot(...row);
    const normal = row.map((v) => v / length) as Point3;
    const at = (voxel: number) => voxel / length + dot(normal, grid.origin);
    const [low, high] = [Math.min(from[axis] as number, to[axis] as number), Math.max(from[axis] as number, to[axis] as number)];
    return [{ normal, limit: at(high) }, { normal: normal.map((v) => -v) as Point3, limit: -at(low) }];
  });
}

/** In place: values of a plane that do not stay become `outside`. */
export function cropPlane(plane: SampledPlane, samples: { fill: (value: number, from: number, to: number) => unknown; [at: number]: number }, outside: number, { spaces, masks }: Cropper): void {
  const { origin, right, down, columns, rows } = plane;
  const lines = spaces.map(({ normal, limit }) => ({ start: dot(normal, origin) - limit - EDGE, across: dot(normal, right), below: dot(normal, down) }));
  for (let r = 0; r < rows; r++) {
    let [from, to] = [0, columns - 1];
    for (const { start, across, below } of lines) {
      const over = start + r * below;
      if (Math.abs(across) < 1e-12) to = over > 0 ? -1 : to;
      else if (across > 0) to = Math.min(to, Math.floor(-over / across));
      else from = Math.max(from, Math.ceil(-over / across));
    }
    if (from > to) samples.fill(outside, r * columns, (r + 1) * columns);
    else {
      samples.fill(outside, r * columns, r * columns + from);
      samples.fill(outside, r * columns + to + 1, (r + 1) * columns);
    }
  }
  for (const { keep, inside } of masks) {
    const found = inside(plane);
    for (let i = 0; i < found.length; i++) if ((found[i] === 1) !== keep) samples[i] = outside;
  }
}

const MOST = 1000;

/** What was kept may be anything. Undefined for what is none, or crops nothing. */
export function readCropping(value: unknown): Cropping | undefined {
  const v = value as Partial<Cropping> | null | undefined;
  if (typeof v !== 'object' || v === null || !Array.isArray(v.spaces) || !Array.isArray(v.segments)) return undefined;
  const isNumbers = (list: unknown, count?: number) => Array.isArray(list) && list.length === (count ?? list.length) && list.every((n) => typeof n === 'number' && Number.isFinite(n));
  const isObject = (o: Partial<SegmentCut['objects'][number]> | null) => typeof o?.uid === 'string' && typeof o.series === 'string' && isNumbers(o.numbers);
  const spaces = v.spaces.slice(0, MOST).filter((s: Partial<HalfSpace> | null) => isNumbers(s?.normal, 3) && typeof s?.limit === 'number' && Number.isFinite(s.limit));
  const segments = v.segments.slice(0, MOST).filter((s: Partial<SegmentCut> | null) => typeof s?.keep === 'boolean' && Array.isArray(s.objects) && s.objects.every(isObject));
  return spaces.length || segments.length ? { spaces, segments } : undefined;
}

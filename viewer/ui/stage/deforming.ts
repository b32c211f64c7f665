/** Deformable registrations as they are applied: their grid of vectors fetched once. */
import { invertAffine } from '../../core/affine';
import { numbers, type DataSet } from '../../core/dicom-json';
import { deformed, undeformed, type VectorGrid } from '../../core/deformation';
import type { Point3 } from '../../core/geometry';
import { t } from '../../core/language';
import { floatsOf } from '../../core/mesh-primitives';
import type { Deforming } from '../../domain/joined';
import { bulkBytes } from './bulk-source';

export type Warp = (p: Point3) => Point3 | undefined;

const grids = new WeakMap<DataSet, Promise<VectorGrid>>();

/** Where places lie. Rejects with a sentence where the object contradicts itself, or the server does not give the vectors. */
export async function warpOf({ pre, post, grid, backwards }: Deforming): Promise<Warp> {
  const vectors = grid && (await gridOf(grid));
  if (!backwards) return (p) => deformed({ pre, post, grid: vectors }, p);
  const [inversePre, inversePost] = [invertAffine(pre), invertAffine(post)];
  if (!inversePre || !inversePost) throw new Error(t('The registration cannot be undone.'));
  return (p) => undeformed({ grid: vectors }, inversePre, inversePost, p);
}

export function gridOf(ds: DataSet): Promise<VectorGrid> {
  const known = grids.get(ds) ?? readGrid(ds);
  grids.set(ds, known);
  known.catch(() => grids.delete(ds));
  return known;
}

async function readGrid(ds: DataSet): Promise<VectorGrid> {
  const [origin, cosines, size, resolution] = ['00200032', '00200037', '00640007', '00640008'].map((tag) => numbers(ds, tag)) as [number[], number[], number[], number[]];
  const [row, column] = [cosines.slice(0, 3) as Point3, cosines.slice(3, 6) as Point3];
  const isSound = origin.length === 3 && column.length === 3 && size.length === 3 && resolution.length === 3 && size.every((n) => n >= 1 && Number.isInteger(n)) && resolution.every((n) => n > 0);
  if (!isSound) throw new Error(t('The grid of the registration does not say where it lies.'));
  const vectors = floatsOf(await bulkBytes(ds['00640009']));
  const count = size.reduce((product, n) => product * n, 1);
  if (vectors.length < 3 * count) throw new Error(t('The grid of the registration has {count} vectors, {said} are said.', { count: Math.floor(vectors.length / 3), said: count }));
  if (!vectors.some(Number.isFinite)) throw new Error(t('The grid of the registration has no vector that is a number.'));
  return { origin: origin as Point3, row, column, size: size as [number, number, number], resolution: resolution as Point3, vectors };
}

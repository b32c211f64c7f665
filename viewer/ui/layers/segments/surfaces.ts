/** Segments in three dimensions: their voxels as surfaces, made by a worker when a volume is first looked at with them. */
import { transfer, wrap, type Remote } from 'comlink';
import type { Point3 } from '../../../core/geometry';
import type { SliceGrid } from '../../../core/label-volume';
import type { Segment } from '../../../core/segments';
import { smoothNormals, type Surface } from '../../../core/surfaces';
import type { MeshBook } from '../../stage/meshes';
import type { NetWorker } from './net-worker';
import type { ShownSegments } from './shown';

/** Voxels of one block: more take the memory of the page. */
const MOST_VOXELS = 200e6;
const HALF = 0.5;

type Form = Pick<Surface, 'positions' | 'indices' | 'normals'>;

const forms = new WeakMap<ShownSegments, Map<number, Form | null>>();
const busy = new WeakSet<ShownSegments>();
let worker: Remote<NetWorker> | undefined;

function netWorker(): Remote<NetWorker> {
  worker ??= wrap<NetWorker>(new Worker(new URL('./net-worker.ts', import.meta.url), { type: 'module' }));
  return worker;
}

/** Puts what is visible into the book, and what is not made yet as it comes. Called whenever looks change. */
export async function putSurfaces(meshes: MeshBook, shown: ShownSegments): Promise<void> {
  const { description } = shown;
  if (typeof description === 'string' || !shown.whole || !shown.grid?.placed) return;
  const known = forms.get(shown) ?? new Map<number, Form | null>();
  forms.set(shown, known);
  put(meshes, shown, description.frameOfReference, known);
  if (busy.has(shown)) return;
  busy.add(shown);
  for (const segment of shown.segments) {
    if (known.has(segment.number) || !shown.isVisible(segment)) continue;
    known.set(segment.number, await formOf(shown, segment));
    if (shown.stopped) break;
    put(meshes, shown, description.frameOfReference, known);
  }
  busy.delete(shown);
}

function put(meshes: MeshBook, shown: ShownSegments, frameOfReference: string, known: ReadonlyMap<number, Form | null>): void {
  const surfaces = shown.segments.flatMap((segment): Surface[] => {
    const form = known.get(segment.number);
    if (!form) return [];
    return [{ ...form, id: `${shown.uid} ${segment.number}`, name: segment.label, made: 'triangles', colour: shown.colourOf(segment), opacity: shown.look.outline ? shown.look.opacity : 1, visible: shown.isVisible(segment) }];
  });
  meshes.put({ id: shown.uid, frameOfReference, surfaces });
}

async function formOf(shown: ShownSegments, segment: Segment): Promise<Form | null> {
  const block = blockOf(shown, segment);
  if (!block) return null;
  const { positions, indices } = await netWorker().net(transfer(block.inside, [block.inside.buffer]), block.size);
  place(positions, shown.grid as SliceGrid, block.low, block.step);
  return { positions, indices, normals: smoothNormals(positions, indices) };
}

interface Block {
  inside: Uint8Array<ArrayBuffer>;
  size: [number, number, number];
  /** Column and row of its first voxel, and its depth in mm. */
  low: Point3;
  step: number;
}

/** The voxels of a segment between its outermost ones, slices that no frame brought among them. */
function blockOf(shown: ShownSegments, segment: Segment): Block | undefined {
  const { grid, labels, description } = shown;
  const tally = shown.tallyOf(segment);
  if (!grid || !tally?.voxels || typeof description === 'string') return undefined;
  const [left, top, first] = tally.low;
  const [right, bottom, last] = tally.high;
  const start = grid.depths[first] as number;
  const layerAt = (slot: number) => Math.round(((grid.depths[slot] as number) - start) / grid.step);
  const size: [number, number, number] = [right - left + 1, bottom - top + 1, layerAt(last) + 1];
  if (size[0] * size[1] * size[2] > MOST_VOXELS) return undefined;
  const inside = new Uint8Array(size[0] * size[1] * size[2]);
  const place = shown.placeOf(segment.number);
  const fractions = shown.fractions.get(segment.number);
  const fill = (slot: number, has: (i: number) => boolean) => {
    for (let y = top; y <= bottom; y++) for (let x = left; x <= right; x++) if (has(y * grid.columns + x)) inside[(layerAt(slot) * size[1] + y - top) * size[0] + x - left] = 1;
  };
  for (let slot = first; slot <= last; slot++) {
    const shares = fractions?.slices[slot];
    if (shares) fill(slot, (i) => (shares[i] as number) >= HALF * description.largest);
    for (const slices of labels?.layers ?? []) {
      const slice = slices[slot];
      if (slice) fill(slot, (i) => slice[i] === place);
    }
  }
  return { inside, size, low: [left, top, start], step: grid.step };
}

/** Columns, rows and layers into the patient; in place. */
function place(positions: Float32Array, { placed }: SliceGrid, [left, top, start]: Point3, step: number): void {
  const { origin, right, down, normal } = placed as NonNullable<SliceGrid['placed']>;
  for (let i = 0; i < positions.length; i += 3) {
    const [x, y, d] = [left + (positions[i] as number), top + (positions[i + 1] as number), start + step * (positions[i + 2] as number)];
    for (let a = 0; a < 3; a++) positions[i + a] = (origin[a] as number) + x * (right[a] as number) + y * (down[a] as number) + d * (normal[a] as number);
  }
}

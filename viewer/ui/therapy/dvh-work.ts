/** Asks the worker for the histograms of structures, one after the other. */
import { wrap } from 'comlink';
import type { DoseGrid } from '../../core/dose-grid';
import type { DoseVolume } from '../../core/dose-volume';
import { shapeOf } from '../../domain/structures';
import type { InDose } from './dvh-sets';
import type { DvhWork } from './dvh-worker';

/** Calls back with each that is done, undefined where the contours enclose no volume that can be told; or that it cannot go on. Returns how to end it. */
export function reckonAll(grid: DoseGrid, structures: readonly InDose[], done: (one: InDose, found: DoseVolume | undefined) => void, failed: () => void): () => void {
  const worker = new Worker(new URL('./dvh-worker.ts', import.meta.url), { type: 'module' });
  const work = wrap<DvhWork>(worker);
  let ended = false;
  const run = async () => {
    await work.take(grid);
    for (const one of structures) {
      const { structure, joined } = one;
      const [stack, more] = shapeOf(structure).stacks;
      const found = stack && !more ? await work.reckon(stack, structure.number, joined.by && joined.matrix) : undefined;
      if (ended) return;
      done(one, found);
    }
  };
  // A worker that is ended never answers; one that does not start does not say so to who waits for it.
  worker.addEventListener('error', failed);
  run().catch(() => !ended && failed());
  return () => {
    ended = true;
    worker.terminate();
  };
}

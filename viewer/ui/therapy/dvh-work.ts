/** Asks the worker for the histograms of structures, one after the other. */
import { wrap } from 'comlink';
import type { DoseGrid } from '../../core/dose-grid';
import type { DoseVolume } from '../../core/dose-volume';
import { shapeOf, type Structure } from '../../domain/structures';
import type { DvhWork } from './dvh-worker';

/** Calls back with each that is done, undefined where the contours enclose no volume that can be told; or that it cannot go on. Returns how to end it. */
export function reckonAll(grid: DoseGrid, structures: readonly Structure[], done: (structure: Structure, found: DoseVolume | undefined) => void, failed: () => void): () => void {
  const worker = new Worker(new URL('./dvh-worker.ts', import.meta.url), { type: 'module' });
  const work = wrap<DvhWork>(worker);
  let ended = false;
  const run = async () => {
    await work.take(grid);
    for (const structure of structures) {
      const [stack, more] = shapeOf(structure).stacks;
      const found = stack && !more ? await work.reckon(stack, structure.number) : undefined;
      if (ended) return;
      done(structure, found);
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

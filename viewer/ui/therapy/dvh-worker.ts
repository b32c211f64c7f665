/** Histograms are reckoned in a worker: of a body outline that is a second of work, and the page lives on. */
import { expose } from 'comlink';
import type { Stack } from '../../core/contours';
import type { DoseGrid } from '../../core/dose-grid';
import { reckon, type DoseVolume } from '../../core/dose-volume';

let grid: DoseGrid | undefined;

const work = {
  take(given: DoseGrid): void {
    grid = given;
  },
  reckon(stack: Stack, roi: number): DoseVolume | undefined {
    return grid && reckon(stack, grid, roi);
  },
};

export type DvhWork = typeof work;

expose(work);

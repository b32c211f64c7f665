/** Histograms are reckoned in a worker: of a body outline that is a second of work, and the page lives on. */
import { expose } from 'comlink';
import { invertAffine, type Affine } from '../../core/affine';
import type { Stack } from '../../core/contours';
import { movedGrid, type DoseGrid } from '../../core/dose-grid';
import { reckon, type DoseVolume } from '../../core/dose-volume';

let grid: DoseGrid | undefined;

const work = {
  take(given: DoseGrid): void {
    grid = given;
  },
  /** matrix: from the places of the contours to those of the dose, turned and moved only; undefined where they are the same. */
  reckon(stack: Stack, roi: number, matrix: Affine | undefined): DoseVolume | undefined {
    const back = matrix && invertAffine(matrix);
    if (!grid || (matrix && !back)) return undefined;
    return reckon(stack, back ? movedGrid(grid, back) : grid, roi);
  },
};

export type DvhWork = typeof work;

expose(work);

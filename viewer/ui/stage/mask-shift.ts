/** Moving the mask of a subtraction by what a reader sees. */
import { invert, type Point2 } from '../../core/geometry';
import type { Stage } from './stage';

/** Image pixels that a key moves it. */
export const MASK_STEP = 0.5;

/** by: to the right and down on the screen, in image pixels. snaps: along the rows and columns of the image as it lies. */
export function shiftMask(stage: Stage, by: Point2, snaps = false): void {
  const { matrix, subtraction } = stage.snapshot();
  const back = invert(matrix);
  if (!back) return;
  const zoom = Math.hypot(matrix[0], matrix[1]);
  const [x, y]: Point2 = [(back[0] * by[0] + back[2] * by[1]) * zoom, (back[1] * by[0] + back[3] * by[1]) * zoom];
  const round = (v: number) => (snaps ? Math.round(v / MASK_STEP) * MASK_STEP : Math.round(v * 100) / 100) + 0;
  const [down, left] = subtraction.shift;
  stage.setSubtraction({ ...subtraction, shift: [round(down + y), round(left - x)] });
}

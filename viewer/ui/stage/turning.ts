/** What is turned under the pointer and by keys in three dimensions: volumes and surfaces alike. */
import { FACES, type Face } from '../../core/rays';

/** Radians that a key turns. */
export const TURN = Math.PI / 18;
export const RADIANS_PER_PIXEL = 0.008;

export interface Turnable {
  /** CSS pixels to the right and down. */
  turn(dx: number, dy: number): void;
  pan(dx: number, dy: number): void;
  zoom(factor: number): void;
  /** Right drag, where it means something. */
  window?(dx: number, dy: number): void;
  lookFrom(face: Face): void;
  fit(): void;
  reset(): void;
}

/** What commands of the viewer mean here, by their ids. */
export function turningActs(it: Turnable): Record<string, () => void> {
  const step = TURN / RADIANS_PER_PIXEL;
  return {
    'image.reset': () => it.reset(),
    'image.fit': () => it.fit(),
    'image.larger': () => it.zoom(1.2),
    'image.smaller': () => it.zoom(1 / 1.2),
    'move.previous': () => it.turn(0, -step),
    'move.next': () => it.turn(0, step),
    'move.previous-series': () => it.turn(-step, 0),
    'move.next-series': () => it.turn(step, 0),
    ...Object.fromEntries(FACES.map((face) => [`three.${face}`, () => it.lookFrom(face)])),
  };
}

/** Screen pixels a millimetre of each monitor, measured by the reader. A monitor is known by its size in pixels. */
import { isPlausible } from '../domain/true-size';
import { choose, chosen } from './preferences';

function name(): string {
  const ratio = window.devicePixelRatio || 1;
  return `monitor.${Math.round(screen.width * ratio)}x${Math.round(screen.height * ratio)}`;
}

export function pixelsPerMm(): number | undefined {
  return chosen(name(), (v): v is number => typeof v === 'number' && isPlausible(v));
}

/** undefined: not measured. */
export function calibrate(perMm: number | undefined): void {
  choose(name(), perMm);
}

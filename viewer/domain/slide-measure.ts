/** Lengths on a slide, and where a place of it lies in words. Places are pixels of the largest level. */
import { figure, fixed } from '../core/figures';
import type { Point2 } from '../core/geometry';
import { t } from '../core/language';
import { slideSystem, type Level, type Pyramid } from './slide-levels';

export type SlideLine = readonly [number, number, number, number];

/** Millimetres; undefined where the object says no size of a pixel. */
export function lengthOf({ spacing }: Pick<Pyramid, 'spacing'>, [ax, ay, bx, by]: SlideLine): number | undefined {
  return spacing && Math.hypot((bx - ax) * spacing.column, (by - ay) * spacing.row);
}

/** '90 µm', '1.25 mm'; without a size pixels. */
export function lengthWords(pyramid: Pick<Pyramid, 'spacing'>, line: SlideLine): string {
  const mm = lengthOf(pyramid, line);
  if (mm === undefined) return t('{count} pixels', { count: figure(Math.hypot(line[2] - line[0], line[3] - line[1]), 1) });
  return mm >= 1 ? `${fixed(mm, mm >= 10 ? 2 : 3)} mm` : `${figure(mm * 1000, mm >= 0.1 ? 0 : 1)} µm`;
}

/** 'x 19.873 mm, y 39.9 mm, z 2 µm': in the coordinates of the slide, where the object says how it lies in them; '' where not. */
export function placeWords({ levels }: Pyramid, [x, y]: Point2, plane: number): string {
  const source = (levels[0] as Level).sources[0];
  const system = source && slideSystem(source.dataset);
  if (!system) return '';
  const [sx, sy] = system.to(x, y);
  const z = source.depths[plane] ?? NaN;
  return [`x ${fixed(sx, 4)} mm`, `y ${fixed(sy, 4)} mm`, Number.isFinite(z) ? `z ${figure(z, 2)} µm` : ''].filter(Boolean).join(', ');
}

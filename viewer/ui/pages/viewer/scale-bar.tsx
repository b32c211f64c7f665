import type { ReactElement } from 'react';
import { sourceOf } from '../../../domain/true-size';
import { sizeOf } from '../../image-size';
import { usePreferences } from '../../preferences';
import type { Snapshot } from '../../stage/view';

const STEPS_MM = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500];
const LONGEST = 140;

/** A round length in mm or cm; nothing without a pixel size, since a bar in mm would be invented. */
export function ScaleBar({ snap }: { snap: Snapshot }): ReactElement | null {
  usePreferences();
  const image = snap.ref;
  const spacing = image && sizeOf(image);
  if (!spacing || snap.width < 220) return null;
  const ratio = window.devicePixelRatio || 1;
  const [a, b] = snap.matrix;
  // Width on screen of one mm along the screen's horizontal: columns when upright, rows when turned by a quarter.
  const sideways = Math.abs(a) < Math.abs(b);
  const perMm = (sideways ? Math.abs(snap.matrix[2]) / spacing.row : Math.abs(a) / spacing.column) / ratio;
  const mm = STEPS_MM.filter((s) => s * perMm <= Math.min(LONGEST, snap.width * 0.3)).at(-1);
  if (!mm || !Number.isFinite(perMm)) return null;
  const label = mm >= 10 ? `${mm / 10} cm` : `${mm} mm`;
  return (
    <span className="scale" style={{ width: mm * perMm }} data-l={sourceOf({ row: spacing.row, column: spacing.column, where: spacing.where }, label)} data-testid="scale-bar">
      {[20, 40, 60, 80].map((left) => (
        <i key={left} style={{ left: `${left}%` }} />
      ))}
    </span>
  );
}

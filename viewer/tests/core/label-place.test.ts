import { describe, expect, test } from 'vitest';
import type { Point2 } from '../../core/geometry';
import { labelPlace } from '../../core/label-place';

const SHEET = { width: 600, height: 400, ratio: 1 };
const WIDE = 150;
const square = (x: number, y: number, side = 20): Point2[] => [[x, y], [x + side, y], [x + side, y + side], [x, y + side]];

/** The rectangle that the name takes: 12 pixels over its base line. */
function taken([x, y]: Point2): { left: number; right: number; top: number; bottom: number } {
  return { left: x, right: x + WIDE, top: y - 12, bottom: y };
}

describe('the name of a mark', () => {
  const cases: [string, Point2[]][] = [
    ['to its right', square(100, 100)],
    ['to its left', square(560, 100)],
    ['under it, as both sides are too narrow', square(100, 20, 440)],
    ['over it, at the lower edge', [[100, 390], [540, 390], [540, 398], [100, 398]]],
    ['with its middle among the points', [[110, 110], ...square(100, 100)]],
  ];
  test.each(cases)('is written beside the mark and on the sheet: %s', (_, places) => {
    const { left, right, top, bottom } = taken(labelPlace(places, WIDE, SHEET));
    expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
    expect(right).toBeLessThanOrEqual(SHEET.width);
    expect(bottom).toBeLessThanOrEqual(SHEET.height);
    const [xs, ys] = [places.map((p) => p[0]), places.map((p) => p[1])];
    const apart = left > Math.max(...xs) || right < Math.min(...xs) || top > Math.max(...ys) || bottom < Math.min(...ys);
    expect(apart).toBe(true);
  });

  test('stays on the sheet where its mark is not', () => {
    const { left, right, bottom } = taken(labelPlace(square(900, 900), WIDE, SHEET));
    expect([left >= 0, right <= SHEET.width, bottom <= SHEET.height]).toEqual([true, true, true]);
    expect(labelPlace(square(-900, -900), WIDE, SHEET)).toEqual([2, 12]);
  });
});

import { describe, expect, it } from 'vitest';
import { apply, type Point2 } from '../../core/geometry';
import { layOf, wholeZoom, type Sheet } from '../../core/sheet';

const sheet: Sheet = { columns: 40, rows: 20, aspect: 2 };
const at = (rotation: 0 | 90 | 180 | 270, flip: boolean, [x, y]: Point2) => apply(layOf(sheet, { rotation, flip }, 3, [500, 300]), [x, y]).map((v) => Math.round(v * 1e6) / 1e6 + 0);

describe('an image on its canvas', () => {
  it('has its middle where it is put, however it is turned', () => {
    for (const rotation of [0, 90, 180, 270] as const) for (const flip of [false, true]) expect(at(rotation, flip, [20, 10])).toEqual([500, 300]);
  });

  it('is mirrored left to right first, then turned clockwise', () => {
    // The first corner of the picture: 60 left of and 60 above the middle (a pixel is 3 wide and 6 high).
    expect(at(0, false, [0, 0])).toEqual([440, 240]);
    expect(at(90, false, [0, 0])).toEqual([560, 240]);
    expect(at(180, false, [0, 0])).toEqual([560, 360]);
    expect(at(270, false, [0, 0])).toEqual([440, 360]);
    expect(at(0, true, [0, 0])).toEqual([560, 240]);
    expect(at(90, true, [0, 0])).toEqual([560, 360]);
    // One column on, under a quarter turn: down the screen; mirrored: up.
    expect(at(90, false, [1, 0])).toEqual([560, 243]);
    expect(at(90, true, [1, 0])).toEqual([560, 357]);
    // One row on: two columns' worth, to the left under a quarter turn.
    expect(at(90, false, [0, 1])).toEqual([554, 240]);
  });

  it('is whole at a zoom that its turned sides allow', () => {
    const wide: Sheet = { columns: 40, rows: 20, aspect: 1 };
    expect(wholeZoom(wide, { rotation: 0, flip: false }, 400, 300)).toBe(10);
    expect(wholeZoom(wide, { rotation: 90, flip: false }, 400, 300)).toBe(7.5);
    expect(wholeZoom({ ...wide, aspect: 4 }, { rotation: 0, flip: false }, 400, 300)).toBe(3.75);
    expect(wholeZoom(wide, { rotation: 0, flip: false }, 0, 300)).toBeUndefined();
  });
});

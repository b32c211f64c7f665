import { describe, expect, it } from 'vitest';
import { clipped, cutOf, distanceTo, kindOfPlane, parallelism, toImage, toPatient, type Rectangle } from '../../core/image-plane';

/** A head from above: 100 x 100 pixels of 2 mm, first pixel centre at (-99, -99, z). */
const axial = (z: number): Rectangle => ({ position: [-99, -99, z], row: [1, 0, 0], column: [0, 1, 0], rows: 100, columns: 100, spacing: { row: 2, column: 2 } });
/** From the left at x = 11: columns run to the back, rows down from z = 100. 1 mm pixels. */
const sagittal: Rectangle = { position: [11, -99.5, 99.5], row: [0, 1, 0], column: [0, 0, -1], rows: 200, columns: 200, spacing: { row: 1, column: 1 } };

describe('image planes (PS3.3 C.7.6.2.1.1)', () => {
  it('puts the position into the centre of the first pixel', () => {
    expect(toPatient(axial(5), [0.5, 0.5])).toEqual([-99, -99, 5]);
    expect(toPatient(axial(5), [100, 100])).toEqual([100, 100, 5]);
    expect(toImage(axial(5), [0, 0, 70])).toEqual([50, 50]);
  });

  it('measures along the normal', () => {
    expect(distanceTo(axial(5), [3, 4, 12])).toBe(7);
    expect(parallelism(axial(0), axial(9))).toBe(1);
    expect(parallelism(axial(0), sagittal)).toBe(0);
  });

  it('cuts a sagittal image with an axial one at its height, over the whole width', () => {
    const cut = cutOf(sagittal, axial(20));
    expect(cut?.map((p) => p[1])).toEqual([80, 80]);
    expect(cut?.map((p) => p[0]).sort((a, b) => a - b)).toEqual([0, 200]);
  });

  it('cuts an axial image with a sagittal one at its x', () => {
    // x = 11 is 111 mm from the image's edge at -100: 55.5 columns of 2 mm.
    expect(cutOf(axial(20), sagittal)?.map((p) => p[0])).toEqual([55.5, 55.5]);
  });

  it('knows no line where there is none', () => {
    expect(cutOf(axial(0), axial(5))).toBeUndefined();
    expect(cutOf(sagittal, axial(200))).toBeDefined();
    expect(cutOf(axial(200), sagittal)).toBeUndefined();
  });

  it('clips lines to the screen', () => {
    expect(clipped([[-10, 5], [30, 5]], 20, 10)).toEqual([[0, 5], [20, 5]]);
    expect(clipped([[5, -10], [5, -1]], 20, 10)).toBeUndefined();
    expect(clipped([[0, 20], [20, 20]], 20, 10)).toBeUndefined();
  });

  it('names planes by their strongest direction', () => {
    expect(kindOfPlane(axial(0))).toBe('ax');
    expect(kindOfPlane(sagittal)).toBe('sag');
    expect(kindOfPlane({ position: [0, 0, 0], row: [1, 0, 0], column: [0, 0.3, -0.954] })).toBe('cor');
  });
});

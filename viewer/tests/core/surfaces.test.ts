import { describe, expect, it } from 'vitest';
import { lookFrom, panned, zoomed } from '../../core/rays';
import { boundsOf, middleOfBounds, smoothNormals, volumeInside } from '../../core/surfaces';

/** A box of 2 x 3 x 4 mm with its first corner at 10, 20, 30: twelve triangles that look outwards. */
const BOX = new Float32Array([0, 1, 2, 3, 4, 5, 6, 7].flatMap((n) => [10 + (n & 1 ? 2 : 0), 20 + (n & 2 ? 3 : 0), 30 + (n & 4 ? 4 : 0)]));
const FACES = new Uint32Array([0, 2, 3, 0, 3, 1, 4, 5, 7, 4, 7, 6, 0, 1, 5, 0, 5, 4, 2, 6, 7, 2, 7, 3, 0, 4, 6, 0, 6, 2, 1, 3, 7, 1, 7, 5]);

describe('surfaces', () => {
  it('know where they lie, whatever is no number among them', () => {
    expect(boundsOf([{ positions: BOX }, { positions: new Float32Array([NaN, Infinity, 31]) }])).toEqual({ low: [10, 20, 30], high: [12, 23, 34] });
    expect(middleOfBounds({ low: [10, 20, 30], high: [12, 23, 34] })).toEqual([11, 21.5, 32]);
    expect(boundsOf([{ positions: new Float32Array([NaN, NaN, NaN]) }])).toBeUndefined();
  });

  it('know what they hold: the volume of a box, whichever way its triangles go', () => {
    expect(volumeInside(BOX, FACES)).toBeCloseTo(24, 3);
    expect(volumeInside(BOX, FACES.slice().reverse())).toBeCloseTo(24, 3);
  });

  it('get normals that look away from their middle', () => {
    const normals = smoothNormals(BOX, FACES);
    for (let v = 0; v < 8; v++) expect((normals[3 * v] as number) * ((BOX[3 * v] as number) - 11)).toBeGreaterThan(0);
  });

  it('move with the pointer: a screen pixel is so many mm, seen from the front the left of the patient is to the right', () => {
    const eye = lookFrom('A', [0, 0, 0], 0.5);
    expect(panned(eye, 10, 20).centre.map((v) => v + 0)).toEqual([-5, 0, 10]);
    expect(zoomed(eye, 2, 100).mm).toBe(0.25);
    expect(zoomed(eye, 1e9, 100).mm).toBe(0.002);
  });
});

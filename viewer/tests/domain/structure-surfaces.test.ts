import { describe, expect, it } from 'vitest';
import { piecesOn } from '../../core/surface-cuts';
import type { Surface } from '../../core/surfaces';
import { deformedSurface } from '../../domain/structure-surfaces';

describe('a surface through a deformation', () => {
  // Two triangles upright on a plane; the second has a corner that the deformation leads nowhere.
  const surface: Surface = {
    id: '1', name: '', made: 'triangles', colour: [255, 0, 0], opacity: 1, visible: true,
    positions: Float32Array.of(0, 0, -1, 4, 0, -1, 0, 0, 1, 9, 0, 1), indices: Uint32Array.of(0, 1, 2, 1, 3, 2), normals: new Float32Array(12),
  };
  const led = deformedSurface(surface, ([x, y, z]) => (x > 5 ? undefined : [x + 0.25 * x * x, y + 3, z]));

  it('has its vertices where they are led, and those that are led nowhere nowhere', () => {
    expect([...led.positions.subarray(0, 9)]).toEqual([0, 3, -1, 8, 3, -1, 0, 3, 1]);
    expect([...led.positions.subarray(9)]).toEqual([NaN, NaN, NaN]);
    expect(surface.positions[3]).toBe(4);
  });

  it('is cut where all corners are somewhere', () => {
    const image = { position: [0, 0, 0] as [number, number, number], row: [1, 0, 0] as [number, number, number], column: [0, 1, 0] as [number, number, number], spacing: { row: 1, column: 1 }, rows: 9, columns: 9 };
    const pieces: (readonly [readonly number[], readonly number[]])[] = [];
    piecesOn(led, image, (piece) => pieces.push(piece));
    expect(pieces).toHaveLength(1);
    // Half way between z of -1 and 1: from x of 0 to 4, y of 3, from the corner of the first pixel.
    expect(pieces[0]?.map(([x]) => x).sort()).toEqual([0.5, 4.5]);
    expect(pieces[0]?.[0][1]).toBe(3.5);
  });
});

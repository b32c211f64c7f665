import { describe, expect, it } from 'vitest';
import type { Rectangle } from '../../core/image-plane';
import { piecesOn, type Piece } from '../../core/surface-cuts';
import { areaOf, isClosed, volumeInside, type Surface } from '../../core/surfaces';

type Form = Pick<Surface, 'positions' | 'indices' | 'made'>;

/** 100 x 80 pixels, columns 0.5 mm and rows 2 mm apart, the first pixel at (-20, -60, z). */
const axial = (z: number): Rectangle => ({ position: [-20, -60, z], row: [1, 0, 0], column: [0, 1, 0], rows: 80, columns: 100, spacing: { row: 2, column: 0.5 } });
/** Turned about the x axis by 45 degrees, through the origin. */
const oblique: Rectangle = { position: [0, 0, 0], row: [1, 0, 0], column: [0, Math.SQRT1_2, Math.SQRT1_2], rows: 50, columns: 50, spacing: { row: 1, column: 1 } };

/** A cube of 20 mm about the origin. */
const CUBE: Form = {
  positions: new Float32Array([0, 1, 2, 3, 4, 5, 6, 7].flatMap((n) => [n & 1 ? 10 : -10, n & 2 ? 10 : -10, n & 4 ? 10 : -10])),
  indices: new Uint32Array([0, 2, 3, 0, 3, 1, 4, 5, 7, 4, 7, 6, 0, 1, 5, 0, 5, 4, 2, 6, 7, 2, 7, 3, 0, 4, 6, 0, 6, 2, 1, 3, 7, 1, 7, 5]),
  made: 'triangles',
};

/** A ball of 10 mm about the origin, in 24 x 48 patches. */
function ball(): Form {
  const [rings, around] = [24, 48];
  const positions: number[] = [];
  for (let i = 0; i <= rings; i++) for (let k = 0; k < around; k++) positions.push(10 * Math.sin((Math.PI * i) / rings) * Math.cos((2 * Math.PI * k) / around), 10 * Math.sin((Math.PI * i) / rings) * Math.sin((2 * Math.PI * k) / around), 10 * Math.cos((Math.PI * i) / rings));
  const indices: number[] = [];
  for (let i = 0; i < rings; i++) for (let k = 0; k < around; k++) {
    const [a, b, c, d] = [i * around + k, i * around + ((k + 1) % around), (i + 1) * around + k, (i + 1) * around + ((k + 1) % around)];
    indices.push(a, c, b, b, c, d);
  }
  return { positions: Float32Array.from(positions), indices: Uint32Array.from(indices), made: 'triangles' };
}

function cut(form: Form, rectangle: Rectangle): Piece[] {
  const pieces: Piece[] = [];
  piecesOn(form, rectangle, (piece) => pieces.push(piece));
  return pieces;
}

const mm = (pieces: readonly Piece[], { spacing }: Rectangle) => pieces.reduce((sum, [a, b]) => sum + Math.hypot((a[0] - b[0]) * spacing.column, (a[1] - b[1]) * spacing.row), 0);

function box(pieces: readonly Piece[]): number[] {
  const [xs, ys] = [0, 1].map((axis) => pieces.flat().map((p) => p[axis] as number)) as [number[], number[]];
  return [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
}

describe('cuts of surfaces', () => {
  it('cut a cube in a square: its edges where they lie, 80 mm around', () => {
    const pieces = cut(CUBE, axial(3));
    // x from -10 to 10 mm: columns (10 / 0.5 + 0.5) to (30 / 0.5 + 0.5); y: rows 50 / 2 + 0.5 to 70 / 2 + 0.5.
    expect(box(pieces)).toEqual([20.5, 60.5, 25.5, 35.5]);
    expect(mm(pieces, axial(3))).toBeCloseTo(80, 4);
    expect(cut(CUBE, axial(10.5))).toEqual([]);
    expect(cut(CUBE, axial(-10.5))).toEqual([]);
  });

  it('cut a cube askew in a rectangle: 20 by 20 √2 mm', () => {
    expect(mm(cut(CUBE, oblique), oblique)).toBeCloseTo(2 * 20 + 2 * 20 * Math.SQRT2, 3);
  });

  it('cut a ball in circles', () => {
    for (const z of [0, 5, -8]) {
      const [pieces, radius] = [cut(ball(), axial(z)), Math.sqrt(100 - z * z)];
      expect(mm(pieces, axial(z))).toBeGreaterThan(2 * Math.PI * radius * 0.985);
      expect(mm(pieces, axial(z))).toBeLessThan(2 * Math.PI * radius);
    }
  });

  it('take lines and points that lie within two millimetres, and nothing that is no number', () => {
    const positions = new Float32Array([0, 0, 0, 5, 0, 0, 5, 0, 9, NaN, 0, 0, 5, 5, 1]);
    expect(cut({ positions, indices: new Uint32Array([0, 1, 1, 2, 2, 4, 0, 3]), made: 'lines' }, axial(0)).map((p) => p.flat())).toEqual([[40.5, 30.5, 50.5, 30.5], [50.5, 30.5, 50.5, 30.5], [50.5, 30.5, 50.5, 33]]);
    expect(cut({ positions, indices: undefined, made: 'points' }, axial(0))).toHaveLength(3);
    const broken = CUBE.positions.slice();
    broken[0] = NaN;
    // Five of its twelve triangles have that corner; three sides are whole.
    expect(mm(cut({ ...CUBE, positions: broken }, axial(3)), axial(3))).toBeLessThan(80);
  });

  it('know areas, and what is closed', () => {
    const { positions, indices } = CUBE as Required<Form> & { indices: Uint32Array };
    expect(areaOf(positions, indices)).toBeCloseTo(2400, 3);
    expect(isClosed(positions, indices)).toBe(true);
    expect(isClosed(positions, indices.subarray(0, 30))).toBe(false);
    expect(isClosed(positions, new Uint32Array())).toBe(false);
    const round = ball();
    expect(areaOf(round.positions, round.indices as Uint32Array) / (4 * Math.PI * 100)).toBeCloseTo(1, 1);
    expect(volumeInside(round.positions, round.indices as Uint32Array) / ((4000 / 3) * Math.PI)).toBeCloseTo(1, 1);
  });
});

import { describe, expect, it } from 'vitest';
import { surfaceNet } from '../../core/surface-nets';
import { boundsOf, volumeInside } from '../../core/surfaces';

/** Voxels whose centre lies within r of the middle. */
function ball(n: number, r: number): Uint8Array {
  const middle = (n - 1) / 2;
  return Uint8Array.from({ length: n ** 3 }, (_, i) => Number(Math.hypot((i % n) - middle, (Math.floor(i / n) % n) - middle, Math.floor(i / (n * n)) - middle) <= r));
}

describe('surface nets', () => {
  it('close around one voxel', () => {
    const { positions, indices } = surfaceNet(Uint8Array.from([1]), [1, 1, 1]);
    expect([positions.length / 3, indices.length / 3]).toEqual([8, 12]);
    // Each is the mean of three points half an edge from the centre, along one axis each.
    const bounds = boundsOf([{ positions }]);
    bounds?.low.forEach((v) => expect(v).toBeCloseTo(-1 / 6, 5));
  });

  it('hold the volume of a ball within six in a hundred', () => {
    for (const r of [6.3, 10.2]) {
      const { positions, indices } = surfaceNet(ball(25, r), [25, 25, 25]);
      expect(Math.abs(volumeInside(positions, indices) / ((4 / 3) * Math.PI * r ** 3) - 1)).toBeLessThan(0.06);
    }
  });

  it('are closed: each edge belongs to two triangles that run it in opposite ways', () => {
    const { indices } = surfaceNet(ball(9, 3.4), [9, 9, 9]);
    const edges = new Map<string, number>();
    for (let t = 0; t < indices.length; t += 3) {
      for (const [a, b] of [[0, 1], [1, 2], [2, 0]] as const) {
        const [from, to] = [indices[t + a] as number, indices[t + b] as number];
        edges.set(`${from} ${to}`, (edges.get(`${from} ${to}`) ?? 0) + 1);
      }
    }
    for (const [edge, n] of edges) expect([n, edges.get(edge.split(' ').reverse().join(' '))]).toEqual([1, 1]);
  });

  it('reach voxels at the rim of the block', () => {
    const { positions, indices } = surfaceNet(new Uint8Array(8).fill(1), [2, 2, 2]);
    expect(volumeInside(positions, indices)).toBeGreaterThan(3.5);
  });
});

import { expect, it } from 'vitest';
import { stacksOf, type Contour } from '../../core/contours';
import { surfaceOf } from '../../core/stack-surface';
import { boundsOf, volumeInside } from '../../core/surfaces';

const circle = (r: number, z: number, hole = false): Contour => ({
  kind: 'closed', images: [],
  points: Float64Array.from(Array.from({ length: 90 }, (_, i) => (i * Math.PI) / 45).flatMap((a) => [30 + r * Math.cos(a), -20 + r * Math.sin(hole ? -a : a), z])),
});

it('encloses the volume of a ball, where it lies', () => {
  const heights = Array.from({ length: 19 }, (_, i) => -18 + 2 * i);
  const [stack] = stacksOf(heights.map((z) => circle(Math.sqrt(400 - z * z), z)));
  const surface = stack && surfaceOf(stack);
  expect(volumeInside(surface?.positions ?? new Float32Array(), surface?.indices ?? new Uint32Array()) / ((4 / 3) * Math.PI * 8000)).toBeCloseTo(1, 1);
  const box = boundsOf(surface ? [surface] : []);
  [[10, 50], [-40, 0], [-19, 19]].forEach(([low, high], k) => {
    expect(Math.abs((box?.low[k] ?? 0) - (low ?? 0))).toBeLessThan(0.7);
    expect(Math.abs((box?.high[k] ?? 0) - (high ?? 0))).toBeLessThan(0.7);
  });
});

it('has a hole through a tube, and is closed', () => {
  const [stack] = stacksOf([0, 3, 6, 9].flatMap((z) => [circle(20, z), circle(10, z, true)]));
  const surface = stack && surfaceOf(stack);
  expect((volumeInside(surface?.positions ?? new Float32Array(), surface?.indices ?? new Uint32Array()) / (Math.PI * 300 * 12))).toBeCloseTo(1, 1);
  // Closed: each side of a triangle belongs to an even number of them.
  const sides = new Map<string, number>();
  const indices = surface?.indices ?? new Uint32Array();
  for (let t = 0; t < indices.length; t += 3) for (const [a, b] of [[0, 1], [1, 2], [2, 0]] as const) {
    const key = [indices[t + a] as number, indices[t + b] as number].sort((x, y) => x - y).join();
    sides.set(key, (sides.get(key) ?? 0) + 1);
  }
  expect([...sides.values()].every((n) => n % 2 === 0)).toBe(true);
});

it('is nothing for a single plane', () => {
  const [stack] = stacksOf([circle(20, 0)]);
  expect(stack && surfaceOf(stack)).toBeUndefined();
});

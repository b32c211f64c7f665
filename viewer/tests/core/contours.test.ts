import { describe, expect, it } from 'vitest';
import { cutOf } from '../../core/contour-cuts';
import { readContours, stacksOf, volumeOf, middleOf } from '../../core/contours';
import type { DataSet } from '../../core/dicom-json';
import type { Rectangle } from '../../core/image-plane';

const sq = (...Value: DataSet[]) => ({ vr: 'SQ', Value });
const contour = (points: unknown[], kind = 'CLOSED_PLANAR'): DataSet => ({ '30060042': { vr: 'CS', Value: [kind] }, '30060050': { vr: 'DS', Value: points } });
const roi = (...contours: DataSet[]): DataSet => ({ '30060040': sq(...contours) });
const square = (half: number, z: number, cx = 0) => [cx - half, -half, z, cx + half, -half, z, cx + half, half, z, cx - half, half, z];
const box = (...zs: number[]) => readContours(roi(...zs.map((z) => contour(square(10, z)))));

const AXIAL: Rectangle = { position: [-20, -20, 0], row: [1, 0, 0], column: [0, 1, 0], rows: 40, columns: 40, spacing: { row: 1, column: 1 } };
const CORONAL: Rectangle = { position: [-20, 0, 20], row: [1, 0, 0], column: [0, 0, -1], rows: 40, columns: 40, spacing: { row: 1, column: 1 } };

describe('volumes', () => {
  it('are areas times the distance of planes', () => {
    expect(volumeOf(stacksOf(box(0, 3, 6).contours))).toBeCloseTo((400 * 3 * 3) / 1000, 9);
  });
  it('have a hole where a contour lies inside of another, and none inside of two', () => {
    const nested = [0, 3].flatMap((z) => [contour(square(10, z)), contour(square(5, z)), contour(square(2, z))]);
    expect(volumeOf(stacksOf(readContours(roi(...nested)).contours))).toBeCloseTo(((400 - 100 + 16) * 6) / 1000, 9);
  });
  it('have a hole by a keyhole', () => {
    const key = (z: number) => [-10, -10, z, 10, -10, z, 10, 10, z, -10, 10, z, -10, 0, z, -5, 0, z, -5, 5, z, 5, 5, z, 5, -5, z, -5, -5, z, -5, 0, z, -10, 0, z];
    expect(volumeOf(stacksOf(readContours(roi(contour(key(0)), contour(key(2)))).contours))).toBeCloseTo((300 * 4) / 1000, 9);
  });
  it('are not told of one plane, and of planes in two directions', () => {
    expect(volumeOf(stacksOf(box(0).contours))).toBeUndefined();
    const turned = contour([0, -5, -5, 0, 5, -5, 0, 5, 5, 0, -5, 5]);
    expect(volumeOf(stacksOf(readContours(roi(contour(square(10, 0)), contour(square(10, 3)), turned)).contours))).toBeUndefined();
  });
});

describe('what is no contour', () => {
  it('is counted: no number among the coordinates, too few, too far', () => {
    const found = readContours(roi(contour(['NaN', 1, 2, 3, 4, 5, 6, 7, 8]), contour([1, 2]), contour([]), contour([1e9, 0, 0, 1, 1, 1, 2, 2, 2]), contour(square(1, 0))));
    expect([found.broken, found.contours.length]).toEqual([4, 1]);
  });
  it('of one point is a point, of two a line', () => {
    expect(readContours(roi(contour([1, 2, 3]), contour([1, 2, 3, 4, 5, 6]))).contours.map((c) => c.kind)).toEqual(['points', 'open']);
  });
  it('of no extent encloses nothing', () => {
    expect(stacksOf(readContours(roi(contour([0, 0, 0, 0, 0, 0, 0, 0, 0]))).contours)).toEqual([]);
  });
});

const box2 = (points: number[][]) => [0, 1].flatMap((k) => [Math.min(...points.map((p) => p[k] ?? 0)), Math.max(...points.map((p) => p[k] ?? 0))]);

describe('cuts', () => {
  const { contours } = box(0, 3, 6);
  const stacks = stacksOf(contours);
  it('show the nearest contour on parallel planes, within half the distance between two', () => {
    expect(box2(cutOf(stacks, contours, AXIAL).outlines.flat())).toEqual([10.5, 30.5, 10.5, 30.5]);
    const at = (z: number) => cutOf(stacks, contours, { ...AXIAL, position: [-20, -20, z] }).outlines.length;
    expect([at(-1.4), at(-1.6), at(1.4), at(7.4), at(7.6)]).toEqual([1, 0, 1, 1, 0]);
  });
  it('are the box at right angles, half a distance longer at both ends', () => {
    const cut = cutOf(stacks, contours, CORONAL);
    const [left, right, top, bottom] = box2(cut.lines.flat());
    [left, right, top, bottom].forEach((v, i) => expect(v).toBeCloseTo([10.5, 30.5, 13, 22][i] ?? 0, 6));
    // Sides and both ends, none between the planes.
    expect(cut.lines.filter(([a, b]) => Math.abs((a?.[1] ?? 0) - (b?.[1] ?? 0)) < 1e-6)).toHaveLength(2);
    expect(areas(cut.areas)).toBeCloseTo(20 * 9, 6);
  });
  it('of an oblique plane have the area of the prism that is cut', () => {
    const s = Math.SQRT1_2;
    // 45 degrees about x through the middle (0, 0, 3): cuts all of the height 9, so 9 / sin 45 long.
    const oblique: Rectangle = { ...CORONAL, position: [-20, -20 * s, 3 - 20 * s], column: [0, s, s] };
    expect(areas(cutOf(stacks, contours, oblique).areas)).toBeCloseTo((20 * 9) / s, 1);
  });
  it('have steps where planes differ', () => {
    const { contours: two } = readContours(roi(contour(square(10, 0)), contour(square(5, 3))));
    const level = cutOf(stacksOf(two), two, CORONAL).lines.filter(([a, b]) => Math.abs((a?.[1] ?? 0) - (b?.[1] ?? 0)) < 1e-6);
    expect(level.map(([a, b]) => Math.abs((a?.[0] ?? 0) - (b?.[0] ?? 0))).sort((x, y) => x - y).map(Math.round)).toEqual([5, 5, 10, 20]);
  });
  it('show points and open lines near the plane only', () => {
    const { contours: loose } = readContours(roi(contour([1, 2, 1], 'POINT'), contour([0, 0, -5, 0, 4, 5], 'OPEN_NONPLANAR')));
    expect(cutOf([], loose, AXIAL).points).toEqual([[21.5, 22.5], [20.5, 22.5]]);
    expect(cutOf([], loose, { ...AXIAL, position: [-20, -20, 3] }).points).toHaveLength(1);
  });
});

function areas(quads: number[][][]): number {
  return quads.reduce((sum, q) => sum + Math.abs(q.reduce((s, p, i) => s + (p[0] ?? 0) * (q[(i + 1) % 4]?.[1] ?? 0) - (p[1] ?? 0) * (q[(i + 1) % 4]?.[0] ?? 0), 0)) / 2, 0);
}

it('the middle is that of the box around all points', () => {
  expect(middleOf(box(0, 3, 6).contours)).toEqual([0, 0, 3]);
  expect(middleOf([])).toBeUndefined();
});

describe('what is too much or crooked', () => {
  it('ends at three million points of a structure: the rest is counted', () => {
    const many = Array.from({ length: 1_500_000 }, (_, i) => (i % 3 === 2 ? 5 : (i % 7) - 3));
    const found = readContours(roi(...Array.from({ length: 20 }, () => contour(many))));
    expect([found.contours.length, found.left, found.broken]).toEqual([6, 14 * 500_000, 0]);
  });
  it('is a line that ends where it began, without volume, when its points lie in no plane', () => {
    const bent = [-10, -10, 0, 10, -10, 0, 10, 10, 9, -10, 10, 0];
    const found = readContours(roi(contour(bent), contour(square(10, 0)), contour(square(10, 3))));
    expect([found.bent, found.broken]).toEqual([1, 0]);
    expect(found.contours[0]).toMatchObject({ kind: 'open', points: Float64Array.from([...bent, -10, -10, 0]) });
    expect(volumeOf(stacksOf(found.contours))).toBeCloseTo((400 * 3 * 2) / 1000, 9);
    // What rounding does is none of that.
    expect(readContours(roi(contour([-10, -10, 0.1, 10, -10, 0, 10, 10, -0.1, -10, 10, 0]))).bent).toBe(0);
  });
});

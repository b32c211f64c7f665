import { describe, expect, it } from 'vitest';
import { edgeLetters, lettersOf, oppositeOf } from '../../core/orientation';
import type { Matrix } from '../../core/geometry';
import { flippedHorizontally, flippedVertically, turned, UPRIGHT, type Orientation } from '../../domain/orientation-ops';

/** Flip in the image first, then turn clockwise, as the stage does. */
function matrixOf({ rotation, flip }: Orientation): Matrix {
  const a = (rotation * Math.PI) / 180;
  const [c, s] = [Math.round(Math.cos(a)), Math.round(Math.sin(a))];
  const f = flip ? -1 : 1;
  return [c * f, s * f, -s, c, 0, 0];
}

const wedge = { kind: 'letters', row: 'L', column: 'F' } as const;

/** gsps/rotate-*: turn clockwise, then mirror left and right (PS3.3 C.10.6). Right and bottom letters of TRUTH.csv. */
describe('made/gsps, TRUTH.csv: letters at the right and the bottom', () => {
  it.each<[number, boolean, string, string]>([
    [0, true, 'R', 'F'],
    [90, false, 'H', 'L'],
    [90, true, 'F', 'L'],
    [180, false, 'R', 'H'],
    [180, true, 'L', 'H'],
    [270, false, 'F', 'R'],
    [270, true, 'H', 'R'],
  ])('turned %i, flipped %s', (degrees, flip, right, bottom) => {
    let o: Orientation = UPRIGHT;
    for (let d = 0; d < degrees; d += 90) o = turned(o, true);
    if (flip) o = flippedHorizontally(o);
    const edge = edgeLetters(wedge, matrixOf(o));
    expect([edge.right, edge.bottom]).toEqual([right, bottom]);
    expect([edge.left, edge.top]).toEqual([oppositeOf(right), oppositeOf(bottom)]);
  });
});

it('acts on the screen undo themselves', () => {
  for (const start of [UPRIGHT, turned(UPRIGHT, true), flippedHorizontally(turned(UPRIGHT, false))]) {
    expect(flippedHorizontally(flippedHorizontally(start))).toEqual(start);
    expect(flippedVertically(flippedVertically(start))).toEqual(start);
    expect(turned(turned(start, true), false)).toEqual(start);
  }
});

it('a flip on a turned image is still on the screen', () => {
  const turnedOnce = edgeLetters(wedge, matrixOf(turned(UPRIGHT, true)));
  const across = edgeLetters(wedge, matrixOf(flippedHorizontally(turned(UPRIGHT, true))));
  const down = edgeLetters(wedge, matrixOf(flippedVertically(turned(UPRIGHT, true))));
  expect(across).toEqual({ ...turnedOnce, left: turnedOnce.right, right: turnedOnce.left });
  expect(down).toEqual({ ...turnedOnce, top: turnedOnce.bottom, bottom: turnedOnce.top });
});

it('patient directions, strongest first', () => {
  expect(lettersOf([1, 0, 0])).toBe('L');
  expect(lettersOf([0, -1, 0])).toBe('A');
  expect(lettersOf([0.1, 0, -0.99])).toBe('F');
  expect(lettersOf([-0.8, 0.6, 0])).toBe('RP');
  // made/mr-oblique, TRUTH.csv: row and column direction.
  expect(lettersOf([0.8164, 0.5507, -0.1736])).toBe('LPF');
  expect(lettersOf([-0.3906, 0.7482, 0.5364])).toBe('PHR');
  expect(lettersOf([0, 0, 0])).toBe('');
});

it('axial, coronal and sagittal planes', () => {
  const upright: Matrix = [1, 0, 0, 1, 0, 0];
  expect(edgeLetters({ kind: 'plane', row: [1, 0, 0], column: [0, 1, 0] }, upright)).toEqual({ top: 'A', right: 'L', bottom: 'P', left: 'R' });
  expect(edgeLetters({ kind: 'plane', row: [1, 0, 0], column: [0, 0, -1] }, upright)).toEqual({ top: 'H', right: 'L', bottom: 'F', left: 'R' });
  expect(edgeLetters({ kind: 'plane', row: [0, 1, 0], column: [0, 0, -1] }, upright)).toEqual({ top: 'H', right: 'P', bottom: 'F', left: 'A' });
});

it('letters of quadrupeds, PS3.3 C.7.6.1.1.1', () => {
  expect(oppositeOf('LE')).toBe('RT');
  expect(oppositeOf('CR')).toBe('CD');
  expect(oppositeOf('D')).toBe('V');
  expect(oppositeOf('PL')).toBe('D');
  expect(oppositeOf('AR')).toBe('PL');
  expect(oppositeOf('nonsense')).toBe('');
});

describe('quadrupeds (PS3.3 C.7.6.1.1.1, C.7.6.2.1.1)', () => {
  it('names the axes of the trunk', () => {
    expect([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]].map((v) => lettersOf(v as [number, number, number], 'QUADRUPED'))).toEqual(['LE', 'RT', 'D', 'V', 'CR', 'CD']);
    expect(lettersOf([0.8, 0.6, 0], 'QUADRUPED')).toBe('LED');
  });

  it('never shows a human letter for an animal with a plane', () => {
    const edge = edgeLetters({ kind: 'plane', row: [1, 0, 0], column: [0, 0, -1], anatomy: 'QUADRUPED' }, [1, 0, 0, 1, 0, 0]);
    expect(edge).toEqual({ top: 'CR', right: 'LE', bottom: 'CD', left: 'RT' });
  });

  it('reads R as rostral and L as lateral, and letters that run together', () => {
    expect(['R', 'L', 'M', 'LE', 'LECD', 'PRD', 'DI'].map((l) => oppositeOf(l, 'QUADRUPED'))).toEqual(['CD', 'M', 'L', 'RT', 'RTCR', 'DIV', 'PR']);
    expect([oppositeOf('R'), oppositeOf('L'), oppositeOf('H', 'QUADRUPED')]).toEqual(['L', 'R', '']);
  });
});

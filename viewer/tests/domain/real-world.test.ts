import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { deformed, undeformed, type Affine, type Deformation } from '../../core/deformation';
import { fan, fromOne, strip } from '../../core/mesh-primitives';
import { mappingOf, noteMappings, realWorldOf } from '../../domain/real-world';
import { invertAffine } from '../../domain/registration';

const is = (...Value: unknown[]) => ({ vr: 'FD', Value });
const of = (...Value: DataSet[]) => ({ vr: 'SQ', Value });
const unit = (code: string, words: string) => of({ '00080100': is(code), '00080102': is('UCUM'), '00080104': is(words) });

describe('real world values', () => {
  const linear: DataSet = { '00409216': is(0), '00409211': is(4095), '00409225': is(0.001), '00409224': is(-0.024), '00283003': is('electron density'), '004008EA': unit('1', 'no units') };

  it('maps by slope and intercept, nothing beside its range (TRUTH.csv, registration/rwvm.dcm)', () => {
    const m = mappingOf(linear);
    expect([m?.of(1024), m?.of(2024)].map((v) => Number(v?.toFixed(9)))).toEqual([1, 2]);
    expect([m?.of(4096), m?.of(-1)]).toEqual([undefined, undefined]);
    expect([m?.unit, m?.explanation]).toEqual(['', 'electron density']);
  });

  it('maps by a table, in order of the stored values', () => {
    const m = mappingOf({ '00409216': is(10), '00409211': is(12), '00409212': is(5, 50, 500), '004008EA': unit('mm2/s', 'mm2/s') });
    expect([9, 10, 12, 13].map((v) => m?.of(v))).toEqual([undefined, 5, 500, undefined]);
    expect(m?.unit).toBe('mm2/s');
    expect(mappingOf({})).toBeUndefined();
  });

  it('takes those of the frame before those of all, and adds those of other objects', () => {
    const image: DataSet = { '00080018': is('7.1'), '52009229': of({ '00409096': of(linear) }), '52009230': of({ '00409096': of({ '00409225': is(2), '00409224': is(1) }) }, {}) };
    expect(realWorldOf(image, 1).map((m) => m.of(10))).toEqual([21]);
    expect(realWorldOf(image, 2)).toHaveLength(1);
    noteMappings({ '00080018': is('8.1'), '00409094': of({ '00081140': of({ '00081155': is('7.1'), '00081160': is(2) }), '00409096': of({ '00409225': is(3), '00409224': is(0) }) }) });
    expect(realWorldOf(image, 1)).toHaveLength(1);
    expect(realWorldOf(image, 2).map((m) => m.of(100))).toEqual([expect.closeTo(0.076), 300]);
  });
});

const SHIFT: Affine = { linear: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], shift: [0, 0, 5] };
const TURN: Affine = { linear: [[0, -1, 0], [1, 0, 0], [0, 0, 1]], shift: [1, 2, 3] };

describe('deformations (PS3.3 C.20.3.1.1)', () => {
  // Vectors (0,0,0) and (4,0,0) at x = 0 and x = 10.
  const grid = { origin: [0, 0, 0], row: [1, 0, 0], column: [0, 1, 0], size: [2, 1, 1], resolution: [10, 10, 10], vectors: new Float32Array([0, 0, 0, 4, 0, 0]) } as const;
  const whole: Deformation = { pre: SHIFT, grid: grid as never, post: TURN };

  it('does the pre matrix, then the vector, then the post matrix', () => {
    // (5, 0, -5) is moved to (5, 0, 0), by half a vector to (7, 0, 0), and turned to (1, 9, 3).
    expect(deformed(whole, [5, 0, -5])?.map((v) => Number(v.toFixed(6)))).toEqual([1, 9, 3]);
    // Beside the grid there are no vectors.
    expect(deformed(whole, [20, 0, -5])?.map((v) => Number(v.toFixed(6)))).toEqual([1, 22, 3]);
  });

  it('is found backwards', () => {
    const back = undeformed(whole, invertAffine(SHIFT) as Affine, invertAffine(TURN) as Affine, [1, 9, 3]);
    [5, 0, -5].forEach((v, i) => expect(back?.[i]).toBeCloseTo(v, 1));
  });

  it('says nothing where the grid has no numbers', () => {
    const hostile = { ...whole, grid: { ...whole.grid, vectors: new Float32Array(6).fill(NaN) } } as Deformation;
    expect(deformed(hostile, [5, 0, -5])).toBeUndefined();
  });
});

describe('primitives of surfaces', () => {
  it('are triangles that look to one side', () => {
    expect(strip([1, 2, 3, 4])).toEqual([1, 2, 3, 3, 2, 4]);
    expect(fan([1, 2, 3, 4])).toEqual([1, 2, 3, 1, 3, 4]);
  });

  it('leave out what names no point', () => {
    expect([...fromOne([1, 2, 3, 1, 2, 9, 3, 2, 1, 1], 3, 3)]).toEqual([0, 1, 2, 2, 1, 0]);
  });
});

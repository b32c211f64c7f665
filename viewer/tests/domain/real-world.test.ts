import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { invertAffine, type Affine } from '../../core/affine';
import { deformed, undeformed, type Deformation } from '../../core/deformation';
import { fan, fromOne, strip } from '../../core/mesh-primitives';
import { brokenRealWorldOf, mappingOf, noteMappings, realWorldOf } from '../../domain/real-world';

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

  it('of one stored value alone says nothing of others', () => {
    const m = mappingOf({ ...linear, '00409216': is(7), '00409211': is(7) });
    expect([6, 7, 8].map((v) => m?.of(v))).toEqual([undefined, expect.closeTo(-0.017), undefined]);
    const table = mappingOf({ '00409216': is(7), '00409211': is(7), '00409212': is(42) });
    expect([6, 7, 8].map((v) => table?.of(v))).toEqual([undefined, 42, undefined]);
  });

  it('reads signed and floating ranges, and slopes that fall', () => {
    const m = mappingOf({ '00409214': is(-1.5), '00409213': is(2.25), '00409225': is(-4), '00409224': is(0.5) });
    expect([-1.6, -1.5, 2.25, 2.3].map((v) => m?.of(v))).toEqual([undefined, 6.5, -8.5, undefined]);
  });

  it.each<[string, DataSet, string]>([
    ['a range that runs backwards', { ...linear, '00409216': is(64_536), '00409211': is(3000) }, 'Its first value lies above its last one.'],
    ['a slope of 0', { ...linear, '00409225': is(0) }, 'Its slope is 0: all values would be one.'],
    ['a slope that is no number', { ...linear, '00409225': is('NaN') }, 'It has neither a table nor slope and intercept.'],
    ['nothing', {}, 'It has neither a table nor slope and intercept.'],
    ['a table and a slope that disagree', { '00409216': is(10), '00409211': is(12), '00409212': is(5, 50, 500), '00409225': is(1), '00409224': is(0) }, 'Its table and its slope say different values.'],
    ['a table that ends early', { '00409216': is(10), '00409211': is(13), '00409212': is(5, 50, 500) }, 'Its table does not have a value for each of its stored values.'],
    ['a table with a hole', { '00409216': is(10), '00409211': is(12), '00409212': is(5, 'NaN', 500) }, 'Its table does not have a value for each of its stored values.'],
    ['a table of no range', { '00409212': is(5, 50, 500) }, 'Its table does not have a value for each of its stored values.'],
  ])('that is broken has no values, and says why: %s', (_, broken, why) => {
    expect(mappingOf(broken)).toBeUndefined();
    const image: DataSet = { '00080018': is('7.2'), '00409096': of(linear, broken, broken) };
    expect(realWorldOf(image, 1).map((m) => m.explanation)).toEqual(['electron density']);
    expect(brokenRealWorldOf(image, 1)).toEqual([why]);
  });

  it('takes a table and a slope that agree', () => {
    const both = { '00409216': is(10), '00409211': is(12), '00409212': is(21, 23, 25), '00409225': is(2), '00409224': is(1) };
    expect(mappingOf(both)?.of(11)).toBe(23);
  });

  it('has no unit, or its words, where the unit has no code', () => {
    const unitOf = (units: DataSet | undefined) => mappingOf({ '00409225': is(1), '00409224': is(0), ...(units ? { '004008EA': of(units) } : {}) })?.unit;
    expect([unitOf(undefined), unitOf({}), unitOf({ '00080102': is('UCUM') })]).toEqual(['', '', '']);
    expect(unitOf({ '00080102': is('UCUM'), '00080104': is('square millimetre per second') })).toBe('square millimetre per second');
    expect(unitOf({ '00080100': is('x1'), '00080102': is('99ME'), '00080104': is('arbitrary unit') })).toBe('arbitrary unit');
    expect(unitOf({ '00080104': is('x'.repeat(5000)) })).toHaveLength(64);
  });

  it('of other objects is told where it is broken, at the frames it is for', () => {
    noteMappings({ '00080018': is('8.2'), '00409094': of({ '00081140': of({ '00081155': is('7.3'), '00081160': is(2) }), '00409096': of({ '00409225': is(0), '00409224': is(3) }) }) });
    expect([1, 2].map((frame) => brokenRealWorldOf({ '00080018': is('7.3') }, frame).length)).toEqual([0, 1]);
    expect(realWorldOf({ '00080018': is('7.3') }, 2)).toEqual([]);
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

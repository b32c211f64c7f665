import { describe, expect, it } from 'vitest';
import { placed } from '../../core/affine';
import type { DataSet } from '../../core/dicom-json';
import type { ImageRef } from '../../domain/display-sets';
import { joiningOf, nameOf, planeThrough, rectangleThrough, registeredBy, rigidBetween, whereIn, whereOf } from '../../domain/joined';

const TRUTH = [0.97923599, -0.03215547, 0.2001572, 8.0, 0.06847485, 0.98177569, -0.17727858, 10.0, -0.190809, 0.1873033, 0.96359193, 11.0, 0, 0, 0, 1];
const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

function put(values: unknown[], vr = 'LO') {
  return { vr, Value: values };
}

function item(frame: string, matrices: number[][], kind = 'RIGID', images: string[] = []): DataSet {
  const steps = matrices.map((m) => ({ '0070030C': put([kind]), '300600C6': put(m.map(String), 'DS') }));
  return {
    ...(frame ? { '00200052': put([frame]) } : {}),
    '00081140': put(images.map((uid) => ({ '00081155': put([uid]) })), 'SQ'),
    '00700309': put([{ '0070030A': put(steps, 'SQ') }], 'SQ'),
  };
}

function object(items: DataSet[], more: DataSet = {}): DataSet {
  return { '00200052': put(['fixed']), '00700080': put(['RIGID']), '00080023': put(['20250115']), '00700308': put(items, 'SQ'), ...more };
}

function image(frame: string, uid = '1'): ImageRef {
  return { sopInstanceUid: uid, frame: 1, dataset: { '00200052': put([frame]) } } as unknown as ImageRef;
}

const near = (found: readonly number[] | undefined, wanted: readonly number[]) => {
  expect(found).toBeDefined();
  wanted.forEach((v, i) => expect(found?.[i]).toBeCloseTo(v, 3));
};

describe('spatial registration', () => {
  const both = object([item('fixed', [IDENTITY]), item('moving', [TRUTH])]);

  it('leads from the moved phantom to the other one and back, as TRUTH.csv has it', () => {
    // ct-phantom/moved -> ct-phantom/axial, registration/rigid.dcm: air, bone.
    const there = registeredBy([both], image('moving'), image('fixed'));
    near(there && placed(there.matrix, [-51.816, -34.7629, 13.1012]), [-39, -30, 27]);
    near(there && placed(there.matrix, [20.7022, 29.5797, 53.3522]), [38, 31, 64]);
    expect(there && nameOf(there)).toBe('RIGID, 2025-01-15');
    const back = registeredBy([both], image('fixed'), image('moving'));
    near(back && placed(back.matrix, [-39, -30, 27]), [-51.816, -34.7629, 13.1012]);
    const plane = { origin: [-39, -30, 27] as [number, number, number], right: [0, 0, 5] as [number, number, number], down: [2, 0, 0] as [number, number, number], columns: 3, rows: 3 };
    const through = back && planeThrough(back.matrix, plane);
    near(through?.right, (back ? placed(back.matrix, [-39, -30, 32]) : []).map((v, i) => v - (through?.origin[i] ?? 0)));
  });

  it('needs no Item for its own frame of reference, takes frames of the identity for one, and images that are named', () => {
    near(registeredBy([object([item('moving', [TRUTH])])], image('moving'), image('fixed'))?.matrix.shift, [8, 10, 11]);
    near(registeredBy([object([item('other', [IDENTITY])])], image('other'), image('fixed'))?.matrix.shift, [0, 0, 0]);
    const named = object([item('', [TRUTH], 'RIGID', ['7'])]);
    near(registeredBy([named], image('moving', '7'), image('fixed'))?.matrix.shift, [8, 10, 11]);
    expect(registeredBy([named], image('moving', '8'), image('fixed'))).toBeUndefined();
  });

  it('does its matrices one after the other, the first first', () => {
    const twice = [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1];
    const shift = [1, 0, 0, 5, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
    const found = registeredBy([object([item('moving', [twice, shift], 'AFFINE')])], image('moving'), image('fixed'));
    near(found && placed(found.matrix, [1, 2, 3]), [7, 4, 6]);
    const inverse = registeredBy([object([item('moving', [twice, shift], 'AFFINE')])], image('fixed'), image('moving'));
    near(inverse && placed(inverse.matrix, [7, 4, 6]), [1, 2, 3]);
  });

  it('believes no matrix that is none, and of several objects the latest', () => {
    const of = (matrix: number[], kind = 'RIGID') => registeredBy([object([item('moving', [matrix], kind)])], image('moving'), image('fixed'));
    expect(of(TRUTH.slice(0, 12))).toBeUndefined();
    expect(of([...TRUTH.slice(0, 15), 2])).toBeUndefined();
    expect(of(TRUTH.map((v, i) => (i < 4 ? 0 : v)), 'AFFINE')).toBeUndefined();
    expect(of([2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])).toBeUndefined();
    expect(of([2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], 'AFFINE')).toBeDefined();
    const later = object([item('moving', [IDENTITY])], { '00080023': put(['20250116']), '00700080': put(['NEW']) });
    expect(registeredBy([both, later], image('moving'), image('fixed'))?.links[0]?.label).toBe('NEW');
    expect(registeredBy([later, both], image('moving'), image('fixed'))?.links[0]?.label).toBe('NEW');
    expect(registeredBy([both], image('elsewhere'), image('fixed'))).toBeUndefined();
  });

  it('joins frames of reference rigidly, by the latest, and not by what stretches or is flat', () => {
    const [here, there] = [whereOf(image('moving')), { frame: 'fixed', image: '' }];
    near(placed(rigidBetween([both], here, there) ?? { linear: [[0, 0, 0], [0, 0, 0], [0, 0, 0]], shift: [0, 0, 0] }, [20.7022, 29.5797, 53.3522]), [38, 31, 64]);
    const later = object([item('moving', [[...IDENTITY.slice(0, 3), 5, ...IDENTITY.slice(4)]])], { '00080023': put(['20260101']) });
    expect(rigidBetween([later, both], here, there)?.shift).toEqual([5, 0, 0]);
    expect(rigidBetween([both, later], here, there)?.shift).toEqual([5, 0, 0]);
    const stretched = object([item('moving', [[2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]], 'AFFINE')]);
    const flat = object([item('moving', [[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]], 'AFFINE')]);
    const mirrored = object([item('moving', [[-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]])]);
    const none = object([item('moving', [Array.from({ length: 16 }, () => NaN)])]);
    for (const one of [stretched, flat, mirrored, none]) expect(rigidBetween([one], here, there)).toBeUndefined();
    expect(rigidBetween([], { frame: '', image: '1' }, { frame: '', image: '2' })).toBeUndefined();
    expect(rigidBetween([], whereOf(image('fixed')), there)?.shift).toEqual([0, 0, 0]);
  });
});

describe('what is drawn in millimetres on images of another frame of reference', () => {
  const both = object([item('fixed', [IDENTITY]), item('moving', [TRUTH])]);
  const placedImage = { ...image('moving'), pixel: { rows: 4, columns: 6 }, dataset: { '00200052': put(['moving']), '00200032': put([1, 2, 3], 'DS'), '00200037': put([1, 0, 0, 0, 1, 0], 'DS'), '00280030': put([2, 3], 'DS') } } as unknown as ImageRef;

  it('follows a rigid registration', () => {
    const joined = joiningOf([both], whereOf(placedImage), whereIn('fixed'));
    if (typeof joined === 'string') throw new Error(joined);
    expect(joined.by?.links[0]?.label).toBe('RIGID');
    const there = rectangleThrough(joined, placedImage);
    near(there?.position, [0.97923599 - 2 * 0.03215547 + 3 * 0.2001572 + 8, 0.06847485 + 2 * 0.98177569 - 3 * 0.17727858 + 10, -0.190809 + 2 * 0.1873033 + 3 * 0.96359193 + 11]);
    near(there?.row, [0.97923599, 0.06847485, -0.190809]);
    near(there?.column, [-0.03215547, 0.98177569, 0.1873033]);
    expect(joiningOf([], whereOf(placedImage), whereIn('moving'))).toMatchObject({ by: undefined });
  });

  it('follows nothing that stretches or bends, and says which', () => {
    const twice = [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1];
    expect(joiningOf([object([item('moving', [twice], 'AFFINE')])], whereOf(placedImage), whereIn('fixed'))).toBe('scaled');
    const bent = { '00200052': put(['fixed']), '00640002': put([{ '00640003': put(['moving']) }], 'SQ') };
    expect(joiningOf([bent], whereOf(placedImage), whereIn('fixed'))).toBe('deformed');
    expect(joiningOf([both], whereOf(placedImage), whereIn('other'))).toBe('apart');
    expect(joiningOf([both], whereOf(placedImage), whereIn(''))).toBe('apart');
  });
});

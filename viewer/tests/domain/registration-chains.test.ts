import { describe, expect, it } from 'vitest';
import { placed, type Affine } from '../../core/affine';
import type { DataSet } from '../../core/dicom-json';
import type { Point3 } from '../../core/geometry';
import { idOf, joiningOf, nameOf, registrationsBetween, rigidBetween, whereIn } from '../../domain/joined';

// Turned by 25 and 10, by -40, by 90 degrees, and moved: products by numpy 2 (Q @ P, R @ Q @ P, numpy.linalg.inv, of matrices rounded to 8 digits).
const P = [0.90630779, -0.41619774, 0.07338689, 4, 0.42261826, 0.89253894, -0.1573787, -7, 0, 0.17364818, 0.98480775, 12.5, 0, 0, 0, 1];
const Q = [0.76604444, 0, -0.64278761, -3, 0, 1, 0, 20, 0.64278761, 0, 0.76604444, 1, 0, 0, 0, 1];
const R = [0, -1, 0, 1, 1, 0, 0, 2, 0, 0, 1, 3, 0, 0, 0, 1];
const QP = [[0.69427204, -0.43044486, -0.5768046], [0.42261826, 0.89253894, -0.1573787], [0.58256342, -0.13450453, 0.80157868]];
const AT: Point3 = [10, -20, 30];

const put = (values: unknown[], vr = 'LO') => ({ vr, Value: values });

/** From a frame of reference to another one. */
function joins(from: string, to: string, matrix: readonly number[], date = '20250115', kind = 'RIGID'): DataSet {
  const step = { '0070030C': put([kind]), '300600C6': put(matrix.map(String), 'DS') };
  const item = { '00200052': put([from]), '00700309': put([{ '0070030A': put([step], 'SQ') }], 'SQ') };
  return { '00080018': put([`${from}${to}${date}`]), '00200052': put([to]), '00700080': put([`${from} ${to}`]), '00080023': put([date]), '00700308': put([item], 'SQ') };
}

const near = (matrix: Affine | undefined, wanted: readonly number[], at = AT) => {
  expect(matrix).toBeDefined();
  if (matrix) placed(matrix, at).forEach((v, i) => expect(v).toBeCloseTo(wanted[i] as number, 5));
};
const between = (objects: readonly DataSet[], from: string, to: string) => rigidBetween(objects, whereIn(from), whereIn(to));

describe('registrations one after the other', () => {
  const [ab, bc, cd] = [joins('a', 'b', P), joins('b', 'c', Q, '20250202'), joins('c', 'd', R, '20250303')];

  it('join what no object joins, as the product of their matrices', () => {
    const matrix = between([bc, ab], 'a', 'c');
    near(matrix, [-9.723188, -5.345957, 45.709791]);
    QP.forEach((row, i) => row.forEach((v, j) => expect(matrix?.linear[i]?.[j]).toBeCloseTo(v, 6)));
    near(between([bc, ab], 'c', 'a'), [8.348242, -39.456011, 8.337175]);
    near(between([cd, bc, ab], 'a', 'd'), [6.345957, -7.723188, 48.709791]);
    // The first one is written the other way round.
    near(between([bc, joins('b', 'a', P)], 'a', 'c'), [-15.719061, 8.938651, 16.070569]);
  });

  it('say which they are, in the order in which they are gone through', () => {
    const [there] = registrationsBetween([cd, bc, ab], whereIn('a'), whereIn('d'));
    expect(there && nameOf(there)).toBe('a b, 2025-01-15 → b c, 2025-02-02 → c d, 2025-03-03');
    expect(there && idOf(there)).toBe('ab20250115 bc20250202 cd20250303');
    const [back] = registrationsBetween([cd, bc, ab], whereIn('d'), whereIn('b'));
    expect(back && nameOf(back)).toBe('c d, 2025-03-03 → b c, 2025-02-02');
  });

  it('are no more than needed: one object counts before several, and two before three', () => {
    const direct = joins('a', 'd', Q, '20200101');
    expect(registrationsBetween([ab, bc, cd, direct], whereIn('a'), whereIn('d')).map(nameOf)).toEqual(['a d, 2020-01-01']);
    const short = joins('b', 'd', Q, '20200101');
    expect(registrationsBetween([ab, bc, cd, short], whereIn('a'), whereIn('d')).map(nameOf)).toEqual(['a b, 2025-01-15 → b d, 2020-01-01']);
  });

  it('are all offered that are equally short, the one whose oldest object is the latest first', () => {
    const [older, newer] = [joins('a', 'b', Q, '20240101'), joins('a', 'x', P, '20250401')];
    const found = registrationsBetween([older, ab, bc, joins('x', 'c', P, '20250201'), newer], whereIn('a'), whereIn('c'));
    expect(found.map(nameOf)).toEqual(['a x, 2025-04-01 → x c, 2025-02-01', 'a b, 2025-01-15 → b c, 2025-02-02', 'a b, 2024-01-01 → b c, 2025-02-02']);
    expect(new Set(found.map(idOf)).size).toBe(3);
  });

  it('go in no circles, and four of them are the most', () => {
    const circle = [ab, bc, joins('c', 'a', R), joins('b', 'a', R)];
    expect(between(circle, 'a', 'z')).toBeUndefined();
    const row = [ab, bc, cd, joins('d', 'e', P), joins('e', 'f', P)];
    expect(between(row, 'a', 'e')).toBeDefined();
    expect(between(row, 'a', 'f')).toBeUndefined();
  });

  it('are followed through hundreds of objects and frames of reference and come to an end', () => {
    const many = Array.from({ length: 300 }, (_, i) => joins(`f${i % 17}`, `f${(i * 7 + 3) % 23}`, P)).concat(Array.from({ length: 300 }, (_, i) => joins('f0', `g${i}`, P)));
    expect(between(many, 'f0', 'z')).toBeUndefined();
  }, 60_000);

  it('do not lead through what is flat, bends, or names no frame of reference', () => {
    const flat = joins('b', 'c', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], '20260101', 'AFFINE');
    expect(between([ab, flat], 'a', 'c')).toBeUndefined();
    const bent = { ...joins('b', 'c', []), '00700308': put([], 'SQ'), '00640002': put([{ '00640003': put(['b']) }], 'SQ') };
    expect(joiningOf([ab, bent], whereIn('a'), whereIn('c'))).toBe('apart');
    expect(between([joins('a', '', P), joins('', 'c', Q)], 'a', 'c')).toBeUndefined();
    // Where one object bends, what several others say does not count: the reader is told of the one.
    expect(joiningOf([ab, bc, { ...bent, '00640002': put([{ '00640003': put(['a']) }], 'SQ') }], whereIn('a'), whereIn('c'))).toBe('deformed');
  });

  it('are not rigid where one of them stretches', () => {
    const twice = joins('b', 'c', [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1], '20250101', 'AFFINE');
    expect(joiningOf([ab, twice], whereIn('a'), whereIn('c'))).toBe('scaled');
    expect(registrationsBetween([ab, twice], whereIn('a'), whereIn('c'))).toHaveLength(1);
  });
});

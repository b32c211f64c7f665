/** Dimensions and cine. The objects are those of ../shared/data/made (TRUTH.csv: stored order, durations, time curve). */
import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { cineOf, frameRateOf, next, played, stayOf } from '../../domain/cine';
import { along, isFourDimensional, stepped } from '../../domain/dimensions';
import { displaySetOf, type ImageRef } from '../../domain/display-sets';

const us = (...v: number[]) => ({ vr: 'US', Value: v });
const sq = (...v: DataSet[]) => ({ vr: 'SQ', Value: v });

function object(more: DataSet, uid = '1.2'): DataSet {
  return { '00080018': { vr: 'UI', Value: [uid] }, '00280010': us(32), '00280011': us(32), '00280004': { vr: 'CS', Value: ['MONOCHROME2'] }, '7FE00010': { vr: 'OW' }, ...more };
}

const STACK = '00209056';
const SLICE = '00209057';
const TIME = '00209128';

/** Enhanced object: frames as (stack, slice, time) in stored order, indexed in the order of `pointers`. */
function enhanced(stored: number[][], pointers: string[]): DataSet {
  const order = pointers.map((p) => [STACK, SLICE, TIME].indexOf(p));
  return object({
    '00280008': us(stored.length),
    '00209222': sq(...pointers.map((p): DataSet => ({ '00209165': { vr: 'AT', Value: [p] } }))),
    '52009230': sq(...stored.map((f): DataSet => ({ '00209111': sq({ '00209157': { vr: 'UL', Value: order.map((o) => f[o]) } }) }))),
  });
}

/** TRUTH.csv lists (stack, time, slice). */
const swap = (f: number[]) => [f[0], f[2], f[1]] as number[];
const MR = [[1, 4, 3], [1, 3, 2], [1, 4, 2], [1, 3, 1], [1, 3, 3], [1, 2, 1], [1, 3, 4], [1, 1, 3], [1, 3, 5], [1, 4, 4], [1, 4, 5], [1, 1, 4], [1, 2, 4], [1, 1, 5], [1, 2, 5], [1, 4, 1], [1, 1, 2], [1, 1, 1], [1, 2, 3], [1, 2, 2]].map(swap);
const CT = [[1, 1, 5], [2, 1, 3], [2, 1, 2], [2, 1, 1], [2, 1, 4], [1, 1, 2], [1, 1, 3], [1, 1, 6], [1, 1, 4], [1, 1, 1], [2, 1, 6], [2, 1, 5]].map(swap);

describe('dimensions (PS3.3 C.7.6.17)', () => {
  const set = displaySetOf('1', '2', [enhanced(MR, [STACK, SLICE, TIME])]);
  const stored = (i: number) => MR[(set.images[i] as ImageRef).frame - 1] as number[];

  it('tells space from time of an enhanced object', () => {
    expect(set.dimensions).toMatchObject({ runs: 1, slices: 5, times: 4 });
    expect(isFourDimensional(set.dimensions)).toBe(true);
    set.images.forEach((_, i) => expect(set.dimensions.places[i]).toEqual({ run: 0, slice: (stored(i)[1] as number) - 1, time: (stored(i)[2] as number) - 1 }));
  });

  it('scrolls either and stops at the ends', () => {
    expect(stored(0)).toEqual([1, 1, 1]);
    expect(stored(stepped(set.dimensions, 0, 2))).toEqual([1, 3, 1]);
    expect(stored(stepped(set.dimensions, 0, 2, 'time'))).toEqual([1, 1, 3]);
    expect(stored(stepped(set.dimensions, 0, 99))).toEqual([1, 5, 1]);
    expect(stepped(set.dimensions, 0, -1, 'time')).toBe(0);
  });

  it('plays the time curve of the slice shown', () => {
    const list = played(set, stepped(set.dimensions, 0, 2), undefined);
    expect(list.map(stored)).toEqual([[1, 3, 1], [1, 3, 2], [1, 3, 3], [1, 3, 4]]);
  });

  it('keeps two stacks apart but scrolls through both', () => {
    const two = displaySetOf('1', '2', [enhanced(CT, [STACK, SLICE])]);
    expect(two.dimensions).toMatchObject({ runs: 2, slices: 6, times: 1 });
    expect(played(two, 7, undefined)).toEqual([6, 7, 8, 9, 10, 11]);
    expect(stepped(two.dimensions, 5, 1)).toBe(6);
  });

  it('reads the vectors of nuclear medicine', () => {
    const nm = object({ '00280008': us(4), '00540010': us(1, 1, 1, 1), '00540020': us(1, 1, 2, 2), '00540100': us(1, 2, 1, 2), '00540030': us(1, 1, 1, 1) });
    expect(displaySetOf('1', '2', [nm]).dimensions).toMatchObject({ runs: 2, slices: 1, times: 2 });
  });

  it('finds phases of single frames that lie at one place, and none where places differ in number', () => {
    const slice = (n: number, z: number) => object({ '00200013': { vr: 'IS', Value: [n] }, '00200032': { vr: 'DS', Value: [0, 0, z] }, '00200037': { vr: 'DS', Value: [1, 0, 0, 0, 1, 0] } }, `1.${n}`);
    const cine = displaySetOf('1', '2', [slice(1, 0), slice(2, 0), slice(3, 5), slice(4, 5)]).dimensions;
    expect(cine).toMatchObject({ slices: 2, times: 2 });
    expect(along(cine, 0, 'slice')).toEqual([0, 2]);
    expect(along(cine, 0, 'time')).toEqual([0, 1]);
    expect(displaySetOf('1', '2', [slice(1, 0), slice(2, 0), slice(3, 5)]).dimensions).toMatchObject({ slices: 3, times: 1 });
  });

  it('plays one run of several', () => {
    const runs = displaySetOf('1', '2', [object({ '00280008': us(3) }, '1.1'), object({ '00280008': us(2) }, '1.2')]);
    expect(played(runs, 1, undefined)).toEqual([0, 1, 2]);
    expect(played(runs, 4, undefined)).toEqual([3, 4]);
  });

  it('sorts frames without indices by their place', () => {
    const at = (z: number): DataSet => ({ '00209113': sq({ '00200032': { vr: 'DS', Value: [0, 0, z] } }) });
    const legacy = object({ '00280008': us(3), '52009229': sq({ '00209116': sq({ '00200037': { vr: 'DS', Value: [1, 0, 0, 0, 1, 0] } }) }), '52009230': sq(at(10), at(0), at(20)) });
    expect(displaySetOf('1', '2', [legacy]).images.map((i) => i.frame)).toEqual([2, 1, 3]);
  });
});

describe('cine (PS3.3 C.7.6.5)', () => {
  const ds = (...v: number[]) => ({ vr: 'DS', Value: v });

  it('is as fast as the object asks', () => {
    expect(frameRateOf(object({ '00280008': us(3), '00181065': ds(0, 100, 300) }))).toBe(5);
    expect(frameRateOf(object({ '00280008': us(3), '00082144': us(8), '00181063': ds(33) }))).toBe(8);
    expect(frameRateOf(object({ '00280008': us(3) }))).toBe(10);
  });

  it('gives each frame of a Frame Time Vector its real time, faster and slower in proportion', () => {
    const set = displaySetOf('1', '2', [object({ '00280008': us(3), '00181065': ds(0, 100, 300) })]);
    const rate = cineOf(set).rate;
    expect(set.images.map((i) => stayOf(i, rate))).toEqual([100, 300, 300]);
    expect(stayOf(set.images[0] as ImageRef, rate * 2)).toBe(50);
  });

  it('takes unequal durations of enhanced frames (made/enhanced/xa.dcm)', () => {
    const durations = [33, 33, 66, 66, 33, 100, 33, 33, 33, 33];
    const set = displaySetOf('1', '2', [object({ '00280008': us(10), '52009230': sq(...durations.map((d): DataSet => ({ '00209111': sq({ '00189220': { vr: 'FD', Value: [d] } }) }))) })]);
    const { rate } = cineOf(set);
    expect(rate).toBeCloseTo(10_000 / 463, 9);
    expect(set.images.map((i) => Math.round(stayOf(i, rate)))).toEqual(durations);
  });

  it('keeps to trims and sweeps when the object says so', () => {
    const cine = cineOf(displaySetOf('1', '2', [object({ '00280008': us(9), '00082142': us(3), '00082143': us(6), '00181244': us(1) })]));
    expect(cine).toEqual({ rate: 10, sweep: true, range: [2, 5] });
  });

  it('goes round, or to and fro', () => {
    const way = (sweep: boolean) => {
      const seen: number[] = [];
      for (let i = 4, direction = 1, n = 0; n < 6; n++) {
        ({ index: i, direction } = next([3, 4, 5], i, direction, sweep));
        seen.push(i);
      }
      return seen;
    };
    expect(way(false)).toEqual([5, 3, 4, 5, 3, 4]);
    expect(way(true)).toEqual([5, 4, 3, 4, 5, 4]);
    expect(next([3, 4, 5], 9, 1, true)).toEqual({ index: 3, direction: 1 });
  });
});

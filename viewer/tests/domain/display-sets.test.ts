import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { frameRateOf } from '../../domain/cine';
import { displaySetOf, flagsOf, type ImageRef } from '../../domain/display-sets';

const image = (uid: string, extra: DataSet = {}): DataSet => ({
  '00080018': { vr: 'UI', Value: [uid] },
  '00280010': { vr: 'US', Value: [4] },
  '00280011': { vr: 'US', Value: [4] },
  '00280004': { vr: 'CS', Value: ['MONOCHROME2'] },
  ...extra,
});
const numbered = (n: number): DataSet => ({ '00200013': { vr: 'IS', Value: [n] } });
const at = (z: number, row = [1, 0, 0]): DataSet => ({
  '00200032': { vr: 'DS', Value: [0, 0, z] },
  '00200037': { vr: 'DS', Value: [...row, 0, 1, 0] },
});
const order = (...sets: DataSet[]) => displaySetOf('1', '2', sets).images.map((i) => i.sopInstanceUid);

describe('order of a stack', () => {
  it('is the instance number', () => {
    expect(order(image('b', numbered(10)), image('c'), image('a', numbered(9)))).toEqual(['a', 'b', 'c']);
  });
  it('is the place along the normal when each image has its own, in the direction of the numbers', () => {
    const slices = [image('p3', { ...numbered(1), ...at(3) }), image('p1', { ...numbered(2), ...at(1) }), image('p2', { ...numbered(3), ...at(2) })];
    expect(order(...slices)).toEqual(['p3', 'p2', 'p1']);
  });
  it('is the number again when two images share a place', () => {
    const phases = [0, 1, 0, 1].map((z, i) => image(`i${i}`, { ...numbered(i), ...at(z) }));
    expect(order(...phases)).toEqual(['i0', 'i1', 'i2', 'i3']);
  });
  it('is the number when the planes are not parallel', () => {
    expect(order(image('x', { ...numbered(1), ...at(5) }), image('y', { ...numbered(2), ...at(1, [0, 0, 1]) }))).toEqual(['x', 'y']);
  });
});

describe('frames', () => {
  const dims = (...v: number[]) => ({ '00209111': { vr: 'SQ', Value: [{ '00209157': { vr: 'UL', Value: v } }] } });
  it('multi-frame is a stack, by its dimension index when it has one', () => {
    const mf = image('m', { '00280008': { vr: 'IS', Value: [3] } });
    expect(displaySetOf('1', '2', [mf]).images.map((i) => i.frame)).toEqual([1, 2, 3]);
    const shuffled = { ...mf, '52009230': { vr: 'SQ', Value: [dims(2, 1), dims(1, 2), dims(1, 1)] } };
    expect(displaySetOf('1', '2', [shuffled]).images.map((i) => i.frame)).toEqual([3, 2, 1]);
  });
  it('a claim of billions is bounded', () => {
    expect(displaySetOf('1', '2', [image('m', { '00280008': { vr: 'IS', Value: [2147483647] } })]).images.length).toBe(100_000);
  });
  it('the rate comes from the object', () => {
    const mf = { '00280008': { vr: 'IS', Value: [8] } };
    expect(frameRateOf({ ...mf, '00082144': { vr: 'IS', Value: [15] } })).toBe(15);
    expect(frameRateOf({ ...mf, '00181063': { vr: 'DS', Value: ['40'] } })).toBe(25);
    expect(frameRateOf({ ...mf, '00181065': { vr: 'DS', Value: [0, 100, 100] } })).toBe(10);
    expect(frameRateOf({ '00181063': { vr: 'DS', Value: [40] } })).toBeUndefined();
  });
});

describe('what cannot be drawn says why', () => {
  it('reports, segmentations, missing objects', () => {
    const sr = { '00080016': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.88.11'] }, '00080018': { vr: 'UI', Value: ['1'] }, '00080060': { vr: 'CS', Value: ['SR'] } };
    expect(displaySetOf('1', '2', [sr])).toMatchObject({ kind: 'report', reason: '' });
    expect(displaySetOf('1', '2', [image('s', { '00080016': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.66.4'] } })])).toMatchObject({ kind: 'segmentation', images: [], reason: '' });
    const video = image('v', { '00083002': { vr: 'UI', Value: ['1.2.840.10008.1.2.4.102'] } });
    expect(displaySetOf('1', '2', [video])).toMatchObject({ kind: 'video', reason: '', images: [] });
    expect(displaySetOf('1', '2', [image('i'), video])).toMatchObject({ kind: 'images', left: [] });
    expect(displaySetOf('1', '2', []).reason).toBe('Its objects are not on this server.');
  });
});

it('flags: lossy with its ratio, derived', () => {
  const flags = (extra: DataSet, transferSyntax = '1.2.840.10008.1.2') => flagsOf({ ...(displaySetOf('1', '2', [image('a', extra)]).images[0] as ImageRef), transferSyntax }).map((flag) => flag.words);
  expect(flags({ '00282110': { vr: 'CS', Value: ['01'] }, '00282112': { vr: 'DS', Value: [12.3] } })).toEqual(['lossy 12:1']);
  expect(flags({ '00080008': { vr: 'CS', Value: ['DERIVED', 'PRIMARY'] } })).toEqual(['derived']);
  expect(flags({}, '1.2.840.10008.1.2.4.50')).toEqual(['lossy']);
  expect(flags({}, '1.2.840.10008.1.2.4.70')).toEqual([]);
});

/** Masks against numpy: `mask_numbers` below is what made the numbers. */
import { describe, expect, test } from 'vitest';
import type { DataSet } from '../../../core/dicom-json';
import { framesLacking, ownFramesLacking, ownSubtraction, readMasks, recommendsSubtraction, subtracted, subtractionFor, type Mask, type Shift } from '../../../core/states/mask';
import { BrokenState } from '../../../core/states/strict';

/*
import numpy as np
f = np.arange(1, 9)[:, None, None]; r = np.arange(3)[None, :, None]; c = np.arange(4)[None, None, :]
run = (100 * f + 7 * f * r + 3 * f * f * c) % 251                     # 8 frames of 3 x 4
mean = lambda *n: np.mean([run[i - 1] for i in n], axis=0)
def moved(a, down, left):                                            # edges repeated, bilinear
    y = np.clip(np.arange(3) - down, 0, 2); x = np.clip(np.arange(4) + left, 0, 3)
    y0, x0 = np.floor(y).astype(int), np.floor(x).astype(int); y1, x1 = np.minimum(y0 + 1, 2), np.minimum(x0 + 1, 3)
    u, v = (y - y0)[:, None], (x - x0)[None, :]
    return (a[y0][:, x0] * (1-v) + a[y0][:, x1] * v) * (1-u) + (a[y1][:, x0] * (1-v) + a[y1][:, x1] * v) * u
MEAN_OF_THREE = run[4] - mean(1, 2, 4)
TWO_CONTRAST = mean(6, 7) - mean(1, 2)
SHIFTED = run[5] - moved(run[1], 0.5, -1.25)
REVERSED = run[6] - run[1]
BY_TABLE = table[run[4]] - table[run[0]]                              # table = 2 x + 5, of 256 entries
for name in (...): print(np.round(eval(name), 6).ravel().tolist())
*/
const MEAN_OF_THREE = [99.333333, -97.666667, -43.666667, 94, -133, -79, 58.666667, -138.333333, -114.333333, 23.333333, 161, -36];
const TWO_CONTRAST = [-2, -7.5, -13, -18.5, 33, 27.5, -103.5, 16.5, -57.5, -63, 57, 51.5];
const SHIFTED = [-102, 6, -146, -50, -67, 41, -111, -15, -39, -182, -83, -143.875];
const REVERSED = [-2, -118, 17, -99, 33, -83, -199, -64, -183, -48, 87, 222];
const BY_TABLE = [298, -60, 84, 228, -148, -4, 140, -218, -92, 52, 196, -162];

const run = (frame: number) => Array.from({ length: 12 }, (_, i) => (100 * frame + 7 * frame * Math.floor(i / 4) + 3 * frame * frame * (i % 4)) % 251);
const is = (...Value: unknown[]) => ({ vr: 'US', Value });
const sequence = (...Value: DataSet[]) => ({ vr: 'SQ', Value });
const one = (operation: string, more: DataSet = {}): DataSet => ({ '00286101': is(operation), ...more });
/** An image that recommends to be subtracted. */
const image = (...masks: DataSet[]): DataSet => ({ '00281090': is('SUB'), '00286100': sequence(...masks) });
const rounded = (found: ArrayLike<number>) => Array.from(found, (v) => Number(v.toFixed(6)));

function difference(ds: DataSet, frame: number, moved?: Shift): number[] | undefined {
  const what = ownSubtraction(ds, frame, 8);
  return what && rounded(subtracted(what, 3, 4, run, moved).samples);
}

describe('masks of an image (PS3.3 C.7.6.10)', () => {
  test('several mask frames are averaged, several contrast frames too', () => {
    expect(difference(image(one('AVG_SUB', { '00286110': is(1, 2, 4) })), 5)).toEqual(MEAN_OF_THREE);
    expect(difference(image(one('AVG_SUB', { '00286110': is(1, 2), '00286112': is(2) })), 6)).toEqual(TWO_CONTRAST);
  });
  test('a mask is for its ranges only, and of several the one whose range has the frame is taken', () => {
    const ds = image(one('AVG_SUB', { '00286110': is(1), '00286102': is(2, 3, 6, 7) }), one('TID', { '00286120': is(2), '00286102': is(4, 5) }));
    const masks = [1, 2, 3, 4, 5, 6, 7, 8].map((frame) => ownSubtraction(ds, frame, 8)?.maskFrames);
    expect(masks).toEqual([undefined, [1], [1], [2], [3], [1], [1], undefined]);
    expect([1, 8].map((frame) => ownFramesLacking(ds, frame, 8))).toEqual([[], []]);
  });
  test('masks by offset run with the frames or backwards; an empty offset is 1', () => {
    expect([3, 8].map((frame) => ownSubtraction(image(one('TID', { '00286120': is(2) })), frame, 8)?.maskFrames)).toEqual([[1], [6]]);
    expect(ownSubtraction(image(one('TID', { '00286120': is(-3) })), 5, 8)?.maskFrames).toEqual([8]);
    expect(ownSubtraction(image(one('TID', { '00286120': is() })), 4, 8)?.maskFrames).toEqual([3]);
    // The formula of the standard: (5 - 1) - (7 - 5).
    expect(difference(image(one('REV_TID', { '00286120': is(1), '00286102': is(5, 8) })), 7)).toEqual(REVERSED);
  });
  test('shifts between pixels, and those of the reader beside them', () => {
    expect(difference(image(one('AVG_SUB', { '00286110': is(2), '00286114': is(0.5, -1.25) })), 6)).toEqual(SHIFTED);
    expect(difference(image(one('AVG_SUB', { '00286110': is(2), '00286114': is(0.5, -0.25) })), 6, [0, -1])).toEqual(SHIFTED);
  });
  test('it is recommended by its viewing mode, or by that of some frames before it (C.8.19.7)', () => {
    const ds = image(one('AVG_SUB', { '00286110': is(1) }));
    expect(recommendsSubtraction(ds, 3)).toBe(true);
    expect(recommendsSubtraction({ ...ds, '00281090': is('NAT') }, 3)).toBe(false);
    const some = { ...ds, '00089458': sequence({ '00082142': is(2), '00082143': is(3), '00281090': is('NAT') }) };
    expect([1, 2, 3, 4].map((frame) => recommendsSubtraction(some, frame))).toEqual([true, false, false, true]);
  });
});

describe('broken masks', () => {
  test.each<[string, DataSet]>([
    ['mask frame 0', one('AVG_SUB', { '00286110': is(0) })],
    ['no mask frames', one('AVG_SUB')],
    ['an unknown operation', one('XOR', { '00286110': is(1) })],
    ['half a range', one('AVG_SUB', { '00286110': is(1), '00286102': is(2, 3, 4) })],
    ['a range backwards', one('AVG_SUB', { '00286110': is(1), '00286102': is(7, 2) })],
    ['half a shift', one('AVG_SUB', { '00286110': is(1), '00286114': is(1, 'NaN') })],
    ['an absurd shift', one('AVG_SUB', { '00286110': is(1), '00286114': is(1e9, 0) })],
    ['averages of no frame', one('AVG_SUB', { '00286110': is(1), '00286112': is(0) })],
    ['reversed without a range', one('REV_TID', { '00286120': is(1) })],
  ])('%s is told, of images and of states', (_, mask) => {
    expect(() => ownSubtraction(image(mask), 5, 8)).toThrow(BrokenState);
    expect(() => readMasks(image(mask))).toThrow(BrokenState);
  });
  test('frames that are not there are named where a mask is meant for the frame', () => {
    expect(ownFramesLacking(image(one('AVG_SUB', { '00286110': is(1, 9, 12) })), 5, 8)).toEqual([9, 12]);
    expect(ownFramesLacking(image(one('TID', { '00286120': is(3), '00286102': is(2, 8) })), 2, 8)).toEqual([-1]);
    // Where no range is said it ends where the masks do.
    expect(ownFramesLacking(image(one('TID', { '00286120': is(3) })), 2, 8)).toEqual([]);
    expect(ownFramesLacking(image(one('AVG_SUB', { '00286110': is(1), '00286112': is(3) })), 7, 8)).toEqual([]);
    // Another mask does.
    expect(ownFramesLacking(image(one('AVG_SUB', { '00286110': is(9) }), one('AVG_SUB', { '00286110': is(2) })), 5, 8)).toEqual([]);
  });
});

describe('masks of XA/XRF states (C.11.19)', () => {
  const about = (uid: string, ...frames: number[]) => sequence({ '00081155': is(uid), '00081160': is(...frames) });
  const masks: Mask[] = readMasks(image(
    one('AVG_SUB', { '00286110': is(1, 2, 4), '00286102': is(5, 5) }),
    one('AVG_SUB', { '00286110': is(2), '00286102': is(6, 6), '00289501': sequence({ '00289502': sequence({ '00286114': is(0.5, -1.25) }) }) }),
    one('REV_TID', { '00286120': is(1), '00286102': is(5, 7) }),
    one('AVG_SUB', { '00286110': is(8), '00081140': about('1.2', 3) }),
  ));
  const shown = (uid: string, frame: number) => {
    const what = subtractionFor(masks, uid, frame, 8);
    return what && rounded(subtracted(what, 3, 4, run).samples);
  };
  test('each frame has its own; none beside all ranges', () => {
    expect([5, 6, 7].map((frame) => shown('1.1', frame))).toEqual([MEAN_OF_THREE, SHIFTED, REVERSED]);
    expect([1, 3, 4, 8].map((frame) => subtractionFor(masks, '1.1', frame, 8))).toEqual([undefined, undefined, undefined, undefined]);
    expect(subtractionFor(masks, '1.2', 3, 8)?.maskFrames).toEqual([8]);
    expect(framesLacking(masks, '1.2', 3, 6)).toEqual([8]);
    expect(framesLacking(masks, '1.1', 3, 6)).toEqual([]);
  });
  test('X-rays go through the tables of a state first; one that does not recommend subtraction has no masks', () => {
    const entries = Array.from({ length: 256 }, (_, i) => 2 * i + 5);
    const table = { '00283002': is(256, 0, 16), '00283006': { vr: 'US', Value: entries } };
    const ds = { ...image(one('AVG_SUB', { '00286110': is(1) })), '00289422': sequence({ '00289474': is('TO_LOG'), ...table }) };
    const what = subtractionFor(readMasks(ds), '1', 5, 8);
    expect(what && rounded(subtracted(what, 3, 4, run).samples)).toEqual(BY_TABLE);
    expect(readMasks({ ...ds, '00281090': is('NAT') })).toEqual([]);
  });
});

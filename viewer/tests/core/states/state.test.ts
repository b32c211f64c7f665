import { describe, expect, test } from 'vitest';
import type { DataSet } from '../../../core/dicom-json';
import { fromDisplay, readAreas, readTurn } from '../../../core/states/area';
import { convertWords, readProfile } from '../../../core/states/icc';
import { rgbOfLab } from '../../../core/states/lab';
import { shifted, simpleMask, subtracted, subtractionFor } from '../../../core/states/mask';
import { closedBy, inside, readShutter } from '../../../core/states/shutter';
import { readState } from '../../../core/states/state';
import { BrokenState } from '../../../core/states/strict';
import { partsOf } from '../../../core/states/compound';
import { curve, pathOf } from '../../../core/states/shapes';
import { turnedBy } from '../../../core/turns';

const put = (entries: Record<string, unknown[]>): DataSet => Object.fromEntries(Object.entries(entries).map(([tag, Value]) => [tag, { vr: typeof Value[0] === 'object' ? 'SQ' : 'CS', Value }]));
const IMAGES = [put({ '00081140': [put({ '00081155': ['1.2.3'] })], '0020000E': ['1.2'] })];
const GSPS = { '00080016': ['1.2.840.10008.5.1.4.1.1.11.1'], '00080018': ['1.9'], '00081115': IMAGES };

describe('shutters (PS3.3 C.7.6.11)', () => {
  test('edges are outside, the circle is round on the screen, both are intersected', () => {
    const rectangle = closedBy({ rectangle: [2, 5, 1, 4], grey: 0, lab: undefined }, 5, 6, 1);
    expect([...rectangle].filter((v) => v === 0)).toHaveLength(2 * 2);
    const round = closedBy({ circle: [3, 3, 2], grey: 0, lab: undefined }, 5, 5, 1);
    const oblong = closedBy({ circle: [3, 3, 2], grey: 0, lab: undefined }, 5, 5, 2);
    expect([...round].filter((v) => v === 0)).toHaveLength(13);
    expect([...oblong].filter((v) => v === 0)).toHaveLength(5 + 2);
  });
  test('a polygon holds its vertices; numbers that lack are refused', () => {
    const found = inside([[1, 1], [1, 4], [4, 4], [4, 1]], 5, 5);
    expect([...found].filter(Boolean)).toHaveLength(16);
    expect(() => readShutter(put({ '00181600': ['RECTANGULAR'], '00181602': [1] }))).toThrow(BrokenState);
    expect(() => readShutter(put({ '00181600': ['HEXAGONAL'] }))).toThrow(BrokenState);
  });
});

describe('masks (PS3.3 C.7.6.10)', () => {
  test('positive rows go down, positive columns to the left, the edge is repeated, fractions are bilinear', () => {
    const values = [0, 1, 2, 3, 4, 5, 6, 7, 8];
    expect([...(shifted(values, 3, 3, [1, 0]) as Float64Array)]).toEqual([0, 1, 2, 0, 1, 2, 3, 4, 5]);
    expect([...(shifted(values, 3, 3, [0, 1]) as Float64Array)]).toEqual([1, 2, 2, 4, 5, 5, 7, 8, 8]);
    expect([...(shifted(values, 3, 3, [0, 0.5]) as Float64Array)]).toEqual([0.5, 1.5, 2, 3.5, 4.5, 5, 6.5, 7.5, 8]);
  });
  test('the mean of mask frames is taken away, but for what stays visible of it', () => {
    const frames: Record<number, number[]> = { 1: [10, 20], 2: [30, 40], 3: [100, 100] };
    const what = subtractionFor([{ ...simpleMask([1, 2]), visibility: 0.5 }], '1', 3, 3);
    expect(what && [...subtracted(what, 1, 2, (n) => frames[n] as number[]).samples]).toEqual([90, 85]);
    expect(subtractionFor([simpleMask([9])], '1', 3, 3)).toBeUndefined();
    expect(subtractionFor([{ ...simpleMask([]), operation: 'TID', tidOffset: 2 }], '1', 3, 3)?.maskFrames).toEqual([1]);
    expect(subtractionFor([{ ...simpleMask([]), operation: 'REV_TID', applicable: [[3, 5]], tidOffset: 1 }], '1', 3, 5)?.maskFrames).toEqual([2]);
    expect(subtractionFor([{ ...simpleMask([1]), applicable: [[2, 2]] }], '1', 3, 3)).toBeUndefined();
  });
});

describe('areas and turns (PS3.3 C.10.4, C.10.6)', () => {
  test('a state turns first and mirrors then', () => {
    expect(readTurn(put({ '00700042': [90], '00700041': ['Y'] }))).toEqual({ rotation: 270, flip: true });
    expect(turnedBy({ rotation: 90, flip: false }, { rotation: 0, flip: true })).toEqual({ rotation: 270, flip: true });
    expect(() => readTurn(put({ '00700042': [45] }))).toThrow(BrokenState);
  });
  test('corners count from 1 and are inside, whichever way round; sizes of pixels must be sizes', () => {
    const area = { '00700052': [71, 7], '00700053': [11, 51], '00700100': ['SCALE TO FIT'], '00700102': [2, 1] };
    expect(readAreas(put({ '0070005A': [put(area)] }))[0]).toMatchObject({ left: 10, top: 6, width: 61, height: 45, aspect: 2 });
    expect(() => readAreas(put({ '0070005A': [put({ ...area, '00700102': [0, 1] })] }))).toThrow(BrokenState);
    expect(() => readAreas(put({ '0070005A': [put({ ...area, '00700100': ['TRUE SIZE'] })] }))).toThrow(BrokenState);
  });
  test('fractions of the displayed area, as it is turned', () => {
    const area = { left: 0, top: 0, width: 100, height: 50 };
    expect(fromDisplay([0, 0], area, { rotation: 0, flip: false })).toEqual([0, 0]);
    expect(fromDisplay([0, 0], area, { rotation: 90, flip: false })).toEqual([0, 50]);
    expect(fromDisplay([0, 0], area, { rotation: 0, flip: true })).toEqual([100, 0]);
    expect(fromDisplay([1, 0], area, { rotation: 270, flip: false })).toEqual([100, 50]);
  });
});

describe('what a state says', () => {
  test('it is for images, and what it leaves out is the identity', () => {
    expect(readState(put(GSPS))).toMatchObject({ kind: 'grayscale', lut: false, masks: [], areas: [], grey: { modalities: [], vois: [] } });
    expect(() => readState(put({ ...GSPS, '00081115': [] }))).toThrow(BrokenState);
    expect(() => readState(put({ ...GSPS, '20500020': ['UPSIDE DOWN'] }))).toThrow(BrokenState);
    expect(() => readState(put({ ...GSPS, '00281053': [0], '00281052': [1] }))).toThrow(BrokenState);
  });
  test('graphics have the points their type needs, within reach', () => {
    const graphic = (points: unknown[], kind = 'POLYLINE') => put({ ...GSPS, '00700001': [put({ '00700009': [put({ '00700023': [kind], '00700022': points, '00700005': ['PIXEL'] })] })] });
    expect(readState(graphic([1, 2, 3, 4])).annotations[0]?.graphics[0]?.points).toEqual([[1, 2], [3, 4]]);
    for (const points of [[1, 2, 3], [1, 2], [1e30, 2, 3, 4], [1, null, 3, 4]]) expect(() => readState(graphic(points))).toThrow(BrokenState);
    expect(() => readState(graphic([1, 2], 'SPIRAL'))).toThrow(BrokenState);
  });
});

describe('colours and shapes', () => {
  test('CIELab under D50 to sRGB (IEC 61966-2-1: red is L* 54.29, a* 80.81, b* 69.89)', () => {
    const red = rgbOfLab([Math.round(54.29 * 655.35), Math.round((80.81 + 128) * 257), Math.round((69.89 + 128) * 257)]);
    expect(Math.abs(red[0] - 255) + red[1] + red[2]).toBeLessThan(6);
    expect(rgbOfLab([65535, 32896, 32896])).toEqual([255, 255, 255]);
  });
  test('a profile that is none is none', () => {
    expect(readProfile(new Uint8Array(200).fill(255))).toBeUndefined();
    expect(readProfile(new Uint8Array())).toBeUndefined();
  });
  test('tables: a grid of two points whose colours are greys of the red (ICC.1 10.10); broken off, it is none', () => {
    const words = [0, 0xffff];
    const lab = Array.from({ length: 8 }, (_, i) => [i < 4 ? 0 : 65280, 32768, 32768]).flat();
    const values = [...words, ...words, ...words, ...lab, ...words, ...words, ...words];
    const bytes = new Uint8Array(132 + 12 + 52 + 2 * values.length);
    const view = new DataView(bytes.buffer);
    const write = (at: number, letters: string) => [...letters].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
    view.setUint8(8, 2);
    write(16, 'RGB Lab ');
    view.setUint32(128, 1);
    write(132, 'A2B0');
    view.setUint32(136, 144);
    write(144, 'mft2');
    view.setUint8(152, 3);
    view.setUint8(153, 3);
    view.setUint8(154, 2);
    view.setUint16(192, 2);
    view.setUint16(194, 2);
    values.forEach((v, i) => view.setUint16(196 + 2 * i, v));
    const colours = Uint32Array.of(0xff000000, 0xff00ff33, 0xffffffff, 0xffaa0080);
    convertWords(colours, readProfile(bytes));
    // L* of 20, 100, 50.196: Y of 0.02989, 1, 0.18602.
    const grey = (y: number) => { const v = Math.round(255 * (1.055 * y ** (1 / 2.4) - 0.055)); return (0xff000000 | (v << 16) | (v << 8) | v) >>> 0; };
    expect([...colours.subarray(0, 3)]).toEqual([0xff000000, grey(0.02989), 0xffffffff]);
    expect(Math.abs(((colours[3] as number) & 255) - (grey(0.18602) & 255))).toBeLessThanOrEqual(1);
    expect(readProfile(bytes.slice(0, 220))).toBeUndefined();
  });
  test('a circle goes through its second point, a curve through all', () => {
    for (const [x, y] of pathOf('CIRCLE', [[5, 5], [8, 5]])) expect(Math.hypot(x - 5, y - 5)).toBeCloseTo(3);
    const through = [[0, 0], [3, 4], [9, 1]] as const;
    const path = curve(through);
    for (const p of through) expect(path.some(([x, y]) => Math.hypot(x - p[0], y - p[1]) < 1e-6)).toBe(true);
  });
  test('a ruler has eleven ticks, a cross hair a gap', () => {
    const line = { lab: undefined, opacity: 1, thickness: 1, dashes: 0, offLab: undefined, offOpacity: 0 };
    const one = { number: 1, units: 'PIXEL', line, fill: { lab: undefined, opacity: 1, pattern: new Uint8Array(), offLab: undefined, offOpacity: 0 }, filled: false, rotation: 0, pivot: undefined, gap: 4, diameter: 20, tickAlignment: 'CENTER', labelAlignment: 'BOTTOM', showsLabels: false, ticks: [] } as const;
    const on = { locate: (p: readonly [number, number]) => p, width: 100, reach: 1000, unit: 1, mirrored: false };
    expect(partsOf({ ...one, kind: 'RULER', points: [[0, 0], [100, 0]] }, on).lines).toHaveLength(12);
    expect(partsOf({ ...one, kind: 'CROSSHAIR', points: [[50, 50]] }, on).lines[0]).toEqual([[52, 50], [60, 50]]);
  });
});

import { describe, expect, it } from 'vitest';
import { applyVoi, applyWindow, isValidWindow, lookUp, windowOver, type VoiFunction, type Window } from '../../core/voi';

const window = (center: number, width: number, fn: VoiFunction = 'LINEAR'): Window => ({ center, width, function: fn, explanation: '' });
const byte = (x: number, w: Window) => Math.round(255 * applyWindow(x, w));

describe('LINEAR, PS3.3 C.11.2.1.2.1', () => {
  it('follows the four examples of the note', () => {
    expect(applyWindow(0, window(2048, 4096))).toBe(0);
    expect(applyWindow(4095, window(2048, 4096))).toBe(1);
    expect(applyWindow(2048, window(2048, 4096))).toBeCloseTo((2048 - 2047.5) / 4095 + 0.5, 12);
    expect(applyWindow(2047, window(2048, 1))).toBe(0);
    expect(applyWindow(2048, window(2048, 1))).toBe(1);
    expect(applyWindow(-50, window(0, 100))).toBe(0);
    expect(applyWindow(50, window(0, 100))).toBe(1);
    expect(applyWindow(0, window(0, 100))).toBeCloseTo(0.5 / 99 + 0.5, 12);
    expect(applyWindow(0, window(0, 1))).toBe(1);
    expect(applyWindow(-1, window(0, 1))).toBe(0);
  });
});

describe('LINEAR_EXACT, PS3.3 C.11.2.1.3.2', () => {
  it('shifts neither centre nor width', () => {
    const w = window(2048, 4096, 'LINEAR_EXACT');
    expect(applyWindow(0, w)).toBe(0);
    expect(applyWindow(4096, w)).toBe(1);
    expect(applyWindow(2048, w)).toBe(0.5);
    expect(applyWindow(1024, w)).toBe(0.25);
    expect(applyWindow(0.25, window(0.25, 0.5, 'LINEAR_EXACT'))).toBe(0.5);
  });
});

describe('made/gsps, TRUTH.csv: stored 2150, 2450, 350, 2900 at the corners of the wedge', () => {
  const corners = [2150, 2450, 350, 2900];
  it.each<[VoiFunction, number[]]>([
    ['LINEAR', [255, 255, 0, 255]],
    ['LINEAR_EXACT', [255, 255, 0, 255]],
    ['SIGMOID', [241, 251, 1, 255]],
  ])('%s 1560/840', (fn, greys) => {
    corners.forEach((x, i) => expect(Math.abs(byte(x, window(1560, 840, fn)) - (greys[i] as number))).toBeLessThanOrEqual(1));
  });
});

describe('what the standard forbids', () => {
  it('LINEAR needs a width of 1, the others more than 0', () => {
    expect(isValidWindow(window(0, 0.5))).toBe(false);
    expect(isValidWindow(window(0, 1))).toBe(true);
    expect(isValidWindow(window(0, 0.5, 'SIGMOID'))).toBe(true);
    expect(isValidWindow(window(0, 0, 'LINEAR_EXACT'))).toBe(false);
    expect(isValidWindow(window(NaN, 10))).toBe(false);
  });
});

describe('lookup tables, PS3.3 C.11.2.1.1', () => {
  const lut = { first: 10, bits: 8, entries: Uint8Array.of(0, 128, 255), explanation: '' };
  it('takes the first entry below and the last above', () => {
    expect([9, 10, 11, 12, 99].map((x) => lookUp(x, lut))).toEqual([0, 0, 128, 255, 255]);
    expect(applyVoi(12, { kind: 'lut', lut })).toBe(1);
  });
});

it('the full range shows the least as black and the most as white', () => {
  const w = windowOver(-1024, 3071);
  expect(applyWindow(-1024, w)).toBe(0);
  expect(applyWindow(3071, w)).toBe(1);
  expect(applyWindow(-1023, w)).toBeGreaterThan(0);
  expect(applyWindow(3070, w)).toBeLessThan(1);
});

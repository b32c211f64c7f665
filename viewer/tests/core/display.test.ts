import { describe, expect, it } from 'vitest';
import { greyOf, paint, type Presentation } from '../../core/display';
import type { Frame } from '../../core/frame';
import { IDENTITY } from '../../core/modality';

const linear = (center: number, width: number): Presentation => ({
  modality: IDENTITY,
  voi: { kind: 'window', window: { center, width, function: 'LINEAR', explanation: '' } },
  inverse: false,
});

function frame(samples: Frame['samples'], min: number, max: number): Frame {
  return { rows: 1, columns: samples.length, colour: false, samples, min, max };
}

describe('grey', () => {
  it('modality comes before the window: made/gsps/modality-rescale, slope 0.5, intercept 100', () => {
    const p: Presentation = { ...linear(1560, 840), modality: { kind: 'rescale', slope: 0.5, intercept: 100, unit: '' } };
    expect(greyOf(2920, p)).toBe(Math.round(255 * ((1560 - 1559.5) / 839 + 0.5)));
  });
  it('padding stays black when the image is inverted', () => {
    const p = { ...linear(50, 100), inverse: true, padding: [-2000, -2000] as [number, number] };
    expect(greyOf(-2000, p)).toBe(0);
    expect(greyOf(0, p)).toBe(255);
  });
});

describe('paint', () => {
  it('the table and the single value agree for signed samples', () => {
    const samples = Int16Array.of(-1024, -1, 0, 39, 40, 41, 3071);
    const out = new Uint32Array(samples.length);
    paint(frame(samples, -1024, 3071), linear(40, 80), out);
    expect([...out].map((w) => w & 255)).toEqual([...samples].map((v) => greyOf(v, linear(40, 80))));
    expect([...out].every((w) => w >>> 24 === 255)).toBe(true);
  });
  it('takes fractions as they are', () => {
    const out = new Uint32Array(3);
    paint(frame(Float32Array.of(0, 0.5, 1), 0, 1), { ...linear(0, 1), voi: { kind: 'window', window: { center: 0.5, width: 1, function: 'LINEAR_EXACT', explanation: '' } } }, out);
    expect([...out].map((w) => w & 255)).toEqual([0, 128, 255]);
  });
  it('colour passes, inversion is its complement', () => {
    const colour: Frame = { rows: 1, columns: 1, colour: true, samples: Uint8Array.of(10, 20, 30), min: 10, max: 30 };
    const out = new Uint32Array(1);
    paint(colour, linear(0, 1), out);
    expect([...new Uint8Array(out.buffer)]).toEqual([10, 20, 30, 255]);
    paint(colour, { ...linear(0, 1), inverse: true }, out);
    expect([...new Uint8Array(out.buffer)]).toEqual([245, 235, 225, 255]);
  });
});

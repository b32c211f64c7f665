import { describe, expect, it } from 'vitest';
import { bazett, beatsOf, fridericia, meanInterval } from '../../core/beats';
import { fourier } from '../../core/fourier';
import { filtered, NO_FILTERS, sectionsOf } from '../../core/waveform-filters';

const RATE = 500;
const source = (value: (t: number) => number, seconds = 20) => {
  const all = Float64Array.from({ length: seconds * RATE }, (_, i) => value(i / RATE));
  return { frequency: RATE, start: 0, length: all.length, values: (from: number, to: number) => all.slice(from, to) };
};
const amplitude = (values: Float64Array) => (Math.max(...values) - Math.min(...values)) / 2;
const middle = (of: ReturnType<typeof source>, filters: Partial<typeof NO_FILTERS>) => filtered(of, { ...NO_FILTERS, ...filters }, 8 * RATE, 12 * RATE);
const wave = (hertz: number) => source((t) => Math.sin(2 * Math.PI * hertz * t));

/** scipy 1.17.1: butter(2, 35, fs=500), butter(2, 0.5, 'high', fs=500), iirnotch(50, 25, fs=500); a without its leading 1. */
const SCIPY = {
  low: [0.0365748358439, 0.0731496716879, 0.0365748358439, -1.39089528143, 0.537194624801],
  high: [0.995566972018, -1.99113394404, 0.995566972018, -1.9911142922, 0.991153595869],
  notch: [0.98758893809, -1.59795246874, 0.98758893809, -1.59795246874, 0.975177876181],
};

describe('filters', () => {
  it('have the coefficients of scipy.signal', () => {
    const near = (filters: Partial<typeof NO_FILTERS>, wanted: number[]) => {
      const [section] = sectionsOf({ ...NO_FILTERS, ...filters }, RATE);
      wanted.forEach((v, i) => expect(section?.[i]).toBeCloseTo(v, 9));
    };
    near({ muscle: true }, SCIPY.low);
    near({ baseline: true }, SCIPY.high);
    near({ mains: 50 }, SCIPY.notch);
  });
  it('take away what they are for and leave the rest, without a shift in time', () => {
    expect(amplitude(middle(wave(50), { mains: 50 }))).toBeLessThan(0.001);
    expect(amplitude(middle(wave(10), { mains: 50 }))).toBeCloseTo(1, 2);
    expect(amplitude(middle(wave(0.05), { baseline: true }))).toBeLessThan(0.02);
    expect(amplitude(middle(wave(120), { muscle: true }))).toBeLessThan(0.01);
    const [plain, after] = [middle(wave(5), {}), middle(wave(5), { baseline: true, muscle: true, mains: 60 })];
    expect(Math.max(...plain.map((v, i) => Math.abs(v - (after[i] as number))))).toBeLessThan(0.005);
  });
  it('do nothing above half of the rate, and keep gaps', () => {
    expect(sectionsOf({ baseline: false, muscle: true, mains: 60 }, 64)).toEqual([]);
    const gap = source((t) => (t > 10 && t < 10.1 ? NaN : 1));
    expect(filtered(gap, { ...NO_FILTERS, muscle: true }, 5000, 5060).map((v) => Number(Number.isNaN(v)))).toEqual(Float64Array.from({ length: 60 }, (_, i) => Number(i > 0 && i < 50)));
  });
});

describe('beats', () => {
  const spike = (rate: number, height = 1) => source((t) => height * Math.exp(-(((t % rate) - 0.4) ** 2) / 2e-4) + 0.15 * Math.exp(-(((t % rate) - 0.7) ** 2) / 4e-3));
  it('are counted once each, at their peaks', () => {
    const beats = beatsOf(spike(1.2));
    expect(beats).toHaveLength(17);
    beats.forEach((at, i) => expect(at).toBeCloseTo(0.4 + 1.2 * i, 2));
    expect(meanInterval(beats)).toBeCloseTo(1.2, 3);
    expect(beatsOf(spike(0.9, -2)).length).toBe(22 + 0);
  });
  it('are none in silence', () => {
    expect(beatsOf(source(() => 0))).toEqual([]);
    expect(beatsOf(source(() => NaN))).toEqual([]);
    expect(meanInterval([1])).toBeUndefined();
  });
  it('correct QT as TRUTH.csv has it', () => {
    expect(1000 * bazett(0.38, 1.2)).toBeCloseTo(346.891, 3);
    expect(1000 * fridericia(0.38, 1.2)).toBeCloseTo(357.594, 3);
  });
});

describe('the transform', () => {
  it('is the sum it stands for, of any length', () => {
    for (const n of [1, 2, 8, 12, 37, 64]) {
      const re = Float64Array.from({ length: n }, (_, i) => Math.sin(i * i) + 0.3);
      const im = Float64Array.from({ length: n }, (_, i) => Math.cos(3 * i));
      const found = fourier({ re, im });
      for (let k = 0; k < n; k++) {
        let [a, b] = [0, 0];
        for (let i = 0; i < n; i++) {
          const [c, s] = [Math.cos((2 * Math.PI * i * k) / n), Math.sin((2 * Math.PI * i * k) / n)];
          a += (re[i] as number) * c + (im[i] as number) * s;
          b += (im[i] as number) * c - (re[i] as number) * s;
        }
        expect(found.re[k]).toBeCloseTo(a, 8);
        expect(found.im[k]).toBeCloseTo(b, 8);
      }
    }
  });
});

import { describe, expect, it } from 'vitest';
import type { Frame } from '../../core/frame';
import { IDENTITY } from '../../core/modality';
import { isLowBright, isRawProjection, logarithm } from '../../core/raw-projection';
import { applyVoi } from '../../core/voi';

/** Beer and Lambert: 12000 counts behind nothing, half of what is left behind each further layer. */
const COUNTS = [12000, 6000, 3000, 1500, 750, 375];

function frameOf(samples: Uint16Array): Frame {
  return { rows: 1, columns: samples.length, colour: false, samples, min: Math.min(...samples), max: Math.max(...samples) };
}

describe('raw projections', () => {
  it('shows equal layers as equal steps', () => {
    const lut = logarithm(frameOf(Uint16Array.from(COUNTS)), IDENTITY);
    const greys = COUNTS.map((v) => applyVoi(v, { kind: 'lut', lut: lut as NonNullable<typeof lut> }));
    expect(greys.map((g) => Math.round(g * 1000))).toEqual([1000, 800, 600, 400, 200, 0]);
  });

  it('leaves out a few lead letters, dead pixels and padding', () => {
    const samples = new Uint16Array(10000).map((_, i) => COUNTS[i % 6] as number);
    samples[0] = 1;
    samples[1] = 65535;
    samples.fill(0, 5000, 7000);
    const lut = logarithm(frameOf(samples), IDENTITY, [0, 0]);
    expect([lut?.first, (lut?.first ?? 0) + (lut?.entries.length ?? 0) - 1]).toEqual([375, 12000]);
  });

  it('has no logarithm of one value, colours or fractions', () => {
    expect(logarithm(frameOf(Uint16Array.of(5, 5)), IDENTITY)).toBeUndefined();
    expect(logarithm({ ...frameOf(Uint16Array.of(1, 9)), colour: true }, IDENTITY)).toBeUndefined();
    expect(logarithm({ ...frameOf(Uint16Array.of(1, 9)), samples: Float32Array.of(0.5, 9), min: 0.5 }, IDENTITY)).toBeUndefined();
  });

  it('reads what the object says', () => {
    const ds = { '00080068': { vr: 'CS', Value: ['FOR PROCESSING'] }, '00281040': { vr: 'CS', Value: ['LIN'] }, '00281041': { vr: 'SS', Value: [1] } };
    expect([isRawProjection(ds), isLowBright(ds)]).toEqual([true, true]);
    expect(isLowBright({ ...ds, '00281041': { vr: 'SS', Value: [-1] } })).toBe(false);
    expect(isRawProjection({ ...ds, '00281040': { vr: 'CS', Value: ['LOG'] } })).toBe(false);
    expect(isRawProjection({})).toBe(false);
  });
});

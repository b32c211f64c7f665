import { describe, expect, it } from 'vitest';
import { momentsAPiece, piecesOf, type SampleBytes } from '../../core/sample-bytes';
import { WaveSummary } from '../../core/wave-summary';
import { Samples, type MultiplexGroup } from '../../core/waveform';

const channel = (number: number) => ({ number, label: '', source: { value: '', scheme: '', meaning: '' }, units: 'uV', scale: 2, baseline: 1, start: 0, filter: { low: undefined, high: undefined, notch: undefined } });
const GROUP: MultiplexGroup = {
  number: 1, label: '', derived: false, frequency: 10, start: 0, samples: 10, channels: [channel(1), channel(2)], bits: 16, interpretation: 'SS', data: undefined, padding: undefined, fault: undefined,
};

/** Ten moments of two channels (0, 100, 1, 101 ...) in pieces of four; the second one is not here. */
const SOME: SampleBytes = {
  byteLength: 40, moments: 4,
  piece: (index) => (index === 1 ? undefined : new DataView(Int16Array.from({ length: 2 * Math.min(4, 10 - 4 * index) }, (_, i) => 4 * index + Math.floor(i / 2) + 100 * (i % 2)).buffer)),
};

describe('samples in pieces', () => {
  it('are values where they are here, and nothing where they are not', () => {
    const samples = new Samples(GROUP, SOME);
    expect(samples.length).toBe(10);
    expect([...samples.values(GROUP.channels[0] as never, -1, 11)]).toEqual([NaN, 1, 3, 5, 7, NaN, NaN, NaN, NaN, 17, 19, NaN]);
    expect([...samples.values(GROUP.channels[1] as never, 3, 9)]).toEqual([207, NaN, NaN, NaN, NaN, 217]);
  });
  it('have as many moments as a strip needs, and no more bytes than come at once', () => {
    // A Holter of three channels at 250 Hz: 128 KiB are 87 s. 12 leads of 32 bits at 1 kHz: 16 s.
    expect(momentsAPiece(6, 250)).toBe(21846);
    expect(momentsAPiece(48, 1000)).toBe(16000);
    expect(momentsAPiece(4096, 1e9)).toBe(512);
    expect(momentsAPiece(1e7, 1)).toBe(1);
  });
  it('are those from one sample to another', () => {
    expect(piecesOf(3, 9, 4)).toEqual([0, 1, 2]);
    expect(piecesOf(4, 8, 4)).toEqual([1]);
    expect(piecesOf(5, 5, 4)).toEqual([]);
  });
});

describe('the summary of a long trace', () => {
  it('has the least and greatest of each stretch, in whatever order they come', () => {
    const values = Float64Array.from({ length: 100 }, (_, i) => Math.sin(i) * (i === 37 ? 50 : 1));
    const whole = new WaveSummary(100, 10);
    whole.add(values, 0);
    const [late, early, merged] = [new WaveSummary(100, 10), new WaveSummary(100, 10), new WaveSummary(100, 10)];
    late.add(values.slice(45), 45);
    early.add(values.slice(0, 45), 0);
    merged.merge(late.pairs);
    expect([...merged.columns(0, 40, 4)]).toEqual(Array(8).fill(NaN));
    merged.merge(early.pairs);
    expect(merged.pairs).toEqual(whole.pairs);
    expect(whole.pairs[6]).toBe(Math.min(...values.slice(30, 40)));
    expect(whole.pairs[7]).toBe(Math.max(...values.slice(30, 40)));
  });
  it('is drawn in fewer and in more columns than it has stretches, and nothing beside it', () => {
    const summary = new WaveSummary(8, 4);
    summary.add(Float64Array.of(0, 1, 2, 3, 4, 5, NaN, NaN), 0);
    expect([...summary.columns(0, 8, 2)]).toEqual([0, 3, 4, 5]);
    expect([...summary.columns(0, 8, 8)]).toEqual([0, 1, 0, 1, 2, 3, 2, 3, 4, 5, 4, 5, NaN, NaN, NaN, NaN]);
    expect([...summary.columns(-8, 8, 2)]).toEqual([NaN, NaN, 0, 5]);
  });
});

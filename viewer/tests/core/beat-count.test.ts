import { describe, expect, it } from 'vitest';
import { allBeats, beatsOnward, heartRate, NO_TAIL } from '../../core/beat-count';

const FREQUENCY = 125;
const BEATS = Array.from({ length: 200 }, (_, i) => 0.5 + 0.8 * i + 0.16 * Math.sin(i / 9));
/** No samples, in seconds: between the 100th and the 106th beat. */
const [LOST, FOUND] = [((BEATS[99] as number) + (BEATS[100] as number)) / 2, ((BEATS[105] as number) + (BEATS[106] as number)) / 2];
const LENGTH = Math.ceil(((BEATS.at(-1) as number) + 0.5) * FREQUENCY);
const VALUES = Float64Array.from({ length: LENGTH }, (_, i) => {
  const time = i / FREQUENCY;
  if (time > LOST && time < FOUND) return NaN;
  return BEATS.reduce((sum, beat) => (Math.abs(beat - time) < 0.1 ? sum + Math.exp(-(((time - beat) / 0.012) ** 2) / 2) : sum), 0);
});
const RHYTHM = { frequency: FREQUENCY, start: 3, length: LENGTH };
/** What is to be counted: NaN where no interval lies. */
const TRUTH = [NaN, ...BEATS.slice(0, 100), NaN, ...BEATS.slice(106)].map((beat) => beat + 3);

function expectTruth(beats: readonly number[]): void {
  expect(beats.length).toBe(TRUTH.length);
  beats.forEach((beat, i) => (Number.isNaN(TRUTH[i]) ? expect(beat).toBeNaN() : expect(Math.abs(beat - (TRUTH[i] as number))).toBeLessThanOrEqual(0.5 / FREQUENCY + 1e-6)));
}

describe('beats of a recording that comes in pieces', () => {
  it.each([97, 500, 1777, 5000, LENGTH])('are those of all of it, each once: pieces of %i samples', (size) => {
    const beats: number[] = [];
    let tail = NO_TAIL;
    for (let at = 0; at < LENGTH; at += size) {
      const found = beatsOnward(RHYTHM, tail, VALUES.slice(at, at + size), at);
      beats.push(...found.beats);
      ({ tail } = found);
      expect(tail.values.length).toBeLessThanOrEqual(12 * FREQUENCY + 2);
    }
    expectTruth(beats);
  });
  it('are counted once where a piece has what came before', () => {
    const first = beatsOnward(RHYTHM, NO_TAIL, VALUES.slice(0, 6000), 0);
    const second = beatsOnward(RHYTHM, first.tail, VALUES, 0);
    expectTruth([...first.beats, ...second.beats]);
  });
  it('are those of a trace that is here', () => {
    expectTruth(allBeats({ ...RHYTHM, values: (a, b) => VALUES.slice(a, b) }));
    expect(allBeats({ ...RHYTHM, values: (a, b) => new Float64Array(b - a) })).toEqual([]);
  });
});

describe('the heart rate over time', () => {
  it('is that of the intervals of each minute, gaps left out', () => {
    // 60 a minute for two minutes, nothing for one, 120 a minute for 90 s.
    const beats = [NaN, ...Array.from({ length: 121 }, (_, i) => i), NaN, ...Array.from({ length: 180 }, (_, i) => 180 + i / 2)];
    const { mean, intervals, rates, width, lowest, highest } = heartRate(beats, 0, 275);
    expect(width).toBe(60);
    // The beat at 120 s ends an interval of the third minute: too little for a rate; so are 29.5 s of the last but not of the fourth.
    expect([...rates]).toEqual([60, 60, NaN, 120, 120]);
    expect([lowest, highest]).toEqual([0, 3]);
    expect(intervals).toBe(120 + 179);
    expect(mean).toBeCloseTo((60 * 299) / (120 + 89.5), 9);
  });
  it('is unknown without beats, and coarser for years', () => {
    expect(heartRate([], 0, 100)).toMatchObject({ mean: NaN, intervals: 0, lowest: -1, highest: -1 });
    const year = heartRate([NaN, 0, 1], 0, 365 * 86400);
    expect(year.rates.length).toBeLessThanOrEqual(10_080);
    expect(year.width % 60).toBe(0);
  });
});

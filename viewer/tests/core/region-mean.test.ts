import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { meanIn } from '../../core/region-mean';
import { caliperWords } from '../../domain/ultrasound-regions';

const el = (vr: string, ...Value: unknown[]) => ({ vr, Value });

describe('a circle', () => {
  const frame = { samples: Float32Array.from({ length: 100 }, (_, i) => i), columns: 10, rows: 10, colour: false };
  it('has the pixels whose middles lie in it', () => {
    // Numpy: rows and columns 0..9 at +0.5, within 2 of (5, 5): 12 pixels whose mean is that of the middle, 49.5.
    expect(meanIn(frame, { middle: [5, 5], radius: 2, aspect: 1 })).toEqual({ mean: 49.5, count: 12 });
    expect(meanIn(frame, { middle: [0.5, 0.5], radius: 0.6, aspect: 1 })).toEqual({ mean: 0, count: 1 });
    expect(meanIn(frame, { middle: [50, 50], radius: 2, aspect: 1 }).count).toBe(0);
  });
  it('is round in millimetres: pixels twice as high count half as many rows', () => {
    expect(meanIn(frame, { middle: [5, 5], radius: 4.1, aspect: 2 })).toMatchObject({ count: 28, mean: 49.5 });
  });
});

describe('a caliper', () => {
  const region = (box: number[], x: [number, number], y: [number, number]) => ({
    '00186018': el('UL', box[0]), '0018601A': el('UL', box[1]), '0018601C': el('UL', box[2]), '0018601E': el('UL', box[3]), '0018602C': el('FD', x[0]), '00186024': el('US', x[1]), '0018602E': el('FD', y[0]), '00186026': el('US', y[1]),
  });
  const ds = { '00186011': { vr: 'SQ', Value: [region([0, 0, 99, 99], [0.02, 3], [0.02, 3]), region([100, 0, 199, 99], [0.005, 4], [-0.8, 7]), region([200, 0, 299, 99], [0.006, 4], [0.03, 3]), region([300, 0, 399, 99], [0, 0], [0, 0])] } } as unknown as DataSet;
  it('says a distance, or time with velocity or depth, and never from one region into another', () => {
    expect(caliperWords(ds, [10, 10], [40, 50])).toEqual(['10 mm']);
    expect(caliperWords(ds, [110, 10], [150, 60])).toEqual(['0.2 s', '40 cm/s', '200 cm/s²', '300 /min']);
    expect(caliperWords(ds, [210, 10], [260, 20])).toEqual(['0.3 s', '0.3 cm', '1 cm/s', '200 /min']);
    expect(caliperWords(ds, [10, 10], [110, 10])).toEqual(['Both ends must lie in one region.']);
    expect(caliperWords(ds, [310, 10], [320, 10])).toEqual(['This region has no scale.']);
    expect(caliperWords({} as DataSet, [1, 1], [2, 2])).toEqual(['Both ends must lie in one region.']);
  });
});

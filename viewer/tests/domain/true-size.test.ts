import { describe, expect, it } from 'vitest';
import { spacingOf } from '../../core/image-description';
import type { DataSet } from '../../core/dicom-json';
import type { ImageRef } from '../../domain/display-sets';
import { columnOf, isReaderSizes, readerSizeOf, sourceOf, withSize, type ReaderSize } from '../../domain/true-size';

const ds = (values: Record<string, unknown>): DataSet => Object.fromEntries(Object.entries(values).map(([tag, value]) => [tag, { vr: 'DS', Value: [value].flat() }])) as DataSet;

describe('where the size of a pixel comes from (PS3.3 10.7.1)', () => {
  const detector = { '00181164': [0.14, 0.14] };
  it('is at the detector when only that is told, or Pixel Spacing repeats it', () => {
    expect(spacingOf(ds(detector), 1)?.where).toBe('detector');
    expect(spacingOf(ds({ ...detector, '00280030': [0.14, 0.14] }), 1)?.where).toBe('detector');
  });
  it('is in the patient when it was corrected, or a calibration is told', () => {
    expect(spacingOf(ds({ ...detector, '00280030': [0.127, 0.127] }), 1)).toEqual({ row: 0.127, column: 0.127, where: 'patient' });
    expect(spacingOf(ds({ ...detector, '00280030': [0.14, 0.14], '00280A02': 'FIDUCIAL' }), 1)?.where).toBe('patient');
  });
  it('is on the film that was scanned', () => {
    expect(spacingOf(ds({ '00182010': [0.1, 0.1] }), 1)?.where).toBe('film');
  });
  it('tells the estimated magnification', () => {
    const size = spacingOf(ds({ ...detector, '00181114': 1.1 }), 1);
    expect(size && sourceOf(size, '1 cm')).toBe('1 cm at detector, magnified about 1.1 times');
  });
});

describe('a length the reader knows', () => {
  it('counts by the shape of the pixels', () => {
    expect(columnOf([[0, 0], [30, 40]], 50, 1)).toBe(1);
    expect(columnOf([[0, 0], [30, 20]], 50, 2)).toBe(1);
  });
  it('is refused when it cannot be', () => {
    for (const mm of [0, -3, NaN, Infinity, 1e9]) expect(columnOf([[0, 0], [30, 40]], mm, 1)).toBeUndefined();
    expect(columnOf([[0, 0], [2, 2]], 10, 1)).toBeUndefined();
  });
  const image = (uid: string, frame = 1): ImageRef => ({ sopInstanceUid: uid, frame, dataset: ds({ '0020000E': '1.2' }) }) as unknown as ImageRef;
  const size = (uid: string, column: number): ReaderSize => ({ series: '1.2', image: uid, frame: uid ? 1 : 0, column });
  it('holds for its frame, or for the series, the own one first', () => {
    const kept = withSize(withSize([], size('', 2)), size('a', 1));
    expect(readerSizeOf(kept, image('a'))?.column).toBe(1);
    expect(readerSizeOf(kept, image('a', 2))?.column).toBe(2);
    expect(readerSizeOf(kept, image('b'))?.column).toBe(2);
    expect(withSize(kept, size('', 3))).toEqual([size('', 3)]);
  });
  it('is kept for the newest 150', () => {
    const many = Array.from({ length: 160 }, (_, i) => size(String(i + 1), 1)).reduce(withSize, [] as ReaderSize[]);
    expect([many.length, many.at(-1)?.image]).toEqual([150, '160']);
    expect(JSON.stringify(many.map((s) => ({ ...s, series: '2'.repeat(64), image: '2'.repeat(64) }))).length).toBeLessThan(32768);
  });
  it('refuses what an older version left', () => {
    expect(isReaderSizes([size('a', 1)])).toBe(true);
    expect(isReaderSizes([{ ...size('a', 1), column: 0 }])).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { marksOn, threatMarksOf } from '../../domain/threats';

const of = (vr: string, ...Value: unknown[]) => ({ vr, Value });
const region = (base: unknown[], size: unknown[]) => ({ '40101004': of('FL', ...base), '40101005': of('FL', ...size) });
const representation = (uid: string, ...regions: unknown[]) => ({ '0008114A': of('SQ', { '00081155': of('UI', uid) }), '40101001': of('SQ', ...regions) });
const threat = (...representations: unknown[]) => ({
  '40101010': of('US', 7), '40101038': of('SQ', { '40101012': of('CS', 'EXPLOSIVE'), '40101015': of('CS', 'THREAT'), '40101016': of('FL', 0.875) }), '40101037': of('SQ', ...representations),
});
const report = (...threats: unknown[]) => ({ '40101011': of('SQ', ...threats) }) as unknown as DataSet;

describe('threats of a DICOS report', () => {
  it('lie on the images and in the slices that they name', () => {
    const marks = threatMarksOf(report(threat(representation('1.1', region([3, 4, 2], [10, 5, 3])), representation('1.2', region([0, 0, 0], [4, 4, 1])))));
    expect(marks.map(({ name, from, to }) => ({ name, from, to }))).toEqual([
      { name: 'Object 7 · EXPLOSIVE, THREAT, 87.5 %', from: [3, 4, 2], to: [13, 9, 5] }, { name: 'Object 7 · EXPLOSIVE, THREAT, 87.5 %', from: [0, 0, 0], to: [4, 4, 1] },
    ]);
    expect([2, 3, 5, 6].map((frame) => marksOn(marks, '1.1', frame).length)).toEqual([0, 1, 1, 0]);
    expect(marksOn(marks, '1.2', 1)).toHaveLength(1);
    expect(marksOn(marks, '1.3', 1)).toEqual([]);
  });
  it('are left out without a size, without numbers, far away', () => {
    const odd = [region([1, 2], [3, 4]), region([1, 2, 3], [0, 4, 1]), region([1, 2, 3], [4, -4, 1]), region(['x', 2, 3], [4, 4, 1]), region([1e9, 2, 3], [4, 4, 1]), {}];
    expect(threatMarksOf(report(threat(representation('1.1', ...odd)), threat(), {}))).toEqual([]);
    expect(threatMarksOf({})).toEqual([]);
  });
});

/** Volume Cropping (PS3.3 C.11.24): which voxels stay, worked out by hand. */
import { expect, test } from 'vitest';
import { boxSpaces, cropPlane, readCropping } from '../../../core/cropping';
import type { DataSet } from '../../../core/dicom-json';
import type { Point3 } from '../../../core/geometry';
import { readCropRules } from '../../../core/states/cropping';

const value = (vr: string, ...Value: unknown[]) => ({ vr, Value });

/** Sides of 1 mm; slices 2 mm apart that move 1 mm to the left each: a gantry tilt. */
const TILTED = { size: [10, 10, 5] as const, origin: [0, 0, 0] as Point3, steps: [[1, 0, 0], [0, 1, 0], [1, 0, 2]] as [Point3, Point3, Point3], places: undefined, gaps: [], reach: 0.5 };

test('a box follows the slices of a tilted volume', () => {
  const spaces = boxSpaces(TILTED, [7, 6, 8], [2, 1, 2]);
  const left = (p: Point3) => spaces.every(({ normal, limit }) => normal[0] * p[0] + normal[1] * p[1] + normal[2] * p[2] <= limit + 1e-9);
  // Corners are voxels (1, 1, 1) and (3, 6, 4).
  const kept = [0, 1, 2, 3, 4].map((k) => Array.from({ length: 10 }, (_, i) => i).filter((i) => left([i + k, 3, 2 * k])));
  expect(kept).toEqual([[], [1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3]]);
});

test('the side that the normal points to goes, however the equation is written', () => {
  const state = (plane: number[], normal: number[]): DataSet => ({
    '00701301': value('SQ', { '00701309': value('US', 1), '00701302': value('CS', 'OBLIQUE_PLANES'), '00701304': value('SQ', { '00701305': value('FD', ...plane), '00701306': value('FD', ...normal) }) }),
  });
  const row = (plane: number[], normal: number[]) => {
    const rule = readCropRules(state(plane, normal), new Set([1]), () => '').get(1);
    if (rule?.kind !== 'planes') throw new Error('planes');
    const samples = Int16Array.from({ length: 6 }, (_, i) => i);
    cropPlane({ origin: [0, 0, 0], right: [1, 0, 0], down: [0, 1, 0], columns: 6, rows: 1 }, samples, -1, { spaces: rule.spaces, masks: [] });
    return [...samples];
  };
  // 2x - 6 = 0: x is 3. What lies on the plane stays.
  expect(row([2, 0, 0, -6], [1, 0, 0])).toEqual([0, 1, 2, 3, -1, -1]);
  expect(row([-2, 0, 0, 6], [1, 0, 0])).toEqual([0, 1, 2, 3, -1, -1]);
  expect(row([2, 0, 0, -6], [-1, 0, 0])).toEqual([-1, -1, -1, 3, 4, 5]);
  expect(row([0, 0, 1, -1], [0, 0, -1])).toEqual([-1, -1, -1, -1, -1, -1]);
});

test('what cannot be carried out names its attribute', () => {
  const said = (rule: Record<string, unknown>, wanted = [1]) => () => readCropRules({ '00701301': value('SQ', { '00701309': value('US', 1), ...rule }) } as DataSet, new Set(wanted), () => '');
  expect(said({ '00701302': value('CS', 'BOUNDING_BOX'), '00701303': value('FD', 1, 2, 3) })).toThrow('Bounding Box Crop');
  expect(said({ '00701302': value('CS', 'SPHERE') })).toThrow('Volume Cropping Method');
  expect(said({})).toThrow('Volume Cropping Method');
  expect(said({ '00701302': value('CS', 'INCLUDE_SEG') })).toThrow('Referenced Image Sequence');
  const planes = (plane: number[], normal: number[]) => ({ '00701302': value('CS', 'OBLIQUE_PLANES'), '00701304': value('SQ', { '00701305': value('FD', ...plane), '00701306': value('FD', ...normal) }) });
  expect(said(planes([0, 0, 0, 1], [0, 0, 1]))).toThrow('Plane');
  expect(said(planes([1, 0, 0, 1], [0, 1, 0]))).toThrow('Plane Normal');
  expect(said(planes([1, 0, 0, NaN], [1, 0, 0]))).toThrow('Plane');
  expect(said({ '00701302': value('CS', 'BOUNDING_BOX'), '00701303': value('FD', 1, 2, 3, 4, 5, 6) }, [2])).toThrow('Cropping Specification Index');
});

test('what was kept may be anything', () => {
  const space = { normal: [1, 0, 0], limit: 3 };
  expect(readCropping({ spaces: [space, { normal: [1, 0], limit: 3 }, null], segments: [{ keep: true, objects: [{ uid: '1', series: '2', numbers: [1] }] }, { keep: 1 }] })).toEqual({ spaces: [space], segments: [{ keep: true, objects: [{ uid: '1', series: '2', numbers: [1] }] }] });
  for (const none of [undefined, null, 'x', {}, { spaces: [], segments: [] }, { spaces: [{ normal: [1, 0, null], limit: 0 }], segments: [] }]) expect(readCropping(none)).toBeUndefined();
});

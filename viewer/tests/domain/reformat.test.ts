/** Volumes out of display sets, the planes that are cut through them, and where these draw lines on each other. */
import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { dot, type Point3 } from '../../core/geometry';
import { planeOf } from '../../core/image-description';
import { emptyVolume } from '../../core/volume';
import { crossLine, handlesOf } from '../../domain/crosshair';
import { displaySetOf } from '../../domain/display-sets';
import { rectangleOf } from '../../domain/linking';
import { frameAt, indexAt, obliqueStack, ontoFrame, orthogonalStack, ORTHOGONAL, Reformat, turnedAbout } from '../../domain/reformat';
import { findingTexts, refusalText, volumeOf, type VolumePlan } from '../../domain/volume-stack';

function slice(n: number, z: number, change: DataSet = {}): DataSet {
  const put = (vr: string, ...Value: unknown[]) => ({ vr, Value });
  return {
    '00080018': put('UI', `1.${n}`), '00080060': put('CS', 'CT'), '00200013': put('IS', n), '00280004': put('CS', 'MONOCHROME2'),
    '00280010': put('US', 50), '00280011': put('US', 40), '00280030': put('DS', 2, 2), '00200052': put('UI', '9'),
    '00280100': put('US', 16), '00280101': put('US', 12), '00281052': put('DS', -1024), '00281053': put('DS', 1),
    '00200032': put('DS', -39, -49, z), '00200037': put('DS', 1, 0, 0, 0, 1, 0), ...change,
  };
}

function planOf(datasets: readonly DataSet[], at = 0): VolumePlan {
  const plan = volumeOf(displaySetOf('1', '2', datasets), at);
  if (typeof plan === 'string') throw new Error(plan);
  return plan;
}

const TEN = Array.from({ length: 10 }, (_, i) => slice(i + 1, 3 * i));

describe('a volume', () => {
  it('has the stored values of slices with one rescale, modality values of others', () => {
    expect(planOf(TEN).kind).toMatchObject({ rescale: { slope: 1, intercept: -1024 }, unit: 'HU', bitsStored: 12 });
    const pet = TEN.map((ds, i) => ({ ...ds, '00281053': { vr: 'DS', Value: [1 + i] } }));
    expect(planOf(pet)).toMatchObject({ kind: { rescale: undefined }, bytes: 40 * 50 * 10 * 4 });
  });

  it('is that of the time that is shown', () => {
    const four = [0, 1].flatMap((time) => TEN.map((_, i) => slice(1 + i + 10 * time, 3 * i)));
    const set = displaySetOf('1', '2', four);
    expect(set.dimensions).toMatchObject({ slices: 10, times: 2 });
    const times = [0, 15].map((at) => volumeOf(set, at) as VolumePlan);
    expect(times.map((plan) => plan.images.map((i) => Number(i.sopInstanceUid.slice(2))))).toEqual([TEN.map((_, i) => i + 1), TEN.map((_, i) => i + 11)]);
    expect(times[0]?.findings).toEqual([{ kind: 'even', slices: 10, apart: 3 }]);
  });

  it('is refused in words', () => {
    expect(refusalText(volumeOf(displaySetOf('1', '2', TEN.slice(0, 2)), 0) as 'few')).toBe('A volume takes three slices or more.');
    const detector = TEN.map((ds) => ({ ...ds, '00280030': { vr: 'DS', Value: [] }, '00181164': { vr: 'DS', Value: [1, 1] } }));
    expect(volumeOf(displaySetOf('1', '2', detector), 0)).toBe('no spacing');
  });

  it('says what lies between its slices', () => {
    const even = { kind: 'even', slices: 28, apart: 5 } as const;
    expect(findingTexts([even], 0.5, false)).toEqual(['28 slices, 5 mm apart: linear in between.']);
    expect(findingTexts([even], 0.5, true)).toEqual(['28 slices, 5 mm apart: steps are real, not filled in.']);
    expect(findingTexts([{ ...even, apart: 0.7 }], 0.5, false)).toEqual([]);
    expect(findingTexts([{ kind: 'missing', after: 11, count: 1, width: 10 }], 1, false)).toEqual(['Slice 12 is missing: the volume stops there.']);
    expect(findingTexts([{ kind: 'missing', after: 11, count: 3, width: 20 }], 1, false)).toEqual(['Slices 12 to 14 are missing: the volume stops there.']);
    expect(findingTexts([{ kind: 'duplicate', count: 2 }], 1, false)).toEqual(['2 images lie at a place that is taken: the first of each is used.']);
  });
});

const { grid, kind, images } = planOf(TEN);
const volume = emptyVolume(grid, kind);

describe('planes of the patient', () => {
  it('lie on the grid of an axial stack', () => {
    const axial = orthogonalStack(volume, 'ax');
    expect([axial.columns, axial.rows, axial.offsets.length, axial.spacing]).toEqual([40, 50, 10, 2]);
    expect(frameAt(axial, 3).origin).toEqual([-39, -49, 9]);
    const coronal = orthogonalStack(volume, 'cor');
    expect([coronal.columns, coronal.rows, coronal.offsets.length]).toEqual([40, 15, 50]);
    expect(frameAt(coronal, 0).origin[1]).toBe(-49);
    const sagittal = orthogonalStack(volume, 'sag');
    expect([sagittal.columns, sagittal.rows, sagittal.offsets.length]).toEqual([50, 15, 40]);
    expect(frameAt(sagittal, 0).origin[0]).toBe(-39);
  });

  it('find the frame of a point, and the point of a frame', () => {
    const coronal = orthogonalStack(volume, 'cor');
    expect(indexAt(coronal, [0, -49 + 2 * 17 + 0.9, 5])).toBe(17);
    expect(ontoFrame(coronal, 20, [1, 2, 3])).toEqual([1, -49 + 40, 3]);
  });

  it('pass through the crossing exactly when they are turned', () => {
    const point: Point3 = [3.3, -7.1, 11.9];
    const turn = (v: Point3) => turnedAbout(v, [0, 0, 1], Math.PI / 6);
    const { right, down } = ORTHOGONAL.cor;
    const travel = turn([0, 1, 0]);
    const stack = obliqueStack(volume, { right: turn(right), down: turn(down) }, travel, point);
    const { origin } = frameAt(stack, indexAt(stack, point));
    expect(dot([point[0] - origin[0], point[1] - origin[1], point[2] - origin[2]], travel)).toBeCloseTo(0, 9);
    expect(stack.columns * stack.spacing).toBeGreaterThan(Math.hypot(78, 98, 27));
  });

  it('describe themselves as they lie now', () => {
    const origin = { studyInstanceUid: '1', id: '2#cor', sample: images[0] as (typeof images)[0], volume, windows: [] };
    const made = new Reformat(origin, orthogonalStack(volume, 'cor'), () => Promise.reject(new Error('not asked')));
    const image = made.set.images[4] as (typeof images)[0];
    expect(planeOf(image.dataset, image.frame)?.position[1]).toBe(-41);
    expect(image.pixel).toMatchObject({ columns: 40, rows: 15, padding: [volume.outside, volume.outside] });
    made.stack = { ...made.stack, right: [0, 1, 0] };
    expect(planeOf(image.dataset, image.frame)?.row).toEqual([1, 0, 0]);
    made.moved();
    expect(planeOf(image.dataset, image.frame)?.row).toEqual([0, 1, 0]);
  });
});

describe('lines of other planes', () => {
  const axial = rectangleOf(images[2] as (typeof images)[0]);
  const view = { matrix: [4, 0, 0, 4, 10, 20] as const, width: 180, height: 240, ratio: 1 };
  it('cross where the planes do', () => {
    if (!axial) throw new Error('no plane');
    // x = 1 is column 20.5 counted from the edge, y = -9 row 20.5; 4 pixels a column, 2 mm a pixel.
    const sagittal = crossLine(axial, [-1, 0, 0], [1, -9, 6], 10, view);
    expect(sagittal?.centre).toEqual([4 * 20.5 + 10, 4 * 20.5 + 20]);
    expect(sagittal?.ends.flat().map((v) => Math.round(v))).toEqual([92, 240, 92, 0]);
    expect(sagittal?.half).toBeCloseTo(10, 6);
    expect(crossLine(axial, [0, 0, 1], [1, -9, 6], 0, view)).toBeUndefined();
    expect(sagittal && handlesOf(sagittal, 60, 180, 240).map((p) => p.map(Math.round))).toEqual([[92, 42], [92, 162]]);
    expect(sagittal && handlesOf(sagittal, 120, 180, 240)).toHaveLength(1);
  });
});

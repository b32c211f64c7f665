import { describe, expect, it } from 'vitest';
import type { Affine } from '../../core/affine';
import { stacksOf, type Contour } from '../../core/contours';
import type { DataSet } from '../../core/dicom-json';
import { gridOf, movedGrid, readDoseFrame, samplerOf, type DoseFrame } from '../../core/dose-grid';
import { doseAt, meanOf, readDoseVolume, reckon, volumeAt, wholeVolume, type DoseVolume } from '../../core/dose-volume';
import { segmentsAt } from '../../core/isolines';
import cases from '../../../contract/dose-volumes.json';

const of = (vr: string, ...Value: unknown[]) => ({ vr, Value });

function dose(change: DataSet = {}, frames = 3): DataSet {
  return {
    '00280010': of('US', 4), '00280011': of('US', 5), '00280002': of('US', 1), '00280100': of('US', 32), '00280004': of('CS', 'MONOCHROME2'), '00280008': of('IS', frames),
    '00280030': of('DS', 2, 2), '00200032': of('DS', 0, 0, 10), '00200037': of('DS', 1, 0, 0, 0, 1, 0),
    '3004000C': of('DS', ...Array.from({ length: frames }, (_, i) => 3 * i)), '3004000E': of('DS', 0.5), '30040002': of('CS', 'GY'), ...change,
  };
}

const places = (ds: DataSet) => {
  const frame = readDoseFrame(ds);
  return typeof frame === 'string' ? frame : frame.order.map((f) => frame.offsets[f]);
};

describe('the grid', () => {
  it('has frames by relative and by absolute offsets, up and down', () => {
    expect(places(dose())).toEqual([0, 3, 6]);
    expect(places(dose({ '3004000C': of('DS', 10, 13, 16) }))).toEqual([0, 3, 6]);
    expect(places(dose({ '3004000C': of('DS', 0, -3, -6) }))).toEqual([-6, -3, 0]);
    expect(places(dose({ '3004000C': of('DS', 5, 8, 11) }))).toEqual([0, 3, 6]);
  });
  it('is refused without scaling, with wrong or equal offsets, without a plane', () => {
    expect(places(dose({ '3004000E': of('DS', 0) }))).toBe('no-scaling');
    expect(places(dose({ '3004000C': of('DS', 0, 3) }))).toBe('no-offsets');
    expect(places(dose({ '3004000C': of('DS', 0, 3, 3) }))).toBe('same-place');
    expect(places(dose({ '00200037': of('DS', 0, 0, 0, 0, 0, 0) }))).toBe('no-plane');
    expect(places(dose({ '00280030': of('DS', 0, 2) }))).toBe('no-plane');
    expect(places(dose({ '00280010': of('US', 65535), '00280011': of('US', 65535) }))).toBe('too-large');
  });
  it('gives a linear dose back exactly between its voxels, whatever the order of its frames', () => {
    for (const offsets of [[0, 3, 6], [0, -3, -6]]) {
      // Rows lie 3 mm apart, columns 2 mm: Pixel Spacing has the rows' first (PS3.3 10.7.1.3).
      const frame = readDoseFrame(dose({ '3004000C': of('DS', ...offsets), '00280030': of('DS', 3, 2) })) as DoseFrame;
      const stored = offsets.map((w) => Array.from({ length: 20 }, (_, i) => 2 * (100 + 2 * (i % 5) + 3 * 3 * Math.floor(i / 5) + (10 + w))));
      const at = samplerOf(gridOf(frame, stored));
      const z = 10 + (offsets[1] ?? 0) / 2;
      expect(at(3, 4.5, z)).toBeCloseTo(100 + 3 + 13.5 + z, 4);
      expect(at(8.5, 0, z)).toBeCloseTo(100 + 8 + z, 4);
      expect(at(0, 10, z)).toBeCloseTo(100 + 27 + z, 4);
      expect([at(9.5, 0, z), at(0, -2, z), at(0, 11, z), at(0, 0, 30)]).toEqual([NaN, NaN, NaN, NaN]);
    }
  });
});

describe('a grid among the places of another frame of reference', () => {
  // Turned by 25 about z, then by 10 degrees about x, and moved: inverse and places by numpy 2 (numpy.linalg.inv(P) @ p, matrices rounded to 8 digits).
  const back: Affine = { linear: [[0.9063077866, 0.4226182581, 2.253641386e-09], [-0.4161977361, 0.892538932, 0.1736481809], [0.0733868914, -0.1573786976, 0.984807755]], shift: [-0.6669033676, 5.741961208, -13.70529539] };
  it('has at a place the dose of the place it is joined to', () => {
    const frame = readDoseFrame(dose({ '00280010': of('US', 21), '00280011': of('US', 21), '3004000E': of('DS', 1) }, 6)) as DoseFrame;
    const grid = gridOf(frame, Array.from({ length: 6 }, (_, k) => Array.from({ length: 441 }, (_, i) => 100 + 2 * (i % 21) + 6 * Math.floor(i / 21) + 10 * 3 * k)));
    const at = samplerOf(movedGrid(grid, back));
    // 100 + x + 3 y + 10 (z - 10) at (8, 31, 17) and (21.5, 3, 12.25).
    expect(at(19.684725, 33.033105, -1.255208)).toBeCloseTo(271, 3);
    expect(at(20.086569, 1.5985169, -0.53571832)).toBeCloseTo(153, 3);
    expect(samplerOf(grid)(19.684725, 33.033105, -1.255208)).not.toBeCloseTo(271, 0);
  });
});

describe('isolines', () => {
  it('of a linear field are where the level is', () => {
    const field = { columns: 4, rows: 3, values: Float32Array.from({ length: 12 }, (_, i) => 10 * (i % 4)) };
    const found = segmentsAt(field, 15);
    expect(found).toHaveLength(8);
    found.forEach((v, i) => i % 2 === 0 && expect(v).toBeCloseTo(1.5, 9));
  });
  it('make closed rings around a peak, and none where a value is missing', () => {
    const values = Float32Array.of(0, 0, 0, 0, 8, 0, 0, 0, 0);
    expect(segmentsAt({ columns: 3, rows: 3, values }, 4)).toHaveLength(16);
    values[0] = NaN;
    expect(segmentsAt({ columns: 3, rows: 3, values }, 4)).toHaveLength(12);
  });
});

describe('histograms', () => {
  for (const { name, item, expected } of cases) {
    it(`are read as the server reads them: ${name}`, () => {
      const read = readDoseVolume(item as DataSet);
      if (!expected) return expect(typeof read).toBe('string');
      const d = read as DoseVolume;
      expect(wholeVolume(d)).toBeCloseTo(expected.volume, 6);
      expected.dose_at.forEach(([percent, dose]) => expect(doseAt(d, percent as number)).toBeCloseTo(dose as number, 6));
      return expect(meanOf(d)).toBeCloseTo(expected.mean, 6);
    });
  }
  it('are refused when they have another number of bins than they say', () => {
    expect(readDoseVolume({ ...(cases[0] as { item: DataSet }).item, '30040056': of('IS', 7) })).toBe('bins');
  });
});

describe('a histogram from dose and contours', () => {
  // A cylinder of radius 10 along z in a dose that rises along x: areas of circular segments (any book of geometry).
  const circle = (z: number): Contour => ({ kind: 'closed', images: [], points: Float64Array.from(Array.from({ length: 720 }, (_, i) => (i * Math.PI) / 360).flatMap((a) => [20 + 10 * Math.cos(a), 20 + 10 * Math.sin(a), z])) });
  const [stack] = stacksOf([circle(2), circle(5), circle(8)]);
  const ds = dose({ '00280010': of('US', 21), '00280011': of('US', 21), '00200032': of('DS', 0, 0, -2), '3004000E': of('DS', 0.01) }, 6);
  const grid = gridOf(readDoseFrame(ds) as DoseFrame, Array.from({ length: 6 }, () => Array.from({ length: 441 }, (_, i) => 100 * 2 * (i % 21))));
  const d = stack && reckon(stack, grid, 4);
  const share = (h: number) => 100 - (100 * (Math.acos(h) - h * Math.sqrt(1 - h * h))) / Math.PI;
  it('has the volume of the prisms, the doses of the ends and the mean', () => {
    expect(d && wholeVolume(d)).toBeCloseTo((Math.PI * 100 * 9) / 1000, 2);
    expect(d?.mean).toBeCloseTo(20, 2);
    expect(Math.abs((d?.least ?? 0) - 10)).toBeLessThan(0.3);
    expect(Math.abs((d?.largest ?? 0) - 30)).toBeLessThan(0.3);
    expect(d?.beside).toBe(0);
  });
  it('has the volume at a dose, and the dose at a volume', () => {
    for (const x of [12, 16, 20, 25, 28]) expect(Math.abs(((d && volumeAt(d, x)) ?? 0) - (100 - share((x - 20) / 10)))).toBeLessThan(0.15);
    expect((d && doseAt(d, 50)) ?? 0).toBeCloseTo(20, 1);
  });
  it('counts what lies beside the grid as without dose, and says how much', () => {
    const half = gridOf({ ...grid, origin: [20, 0, -2] } as DoseFrame, Array.from({ length: 6 }, () => Array.from({ length: 441 }, () => 100)));
    const cut = stack && reckon(stack, half, 4);
    expect(cut?.beside).toBeGreaterThan(0.4);
    expect(cut?.beside).toBeLessThan(0.5);
    expect(cut?.least).toBe(0);
  });
});

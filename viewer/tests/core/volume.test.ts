/** Geometry of stacks and planes through them: numbers of ../shared/data/made/TRUTH.csv (ct-phantom, mr-oblique) and arithmetic. */
import { describe, expect, it } from 'vitest';
import type { Point3 } from '../../core/geometry';
import { evenPath, reslice, resliceCurve, type SampledPlane } from '../../core/reslice';
import { emptyVolume, patientToVoxel, putSlice, voxelToPatient, volumeBytes, type Volume } from '../../core/volume';
import { geometryOf, type Geometry, type Slice } from '../../core/volume-geometry';

const STORED = { rescale: { slope: 1, intercept: -1024 }, unit: 'HU', bitsStored: 16, signed: true, float: false };
const PLAIN = { kind: 'rescale', slope: 1, intercept: 0, unit: '' } as const;

function axial(z: number, change: Partial<Slice> = {}): Slice {
  return { rows: 8, columns: 8, colour: false, plane: { position: [-7, -7, z], row: [1, 0, 0], column: [0, 1, 0] }, spacing: { row: 2, column: 2 }, ...change };
}

function stack(...places: number[]): Slice[] {
  return places.map((z) => axial(z));
}

function geometry(slices: readonly Slice[]): Geometry {
  const found = geometryOf(slices);
  if (typeof found === 'string') throw new Error(found);
  return found;
}

/** Each voxel holds what `value` says of its patient point. */
function filled(slices: readonly Slice[], value: (p: Point3) => number, kind = STORED): Volume {
  const { grid, order } = geometry(slices);
  const volume = emptyVolume(grid, kind);
  order.forEach((image, slot) => {
    if (image < 0) return;
    const place = grid.places ? (grid.places[slot] as number) : slot;
    const stored = Float64Array.from({ length: 64 }, (_, i) => value(voxelToPatient(grid, [i % 8, Math.floor(i / 8), place])));
    putSlice(volume, slot, stored, PLAIN);
  });
  return volume;
}

describe('what is found in a stack', () => {
  it('says how far even slices are apart', () => {
    expect(geometry(stack(0, 3, 6, 9)).findings).toEqual([{ kind: 'even', slices: 4, apart: 3 }]);
  });

  it('finds the missing slice of ct-phantom/missing-slice: number 11, a gap of 6 mm', () => {
    const z = Array.from({ length: 18 }, (_, i) => 30 + 3 * i).filter((v) => v !== 60);
    const { findings, order } = geometry(stack(...z));
    expect(findings).toContainEqual({ kind: 'missing', after: 10, count: 1, width: 6 });
    expect(order[10]).toBe(-1);
    expect(order[11]).toBe(10);
  });

  it('keeps the unequal distances of ct-phantom/unequal-spacing', () => {
    const z = [25, 28, 30, 33, 36, 38, 43, 45, 50, 55, 57, 60, 62, 65, 67, 70, 73, 78];
    const { grid, findings } = geometry(stack(...z));
    expect(findings).toEqual([{ kind: 'unequal', slices: 18, least: 2, most: 5 }]);
    z.forEach((v, slot) => expect(voxelToPatient(grid, [0, 0, grid.places?.[slot] ?? NaN])[2]).toBeCloseTo(v, 6));
  });

  it('shears the tilt of ct-phantom/gantry-tilt: 15 degrees, 3.5 mm along z, 3.3807 mm between the slices', () => {
    const a = (15 * Math.PI) / 180;
    const column: Point3 = [0, Math.cos(a), -Math.sin(a)];
    const slices = [0, 1, 2, 3].map((k) => axial(0, { plane: { position: [-7, -7, 3.5 * k], row: [1, 0, 0], column } }));
    const { findings, grid } = geometry(slices);
    const [even, tilt] = findings;
    expect(even?.kind === 'even' && even.apart).toBeCloseTo(3.380740392011739, 6);
    expect(tilt?.kind === 'tilt' && tilt.degrees).toBeCloseTo(15, 6);
    const at = voxelToPatient(grid, [3, 5, 2]);
    expect(at[2]).toBeCloseTo(7 - 10 * Math.sin(a), 9);
    patientToVoxel(grid, at).forEach((v, i) => expect(v).toBeCloseTo([3, 5, 2][i] as number, 9));
  });

  it('counts images at a place that is taken, and takes the first of each', () => {
    const { findings, order } = geometry(stack(0, 0, 3, 3, 6, 6));
    expect(findings).toContainEqual({ kind: 'duplicate', count: 3 });
    expect(order).toEqual([0, 2, 4]);
  });

  it('leaves a wide gap between unequal slices', () => {
    expect(geometry(stack(0, 2, 5, 7, 27, 29, 32)).findings).toContainEqual({ kind: 'gap', after: 4, width: 20 });
  });

  it('runs as the stack runs', () => {
    expect(geometry(stack(9, 6, 3, 0)).order).toEqual([0, 1, 2, 3]);
    expect(geometry(stack(9, 6, 3, 0)).grid.steps[2][2]).toBeCloseTo(-3);
  });

  it.each<[string, Slice[]]>([
    ['few', stack(0, 3)],
    ['colour', [axial(0), axial(3), axial(6, { colour: true })]],
    ['no position', [axial(0), axial(3), axial(6, { plane: undefined })]],
    ['no spacing', [axial(0), axial(3), axial(6, { spacing: undefined })]],
    ['size', [axial(0), axial(3), axial(6, { rows: 9 })]],
    ['spacing', [axial(0), axial(3), axial(6, { spacing: { row: 2.1, column: 2 } })]],
    ['not parallel', [axial(0), axial(3), axial(6, { plane: { position: [0, 0, 6], row: [1, 0, 0], column: [0, 0, -1] } })]],
    ['one place', stack(4, 4, 4)],
    ['shifted', [axial(0), axial(3, { plane: { position: [-3, -7, 3], row: [1, 0, 0], column: [0, 1, 0] } }), axial(6)]],
  ])('makes no volume: %s', (why, slices) => {
    expect(geometryOf(slices)).toBe(why);
  });
});

/** Half a voxel inside all faces of a stack from z = 0 to 9. */
const CORONAL: SampledPlane = { origin: [-7, 1, 9], right: [2, 0, 0], down: [0, 0, -1], columns: 8, rows: 10 };
const slope = ([x, y, z]: Point3) => 100 + 3 * x + 5 * y + 7 * z;

describe('planes through a volume', () => {
  it('are exact where values change evenly, at right angles, oblique and sheared', () => {
    const volume = filled(stack(0, 3, 6, 9), slope);
    const s = Math.SQRT1_2;
    const oblique: SampledPlane = { origin: [-4, -4, 2], right: [s, s, 0], down: [0, 0, 1], columns: 8, rows: 5 };
    for (const plane of [CORONAL, oblique]) {
      const out = reslice(volume, plane);
      out.forEach((v, i) => expect(v).toBe(Math.round(slope(pointOf(plane, i)))));
    }
    const a = (15 * Math.PI) / 180;
    const tilted = filled([0, 1, 2, 3, 4, 5].map((k) => axial(0, { plane: { position: [-7, -7, 3.5 * k], row: [1, 0, 0], column: [0, Math.cos(a), -Math.sin(a)] } })), slope);
    const level: SampledPlane = { origin: [-6, -4, 8], right: [2, 0, 0], down: [0, 2, 0], columns: 6, rows: 4 };
    reslice(tilted, level).forEach((v, i) => expect(Math.abs(v - slope(pointOf(level, i)))).toBeLessThanOrEqual(2));
  });

  it('lie at true distances between unequal slices', () => {
    const out = reslice(filled(stack(0, 2, 7, 9), slope), CORONAL);
    out.forEach((v, i) => expect(v).toBe(Math.round(slope(pointOf(CORONAL, i)))));
  });

  it('have nothing where a slice is missing, but half a step beside it', () => {
    const volume = filled(stack(0, 3, 6, 9, 15, 18, 21), () => 50);
    const plane = { ...CORONAL, origin: [-7, 1, 21] as Point3, rows: 22 };
    const column = Array.from(reslice(volume, plane).filter((_, i) => i % 8 === 0));
    const nothing = column.flatMap((v, row) => (v === volume.outside ? [21 - row] : []));
    expect(nothing).toEqual([13, 12, 11]);
    expect(new Set(column)).toEqual(new Set([50, volume.outside]));
  });

  it('have nothing in a wide gap between unequal slices', () => {
    const volume = filled(stack(0, 2, 5, 7, 27, 29, 32), () => 50);
    const plane = { ...CORONAL, origin: [-7, 1, 32] as Point3, rows: 33 };
    const heights = Array.from(reslice(volume, plane).filter((_, i) => i % 8 === 0)).flatMap((v, row) => (v === 50 ? [32 - row] : []));
    // Usually 2 mm apart: a slice stands for 1 mm beyond it.
    expect(heights).toEqual([32, 31, 30, 29, 28, 27, 26, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
  });

  it('have nothing before a slice has come', () => {
    const { grid } = geometry(stack(0, 3, 6, 9));
    const volume = emptyVolume(grid, STORED);
    putSlice(volume, 1, new Int16Array(64).fill(9), PLAIN);
    const rows = Array.from({ length: 10 }, (_, r) => reslice(volume, CORONAL)[8 * r]);
    expect(rows.map((v, r) => (v === 9 ? 9 - r : -1)).filter((z) => z >= 0)).toEqual([4, 3, 2]);
  });

  it('end half a voxel beyond the outermost centres', () => {
    const volume = filled(stack(0, 3, 6, 9), () => 1);
    const line: SampledPlane = { origin: [-9, 0, 3], right: [0.5, 0, 0], down: [0, 1, 0], columns: 40, rows: 1 };
    const inside = Array.from(reslice(volume, line)).flatMap((v, i) => (v === 1 ? [-9 + 0.5 * i] : []));
    expect([inside[0], inside.at(-1)]).toEqual([-8, 8]);
  });

  it('gather a slab by maximum, minimum and mean', () => {
    const volume = filled(stack(0, 3, 6, 9), ([, y]) => y * y);
    const at = (mode: 'max' | 'min' | 'mean') => reslice(volume, { ...CORONAL, origin: [-7, 1, 9] }, { mode, thickness: 8 })[0];
    // y = -3, -1, 1, 3, 5 lie in a slab of 8 mm about y = 1, voxels are 2 mm apart.
    expect([at('max'), at('min'), at('mean')]).toEqual([25, 1, 9]);
  });

  it('take the nearest voxel beside padding, never a mixture with it', () => {
    const { grid } = geometry(stack(0, 3, 6));
    const volume = emptyVolume(grid, STORED);
    for (const slot of [0, 1, 2]) putSlice(volume, slot, Int16Array.from({ length: 64 }, (_, i) => (i % 8 < 4 ? -2000 : 40)), PLAIN, [-2000, -2000]);
    const line: SampledPlane = { origin: [-1, 0, 3], right: [0.5, 0, 0], down: [0, 1, 0], columns: 6, rows: 1 };
    expect(Array.from(reslice(volume, line))).toEqual([volume.outside, volume.outside, 40, 40, 40, 40]);
  });

  it('follow a drawn path', () => {
    const volume = filled(stack(0, 3, 6, 9), slope);
    const path = evenPath([[-4, -4, 5], [4, -4, 5], [4, 4, 5]], 1);
    expect(path).toHaveLength(17);
    expect(path[16]?.map((v) => Math.round(v * 1e6) / 1e6)).toEqual([4, 4, 5]);
    const bent = evenPath([[0, 0, 0], [2.5, 0, 0], [2.5, 4, 0]], 1);
    expect(bent).toEqual([[0, 0, 0], [1, 0, 0], [2, 0, 0], [2.5, 0.5, 0], [2.5, 1.5, 0], [2.5, 2.5, 0], [2.5, 3.5, 0]]);
    const out = resliceCurve(volume, { path, down: [0, 0, -1], rows: 5 });
    out.forEach((v, i) => {
      const [x, y, z] = path[i % 17] as Point3;
      expect(v).toBe(Math.round(slope([x, y, z - (Math.floor(i / 17) - 2)])));
    });
  });
});

describe('voxels', () => {
  it('stay as stored under one rescale, else become modality values', () => {
    const { grid } = geometry(stack(0, 3, 6));
    expect(emptyVolume(grid, STORED)).toMatchObject({ slope: 1, intercept: -1024, outside: -32768 });
    expect(volumeBytes(grid, STORED)).toBe(8 * 8 * 3 * 2);
    const own = emptyVolume(grid, { ...STORED, rescale: undefined });
    putSlice(own, 0, new Int16Array(64).fill(10), { kind: 'rescale', slope: 0.5, intercept: 1, unit: 'BQML' });
    expect(own.samples[0]).toBe(6);
    expect(volumeBytes(grid, { ...STORED, rescale: undefined })).toBe(8 * 8 * 3 * 4);
  });

  it('leave a value free for what is no value: all 16 bits unsigned need more', () => {
    const { grid } = geometry(stack(0, 3, 6));
    expect(emptyVolume(grid, { ...STORED, signed: false, bitsStored: 12 }).samples).toBeInstanceOf(Uint16Array);
    expect(emptyVolume(grid, { ...STORED, signed: false }).samples).toBeInstanceOf(Float32Array);
  });
});

function pointOf({ origin, right, down, columns }: SampledPlane, i: number): Point3 {
  const [c, r] = [i % columns, Math.floor(i / columns)];
  return [0, 1, 2].map((a) => (origin[a] ?? 0) + c * (right[a] ?? 0) + r * (down[a] ?? 0)) as Point3;
}

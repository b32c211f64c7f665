import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { boxOfSlabs, cutOfBox } from '../../core/boxes';
import { axisOf, bestPhase, boxOf, phased, readSpectra, spectrumOf, type Spectra } from '../../core/spectroscopy';

function ds(values: Record<string, unknown>): DataSet {
  return Object.fromEntries(Object.entries(values).map(([tag, v]) => [tag, { vr: 'UN', Value: Array.isArray(v) ? v : [v] }]));
}

const SHAPE = { '00280010': 2, '00280011': 3, '00280008': 2, '00289001': 1, '00289002': 64, '00289003': 'TIME', '00289108': 'COMPLEX', '00189052': 2000, '00189098': 100, '00189053': 4.7, '00189100': '1H' };

/** A decaying wave of so many Hz in the voxel (frame 1, row 1, column 2), silence elsewhere. */
function bytes(hertz: number, phase = 0): Uint8Array {
  const values = new Float32Array(2 * 6 * 64 * 2);
  const start = ((1 * 2 + 1) * 3 + 2) * 64 * 2;
  for (let i = 0; i < 64; i++) {
    const [angle, decay] = [(2 * Math.PI * hertz * i) / 2000 + phase, Math.exp(-i / 20)];
    values[start + 2 * i] = decay * Math.cos(angle);
    values[start + 2 * i + 1] = decay * Math.sin(angle);
  }
  return new Uint8Array(values.buffer);
}

const read = (more: Record<string, unknown> = {}, data = bytes(250)) => readSpectra(ds({ ...SHAPE, ...more }), data);
const HERE = { frame: 1, row: 1, column: 2 };
const peak = (spectra: Spectra, mirrored = false) => {
  const spectrum = spectrumOf(spectra, HERE, mirrored);
  const values = phased(spectrum, axisOf(spectra).values, 'magnitude', 0, 0, 0);
  return axisOf(spectra).values[values.indexOf(Math.max(...values))];
};

describe('spectra', () => {
  it('lie at lower ppm for positive frequencies, in the voxel they belong to', () => {
    const spectra = read() as Spectra;
    expect(peak(spectra)).toBeCloseTo(4.7 - 250 / 100, 6);
    expect(peak(spectra, true)).toBeCloseTo(4.7 + 250 / 100, 6);
    expect(Math.max(...spectrumOf(spectra, { frame: 0, row: 1, column: 2 }, false).re)).toBe(0);
    const { values } = axisOf(spectra);
    expect([values[0], values[32]]).toEqual([4.7 + 10, 4.7]);
  });
  it('of objects of Philips are turned round', () => {
    expect((read({ '00080070': 'Philips Healthcare' }) as Spectra).isMirrored).toBe(true);
    expect((read({ '00080070': 'SIEMENS' }) as Spectra).isMirrored).toBe(false);
  });
  it('without a transmitter frequency have an axis in Hz', () => {
    const axis = axisOf(read({ '00189098': 0 }) as Spectra);
    expect([axis.unit, axis.values[0], axis.values[63]]).toEqual(['Hz', 1000, -1000 + 2000 / 64]);
  });
  it('turn by phase; the best one makes the peak positive', () => {
    const spectra = read({}, bytes(250, 2)) as Spectra;
    const spectrum = spectrumOf(spectra, HERE, false);
    const { values } = axisOf(spectra);
    const zero = bestPhase(spectrum);
    // The signal begins with a phase of 2 rad.
    expect(zero).toBeCloseTo((-2 * 180) / Math.PI, 0);
    const real = phased(spectrum, values, 'real', zero, 0, 4.7);
    expect(Math.max(...real)).toBeGreaterThan(8 * -Math.min(...real));
    expect(phased(spectrum, values, 'imaginary', 30, 10, 4.7)[5]).toBeCloseTo(
      (spectrum.re[5] as number) * Math.sin(((30 + 10 * ((values[5] as number) - 4.7)) * Math.PI) / 180) + (spectrum.im[5] as number) * Math.cos(((30 + 10 * ((values[5] as number) - 4.7)) * Math.PI) / 180), 9,
    );
  });
  it('that cannot be say why', () => {
    expect([read({ '00280010': 0 }), read({ '00289002': 1e12 }), read({ '00189052': -5 }), read({}, new Uint8Array(100)), readSpectra({}, new Uint8Array())]).toEqual(['shape', 'shape', 'axis', 'data', 'shape']);
    // Fewer frames than said: those that are there.
    expect((read({ '00280008': 2147483647 }) as Spectra).frames).toBe(2);
    const bad = new Uint8Array(new Float32Array(2 * 6 * 64 * 2).fill(NaN).buffer);
    expect(Math.max(...spectrumOf(read({}, bad) as Spectra, HERE, false).re)).toBe(0);
  });
});

describe('voxels in the patient', () => {
  const image = { position: [-50, -50, 3] as [number, number, number], row: [1, 0, 0] as [number, number, number], column: [0, 1, 0] as [number, number, number], rows: 100, columns: 50, spacing: { row: 1, column: 2 } };
  const placed = ds({
    '00200052': '1.2', '00280030': [20, 10], '00180050': 8, '00200032': [0, 5, 2], '00200037': [1, 0, 0, 0, 1, 0],
  });
  it('of a grid lie by position and spacing, and are cut by the plane of an image', () => {
    const box = boxOf(placed, { rows: 2, columns: 2 }, { frame: 0, row: 1, column: 1 });
    expect(box?.centre).toEqual([10, 25, 2]);
    // x 5..15, y 15..35 of the patient: columns of 2 mm from -51, rows of 1 mm from -50.5
    const cut = box ? cutOfBox(image, box) : [];
    expect(cut).toHaveLength(4);
    for (const corner of [[28, 65.5], [33, 65.5], [33, 85.5], [28, 85.5]]) expect(cut.some(([x, y]) => Math.abs(x - (corner[0] as number)) < 1e-9 && Math.abs(y - (corner[1] as number)) < 1e-9)).toBe(true);
    expect(box ? cutOfBox({ ...image, position: [-50, -50, 7] }, box) : []).toEqual([]);
  });
  it('of three slabs are the box between them; of two none', () => {
    const slab = (normal: [number, number, number], thickness: number) => ({ normal, thickness, middle: [1, 2, 3] as [number, number, number] });
    const box = boxOfSlabs([slab([1, 0, 0], 10), slab([0, 1, 0], 20), slab([0, 0, 1], 30)]);
    expect(box?.centre).toEqual([1, 2, 3]);
    expect(box?.halves.map((h) => Math.hypot(...h))).toEqual([5, 10, 15]);
    expect(boxOfSlabs([slab([1, 0, 0], 10), slab([1, 0, 0], 20), slab([0, 0, 1], 30)])).toBeUndefined();
    expect(boxOfSlabs([slab([1, 0, 0], 10), slab([0, 1, 0], 20)])).toBeUndefined();
  });
});

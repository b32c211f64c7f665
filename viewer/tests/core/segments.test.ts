import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { FractionVolume, LabelVolume, middleOfTally, sampleFractions, sampleLabels, sliceGridOf, slotAt, voxelVolume } from '../../core/label-volume';
import { ownColour, rgbOfLab } from '../../core/lab';
import { allParts } from '../../core/multipart';
import { edgesOf } from '../../core/outlines';
import { byCategory, segmentationOf, type Segmentation } from '../../core/segments';

const is = (...Value: unknown[]) => ({ vr: 'DS', Value });
const sequence = (...Value: DataSet[]) => ({ vr: 'SQ', Value });
const code = (meaning: string, value = '1') => sequence({ '00080100': is(value), '00080104': is(meaning) });

interface Lying {
  segment?: number;
  z?: number;
  source?: string;
}

/** 4 x 3 pixels of 2 x 1 mm, axial, slices 3 mm apart. */
function object(frames: Lying[], more: DataSet = {}): DataSet {
  return {
    '00080016': is('1.2.840.10008.5.1.4.1.1.66.4'), '00280010': is(3), '00280011': is(4), '00280008': is(frames.length), '00280100': is(1), '00620001': is('BINARY'), '00200052': is('1.2.3'),
    '00620002': sequence({ '00620004': is(1), '00620005': is('one'), '00620003': code('Anatomical Structure') }, { '00620004': is(2), '00620005': is('two'), '00620003': code('Anatomical Structure'), '0062000D': is(57499, 10744, 54259) }),
    '52009229': sequence({ '00209116': sequence({ '00200037': is(1, 0, 0, 0, 1, 0) }), '00289110': sequence({ '00280030': is(1, 2), '00180050': is(3) }) }),
    '52009230': sequence(...frames.map(({ segment = 1, z, source }) => ({
      '0062000A': sequence({ '0062000B': is(segment) }),
      ...(z === undefined ? {} : { '00209113': sequence({ '00200032': is(10, 20, z) }) }),
      ...(source ? { '00089124': sequence({ '00082112': sequence({ '00081155': is(source) }) }) } : {}),
    }))),
    ...more,
  };
}

const read = (ds: DataSet) => segmentationOf(ds) as Segmentation;
const plane = (z: number) => ({ origin: [10, 20, z] as [number, number, number], right: [2, 0, 0] as [number, number, number], down: [0, 1, 0] as [number, number, number], columns: 4, rows: 3 });

/** LittleCMS by way of Pillow's ImageCms: CIELab under D50 to sRGB, with the 8 bits of its tables. */
const LAB: [[number, number, number], [number, number, number]][] = [
  [[65535, 32896, 32896], [254, 255, 254]],
  [[0, 32896, 32896], [1, 0, 1]],
  [[40092, 20046, 44975], [50, 169, 54]],
  [[44975, 30069, 38036], [158, 173, 130]],
  [[32896, 48830, 41120], [216, 57, 70]],
  [[21074, 38550, 17990], [49, 67, 169]],
  [[51400, 28270, 48830], [187, 202, 68]],
];
const OWN: [number, number, number][] = [[64, 120, 255], [175, 255, 64], [72, 255, 64]];

describe('segmentations', () => {
  it('tells segments, colours and where frames lie', () => {
    const s = read(object([{ z: 0 }, { segment: 2, z: 6 }]));
    expect(s.segments.map((one) => [one.number, one.label])).toEqual([[1, 'one'], [2, 'two']]);
    expect(byCategory(s.segments).map(([words, group]) => [words, group.length])).toEqual([['Anatomical Structure', 2]]);
    expect(s.frames.map((f) => [f.frame, f.segment, f.plane?.position[2]])).toEqual([[1, 1, 0], [2, 2, 6]]);
    expect(s.spacing).toEqual({ row: 1, column: 2 });
  });

  it('gives the colours of CIELab that LittleCMS gives', () => {
    for (const [lab, rgb] of LAB) rgbOfLab(lab).forEach((v, c) => expect(Math.abs(v - (rgb[c] as number))).toBeLessThanOrEqual(4));
    // colorsys.hsv_to_rgb(7 * 0.618... % 1, 0.75, 1), as the server.
    expect([1, 2, 7].map(ownColour)).toEqual(OWN);
  });

  it('says in a sentence why nothing can be drawn', () => {
    expect(segmentationOf(object([]))).toBe('The segmentation has no frames.');
    expect(segmentationOf(object([{ z: 0 }], { '00280010': is(0) }))).toContain('how large');
    expect(segmentationOf(object([{ z: 0 }], { '00620001': is('CUBIST') }))).toContain('CUBIST');
    expect(segmentationOf(object([{ z: 0 }], { '00209311': is('TILED_FULL') }))).toContain('slide');
  });

  it('keeps frames of segments that nobody describes', () => {
    const s = read(object([{ segment: 1, z: 0 }, { segment: 77, z: 0 }]));
    expect(s.segments.at(-1)).toMatchObject({ number: 77, undescribed: true });
  });

  it('takes background and padding of a label map for no segment', () => {
    const s = read(object([{ z: 0 }], { '00620001': is('LABELMAP'), '00280120': is(9), '00620002': sequence({ '00620004': is(0), '0062000F': code('Background', '125040') }, { '00620004': is(4) }) }));
    expect(s.segments.map((one) => one.number)).toEqual([4]);
    expect([...s.background].sort()).toEqual([0, 9]);
  });
});

describe('label volumes', () => {
  it('has slots where frames lie, those left out between them too', () => {
    const grid = sliceGridOf(read(object([{ z: 6 }, { z: 0 }, { segment: 2, z: 0 }], { '52009229': sequence({ '00209116': sequence({ '00200037': is(1, 0, 0, 0, 1, 0) }), '00289110': sequence({ '00280030': is(1, 2), '00180088': is(3) }) }) })));
    expect([...grid.depths]).toEqual([-6, 0]);
    expect([...grid.slots]).toEqual([1, 0, 0]);
    expect(grid.step).toBe(3);
    expect(voxelVolume(grid)).toBe(6);
    // Half a step beyond a slice there is nothing more; what lies between was left out.
    expect([-7.4, -4.6, -3, 1.6].map((d) => slotAt(grid, d))).toEqual([0, 0, -1, -1]);
  });

  it('keeps overlapping segments apart and counts each', () => {
    const grid = sliceGridOf(read(object([{ z: 0 }, { segment: 2, z: 0 }, { z: 3 }])));
    const volume = new LabelVolume(grid, false);
    volume.put(0, 1, [1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0]);
    volume.put(0, 2, [0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0]);
    volume.put(1, 1, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    const tally = volume.tally(2);
    expect(tally.map((one) => one.voxels)).toEqual([0, 5, 4]);
    expect(volume.layers).toHaveLength(2);
    expect(middleOfTally(tally[2] as (typeof tally)[0])).toEqual([1.5, 0.5, 0]);
    const out = new Uint8Array(12);
    expect(sampleLabels(volume, 0, plane(0.9), out)).toBe(true);
    expect([...out.slice(0, 8)]).toEqual([1, 1, 2, 0, 1, 1, 2, 0]);
    expect(sampleLabels(volume, 1, plane(0), out)).toBe(true);
    expect([...out.slice(0, 8)]).toEqual([0, 2, 0, 0, 0, 2, 0, 0]);
    expect(sampleLabels(volume, 0, plane(9), out)).toBe(false);
  });

  it('cuts a coronal plane: slices are as thick as they are apart', () => {
    const grid = sliceGridOf(read(object([{ z: 0 }, { z: 3 }])));
    const volume = new LabelVolume(grid, false);
    volume.put(1, 1, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    const out = new Uint8Array(8);
    // Rows are 1 mm steps downwards from z = 5, the first two columns of voxels.
    sampleLabels(volume, 0, { origin: [10, 20, 5], right: [2, 0, 0], down: [0, 0, -1], columns: 1, rows: 8 }, out);
    expect([...out]).toEqual([0, 1, 1, 1, 0, 0, 0, 0]);
  });

  it('mixes fractions linearly, and lets them fall to nothing where no frame lies', () => {
    const s = read(object([{ z: 0 }, { z: 3 }], { '00620001': is('FRACTIONAL'), '0062000E': is(200) }));
    const volume = new FractionVolume(sliceGridOf(s));
    volume.put(0, new Array(12).fill(100), false);
    volume.put(1, new Array(12).fill(200), false);
    const out = new Float32Array(12);
    const at = (z: number) => (sampleFractions(volume, plane(z), out), out[5] as number);
    expect(at(0)).toBe(100);
    expect(at(1.5)).toBeCloseTo(150, 4);
    expect(at(4.5)).toBeCloseTo(100, 4);
    expect(at(6.1)).toBe(0);
    expect(volume.tally(200).voxels).toBe(12 * 0.5 + 12);
  });

  it('finds slices by the images that frames were made from, where nothing has a place', () => {
    const grid = sliceGridOf(read(object([{ source: '9.1' }, { source: '9.2' }, { segment: 2, source: '9.1' }])));
    expect(grid.placed).toBeUndefined();
    expect([...grid.slots]).toEqual([0, 1, 0]);
    expect(grid.bySource.get('9.2 0')).toBe(1);
    expect(voxelVolume(grid)).toBeUndefined();
  });

  it('leaves out frames that lie askew', () => {
    const ds = object([{ z: 0 }, { z: 3 }]);
    const own = (ds['52009230'] as { Value: DataSet[] }).Value[1] as DataSet;
    own['00209116'] = sequence({ '00200037': is(0, 1, 0, 0, 0, 1) });
    const grid = sliceGridOf(read(ds));
    expect([grid.askew, ...grid.slots]).toEqual([1, 0, -1]);
  });
});

describe('outlines', () => {
  it('are the edges between pixels, pieces in one line together', () => {
    // xx.
    // x..
    const inside = (i: number) => [1, 1, 0, 1, 0, 0][i] === 1;
    const edges = edgesOf(3, 2, inside, { left: 0, top: 0, right: 1, bottom: 1 });
    const pieces = Array.from({ length: edges.length / 4 }, (_, i) => edges.slice(4 * i, 4 * i + 4).join(' '));
    expect(pieces.sort()).toEqual(['0 0 0 2', '0 0 2 0', '0 2 1 2', '1 1 1 2', '1 1 2 1', '2 0 2 1'].sort());
  });
});

describe('answers of several parts', () => {
  it('are read to the last one', () => {
    const bytes = new TextEncoder().encode('--b\r\nContent-Type: x/y\r\nContent-Length: 3\r\n\r\nabc\r\n--b\r\n\r\nde--f\r\n--b--\r\n');
    expect(allParts('multipart/related; boundary=b', bytes).map((p) => new TextDecoder().decode(p.body))).toEqual(['abc', 'de--f']);
  });
});

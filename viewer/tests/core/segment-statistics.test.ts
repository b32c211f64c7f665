/** Values of images under segments, and what segments measure, against numpy: the script stands above its numbers. */
import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { FractionVolume, LabelVolume, sliceGridOf, voxelVolume } from '../../core/label-volume';
import { needsWideLabels, segmentationOf, type Segmentation } from '../../core/segments';
import { emptyVolume, putSlice, type Volume } from '../../core/volume';
import { IDENTITY } from '../../core/affine';
import { statisticsUnder, type Statistics } from '../../ui/layers/segments/statistics';
import type { ShownSegments } from '../../ui/layers/segments/shown';

/*
import numpy as np
n = np.arange(24).reshape(2, 3, 4)                        # slices 3 mm apart, rows of 1 mm, columns of 2 mm
hu = 2 * ((37 * n * n + 11 * n) % 1001) - 1000            # on the voxels of the segmentation
fine = (53 * np.arange(48) ** 2 % 997 / 8).reshape(2, 3, 8)   # columns of 1 mm, the first 0.5 mm before
between = (fine[:, :, 0::2] + fine[:, :, 1::2]) / 2       # halfway, as the centres of the segmentation lie
one, two = (n % 3 != 1), (n % 5 < 2)                      # overlap
share = (29 * n) % 201                                    # of 200
def facts(v, m): v = v[m]; return [m.sum(), v.mean(), v.std(), v.min(), v.max()]
for a in (hu, between): print([facts(a, m) for m in (one, two, share >= 100)])
print(facts(hu[1:], one[1:]))                             # of an image that has the second slice only
print(share.sum() / 200, share.sum() / 200 * 6 / 1000, one.sum() * 6 / 1000, two.sum() * 6 / 1000)
*/
const HU_ONE = [16, -152.75, 569.464606, -1000, 960];
const HU_TWO = [10, -103.2, 644.194505, -1000, 960];
const HU_HALF = [9, -70.222222, 527.248998, -990, 960];
const FINE_ONE = [16, 59.089844, 27.662102, 3.3125, 104.0625];
const FINE_TWO = [10, 52.50625, 26.291135, 3.3125, 102.125];
const FINE_HALF = [9, 70.506944, 30.055929, 25.9375, 105.25];
const SECOND_SLICE = [8, -69, 541.526546, -990, 740];
const SIZES = [9.87, 0.05922, 0.096, 0.06];

const N = Array.from({ length: 24 }, (_, i) => i);
const ONE = N.map((n) => Number(n % 3 !== 1));
const TWO = N.map((n) => Number(n % 5 < 2));
const SHARE = N.map((n) => (29 * n) % 201);

const is = (...Value: unknown[]) => ({ vr: 'DS', Value });
const sequence = (...Value: DataSet[]) => ({ vr: 'SQ', Value });

/** Two slices of 4 x 3. */
function described(more: DataSet = {}): Segmentation {
  const shared = { '00209116': sequence({ '00200037': is(1, 0, 0, 0, 1, 0) }), '00289110': sequence({ '00280030': is(1, 2), '00180050': is(3) }) };
  return segmentationOf({
    '00280010': is(3), '00280011': is(4), '00280008': is(2), '00280100': is(8), '00620001': is('BINARY'), '0062000E': is(200), '52009229': sequence(shared),
    '00620002': sequence({ '00620004': is(1) }, { '00620004': is(2) }),
    '52009230': sequence(...[0, 3].map((z) => ({ '0062000A': sequence({ '0062000B': is(1) }), '00209113': sequence({ '00200032': is(10, 20, z) }) }))),
    ...more,
  }) as Segmentation;
}

/** slices: as they come, from where on along z. width: of a column, mm. */
function volumeOf(slices: number[][], stored: boolean, width: number, x: number, z = 0): Volume {
  const columns = (slices[0]?.length ?? 0) / 3;
  const grid = { size: [columns, 3, slices.length], origin: [x, 20, z], steps: [[width, 0, 0], [0, 1, 0], [0, 0, 3]], places: undefined, gaps: [], reach: 0.5 } as const;
  const rescale = { kind: 'rescale', slope: 2, intercept: -1000, unit: 'HU' } as const;
  const volume = emptyVolume(grid as never, { rescale: stored ? rescale : undefined, unit: 'HU', bitsStored: 12, signed: true, float: !stored });
  slices.forEach((values, slot) => putSlice(volume, slot, values, stored ? rescale : { kind: 'rescale', slope: 1, intercept: 0, unit: '' }));
  return volume;
}

const HU = N.map((n) => (37 * n * n + 11 * n) % 1001);
const FINE = Array.from({ length: 48 }, (_, n) => ((53 * n * n) % 997) / 8);
const halves = (v: number[]) => [v.slice(0, v.length / 2), v.slice(v.length / 2)];

async function factsOf(shown: Pick<ShownSegments, 'description' | 'grid' | 'labels' | 'fractions' | 'segments'>, volume: Volume): Promise<Map<number, number[]>> {
  const found = await statisticsUnder(shown as ShownSegments, volume, IDENTITY, new AbortController().signal);
  const row = ({ voxels, mean, deviation, least, greatest }: Statistics) => [voxels, mean, deviation, least, greatest];
  return new Map([...found].map(([segment, s]) => [segment, row(s)]));
}

function overlapping() {
  const description = described();
  const grid = sliceGridOf(description);
  const labels = new LabelVolume(grid, false);
  halves(ONE).forEach((inside, slot) => labels.put(slot, 1, inside));
  halves(TWO).forEach((inside, slot) => labels.put(slot, 2, inside));
  return { description, grid, labels, fractions: new Map<number, FractionVolume>(), segments: description.segments };
}

function fractional() {
  const description = described({ '00620001': is('FRACTIONAL') });
  const grid = sliceGridOf(description);
  const volume = new FractionVolume(grid);
  halves(SHARE).forEach((values, slot) => volume.put(slot, values, false));
  return { description, grid, labels: undefined, fractions: new Map([[1, volume]]), segments: description.segments };
}

const near = (expected: number[]) => expected.map((v) => expect.closeTo(v, 4) as number);

describe('values under segments', () => {
  it('of segments that overlap: each has all of its voxels', async () => {
    const facts = await factsOf(overlapping(), volumeOf(halves(HU), true, 2, 10));
    expect([facts.get(1), facts.get(2)]).toEqual([near(HU_ONE), near(HU_TWO)]);
  });

  it('of fractions from one half on', async () => {
    expect((await factsOf(fractional(), volumeOf(halves(HU), true, 2, 10))).get(1)).toEqual(near(HU_HALF));
  });

  it('are mixed where voxels of the image lie elsewhere', async () => {
    const fine = volumeOf(halves(FINE), false, 1, 9.5);
    const facts = await factsOf(overlapping(), fine);
    expect([facts.get(1), facts.get(2)]).toEqual([near(FINE_ONE), near(FINE_TWO)]);
    expect((await factsOf(fractional(), fine)).get(1)).toEqual(near(FINE_HALF));
  });

  it('count voxels that lie in the image only; beside it there are none', async () => {
    expect((await factsOf(overlapping(), volumeOf([HU.slice(12)], true, 2, 10, 3))).get(1)).toEqual(near(SECOND_SLICE));
    expect((await factsOf(overlapping(), volumeOf([HU.slice(12)], true, 2, 10, 300))).size).toBe(0);
  });
});

describe('sizes of segments', () => {
  it('are sums of fractions, and voxels of each of those that overlap', () => {
    const { grid, fractions } = fractional();
    const ml = (voxels: number) => (voxels * (voxelVolume(grid) as number)) / 1000;
    const sum = fractions.get(1)?.tally(200).voxels as number;
    const [, one, two] = overlapping().labels.tally(2).map((tally) => tally.voxels) as [number, number, number];
    expect([sum, ml(sum), ml(one), ml(two)]).toEqual(near(SIZES));
    // Contradictory: more than all of a voxel is all of it. 16 of them pass 50: np.minimum(share / 50, 1).sum().
    expect(fractions.get(1)?.tally(50).voxels).toBeCloseTo(18.8, 6);
  });
});

describe('label maps of 16 bits', () => {
  const palette = (...entries: number[]) => ({ vr: 'OW', InlineBinary: btoa(String.fromCharCode(...entries.flatMap((v) => [v & 255, v >> 8]))) });
  const labels: DataSet = {
    '00620001': is('LABELMAP'), '00280100': is(16), '00280004': is('PALETTE COLOR'),
    '00281101': is(3, 40_000, 16), '00281102': is(3, 40_000, 16), '00281103': is(3, 40_000, 16), '00281201': palette(0xff00, 0, 0x8000), '00281202': palette(0, 0xff00, 0x4000), '00281203': palette(0x1000, 0x2000, 0x3000),
    '00620002': sequence({ '00620004': is(300) }, { '00620004': is(40_001) }, { '00620004': is(65_535) }),
  };

  it('have the colours of their palette where it reaches', () => {
    const s = described(labels);
    expect(s.segments.map((one) => one.number)).toEqual([300, 40_001, 65_535]);
    expect(s.segments[1]?.colour).toEqual([0, 255, 32]);
  });

  it('keep labels above 255 apart, whatever their pixels are', () => {
    expect(needsWideLabels(described(labels))).toBe(true);
    // Contradictory: pixels of 8 bits, and segments that none of them can name.
    expect(needsWideLabels(described({ ...labels, '00280100': is(8) }))).toBe(true);
    expect(needsWideLabels(described({ ...labels, '00280100': is(8), '00620002': sequence(...Array.from({ length: 255 }, (_, i) => ({ '00620004': is(i + 1) }))) }))).toBe(false);
    const grid = sliceGridOf(described(labels));
    const volume = new LabelVolume(grid, true);
    volume.putLabels(0, Uint16Array.of(300, 300, 40_001, 65_535, 0, 0, 0, 0, 0, 0, 0, 44), (v) => ({ 300: 1, 40_001: 2, 65_535: 3 })[v] ?? 700);
    expect([1, 2, 3, 700].map((place) => volume.tally(700)[place]?.voxels)).toEqual([2, 1, 1, 1]);
  });
});

import { describe, expect, it } from 'vitest';
import { blockOf, factorsFor, fromHalf, toHalf } from '../../core/block';
import { lettersOf } from '../../core/orientation';
import { dragged, faceHandles, FACES, lookFrom, maximumAlong, middleOf, raysIn, turned, UNCUT, type Eye } from '../../core/rays';
import { adjusted, ENTRIES, transferTable, type Transfer } from '../../core/transfer';
import { cross } from '../../core/geometry';
import { emptyVolume, putSlice } from '../../core/volume';

/** 4 x 3 x 5 voxels of 1 x 2 x 3 mm, axial, from (10, 20, 30); value 100 c + 10 r + s. */
function volume(places?: Float64Array) {
  const grid = { size: [4, 3, 5], origin: [10, 20, 30], steps: [[1, 0, 0], [0, 2, 0], [0, 0, 3]], places } as const;
  const made = emptyVolume(grid as never, { rescale: { slope: 1, intercept: 0 }, unit: 'HU', bitsStored: 12, signed: true, float: false });
  for (let s = 0; s < 5; s++) {
    putSlice(made, s, Array.from({ length: 12 }, (_, i) => 100 * (i % 4) + 10 * Math.floor(i / 4) + s), { kind: 'rescale', slope: 1, intercept: 0, unit: 'HU' });
  }
  return made;
}

const LIMITS = { side: 512, count: 1e6 };
const at = (block: ReturnType<typeof blockOf>, i: number, j: number, k: number) =>
  block.low + fromHalf(block.values[(k * block.size[1] + j) * block.size[0] + i] as number) * (block.high - block.low);

describe('blocks', () => {
  it('writes numbers of 0..1 as IEEE 754 binary16', () => {
    // 0x3c00 is 1, 0x3800 a half, 0x399a the nearest to 0.7, 0x0001 2^-24.
    expect([1, 0.5, 0.7, 2 ** -24, 0].map(toHalf)).toEqual([0x3c00, 0x3800, 0x399a, 1, 0]);
    for (const v of [0.1, 0.77, 2 ** -15, 0.9999]) expect(fromHalf(toHalf(v))).toBeCloseTo(v, 3);
  });

  it('keeps what fits and takes the finest voxels together where it does not', () => {
    expect(factorsFor([512, 512, 100], [0.5, 0.5, 5], { side: 512, count: 1e9 })).toEqual([1, 1, 1]);
    expect(factorsFor([512, 512, 100], [0.5, 0.5, 5], { side: 512, count: 8e6 })).toEqual([2, 2, 1]);
    expect(factorsFor([2000, 10, 10], [1, 1, 1], { side: 512, count: 1e9 })).toEqual([4, 1, 1]);
    const block = blockOf(volume(), { side: 2, count: 1000 });
    expect(block.size).toEqual([2, 2, 2]);
    expect(block.factors).toEqual([2, 2, 3]);
    // Columns 0, 1 of rows 0, 1 of slices 0 to 2: 50 + 5 + 1, and it lies in their middle.
    expect(at(block, 0, 0, 0)).toBeCloseTo(56, 0);
    expect(block.origin).toEqual([10.5, 21, 33]);
  });

  it('lies as the volume does, with values between unequal slices on the line', () => {
    const even = blockOf(volume(), LIMITS);
    expect(at(even, 3, 2, 4)).toBeCloseTo(324, 0);
    expect(middleOf(even)).toEqual([11.5, 22, 36]);
    const uneven = blockOf(volume(Float64Array.from([0, 2, 2.5, 3, 4])), LIMITS);
    // Even place 1 lies half way from the first slice to the second.
    expect(at(uneven, 0, 0, 1)).toBeCloseTo(0.5, 0);
    expect(uneven.steps[2]).toEqual([0, 0, 3]);
  });
});

describe('the eye', () => {
  it('stands where its letter says, with the patient the right way up', () => {
    const seen = FACES.map((face) => {
      const eye = lookFrom(face, [0, 0, 0], 1);
      expect(cross(eye.right, eye.up).map((v) => v + 0)).toEqual(eye.towards.map((v) => v + 0));
      return [lettersOf(eye.towards), lettersOf(eye.right), lettersOf(eye.up)].join('');
    });
    // From the front one sees the patient's left on the right; from the feet, as an axial slice.
    expect(seen).toEqual(['ALH', 'PRH', 'LPH', 'RAH', 'HRA', 'FLA']);
  });

  it('turns the body with the hand: a drag to the right from the front brings the right side', () => {
    const eye = turned(lookFrom('A', [0, 0, 0], 1), Math.PI / 2, 0);
    expect([lettersOf(eye.towards), lettersOf(eye.right), lettersOf(eye.up)]).toEqual(['R', 'A', 'H']);
    const down = turned(lookFrom('A', [0, 0, 0], 1), 0, Math.PI / 2);
    expect([lettersOf(down.towards), lettersOf(down.up)]).toEqual(['H', 'P']);
    let many: Eye = eye;
    for (let i = 0; i < 1000; i++) many = turned(many, 0.3, 0.2);
    expect(Math.hypot(...many.up)).toBeCloseTo(1, 9);
  });
});

describe('maximum along rays', () => {
  const block = blockOf(volume(), LIMITS);

  it('is the largest value behind each point, from every side', () => {
    // From the front rows lie behind each other: row 2 wins. 4 columns of 1 mm, 5 slices of 3 mm.
    const front = maximumAlong(block, lookFrom('A', middleOf(block), 1), UNCUT, 4, 15, 1);
    expect(Array.from(front.slice(0, 4)).map(Math.round)).toEqual([24, 124, 224, 324]);
    expect(Array.from(front.slice(56)).map(Math.round)).toEqual([20, 120, 220, 320]);
    const feet = maximumAlong(block, lookFrom('F', middleOf(block), 1), UNCUT, 4, 6, 1);
    expect(Array.from(feet.slice(0, 4)).map(Math.round)).toEqual([4, 104, 204, 304]);
  });

  it('meets nothing beside the block, and nothing that was cut away', () => {
    const eye = lookFrom('A', middleOf(block), 1);
    expect(maximumAlong(block, eye, UNCUT, 6, 15, 1)[0]).toBeNaN();
    const cut = maximumAlong(block, eye, { low: [0, 0, 0], high: [0.5, 0.66, 1], clip: Infinity }, 4, 15, 1);
    expect(Array.from(cut.slice(0, 4)).map(Math.round)).toEqual([14, 114, NaN, NaN]);
    // Nothing is left nearer than 1 mm behind the middle: of the rows the last alone.
    const clipped = maximumAlong(block, { ...eye, towards: [0, 1, 0], right: [-1, 0, 0] }, { ...UNCUT, clip: -1 }, 4, 15, 1);
    expect(Math.round(clipped[3] as number)).toBe(4);
  });

  it('finds a place in the block from the screen', () => {
    const { start, across, inward } = raysIn(block, lookFrom('A', middleOf(block), 1));
    expect(start).toEqual([0.5, 0.5, 0.5]);
    expect(across[0]).toBeCloseTo(1 / 4, 9);
    expect(inward[1]).toBeCloseTo(1 / 6, 9);
  });
});

describe('transfer functions', () => {
  const transfer: Transfer = { maximum: false, lit: false, points: [[0, 0, 0, 0, 0], [100, 255, 0, 0, 0.5], [300, 255, 255, 255, 1]] };

  it('run in straight lines from point to point', () => {
    const { bytes, low, high } = transferTable(transfer);
    expect([low, high]).toEqual([0, 300]);
    const entry = (value: number) => Array.from(bytes.slice(4 * Math.round((value / 300) * (ENTRIES - 1))).slice(0, 4));
    expect(entry(0)).toEqual([0, 0, 0, 0]);
    expect(entry(100)).toEqual([255, 0, 0, 128]);
    expect(entry(300)).toEqual([255, 255, 255, 255]);
  });

  it('are moved and stretched about their middle', () => {
    expect(adjusted(transfer, 10, 2).points.map(([v]) => v)).toEqual([-140, 60, 460]);
  });
});

describe('handles of the box', () => {
  const block = blockOf(volume(), LIMITS);
  const eye = lookFrom('A', middleOf(block), 0.1);

  it('lie on the faces that can be seen from the side, and follow the drag', () => {
    const handles = faceHandles(block, eye, UNCUT);
    // 4 columns of 1 mm and 5 slices of 3 mm at 0.1 mm a pixel; rows are looked along. The left of the patient is on the right.
    expect(handles.map(({ axis, end, at: [x, y] }) => [axis, end, Math.round(x) + 0, Math.round(y) + 0])).toEqual([
      [0, 'low', -20, 0], [0, 'high', 20, 0], [2, 'low', 0, 75], [2, 'high', 0, -75],
    ]);
    const feet = handles[2] as (typeof handles)[number];
    const cut = dragged(UNCUT, feet, [33, -30]);
    expect(cut.low[2]).toBeCloseTo(0.2, 6);
    expect(cut.high).toEqual([1, 1, 1]);
    expect(faceHandles(block, eye, cut)[2]?.at[1]).toBeCloseTo(45, 6);
    expect(dragged(cut, feet, [0, -1000]).low[2]).toBeCloseTo(0.99, 6);
    expect(dragged(cut, feet, [0, 1000]).low[2]).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { apply } from '../../core/geometry';
import type { DataSet } from '../../core/dicom-json';
import { pyramidsOf, slideSystem } from '../../domain/slide-levels';
import { groupHeads, readGroup, summaryOf, type GroupBytes } from '../../domain/slide-marks';
import { barOf, boxOf, fitted, levelFor, matrixOf, panned, tilesOf, zoomed } from '../../domain/slide-view';

const el = (vr: string, ...Value: unknown[]) => ({ vr, Value });
const sq = (...Value: unknown[]) => ({ vr: 'SQ', Value });

/** An instance of a slide with square tiles of 10. */
function slide(uid: string, columns: number, rows: number, frames: number, more: Record<string, unknown> = {}): DataSet {
  return {
    '00080018': el('UI', uid), '00080008': el('CS', 'ORIGINAL', 'PRIMARY', 'VOLUME', 'NONE'), '00280010': el('US', 10), '00280011': el('US', 10), '00280004': el('CS', 'RGB'), '00280002': el('US', 3),
    '00280008': el('IS', frames), '00480006': el('UL', columns), '00480007': el('UL', rows), '00209311': el('CS', 'TILED_FULL'), ...more,
  } as unknown as DataSet;
}
const paths = (...ids: string[]) => ({ '00480105': sq(...ids.map((id) => ({ '00480106': el('SH', id) }))) });
const all = { left: 0, top: 0, right: 1e6, bottom: 1e6 };

describe('a pyramid', () => {
  it('has its levels from the largest on, and says how much coarser they are', () => {
    const { pyramids } = pyramidsOf([slide('b', 20, 15, 4), slide('a', 40, 30, 12)]);
    expect(pyramids.map((p) => p.levels.map((l) => [l.columns, l.across, l.down]))).toEqual([[[40, 1, 1], [20, 2, 2]]]);
  });
  it('counts the frames of full tiling by columns, rows, focal planes and optical paths (PS3.3 C.7.6.17.3), over the parts of a concatenation', () => {
    const half = (uid: string, first: number) => slide(uid, 20, 20, 8, { ...paths('1', '2'), '00480303': el('UL', 2), '00209161': el('UI', 'c'), '00209228': el('UL', first) });
    const [pyramid] = pyramidsOf([half('y', 8), half('x', 0)]).pyramids;
    const tiles = pyramid?.levels[0]?.sources[0]?.tiles('2', 1, all) ?? [];
    expect(tiles.map((t) => [t.dataset['00080018']?.Value?.[0], t.frame, t.x, t.y])).toEqual([['y', 5, 0, 0], ['y', 6, 10, 0], ['y', 7, 0, 10], ['y', 8, 10, 10]]);
    expect([pyramid?.planes, pyramid?.paths.map((p) => p.id)]).toEqual([2, ['1', '2']]);
  });
  it('takes places of sparse tiling from the frames, counted from 1; tiles outside are left out and told', () => {
    const at = (x: number, y: number, z = 0) => ({ '0048021A': sq({ '0048021E': el('SL', x), '0048021F': el('SL', y), '0040074A': el('DS', z) }) });
    const { pyramids, notes } = pyramidsOf([slide('s', 40, 40, 4, { '00209311': el('CS', 'TILED_SPARSE'), '52009230': sq(at(11, 21), at(1, 1, 0.002), at(4001, 1), at(-90, 1)) })]);
    expect([0, 1].map((z) => pyramids[0]?.levels[0]?.sources[0]?.tiles('', z, all).map((t) => [t.frame, t.x, t.y]))).toEqual([[[1, 10, 20]], [[2, 0, 0]]]);
    expect(notes).toEqual(['2 tiles of an image say no place on the slide: they are left out.']);
  });
  it('takes tiles off the grid too, wherever they reach into what is asked', () => {
    const at = (x: number, y: number) => ({ '0048021A': sq({ '0048021E': el('SL', x), '0048021F': el('SL', y) }) });
    const source = pyramidsOf([slide('s', 40, 40, 1, { '00209311': el('CS', 'TILED_SPARSE'), '52009230': sq(at(7, 7)) })]).pyramids[0]?.levels[0]?.sources[0];
    expect([source?.tiles('', 0, { left: 14, top: 14, right: 20, bottom: 20 }).length, source?.tiles('', 0, { left: 16, top: 0, right: 20, bottom: 20 }).length]).toEqual([1, 0]);
  });
  it('leaves out what contradicts it, and says so', () => {
    const { pyramids, notes } = pyramidsOf([slide('a', 40, 40, 16), slide('b', 20, 5, 2), slide('c', 20, 20, 3), slide('d', 0, 0, 3), slide('e', 1e9, 5, 1)]);
    expect(pyramids[0]?.levels.map((l) => l.columns)).toEqual([40, 20]);
    expect([...notes, ...(pyramids[0]?.notes ?? [])]).toEqual([
      'Image ? does not say how large the slide is.', 'Image ? does not say how large the slide is.', 'An image of 20 × 20 has 3 of its 4 tiles.', 'An image of 20 × 5 has another shape than the largest: it is left out.',
    ]);
  });
  it('is one of several where images are of the same size, or are label and overview', () => {
    const part = (uid: string, what: string) => slide(uid, 10, 10, 1, { '00080008': el('CS', 'ORIGINAL', 'PRIMARY', what) });
    const { pyramids } = pyramidsOf([part('o', 'OVERVIEW'), slide('a', 40, 40, 16), slide('b', 40, 40, 16), part('l', 'LABEL')]);
    expect(pyramids.map((p) => p.name)).toEqual(['Slide 1', 'Slide 2', 'Label of the slide', 'Overview']);
  });
  it('has one level of channels that are instances of their own', () => {
    const { pyramids } = pyramidsOf([slide('a', 40, 40, 16, paths('DAPI')), slide('b', 40, 40, 16, paths('FITC'))]);
    expect(pyramids.map((p) => [p.paths.map((q) => q.id), p.levels.length])).toEqual([[['DAPI', 'FITC'], 1]]);
  });
  it('is told its pixel by the imaged volume where there is no spacing', () => {
    expect(pyramidsOf([slide('a', 40, 20, 8, { '00480001': el('FL', 4), '00480002': el('FL', 2) })]).pyramids[0]?.spacing).toEqual({ row: 0.1, column: 0.1 });
  });
});

describe('the view of a slide', () => {
  const [pyramid] = pyramidsOf([slide('a', 400, 300, 1200), slide('b', 200, 150, 300), slide('c', 100, 75, 80)]).pyramids;
  if (!pyramid) throw new Error('no pyramid');
  const size = { width: 200, height: 200 };
  it('begins with all of it', () => {
    expect(fitted(pyramid, size)).toEqual({ x: 200, y: 150, scale: 0.5, turn: 0 });
    expect(fitted(pyramid, size, 1).scale).toBe(0.5);
  });
  it('keeps the place under the pointer when it zooms, turned or not', () => {
    for (const turn of [0, 1, 2, 3] as const) {
      const before = { x: 210, y: 140, scale: 0.5, turn };
      const place = apply(matrixOf(before, size), [250, 160]);
      const after = zoomed(before, pyramid, size, 2, place);
      const there = apply(matrixOf(after, size), [250, 160]);
      expect(there[0]).toBeCloseTo(place[0]);
      expect(there[1]).toBeCloseTo(place[1]);
    }
  });
  it('is dragged with the pointer, and its middle stays on the slide', () => {
    expect(panned({ x: 200, y: 150, scale: 2, turn: 0 }, pyramid, 40, 0)).toMatchObject({ x: 180, y: 150 });
    expect(panned({ x: 200, y: 150, scale: 2, turn: 1 }, pyramid, 40, 0)).toMatchObject({ x: 200, y: 170 });
    expect(panned({ x: 200, y: 150, scale: 2, turn: 0 }, pyramid, 9000, 0).x).toBe(0);
  });
  it('asks for the coarsest level that is sharp enough, and of it what is on the canvas, from the middle on', () => {
    expect([2, 1, 0.5, 0.3, 0.01].map((scale) => levelFor(pyramid, scale))).toEqual([0, 0, 1, 2, 2]);
    const place = { x: 200, y: 150, scale: 4, turn: 0 as const };
    const box = boxOf(place, size);
    const tiles = tilesOf(pyramid, 0, [''], 0, place, size);
    expect([box.left, box.right].map(Math.round)).toEqual([175, 225]);
    expect(tiles.length).toBe(36);
    expect(tiles.every((t) => t.x + 10 > box.left && t.x < box.right && t.y + 10 > box.top && t.y < box.bottom)).toBe(true);
    expect(tiles.map((t) => t.distance)).toEqual(tiles.map((t) => t.distance).sort((a, b) => a - b));
  });
  it('asks for nothing where a mistake of the object would ask for everything', () => {
    const [grains] = pyramidsOf([slide('a', 1_000_000, 1_000_000, 100)]).pyramids;
    expect(grains && tilesOf(grains, 0, [''], 0, fitted(grains, size), size)).toEqual([]);
  });
  it('has a bar of a round length', () => {
    expect(barOf(2000, 140)).toEqual({ width: 100, words: '50 µm' });
    expect(barOf(10, 140)).toEqual({ width: 100, words: '10 mm' });
    expect(barOf(NaN, 140)).toBeUndefined();
  });
  it('places slide coordinates: the origin is the middle of the first pixel (PS3.3 C.8.12.2.1.1)', () => {
    const system = slideSystem({ '00480008': sq({ '0040072A': el('DS', 20), '0040073A': el('DS', 40) }), '00480102': el('DS', 0, -1, 0, -1, 0, 0), '00280030': el('DS', 0.5, 0.25) } as unknown as DataSet);
    expect(system?.from(20, 40)).toEqual([0.5, 0.5]);
    expect(system?.from(19, 39)).toEqual([4.5, 2.5]);
    expect(system?.to(4.5, 2.5)).toEqual([19, 39]);
  });
});

const f32 = (...v: number[]) => new Uint8Array(new Float32Array(v).buffer);
const u32 = (...v: number[]) => new Uint8Array(new Uint32Array(v).buffer);
const head = (graphic: string) => groupHeads({ '006A0002': sq({ '00700023': el('CS', graphic), '006A0005': el('LO', 'cells') }) } as unknown as DataSet);
const bytes = (points: Uint8Array, more: Partial<GroupBytes> = {}): GroupBytes => ({ points, double: false, index: new Uint8Array(), measurements: [], ...more });
const asIs = (x: number, y: number) => [x, y] as const;

describe('annotations of a slide', () => {
  const group = (graphic: string, b: GroupBytes, dimensions: 2 | 3 = 2) => readGroup(head(graphic).groups[0] as never, b, dimensions, asIs);
  it('begin where the list of shapes says, from 1 and in values', () => {
    expect([...group('POLYGON', bytes(f32(0, 0, 1, 0, 1, 1, 5, 5, 6, 5, 6, 6, 5, 6), { index: u32(1, 7) })).starts]).toEqual([0, 3, 7]);
    expect([...group('POLYLINE', bytes(f32(0, 0, 9, 1, 0, 9, 1, 1, 9, 5, 5, 9), { index: u32(1, 7) }), 3).starts]).toEqual([0, 2, 4]);
  });
  it('are four points each where they are ellipses or rectangles, one where they are points', () => {
    expect([...group('ELLIPSE', bytes(f32(...Array.from({ length: 16 }, (_, i) => i)))).starts]).toEqual([0, 4, 8]);
    expect(group('POINT', bytes(new Uint8Array(new Float64Array([1, 2, 3, 4]).buffer), { double: true })).points).toEqual(new Float64Array([1, 2, 3, 4]));
  });
  it('have measurements, some of them for some annotations only', () => {
    const made = group('POINT', bytes(f32(0, 0, 1, 1, 2, 2), { measurements: [{ name: 'Area', unit: 'um2', values: f32(4, 6), which: u32(1, 3) }] }));
    expect([...(made.measurements[0]?.values ?? [])]).toEqual([4, NaN, 6]);
    expect(summaryOf(made.measurements[0] as never)).toEqual({ count: 2, mean: 5, min: 4, max: 6 });
  });
  it('that contradict themselves are told in a sentence', () => {
    expect(() => group('POLYGON', bytes(f32(0, 0, 1, 0, 1, 1), { index: u32(1, 99) }))).toThrow('cells: its list of shapes contradicts its points.');
    expect(() => group('POLYGON', bytes(f32(0, 0, 1, 0, 1, 1)))).toThrow('contradicts');
    expect(() => group('POLYGON', bytes(f32(0, 0, 1, 0, 1, 1), { index: u32(5, 1) }))).toThrow('contradicts');
    expect(() => group('POINT', bytes(f32(1)))).toThrow('cells: it has no points.');
    expect(head('SPIRAL').notes).toEqual(['cells: its shapes are of no known kind.']);
  });
});

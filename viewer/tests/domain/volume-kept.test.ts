import { describe, expect, it } from 'vitest';
import { readHanging, readOver, readThree, readVolume } from '../../domain/volume-kept';

const BEFORE = { rows: 1, columns: 2, cells: ['1.2.1', ''] };
const AXES = { right: [1, 0, 0], down: [0, 0, -1], travel: [0, 1, 0] };
const VOLUME = { series: '1.2.1', at: 3, point: [1, -2, 3.5], slab: { mode: 'mean', thickness: 12 }, steps: true, axes: { cor: AXES }, path: [[0, 0, 0], [1, 1, 1]], drawnOn: 'sag', curved: true, before: BEFORE };
const EYE = { right: [1, 0, 0], up: [0, 0, 1], towards: [0, -1, 0], centre: [4, 5, 6], mm: 0.5 };
const THREE = { preset: 'ct-bone', eye: EYE, crop: { low: [0, 0, 0], high: [1, 1, 0.5], clip: Infinity }, shift: 20, stretch: 1.5 };
const LAYER = { window: { center: 5, width: 10, function: 'LINEAR_EXACT', explanation: '' }, colourMap: 'hot-iron', opacity: 0.5, clear: true };
const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

it('planes, three dimensions and what lies over come back through JSON', () => {
  expect(readVolume(json(VOLUME))).toEqual(VOLUME);
  expect(readThree(json(THREE))).toEqual(THREE);
  expect(readOver(json({ series: '1.2.2', layer: LAYER }))).toEqual({ series: '1.2.2', layer: LAYER });
  expect(readHanging(json(BEFORE))).toEqual(BEFORE);
});

describe('what is odd', () => {
  it.each<[string, unknown]>([
    ['nothing', null], ['a text', 'x'], ['no series', { ...VOLUME, series: 5 }], ['no time', { ...VOLUME, at: -1 }], ['no point', { ...VOLUME, point: [1, 2] }],
  ])('%s is no volume', (_, value) => expect(readVolume(value)).toBeUndefined());

  it('of a volume is as usual', () => {
    const odd = { ...VOLUME, slab: { mode: 'most', thickness: -1 }, axes: { cor: { ...AXES, down: [0, 0, 9] } }, path: ['x'], drawnOn: 'top', before: { ...BEFORE, rows: 9 } };
    expect(readVolume(odd)).toEqual({ ...VOLUME, slab: { mode: 'max', thickness: 0 }, axes: {}, path: [], drawnOn: 'ax', curved: false, before: undefined });
  });

  it.each<[string, unknown]>([
    ['nothing', undefined], ['no eye', { ...THREE, eye: undefined }], ['an eye that looks nowhere', { ...THREE, eye: { ...EYE, up: [0, 0, 0] } }],
    ['no size', { ...THREE, eye: { ...EYE, mm: 0 } }], ['no box', { ...THREE, crop: { low: [0, 0, 0] } }],
  ])('%s is no look at a volume', (_, value) => expect(readThree(value)).toBeUndefined());

  it('over an image is laid as at first, or not', () => {
    expect(readOver({ series: '1.2.2', layer: { ...LAYER, opacity: 7 } })).toEqual({ series: '1.2.2', layer: undefined });
    expect(readOver({ layer: LAYER })).toBeUndefined();
    expect(readHanging({ ...BEFORE, cells: ['1.2.1'] })).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { carried, counterpart, linkKind, shiftBetween, shownAt } from '../../domain/linking';
import { joinsBy } from '../../domain/joined';
import { displaySetOf, type DisplaySet, type ImageRef } from '../../domain/display-sets';

const ds = (values: number[] | string[], vr = 'DS') => ({ vr, Value: values });

function stack(series: string, zs: number[], frame: string, orientation = [1, 0, 0, 0, 1, 0]): DisplaySet {
  const images = zs.map((z, i): DataSet => ({
    '00080018': ds([`${series}.${i}`], 'UI'), '00200013': ds([i + 1], 'IS'), '00280010': ds([10], 'US'), '00280011': ds([10], 'US'), '00280004': ds(['MONOCHROME2'], 'CS'), '7FE00010': { vr: 'OW' },
    '00200032': ds(orientation[4] ? [0, 0, z] : [z, 0, 0]), '00200037': ds(orientation), '00280030': ds([1, 1]), '00200052': ds([frame], 'UI'), '00080060': ds(['CT'], 'CS'),
  }));
  return displaySetOf('1', series, images);
}

const at = (set: DisplaySet, i: number) => set.images[i] as ImageRef;
const thick = stack('2', [0, 5, 10, 15, 20], '9.1');
const thin = stack('3', [4, 5, 6, 7, 8, 9, 10, 11], '9.1');
const other = stack('4', [104, 109, 114, 119], '9.2');
const sagittal = stack('5', [0, 5], '9.1', [0, 1, 0, 0, 0, -1]);
const flat: DisplaySet = { ...thick, images: thick.images.map((i) => ({ ...i, dataset: {} })) };

describe('linked scrolling', () => {
  it('finds the nearest slice in the same frame of reference and says how far it is', () => {
    expect(linkKind(at(thick, 0), at(thin, 0))).toBe('reference');
    expect(counterpart(at(thick, 2), thin, 0)).toEqual({ index: 6, apart: 0 });
    expect(counterpart(at(thick, 4), thin, 0)).toEqual({ index: 7, apart: 9 });
    expect(counterpart(at(thin, 3), thick, 0)).toEqual({ index: 1, apart: 2 });
  });

  it('takes table positions in another frame of reference, and what was pinned', () => {
    expect(linkKind(at(thick, 0), at(other, 0))).toBe('position');
    expect(counterpart(at(thick, 4), other, 3)).toEqual({ index: 0, apart: 84 });
    const shift = shiftBetween(at(thick, 1), at(other, 1));
    expect(shift).toBe(104);
    expect(counterpart(at(thick, 2), other, 0, shift)).toEqual({ index: 2, apart: 0 });
    expect(counterpart(at(other, 3), thick, 0, shiftBetween(at(other, 1), at(thick, 1)))).toEqual({ index: 3, apart: 0 });
  });

  it('goes by a registration where one joins two frames of reference', () => {
    // 9.2 is 9.1 turned by a quarter about z, then moved by (7, 0, 102) mm.
    const matrix = [0, -1, 0, 7, 1, 0, 0, 0, 0, 0, 1, 102, 0, 0, 0, 1].map(String);
    const item = (frame: string, m: string[]) => ({ '00200052': ds([frame]), '00700309': ds([{ '0070030A': ds([{ '0070030C': ds(['RIGID']), '300600C6': ds(m) }] as never, 'SQ') }] as never, 'SQ') });
    const joins = joinsBy(() => [{ '00200052': ds(['9.2']), '00080023': ds(['20250101']), '00700308': ds([item('9.1', matrix)] as never, 'SQ') }]);
    expect(linkKind(at(thick, 0), at(other, 0), joins)).toBe('registered');
    // z = 5 lies at 107; slices at 104, 109, 114, 119.
    expect(counterpart(at(thick, 1), other, 0, 0, joins)).toEqual({ index: 1, apart: 2 });
    expect(counterpart(at(other, 1), thick, 0, 0, joins)).toEqual({ index: 1, apart: 2 });
    expect(carried(at(thick, 1), at(other, 0), joins).rectangle).toMatchObject({ position: [7, 0, 107], row: [0, 1, 0], column: [-1, 0, 0] });
    // (3, 4, 10) goes to (-4 + 7, 3, 112), within the nearest slice at 114: pixel (3, 3).
    expect(shownAt([3, 4, 10], '9.1', other, joins)).toEqual({ index: 2, at: [3.5, 3.5] });
    expect(shownAt([3, 4, 10], '9.1', other)).toBeUndefined();
    expect(shownAt([3, 4, 10], '9.7', other, joins)).toBeUndefined();
  });

  it('leaves stacks alone that cut each other, and counts without geometry', () => {
    expect(linkKind(at(thick, 0), at(sagittal, 0))).toBe('none');
    expect(counterpart(at(thick, 3), sagittal, 0)).toBeUndefined();
    expect(linkKind(at(thick, 0), at(flat, 0))).toBe('number');
    expect(shiftBetween(at(thick, 0), at(flat, 0))).toBeUndefined();
  });

  it('stays near the image shown where several lie at one place', () => {
    const phases = { ...thin, images: [...thin.images, ...thin.images] };
    expect(counterpart(at(thick, 1), phases, 10)).toEqual({ index: 9, apart: 0 });
    expect(counterpart(at(thick, 1), phases, 2)).toEqual({ index: 1, apart: 0 });
  });
});

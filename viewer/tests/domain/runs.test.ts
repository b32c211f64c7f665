import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { displaySetOf } from '../../domain/display-sets';
import { isRun, partsOf, seriesOfRun } from '../../domain/runs';

const el = (vr: string, ...Value: unknown[]) => ({ vr, Value });
const sq = (...Value: unknown[]) => ({ vr: 'SQ', Value });

/** An enhanced object; each frame by [stack, position, time]. */
function enhanced(frames: readonly number[][], pointers = ['00209056', '00209057', '00209128'], labels = ['Stack', 'Position', 'Phase']): DataSet {
  return {
    '00080018': el('UI', '1.1'), '00280010': el('US', 4), '00280011': el('US', 4), '00280004': el('CS', 'MONOCHROME2'), '00280008': el('IS', frames.length),
    '00209222': sq(...pointers.map((p, i) => ({ '00209165': el('AT', p), '00209421': el('LO', labels[i]) }))),
    '52009230': sq(...frames.map((f) => ({ '00209111': sq({ '00209157': el('UL', ...f), '00209056': el('SH', `S${f[0]}`) }) }))),
  } as unknown as DataSet;
}

const parts = (...ds: DataSet[]) => partsOf(displaySetOf('1', '2', ds)).map(({ id, name, set }) => [id, name, set.images.map((i) => i.frame).join(' ')]);

describe('parts of a series', () => {
  it('are objects of other kinds than those it opens with', () => {
    const still = { '00080018': el('UI', '1.1'), '00280010': el('US', 4), '00280011': el('US', 4), '00280004': el('CS', 'RGB') } as unknown as DataSet;
    const video = { ...still, '00080018': el('UI', '1.2'), '00083002': el('UI', '1.2.840.10008.1.2.4.102') } as unknown as DataSet;
    const report = { '00080018': el('UI', '1.3'), '00080016': el('UI', '1.2.840.10008.5.1.4.1.1.88.11') } as unknown as DataSet;
    const found = partsOf(displaySetOf('1', '2', [report, video, still]));
    expect(found.map((r) => [seriesOfRun(r.id), r.name, r.set.kind, r.set.images.length])).toEqual([['2', 'Video', 'video', 0], ['2', 'Report', 'report', 0]]);
    expect(partsOf(displaySetOf('1', '2', [report, report]))).toEqual([]);
  });
  it('are the stacks of an enhanced object, by the names it gives them', () => {
    expect(parts(enhanced([[2, 1, 1], [1, 2, 1], [1, 1, 1], [2, 2, 1]]))).toEqual([['2#r1', 'Stack S1', '3 2'], ['2#r2', 'Stack S2', '1 4']]);
  });
  it('are the times where each is a stack in space, by the name of their dimension', () => {
    expect(parts(enhanced([[1, 1, 1], [1, 2, 1], [1, 1, 2], [1, 2, 2]]))).toEqual([['2#r1', 'Phase 1', '1 2'], ['2#r2', 'Phase 2', '3 4']]);
  });
  it('are the objects of several frames, which keep their own time', () => {
    const run = (uid: string, n: number): DataSet => ({ '00080018': el('UI', uid), '00200013': el('IS', n), '00280010': el('US', 4), '00280011': el('US', 4), '00280004': el('CS', 'MONOCHROME2'), '00280008': el('IS', 3) }) as unknown as DataSet;
    const found = partsOf(displaySetOf('1', '2', [run('b', 2), run('a', 1)]));
    expect(found.map((r) => [r.name, r.set.images[0]?.sopInstanceUid, r.set.images.length, r.set.dimensions.times])).toEqual([['Run 1', 'a', 3, 3], ['Run 2', 'b', 3, 3]]);
  });
  it('are none of one stack, of single frames, and of more than can be listed', () => {
    expect(parts(enhanced([[1, 1, 1], [1, 2, 1]]))).toEqual([]);
    expect(parts(enhanced(Array.from({ length: 61 }, (_, i) => [i + 1, 1, 1])))).toEqual([]);
    const single = (z: number, n: number) => ({ '00080018': el('UI', String(n)), '00280010': el('US', 4), '00280011': el('US', 4), '00280004': el('CS', 'MONOCHROME2'), '00200032': el('DS', 0, 0, z), '00200037': el('DS', 1, 0, 0, 0, 1, 0) }) as unknown as DataSet;
    expect(parts(single(1, 1), single(1, 2), single(2, 3), single(2, 4))).toEqual([]);
  });
  it('hold all images of the series together', () => {
    const set = displaySetOf('1', '2', [enhanced([[2, 1, 1], [1, 2, 1], [1, 1, 2], [2, 2, 2]])]);
    expect(partsOf(set).flatMap((r) => r.set.images).length).toBe(set.images.length);
  });
  it('are known by their ids', () => {
    expect([seriesOfRun('1.2#r3'), seriesOfRun('1.2#ax'), isRun('1.2#r3'), isRun('1.2#r3#ax'), isRun('1.2')]).toEqual(['1.2', '1.2#ax', true, false, false]);
  });
});

import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { heightMapOf, isHeightMap, linesOf, rowOf, type HeightMap } from '../../core/height-map';

const is = (...Value: unknown[]) => ({ vr: 'LO', Value });
const sequence = (...Value: DataSet[]) => ({ vr: 'SQ', Value });

/** Two surfaces over three scans of five columns, PS3.3 C.8.20.5. */
function object(more: DataSet = {}): DataSet {
  return {
    '00080016': is('1.2.840.10008.5.1.4.1.1.66.8'), '00620001': is('HEIGHTMAP'), '00280010': is(3), '00280011': is(5), '00280008': is(2), '00280122': is(-1),
    '00620002': sequence({ '00620004': is(1), '00620005': is('ILM') }, { '00620004': is(2), '00620005': is('BM') }),
    '52009229': sequence({ '00089124': sequence({ '00082112': sequence({ '00081155': is('1.2.3') }) }) }),
    '52009230': sequence({ '0062000A': sequence({ '0062000B': is(2) }) }, { '0062000A': sequence({ '0062000B': is(1) }) }),
    ...more,
  };
}

const read = (ds: DataSet) => heightMapOf(ds) as HeightMap;

describe('height maps', () => {
  it('say whose surface each frame is and on which images it lies', () => {
    const map = read(object());
    expect(isHeightMap(object())).toBe(true);
    expect(map.frames.map(({ frame, segment, images }) => [frame, segment.label, images])).toEqual([[1, 'BM', [{ uid: '1.2.3', frames: [] }]], [2, 'ILM', [{ uid: '1.2.3', frames: [] }]]]);
    const images = map.frames[0]?.images ?? [];
    expect([1, 3, 4].map((frame) => rowOf(map, images, '1.2.3', frame))).toEqual([0, 2, undefined]);
    expect(rowOf(map, images, '9', 1)).toBeUndefined();
    // Frames that are named are the rows, in their order.
    expect([30, 10, 1].map((frame) => rowOf(map, [{ uid: '1', frames: [10, 20, 30] }], '1', frame))).toEqual([2, 0, undefined]);
  });

  it('are lines in pieces between what has no height', () => {
    const map = read(object());
    const heights = Float32Array.from([0, 0, 0, 0, 0, 10, 11.5, -1, 12, 99, 1, NaN, 2, 3, 4]);
    expect(linesOf(map, heights, 1, 50)).toEqual([[[0.5, 10], [1.5, 11.5]], [[3.5, 12]]]);
    expect(linesOf(map, heights, 2, 50)).toEqual([[[0.5, 1]], [[2.5, 2], [3.5, 3], [4.5, 4]]]);
    expect(linesOf(map, heights.subarray(0, 5), 2, 50)).toEqual([]);
  });

  it('that are none say why', () => {
    expect(heightMapOf(object({ '00280010': is(0) }))).toContain('how large');
    expect(heightMapOf(object({ '00280008': is(0), '52009230': sequence() }))).toContain('no frames');
    expect(heightMapOf(object({ '00280010': is(65535), '00280011': is(65535) }))).toContain('memory');
    expect(read(object({ '00280008': is(900) })).frames).toHaveLength(2);
  });
});

import { describe, expect, it } from 'vitest';
import { curveHeads, isOnImage, readCurve } from '../../core/curves';
import type { DataSet } from '../../core/dicom-json';
import { ticks } from '../../core/ticks';

const ds = (values: Record<string, unknown>): DataSet => Object.fromEntries(Object.entries(values).map(([tag, v]) => [tag, { vr: 'UN', Value: Array.isArray(v) ? v : [v] }]));
const read = (values: Record<string, unknown>, data: ArrayBufferView) => {
  const made = ds({ '50000005': 2, '50000010': 3, '50000103': 1, '50003000': '', ...values });
  const [head] = curveHeads(made);
  if (!head) throw new Error('no curve');
  return readCurve(made, head, new Uint8Array(data.buffer));
};
const points = (found: ReturnType<typeof read>) => (typeof found === 'string' ? found : [[...found.xs], [...found.ys]]);

describe('curves', () => {
  it('lie on their image where they are regions or lines of two dimensions in pixels', () => {
    const on = (more: Record<string, unknown>) => curveHeads(ds({ '50000005': 2, '50000010': 3, '50000020': 'ROI', '50000030': ['PIXL', 'PIXL'], ...more })).map(isOnImage);
    expect([on({}), on({ '50000020': 'POLY', '50000030': [] })]).toEqual([[true], [true]]);
    for (const odd of [{ '50000020': 'PROF' }, { '50000005': 3 }, { '50000010': 1 }, { '50000010': 1e6 }, { '50000030': ['SEC', 'MVLT'] }]) expect(on(odd), JSON.stringify(odd)).toEqual([false]);
  });
  it('have their points in pairs, or one after the other over equal steps', () => {
    expect(points(read({}, Int16Array.of(0, -1, 5, -2, 9, -3)))).toEqual([[0, 5, 9], [-1, -2, -3]]);
    const half = [...new Uint16Array(Float32Array.of(0.5).buffer)];
    expect(points(read({ '50000103': 2, '50000110': [0, 1], '50000112': half, '50000114': half }, Float32Array.of(1, 2, 4)))).toEqual([[0.5, 1, 1.5], [1, 2, 4]]);
    expect(points(read({ '50000110': [1, 0], '50000112': 7, '50000114': 65535 }, Int16Array.of(1, 2, 4)))).toEqual([[1, 2, 4], [7, 6, 5]]);
    expect(points(read({ '50000005': 1 }, Int16Array.of(4, 5, 6)))).toEqual([[0, 1, 2], [4, 5, 6]]);
  });
  it('of more dimensions are read by their first two; what ends early is what is there', () => {
    expect(points(read({ '50000005': 3 }, Int16Array.of(1, 2, 99, 3, 4, 99)))).toEqual([[1, 3], [2, 4]]);
    expect(points(read({ '50000103': 3 }, new Uint8Array(15)))).toBe('data');
  });
  it('that cannot be are told apart', () => {
    expect(read({ '50000005': 0 }, Int16Array.of(1))).toBe('dimensions');
    expect(read({ '50000005': 9000 }, Int16Array.of(1))).toBe('dimensions');
    expect(read({ '50000103': 5 }, Int16Array.of(1))).toBe('form');
    expect(read({ '50000010': 0 }, Int16Array.of(1, 2))).toBe('data');
  });
  it('of all groups of a data set are found, overlays are none', () => {
    expect(curveHeads(ds({ '501E0005': 2, '50020005': 1, '60000010': 1, '50010010': 'X' })).map((c) => c.group)).toEqual(['5002', '501E']);
  });
});

describe('ticks', () => {
  it('are round and within the axis, whichever way it goes', () => {
    expect(ticks(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(ticks(4.4, 0).map((v) => Number(v.toFixed(6)))).toEqual([0, 1, 2, 3, 4]);
    expect(ticks(1, 1)).toEqual([]);
    expect(ticks(NaN, 1)).toEqual([]);
  });
});

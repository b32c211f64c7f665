import { describe, expect, it } from 'vitest';
import { cutQuery, frameOfAnswer, volumeElsewhere } from '../../domain/server-planes';
import { frameAt, obliqueStack, orthogonalStack } from '../../domain/reformat';
import type { Grid } from '../../core/volume-geometry';

const grid: Grid = { size: [10, 8, 6], origin: [-9, -7, 20], steps: [[2, 0, 0], [0, 2, 0], [0, 0, 3]], places: undefined, gaps: [], reach: 0.5 };
const told = { slices: 6, values: [-1000, 1480] as [number, number], codes: { slope: 1, intercept: 31767, nothing: -32768 } };

function answer(codes: number[], headers: Record<string, string>) {
  const body = new DataView(new ArrayBuffer(2 * codes.length));
  codes.forEach((v, i) => body.setInt16(2 * i, v, true));
  return { body: body.buffer, said: (name: string) => headers[name] ?? null };
}

describe('planes of the server', () => {
  it('are asked for with the centre, directions, size and layers of ours', () => {
    const plane = frameAt(orthogonalStack(grid, 'cor'), 2);
    const asked = cutQuery(grid, plane, { mode: 'mean', thickness: 9 });
    // The coronal stack runs to the back in steps of 2 mm, from -7 on.
    expect(asked.get('center')?.split(',').map(Number)).toEqual([0, -3, 27.5]);
    expect(asked.get('orientation')).toBe('1,0,0,0,0,-1');
    expect([asked.get('size'), asked.get('spacing')]).toEqual([`${plane.columns},${plane.rows}`, '2']);
    expect([asked.get('slab'), asked.get('mode'), asked.get('step')]).toEqual(['9', 'average', '2']);
    expect(cutQuery(grid, plane, undefined).has('slab')).toBe(false);
    const oblique = frameAt(obliqueStack(grid, { right: [0.8, 0.6, 0], down: [0, 0, -1] }, [0.6, -0.8, 0], [0, 0, 27.5]), 0);
    const layers = cutQuery(grid, oblique, { mode: 'max', thickness: 9 });
    // A voxel is 2 mm wide: along (0.6, -0.8, 0) the next one is met after 2 / 0.8 mm.
    expect(Number(layers.get('step'))).toBeCloseTo(2.5, 9);
  });

  it('have the codes of the volume, and nothing where nothing is known', () => {
    const volume = volumeElsewhere(grid, 'HU', told);
    const plane = { ...frameAt(orthogonalStack(grid, 'ax'), 0), columns: 2, rows: 2 };
    const headers = { 'reformat-columns': '2', 'reformat-rows': '2', 'reformat-slope': '1', 'reformat-intercept': '31767' };
    const good = answer([-32767, -32768, -31727, 258], headers);
    const frame = frameOfAnswer(good.body, good.said, volume, plane);
    expect([...frame.samples].map((v) => v * volume.slope + volume.intercept)).toEqual([-1000, -1001, 40, 32025]);
    expect([frame.min, frame.max, volume.outside]).toEqual([-32767, 258, -32768]);
    expect(() => frameOfAnswer(good.body.slice(2), good.said, volume, plane)).toThrow('another plane');
    const grown = answer([0, 0, 0, 0], { ...headers, 'reformat-intercept': '1' });
    expect(() => frameOfAnswer(grown.body, grown.said, volume, plane)).toThrow('changed');
  });
});

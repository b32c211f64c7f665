import { describe, expect, it } from 'vitest';
import { coloursOf, parseMtl } from '../../core/materials';
import { parseObj } from '../../core/stl';

describe('materials of a model', () => {
  const mtl = parseMtl('# by hand\nnewmtl bone\nKd 1 0.5 0\nd 0.25\n\nnewmtl metal\r\nKd 0.2\r\nTr 0.75\r\nnewmtl bad\nKd one 2 3\nKd 0 0 9\nmap_Kd http://198.51.100.7/x.png\n');
  it('reads colours and what is seen through', () => {
    expect([...mtl]).toEqual([['bone', { colour: [255, 128, 0], opacity: 0.25 }], ['metal', { colour: [51, 51, 51], opacity: 0.25 }], ['bad', { colour: [204, 204, 204], opacity: 1 }]]);
    expect(parseMtl('Kd 1 0 0').size).toBe(0);
  });
  it('colours each triangle of an OBJ by what it is made of', () => {
    const model = parseObj('v 0 0 0\nv 1 0 0\nv 1 1 0\nv nan 1 0\nf 1 2 3\nusemtl bone\nf 1 2 4\nf 1 2 3 1\nusemtl unknown\nf 3 2 1\n');
    expect(model.materials).toEqual(['', 'bone', 'bone', 'unknown']);
    const colours = coloursOf(model.materials ?? [], mtl, [1, 2, 3]);
    expect([0, 9, 18, 27].map((at) => [...colours.subarray(at, at + 3)])).toEqual([[1, 2, 3], [255, 128, 0], [255, 128, 0], [1, 2, 3]]);
    expect(parseObj('v 0 0 0\nv 1 0 0\nv 1 1 0\nf 1 2 3').materials).toBeUndefined();
  });
});

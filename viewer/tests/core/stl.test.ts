import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { volumeInside } from '../../core/surfaces';
import { areaOf, cornersOf, edgesOf, parseObj, parseStl } from '../../core/stl';

/** The file that the made object encapsulates: from its 80 letters of header on. */
function sphere(): Uint8Array {
  const whole = readFileSync(new URL('../../../../shared/data/made/documents/stl-sphere.dcm', import.meta.url));
  const at = whole.indexOf('synthetic sphere  ');
  return new Uint8Array(whole.subarray(at, at + 16084));
}

const ASCII = 'solid x\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1e0 0\nendloop\nendfacet\nendsolid x';

describe('STL and OBJ', () => {
  it('has the triangles, volume and area of TRUTH.csv', () => {
    const found = parseStl(sphere());
    expect(found.count).toBe(320);
    expect(found.note).toBe('');
    expect(volumeInside(found.positions, cornersOf(found))).toBeCloseTo(11105.091, 1);
    expect(areaOf(found)).toBeCloseTo(2416.65, 1);
    expect(edgesOf(found)).toHaveLength(1920);
  });

  it('reads ASCII, also where a binary file begins with the same word', () => {
    const found = parseStl(new TextEncoder().encode(ASCII));
    expect([...found.positions]).toEqual([0, 0, 0, 1, 0, 0, 0, 1, 0]);
    expect(areaOf(found)).toBe(0.5);
    const named = sphere();
    named.set(new TextEncoder().encode('solid'), 0);
    expect(parseStl(named).count).toBe(320);
  });

  it('does not believe a number of triangles', () => {
    const lies = sphere();
    new DataView(lies.buffer, lies.byteOffset).setUint32(80, 4_000_000_000, true);
    expect(parseStl(lies)).toMatchObject({ count: 320, note: expect.stringContaining('320') as string });
    new DataView(lies.buffer, lies.byteOffset).setUint32(80, 10, true);
    expect(parseStl(lies).count).toBe(10);
    new DataView(lies.buffer, lies.byteOffset).setUint32(80, 0, true);
    for (const bad of [lies, new Uint8Array(), new Uint8Array(84), new TextEncoder().encode('solid nothing')]) expect(() => parseStl(bad)).toThrow(/no triangles/);
    const odd = sphere();
    new DataView(odd.buffer, odd.byteOffset).setFloat32(84 + 12, NaN, true);
    expect(parseStl(odd)).toMatchObject({ count: 319, note: expect.stringContaining('no place') as string });
  });

  it('reads faces of OBJ: fans, numbers from the end, corners that are not there', () => {
    const found = parseObj('# cube\nv 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nf 1/1/1 2/2/2 3//3 4\nf -4 -3 -2\nf 1 2 9\nf 1 2');
    expect(found.count).toBe(3);
    expect(areaOf(found)).toBeCloseTo(1.5);
    expect(found.note).toContain('2 faces');
    expect(() => parseObj('v 0 0 0')).toThrow(/no triangles/);
  });
});

/** Triangles of STL (binary and ASCII) and OBJ files (PS3.3 A.85): positions only, checked against what is there. */
import { t } from './language';

export interface Triangles {
  /** Nine numbers a triangle. */
  positions: Float32Array;
  count: number;
  /** What is odd, in words; '' when nothing is. */
  note: string;
  /** OBJ: what each triangle is made of (usemtl), '' for nothing said; undefined where no material is named. */
  materials?: readonly string[];
}

const MOST_TRIANGLES = 20_000_000;
const [HEADER, EACH] = [84, 50];

/** Throws with the reason in words. */
export function parseStl(bytes: Uint8Array): Triangles {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const said = bytes.length >= HEADER ? view.getUint32(80, true) : -1;
  // Many binary files begin with "solid", too: the length that fits decides, then whether there are facets to read.
  if (said >= 0 && HEADER + said * EACH === bytes.length && said > 0) return binary(view, said, '');
  if (/^\s*solid\b/i.test(new TextDecoder('latin1').decode(bytes.subarray(0, 100)))) {
    const ascii = parseAscii(new TextDecoder('latin1').decode(bytes));
    if (ascii.count) return ascii;
  }
  const here = Math.floor((bytes.length - HEADER) / EACH);
  if (here < 1) throw new Error(t('It holds no triangles.'));
  return binary(view, Math.min(here, Math.max(said, 0)), said > here ? t('It says that it has {said} triangles; {here} are there.', { said, here }) : t('There is more in it than its {said} triangles.', { said }));
}

function binary(view: DataView, count: number, note: string): Triangles {
  if (count > MOST_TRIANGLES) throw new Error(t('It is too large to be shown.'));
  if (!count) throw new Error(t('It holds no triangles.'));
  const positions = new Float32Array(count * 9);
  for (let i = 0; i < count; i++) for (let k = 0; k < 9; k++) positions[i * 9 + k] = view.getFloat32(HEADER + i * EACH + 12 + k * 4, true);
  return finite({ positions, count, note });
}

function parseAscii(text: string): Triangles {
  const numbers: number[] = [];
  for (const [, x, y, z] of text.matchAll(/vertex\s+(\S+)\s+(\S+)\s+(\S+)/gi)) {
    if (numbers.length >= MOST_TRIANGLES) throw new Error(t('It is too large to be shown.'));
    numbers.push(Number(x), Number(y), Number(z));
  }
  const count = Math.floor(numbers.length / 9);
  return finite({ positions: Float32Array.from(numbers.slice(0, count * 9)), count, note: numbers.length % 9 ? t('Its last triangle is cut off.') : '' });
}

/** Wavefront OBJ: vertices and faces, polygons as fans, materials by name. Curves and textures are not used. */
export function parseObj(text: string): Triangles {
  const vertices: number[] = [];
  const corners: number[] = [];
  const materials: string[] = [];
  let material = '';
  let lost = 0;
  for (const line of text.replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const [word, ...rest] = line.trim().split(/\s+/);
    if (word === 'v') vertices.push(Number(rest[0]), Number(rest[1]), Number(rest[2]));
    if (word === 'usemtl') material = rest.join(' ');
    if (word !== 'f') continue;
    const known = vertices.length / 3;
    const face = rest.map((part) => Number(part.split('/')[0])).map((n) => (n < 0 ? known + n : n - 1));
    if (face.length < 3 || face.some((n) => !Number.isInteger(n) || n < 0 || n >= known)) {
      lost++;
      continue;
    }
    for (let k = 1; k + 1 < face.length; k++) {
      corners.push(face[0] as number, face[k] as number, face[k + 1] as number);
      materials.push(material);
    }
    if (corners.length > 3 * MOST_TRIANGLES) throw new Error(t('It is too large to be shown.'));
  }
  if (!corners.length) throw new Error(t('It holds no triangles.'));
  const positions = new Float32Array(corners.length * 3);
  corners.forEach((corner, i) => {
    for (let a = 0; a < 3; a++) positions[i * 3 + a] = vertices[corner * 3 + a] as number;
  });
  const named = materials.some(Boolean) ? { materials } : {};
  return finite({ positions, count: corners.length / 3, ...named, note: lost ? t('{count} {count|face names|faces name} corners that are not there.', { count: lost }) : '' });
}

/** Triangles with corners that are no numbers are left out. */
function finite({ positions, count, note, materials }: Triangles): Triangles {
  const isGood = (i: number) => positions.subarray(i * 9, i * 9 + 9).every((v) => Number.isFinite(v) && Math.abs(v) < 1e9);
  const good = Array.from({ length: count }, (_, i) => i).filter(isGood);
  if (good.length === count) return { positions, count, note, ...(materials && { materials }) };
  if (!good.length) throw new Error(t('It holds no triangles.'));
  const kept = new Float32Array(good.length * 9);
  good.forEach((from, to) => kept.set(positions.subarray(from * 9, from * 9 + 9), to * 9));
  return { positions: kept, count: good.length, ...(materials && { materials: good.map((i) => materials[i] as string) }), note: [note, t('{count} {count|triangle has|triangles have} no place in space.', { count: count - good.length })].filter(Boolean).join(' ') };
}

/** Square units of all triangles. */
export function areaOf({ positions, count }: Triangles): number {
  let sum = 0;
  for (let i = 0; i < count * 9; i += 9) {
    const p = (k: number) => positions[i + k] as number;
    const [ux, uy, uz, vx, vy, vz] = [p(3) - p(0), p(4) - p(1), p(5) - p(2), p(6) - p(0), p(7) - p(1), p(8) - p(2)];
    sum += Math.hypot(uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx) / 2;
  }
  return sum;
}

/** Pieces of line along the sides of all triangles, as pairs of vertices. */
export function edgesOf({ count }: Triangles): Uint32Array {
  const edges = new Uint32Array(count * 6);
  for (let i = 0; i < count; i++) edges.set([0, 1, 1, 2, 2, 0].map((k) => i * 3 + k), i * 6);
  return edges;
}

/** Corners in their order. */
export function cornersOf({ count }: Triangles): Uint32Array {
  return Uint32Array.from({ length: count * 3 }, (_, i) => i);
}

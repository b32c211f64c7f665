/** Surfaces, scans and tracts as they are drawn: Surface Sequence (PS3.3 C.27.1) and Track Set Sequence (C.8.33.1), their values fetched. */
import { item, items, number, numbers, text, type DataSet } from '../../../core/dicom-json';
import { labColour, ownColour } from '../../../core/lab';
import { t } from '../../../core/language';
import { fan, floatsOf, fromOne, longsOf, lineBetween, shortsOf, strip } from '../../../core/mesh-primitives';
import { meaning } from '../../../core/segments';
import { smoothNormals, type Surface } from '../../../core/surfaces';
import { bulkBytes } from '../../stage/bulk-source';

/** What an object brings, and what must be said of it. Words: of what is shown, or why it is nothing. */
export interface ReadSurfaces {
  surfaces: Surface[];
  notices: string[];
}

const MOST_SURFACES = 2000;
const MOST_TRACKS = 5000;
const AT_ONCE = 8;

/** Rejects when the server does not give the values. */
export async function readSurfaces(ds: DataSet, signal: AbortSignal): Promise<ReadSurfaces> {
  return '00660101' in ds ? readTracts(ds, signal) : readMeshes(ds, signal);
}

async function readMeshes(ds: DataSet, signal: AbortSignal): Promise<ReadSurfaces> {
  const names = namesOf(ds);
  const notices: string[] = [];
  const sequence = items(ds, '00660002').slice(0, MOST_SURFACES);
  if (!sequence.length) notices.push(t('The object holds no surface.'));
  const surfaces = await inTurn(sequence, async (one, i): Promise<Surface | undefined> => {
    const n = number(one, '00660003') ?? i + 1;
    const points = item(one, '00660011');
    const positions = floatsOf(await bulkBytes(points?.['00660016'], signal));
    const count = Math.floor(positions.length / 3);
    const said = number(points, '00660015');
    const name = names.get(n) ?? (text(one, '00660004') || t('Surface {number}', { number: n }));
    if (!count) return void notices.push(t('{name} has no points.', { name }));
    if (said !== undefined && said !== count) notices.push(t('{name} says {said} points and has {count}.', { name, said, count }));
    const { made, indices } = await primitivesOf(item(one, '00660013'), count, signal);
    if (indices && !indices.length) notices.push(t('{name} has no triangle between its points.', { name }));
    const own = floatsOf(await bulkBytes(item(one, '00660012')?.['00660021'], signal));
    const normals = own.length === positions.length ? own : made === 'triangles' && indices ? smoothNormals(positions, indices) : undefined;
    const opacity = number(one, '0066000C') ?? 1;
    return { id: `${text(ds, '00080018')} ${n}`, name, positions: positions.subarray(0, count * 3), made, indices, normals, colour: labColour(one, '0062000D') ?? ownColour(n), opacity: Math.min(Math.max(opacity, 0), 1), visible: true };
  });
  return { surfaces: surfaces.filter((s) => s !== undefined), notices };
}

/** Of the segments that name surfaces. */
function namesOf(ds: DataSet): Map<number, string> {
  return new Map(items(ds, '00620002').flatMap((segment) => items(segment, '0066002B').flatMap((r) => numbers(r, '0066002C').map((n) => [n, text(segment, '00620005') || meaning(segment, '0062000F')] as const))));
}

/** Triangles in every way they are written; without any, lines, then points. */
async function primitivesOf(ds: DataSet | undefined, count: number, signal: AbortSignal): Promise<Pick<Surface, 'made' | 'indices'>> {
  const list = async (holder: DataSet | undefined, long: string, short: string): Promise<ArrayLike<number>> => {
    const longs = longsOf(await bulkBytes(holder?.[long], signal));
    return longs.length ? longs : shortsOf(await bulkBytes(holder?.[short], signal));
  };
  const triangles: number[] = [];
  const add = (points: ArrayLike<number>) => {
    for (let i = 0; i < points.length; i++) triangles.push(points[i] as number);
  };
  add(await list(ds, '00660041', '00660023'));
  for (const one of items(ds, '00660026')) add(strip(await list(one, '00660040', '00660029')));
  for (const tag of ['00660027', '00660034']) for (const one of items(ds, tag)) add(fan(await list(one, '00660040', '00660029')));
  if (triangles.length) return { made: 'triangles', indices: fromOne(triangles, count, 3) };
  const lines: number[] = Array.from(await list(ds, '00660042', '00660024'));
  for (const one of items(ds, '00660028')) lines.push(...lineBetween(await list(one, '00660040', '00660029')));
  if (lines.length) return { made: 'lines', indices: fromOne(lines, count, 2) };
  return { made: 'points', indices: undefined };
}

async function readTracts(ds: DataSet, signal: AbortSignal): Promise<ReadSurfaces> {
  const notices: string[] = [];
  const sets = items(ds, '00660101').slice(0, MOST_SURFACES);
  if (!sets.length) notices.push(t('The object holds no tract.'));
  const surfaces: Surface[] = [];
  for (const [i, set] of sets.entries()) {
    const all = items(set, '00660102');
    const tracks = all.slice(0, MOST_TRACKS);
    const name = text(set, '00660106') || meaning(set, '00660108') || t('Tracts {number}', { number: i + 1 });
    if (all.length > tracks.length) notices.push(t('{name}: {count} of {all} tracts are drawn.', { name, count: tracks.length, all: all.length }));
    const colour = labColour(set, '0062000D') ?? ownColour(number(set, '00660105') ?? i + 1);
    const read = await inTurn(tracks, async (track) => ({ points: floatsOf(await bulkBytes(track['00660016'], signal)), colour: labColour(track, '0062000D') ?? colour }));
    const made = joined(read);
    if (!made.positions.length) notices.push(t('{name} has no points.', { name }));
    else surfaces.push({ ...made, id: `${text(ds, '00080018')} ${i + 1}`, name: `${name} (${all.length})`, made: 'lines', colour, opacity: 1, visible: true });
  }
  return { surfaces, notices };
}

function joined(tracks: readonly { points: Float32Array; colour: readonly [number, number, number] }[]): Required<Pick<Surface, 'positions' | 'indices' | 'colours'>> {
  const total = tracks.reduce((sum, track) => sum + Math.floor(track.points.length / 3), 0);
  const positions = new Float32Array(total * 3);
  const colours = new Uint8Array(total * 3);
  const indices: number[] = [];
  let at = 0;
  for (const { points, colour } of tracks) {
    const count = Math.floor(points.length / 3);
    positions.set(points.subarray(0, count * 3), at * 3);
    for (let i = 0; i < count; i++) colours.set(colour, (at + i) * 3);
    for (let i = 1; i < count; i++) indices.push(at + i - 1, at + i);
    at += count;
  }
  return { positions, colours, indices: Uint32Array.from(indices) };
}

/** A few at once, in their order. */
async function inTurn<A, B>(all: readonly A[], act: (one: A, i: number) => Promise<B>): Promise<B[]> {
  const out: B[] = [];
  for (let from = 0; from < all.length; from += AT_ONCE) out.push(...(await Promise.all(all.slice(from, from + AT_ONCE).map((one, i) => act(one, from + i)))));
  return out;
}


/** Surfaces, scans and tracts as they are drawn: Surface Sequence (PS3.3 C.27.1) and Track Set Sequence (C.8.33.1), their values fetched. */
import { item, items, number, numbers, text, type DataSet } from '../../../core/dicom-json';
import { significant } from '../../../core/figures';
import { labColour, ownColour } from '../../../core/lab';
import { t } from '../../../core/language';
import { doublesOf, fan, floatsOf, fromOne, longsOf, lineBetween, onFinite, shortsOf, strip } from '../../../core/mesh-primitives';
import { meaning } from '../../../core/segments';
import { boundsOf, smoothNormals, type Surface } from '../../../core/surfaces';
import { bulkBytes } from '../../stage/bulk-source';
import { inTurn } from './in-turn';
import { readTracts } from './read-tracts';

/** A name and what it is, in words; '' says nothing. */
export type Fact = readonly [string, string];

/** What an object brings, and what must be said of it. notices: of what is shown, or why it is nothing. facts: by the id of a surface. */
export interface ReadSurfaces {
  surfaces: Surface[];
  notices: string[];
  facts: ReadonlyMap<string, readonly Fact[]>;
}

const MOST_SURFACES = 2000;

/** Rejects when the server does not give the values. */
export async function readSurfaces(ds: DataSet, signal: AbortSignal): Promise<ReadSurfaces> {
  return '00660101' in ds ? readTracts(ds, signal) : readMeshes(ds, signal);
}

async function readMeshes(ds: DataSet, signal: AbortSignal): Promise<ReadSurfaces> {
  const names = namesOf(ds);
  const notices: string[] = [];
  const facts = new Map<string, readonly Fact[]>();
  const sequence = items(ds, '00660002').slice(0, MOST_SURFACES);
  if (!sequence.length) notices.push(t('The object holds no surface.'));
  const surfaces = await inTurn(sequence, async (one, i): Promise<Surface | undefined> => {
    const n = number(one, '00660003') ?? i + 1;
    const points = item(one, '00660011');
    const positions = await positionsOf(points, signal);
    const count = Math.floor(positions.length / 3);
    const said = number(points, '00660015');
    const name = names.get(n) ?? (text(one, '00660004') || t('Surface {number}', { number: n }));
    if (!count) return void notices.push(t('{name} has no points.', { name }));
    if (said !== undefined && said !== count) notices.push(t('{name} says {said} points and has {count}.', { name, said, count }));
    const { made, indices: named, astray } = await primitivesOf(item(one, '00660013'), count, signal);
    if (astray) notices.push(t('{name}: {count} {count|piece names|pieces name} points that are not there, and {count|is|are} left out.', { name, count: astray }));
    const nowhere = countNowhere(positions);
    if (nowhere) notices.push(t('{name}: {count} {count|point lies|points lie} nowhere.', { name, count: nowhere }));
    const indices = named && nowhere ? onFinite(positions, named, made === 'triangles' ? 3 : 2) : named;
    if (indices && !indices.length) notices.push(t('{name} has no triangle between its points.', { name }));
    const own = floatsOf(await bulkBytes(item(one, '00660012')?.['00660021'], signal));
    const normals = own.length === positions.length ? own : made === 'triangles' && indices ? smoothNormals(positions, indices) : undefined;
    const opacity = number(one, '0066000C') ?? 1;
    const id = `${text(ds, '00080018')} ${i + 1}`;
    facts.set(id, factsOf(one, n, positions));
    return { id, name, positions: positions.subarray(0, count * 3), made, indices, normals, colour: labColour(one, '0062000D') ?? ownColour(n), opacity: Math.min(Math.max(opacity, 0), 1), visible: true };
  });
  return { surfaces: surfaces.filter((s) => s !== undefined), notices, facts };
}

/** Point Coordinates Data, else Double Point Coordinates Data. */
async function positionsOf(points: DataSet | undefined, signal: AbortSignal): Promise<Float32Array> {
  const single = floatsOf(await bulkBytes(points?.['00660016'], signal));
  return single.length ? single : Float32Array.from(doublesOf(await bulkBytes(points?.['00660022'], signal)));
}

function countNowhere(positions: Float32Array): number {
  let count = 0;
  for (let i = 0; i + 2 < positions.length; i += 3) if (![positions[i], positions[i + 1], positions[i + 2]].every(Number.isFinite)) count++;
  return count;
}

/** PS3.3 C.27.1: what the object says of a surface; its box in the patient is reckoned. */
function factsOf(one: DataSet, n: number, positions: Float32Array): Fact[] {
  const box = boundsOf([{ positions }]);
  const sides = box?.high.map((v, a) => significant(v - (box.low[a] as number), 4)).join(' × ');
  return [
    [t('Number'), String(n)],
    [t('Box'), sides ? `${sides} mm` : ''],
    [t('Closed'), text(one, '0066000E').toLowerCase()],
    [t('Manifold'), text(one, '00660010').toLowerCase()],
    [t('Processing'), [text(one, '00660009') === 'YES' ? text(one, '0066000B') || t('yes') : '', ...items(one, '00660035').map((a) => text(a, '00660036'))].filter(Boolean).join(', ')],
    [t('Comment'), text(one, '00660004')],
  ];
}

/** Of the segments that name surfaces. */
function namesOf(ds: DataSet): Map<number, string> {
  return new Map(items(ds, '00620002').flatMap((segment) => items(segment, '0066002B').flatMap((r) => numbers(r, '0066002C').map((n) => [n, text(segment, '00620005') || meaning(segment, '0062000F')] as const))));
}

/** Triangles in every way they are written; without any, lines, then points. */
async function primitivesOf(ds: DataSet | undefined, count: number, signal: AbortSignal): Promise<Pick<Surface, 'made' | 'indices'> & { astray: number }> {
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
  const known = (points: readonly number[], each: number) => {
    const indices = fromOne(points, count, each);
    return { indices, astray: Math.floor(points.length / each) - indices.length / each };
  };
  if (triangles.length) return { made: 'triangles', ...known(triangles, 3) };
  const lines: number[] = Array.from(await list(ds, '00660042', '00660024'));
  for (const one of items(ds, '00660028')) lines.push(...lineBetween(await list(one, '00660040', '00660029')));
  if (lines.length) return { made: 'lines', ...known(lines, 2) };
  return { made: 'points', indices: undefined, astray: 0 };
}

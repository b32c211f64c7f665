/** A structure as surfaces, lines and points of three dimensions. */
import { placed, type Affine } from '../core/affine';
import type { Point3 } from '../core/geometry';
import { smoothNormals, type Surface } from '../core/surfaces';
import { surfaceOf } from '../core/stack-surface';
import { shapeOf, type Structure } from './structures';

/** What encloses all others must not hide them. */
const CLEAR = new Set(['EXTERNAL', 'BODY']);

export function stackSurfacesOf(structure: Structure): Omit<Surface, 'visible'>[] {
  const { stacks, contours } = shapeOf(structure);
  const look = { name: structure.name, colour: structure.colour, opacity: CLEAR.has(structure.type) ? 0.2 : 0.7 };
  const solids = stacks.flatMap((stack, i) => {
    const surface = surfaceOf(stack);
    return surface ? [{ ...look, ...surface, id: `${structure.number}.${i}`, made: 'triangles' as const }] : [];
  });
  // What encloses no volume: single planes, open lines, points.
  const loose = contours.filter((c) => c.kind !== 'closed' || !solids.length);
  const lines = loose.filter((c) => c.kind !== 'points').map(({ points, kind }, i) => ({ ...look, id: `${structure.number}.line${i}`, made: 'lines' as const, positions: Float32Array.from(points), indices: joined(points.length / 3, kind === 'closed') }));
  const points = loose.filter((c) => c.kind === 'points').map(({ points: at }, i) => ({ ...look, opacity: 1, id: `${structure.number}.point${i}`, made: 'points' as const, positions: Float32Array.from(at) }));
  return [...solids, ...lines, ...points];
}

function joined(count: number, closed: boolean): Uint32Array {
  const pairs = Array.from({ length: closed ? count : count - 1 }, (_, i) => [i, (i + 1) % count]);
  return Uint32Array.from(pairs.flat());
}

/** A surface among the places of another frame of reference. known: arrays made before, by frame and surface. */
export function movedSurface(surface: Surface, known: Map<string, Float32Array>, frame: string, matrix: Affine): Surface {
  const keep = (what: string, make: () => Float32Array) => {
    const key = `${frame} ${surface.id} ${what}`;
    const found = known.get(key) ?? make();
    known.set(key, found);
    return found;
  };
  const positions = keep('positions', () => moved(surface.positions, matrix));
  const { indices, normals } = surface;
  return { ...surface, positions, normals: indices && normals ? keep('normals', () => smoothNormals(positions, indices)) : undefined };
}

/** A surface point by point where a deformation leads; what it leads nowhere is no number, and drawn nowhere. */
export function deformedSurface(surface: Surface, leads: (p: Point3) => Point3 | undefined): Surface {
  const { positions, indices, normals } = surface;
  const out = new Float32Array(positions.length).fill(NaN);
  for (let i = 0; i + 2 < positions.length; i += 3) {
    const there = leads([positions[i], positions[i + 1], positions[i + 2]] as Point3);
    if (there) out.set(there, i);
  }
  return { ...surface, positions: out, normals: indices && normals ? smoothNormals(out, indices) : undefined };
}

function moved(positions: Float32Array, matrix: Affine): Float32Array {
  const out = new Float32Array(positions.length);
  for (let i = 0; i + 2 < positions.length; i += 3) out.set(placed(matrix, [positions[i], positions[i + 1], positions[i + 2]] as Point3), i);
  return out;
}

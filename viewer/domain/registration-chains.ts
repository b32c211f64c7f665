/** Ways from one frame of reference to another through Spatial Registration objects (PS3.3 C.20.2): one of them, or several one after the other. LPS, mm. */
import { after, IDENTITY, invertAffine, type Affine } from '../core/affine';
import { later, matrixFor, type Link, type Registration, type Where } from './registration';

/** links: the objects in the order in which they are gone through. matrix: from the places where it begins to those at its end. */
export interface Way {
  links: readonly Registration[];
  matrix: Affine;
}

interface Begun extends Way {
  at: Where;
}

/** Each object adds its error: more of them say nothing that is worth drawing. */
export const MOST_LINKS = 4;
/** Ways that are followed at a time: objects that name hundreds of frames of reference do not keep the page busy. */
const MOST_WAYS = 100;

/** The shortest ways; no object and no frame of reference is gone through twice. objects: the latest first. */
export function waysBetween(objects: readonly Registration[], here: Where, there: Where, most = MOST_LINKS): Way[] {
  let begun: Begun[] = [{ at: here, links: [], matrix: IDENTITY }];
  const seen = new Set([here.frame]);
  for (let count = 1; count <= most && begun.length; count++) {
    const found = stepsOf(begun, objects).flatMap(([way, known]) => onTo(way, known, there) ?? []);
    if (found.length || count === most) return found.slice(0, MOST_WAYS);
    begun = onwards(begun, objects, seen);
    for (const { at } of begun) seen.add(at.frame);
  }
  return [];
}

/** Of the objects of a way. */
export function oldest(links: readonly Link[]): Link {
  return links.reduce((a, b) => (later(a, b) > 0 ? a : b));
}

function stepsOf(ways: readonly Begun[], objects: readonly Registration[]): [Begun, Registration][] {
  return ways.flatMap((way) => objects.flatMap((known): [Begun, Registration][] => (!way.links.includes(known) && matrixFor(known, way.at) ? [[way, known]] : [])));
}

/** One object further, to frames of reference where no way has been. */
function onwards(ways: readonly Begun[], objects: readonly Registration[], seen: ReadonlySet<string>): Begun[] {
  const next: Begun[] = [];
  for (const [way, known] of stepsOf(ways, objects)) {
    for (const frame of known.frames) {
      const further = seen.has(frame) ? undefined : onTo(way, known, { frame, image: '' });
      if (further) next.push(further);
      if (next.length >= MOST_WAYS) return next;
    }
  }
  return next;
}

function onTo({ at, links, matrix }: Begun, known: Registration, there: Where): Begun | undefined {
  const [to, from] = [matrixFor(known, at), matrixFor(known, there)];
  const back = from && invertAffine(from);
  return to && back && { at: there, links: [...links, known], matrix: after(matrix, after(to, back)) };
}

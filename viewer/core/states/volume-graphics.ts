/** Graphics of volumetric presentation states: in the patient (PS3.3 C.11.28), and on the view that the state describes (C.10.5, A.80.1.4.3). */
import { items, numbers, text, type DataSet } from '../dicom-json';
import { dot, type Point3 } from '../geometry';
import { strokesIn, type Cut, type Strokes } from '../spatial-coordinates';
import { readAnnotations, readLayers, type Annotation, type Layer } from './annotations';
import { BrokenState } from './strict';

/** flat: x, y, z ... in mm. clipped: only where the view meets it. */
export interface VolumeMark {
  type: string;
  flat: readonly number[];
  layer: string;
  clipped: boolean;
  words: string;
}

export interface VolumeGraphics {
  layers: ReadonlyMap<string, Layer>;
  /** Relative to the view, for that view alone. */
  annotations: readonly Annotation[];
  marks: readonly VolumeMark[];
}

const MOST_MARKS = 2000;
const MOST_NUMBERS = 60_000;
const MOST_LETTERS = 1000;
const FAR = 1e7;
const TYPES = ['POINT', 'MULTIPOINT', 'POLYLINE', 'POLYGON', 'ELLIPSE', 'ELLIPSOID'];

/** Throws BrokenState for what cannot be drawn, or is without bounds. */
export function readVolumeGraphics(ds: DataSet): VolumeGraphics {
  const all = items(ds, '00701901');
  const marks = all.slice(0, MOST_MARKS).map((one): VolumeMark => {
    const type = text(one, '00700023').toUpperCase();
    const flat = numbers(one, '00700022');
    if (!TYPES.includes(type)) throw new BrokenState('Graphic Type');
    if (!flat.length || flat.length % 3 || flat.some((v) => !(Math.abs(v) < FAR))) throw new BrokenState('Graphic Data');
    return { type, flat, layer: text(one, '00700002'), clipped: text(one, '00701907').toUpperCase() !== 'NO', words: text(items(one, '00700008')[0], '00700006').slice(0, MOST_LETTERS) };
  });
  if (all.length > MOST_MARKS || marks.reduce((sum, { flat }) => sum + flat.length, 0) > MOST_NUMBERS) throw new BrokenState('Volumetric Annotation Sequence');
  return { layers: readLayers(ds), annotations: readAnnotations(ds), marks };
}

/** What is seen of a mark on a plane. reach: mm to either side that belong to the view. What is not clipped is projected. */
export function strokesOfMark({ type, flat, clipped }: Pick<VolumeMark, 'type' | 'flat' | 'clipped'>, cut: Cut, reach: number): Strokes<Point3> {
  if (type === 'ELLIPSOID') return strokesIn(type, flat, cut, reach);
  const { points, paths } = strokesIn(type, flat, cut, Infinity);
  if (!clipped) return { points, paths };
  const away = (p: Point3) => dot([p[0] - cut.position[0], p[1] - cut.position[1], p[2] - cut.position[2]], cut.normal);
  return { points: points.filter((p) => Math.abs(away(p)) <= reach), paths: paths.flatMap((path) => within(path, away, reach)) };
}

/** The parts of a line that lie within `reach`, cut where they leave it: a needle that goes through a plane is seen where it does. */
function within(path: readonly Point3[], away: (p: Point3) => number, reach: number): Point3[][] {
  const found: Point3[][] = [];
  let run: Point3[] = [];
  for (let i = 1; i < path.length; i++) {
    const [a, b] = [path[i - 1] as Point3, path[i] as Point3];
    const [p, q] = [away(a), away(b)];
    // Shares of the way from a to b between which it is inside.
    const ends = Math.abs(q - p) > 1e-9 ? [(-reach - p) / (q - p), (reach - p) / (q - p)] : Math.abs(p) <= reach ? [0, 1] : [1, 0];
    const [from, to] = [Math.max(Math.min(...ends), 0), Math.min(Math.max(...ends), 1)];
    if (Math.abs(q - p) <= 1e-9 ? Math.abs(p) > reach : from > to) {
      if (run.length) found.push(run);
      run = [];
      continue;
    }
    const at = (share: number) => a.map((v, k) => v + ((b[k] as number) - v) * share) as Point3;
    if (from > 0 && run.length) found.push(run);
    if (from > 0 || !run.length) run = [at(from)];
    run.push(at(to));
    if (to < 1) {
      found.push(run);
      run = [];
    }
  }
  if (run.length) found.push(run);
  return found;
}

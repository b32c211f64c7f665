/**
 * RT Images: what lies where on them (PS3.3 C.8.8.2). Beam limiting devices are told at the isocentre, the picture lies at the RT Image SID: both meet
 * through the IEC 61217 systems of device, gantry and receptor.
 */
import { items, number, numbers, text, type DataSet } from './dicom-json';
import { apply, type Matrix, type Point2 } from './geometry';

/** Outlines and cross in image points (columns, rows; 0, 0 is the corner of the first pixel). */
export interface BeamPicture {
  /** Closed: jaws, then openings of the leaves. */
  outlines: { device: string; points: Point2[] }[];
  isocentre: Point2;
}

const MOST_LEAVES = 400;

/** Size of a pixel at the isocentre, mm; undefined where the object does not say all of it. */
export function spacingAtIsocentre(ds: DataSet): { row: number; column: number } | undefined {
  const [row, column] = numbers(ds, '30020011');
  const [sad, sid] = [number(ds, '30020022'), number(ds, '30020026')];
  if (!row || !column || !sad || !sid || row <= 0 || column <= 0 || sad <= 0 || sid <= 0) return undefined;
  return { row: (row * sad) / sid, column: (column * sad) / sid };
}

/** Undefined for images that do not say where their first pixel lies (RT Image Position is often empty), or are no RT Images. */
export function beamPicture(ds: DataSet, frame: number): BeamPicture | undefined {
  const at = receptorOf(ds);
  if (!at) return undefined;
  const exposure = exposureOf(ds, frame);
  const turn = number(exposure, '300A0120') ?? number(ds, '300A0120') ?? 0;
  const place = (p: Point2) => at(turned(p, turn));
  const devices = items(exposure, '300A00B6').slice(0, 20);
  return { outlines: devices.flatMap((d) => outlinesOf(d, devices).map((points) => ({ device: text(d, '300A00B8'), points: points.map(place) }))), isocentre: at([0, 0]) };
}

function exposureOf(ds: DataSet, frame: number): DataSet | undefined {
  const all = items(ds, '30020030');
  return all.find((e) => number(e, '00081160') === frame) ?? all[0];
}

/** From the gantry's system at the isocentre (mm) to image points. */
function receptorOf(ds: DataSet): ((p: Point2) => Point2) | undefined {
  const [row, column] = numbers(ds, '30020011');
  const [sad, sid] = [number(ds, '30020022'), number(ds, '30020026')];
  const [x, y] = numbers(ds, '30020012');
  if (!row || !column || !sad || !sid || x === undefined || y === undefined || !(row > 0 && column > 0 && sad > 0 && sid > 0)) return undefined;
  const told = numbers(ds, '30020010');
  const [ax, ay, , dx, dy] = told.length === 6 ? (told as [number, number, number, number, number, number]) : [1, 0, 0, 0, -1, 0];
  const shift = numbers(ds, '3002000D');
  const angle = number(ds, '3002000E') ?? 0;
  return (p) => {
    const onPlane: Point2 = [(p[0] * sid) / sad - (shift[0] ?? 0), (p[1] * sid) / sad - (shift[1] ?? 0)];
    const [rx, ry] = turned(onPlane, -angle);
    return [((rx - x) * (ax ?? 1) + (ry - y) * (ay ?? 0)) / column + 0.5, ((rx - x) * (dx ?? 0) + (ry - y) * (dy ?? -1)) / row + 0.5];
  };
}

/** Degrees, against the clock. */
function turned(p: Point2, degrees: number): Point2 {
  const a = (degrees * Math.PI) / 180;
  const m: Matrix = [Math.cos(a), Math.sin(a), -Math.sin(a), Math.cos(a), 0, 0];
  return apply(m, p);
}

const JAW = /^(ASYM)?[XY]$/;

/** mm at the isocentre, in the system of the devices. A pair of jaws is drawn with the other pair. */
function outlinesOf(device: DataSet, all: readonly DataSet[]): Point2[][] {
  const type = text(device, '300A00B8');
  const p = numbers(device, '300A011C');
  if (type.startsWith('MLC')) return leavesOf(type, p, numbers(device, '300A00BE'));
  if (!JAW.test(type) || p.length < 2) return [];
  const other = all.find((d) => JAW.test(text(d, '300A00B8')) && text(d, '300A00B8').slice(-1) !== type.slice(-1));
  const q = numbers(other, '300A011C');
  // Once for both.
  if (q.length < 2 || type.endsWith('Y')) return [];
  const [x0, x1, y0, y1] = [p[0], p[1], q[0], q[1]] as [number, number, number, number];
  return [[[x0, y0], [x1, y0], [x1, y1], [x0, y1]]];
}

/** Openings between leaves, those of neighbours as one outline. */
function leavesOf(type: string, p: readonly number[], bounds: readonly number[]): Point2[][] {
  const count = p.length >> 1;
  if (!count || count > MOST_LEAVES || bounds.length !== count + 1) return [];
  const swap = (a: number, b: number): Point2 => (type.startsWith('MLCY') ? [b, a] : [a, b]);
  const groups: Point2[][] = [];
  let [near, far]: [Point2[], Point2[]] = [[], []];
  const close = () => {
    if (near.length) groups.push([...near, ...far.reverse()]);
    [near, far] = [[], []];
  };
  for (let i = 0; i < count; i++) {
    const [a, b, low, high] = [p[i], p[i + count], bounds[i], bounds[i + 1]] as [number, number, number, number];
    if (!(b > a)) {
      close();
      continue;
    }
    near.push(swap(a, low), swap(a, high));
    far.push(swap(b, low), swap(b, high));
  }
  close();
  return groups;
}

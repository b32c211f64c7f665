/**
 * RT Images: what lies where on them (PS3.3 C.8.8.2). Beam limiting devices are told at the isocentre, the picture lies at the RT Image SID: both meet
 * through the IEC 61217 systems of device, gantry and receptor.
 */
import { openingsOf, turnedBy, type LimitingDevice } from './beam-limits';
import { items, number, numbers, text, type DataSet } from './dicom-json';
import type { Point2 } from './geometry';

/** Outlines and cross in image points (columns, rows; 0, 0 is the corner of the first pixel). */
export interface BeamPicture {
  /** Closed: jaws, then openings of the leaves, then blocks. */
  outlines: { device: string; points: Point2[] }[];
  /** They are the plan's: the image tells none. */
  planned: boolean;
  isocentre: Point2;
}

/** What a plan knows of a field, in the system of the limiting devices at the isocentre, mm. */
export interface FieldLimits {
  devices: readonly LimitingDevice[];
  /** Degrees. */
  collimator: number | undefined;
  blocks: readonly Point2[][];
}

/** Size of a pixel at the isocentre, mm; undefined where the object does not say all of it. */
export function spacingAtIsocentre(ds: DataSet): { row: number; column: number } | undefined {
  const [row, column] = numbers(ds, '30020011');
  const [sad, sid] = [number(ds, '30020022'), number(ds, '30020026')];
  if (!row || !column || !sad || !sid || row <= 0 || column <= 0 || sad <= 0 || sid <= 0) return undefined;
  return { row: (row * sad) / sid, column: (column * sad) / sid };
}

/**
 * Undefined for images that do not say where their first pixel lies (RT Image Position is often empty), or are no RT Images. planned: drawn where the
 * image has no devices or blocks of its own in its Exposure Sequence.
 */
export function beamPicture(ds: DataSet, frame: number, planned?: FieldLimits): BeamPicture | undefined {
  const at = receptorOf(ds);
  if (!at) return undefined;
  const exposure = exposureOf(ds, frame);
  const told: LimitingDevice[] = items(exposure, '300A00B6').slice(0, 20).map((d) => ({ type: text(d, '300A00B8'), positions: numbers(d, '300A011C'), boundaries: numbers(d, '300A00BE') }));
  const ownBlocks = blockEdges(exposure);
  const own = told.some((d) => d.positions.length >= 2);
  const turn = number(exposure, '300A0120') ?? number(ds, '300A0120') ?? planned?.collimator ?? 0;
  const place = (points: Point2[]) => points.map((p) => at(turnedBy(p, turn)));
  const devices = own ? told : [...(planned?.devices ?? [])];
  const outlines = devices.flatMap((d) => openingsOf(d, devices).map((points) => ({ device: d.type, points: place(points) })));
  const blocks = ownBlocks.length ? ownBlocks : (planned?.blocks ?? []);
  return { outlines: [...outlines, ...blocks.map((points) => ({ device: 'BLOCK', points: place(points) }))], isocentre: at([0, 0]), planned: !own && devices.length > 0 };
}

const MOST_EDGE = 10_000;

function blockEdges(exposure: DataSet | undefined): Point2[][] {
  return items(exposure, '300A00F4').slice(0, 50).flatMap((b) => {
    const data = numbers(b, '300A0106').slice(0, 2 * MOST_EDGE);
    return data.length >= 6 && data.length % 2 === 0 ? [Array.from({ length: data.length / 2 }, (_, i) => [data[2 * i], data[2 * i + 1]] as Point2)] : [];
  });
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
    const [rx, ry] = turnedBy(onPlane, -angle);
    return [((rx - x) * (ax ?? 1) + (ry - y) * (ay ?? 0)) / column + 0.5, ((rx - x) * (dx ?? 0) + (ry - y) * (dy ?? -1)) / row + 0.5];
  };
}

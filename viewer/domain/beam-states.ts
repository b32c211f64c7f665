/** Beams as they stand at each control point: what a point does not say is as it was at the one before (PS3.3 C.8.8.14.5, C.8.8.25.7). */
import { items, number, numbers, text, type DataSet } from '../core/dicom-json';
import { isJaws, openingsOf, turnedBy, type LimitingDevice } from '../core/beam-limits';
import type { Point2 } from '../core/geometry';
import { controlPoints } from './beams';

/** points: closed, mm at the isocentre in the system of the limiting devices. */
export interface Block {
  name: string;
  /** SHIELDING or APERTURE. */
  type: string;
  points: Point2[];
}

/** angle: of the wedge. orientation: of its thin end, against the clock from +x of the limiting devices (degrees). */
export interface Wedge {
  name: string;
  angle: number | undefined;
  orientation: number | undefined;
  isIn: boolean;
}

/** at: mm at the isocentre, IEC gantry system. */
export interface Spot {
  at: Point2;
  weight: number;
}

export interface BeamPoint {
  index: number;
  /** Degrees, IEC 61217. */
  gantry: number | undefined;
  collimator: number | undefined;
  couch: number | undefined;
  pitch: number | undefined;
  energy: number | undefined;
  /** Cumulative, in the unit of the beam's meterset; undefined where it is not told. */
  meterset: number | undefined;
  isocentre: readonly number[];
  devices: LimitingDevice[];
  wedges: Wedge[];
  spots: Spot[];
}

export interface BeamStates {
  number: number;
  name: string;
  unit: string;
  energyUnit: string;
  blocks: Block[];
  /** Their edges as they are projected on the plane of the isocentre. */
  compensators: Block[];
  points: BeamPoint[];
  /** mm from the isocentre that all of it lies within, at all points. */
  reach: number;
}

const MOST_BEAMS = 200;
const MOST_BLOCKS = 50;
const MOST_EDGE = 10_000;
const MOST_SPOTS = 5000;
const FARTHEST = 1e4;

/** Planned beams of any kind; delivered ones are told against them. */
export function beamsOf(plan: DataSet): DataSet[] {
  return [...items(plan, '300A00B0'), ...items(plan, '300A03A2')].slice(0, MOST_BEAMS);
}

export function beamStates(plan: DataSet, beam: DataSet): BeamStates {
  const key = text(beam, '300A00C0');
  const whole = items(plan, '300A0070').flatMap((g) => items(g, '300C0004')).filter((b) => text(b, '300C0006') === key).map((b) => number(b, '300A0086')).find((v) => v !== undefined);
  const points = pointsOf(beam, whole);
  const blocks = blocksOf(beam);
  const compensators = compensatorsOf(beam);
  return { number: number(beam, '300A00C0') ?? 0, name: text(beam, '300A00C2') || key, unit: text(beam, '300A00B3'), energyUnit: text(beam, '300A00C6') === 'PHOTON' ? 'MV' : 'MeV', blocks, compensators, points, reach: reachOf(points, [...blocks, ...compensators]) };
}

/**
 * Position is the upper left corner, in the system of the limiting devices at the isocentre; rows go down from it (PS3.3 C.8.8.14, C.8.8.25). What does
 * not say its size, or is far away, is left out.
 */
function compensatorsOf(beam: DataSet): Block[] {
  return [...items(beam, '300A00E3'), ...items(beam, '300A02EA')].slice(0, MOST_BLOCKS).flatMap((c) => {
    const [x, y] = numbers(c, '300A00EA');
    const [down = 0, across = 0] = numbers(c, '300A00E9');
    const [width, height] = [(number(c, '300A00E8') ?? 0) * across, (number(c, '300A00E7') ?? 0) * down];
    if (x === undefined || y === undefined || !(width > 0 && height > 0)) return [];
    const points: Point2[] = [[x, y], [x + width, y], [x + width, y - height], [x, y - height]];
    const isNear = points.flat().every((v) => Math.abs(v) <= FARTHEST);
    return isNear ? [{ name: text(c, '300A00E5') || text(c, '300A00E4'), type: text(c, '300A00EE'), points }] : [];
  });
}

function pointsOf(beam: DataSet, whole: number | undefined): BeamPoint[] {
  const final = number(beam, '300A010E');
  const boundaries = new Map([...items(beam, '300A00B6'), ...items(beam, '300A03A4')].map((d) => [text(d, '300A00B8'), numbers(d, '300A00BE')]));
  const wedges = [...items(beam, '300A00D1'), ...items(beam, '300A03AA')];
  let said: DataSet = {};
  const devices = new Map<string, LimitingDevice>();
  const isIn = new Map<string, boolean>();
  return controlPoints(beam).map((point, i) => {
    said = { ...said, ...point };
    for (const d of items(point, '300A011A')) {
      const type = text(d, '300A00B8');
      const positions = numbers(d, '300A011C');
      if (positions.length >= 2) devices.set(type, { type, positions, boundaries: boundaries.get(type) ?? [] });
    }
    for (const w of [...items(point, '300A0116'), ...items(point, '300A03AC')]) isIn.set(text(w, '300C00C0'), text(w, '300A0118') === 'IN');
    const weight = number(point, '300A0134');
    return {
      index: number(point, '300A0112') ?? i,
      gantry: number(said, '300A011E'), collimator: number(said, '300A0120'), couch: number(said, '300A0122'), pitch: number(said, '300A014A'), energy: number(said, '300A0114'),
      meterset: weight !== undefined && final && whole !== undefined ? (weight / final) * whole : undefined,
      isocentre: numbers(said, '300A012C'),
      devices: [...devices.values()],
      wedges: wedges.map((w) => ({ name: text(w, '300A00D4') || text(w, '300A00D2'), angle: number(w, '300A00D5'), orientation: number(w, '300A00D8'), isIn: isIn.get(text(w, '300A00D2')) ?? false })),
      spots: spotsOf(point),
    };
  });
}

function spotsOf(point: DataSet): Spot[] {
  const [map, weights] = [numbers(point, '300A0394'), numbers(point, '300A0396')];
  return Array.from({ length: Math.min(map.length >> 1, MOST_SPOTS) }, (_, i) => ({ at: [map[2 * i], map[2 * i + 1]] as Point2, weight: weights[i] ?? 0 }));
}

/** Block Data are pairs of x and y (PS3.3 C.8.8.14): what is none, or is far away, is left out. */
export function blocksOf(beam: DataSet): Block[] {
  return [...items(beam, '300A00F4'), ...items(beam, '300A03A6')].slice(0, MOST_BLOCKS).flatMap((b) => {
    const data = numbers(b, '300A0106').slice(0, 2 * MOST_EDGE);
    if (data.length < 6 || data.length % 2 || data.some((v) => Math.abs(v) > FARTHEST)) return [];
    const points = Array.from({ length: data.length / 2 }, (_, i) => [data[2 * i], data[2 * i + 1]] as Point2);
    return [{ name: text(b, '300A00FE') || text(b, '300A00FC'), type: text(b, '300A00F8'), points }];
  });
}

const LEAST_REACH = 30;
const MOST_REACH = 400;
const ROOM = 1.3;

/** mm around all that is open; of leaves where there are no jaws. */
export function reachOf(points: readonly BeamPoint[], blocks: readonly Block[]): number {
  let reach = LEAST_REACH;
  const take = (p: Point2) => {
    reach = Math.max(reach, Math.hypot(...p));
  };
  for (const { devices, collimator, spots } of points) {
    const hasJaws = devices.some(isJaws);
    for (const d of devices) if (isJaws(d) || !hasJaws) openingsOf(d, devices).flat().forEach((p) => take(turnedBy(p, collimator ?? 0)));
    for (const { at } of spots) take(at);
  }
  for (const { type, points: edge } of blocks) if (type === 'APERTURE') edge.forEach(take);
  return Math.min(reach * ROOM, MOST_REACH);
}

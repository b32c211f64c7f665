/**
 * Whether the slices of a stack make a volume, and how its voxels lie in the patient (PS3.3 C.7.6.2; LPS, mm).
 * What is odd is found and told: nothing here straightens, doubles or fills in.
 */
import { dot, type Point3 } from './geometry';
import type { Plane } from './image-description';
import { normalOf } from './image-plane';

/** What is known of one image of a stack, in the order of the stack. */
export interface Slice {
  rows: number;
  columns: number;
  colour: boolean;
  plane: Plane | undefined;
  spacing: { row: number; column: number } | undefined;
}

/**
 * Voxels in the patient. steps: from a voxel to the next along a row, along a column, and from slot to slot; with a gantry
 * tilt the third is not at right angles to the others. Slots without a slice are missing ones.
 */
export interface Grid {
  /** Columns, rows, slots. */
  size: readonly [number, number, number];
  /** Centre of the first voxel of the first slot. */
  origin: Point3;
  steps: readonly [Point3, Point3, Point3];
  /** Unequal distances: where each slot lies, in units of the third step, from 0 on. Undefined: slot k lies at k. */
  places: Float64Array | undefined;
  /** Slots after which too much is missing to be filled in, where distances are unequal. */
  gaps: readonly number[];
  /** How far the outermost slices, and those beside a gap, count beyond their centres, in units of the third step. */
  reach: number;
}

/** apart, least, most, width: mm along the normal. after: the last slice before a gap, from 1. */
export type Finding =
  | { kind: 'even'; slices: number; apart: number }
  | { kind: 'unequal'; slices: number; least: number; most: number }
  | { kind: 'missing'; after: number; count: number; width: number }
  | { kind: 'gap'; after: number; width: number }
  | { kind: 'duplicate'; count: number }
  | { kind: 'tilt'; degrees: number }
  /** It lies in a frame of reference of its own. */
  | { kind: 'volume axes' };

export interface Geometry {
  grid: Grid;
  /** Image in each slot, -1 where one is missing. */
  order: readonly number[];
  findings: readonly Finding[];
}

export type Refusal = 'few' | 'colour' | 'size' | 'no position' | 'no spacing' | 'spacing' | 'not parallel' | 'one place' | 'shifted';

const FEWEST = 3;
/** Two slices nearer to each other than this lie at one place, mm. */
const SAME_PLACE = 0.005;
/** Cosine of the angle between normals (and rows) that are still one orientation, about 0.4 degrees. */
const PARALLEL = 0.999975;
/** Share of a step, and mm, by which a slice may lie beside its slot: positions are written with few digits. */
const UNEVEN = { share: 0.05, mm: 0.03 };
/** More often wide than this and the distances are unequal rather than slices missing. */
const MISSING_SHARE = 0.25;
/** Of unequal distances, this many times the usual one is a gap. */
const GAP = 3;
/** Degrees from which a tilt is one. */
const TILT = 0.2;

export function geometryOf(slices: readonly Slice[]): Geometry | Refusal {
  const first = slices[0];
  const refusal = refusalOf(slices);
  if (!first || refusal) return refusal ?? 'few';
  const plane = first.plane as Plane;
  const normal = normalOf(plane);
  const depth = (i: number) => dot(minus((slices[i]?.plane as Plane).position, plane.position), normal);
  const depths = slices.map((_, i) => depth(i));
  const up = (depths.at(-1) ?? 0) >= 0 ? 1 : -1;
  const sorted = depths.map((_, i) => i).sort((a, b) => up * ((depths[a] ?? 0) - (depths[b] ?? 0)) || a - b);
  const kept = sorted.filter((at, i) => i === 0 || Math.abs((depths[at] ?? 0) - (depths[sorted[i - 1] as number] ?? 0)) > SAME_PLACE);
  if (kept.length < 2) return 'one place';
  if (kept.length < FEWEST) return 'few';
  const start = depths[kept[0] as number] ?? 0;
  const distances = kept.map((at) => Math.abs((depths[at] ?? 0) - start));
  const laid = laidOut(distances);
  const found = gridOf(slices, kept, laid);
  if (typeof found === 'string') return found;
  const { grid, tilt } = found;
  const findings = [...laid.findings];
  if (sorted.length > kept.length) findings.push({ kind: 'duplicate', count: sorted.length - kept.length });
  if (tilt > TILT) findings.push({ kind: 'tilt', degrees: tilt });
  const order = new Array<number>(grid.size[2]).fill(-1);
  kept.forEach((image, i) => (order[grid.places ? i : (laid.slots[i] as number)] = image));
  return { grid, order, findings };
}

function refusalOf(slices: readonly Slice[]): Refusal | undefined {
  const [first] = slices;
  if (!first) return 'few';
  if (slices.some((s) => s.colour)) return 'colour';
  if (slices.length < FEWEST) return 'few';
  if (slices.some((s) => !s.plane)) return 'no position';
  if (slices.some((s) => !s.spacing)) return 'no spacing';
  if (slices.some((s) => s.rows !== first.rows || s.columns !== first.columns)) return 'size';
  const same = (a: number, b: number) => Math.abs(a - b) <= 1e-3 * b;
  const [row, column] = [first.spacing?.row ?? 1, first.spacing?.column ?? 1];
  if (slices.some((s) => !same(s.spacing?.row ?? 0, row) || !same(s.spacing?.column ?? 0, column))) return 'spacing';
  const plane = first.plane as Plane;
  const isParallel = (p: Plane) => dot(normalOf(p), normalOf(plane)) > PARALLEL && dot(p.row, plane.row) > PARALLEL;
  return slices.every((s) => s.plane && isParallel(s.plane)) ? undefined : 'not parallel';
}

interface Layout {
  /** Whole slots where the distances are even but for missing slices; else the places in units of the mean step. */
  slots: readonly number[];
  even: boolean;
  /** Half the usual distance, in units of `slots`. */
  reach: number;
  findings: Finding[];
}

/** distances: mm from the first slice, ascending from 0. */
function laidOut(distances: readonly number[]): Layout {
  const apart = distances.slice(1).map((d, i) => d - (distances[i] as number));
  const usual = median(apart);
  const slots = distances.map((d) => Math.round(d / usual));
  const last = distances.at(-1) as number;
  const step = last / (slots.at(-1) as number);
  const allowed = Math.max(UNEVEN.mm, UNEVEN.share * step);
  const isOnGrid = distances.every((d, i) => Math.abs(d - (slots[i] as number) * step) <= allowed) && new Set(slots).size === slots.length;
  const jumps = slots.flatMap((slot, i) => (i && slot - (slots[i - 1] as number) > 1 ? [i] : []));
  if (isOnGrid && jumps.length <= MISSING_SHARE * apart.length) {
    const missing = jumps.map((i): Finding => {
      const [before, after] = [slots[i - 1] as number, slots[i] as number];
      return { kind: 'missing', after: before + 1, count: after - before - 1, width: (after - before) * step };
    });
    return { slots, even: true, reach: 0.5, findings: [{ kind: 'even', slices: distances.length, apart: step }, ...missing] };
  }
  const gaps = apart.flatMap((width, i): Finding[] => (width > GAP * usual ? [{ kind: 'gap', after: i + 1, width }] : []));
  const unequal: Finding = { kind: 'unequal', slices: distances.length, least: Math.min(...apart), most: Math.max(...apart) };
  const mean = last / (distances.length - 1);
  return { slots: distances.map((d) => d / mean), even: false, reach: usual / mean / 2, findings: [unequal, ...gaps] };
}

/** Through the first and the last slice; every other must lie on that line, or the slices are shifted against each other. */
function gridOf(slices: readonly Slice[], kept: readonly number[], { slots, even, reach, findings }: Layout): { grid: Grid; tilt: number } | Refusal {
  const planeAt = (i: number) => (slices[kept[i] as number] as Slice).plane as Plane;
  const { columns, rows, spacing } = slices[kept[0] as number] as Slice;
  const { position: origin, row, column } = planeAt(0);
  const lastSlot = slots.at(-1) as number;
  const step = minus(planeAt(kept.length - 1).position, origin).map((v) => v / lastSlot) as Point3;
  const [across, down] = [spacing?.column ?? 1, spacing?.row ?? 1];
  const allowed = Math.max(0.1, 0.1 * Math.min(across, down));
  const isOnLine = slots.every((slot, i) => {
    const off = minus(planeAt(i).position, [origin[0] + slot * step[0], origin[1] + slot * step[1], origin[2] + slot * step[2]]);
    return Math.abs(dot(off, row)) <= allowed && Math.abs(dot(off, column)) <= allowed;
  });
  if (!isOnLine) return 'shifted';
  const steps = [scaled(row, across), scaled(column, down), step] as const;
  const size = [columns, rows, even ? lastSlot + 1 : slots.length] as const;
  const cosine = Math.abs(dot(step, normalOf(planeAt(0)))) / Math.hypot(...step);
  const gaps = findings.flatMap((f) => (f.kind === 'gap' ? [f.after - 1] : []));
  const grid: Grid = { size, origin, steps, places: even ? undefined : Float64Array.from(slots), gaps, reach };
  return { grid, tilt: (Math.acos(Math.min(cosine, 1)) * 180) / Math.PI };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] as number;
}

function minus(a: Point3, b: Point3): Point3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function scaled(v: Point3, by: number): Point3 {
  return [v[0] * by, v[1] * by, v[2] * by];
}

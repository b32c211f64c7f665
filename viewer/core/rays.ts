/** Looking at a block from far away along parallel rays: the eye, its standard places, and the maximum along each ray. LPS, mm. */
import { fromHalf, type Block } from './block';
import { cross, dot, type Point2, type Point3 } from './geometry';

/** right, up: on the screen; towards: from the middle to the viewer; all of length 1. centre: patient point in the middle. mm: a CSS pixel. */
export interface Eye {
  right: Point3;
  up: Point3;
  towards: Point3;
  centre: Point3;
  mm: number;
}

export type Face = 'A' | 'P' | 'L' | 'R' | 'H' | 'F';
export const FACES: readonly Face[] = ['A', 'P', 'L', 'R', 'H', 'F'];

/** Where the viewer stands, and what is up: the head, or the front when one looks along the body. */
const STANDS: Record<Face, { towards: Point3; up: Point3 }> = {
  A: { towards: [0, -1, 0], up: [0, 0, 1] },
  P: { towards: [0, 1, 0], up: [0, 0, 1] },
  L: { towards: [1, 0, 0], up: [0, 0, 1] },
  R: { towards: [-1, 0, 0], up: [0, 0, 1] },
  H: { towards: [0, 0, 1], up: [0, -1, 0] },
  F: { towards: [0, 0, -1], up: [0, -1, 0] },
};

export function lookFrom(face: Face, centre: Point3, mm: number): Eye {
  const { towards, up } = STANDS[face];
  return { right: cross(up, towards), up, towards, centre, mm };
}

/** The body turned under the eye, as if it was taken at the front: dx, dy in radians to the right and down. */
export function turned(eye: Eye, dx: number, dy: number): Eye {
  const yawed = { ...eye, right: around(eye.right, eye.up, -dx), towards: around(eye.towards, eye.up, -dx) };
  const towards = unit(around(yawed.towards, yawed.right, -dy));
  const right = unit(yawed.right);
  return { ...eye, right, towards, up: cross(towards, right) };
}

/** Moved across the screen: dx, dy in CSS pixels to the right and down. */
export function panned(eye: Eye, dx: number, dy: number): Eye {
  const centre = eye.centre.map((c, i) => c + ((eye.up[i] ?? 0) * dy - (eye.right[i] ?? 0) * dx) * eye.mm) as Point3;
  return { ...eye, centre };
}

/** Larger by a factor. size: mm across what is looked at, which neither fills a hundred screens nor becomes a dot. */
export function zoomed(eye: Eye, factor: number, size: number): Eye {
  return { ...eye, mm: Math.min(Math.max(eye.mm / factor, size / 50_000), size / 20) };
}

function around(v: Point3, axis: Point3, angle: number): Point3 {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const [across, share] = [cross(axis, v), dot(axis, v) * (1 - c)];
  return [0, 1, 2].map((i) => (v[i] ?? 0) * c + (across[i] ?? 0) * s + (axis[i] ?? 0) * share) as Point3;
}

function unit(v: Point3): Point3 {
  const length = Math.hypot(...v) || 1;
  return [v[0] / length, v[1] / length, v[2] / length];
}

/** What is left of a block, 0..1 along its axes, and of what is left what lies farther than `clip` mm from the middle towards the eye. */
export interface Crop {
  low: Point3;
  high: Point3;
  clip: number;
}

export const UNCUT: Crop = { low: [0, 0, 0], high: [1, 1, 1], clip: Infinity };

/** Rays in the block: 0..1 from its first face to its last along each axis. start: middle of the picture; the others by mm. */
export interface Rays {
  start: Point3;
  across: Point3;
  upward: Point3;
  inward: Point3;
}

export function raysIn(block: Block, eye: Eye): Rays {
  const [a, b, c] = block.steps;
  const det = dot(a, cross(b, c));
  const rows = [cross(b, c), cross(c, a), cross(a, b)];
  const to = (v: Point3) => rows.map((row, i) => dot(row, v) / det / (block.size[i] as number)) as Point3;
  const from = to([0, 1, 2].map((i) => (eye.centre[i] ?? 0) - (block.origin[i] ?? 0)) as Point3);
  const start = from.map((v, i) => v + 0.5 / (block.size[i] as number)) as Point3;
  const inward = to(eye.towards.map((v) => -v) as Point3);
  return { start, across: to(eye.right), upward: to(eye.up), inward };
}

/** mm from face to face along the longest way through the block. */
export function diagonal({ size, steps }: Block): number {
  return Math.hypot(...steps.map((s, i) => Math.hypot(...s) * (size[i] as number)));
}

/** Middle of a block. */
export function middleOf({ origin, steps, size }: Block): Point3 {
  return [0, 1, 2].map((i) => steps.reduce((sum, s, a) => sum + ((s[i] ?? 0) * ((size[a] as number) - 1)) / 2, origin[i] ?? 0)) as Point3;
}

/** The middle of a face of what is left, on the screen: CSS pixels from its middle, right and down. along: those that the whole axis of the block takes. */
export interface FaceHandle {
  axis: 0 | 1 | 2;
  end: 'low' | 'high';
  at: Point2;
  along: Point2;
}

/** Axes shorter than this on the screen are looked along: their faces cannot be drawn to and fro. CSS pixels. */
const SHORTEST = 24;
/** Of a whole axis, what stays between two faces. */
const THINNEST = 0.01;

/** Of the faces that can be dragged. */
export function faceHandles({ size, steps, origin }: Block, eye: Eye, { low, high }: Crop): FaceHandle[] {
  const onScreen = (v: Point3): Point2 => [dot(v, eye.right) / eye.mm, -dot(v, eye.up) / eye.mm];
  const place = (u: Point3) => [0, 1, 2].map((i) => steps.reduce((sum, s, a) => sum + (s[i] ?? 0) * ((u[a] as number) * (size[a] as number) - 0.5), (origin[i] ?? 0) - (eye.centre[i] ?? 0))) as Point3;
  const middle = low.map((v, a) => (v + (high[a] as number)) / 2) as Point3;
  return ([0, 1, 2] as const).flatMap((axis) => {
    const along = onScreen(steps[axis].map((v) => v * (size[axis] as number)) as Point3);
    if (Math.hypot(...along) < SHORTEST) return [];
    return (['low', 'high'] as const).map((end) => {
      const at = onScreen(place(middle.map((v, a) => (a === axis ? ({ low, high }[end][axis] as number) : v)) as Point3));
      return { axis, end, at, along };
    });
  });
}

/** What is left when a face was dragged so far on the screen from where it lay in `from`. */
export function dragged(from: Crop, { axis, end, along }: FaceHandle, [dx, dy]: Point2): Crop {
  const by = (dx * along[0] + dy * along[1]) / (along[0] ** 2 + along[1] ** 2);
  const [least, most] = end === 'low' ? [0, (from.high[axis] as number) - THINNEST] : [(from.low[axis] as number) + THINNEST, 1];
  const put = from[end].map((v, a) => (a === axis ? Math.min(Math.max(v + by, least), most) : v)) as Point3;
  return { ...from, [end]: put };
}

/** Where a ray is in what is left, mm from the middle away from the eye; empty when the first is not under the second. */
export function spanOf(at: Point3, inward: Point3, { low, high, clip }: Crop): [number, number] {
  let [near, far] = [-clip, Infinity];
  for (let i = 0; i < 3; i++) {
    const [p, d] = [at[i] as number, inward[i] as number];
    if (Math.abs(d) < 1e-12) {
      if (p < (low[i] as number) || p > (high[i] as number)) return [0, 0];
      continue;
    }
    const ends = [((low[i] as number) - p) / d, ((high[i] as number) - p) / d];
    near = Math.max(near, Math.min(...ends));
    far = Math.min(far, Math.max(...ends));
  }
  return [near, far];
}

/** The highest value along each ray, modality units, the nearest voxel counts; NaN where a ray meets nothing. Row by row from the top. */
export function maximumAlong(block: Block, eye: Eye, crop: Crop, width: number, height: number, mm: number): Float32Array {
  const out = new Float32Array(width * height).fill(NaN);
  const { start, across, upward, inward } = raysIn(block, eye);
  const [nx, ny, nz] = block.size;
  const step = 1 / Math.max(...inward.map((v, i) => Math.abs(v) * (block.size[i] as number)));
  const [dx, dy, dz] = [inward[0] * step * nx, inward[1] * step * ny, inward[2] * step * nz];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [px, py] = [(x + 0.5 - width / 2) * mm, (height / 2 - y - 0.5) * mm];
      const at: Point3 = [start[0] + across[0] * px + upward[0] * py, start[1] + across[1] * px + upward[1] * py, start[2] + across[2] * px + upward[2] * py];
      const [near, far] = spanOf(at, inward, crop);
      if (!(near < far)) continue;
      let [i, j, k] = [(at[0] + inward[0] * near) * nx + dx / 2, (at[1] + inward[1] * near) * ny + dy / 2, (at[2] + inward[2] * near) * nz + dz / 2];
      let most = 0;
      for (let n = Math.max(Math.round((far - near) / step), 1); n > 0; n--) {
        const voxel = (Math.min(Math.max(k | 0, 0), nz - 1) * ny + Math.min(Math.max(j | 0, 0), ny - 1)) * nx + Math.min(Math.max(i | 0, 0), nx - 1);
        const v = block.values[voxel] as number;
        if (v > most) most = v;
        i += dx;
        j += dy;
        k += dz;
      }
      out[y * width + x] = block.low + fromHalf(most) * (block.high - block.low);
    }
  }
  return out;
}

/** The surface around a stack of contours, for three dimensions: where the share of a small cell that is inside passes one half (surface nets). */
import { crossed, pairs } from './contour-cuts';
import { inPatient, type Slice, type Stack } from './contours';
import { smoothNormals } from './surfaces';

export interface StackSurface {
  /** LPS, mm, three a vertex. */
  positions: Float32Array;
  indices: Uint32Array;
  normals: Float32Array;
}

/** Cells across: finer than the screen needs is only slower. */
const MOST_ACROSS = 112;
const FINEST = 0.5;

/** Undefined for a single plane. It ends half the usual distance beyond the outer planes, as the volume is reckoned. */
export function surfaceOf(stack: Stack): StackSurface | undefined {
  const { spacing, slices } = stack;
  if (!spacing || !slices.length) return undefined;
  const all = slices.flatMap((s) => s.polygons);
  const [x, y] = [extent(all, 0), extent(all, 1)];
  const step = Math.max((x[1] - x[0]) / MOST_ACROSS, (y[1] - y[0]) / MOST_ACROSS, FINEST);
  // Two empty cells around it: no edge at the rim is cut.
  const columns = Math.ceil((x[1] - x[0]) / step) + 5;
  const rows = Math.ceil((y[1] - y[0]) / step) + 5;
  const origin = [x[0] - 2 * step, y[0] - 2 * step] as const;
  const planes = withEnds(slices, spacing).map(({ at, slice }) => ({ at, field: slice ? coverage(slice, origin, step, columns, rows) : new Float32Array(columns * rows) }));
  const net = new Net(columns, rows);
  for (let k = 0; k + 1 < planes.length; k++) net.layer((planes[k] as Plane).field, (planes[k + 1] as Plane).field, k);
  const place = (at: number) => {
    const k = Math.min(Math.floor(at), planes.length - 2);
    const [low, high] = [(planes[k] as Plane).at, (planes[k + 1] as Plane).at];
    return low + (at - k) * (high - low);
  };
  const positions = new Float32Array(net.points.length);
  for (let i = 0; i < net.points.length; i += 3) {
    const [px, py, pz] = [net.points[i] as number, net.points[i + 1] as number, net.points[i + 2] as number];
    positions.set(inPatient(stack, [origin[0] + px * step, origin[1] + py * step], place(pz)), i);
  }
  const indices = Uint32Array.from(net.triangles);
  return { positions, indices, normals: smoothNormals(positions, indices) };
}

interface Plane {
  at: number;
  field: Float32Array;
}

/** With empty planes a distance beyond each end, also at gaps: half way to them nothing is left. */
function withEnds(slices: readonly Slice[], spacing: number): { at: number; slice?: Slice }[] {
  const out: { at: number; slice?: Slice }[] = [];
  slices.forEach((slice, i) => {
    const [before, after] = [slices[i - 1], slices[i + 1]];
    if (!before || slice.at - before.at > 2.5 * spacing) out.push({ at: slice.at - spacing });
    out.push({ at: slice.at, slice });
    if (!after || after.at - slice.at > 2.5 * spacing) out.push({ at: slice.at + spacing });
  });
  return out;
}

/** Of each cell around a node the share that is inside, along its middle line. */
function coverage({ polygons }: Slice, [x0, y0]: readonly [number, number], step: number, columns: number, rows: number): Float32Array {
  const field = new Float32Array(columns * rows);
  for (let j = 0; j < rows; j++) {
    // A line with the normal (0, 1) runs along -x.
    for (const [from, to] of pairs(polygons.flatMap((p) => crossed(p, [0, 1], y0 + j * step)))) {
      const [left, right] = [(-to - x0) / step + 0.5, (-from - x0) / step + 0.5];
      for (let i = Math.max(Math.floor(left), 0); i <= Math.min(Math.floor(right), columns - 1); i++) {
        const at = j * columns + i;
        field[at] = (field[at] as number) + Math.min(right, i + 1) - Math.max(left, i);
      }
    }
  }
  return field;
}

/** Cells of eight nodes: one vertex in each that the surface goes through, a square around each edge that it cuts. */
class Net {
  readonly points: number[] = [];
  readonly triangles: number[] = [];
  private below = new Int32Array(0);

  constructor(
    private readonly columns: number,
    private readonly rows: number,
  ) {}

  layer(low: Float32Array, high: Float32Array, k: number): void {
    const { columns, rows } = this;
    const own = new Int32Array(columns * rows).fill(-1);
    const inside = (f: Float32Array, i: number, j: number) => (f[j * columns + i] as number) >= 0.5;
    for (let j = 0; j + 1 < rows; j++) for (let i = 0; i + 1 < columns; i++) own[j * columns + i] = this.vertex(low, high, i, j, k);
    const of = (from: Int32Array, i: number, j: number) => from[j * columns + i] as number;
    for (let j = 1; j + 1 < rows; j++) {
      for (let i = 1; i + 1 < columns; i++) {
        // Edges along the normal lie between four cells of this layer, those in the lower plane between two of it and two below.
        if (inside(low, i, j) !== inside(high, i, j)) this.square(inside(low, i, j), of(own, i - 1, j - 1), of(own, i, j - 1), of(own, i, j), of(own, i - 1, j));
        if (k === 0) continue;
        if (inside(low, i, j) !== inside(low, i + 1, j)) this.square(!inside(low, i, j), of(own, i, j - 1), of(own, i, j), of(this.below, i, j), of(this.below, i, j - 1));
        if (inside(low, i, j) !== inside(low, i, j + 1)) this.square(inside(low, i, j), of(own, i - 1, j), of(own, i, j), of(this.below, i, j), of(this.below, i - 1, j));
      }
    }
    this.below = own;
  }

  private vertex(low: Float32Array, high: Float32Array, i: number, j: number, k: number): number {
    const { columns } = this;
    const value = (c: number) => ((c & 4 ? high : low)[(j + ((c >> 1) & 1)) * columns + i + (c & 1)] as number) - 0.5;
    const sum = [0, 0, 0];
    let cuts = 0;
    for (const [a, b] of EDGES) {
      const [va, vb] = [value(a), value(b)];
      if (va >= 0 === vb >= 0) continue;
      const t = va / (va - vb);
      for (let axis = 0; axis < 3; axis++) sum[axis] = (sum[axis] as number) + ((a >> axis) & 1) + t * (((b >> axis) & 1) - ((a >> axis) & 1));
      cuts++;
    }
    if (!cuts) return -1;
    this.points.push(i + (sum[0] as number) / cuts, j + (sum[1] as number) / cuts, k + (sum[2] as number) / cuts);
    return this.points.length / 3 - 1;
  }

  /** Outside lies where the corners go round against the clock, or the other way. */
  private square(against: boolean, a: number, b: number, c: number, d: number): void {
    if (Math.min(a, b, c, d) < 0) return;
    if (against) this.triangles.push(a, b, c, a, c, d);
    else this.triangles.push(a, c, b, a, d, c);
  }
}

/** Corners of a cell by bits (x, y, z) that differ in one. */
const EDGES = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((a) => [1, 2, 4].filter((bit) => !(a & bit)).map((bit) => [a, a | bit] as const));

function extent(polygons: readonly Float64Array[], axis: number): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const p of polygons) {
    for (let i = axis; i < p.length; i += 2) {
      low = Math.min(low, p[i] as number);
      high = Math.max(high, p[i] as number);
    }
  }
  return [low, high];
}

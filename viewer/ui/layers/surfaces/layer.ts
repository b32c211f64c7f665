/** Surfaces and lines where an image cuts them. */
import type { Point2, Point3 } from '../../../core/geometry';
import { distanceTo, toImage } from '../../../core/image-plane';
import type { Surface } from '../../../core/surfaces';
import { frameOfReference, rectangleOf } from '../../../domain/linking';
import type { Layer, LayerView } from '../../stage/layers';

/** Lines and points that lie so near to the image are on it, mm. */
const NEAR = 2;

interface Cut {
  dataset: unknown;
  frame: number;
  path: Path2D;
}

export class SurfaceLayer implements Layer {
  readonly order = 110;
  private readonly cuts = new Map<Float32Array, Cut[]>();

  constructor(
    readonly id: string,
    private readonly frameUid: string,
    private readonly surfaces: () => readonly Surface[],
  ) {}

  draw(context: CanvasRenderingContext2D, { image, matrix, ratio }: LayerView): void {
    const rectangle = frameOfReference(image) === this.frameUid && this.frameUid ? rectangleOf(image) : undefined;
    if (!rectangle) return;
    const placed = new DOMMatrix([...matrix]);
    for (const surface of this.surfaces()) {
      if (!surface.visible) continue;
      const kept = this.cuts.get(surface.positions) ?? [];
      let cut = kept.find((c) => c.dataset === image.dataset && c.frame === image.frame);
      if (!cut) {
        cut = { dataset: image.dataset, frame: image.frame, path: cutOf(surface, (p) => distanceTo(rectangle, p), (p) => toImage(rectangle, p)) };
        this.cuts.set(surface.positions, [cut, ...kept].slice(0, 8));
      }
      const path = new Path2D();
      path.addPath(cut.path, placed);
      context.lineWidth = (surface.made === 'points' ? 3 : 1.5) * ratio;
      context.lineCap = 'round';
      context.strokeStyle = `rgb(${surface.colour.join(' ')})`;
      context.stroke(path);
    }
  }
}

/** distance: from the image, mm; onImage: where a point lies in it. */
function cutOf({ positions, indices, made }: Surface, distance: (p: Point3) => number, onImage: (p: Point3) => Point2): Path2D {
  const path = new Path2D();
  const count = indices?.length ?? positions.length / 3;
  const vertex = (i: number): Point3 => {
    const at = (indices ? (indices[i] as number) : i) * 3;
    return [positions[at] as number, positions[at + 1] as number, positions[at + 2] as number];
  };
  const line = (a: Point3, b: Point3) => {
    path.moveTo(...onImage(a));
    path.lineTo(...onImage(b));
  };
  if (made === 'triangles') {
    for (let i = 0; i + 2 < count; i += 3) {
      const corners = [vertex(i), vertex(i + 1), vertex(i + 2)] as const;
      const far = corners.map(distance);
      const ends = ([[0, 1], [1, 2], [2, 0]] as const).flatMap(([a, b]) => crossing(corners[a], corners[b], far[a] as number, far[b] as number));
      if (ends.length === 2) line(ends[0] as Point3, ends[1] as Point3);
    }
    return path;
  }
  const step = made === 'lines' ? 2 : 1;
  for (let i = 0; i + step <= count; i += step) {
    const [a, b] = [vertex(i), vertex(i + step - 1)];
    if (Math.abs(distance(a)) < NEAR || Math.abs(distance(b)) < NEAR) line(a, b);
  }
  return path;
}

/** Where the way from a to b goes through the plane; one end of it belongs to the plane, the other does not. */
function crossing(a: Point3, b: Point3, da: number, db: number): Point3[] {
  if (da >= 0 === db >= 0 || !Number.isFinite(da) || !Number.isFinite(db)) return [];
  const share = da / (da - db);
  return [[a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), a[2] + share * (b[2] - a[2])]];
}

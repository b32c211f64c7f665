/** The grid of a deformable registration over images of the frame it registers: each line of a lattice where its points are moved to. */
import { placed, type Affine } from '../../../core/affine';
import { vectorAt, type VectorGrid } from '../../../core/deformation';
import type { Point2, Point3 } from '../../../core/geometry';
import { toImage, toPatient } from '../../../core/image-plane';
import type { ImageRef } from '../../../domain/display-sets';
import type { Layer, LayerView } from '../../stage/layers';
import { rectangleIn, type Into } from '../registered';

/** Lines across an image, and pieces of each. */
const LINES = 24;
const PIECES = 72;
const COLOUR = 'rgb(120 200 255 / .75)';

export class GridLayer implements Layer {
  readonly order = 105;
  private kept: { dataset: unknown; frame: number; path: Path2D }[] = [];

  constructor(
    readonly id: string,
    private readonly frameUid: string,
    private readonly grid: VectorGrid,
    private readonly pre: Affine,
    private readonly into: Into,
  ) {}

  draw(context: CanvasRenderingContext2D, { image, matrix, ratio }: LayerView): void {
    const path = this.pathOn(image);
    if (!path) return;
    const onCanvas = new Path2D();
    onCanvas.addPath(path, new DOMMatrix([...matrix]));
    context.lineWidth = ratio;
    context.strokeStyle = COLOUR;
    context.stroke(onCanvas);
  }

  private pathOn(image: ImageRef): Path2D | undefined {
    const known = this.kept.find((k) => k.dataset === image.dataset && k.frame === image.frame);
    const rectangle = known ? undefined : rectangleIn(this.into, image, this.frameUid);
    if (!rectangle) return known?.path;
    const moved = ([u, v]: Point2): Point2 | undefined => {
      const p = toPatient(rectangle, [u * rectangle.columns, v * rectangle.rows]);
      const vector = vectorAt(this.grid, placed(this.pre, p));
      return vector && toImage(rectangle, [p[0] + vector[0], p[1] + vector[1], p[2] + vector[2]] as Point3);
    };
    const path = new Path2D();
    for (let line = 0; line <= LINES; line++) {
      for (const across of [true, false]) {
        let drawing = false;
        for (let piece = 0; piece <= PIECES; piece++) {
          const at = moved(across ? [piece / PIECES, line / LINES] : [line / LINES, piece / PIECES]);
          if (at && drawing) path.lineTo(...at);
          else if (at) path.moveTo(...at);
          drawing = at !== undefined;
        }
      }
    }
    this.kept = [{ dataset: image.dataset, frame: image.frame, path }, ...this.kept].slice(0, 12);
    return path;
  }
}

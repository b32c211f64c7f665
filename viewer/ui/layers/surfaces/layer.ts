/** Surfaces and lines where an image cuts them. */
import type { Surface } from '../../../core/surfaces';
import { piecesOn } from '../../../core/surface-cuts';
import type { Rectangle } from '../../../core/image-plane';
import type { Layer, LayerView } from '../../stage/layers';
import { rectangleIn, type Into } from '../registered';

/** Colours of one cut at most: tracks may have one a point. */
const MOST_COLOURS = 64;

interface Cut {
  /** Of the image in the frame of reference of the surfaces. */
  place: string;
  /** By colour, as CSS writes it. */
  paths: Map<string, Path2D>;
}

export class SurfaceLayer implements Layer {
  readonly order = 110;
  private readonly cuts = new Map<Float32Array, Cut[]>();

  constructor(
    readonly id: string,
    private readonly frameUid: string,
    private readonly surfaces: () => readonly Surface[],
    private readonly into: Into,
    /** CSS pixels. */
    private readonly width = () => 1.5,
  ) {}

  draw(context: CanvasRenderingContext2D, { image, matrix, ratio }: LayerView): void {
    const rectangle = rectangleIn(this.into, image, this.frameUid);
    if (!rectangle) return;
    const placed = new DOMMatrix([...matrix]);
    for (const surface of this.surfaces()) {
      if (!surface.visible) continue;
      for (const [colour, cut] of this.cutOf(surface, rectangle).paths) {
        const path = new Path2D();
        path.addPath(cut, placed);
        context.lineWidth = (surface.made === 'points' ? 2 : 1) * this.width() * ratio;
        context.lineCap = 'round';
        context.strokeStyle = colour;
        context.stroke(path);
      }
    }
  }

  private cutOf(surface: Surface, rectangle: Rectangle): Cut {
    const place = JSON.stringify(rectangle);
    const kept = this.cuts.get(surface.positions) ?? [];
    const known = kept.find((cut) => cut.place === place);
    if (known) return known;
    const paths = new Map<string, Path2D>();
    const own = `rgb(${surface.colour.join(' ')})`;
    piecesOn(surface, rectangle, ([a, b], vertex) => {
      const colour = surface.colours ? `rgb(${surface.colours.subarray(3 * vertex, 3 * vertex + 3).join(' ')})` : own;
      const key = paths.has(colour) || paths.size < MOST_COLOURS ? colour : own;
      const path = paths.get(key) ?? new Path2D();
      paths.set(key, path);
      path.moveTo(...a);
      path.lineTo(...b);
    });
    const made = { place, paths };
    this.cuts.set(surface.positions, [made, ...kept].slice(0, 8));
    return made;
  }
}

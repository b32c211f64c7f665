/** Curves that an image brings in itself (retired Curve module, PS3.3-2004 C.10.2), drawn over it where their points are places on it. */
import { curveHeads, isOnImage, readCurve, type Curve } from '../../core/curves';
import type { DataSet } from '../../core/dicom-json';
import { apply } from '../../core/geometry';
import { bulkBytes } from '../stage/bulk-source';
import type { Layer, LayerBook, LayerView } from '../stage/layers';
import { strokeTwice, writeTwice } from './lines';

const COLOUR = '#8fce7a';

class CurveLayer implements Layer {
  readonly id = 'image-curves';
  readonly order = 110;
  private readonly known = new WeakMap<DataSet, readonly Curve[]>();

  constructor(private readonly changed: () => void) {}

  draw(context: CanvasRenderingContext2D, { image, matrix, ratio }: LayerView): void {
    for (const { name, xs, ys, kind } of this.curvesOf(image.dataset)) {
      const path = new Path2D();
      // 1, 1 is the middle of the first pixel.
      const at = (i: number) => apply(matrix, [(xs[i] as number) - 0.5, (ys[i] as number) - 0.5]);
      for (let i = 0; i < xs.length; i++) path[i ? 'lineTo' : 'moveTo'](...at(i));
      if (kind === 'ROI') path.closePath();
      strokeTwice(context, path, COLOUR, ratio);
      const [x, y] = at(0);
      if (name) writeTwice(context, name, x + 4 * ratio, y + 4 * ratio, COLOUR, ratio);
    }
  }

  /** None until their points have come; what cannot be read stays with the tags. */
  private curvesOf(ds: DataSet): readonly Curve[] {
    const known = this.known.get(ds);
    if (known) return known;
    this.known.set(ds, []);
    const heads = curveHeads(ds).filter(isOnImage);
    if (heads.length) void Promise.all(heads.map(async (head) => readCurve(ds, head, await bulkBytes(head.data)))).then((read) => {
      this.known.set(ds, read.filter((curve) => typeof curve !== 'string').filter(isFinite));
      this.changed();
      // Not asked for again at each drawing: they stay with the tags, as what cannot be read does.
    }, () => undefined);
    return [];
  }
}

/** A point that is no number would take the whole path away. */
function isFinite({ xs, ys }: Curve): boolean {
  return xs.every(Number.isFinite) && ys.every(Number.isFinite);
}

export function drawCurves(layers: LayerBook): void {
  layers.put(new CurveLayer(() => layers.changed()));
}

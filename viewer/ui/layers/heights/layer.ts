/** Surfaces of a Height Map Segmentation as lines over the scans that they lie on. */
import { linesOf, rowOf } from '../../../core/height-map';
import type { ImageRef } from '../../../domain/display-sets';
import type { Layer, LayerView } from '../../stage/layers';
import { ByImage } from '../by-image';
import { strokeTwice } from '../lines';
import type { Heights } from './read';

interface Drawn {
  colour: string;
  path: Path2D;
}

export class HeightLayer implements Layer {
  readonly order = 110;
  private readonly drawn = new ByImage<readonly Drawn[]>(12);

  /** hidden: numbers of segments. */
  constructor(
    readonly id: string,
    private readonly all: Heights,
    private readonly hidden: readonly number[],
  ) {}

  draw(context: CanvasRenderingContext2D, { image, matrix, ratio }: LayerView): void {
    const placed = new DOMMatrix([...matrix]);
    for (const { colour, path } of this.drawn.of(image, () => this.pathsOn(image))) {
      const onCanvas = new Path2D();
      onCanvas.addPath(path, placed);
      strokeTwice(context, onCanvas, colour, ratio, 1);
    }
  }

  private pathsOn(image: ImageRef): Drawn[] {
    const { map, heights } = this.all;
    return map.frames.flatMap(({ segment, images }, i) => {
      const row = rowOf(map, images, image.sopInstanceUid, image.frame);
      const values = heights[i];
      if (row === undefined || !values || this.hidden.includes(segment.number) || map.columns !== image.pixel.columns) return [];
      const path = new Path2D();
      for (const line of linesOf(map, values, row, image.pixel.rows)) {
        line.forEach((point, at) => (at ? path.lineTo(...point) : path.moveTo(...point)));
        if (line.length === 1) path.lineTo((line[0] as [number, number])[0] + 0.5, (line[0] as [number, number])[1]);
      }
      return [{ colour: `rgb(${segment.colour.join(' ')})`, path }];
    });
  }
}

/** Regions of ultrasound images, outlined with their type and scales. */
import { apply, type Matrix, type Point2 } from '../../core/geometry';
import { regionsOf } from '../../domain/ultrasound-regions';
import type { Layer, LayerBook, LayerView } from '../stage/layers';
import { strokeTwice, writeTwice } from './lines';

const ID = 'ultrasound-regions';
const COLOUR = '#8cb8e8';

export function showsRegions(layers: LayerBook): boolean {
  return layers.get(ID) !== undefined;
}

export function toggleRegions(layers: LayerBook): void {
  if (showsRegions(layers)) layers.remove(ID);
  else layers.put(LAYER);
}

const LAYER: Layer = {
  id: ID,
  order: 100,
  draw(context, { image, matrix, ratio }: LayerView) {
    if (!('00186011' in image.dataset)) return;
    for (const { box, name, scales } of regionsOf(image.dataset, image.pixel.columns, image.pixel.rows)) {
      if (!box) continue;
      const corners: Point2[] = [[box.left, box.top], [box.right + 1, box.top], [box.right + 1, box.bottom + 1], [box.left, box.bottom + 1]];
      strokeTwice(context, outline(corners, matrix), COLOUR, ratio);
      const [x, y] = corners.map((c) => apply(matrix, c)).reduce((a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1])]);
      writeTwice(context, name, x + 6 * ratio, y + 5 * ratio, COLOUR, ratio);
      writeTwice(context, scales, x + 6 * ratio, y + 21 * ratio, COLOUR, ratio);
    }
  },
};

function outline(corners: readonly Point2[], matrix: Matrix): Path2D {
  const path = new Path2D();
  corners.forEach((corner, i) => path[i ? 'lineTo' : 'moveTo'](...apply(matrix, corner)));
  path.closePath();
  return path;
}

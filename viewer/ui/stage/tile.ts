/** One image of a tiled stack: the same greys as in the viewport, as large as the tile allows. */
import { paint, type Presentation } from '../../core/display';
import type { Frame } from '../../core/frame';
import type { Matrix } from '../../core/geometry';
import type { Orientation } from '../../domain/orientation-ops';

const pixels = document.createElement('canvas');

/**
 * finish: over the painted words. aspect: height over width of a pixel. area: left, top, width and height of what is shown, in image pixels; undefined: all.
 * Returns where the image lies on it.
 */
export function paintTile(onto: HTMLCanvasElement, { frame, presentation, finish }: { frame: Frame; presentation: Presentation; finish?: ((words: Uint32Array) => void) | undefined }, { rotation, flip }: Orientation, aspect: number, area?: readonly [number, number, number, number]): Matrix | undefined {
  const { columns, rows } = frame;
  Object.assign(pixels, { width: columns, height: rows });
  const source = pixels.getContext('2d');
  const context = onto.getContext('2d');
  if (!source || !context) return undefined;
  const data = source.createImageData(columns, rows);
  const words = new Uint32Array(data.data.buffer);
  paint(frame, presentation, words);
  finish?.(words);
  source.putImageData(data, 0, 0);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = '#000';
  context.fillRect(0, 0, onto.width, onto.height);
  const [left, top, across, down] = area ?? [0, 0, columns, rows];
  const [width, height] = [across, down * aspect];
  const lying = rotation % 180 !== 0;
  const zoom = Math.min(onto.width / (lying ? height : width), onto.height / (lying ? width : height));
  context.translate(onto.width / 2, onto.height / 2);
  context.rotate((rotation * Math.PI) / 180);
  context.scale(flip ? -zoom : zoom, zoom * aspect);
  context.imageSmoothingQuality = zoom < 1 ? 'high' : 'low';
  context.translate(-left - across / 2, -top - down / 2);
  context.drawImage(pixels, 0, 0);
  const { a, b, c, d, e, f } = context.getTransform();
  return [a, b, c, d, e, f];
}

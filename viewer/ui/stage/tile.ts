/** One image of a tiled stack: the same greys as in the viewport, as large as the tile allows. */
import { paint, type Presentation } from '../../core/display';
import type { Frame } from '../../core/frame';
import type { Orientation } from '../../domain/orientation-ops';

const pixels = document.createElement('canvas');

/** aspect: height over width of a pixel. */
export function paintTile(onto: HTMLCanvasElement, frame: Frame, presentation: Presentation, { rotation, flip }: Orientation, aspect: number): void {
  const { columns, rows } = frame;
  Object.assign(pixels, { width: columns, height: rows });
  const source = pixels.getContext('2d');
  const context = onto.getContext('2d');
  if (!source || !context) return;
  const data = source.createImageData(columns, rows);
  paint(frame, presentation, new Uint32Array(data.data.buffer));
  source.putImageData(data, 0, 0);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = '#000';
  context.fillRect(0, 0, onto.width, onto.height);
  const [width, height] = [columns, rows * aspect];
  const lying = rotation % 180 !== 0;
  const zoom = Math.min(onto.width / (lying ? height : width), onto.height / (lying ? width : height));
  context.translate(onto.width / 2, onto.height / 2);
  context.rotate((rotation * Math.PI) / 180);
  context.scale(flip ? -zoom : zoom, zoom * aspect);
  context.imageSmoothingQuality = zoom < 1 ? 'high' : 'low';
  context.drawImage(pixels, -columns / 2, -rows / 2);
}

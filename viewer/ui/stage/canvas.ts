/** The canvas a stage draws on: screen pixels, whole ones at 1:1, and its magnifier. */
import type { Matrix, Point2 } from '../../core/geometry';

/**
 * The canvas of Cornerstone's cpu path. That path sizes it by clientWidth, in CSS pixels; here it hears screen pixels,
 * so that pictures are as sharp as the monitor (core 5.14.0, helpers/cpuFallback/rendering/resize).
 */
export function sharpCanvas(element: HTMLDivElement): HTMLCanvasElement {
  const canvas = element.querySelector<HTMLCanvasElement>(':scope > canvas');
  if (!canvas) throw new Error('The cpu canvas of the viewport is missing.');
  const ratio = () => window.devicePixelRatio || 1;
  Object.defineProperty(canvas, 'clientWidth', { get: () => Math.round(element.clientWidth * ratio()) });
  Object.defineProperty(canvas, 'clientHeight', { get: () => Math.round(element.clientHeight * ratio()) });
  return canvas;
}

/** Rounding noise off; at 1:1 image pixels lie on screen pixels, so that each is shown as it is. */
export function onPixels(m: number[]): Matrix {
  const isOne = isOneToOne(m);
  return m.map((v) => (isOne ? Math.round(v) : Math.round(v * 1e9) / 1e9) + 0) as unknown as Matrix;
}

/** Rows and columns both: an image of oblong pixels is never one to one. */
export function isOneToOne([a = 0, b = 0, c = 0, d = 0]: readonly number[]): boolean {
  return Math.abs(Math.hypot(a, b) - 1) < 1e-6 && Math.abs(Math.hypot(c, d) - 1) < 1e-6;
}

/**
 * The small image in the place of the full one. Its samples are those of the low band of the wavelet, which stand for every
 * 2^n-th pixel from the first (ITU T.800 F.3), not for the middle of a block: nothing moves when the full pixels come.
 * Underneath it is stretched, for the last pixels at right and bottom that it does not reach.
 */
export function drawSmall(context: CanvasRenderingContext2D, small: HTMLCanvasElement, { columns, rows }: { columns: number; rows: number }): void {
  const step = 2 ** Math.round(Math.log2(Math.max(columns / small.width, rows / small.height)));
  const from = (1 - step) / 2;
  context.drawImage(small, 0, 0, columns, rows);
  context.save();
  context.beginPath();
  context.rect(0, 0, columns, rows);
  context.clip();
  context.drawImage(small, from, from, step * small.width, step * small.height);
  context.restore();
}

/** Drawn around a point of the canvas, enlarged, onto another canvas: out of the image itself, not out of its smaller picture. */
export function magnify(onto: HTMLCanvasElement, draw: (context: CanvasRenderingContext2D, m: Matrix) => void, m: Matrix, [x, y]: Point2, factor: number): void {
  const context = onto.getContext('2d');
  if (!context) return;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = '#000';
  context.fillRect(0, 0, onto.width, onto.height);
  const [a, b, c, d] = m.map((v) => v * factor) as unknown as [number, number, number, number];
  draw(context, [a, b, c, d, (m[4] - x) * factor + onto.width / 2, (m[5] - y) * factor + onto.height / 2]);
}

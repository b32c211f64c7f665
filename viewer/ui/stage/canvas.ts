/** The canvas a stage draws on: screen pixels, whole ones at 1:1, and its magnifier. */
import type { Matrix, Point2 } from '../../core/geometry';
import type { Canvas } from './placement';

/** Fills an element, in screen pixels, so that pictures are as sharp as the monitor. */
export class SharpCanvas implements Canvas {
  readonly pixels: HTMLCanvasElement;
  /** CSS pixels of the element. */
  width = 0;
  height = 0;
  private readonly observer: ResizeObserver;

  /** onResize: after the canvas has become another size, and is empty. */
  constructor(
    private readonly element: HTMLElement,
    onResize: () => void,
  ) {
    this.pixels = document.createElement('canvas');
    this.pixels.className = 'picture';
    element.tabIndex = -1;
    element.append(this.pixels);
    this.measure();
    this.observer = new ResizeObserver(() => this.measure() && onResize());
    try {
      // Also told when the window moves to a monitor of another density.
      this.observer.observe(element, { box: 'device-pixel-content-box' });
    } catch {
      this.observer.observe(element); // Safari
    }
  }

  get ratio(): number {
    return this.pixels.width / Math.max(this.width, 1);
  }

  /** Whether it is another size now. */
  private measure(): boolean {
    const { clientWidth, clientHeight } = this.element;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
    const isSame = this.width === clientWidth && this.height === clientHeight && this.pixels.width === width && this.pixels.height === height;
    if (isSame) return false;
    [this.width, this.height] = [clientWidth, clientHeight];
    Object.assign(this.pixels, { width, height });
    return true;
  }

  clear(): void {
    const context = this.pixels.getContext('2d');
    context?.setTransform(1, 0, 0, 1, 0, 0);
    context?.clearRect(0, 0, this.pixels.width, this.pixels.height);
  }

  close(): void {
    this.observer.disconnect();
    this.pixels.remove();
  }
}

/** Rounding noise off; at 1:1 image pixels lie on screen pixels, so that each is shown as it is. */
export function onPixels(m: Matrix): Matrix {
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

/** Where the image lies in its viewport: Cornerstone's zoom, pan and turn in screen pixels a column. Draws nothing itself. */
import type { PlanarViewport } from '@cornerstonejs/core';
import { apply, type Matrix, type Point2 } from '../../core/geometry';
import type { Orientation } from '../../domain/orientation-ops';

const ZOOM_LIMITS: [number, number] = [0.02, 64];

/** Every change asks the viewport to draw. Points are CSS pixels of the viewport. */
export class Placement {
  constructor(
    private readonly viewport: PlanarViewport,
    private readonly element: HTMLElement,
    private readonly canvas: HTMLCanvasElement,
  ) {}

  /** Screen pixels a CSS pixel. */
  get ratio(): number {
    return this.canvas.width / Math.max(this.element.clientWidth, 1);
  }

  get pan(): Point2 {
    return [...this.viewport.getPan()] as Point2;
  }

  turn({ rotation, flip }: Orientation): void {
    this.viewport.setViewState({ rotation, flipHorizontal: flip, flipVertical: false });
  }

  /** As Cornerstone lays it, which is not yet whole when it is turned. */
  restart(orientation: Orientation): void {
    this.viewport.resetViewState();
    this.turn(orientation);
    this.viewport.render();
  }

  /** Whole image in the viewport, whatever way it is turned. matrix: as it lies now. */
  fill(matrix: Matrix, { columns, rows }: { columns: number; rows: number }): void {
    const [a, b, c, d] = matrix.map(Math.abs) as [number, number, number, number];
    const across = a * columns + c * rows;
    const high = b * columns + d * rows;
    const factor = Math.min(this.canvas.width / across, this.canvas.height / high);
    if (Number.isFinite(factor) && Math.abs(factor - 1) > 1e-4) this.scaleBy(factor);
  }

  /** From one zoom to another, as far as is allowed; `at` stays where it is. */
  zoom(from: number, to: number, at?: Point2): void {
    this.scaleBy(Math.min(Math.max(to, ZOOM_LIMITS[0]), ZOOM_LIMITS[1]) / from, at);
  }

  private scaleBy(factor: number, at?: Point2): void {
    const [x, y] = this.viewport.getScale();
    const centre: Point2 = at ?? [this.element.clientWidth / 2, this.element.clientHeight / 2];
    this.viewport.setScale([x * factor, y * factor], centre);
    this.viewport.render();
  }

  panBy(dx: number, dy: number): void {
    const [x, y] = this.viewport.getPan();
    this.viewport.setPan([x + dx, y + dy]);
    this.viewport.render();
  }

  /** How far an image point lies from the middle of the viewport. */
  fromMiddle(matrix: Matrix, point: Point2): Point2 {
    const [x, y] = apply(matrix, point);
    return [(this.canvas.width / 2 - x) / this.ratio, (this.canvas.height / 2 - y) / this.ratio];
  }
}

/** Where the image lies in its viewport: zoom, pan and turn. Draws nothing itself. */
import { apply, invert, type Matrix, type Point2 } from '../../core/geometry';
import { layOf, wholeZoom, type Sheet } from '../../core/sheet';
import { UPRIGHT, type Orientation } from '../../domain/orientation-ops';

const ZOOM_LIMITS: [number, number] = [0.02, 64];

/** Points are CSS pixels of the viewport; zoom is screen pixels a column. */
export class Placement {
  private orientation = UPRIGHT;
  private zoom = 1;
  /** How far the middle of the image lies from that of the viewport. */
  pan: Point2 = [0, 0];

  constructor(private readonly canvas: Canvas) {}

  /** Screen pixels a CSS pixel. */
  get ratio(): number {
    return this.canvas.ratio;
  }

  /** Image pixels to screen pixels. */
  matrixOf(sheet: Sheet): Matrix {
    const { width, height } = this.canvas.pixels;
    return layOf(sheet, this.orientation, this.zoom, [width / 2 + this.pan[0] * this.ratio, height / 2 + this.pan[1] * this.ratio]);
  }

  turn(orientation: Orientation): void {
    this.orientation = orientation;
  }

  /** Whole image in the middle of the viewport, whatever way it is turned. */
  fit(sheet: Sheet): void {
    const { width, height } = this.canvas.pixels;
    this.pan = [0, 0];
    this.zoom = wholeZoom(sheet, this.orientation, width, height) ?? this.zoom;
  }

  /** A part of the image, perhaps reaching beyond it, in the middle; at a zoom, else as large as all of it is seen. part: left, top, width, height in image pixels. */
  fitPart(sheet: Sheet, [left, top, width, height]: readonly [number, number, number, number], zoom?: number): void {
    const canvas = this.canvas.pixels;
    this.pan = [0, 0];
    this.zoom = zoom ?? wholeZoom({ columns: width, rows: height, aspect: sheet.aspect }, this.orientation, canvas.width, canvas.height) ?? this.zoom;
    this.panBy(...this.fromMiddle(sheet, [left + width / 2, top + height / 2]));
  }

  /** To a zoom, as far as is allowed; `at` stays where it is. */
  zoomTo(zoom: number, sheet: Sheet, at?: Point2): void {
    const { width, height } = this.canvas.pixels;
    const [x, y]: Point2 = at ? [at[0] * this.ratio, at[1] * this.ratio] : [width / 2, height / 2];
    const back = invert(this.matrixOf(sheet));
    this.zoom = Math.min(Math.max(zoom, ZOOM_LIMITS[0]), ZOOM_LIMITS[1]);
    if (!back) return;
    const [left, top] = apply(this.matrixOf(sheet), apply(back, [x, y]));
    this.panBy((x - left) / this.ratio, (y - top) / this.ratio);
  }

  panBy(dx: number, dy: number): void {
    this.pan = [this.pan[0] + dx, this.pan[1] + dy];
  }

  /** How far an image point lies from the middle of the viewport. */
  fromMiddle(sheet: Sheet, point: Point2): Point2 {
    const { width, height } = this.canvas.pixels;
    const [x, y] = apply(this.matrixOf(sheet), point);
    return [(width / 2 - x) / this.ratio, (height / 2 - y) / this.ratio];
  }
}

/** What the image is drawn on. */
export interface Canvas {
  /** Screen pixels. */
  readonly pixels: { readonly width: number; readonly height: number };
  readonly ratio: number;
}

/**
 * What lies over images beside their own overlays: graphics of presentation states, segments, contours, marks of reports.
 * Layers belong to the viewer, not to a viewport: each viewport draws those that have something for its image.
 */
import type { Matrix, Point2 } from '../../core/geometry';
import type { ImageRef } from '../../domain/display-sets';

/** What a layer draws on: matrix takes image points (columns, rows; 0, 0 is the corner of the first pixel) to canvas pixels. */
export interface LayerView {
  image: ImageRef;
  matrix: Matrix;
  /** Canvas pixels a CSS pixel: strokes and letters are given in CSS pixels. */
  ratio: number;
  /** Canvas pixels. */
  width: number;
  height: number;
}

export interface Layer {
  /** One layer of an id at a time; the object's SOP Instance UID leads. */
  readonly id: string;
  /** Lower ones are drawn first: areas under 100, lines and text from 100. */
  readonly order: number;
  /** The context has no transform. Called at each drawing: what is costly is kept by the layer. */
  draw(context: CanvasRenderingContext2D, view: LayerView): void;
  /** What it says of an image point, for the value at the cursor: 'dose 12.5 Gy'; '' for nothing. */
  valueAt?(image: ImageRef, point: Point2): string;
}

export class LayerBook {
  private readonly layers = new Map<string, Layer>();
  private readonly listeners = new Set<() => void>();
  private sorted: readonly Layer[] = [];

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** From below to above. */
  get all(): readonly Layer[] {
    return this.sorted;
  }

  get(id: string): Layer | undefined {
    return this.layers.get(id);
  }

  put(layer: Layer): void {
    this.layers.set(layer.id, layer);
    this.changed();
  }

  remove(id: string): void {
    if (this.layers.delete(id)) this.changed();
  }

  /** A layer looks otherwise now, or what it waited for has come: draw again. */
  changed(): void {
    this.sorted = [...this.layers.values()].sort((a, b) => a.order - b.order);
    for (const listener of this.listeners) listener();
  }

  /** What the layers say of an image point, from below to above. */
  valuesAt(image: ImageRef, point: Point2): string[] {
    return this.sorted.map((layer) => layer.valueAt?.(image, point) ?? '').filter(Boolean);
  }

  drawOn(context: CanvasRenderingContext2D, view: LayerView): void {
    for (const layer of this.sorted) {
      context.save();
      context.setTransform(1, 0, 0, 1, 0, 0);
      layer.draw(context, view);
      context.restore();
    }
  }
}

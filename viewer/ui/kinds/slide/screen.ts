/** The picture of a slide: tiles of the level that fits, coarser ones under them till they come, marks above. */
import { apply, invert, type Matrix, type Point2 } from '../../../core/geometry';
import { isColour } from '../../../core/image-description';
import { numbers } from '../../../core/dicom-json';
import { cssOfLab } from '../../../core/lab';
import type { Level, OpticalPath, Pyramid } from '../../../domain/slide-levels';
import { fitted, levelFor, matrixOf, panned, tilesOf, zoomed, type Size, type SlidePlace, type Wanted } from '../../../domain/slide-view';
import { SharpCanvas } from '../../stage/canvas';
import { coloursNow, readColours } from './profiles';
import { TileStore, tintOf, type Tint } from './tile-store';

/** Anything that lies over the slide: annotations. matrix: slide pixels to canvas pixels. */
export type DrawOver = (context: CanvasRenderingContext2D, matrix: Matrix, ratio: number) => void;

export interface Shown {
  paths: readonly string[];
  plane: number;
  /** Colours as they are stored, without the profile of the object. */
  asStored?: boolean;
}

/** Draws with the pointer in the place of moving the slide. Places are slide pixels. */
export interface Pen {
  down(at: Point2): void;
  move(at: Point2): void;
  up(): void;
}

/** Tiles of a small picture; where a slide has no small level it stays empty. */
const FEW = 64;

export class SlideScreen {
  private readonly listeners = new Set<() => void>();
  private readonly canvas: SharpCanvas;
  private readonly store: TileStore;
  private readonly scratch = document.createElement('canvas');
  private readonly tints: Map<string, Tint>;
  private shown: Shown;
  private over: DrawOver | undefined;
  private asked = 0;
  private layers: readonly (readonly Wanted[])[] = [];
  private isFitted = true;
  place: SlidePlace;
  level = 0;
  version = 0;
  /** CSS pixels of the viewport that are pointed at. */
  cursor: Point2 | undefined;
  pen: Pen | undefined;

  constructor(
    element: HTMLElement,
    study: string,
    series: string,
    readonly pyramid: Pyramid,
    shown: Shown,
    place?: SlidePlace,
    private readonly small = false,
  ) {
    this.canvas = new SharpCanvas(element, () => this.resized());
    this.store = new TileStore(study, series, pyramid, () => this.redraw(), small);
    this.shown = shown;
    this.tints = new Map(pyramid.paths.map((path, i) => [path.id, tintOf(path, i)]));
    this.place = place ?? fitted(pyramid, this.size);
    this.isFitted = !place;
    readColours(pyramid.paths, () => this.redraw());
    this.redraw();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): number => this.version;

  close(): void {
    cancelAnimationFrame(this.asked);
    this.store.close();
    this.canvas.close();
  }

  private get size(): Size {
    const { width, height } = this.canvas.pixels;
    return { width, height };
  }

  /** Canvas pixels. */
  get pixels(): Size {
    return this.size;
  }

  /** Canvas pixels a CSS pixel. */
  get ratio(): number {
    return this.canvas.ratio;
  }

  get pending(): number {
    return this.store.pending;
  }

  get kept(): { tiles: number; bytes: number } {
    return this.store.kept;
  }

  failure(): { count: number; words: string } {
    return this.store.failure();
  }

  /** Focal plane that was drawn, from 0. */
  get plane(): number {
    return this.shown.plane;
  }

  get matrix(): Matrix {
    return matrixOf(this.place, this.size);
  }

  /** Slide pixel under CSS pixels of the viewport. */
  toSlide([x, y]: Point2): Point2 | undefined {
    const back = invert(this.matrix);
    return back && apply(back, [x * this.ratio, y * this.ratio]);
  }

  /** What is pointed at; nothing: the middle of what is shown. Slide pixels. */
  get aim(): Point2 {
    return (this.cursor && this.toSlide(this.cursor)) ?? [this.place.x, this.place.y];
  }

  point(at: Point2 | undefined): void {
    this.cursor = at;
    this.tell();
  }

  /** Stored values at a slide pixel, of each path that is shown, as the tiles on the screen have them. */
  valuesAt([x, y]: Point2): number[][] {
    const level = this.pyramid.levels[this.level] as Level;
    const [column, row] = [Math.floor(x / level.across), Math.floor(y / level.down)];
    if (column < 0 || row < 0 || column >= level.columns || row >= level.rows) return [];
    return this.shown.paths.flatMap((path) => {
      const tile = this.layers[this.level]?.find((t) => t.path === path && column >= t.x && row >= t.y && column < t.x + level.tileColumns && row < t.y + level.tileRows);
      const value = tile && this.store.valueOf(tile, column - tile.x, row - tile.y);
      return value ? [value] : [];
    });
  }

  // ---- moving

  fit(): void {
    this.put(fitted(this.pyramid, this.size, this.place.turn));
    this.isFitted = true;
  }

  /** at: CSS pixels that stay where they are. */
  zoomBy(factor: number, at?: Point2): void {
    this.zoomTo(this.place.scale * factor, at);
  }

  zoomTo(scale: number, at?: Point2): void {
    this.put(zoomed(this.place, this.pyramid, this.size, scale, at && [at[0] * this.ratio, at[1] * this.ratio]));
  }

  /** CSS pixels. */
  panBy(dx: number, dy: number): void {
    this.put(panned(this.place, this.pyramid, dx * this.ratio, dy * this.ratio));
  }

  turn(by: 1 | -1): void {
    const turn = ((this.place.turn + by + 4) % 4) as SlidePlace['turn'];
    const wasFitted = this.isFitted;
    this.put({ ...this.place, turn });
    if (wasFitted) this.fit();
  }

  centre(x: number, y: number, scale = this.place.scale): void {
    this.put({ ...this.place, x, y, scale });
  }

  private put(place: SlidePlace): void {
    this.place = place;
    this.isFitted = false;
    this.redraw();
  }

  show(shown: Shown): void {
    this.shown = shown;
    this.redraw();
  }

  draws(over: DrawOver | undefined): void {
    this.over = over;
    this.redraw();
  }

  private resized(): void {
    if (this.isFitted) this.place = fitted(this.pyramid, this.size, this.place.turn);
    this.draw();
  }

  /** At the next picture of the monitor. */
  redraw(): void {
    cancelAnimationFrame(this.asked);
    this.asked = requestAnimationFrame(() => this.draw());
  }

  // ---- drawing

  private draw(): void {
    const context = this.canvas.pixels.getContext('2d');
    const { width, height } = this.size;
    if (!context || !width || !height) return;
    const { pyramid, place } = this;
    this.level = levelFor(pyramid, place.scale);
    const layers = this.layers = pyramid.levels.map((_, i) => (i >= this.level ? tilesOf(pyramid, i, this.shown.paths, this.shown.plane, place, this.size, this.small ? FEW : undefined) : []));
    const fine = layers[this.level] ?? [];
    const coarsest = layers.at(-1) ?? [];
    this.store.follow(coarsest === fine ? fine : [...coarsest, ...fine]);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = '#000';
    context.fillRect(0, 0, width, height);
    this.drawGround(context);
    const paths = this.shown.paths;
    paths.forEach((path, i) => {
      if (i === 0) return this.drawPath(context, layers, path);
      // Light adds up: each further channel is drawn alone, then added (PS3.3 C.8.12.5 says nothing of how; this is what microscopes do).
      Object.assign(this.scratch, { width, height });
      const alone = this.scratch.getContext('2d');
      if (!alone) return;
      this.drawPath(alone, layers, path);
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.globalCompositeOperation = 'lighter';
      context.drawImage(this.scratch, 0, 0);
      context.globalCompositeOperation = 'source-over';
    });
    context.setTransform(1, 0, 0, 1, 0, 0);
    this.over?.(context, this.matrix, this.ratio);
    this.tell();
  }

  private tell(): void {
    this.version++;
    for (const listener of this.listeners) listener();
  }

  /** What no tile covers: white glass under colour, darkness under light. */
  private drawGround(context: CanvasRenderingContext2D): void {
    const base = this.pyramid.levels[0] as Level;
    // Recommended Absent Pixel CIELab Value.
    const absent = numbers(base.sources[0]?.dataset, '00480015');
    if (!isColour(base.pixel) && absent.length < 3) return;
    this.toFrame(context);
    context.fillStyle = absent.length >= 3 ? cssOfLab(absent) : '#fff';
    const { x, y, scale } = this.place;
    const [left, top] = [Math.round(-x * scale), Math.round(-y * scale)];
    context.fillRect(left, top, Math.round((base.columns - x) * scale) - left, Math.round((base.rows - y) * scale) - top);
  }

  /** Whole canvas pixels from the middle, along rows and columns of the slide. */
  private toFrame(context: CanvasRenderingContext2D): void {
    const { width, height } = this.size;
    const [x, y] = [Math.floor(width / 2), Math.floor(height / 2)];
    context.setTransform(...quarter(this.place.turn, x, y));
  }

  /** Edges of tiles lie on whole canvas pixels: no seams between them. */
  private drawPath(context: CanvasRenderingContext2D, layers: readonly Wanted[][], path: string): void {
    const { place, pyramid } = this;
    const fine = (layers[this.level] ?? []).filter((tile) => tile.path === path);
    const complete = fine.every((tile) => this.store.isSettled(tile));
    this.toFrame(context);
    const tint = pyramid.paths.length > 1 || pyramid.paths.some(hasPalette) ? this.tints.get(path) : undefined;
    for (let at = complete ? this.level : pyramid.levels.length - 1; at >= this.level; at--) {
      const level = pyramid.levels[at] as Level;
      const zoom = [place.scale * level.across, place.scale * level.down] as const;
      context.imageSmoothingEnabled = Math.abs(zoom[0] - 1) > 1e-9;
      context.imageSmoothingQuality = zoom[0] < 1 ? 'medium' : 'low';
      for (const tile of layers[at] ?? []) if (tile.path === path) this.drawTile(context, level, tile, tint);
    }
  }

  private drawTile(context: CanvasRenderingContext2D, level: Level, tile: Wanted, tint: Tint): void {
    const profile = this.shown.asStored ? undefined : coloursNow(pathOf(this.pyramid, tile.path));
    const picture = this.store.picture(tile, tint, typeof profile === 'object' ? profile : undefined);
    if (!picture) return;
    const { x, y, scale } = this.place;
    // The last tiles of a row or column reach over the edge of the slide.
    const wide = Math.min(picture.width, level.columns - tile.x);
    const high = Math.min(picture.height, level.rows - tile.y);
    const left = Math.round((tile.x * level.across - x) * scale);
    const top = Math.round((tile.y * level.down - y) * scale);
    const right = Math.round(((tile.x + wide) * level.across - x) * scale);
    const bottom = Math.round(((tile.y + high) * level.down - y) * scale);
    if (right > left && bottom > top) context.drawImage(picture, 0, 0, wide, high, left, top, right - left, bottom - top);
  }
}

function pathOf({ paths }: Pyramid, id: string): OpticalPath {
  return paths.find((p) => p.id === id) ?? { id, name: '', item: undefined };
}

function hasPalette({ item }: OpticalPath): boolean {
  return item !== undefined && '00480120' in item;
}

function quarter(turn: SlidePlace['turn'], x: number, y: number): [number, number, number, number, number, number] {
  if (!turn) return [1, 0, 0, 1, x, y];
  return turn === 1 ? [0, 1, -1, 0, x, y] : turn === 2 ? [-1, 0, 0, -1, x, y] : [0, -1, 1, 0, x, y];
}

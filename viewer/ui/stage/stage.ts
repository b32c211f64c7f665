/** One viewport: a stack, the image shown of it, and how it is shown. Draws through Cornerstone's planar viewport. */
import { Enums, utilities, type PlanarViewport } from '@cornerstonejs/core';
import { paint, type Presentation } from '../../core/display';
import type { Frame } from '../../core/frame';
import { colourMap } from '../../core/colour-maps';
import { apply, invert, type Matrix, type Point2 } from '../../core/geometry';
import { isColour, isInverse, modalityOf, pixelAspect, voisOf } from '../../core/image-description';
import { applyModality } from '../../core/modality';
import { overlaysOf } from '../../core/overlays';
import { windowOver, type Voi, type Window } from '../../core/voi';
import type { DisplaySet, ImageRef } from '../../domain/display-sets';
import { stepped } from '../../domain/dimensions';
import { UPRIGHT, type Orientation } from '../../domain/orientation-ops';
import { sameVoi } from '../../domain/presets';
import { drawSmall, isOneToOne, magnify, onPixels, sharpCanvas } from './canvas';
import { failureOf, imageId, onChange, painted, register, renderingEngine, type StageImage } from './engine';
import { drawOverlays } from './overlay-layer';
import { readingAt, type Reading } from './reading';
import { paintTile } from './tile';
import { drawsOn, type DrawTarget } from './stage-registry';

/** What a series keeps when it leaves a viewport and comes back. */
export interface View {
  index: number;
  voi: Voi | undefined;
  inverted: boolean;
  /** Pseudo-colour, '' for grey; a ColourMap's id. */
  colourMap: string;
  /** Overlay groups (0x6000 ...) that are not drawn. */
  hiddenOverlays: readonly number[];
  /** Images across and down that are shown at once; 1 is a stack. */
  tiles: number;
  orientation: Orientation;
  /** Zoom and pan the reader chose; undefined when the image was fitted. */
  place: { zoom: number; pan: Point2 } | undefined;
}

export const FRESH: View = { index: 0, voi: undefined, inverted: false, colourMap: '', hiddenOverlays: [], tiles: 1, orientation: UPRIGHT, place: undefined };

/** What the reader sees now; a new object whenever it changes. */
export interface Snapshot extends View {
  displaySet: DisplaySet | undefined;
  /** Index of the image that is drawn, -1 before the first. `index` is the one that is wanted. */
  shown: number;
  ref: ImageRef | undefined;
  /** Applied window or table: the reader's or the object's own. */
  applied: Voi | undefined;
  /** Screen pixels a column. */
  zoom: number;
  matrix: Matrix;
  width: number;
  height: number;
  error: string;
  /** The small image of first paint is drawn, the full pixels are on their way. */
  reduced: boolean;
  /** Why they will not come; '' while they may. */
  lack: string;
  fitted: boolean;
  cursor: { at: Point2; reading: Reading | undefined } | undefined;
}

export interface Probe extends Reading {
  grey: number | number[];
}

export type StageChange = 'image' | 'place' | 'window';

const START: Snapshot = {
  ...FRESH, displaySet: undefined, shown: -1, ref: undefined, applied: undefined, zoom: 1,
  matrix: [1, 0, 0, 1, 0, 0], width: 0, height: 0, error: '', reduced: false, lack: '', fitted: true, cursor: undefined,
};

/** Whether two snapshots would draw an image the same: a tile is not drawn again for a pointer that moves. */
export function sameView(a: Snapshot, b: Snapshot): boolean {
  const keys = ['displaySet', 'voi', 'inverted', 'colourMap', 'tiles', 'orientation', 'width', 'height'] as const;
  return keys.every((k) => a[k] === b[k]);
}

const ZOOM_LIMITS: [number, number] = [0.02, 64];

export class Stage {
  private readonly listeners = new Set<() => void>();
  private readonly viewport: PlanarViewport;
  private readonly canvas: HTMLCanvasElement;
  private readonly observer: ResizeObserver;
  private readonly pixels = document.createElement('canvas');
  private snap: Snapshot = START;
  private painted: { image: StageImage; frame: Frame; voi: Voi; inverse: boolean; map: string } | undefined;
  private request = 0;
  /** Cornerstone holds the stack of the display set; before that there is nothing to scroll. */
  private mounted = false;
  private smooth = true;
  private quiet = false;
  private readonly ranges = new Map<string, [number, number]>();
  onFirstImage: (() => void) | undefined;
  /** The same with all its pixels. */
  onFirstWhole: (() => void) | undefined;
  /** Called when another image is wanted, before it is waited for. */
  onWish: (() => void) | undefined;
  /** Where the reader scrolls; 0 when nowhere yet. */
  direction: -1 | 0 | 1 = 0;
  private readonly forgetChanges: () => void;
  /** The pointer moved while it was last pressed. */
  dragged = false;
  /** Told of what was asked of this viewport, so that linked ones can follow. */
  onChange: ((what: StageChange) => void) | undefined;

  constructor(
    readonly id: string,
    private readonly element: HTMLDivElement,
  ) {
    const engine = renderingEngine();
    engine.enableElement({ viewportId: id, element, type: Enums.ViewportType.PLANAR_NEXT });
    this.viewport = engine.getViewport(id) as unknown as PlanarViewport;
    this.canvas = sharpCanvas(element);
    drawsOn(this.canvas, (target) => this.draw(target));
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(element);
    this.forgetChanges = onChange((id) => this.changed(id));
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): Snapshot => this.snap;

  destroy(): void {
    this.request++;
    this.forgetChanges();
    this.observer.disconnect();
    renderingEngine().disableElement(this.id);
  }

  /** Hang a stack. The view is as left, or fresh. */
  async show(set: DisplaySet | undefined, view: View = FRESH): Promise<void> {
    const request = ++this.request;
    this.painted = undefined;
    this.mounted = false;
    this.emit({ ...START, ...view, displaySet: set, width: this.snap.width, height: this.snap.height, error: set?.reason ?? '' });
    this.clear();
    this.direction = 0;
    if (!set?.images.length) return;
    const ids = this.imageIds(set);
    const index = clamp(view.index, ids.length);
    const first = await this.loadFirst(ids, index, request);
    if (!first || request !== this.request) return;
    utilities.genericViewportDisplaySetMetadataProvider.add(this.id, { imageIds: ids, initialImageIdIndex: first.at, kind: 'planar' });
    await this.viewport.setDisplaySets({ displaySetId: this.id });
    if (request !== this.request) return;
    this.mounted = true;
    this.quietly(() => {
      this.applyOrientation();
      this.fit();
      if (view.place) this.putBack(view.place);
    });
    if (first.at !== this.snap.index) await this.quietly(() => this.goTo(this.snap.index));
  }

  private putBack({ zoom, pan }: NonNullable<View['place']>): void {
    this.zoomTo(zoom);
    const [x, y] = this.viewport.getPan();
    this.panBy(pan[0] - x, pan[1] - y);
  }

  private imageIds(set: DisplaySet): string[] {
    return set.images.map((image) => {
      const id = imageId(set.studyInstanceUid, set.seriesInstanceUid, image);
      register(id, image);
      return id;
    });
  }

  /** The wanted image; when it is broken, the nearest that is not: one corrupt frame never blanks the stack. */
  private async loadFirst(ids: string[], index: number, request: number): Promise<{ at: number } | undefined> {
    for (let at = index, tried = 0; tried < Math.min(ids.length, 8); tried++, at = (at + 1) % ids.length) {
      try {
        await this.coming(ids[at] as string, this.snap.displaySet?.images[at]);
        return { at };
      } catch (error) {
        if (request !== this.request) return undefined;
        this.emit({ error: says(error) });
      }
    }
    return undefined;
  }

  async goTo(wanted: number): Promise<void> {
    const set = this.snap.displaySet;
    if (!set?.images.length) return;
    const index = clamp(wanted, set.images.length);
    if (index !== this.snap.index) this.direction = index > this.snap.index ? 1 : -1;
    this.emit({ index });
    this.tell('image');
    if (!this.mounted) return;
    try {
      await this.coming(this.idAt(index), set.images[index]);
    } catch (error) {
      if (this.snap.displaySet === set && this.snap.index === index) this.showFailure(index, says(error));
      return;
    }
    if (this.snap.displaySet !== set || this.snap.index !== index) return;
    if (this.viewport.getCurrentImageIdIndex() === index) this.viewport.render();
    else await this.viewport.setImageIdIndex(index);
  }

  /** Images on along an axis, where the stack has both space and time. */
  step(by: number, axis: 'slice' | 'time' = 'slice'): Promise<void> {
    const set = this.snap.displaySet;
    return this.goTo(set ? stepped(set.dimensions, this.snap.index, by, axis) : this.snap.index);
  }

  private showFailure(index: number, error: string): void {
    this.painted = undefined;
    this.clear();
    this.emit({ shown: index, ref: this.snap.displaySet?.images[index], applied: undefined, error, reduced: false });
  }

  /** Small or whole. The small one is asked for before the plan starts the whole one. */
  private coming(id: string, image: ImageRef | undefined): Promise<StageImage> {
    const { clientWidth, clientHeight } = this.element;
    const windowIsKnown = Boolean(this.snap.voi ?? (image && voisOf(image.dataset, image.frame, image.pixel)[0]));
    const coming = painted(id, { windowIsKnown, screen: Math.max(clientWidth, clientHeight) * (window.devicePixelRatio || 1) });
    this.onWish?.();
    return coming;
  }

  /** The full pixels of the image that is drawn small have come, or will not. */
  private changed(id: string): void {
    const drawn = this.painted;
    if (drawn?.image.imageId !== id) return;
    if (drawn.frame !== drawn.image.frame) this.viewport.render();
    else if (!drawn.image.whole) this.emit({ lack: failureOf(id)?.message ?? '' });
  }

  idAt(index: number): string {
    const set = this.snap.displaySet as DisplaySet;
    return imageId(set.studyInstanceUid, set.seriesInstanceUid, set.images[index] as ImageRef);
  }

  // ---- how it is shown

  setVoi(voi: Voi | undefined): void {
    this.emit({ voi });
    this.viewport.render();
    this.tell('window');
  }

  toggleInvert(): void {
    this.emit({ inverted: !this.snap.inverted });
    this.viewport.render();
    this.tell('window');
  }

  setColourMap(id: string): void {
    this.emit({ colourMap: id });
    this.viewport.render();
  }

  hideOverlays(groups: readonly number[]): void {
    this.emit({ hiddenOverlays: groups });
    this.viewport.render();
  }

  setTiles(tiles: number): void {
    this.emit({ tiles: (this.snap.displaySet?.images.length ?? 0) > 1 ? tiles : 1 });
  }

  /** An image as this viewport would show it, onto another canvas, as large as it fits; once more when its full pixels have come. */
  async drawTile(index: number, onto: HTMLCanvasElement): Promise<void> {
    const id = this.idAt(index);
    const image = await painted(id);
    const draw = () => paintTile(onto, image.frame, this.presentationOf(image), this.snap.orientation, pixelAspect(image.ref.dataset, image.ref.frame));
    draw();
    if (image.whole) return;
    const forget = onChange((changed) => {
      if (changed !== id) return;
      forget();
      draw();
    });
  }

  /** All of them off, or on when they are off. */
  toggleOverlays(): void {
    const groups = this.snap.ref ? overlaysOf(this.snap.ref.dataset).map((o) => o.group) : [];
    this.hideOverlays(this.snap.hiddenOverlays.length ? [] : groups);
  }

  get smoothing(): boolean {
    return this.smooth;
  }

  toggleSmooth(): void {
    this.smooth = !this.smooth;
    this.viewport.render();
  }

  setOrientation(orientation: Orientation): void {
    const wasFitted = this.snap.fitted;
    this.emit({ orientation });
    this.applyOrientation();
    if (wasFitted) this.fit();
    else this.viewport.render();
  }

  private applyOrientation(): void {
    const { rotation, flip } = this.snap.orientation;
    this.viewport.setViewState({ rotation, flipHorizontal: flip, flipVertical: false });
  }

  /** Whole image in the viewport, centred, whatever way it is turned. */
  fit(): void {
    this.viewport.resetViewState();
    this.applyOrientation();
    this.viewport.render();
    const image = this.painted?.image;
    if (!image) return;
    const [a, b, c, d] = this.snap.matrix.map(Math.abs) as [number, number, number, number];
    const across = a * image.columns + c * image.rows;
    const high = b * image.columns + d * image.rows;
    const factor = Math.min(this.canvas.width / across, this.canvas.height / high);
    if (Number.isFinite(factor) && Math.abs(factor - 1) > 1e-4) this.scaleBy(factor);
    this.emit({ fitted: true });
    this.tell('place');
  }

  /** zoom: screen pixels a column; at: CSS pixels in the viewport that stay where they are. */
  zoomTo(zoom: number, at?: Point2): void {
    const wanted = Math.min(Math.max(zoom, ZOOM_LIMITS[0]), ZOOM_LIMITS[1]);
    this.scaleBy(wanted / this.snap.zoom, at);
    this.emit({ fitted: false });
    this.tell('place');
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
    this.emit({ fitted: false });
    this.tell('place');
  }

  /** Image point (columns, rows) in the middle of the viewport. */
  middle(): Point2 | undefined {
    const back = invert(this.snap.matrix);
    return back && this.painted ? apply(back, [this.canvas.width / 2, this.canvas.height / 2]) : undefined;
  }

  /** Zoom, and the image point that comes to lie in the middle. */
  centre(zoom: number, point: Point2): void {
    if (!this.painted) return;
    this.zoomTo(zoom);
    const [x, y] = apply(this.snap.matrix, point);
    this.panBy((this.canvas.width / 2 - x) / this.ratio, (this.canvas.height / 2 - y) / this.ratio);
  }

  reset(): void {
    this.emit({ voi: undefined, inverted: false, colourMap: '', hiddenOverlays: [], orientation: UPRIGHT });
    this.applyOrientation();
    this.fit();
    this.tell('window');
  }

  view(): View {
    const { index, voi, inverted, colourMap, hiddenOverlays, tiles, orientation, zoom, fitted } = this.snap;
    const place = fitted || !this.mounted ? undefined : { zoom, pan: [...this.viewport.getPan()] as Point2 };
    return { index, voi, inverted, colourMap, hiddenOverlays, tiles, orientation, place };
  }

  /** The window in force as a window, so that a drag can start from it; a table starts from the full range. */
  currentWindow(): Window {
    const applied = this.snap.applied;
    return applied?.kind === 'window' ? applied.window : this.fullRange();
  }

  fullRange(): Window {
    const image = this.painted?.image;
    return image ? this.rangeOf(image) : windowOver(0, 255);
  }

  /** Window over all values of the image; frames of one object share the widest seen, so that a cine does not pump. */
  private rangeOf(image: StageImage): Window {
    const { dataset, frame, pixel, sopInstanceUid } = image.ref;
    const modality = modalityOf(dataset, frame, pixel);
    const ends = [applyModality(image.frame.min, modality), applyModality(image.frame.max, modality)];
    const known = this.ranges.get(sopInstanceUid);
    const range: [number, number] = [Math.min(...ends, known?.[0] ?? Infinity), Math.max(...ends, known?.[1] ?? -Infinity)];
    if (image.whole) this.ranges.set(sopInstanceUid, range);
    return windowOver(...range);
  }

  // ---- drawing

  private presentationOf(image: StageImage): Presentation {
    const { dataset, frame, pixel } = image.ref;
    const modality = modalityOf(dataset, frame, pixel);
    const own = voisOf(dataset, frame, pixel)[0];
    const voi = this.snap.voi ?? own ?? { kind: 'window', window: this.rangeOf(image) };
    const inverse = (isColour(pixel) ? false : isInverse(dataset, pixel)) !== this.snap.inverted;
    return { modality, voi, inverse, padding: pixel.padding, map: colourMap(this.snap.colourMap)?.words };
  }

  private draw(target: DrawTarget): void {
    const image = target.image as StageImage;
    const context = this.canvas.getContext('2d');
    if (!context) return;
    const presentation = this.presentationOf(image);
    this.repaint(image, presentation);
    const matrix = onPixels(target.transform.getMatrix());
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = '#000';
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.drawOn(context, matrix, image);
    this.drawn(image, presentation.voi, matrix, Math.hypot(matrix[0], matrix[1]));
  }

  /** The painted image and its overlays under a matrix. */
  private drawOn(context: CanvasRenderingContext2D, matrix: Matrix, image: StageImage): void {
    context.imageSmoothingEnabled = this.smooth && !(image.whole && isOneToOne(matrix));
    context.imageSmoothingQuality = Math.hypot(matrix[0], matrix[1]) < 1 ? 'high' : 'low';
    context.setTransform(...(matrix as [number, number, number, number, number, number]));
    if (image.whole) context.drawImage(this.pixels, 0, 0);
    else drawSmall(context, this.pixels, image);
    drawOverlays(context, image.ref, this.snap.hiddenOverlays, () => this.viewport.render());
  }

  private repaint(image: StageImage, p: Presentation): void {
    const last = this.painted;
    if (last?.frame === image.frame && last.inverse === p.inverse && last.map === this.snap.colourMap && (last.voi === p.voi || sameVoi(last.voi, p.voi))) return;
    const { columns, rows } = image.frame;
    Object.assign(this.pixels, { width: columns, height: rows });
    const context = this.pixels.getContext('2d');
    if (!context) return;
    const data = context.createImageData(columns, rows);
    paint(image.frame, p, new Uint32Array(data.data.buffer));
    context.putImageData(data, 0, 0);
    this.painted = { image, frame: image.frame, voi: p.voi, inverse: p.inverse, map: this.snap.colourMap };
  }

  private drawn(image: StageImage, applied: Voi, matrix: Matrix, zoom: number): void {
    const shown = this.placeOf(image.ref);
    this.emit({ shown, ref: image.ref, applied, matrix, zoom, width: this.element.clientWidth, height: this.element.clientHeight, error: '', reduced: !image.whole, lack: (!image.whole && failureOf(image.imageId)?.message) || '' });
    if (this.snap.cursor && image.whole && !this.snap.cursor.reading) this.setCursor(this.snap.cursor.at);
    this.onFirstImage?.();
    this.onFirstImage = undefined;
    if (!image.whole) return;
    this.onFirstWhole?.();
    this.onFirstWhole = undefined;
  }

  /** In the stack; by identity of the image, as a stack that has grown holds new descriptions of old images. */
  private placeOf(ref: ImageRef): number {
    const images = this.snap.displaySet?.images ?? [];
    const isSame = (i: ImageRef | undefined) => i?.sopInstanceUid === ref.sopInstanceUid && i.frame === ref.frame;
    return isSame(images[this.snap.index]) ? this.snap.index : images.findIndex(isSame);
  }

  private clear(): void {
    const context = this.canvas.getContext('2d');
    context?.setTransform(1, 0, 0, 1, 0, 0);
    context?.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  private resized(): void {
    renderingEngine().resize(true, true);
    this.emit({ width: this.element.clientWidth, height: this.element.clientHeight });
    if (!this.painted) return;
    if (this.snap.fitted) this.quietly(() => this.fit());
    else this.viewport.render();
  }

  // ---- asking

  /** Value at a point of the viewport in CSS pixels; undefined beside the image, and before its full pixels are there. */
  valueAt(x: number, y: number): Reading | undefined {
    const image = this.painted?.image;
    const back = invert(this.snap.matrix);
    if (!image?.whole || !back || this.snap.error || this.snap.tiles > 1) return undefined;
    const [px, py] = apply(back, [x * this.ratio, y * this.ratio]);
    return readingAt(image.frame, image.ref, Math.floor(px), Math.floor(py));
  }

  /** The same with what is on the screen there, read back from the canvas; colour as [r, g, b]. */
  probe(x: number, y: number): Probe | undefined {
    const reading = this.valueAt(x, y);
    const at = [Math.floor(x * this.ratio), Math.floor(y * this.ratio)] as const;
    const screen = this.canvas.getContext('2d')?.getImageData(...at, 1, 1).data;
    if (!reading || !screen) return undefined;
    return { ...reading, grey: Array.isArray(reading.stored) ? [...screen.slice(0, 3)] : (screen[0] as number) };
  }

  private get ratio(): number {
    return this.canvas.width / Math.max(this.element.clientWidth, 1);
  }

  /** Where the pointer is, in CSS pixels of the viewport, for the value at the cursor and the magnifier. */
  setCursor(at: Point2 | undefined): void {
    if (!at && !this.snap.cursor) return;
    this.emit({ cursor: at ? { at, reading: this.valueAt(...at) } : undefined });
  }

  /** What is around a point (CSS pixels), enlarged, onto another canvas. */
  magnify(onto: HTMLCanvasElement, [x, y]: Point2, factor: number): void {
    const image = this.painted?.image;
    if (image) magnify(onto, (context, m) => this.drawOn(context, m, image), this.snap.matrix, [x * this.ratio, y * this.ratio], factor);
  }

  private tell(what: StageChange): void {
    if (!this.quiet) this.onChange?.(what);
  }

  /** Hanging and resizing are nothing the reader asked for: nobody follows. */
  private quietly<T>(act: () => T): T {
    this.quiet = true;
    try {
      return act();
    } finally {
      this.quiet = false;
    }
  }

  private emit(change: Partial<Snapshot>): void {
    this.snap = { ...this.snap, ...change };
    for (const listener of this.listeners) listener();
  }
}

function clamp(index: number, count: number): number {
  return Math.round(Math.min(Math.max(index, 0), count - 1));
}

function says(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

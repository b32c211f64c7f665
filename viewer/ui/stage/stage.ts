/** One viewport: a stack, the image shown of it, and how it is shown. */
import { apply, invert, type Matrix, type Point2 } from '../../core/geometry';
import { pixelAspect } from '../../core/image-description';
import { overlaysOf } from '../../core/overlays';
import { windowOver, type Voi, type Window } from '../../core/voi';
import type { DisplaySet, ImageRef } from '../../domain/display-sets';
import { stepped } from '../../domain/dimensions';
import { UPRIGHT, type Orientation } from '../../domain/orientation-ops';
import { ServerError } from '../../domain/server';
import { magnify, onPixels, SharpCanvas } from './canvas';
import { failureOf, forgive, hasWindow, imageId, isWhole, onChange, painted, register } from './frames';
import { Picture } from './picture';
import { Placement } from './placement';
import { readingAt, type Reading } from './reading';
import type { StageImage } from './stage-image';
import { paintTile } from './tile';
import type { LaidOut, StateBook } from '../states/book';
import { turnedBy } from '../../core/turns';
import { AS_RECOMMENDED, type StateChoice, type SubtractionChoice } from '../../domain/state-choice';
import type { Sheet } from '../../core/sheet';
import type { Fusion } from './fusion';
import type { LayerBook } from './layers';
import type { Three } from './three';
import { BARE, FRESH, type Snapshot, type View } from './view';

export interface Probe extends Reading {
  grey: number | number[];
}

export type StageChange = 'image' | 'place' | 'window';

export class Stage {
  private readonly listeners = new Set<() => void>();
  private readonly canvas: SharpCanvas;
  private readonly picture: Picture;
  private readonly placement: Placement;
  private snap: Snapshot = BARE;
  private request = 0;
  /** Of the images of the display set, in their order. */
  private ids: readonly string[] = [];
  /** An image of the display set was there; before that there is nothing to scroll. */
  private mounted = false;
  /** The image to draw; undefined before the first, and where the wanted one failed. */
  private current: StageImage | undefined;
  private forgetOver: (() => void) | undefined;
  private smooth = true;
  /** The picture in three dimensions, while it is shown. */
  three: Three | undefined;
  /** What stands in place of a picture and takes commands of the viewer first (ui/parts/mesh-view). */
  turnable: { run: (id: string) => boolean } | undefined;
  private quiet = false;
  onFirstImage: (() => void) | undefined;
  /** The same with all its pixels. */
  onFirstWhole: (() => void) | undefined;
  /** Called when another image is wanted, before it is waited for. */
  onWish: (() => void) | undefined;
  /** Where the reader scrolls; 0 when nowhere yet. */
  direction: -1 | 0 | 1 = 0;
  private readonly forgetChanges: () => void;
  private readonly forgetLayers: (() => void) | undefined;
  private readonly forgetStates: (() => void) | undefined;
  /** The pointer moved while it was last pressed. */
  dragged = false;
  /** Told of what was asked of this viewport, so that linked ones can follow. */
  onChange: ((what: StageChange) => void) | undefined;

  constructor(
    readonly id: string,
    element: HTMLDivElement,
    private readonly layers?: LayerBook,
    private readonly states?: StateBook,
  ) {
    this.picture = new Picture(states);
    this.canvas = new SharpCanvas(element, () => this.resized());
    this.placement = new Placement(this.canvas);
    this.forgetChanges = onChange((id) => this.changed(id));
    this.forgetLayers = layers?.subscribe(() => this.render());
    this.forgetStates = states?.subscribe(() => this.stateChanged());
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): Snapshot => this.snap;

  destroy(): void {
    this.request++;
    this.forgetChanges();
    this.forgetLayers?.();
    this.forgetStates?.();
    this.forgetOver?.();
    this.canvas.close();
  }

  /** What is on the screen: image and what is drawn over it, no texts. */
  get pixels(): HTMLCanvasElement {
    return this.canvas.pixels;
  }

  /** Hang a stack. The view is as left, or fresh. */
  async show(set: DisplaySet | undefined, view: View = FRESH): Promise<void> {
    const request = ++this.request;
    this.picture.forget();
    this.current = undefined;
    this.mounted = false;
    this.watchOver(view.over);
    this.emit({ ...BARE, ...view, displaySet: set, width: this.canvas.width, height: this.canvas.height, error: set?.reason ?? '' });
    this.canvas.clear();
    this.direction = 0;
    this.ids = [];
    if (!set?.images.length) return;
    const ids = this.imageIds(set);
    this.ids = ids;
    const index = clamp(view.index, ids.length);
    const first = await this.loadFirst(ids, index, request);
    if (!first || request !== this.request) return;
    this.current = first.image;
    this.mounted = true;
    this.quietly(() => {
      this.fit();
      if (view.place) this.putBack(view.place);
      else if (view.aim) this.centre(view.aim.zoom, view.aim.middle);
    });
    if (first.at !== this.snap.index) await this.quietly(() => this.goTo(this.snap.index));
  }

  private putBack({ zoom, pan }: NonNullable<View['place']>): void {
    this.zoomTo(zoom);
    const [x, y] = this.placement.pan;
    this.panBy(pan[0] - x, pan[1] - y);
  }

  /** Which images are in memory, and which cannot be drawn: from one to another, both included, from 0. */
  fetched(): { loaded: [number, number][]; failed: [number, number][] } {
    return { loaded: runsOf(this.ids, isWhole), failed: runsOf(this.ids, (id) => failureOf(id) !== undefined) };
  }

  private imageIds(set: DisplaySet): string[] {
    return set.images.map((image) => {
      const id = imageId(set.studyInstanceUid, set.seriesInstanceUid, image);
      register(id, image, set.source);
      return id;
    });
  }

  /** The wanted image; when it is broken, the nearest that is not: one corrupt frame never blanks the stack. */
  private async loadFirst(ids: string[], index: number, request: number): Promise<{ at: number; image: StageImage } | undefined> {
    for (let at = index, tried = 0; tried < Math.min(ids.length, 8); tried++, at = (at + 1) % ids.length) {
      try {
        return { at, image: await this.coming(ids[at] as string, this.snap.displaySet?.images[at]) };
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
    let image;
    try {
      image = await this.coming(this.idAt(index), set.images[index]);
    } catch (error) {
      if (this.snap.displaySet === set && this.snap.index === index) this.showFailure(index, says(error));
      return;
    }
    if (this.snap.displaySet !== set || this.snap.index !== index) return;
    this.current = image;
    if (this.snap.fitted) this.fitTo(image);
    this.render();
  }

  /** Images on along an axis, where the stack has both space and time. */
  step(by: number, axis: 'slice' | 'time' = 'slice'): Promise<void> {
    const set = this.snap.displaySet;
    return this.goTo(set ? stepped(set.dimensions, this.snap.index, by, axis) : this.snap.index);
  }

  /** Whether the image that is wanted failed for a reason that may have passed. */
  get mayTryAgain(): boolean {
    return Boolean(this.snap.error && this.snap.displaySet?.images.length) && failureOf(this.idAt(this.snap.index)) instanceof ServerError;
  }

  tryAgain(): void {
    const { displaySet: set, index } = this.snap;
    if (!set || !forgive(this.idAt(index))) return;
    if (this.mounted) void this.goTo(index);
    else void this.show(set, { ...this.view(), index });
  }

  private showFailure(index: number, error: string): void {
    this.picture.forget();
    this.current = undefined;
    this.canvas.clear();
    this.emit({ shown: index, ref: this.snap.displaySet?.images[index], applied: undefined, error, reduced: false });
  }

  /** Small or whole. The small one is asked for before the plan starts the whole one. */
  private coming(id: string, image: ImageRef | undefined): Promise<StageImage> {
    const windowIsKnown = this.snap.voi !== undefined || Boolean(image && hasWindow(image));
    const coming = painted(id, { windowIsKnown, screen: Math.max(this.canvas.pixels.width, this.canvas.pixels.height) });
    this.onWish?.();
    return coming;
  }

  /** The full pixels of the image that is drawn small have come, or will not. */
  private changed(id: string): void {
    const image = this.picture.image;
    if (image?.imageId !== id) return;
    if (this.picture.isStale) this.render();
    else if (!image.whole && image.ref.computed) this.outdated(this.snap.index, failureOf(id));
    else if (!image.whole) this.emit({ lack: failureOf(id)?.message ?? '' });
  }

  /** A plane has moved: its old pixels stand without values until the new ones come, or until it fails. */
  private outdated(index: number, failure: Error | undefined): void {
    if (failure) this.showFailure(index, failure.message);
    else {
      this.emit({ reduced: true, lack: '' });
      this.onWish?.();
    }
  }

  idAt(index: number): string {
    const set = this.snap.displaySet as DisplaySet;
    return imageId(set.studyInstanceUid, set.seriesInstanceUid, set.images[index] as ImageRef);
  }

  // ---- how it is shown

  setVoi(voi: Voi | undefined): void {
    this.emit({ voi });
    this.render();
    this.tell('window');
  }

  toggleInvert(): void {
    this.emit({ inverted: !this.snap.inverted });
    this.render();
    this.tell('window');
  }

  setColourMap(id: string): void {
    this.emit({ colourMap: id });
    this.render();
  }

  hideOverlays(groups: readonly number[]): void {
    this.emit({ hiddenOverlays: groups });
    this.render();
  }

  /** Lay a volume over the images, or take it off. */
  setOver(over: Fusion | undefined): void {
    this.watchOver(over);
    this.emit({ over });
    this.render();
  }

  private watchOver(over: Fusion | undefined): void {
    this.forgetOver?.();
    this.forgetOver = over?.subscribe(() => this.render());
  }

  setThree(three: boolean): void {
    this.emit({ look3d: this.look3d, three: three && !this.snap.displaySet?.colour });
  }

  private get look3d(): View['look3d'] {
    return this.three?.kept() ?? this.snap.look3d;
  }

  setTiles(tiles: number): void {
    this.emit({ tiles: (this.snap.displaySet?.images.length ?? 0) > 1 ? tiles : 1 });
  }

  /** An image as this viewport would show it, onto another canvas, as large as it fits; once more when its full pixels have come. */
  async drawTile(index: number, onto: HTMLCanvasElement): Promise<void> {
    const id = this.idAt(index);
    const image = await painted(id);
    const draw = () => {
      const laid = this.laid(image.ref);
      const matrix = paintTile(onto, this.picture.recipeOf(image, this.snap), this.orientationOf(image.ref), laid?.aspect ?? pixelAspect(image.ref.dataset, image.ref.frame), image.whole ? laid?.area : undefined);
      const context = onto.getContext('2d');
      if (matrix && context) this.states?.draw(context, image, { image: image.ref, matrix, ratio: this.placement.ratio, width: onto.width, height: onto.height }, this.snap.state);
    };
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

  /** Another presentation state, shown as it says: what the reader did before gives way. */
  setState(state: StateChoice): void {
    const same = state.uid === this.snap.state.uid && state.graphicsOnly === this.snap.state.graphicsOnly;
    this.emit(same ? { state } : { state, voi: undefined, inverted: false, colourMap: '', orientation: UPRIGHT, subtraction: AS_RECOMMENDED });
    if (same) return this.render();
    this.fit();
    this.tell('window');
  }

  /** The choice alone. */
  wearState(state: StateChoice): void {
    this.emit({ state });
    this.stateChanged();
  }

  setSubtraction(subtraction: SubtractionChoice): void {
    this.emit({ subtraction });
    this.render();
  }

  /** A state has come, or is another: it is put on, but nothing that the reader did is taken back. */
  private stateChanged(): void {
    if (!this.current) return this.emit({ states: this.states?.version ?? 0 });
    if (this.snap.fitted) this.fitTo(this.current);
    this.render();
  }

  private laid(ref: ImageRef): LaidOut | undefined {
    return this.states?.layOut(ref, this.snap.state);
  }

  /** As its state turns it, and then the reader. */
  private orientationOf(ref: ImageRef): Orientation {
    const laid = this.laid(ref);
    return laid ? turnedBy(laid.turn, this.snap.orientation) : this.snap.orientation;
  }

  /** The image with the shape of pixels that its state says, and turned as it is from here on. */
  private sheetOf(image: StageImage): Sheet {
    const laid = this.laid(image.ref);
    this.placement.turn(laid ? turnedBy(laid.turn, this.snap.orientation) : this.snap.orientation);
    return laid?.aspect ? { columns: image.columns, rows: image.rows, aspect: laid.aspect } : image;
  }

  /** All of it, or what its state shows of it. */
  private fitTo(image: StageImage): void {
    const laid = this.laid(image.ref);
    const sheet = this.sheetOf(image);
    if (laid?.area) this.placement.fitPart(sheet, laid.area, laid.zoom);
    else this.placement.fit(sheet);
  }

  /** All of the image, whatever part of it a state shows; a second time that part again. */
  fitWhole(): void {
    const image = this.current;
    if (!image || !this.snap.fitted || !this.laid(image.ref)?.area) return this.fit();
    this.placement.fit(this.sheetOf(image));
    this.render();
    this.emit({ fitted: false });
    this.tell('place');
  }

  get smoothing(): boolean {
    return this.smooth;
  }

  toggleSmooth(): void {
    this.smooth = !this.smooth;
    this.render();
  }

  setOrientation(orientation: Orientation): void {
    const wasFitted = this.snap.fitted;
    this.emit({ orientation });
    if (wasFitted) this.fit();
    else this.render();
  }

  /** Whole image in the viewport, centred, whatever way it is turned. */
  fit(): void {
    if (!this.current) return;
    this.fitTo(this.current);
    this.render();
    this.emit({ fitted: true });
    this.tell('place');
  }

  /** zoom: screen pixels a column; at: CSS pixels in the viewport that stay where they are. */
  zoomTo(zoom: number, at?: Point2): void {
    if (this.current) this.placement.zoomTo(zoom, this.sheetOf(this.current), at);
    this.render();
    this.emit({ fitted: false });
    this.tell('place');
  }

  panBy(dx: number, dy: number): void {
    this.placement.panBy(dx, dy);
    this.render();
    this.emit({ fitted: false });
    this.tell('place');
  }

  /** Image point (columns, rows) under CSS pixels of the viewport; undefined beside the image. */
  toImage([x, y]: Point2): Point2 | undefined {
    const back = invert(this.snap.matrix);
    const image = this.picture.image;
    if (!back || !image || this.snap.tiles > 1) return undefined;
    const [column, row] = apply(back, [x * this.placement.ratio, y * this.placement.ratio]);
    return column >= 0 && row >= 0 && column <= image.columns && row <= image.rows ? [column, row] : undefined;
  }

  /** CSS pixels of the viewport where an image point lies. */
  toScreen(point: Point2): Point2 {
    const [x, y] = apply(this.snap.matrix, point);
    return [x / this.placement.ratio, y / this.placement.ratio];
  }

  /** Image point (columns, rows) in the middle of the viewport. */
  middle(): Point2 | undefined {
    const back = invert(this.snap.matrix);
    return back && this.picture.image ? apply(back, [this.canvas.pixels.width / 2, this.canvas.pixels.height / 2]) : undefined;
  }

  /** Zoom, and the image point that comes to lie in the middle. */
  centre(zoom: number, point: Point2): void {
    if (!this.current) return;
    this.zoomTo(zoom);
    this.panBy(...this.placement.fromMiddle(this.sheetOf(this.current), point));
  }

  /** Zoom and pan as they were; undefined: fitted. */
  replace(place: View['place']): void {
    if (!place && this.snap.fitted) return;
    this.quietly(() => (place ? this.putBack(place) : this.fit()));
  }

  reset(): void {
    this.emit({ voi: undefined, inverted: false, colourMap: '', hiddenOverlays: [], orientation: UPRIGHT, subtraction: AS_RECOMMENDED });
    this.fit();
    this.tell('window');
  }

  view(): View {
    const { index, voi, inverted, colourMap, hiddenOverlays, tiles, three, over, state, subtraction, orientation, zoom, fitted } = this.snap;
    const place = fitted || !this.mounted ? undefined : { zoom, pan: this.placement.pan };
    return { index, voi, inverted, colourMap, hiddenOverlays, tiles, three, look3d: this.look3d, over, state, subtraction, orientation, place };
  }

  /** The window in force as a window, so that a drag can start from it; a table starts from the full range. */
  currentWindow(): Window {
    const applied = this.snap.applied;
    return applied?.kind === 'window' ? applied.window : this.fullRange();
  }

  fullRange(): Window {
    const image = this.picture.image;
    return image ? this.picture.fullRange(image, this.snap) : windowOver(0, 255);
  }

  // ---- drawing

  private render(): void {
    const image = this.current;
    const context = this.canvas.pixels.getContext('2d');
    if (!image || !context) return;
    const applied = this.picture.paint(image, this.snap);
    const matrix = onPixels(this.placement.matrixOf(this.sheetOf(image)));
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = '#000';
    context.fillRect(0, 0, this.canvas.pixels.width, this.canvas.pixels.height);
    this.drawOn(context, matrix, image);
    this.drawn(image, applied, matrix, Math.hypot(matrix[0], matrix[1]));
  }

  private drawOn(context: CanvasRenderingContext2D, matrix: Matrix, image: StageImage): void {
    const ruled = this.states?.rulesOverlays(image.ref, this.snap.state);
    const how = { smooth: this.smooth, hidden: ruled ? 'all' as const : this.snap.hiddenOverlays, again: () => this.render() };
    this.picture.drawOn(context, matrix, image, how);
    const { width, height } = context.canvas;
    const view = { image: image.ref, matrix, ratio: this.placement.ratio, width, height };
    this.states?.draw(context, image, view, this.snap.state);
    this.layers?.drawOn(context, view);
  }

  private drawn(image: StageImage, applied: Voi, matrix: Matrix, zoom: number): void {
    const shown = this.placeOf(image.ref);
    this.emit({ shown, ref: image.ref, turned: this.orientationOf(image.ref), states: this.states?.version ?? 0, applied, matrix, zoom, width: this.canvas.width, height: this.canvas.height, error: '', reduced: !image.whole, lack: (!image.whole && failureOf(image.imageId)?.message) || '' });
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

  private resized(): void {
    this.emit({ width: this.canvas.width, height: this.canvas.height });
    if (this.snap.fitted) this.quietly(() => this.fit());
    else this.render();
  }

  // ---- asking

  /** Value at a point of the viewport in CSS pixels; undefined beside the image, and before its full pixels are there. */
  valueAt(x: number, y: number): Reading | undefined {
    const image = this.picture.image;
    const back = invert(this.snap.matrix);
    if (!image?.whole || !back || this.snap.error || this.snap.tiles > 1 || this.snap.three) return undefined;
    const [px, py] = apply(back, [x * this.placement.ratio, y * this.placement.ratio]);
    const reading = readingAt(image.frame, image.ref, Math.floor(px), Math.floor(py));
    return reading && { ...reading, over: this.snap.over?.valueAt(image.ref, reading.column, reading.row), said: this.layers?.valuesAt(image.ref, [px, py]) };
  }

  /** The same with what is on the screen there, read back from the canvas; colour as [r, g, b]. */
  probe(x: number, y: number): Probe | undefined {
    const reading = this.valueAt(x, y);
    const at = [Math.floor(x * this.placement.ratio), Math.floor(y * this.placement.ratio)] as const;
    const screen = this.canvas.pixels.getContext('2d')?.getImageData(...at, 1, 1).data;
    if (!reading || !screen) return undefined;
    return { ...reading, grey: Array.isArray(reading.stored) || reading.over ? [...screen.slice(0, 3)] : (screen[0] as number) };
  }

  /** Where the pointer is, in CSS pixels of the viewport, for the value at the cursor and the magnifier. */
  setCursor(at: Point2 | undefined): void {
    if (!at && !this.snap.cursor) return;
    this.emit({ cursor: at ? { at, reading: this.valueAt(...at) } : undefined });
  }

  /** What is around a point (CSS pixels), enlarged, onto another canvas. */
  magnify(onto: HTMLCanvasElement, [x, y]: Point2, factor: number): void {
    const image = this.picture.image;
    if (image) magnify(onto, (context, m) => this.drawOn(context, m, image), this.snap.matrix, [x * this.placement.ratio, y * this.placement.ratio], factor);
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

function runsOf(ids: readonly string[], has: (id: string) => boolean): [number, number][] {
  const runs: [number, number][] = [];
  ids.forEach((id, at) => {
    const last = runs.at(-1);
    if (!has(id)) return;
    if (last?.[1] === at - 1) last[1] = at;
    else runs.push([at, at]);
  });
  return runs;
}

function says(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

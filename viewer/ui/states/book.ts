/** The presentation states of the open studies, which of them holds for an image, and what it does there. The arithmetic is fetched when there is one. */
import type { Frame } from '../../core/frame';
import type { Point2 } from '../../core/geometry';
import { text, type DataSet } from '../../core/dicom-json';
import type { Presentation } from '../../core/display';
import { recommendsMask } from '../../core/mask-hint';
import type { Voi } from '../../core/voi';
import type { DisplaySet, ImageRef } from '../../domain/display-sets';
import { kindOfObject } from '../../domain/object-kinds';
import type { Orientation } from '../../domain/orientation-ops';
import { NO_STATE, sameSubtraction, AS_RECOMMENDED, type StateChoice, type SubtractionChoice } from '../../domain/state-choice';
import type { LayerView } from '../stage/layers';
import type { StageImage } from '../stage/stage-image';
import type { Entry, Works } from './works';

export type { Entry } from './works';

/** What a viewport chose of an image's picture. */
export interface Wanted {
  voi: Voi | undefined;
  inverted: boolean;
  state: StateChoice;
  subtraction: SubtractionChoice;
}

/** How a frame is painted where it is not painted as it is. finish: over the painted words. key: another one when it would look otherwise. */
export interface Recipe {
  frame: Frame;
  presentation: Presentation;
  finish: ((words: Uint32Array) => void) | undefined;
  key: string;
}

/** How a state lays an image: aspect of a pixel, what of it is shown, and how large. */
export interface LaidOut {
  turn: Orientation;
  aspect: number | undefined;
  /** Left, top, width, height in image pixels. */
  area: readonly [number, number, number, number] | undefined;
  /** Screen pixels a column; undefined: as large as fits. */
  zoom: number | undefined;
}

export class StateBook {
  private readonly listeners = new Set<() => void>();
  private readonly adopted = new WeakSet<DataSet>();
  private works: Works | undefined;
  private coming: Promise<Works> | undefined;
  /** By SOP Instance UID of the image they are about, or by Series Instance UID where it is all of a series; the newest first. */
  private byImage = new Map<string, Entry[]>();
  /** All, the newest first. */
  entries: readonly Entry[] = [];
  version = 0;

  /** setOf: the stack of a series, to blend with. */
  constructor(readonly setOf: (series: string) => DisplaySet | undefined, readonly pixelsPerMm: () => number | undefined) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): number => this.version;

  /** Something of it has come or is another: viewports draw again. */
  changed = (): void => {
    this.version++;
    for (const listener of this.listeners) listener();
  };

  /** The states among the objects of a series that was read. */
  adopt(set: DisplaySet): void {
    const fresh = set.objects.filter((ds) => kindOfObject(ds) === 'presentation' && !this.adopted.has(ds));
    if (!fresh.length) return;
    for (const ds of fresh) this.adopted.add(ds);
    void this.work().then((works) => this.enter(works, fresh));
  }

  private work(): Promise<Works> {
    this.coming ??= import('./works').then(({ Works: Made }) => {
      this.works = new Made(this);
      this.changed();
      return this.works;
    });
    return this.coming;
  }

  private enter(works: Works, datasets: readonly DataSet[]): void {
    const fresh = datasets.map((ds) => works.entryOf(ds));
    const known = this.entries.filter((e) => !fresh.some((f) => f.titles.uid === e.titles.uid));
    this.entries = [...known, ...fresh].sort((a, b) => b.order.localeCompare(a.order));
    this.byImage = new Map();
    for (const entry of this.entries.filter((e) => !e.isOfMany)) {
      for (const uid of new Set(entry.images.map((i) => i.uid || i.series))) this.byImage.set(uid, [...(this.byImage.get(uid) ?? []), entry]);
    }
    this.changed();
  }

  /** Those about an image, the newest first, those that cannot be carried out among them. */
  entriesFor(ref: ImageRef | undefined): readonly Entry[] {
    if (!ref || ref.computed) return [];
    const [own, whole] = [ref.sopInstanceUid, text(ref.dataset, '0020000E')].map((uid) => this.byImage.get(uid) ?? []) as [Entry[], Entry[]];
    const found = whole.length ? [...own, ...whole].sort((a, b) => b.order.localeCompare(a.order)) : own;
    return found.filter((e) => this.works?.isAbout(e, ref));
  }

  /** The one in force: the reader's where it is about the image, else the newest that can be carried out. */
  chosen(ref: ImageRef | undefined, choice: StateChoice): Entry | undefined {
    if (choice.uid === NO_STATE) return undefined;
    const usable = this.entriesFor(ref).filter((e) => ref && this.works?.whyNot(e, ref) === '');
    return usable.find((e) => e.titles.uid === choice.uid) ?? usable[0];
  }

  /** '' when it can be applied to the image. */
  whyNot(entry: Entry, ref: ImageRef): string {
    return this.works?.whyNot(entry, ref) ?? '';
  }

  /** What the picture of an image lacks of the state in force; '' for nothing. */
  lackOf(entry: Entry, ref: ImageRef): string {
    return this.works?.lackOf(entry, ref) ?? '';
  }

  /** Undefined: painted as the object says. range: window over all values of a frame. */
  recipe(image: StageImage, wanted: Wanted): Recipe | undefined {
    const needsMask = wanted.subtraction.on !== false && (wanted.subtraction.on === true || recommendsMask(image.ref.dataset));
    const needsState = !wanted.state.graphicsOnly && this.entries.length > 0;
    if (!needsMask && !needsState) return undefined;
    if (!this.works) void this.work();
    return this.works?.recipe(image, wanted);
  }

  /** Undefined: as without a state. */
  layOut(ref: ImageRef | undefined, choice: StateChoice): LaidOut | undefined {
    const entry = choice.graphicsOnly ? undefined : this.chosen(ref, choice);
    return entry && ref ? this.works?.layOut(entry, ref) : undefined;
  }

  /** Whether the state in force says which overlays are shown. */
  rulesOverlays(ref: ImageRef, choice: StateChoice): boolean {
    return !choice.graphicsOnly && this.chosen(ref, choice) !== undefined;
  }

  /** Overlays, graphics and text, layer by layer. The context may have any transform. */
  draw(context: CanvasRenderingContext2D, image: StageImage, view: LayerView, choice: StateChoice): void {
    const entry = this.chosen(view.image, choice);
    if (!entry || !this.works) return;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    this.works.draw(context, image, view, entry, choice);
    context.restore();
  }

  /** What the mask of an image is: its frames, and whether it is subtracted now. */
  subtraction(image: ImageRef, wanted: Wanted): { on: boolean; frames: readonly number[]; shift: readonly [number, number]; error: string } | undefined {
    if (!this.works && !sameSubtraction(wanted.subtraction, AS_RECOMMENDED)) void this.work();
    return this.works?.subtractionNow(image, wanted);
  }
}

export type Mover = (by: Point2) => void;

/** Key images and rejected ones in the open studies: stars, the stack of those alone, stacks of what documents chose, what is hidden. */
import { t } from '../core/language';
import { dimensionsOf, type Dimensions } from '../domain/dimensions';
import type { DisplaySet, ImageRef } from '../domain/display-sets';
import { KeyIndex, readKeyObject, type KeyObject } from '../domain/key-objects';
import { KEY_PART, keyPartOf, seriesOfRun } from '../domain/runs';
import { adoptRuns } from './runs';
import type { SeriesState, ViewerModel } from './viewer-model';

export class KeyImages {
  /** By the series that a document is in. */
  private readonly documents = new Map<string, KeyObject[]>();
  private index = new KeyIndex([]);
  /** Stacks as the server tells them, of which some images are hidden. */
  private readonly whole = new Map<string, DisplaySet>();
  private readonly marks = new WeakMap<DisplaySet, { index: KeyIndex; at: readonly number[] }>();
  /** Rejected images are among the others. */
  showsRejected = false;
  /** All documents of the open studies are read: before that the stack of key images would grow under the reader's hands. */
  private isComplete = false;

  constructor(private readonly model: ViewerModel) {}

  /** A series was read: its documents count from now on, and its images are looked at. Returns the stack to hang. */
  taken(set: DisplaySet): DisplaySet {
    const found = set.objects.flatMap((ds) => readKeyObject(ds) ?? []);
    if (found.length) this.documents.set(set.seriesInstanceUid, found);
    this.whole.set(set.seriesInstanceUid, set);
    if (found.length) this.index = new KeyIndex([...this.documents.values()].flat());
    return this.shownOf(set);
  }

  /** After it is in the model. What other series show may be other images now. */
  settle(uid: string): void {
    const isNews = this.documents.has(uid);
    for (const [series, set] of this.whole) {
      const chosen = this.documents.get(series);
      const concerns = isNews || chosen?.some((d) => d.series.includes(uid)) || series === uid;
      if (concerns) this.refresh(series, set);
    }
  }

  private refresh(uid: string, set: DisplaySet): void {
    const state = this.model.series.get(uid);
    const next = this.shownOf(set);
    if (state?.set && !isSame(state.set, next)) {
      this.model.series.set(uid, { ...state, set: next, error: next.reason });
      adoptRuns(this.model, uid);
    }
    this.adoptPart(uid);
    this.model.hanging.cells.forEach((cell, i) => seriesOfRun(cell) === uid && this.model.hang(i));
  }

  /** The documents are read. Where the key images alone were to hang though nothing is key: the whole series. */
  complete(): void {
    const { model } = this;
    this.isComplete = true;
    for (const [uid, set] of this.whole) this.refresh(uid, set);
    const isLost = (cell: string) => cell.endsWith(KEY_PART) && this.whole.has(seriesOfRun(cell)) && !model.series.has(cell);
    const cells = model.hanging.cells.map((cell) => (isLost(cell) ? seriesOfRun(cell) : cell));
    if (cells.join() !== model.hanging.cells.join()) model.hangAll({ ...model.hanging, cells });
    model.update();
  }

  /** The key images of a series as a part of it (domain/runs). */
  private adoptPart(uid: string): void {
    const state = this.model.series.get(uid);
    const part = keyPartOf(uid);
    const at = state?.set && this.isComplete && !this.documents.has(uid) ? this.indexesOf(state.set) : [];
    const known = this.model.series.get(part)?.set;
    if (!state?.set || !at.length) return void this.model.series.delete(part);
    const images = at.map((i) => state.set?.images[i] as ImageRef);
    const set = { ...state.set, seriesInstanceUid: part, images, dimensions: oneByOne(images.length), left: [] };
    if (known && isSame(known, set)) return;
    const words = [state.series.series_description || state.series.modality, t('key images')].filter(Boolean).join(', ');
    this.model.series.set(part, { ...state, series: { ...state.series, series_instance_uid: part, series_description: words }, set, wanted: 0, loaded: 0, failed: 0 });
  }

  private shownOf(set: DisplaySet): DisplaySet {
    const documents = this.documents.get(set.seriesInstanceUid);
    if (documents) return this.chosenBy(documents, set);
    const kept = this.showsRejected ? set.images : set.images.filter((image) => !this.rejectionsOf(image).length);
    if (kept.length === set.images.length) return set;
    const reason = kept.length ? '' : t('All its images are rejected and hidden.');
    return { ...set, images: kept, dimensions: dimensionsOf(kept), reason, hidden: set.images.filter((image) => !kept.includes(image)) };
  }

  /** The images that documents chose, in their order, as a stack; the documents alone while none is here. */
  private chosenBy(documents: readonly KeyObject[], set: DisplaySet): DisplaySet {
    const images = documents.flatMap((one) => one.references.flatMap(({ uid, frames }) => this.imagesOf(one, uid, frames)));
    const [first] = images;
    if (!first) return set;
    return { ...set, images, kind: 'images', reason: '', colour: first.colour, dimensions: oneByOne(images.length), notes: (shown) => this.notesOf(documents, shown) };
  }

  private imagesOf(object: KeyObject, uid: string, frames: readonly number[]): (ImageRef & { colour: boolean })[] {
    for (const [series, { images, studyInstanceUid, colour }] of this.whole) {
      const found = this.documents.has(series) ? [] : images.filter((i) => i.sopInstanceUid === uid && (!frames.length || frames.includes(i.frame)));
      const isHidden = (i: ImageRef) => object.kind !== 'rejection' && !this.showsRejected && this.rejectionsOf(i).length > 0;
      if (found.length) return found.filter((i) => !isHidden(i)).map((i) => ({ ...i, home: { study: studyInstanceUid, series }, colour }));
    }
    return [];
  }

  private notesOf(documents: readonly KeyObject[], shown: ImageRef | undefined): { short: string; long: string }[] {
    const about = documents.filter((d) => !shown || d.references.some((r) => r.uid === shown.sopInstanceUid && (!r.frames.length || r.frames.includes(shown.frame))));
    return about.map((d) => ({ short: d.title, long: d.description || d.title }));
  }

  /** Documents of a series, '' none. */
  documentsOf(uid: string): readonly KeyObject[] {
    return this.documents.get(uid) ?? [];
  }

  /** Documents that chose an image. */
  starsOf(image: ImageRef): KeyObject[] {
    return image.computed ? [] : this.index.about(image, 'key');
  }

  rejectionsOf(image: ImageRef): KeyObject[] {
    return image.computed ? [] : this.index.about(image, 'rejection');
  }

  qualityOf(image: ImageRef): KeyObject[] {
    return image.computed ? [] : this.index.about(image, 'quality');
  }

  /** Places of key images in a stack, from 0. */
  indexesOf(set: DisplaySet): readonly number[] {
    if (!this.index.objects.length || set.source) return [];
    const known = this.marks.get(set);
    if (known?.index === this.index) return known.at;
    const at = set.images.flatMap((image, i) => (this.starsOf(image).length ? [i] : []));
    this.marks.set(set, { index: this.index, at });
    return at;
  }

  /** Of a card in the rail. */
  countOf({ set }: SeriesState): number {
    return set && !this.documents.has(set.seriesInstanceUid) ? this.indexesOf(set).length : 0;
  }

  get hasRejected(): boolean {
    return this.index.objects.some((d) => d.kind === 'rejection');
  }

  showRejected(shows: boolean): void {
    this.showsRejected = shows;
    for (const [uid, set] of this.whole) this.refresh(uid, set);
    this.model.update();
  }

  /** The stack of key images alone in the active viewport, or all of it again, at the image that is shown. False where there are none. */
  toggleOnly(): boolean {
    const { model } = this;
    const uid = model.hanging.cells[model.active] ?? '';
    const series = seriesOfRun(uid);
    const to = uid.endsWith(KEY_PART) ? series : keyPartOf(series);
    const target = model.series.get(to)?.set;
    const shown = model.stage()?.snapshot().ref;
    const before = model.series.get(series)?.set;
    if (!target) return false;
    const place = (set: DisplaySet | undefined) => set?.images.findIndex((i) => i.sopInstanceUid === shown?.sopInstanceUid && i.frame === shown.frame) ?? -1;
    const from = Math.max(place(before), 0);
    const wanted = to === series ? place(target) : target.images.findIndex((i) => (before?.images.findIndex((b) => b === i) ?? 0) >= from);
    model.showSeries(to);
    if (wanted >= 0) void model.stage()?.goTo(wanted);
    return true;
  }
}

/** Images that somebody chose are gone through one by one, whatever their places. */
function oneByOne(count: number): Dimensions {
  return { places: Array.from({ length: count }, (_, slice) => ({ run: 0, slice, time: 0 })), runs: 1, slices: count, times: 1 };
}

/** Nothing would be hung anew. */
function isSame(a: DisplaySet, b: DisplaySet): boolean {
  const isImage = (x: ImageRef, y: ImageRef | undefined) => x.sopInstanceUid === y?.sopInstanceUid && x.frame === y.frame && x.dataset === y.dataset;
  return a.images.length === b.images.length && a.kind === b.kind && a.reason === b.reason && a.images.every((image, i) => isImage(image, b.images[i]));
}

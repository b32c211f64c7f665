/** Segmentations that lie over the images of a viewer, by the UID of the object. */
import { text, type DataSet } from '../../../core/dicom-json';
import { isHeightMap } from '../../../core/height-map';
import { t } from '../../../core/language';
import type { Segment } from '../../../core/segments';
import { isReferenced, referencesOf, type References } from '../../../domain/references';
import type { ImageRef } from '../../../domain/display-sets';
import type { Laid } from '../../../domain/laid';
import { companionsRead, type Companion } from '../../companions';
import type { ViewerModel } from '../../viewer-model';
import { changeLaid, keptRaw, laidOf } from '../laid/state';
import { intoFrames, type Into } from '../registered';
import { SegmentLayer } from './layer';
import { Measures } from './measures';
import { ShownSegments } from './shown';

const books = new WeakMap<ViewerModel, SegmentBook>();

export function segmentBook(model: ViewerModel): SegmentBook {
  const known = books.get(model) ?? new SegmentBook(model);
  books.set(model, known);
  return known;
}

export class SegmentBook {
  private readonly shown = new Map<string, { segments: ShownSegments; layer: SegmentLayer }>();
  /** Read, and not on the images. */
  private readonly read = new Map<string, ShownSegments>();
  private readonly worn = new Map<string, unknown>();
  readonly into: Into;
  readonly measures: Measures;
  /** The segment that was gone to last. */
  private current: { uid: string; number: number } | undefined;

  constructor(private readonly model: ViewerModel) {
    this.measures = new Measures(model);
    this.into = intoFrames(model);
    model.own.subscribe(() => this.dress());
  }

  get(uid: string): ShownSegments | undefined {
    return this.shown.get(uid)?.segments;
  }

  all(): ShownSegments[] {
    return [...this.shown.values()].map(({ segments }) => segments);
  }

  /** Those that could lie over an image. */
  about(image: ImageRef): Companion[] {
    return companionsRead(this.model, 'segmentation').filter(({ dataset }) => hasVoxels(dataset) && this.isAbout(dataset, image));
  }

  /** Lay it over all images that it has something for, as one step that can be undone. */
  toggle({ dataset, state }: Companion): void {
    const uid = text(dataset, '00080018');
    changeLaid(this.model, uid, { on: !this.isOn({ dataset, state }) }, t('segmentation'), state.series.series_instance_uid);
  }

  isOn({ dataset }: Companion): boolean {
    return laidOf(this.model, text(dataset, '00080018')).on;
  }

  isCurrent({ uid }: ShownSegments, { number }: Segment): boolean {
    return this.current?.uid === uid && this.current.number === number;
  }

  setCurrent({ uid }: ShownSegments, { number }: Segment): void {
    this.current = { uid, number };
    this.model.update();
  }

  /** kind: of what is one step when it is done quickly again. */
  change(shown: ShownSegments, change: Partial<Laid>, kind = ''): void {
    changeLaid(this.model, shown.uid, change, t('look of segments'), shown.seriesUid, kind);
  }

  laid(shown: ShownSegments): Laid {
    return laidOf(this.model, shown.uid);
  }

  /** What is to lie over images does, and nothing else. */
  follow(on: ReadonlySet<string>): void {
    for (const uid of [...this.shown.keys()]) if (!on.has(uid)) this.take(uid);
    for (const companion of companionsRead(this.model, 'segmentation')) {
      const uid = text(companion.dataset, '00080018');
      if (on.has(uid) && !this.shown.has(uid) && hasVoxels(companion.dataset)) this.put(companion);
    }
  }

  private put({ dataset, state }: Companion): void {
    const uid = text(dataset, '00080018');
    const segments = this.open({ dataset, state });
    const layer = new SegmentLayer(segments, this.into);
    this.read.delete(uid);
    segments.subscribe(() => this.model.layers.changed());
    this.shown.set(uid, { segments, layer });
    this.model.layers.put(layer);
    this.model.update();
  }

  /** Its voxels and what they count, on the images or not. */
  open({ dataset, state }: Companion): ShownSegments {
    const uid = text(dataset, '00080018');
    const known = this.get(uid) ?? this.read.get(uid) ?? new ShownSegments(dataset, state.series.series_instance_uid, laidOf(this.model, uid));
    if (!this.shown.has(uid)) this.read.set(uid, known);
    return known;
  }

  private take(uid: string): void {
    const known = this.shown.get(uid);
    known?.segments.stop();
    this.shown.delete(uid);
    this.model.layers.remove(uid);
    this.model.meshes.remove(uid);
    this.model.update();
  }

  /** As the state of the viewer has them. */
  private dress(): void {
    for (const shown of [...this.all(), ...this.read.values()]) {
      const kept = keptRaw(this.model, shown.uid);
      if (this.worn.get(shown.uid) === kept) continue;
      this.worn.set(shown.uid, kept);
      shown.wear(laidOf(this.model, shown.uid));
    }
  }

  /** Joined by a frame of reference, or by name. */
  private isAbout(ds: DataSet, image: ImageRef): boolean {
    return this.into(image, text(ds, '00200052')) !== undefined || isReferenced(knownReferences(ds), image.sopInstanceUid, image.frame);
  }
}

/** Surfaces and heights are drawn by others. */
function hasVoxels(ds: DataSet): boolean {
  return !('00660002' in ds) && !isHeightMap(ds);
}

const references = new WeakMap<DataSet, References>();

function knownReferences(ds: DataSet): References {
  const known = references.get(ds) ?? referencesOf(ds);
  references.set(ds, known);
  return known;
}

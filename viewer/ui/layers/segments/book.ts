/** Segmentations that lie over the images of a viewer, by the UID of the object. */
import { text, type DataSet } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import { isReferenced, referencesOf, type References } from '../../../domain/references';
import type { ImageRef } from '../../../domain/display-sets';
import { frameOfReference } from '../../../domain/linking';
import { companionsRead, type Companion } from '../../companions';
import type { ViewerModel } from '../../viewer-model';
import { SegmentLayer } from './layer';
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

  constructor(private readonly model: ViewerModel) {}

  get(uid: string): ShownSegments | undefined {
    return this.shown.get(uid)?.segments;
  }

  all(): ShownSegments[] {
    return [...this.shown.values()].map(({ segments }) => segments);
  }

  /** Those that could lie over an image. */
  about(image: ImageRef): Companion[] {
    return companionsRead(this.model, 'segmentation').filter(({ dataset }) => isAbout(dataset, image));
  }

  /** Lay it over all images that it has something for, as one step that can be undone. */
  toggle({ dataset, state }: Companion): void {
    const uid = text(dataset, '00080018');
    const on = !this.shown.has(uid);
    const go = (put: boolean) => (put ? this.put({ dataset, state }) : this.take(uid));
    go(on);
    this.model.note({ words: t('segmentation'), kind: '', about: [state.series.series_instance_uid], undo: () => go(!on), redo: () => go(on) });
  }

  put({ dataset, state }: Companion): ShownSegments {
    const uid = text(dataset, '00080018');
    const known = this.shown.get(uid);
    if (known) return known.segments;
    const segments = this.open({ dataset, state });
    const layer = new SegmentLayer(segments);
    this.read.delete(uid);
    segments.subscribe(() => this.model.layers.changed());
    this.shown.set(uid, { segments, layer });
    this.model.layers.put(layer);
    this.model.update();
    return segments;
  }

  /** Its voxels and what they count, on the images or not. */
  open({ dataset, state }: Companion): ShownSegments {
    const uid = text(dataset, '00080018');
    const known = this.get(uid) ?? this.read.get(uid) ?? new ShownSegments(dataset, state.series.series_instance_uid);
    if (!this.shown.has(uid)) this.read.set(uid, known);
    return known;
  }

  take(uid: string): void {
    const known = this.shown.get(uid);
    known?.segments.stop();
    this.shown.delete(uid);
    this.model.layers.remove(uid);
    this.model.meshes.remove(uid);
    this.model.update();
  }
}

function isAbout(ds: Companion['dataset'], image: ImageRef): boolean {
  // Surfaces have no voxels.
  if ('00660002' in ds) return false;
  const frame = text(ds, '00200052');
  if (frame && frame === frameOfReference(image)) return true;
  return isReferenced(knownReferences(ds), image.sopInstanceUid, image.frame);
}

const references = new WeakMap<DataSet, References>();

function knownReferences(ds: DataSet): References {
  const known = references.get(ds) ?? referencesOf(ds);
  references.set(ds, known);
  return known;
}

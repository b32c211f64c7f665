/** What objects bring to the images besides voxels of segments: surfaces, tracts, fiducials, heights, the grid of a registration. Each follows the state of the viewer (laid). */
import { items, text, type DataSet } from '../../../core/dicom-json';
import { fiducialsOf } from '../../../core/fiducials';
import { isHeightMap } from '../../../core/height-map';
import { t } from '../../../core/language';
import type { ObjectKind } from '../../../domain/object-kinds';
import { deformingsOf } from '../../../domain/registration';
import { companionsRead, type Companion } from '../../companions';
import { gridOf } from '../../stage/deforming';
import type { ViewerModel } from '../../viewer-model';
import { readHeights } from '../heights/read';
import { HeightLayer } from '../heights/layer';
import { changeLaid, keptRaw, laidOf } from '../laid/state';
import { intoFrames } from '../registered';
import { layOver, withoutHidden } from '../surfaces/lay-over';
import { readSurfaces, type ReadSurfaces } from '../surfaces/read';
import { FiducialLayer } from './fiducial-layer';
import { GridLayer } from './grid-layer';

export const MARKING_KINDS: readonly ObjectKind[] = ['segmentation', 'tracts', 'scan', 'fiducials', 'registration'];

const books = new WeakMap<ViewerModel, MarkBook>();

export function markBook(model: ViewerModel): MarkBook {
  const known = books.get(model) ?? new MarkBook(model);
  books.set(model, known);
  return known;
}

/** Whether it has something to lay over images. */
export function hasMarks(ds: DataSet): boolean {
  return ['00660002', '00660101', '0070031C'].some((tag) => tag in ds) || isHeightMap(ds) || items(ds, '00640002').some((one) => items(one, '00640005').length > 0);
}

/** Frames of reference in which it has something. */
export function framesOf(ds: DataSet): string[] {
  return [text(ds, '00200052'), ...items(ds, '0070031C').map((set) => text(set, '00200052'))].filter(Boolean);
}

export class MarkBook {
  /** What was said of each when it was laid over, by the UID of the object. */
  private readonly said = new Map<string, string>();
  private readonly laid = new Map<string, unknown>();
  private readonly surfaces = new Map<string, Promise<ReadSurfaces>>();

  constructor(private readonly model: ViewerModel) {}

  words(uid: string): string {
    return this.said.get(uid) ?? '';
  }

  isOn(uid: string): boolean {
    return laidOf(this.model, uid).on;
  }

  set(companion: Companion, on: boolean): void {
    const uid = text(companion.dataset, '00080018');
    if (this.isOn(uid) !== on) changeLaid(this.model, uid, { on }, t('surfaces and marks'), companion.state.series.series_instance_uid);
  }

  /** What is to lie over images does, and nothing else. */
  follow(on: ReadonlySet<string>): void {
    for (const uid of [...this.laid.keys()]) if (!on.has(uid)) this.take(uid);
    for (const { dataset } of MARKING_KINDS.flatMap((kind) => companionsRead(this.model, kind))) {
      const uid = text(dataset, '00080018');
      const kept = keptRaw(this.model, uid);
      if (!on.has(uid) || !hasMarks(dataset) || this.laid.get(uid) === kept) continue;
      if (!this.laid.has(uid)) this.said.set(uid, t('Loading'));
      this.laid.set(uid, kept);
      void this.put(uid, dataset);
    }
  }

  private take(uid: string): void {
    this.laid.delete(uid);
    this.said.delete(uid);
    this.model.layers.remove(uid);
    this.model.meshes.remove(uid);
    this.model.update();
  }

  private async put(uid: string, dataset: DataSet): Promise<void> {
    let words: string;
    try {
      const made = await this.made(uid, dataset);
      if (!this.laid.has(uid)) return;
      made.show();
      words = made.notices.join(' ');
    } catch (error) {
      words = error instanceof Error ? error.message : String(error);
    }
    if (!this.laid.has(uid)) return;
    this.said.set(uid, words);
    this.model.update();
  }

  /** Rejects with a sentence, or when the server does not give its values. */
  private async made(id: string, ds: DataSet): Promise<{ notices: readonly string[]; show: () => void }> {
    const { layers } = this.model;
    const into = intoFrames(this.model);
    if ('0070031C' in ds) {
      const all = fiducialsOf(ds);
      return { notices: all.length ? [] : [t('The object holds no fiducial.')], show: () => layers.put(new FiducialLayer(id, all, into)) };
    }
    if ('00640002' in ds) {
      const first = deformingsOf(ds).find((d) => d.grid);
      if (!first?.grid) return { notices: [t('The registration has no grid.')], show: () => undefined };
      const grid = await gridOf(first.grid);
      return { notices: [], show: () => layers.put(new GridLayer(id, text(ds, '00200052'), grid, first.pre, into)) };
    }
    if (isHeightMap(ds)) {
      const { heights, notices } = await readHeights(ds, new AbortController().signal);
      return { notices, show: () => layers.put(new HeightLayer(id, heights, laidOf(this.model, id).hidden)) };
    }
    const known = this.surfaces.get(id) ?? readSurfaces(ds, new AbortController().signal);
    this.surfaces.set(id, known);
    known.catch(() => this.surfaces.delete(id));
    const { surfaces, notices } = await known;
    return { notices, show: () => layOver(this.model, ds, withoutHidden(surfaces, laidOf(this.model, id).hidden)) };
  }
}

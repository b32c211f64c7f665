/** Slabs of a tomosynthesis: each image is the maximum or mean of a few slices around it. It hangs in the place of the slices. */
import { text } from '../core/dicom-json';
import type { Frame } from '../core/frame';
import { t } from '../core/language';
import { slabOf } from '../core/slab';
import type { DisplaySet, FrameSource, ImageRef } from '../domain/display-sets';
import { imageId, isWhole, painted } from './stage/frames';
import { loadFrame } from './stage/frame-source';
import type { ViewerModel } from './viewer-model';

type Mode = 'max' | 'mean';
const SLAB = /#slab(\d+)(max|mean)$/;
const MOST = 21;
/** Frames kept of one slab, so that the next image needs one more only. */
const KEPT = 2 * MOST;

/** The slices a slab is made of, the series of a picture of a stereo pair; other ids as they are. */
export function slicesOfSlab(id: string): string {
  return id.replace(SLAB, '').replace(/#stereo-\w+$/, '');
}

/** False where the active viewport shows nothing that slabs are made of here. */
export function changeSlab(model: ViewerModel, change: 'thicker' | 'thinner' | 'thin' | Mode): boolean {
  const id = model.hanging.cells[model.active] ?? '';
  const [, count, mode] = SLAB.exec(id) ?? [];
  const uid = slicesOfSlab(id);
  const set = model.series.get(uid)?.set;
  if (!set || model.multiplanar.active || !isTomosynthesis(set)) return false;
  const now = Number(count ?? 1);
  const many = { thicker: now + 2, thinner: now - 2, thin: 1, max: Math.max(now, 3), mean: Math.max(now, 3) }[change];
  show(model, uid, set, Math.min(Math.max(many, 1), MOST), change === 'max' || change === 'mean' ? change : ((mode as Mode | undefined) ?? 'max'));
  return true;
}

function isTomosynthesis(set: DisplaySet): boolean {
  return set.images.length > 2 && text(set.sample, '00080016') === '1.2.840.10008.5.1.4.1.1.13.1.3';
}

function show(model: ViewerModel, uid: string, set: DisplaySet, count: number, mode: Mode): void {
  const cell = model.active;
  const stage = model.stages.get(cell);
  const view = stage?.view();
  const state = model.series.get(uid);
  if (!stage || !view || !state) return;
  const id = count > 1 ? `${uid}#slab${count}${mode}` : uid;
  if (count > 1) model.adoptComputed(id, { ...state, set: slabSet(set, id, count, mode) }, view);
  model.showSeries(id, cell);
  stage.replace(view.place);
  void stage.goTo(view.index);
}

/** Stored values of an image, from memory where they are whole there. */
export async function storedFrame(set: DisplaySet, image: ImageRef, signal: AbortSignal): Promise<Frame> {
  const id = imageId(set.studyInstanceUid, set.seriesInstanceUid, image);
  if (set.source) return set.source(image, signal, id);
  return isWhole(id) ? (await painted(id)).frame : loadFrame(id.slice('wadors:'.length), image, signal);
}

function slabSet(set: DisplaySet, id: string, count: number, mode: Mode): DisplaySet {
  const words = mode === 'max' ? t('{count} slices, maximum', { count }) : t('{count} slices, mean', { count });
  return { ...set, seriesInstanceUid: id, source: sourceOf(set, Math.floor(count / 2), mode), notes: () => [{ short: words, long: t('Computed here of the slices around this one.') }] };
}

function sourceOf(set: DisplaySet, around: number, mode: Mode): FrameSource {
  const kept = new Map<number, Frame>();
  const frameAt = async (at: number, signal: AbortSignal): Promise<Frame> => {
    const known = kept.get(at);
    const image = set.images[at];
    if (known) return known;
    if (!image) throw new Error(t('No image hangs here.'));
    const frame = await storedFrame(set, image, signal);
    kept.set(at, frame);
    for (const old of kept.keys()) if (kept.size > KEPT) kept.delete(old);
    return frame;
  };
  return async (image, signal) => {
    const at = set.images.findIndex((i) => i.frame === image.frame && i.sopInstanceUid === image.sopInstanceUid);
    const frames: Frame[] = [];
    for (let i = Math.max(at - around, 0); i <= Math.min(at + around, set.images.length - 1); i++) frames.push(await frameAt(i, signal));
    return slabOf(frames, mode);
  };
}

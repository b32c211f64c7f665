/** What of other objects lies over images, and how: by SOP Instance UID, kept like the state of a view (model.own). Layers follow it (follow.ts). */
import { FIRST_LAID, readLaid, type Laid } from '../../../domain/laid';
import type { ViewerModel } from '../../viewer-model';

const KEPT = 'laid';

export function laidOf(model: ViewerModel, uid: string): Laid {
  const kept = model.own.of(KEPT);
  return Object.hasOwn(kept, uid) ? readLaid(kept[uid]) : FIRST_LAID;
}

/** To see whether it is another one than before. */
export function keptRaw(model: ViewerModel, uid: string): unknown {
  return model.own.of(KEPT)[uid];
}

/** SOP Instance UIDs of what is to lie over images. */
export function uidsOn(model: ViewerModel): string[] {
  return Object.entries(model.own.of(KEPT)).filter(([, value]) => readLaid(value).on).map(([uid]) => uid);
}

/** As one step that can be undone. kind: of what is one step when it is done quickly again; series: the one that has the object. */
export function changeLaid(model: ViewerModel, uid: string, change: Partial<Laid>, words: string, series: string, kind = ''): void {
  const before = laidOf(model, uid);
  const go = (laid: Laid) => model.own.change(KEPT, { [uid]: laid });
  const after = { ...before, ...change };
  go(after);
  model.note({ words, kind: kind && `${kind} ${uid}`, about: [series], undo: () => go(before), redo: () => go(after) });
}

/** How everything on screen looks, noted as steps that can be taken back. */
import { differences, lookOf, wear, wordsOf, type Look } from './stage/looks';
import type { ViewerModel } from './viewer-model';

/** How each cell looks, and which series it is. */
export type Looks = Map<number, { uid: string; look: Look }>;

/** How everything on screen looks now, by cell. */
export function looksNow(model: ViewerModel): Looks {
  return new Map([...model.stages].map(([cell, stage]) => [cell, { uid: model.hanging.cells[cell] ?? '', look: lookOf(stage) }]));
}

/** What is another than it was is a step. kind: of what is one step when it is done quickly again. */
export function noteLooks(model: ViewerModel, before: Looks, kind = ''): void {
  const after = looksNow(model);
  const changes = [...before].flatMap(([cell, { uid, look }]) => {
    const now = after.get(cell);
    const changed = now?.uid === uid ? differences(look, now.look) : [];
    return now && changed.length ? [{ cell, uid, from: look, to: now.look, changed }] : [];
  });
  const lead = changes.find((c) => c.cell === model.active) ?? changes[0];
  if (!lead) return;
  const words = wordsOf(lead.changed, lead.from, lead.to);
  model.note({
    words,
    kind: kind && `${kind} ${words} ${changes.map((c) => c.cell).join()}`,
    about: changes.map((c) => c.uid),
    undo: () => wearAgain(model, changes.map(({ cell, uid, from }) => ({ cell, uid, look: from }))),
    redo: () => wearAgain(model, changes.map(({ cell, uid, to }) => ({ cell, uid, look: to }))),
  });
}

/** Put looks on where their series hang; where one does not, it will come back with it. */
export function wearAgain(model: ViewerModel, looks: readonly { cell: number; uid: string; look: Look }[]): void {
  model.linker.apart(() => {
    for (const { cell, uid, look } of looks) {
      const stage = model.stages.get(cell);
      if (stage && stage.snapshot().displaySet?.seriesInstanceUid === uid) wear(stage, look);
      else model.lookAt(uid, { ...model.viewOf(uid), ...look });
    }
  });
  model.update();
}

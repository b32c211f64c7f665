/** Two places of an image that a reader puts: the circle whose curve over time is told, a caliper in an ultrasound region. Kept with the series. */
import type { Point2 } from '../core/geometry';
import { t } from '../core/language';
import { spanOf } from '../core/ultrasound';
import type { ImageRef } from '../domain/display-sets';
import { regionsOf } from '../domain/ultrasound-regions';
import type { OwnState } from './own-states';
import { seriesOfCell } from './stage/reformatting';
import type { ViewerModel } from './viewer-model';

export type MarkKind = 'circle' | 'caliper';
export type Ends = readonly [Point2, Point2];

/** Undefined where none is, or what came back from a reload is no mark. */
export function endsOf(state: OwnState, kind: MarkKind): Ends | undefined {
  const kept = state[kind];
  if (!Array.isArray(kept) || kept.length !== 4 || !kept.every((n) => typeof n === 'number' && Number.isFinite(n))) return undefined;
  const [ax, ay, bx, by] = kept as [number, number, number, number];
  return [[ax, ay], [bx, by]];
}

export function putEnds(model: ViewerModel, series: string, kind: MarkKind, ends: Ends | undefined): void {
  model.own.change(series, { [kind]: ends?.flat() });
}

/** From what it was to what it is now, as one step that can be undone. joined: one with those of the same kind that follow quickly. */
export function noteEnds(model: ViewerModel, series: string, kind: MarkKind, before: Ends | undefined, joined = ''): void {
  const after = endsOf(model.own.of(series), kind);
  if (before?.join() === after?.join()) return;
  const put = (ends: Ends | undefined) => putEnds(model, series, kind, ends);
  model.note({ words: kind === 'circle' ? t('region of a curve') : t('caliper'), kind: joined && `${joined} ${kind} ${series}`, about: [series], undo: () => put(before), redo: () => put(after) });
}

/** Laid or taken away. */
export function changeEnds(model: ViewerModel, series: string, kind: MarkKind, ends: Ends | undefined): void {
  const before = endsOf(model.own.of(series), kind);
  putEnds(model, series, kind, ends);
  noteEnds(model, series, kind, before);
}

/** Of the region in the middle of the image, else of the first that has a scale. */
function middleOfRegion({ dataset, pixel: { columns, rows } }: ImageRef): Point2 | undefined {
  if (spanOf(dataset, [columns / 2, rows / 2], [columns / 2, rows / 2])) return undefined;
  const box = regionsOf(dataset, columns, rows).find((r) => r.box)?.box;
  return box && [(box.left + box.right + 1) / 2, (box.top + box.bottom + 1) / 2];
}

/** In the middle of what is seen, or off again. */
export function toggleMark(model: ViewerModel, kind: MarkKind): void {
  const series = seriesOfCell(model.hanging.cells[model.active] ?? '');
  const stage = model.stage();
  const snap = stage?.snapshot();
  if (!stage || !snap?.ref || snap.tiles > 1 || snap.three) return;
  if (kind === 'caliper' && !('00186011' in snap.ref.dataset)) return model.tell(t('This image has no ultrasound regions.'));
  if (kind === 'circle' && (snap.displaySet?.images.length ?? 0) < 2) return model.tell(t('There is one image only: nothing changes over time.'));
  if (endsOf(model.own.of(series), kind)) return changeEnds(model, series, kind, undefined);
  const { columns, rows } = snap.ref.pixel;
  const [x, y] = (kind === 'caliper' && middleOfRegion(snap.ref)) || (stage.middle() ?? [columns / 2, rows / 2]);
  const reach = Math.min(columns, rows, snap.width / Math.max(Math.hypot(snap.matrix[0], snap.matrix[1]), 1e-6)) / 8;
  changeEnds(model, series, kind, kind === 'circle' ? [[x, y], [x + reach, y]] : [[x - reach, y], [x + reach, y]]);
  if (kind === 'circle') model.update({ panel: true, tab: 'image' });
}

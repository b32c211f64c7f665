/** Lays out the image boxes of a structured display. */
import { t } from '../../core/language';
import type { ImageBox, StructuredDisplay } from '../../core/states/structured-display';
import { NEWEST } from '../../domain/state-choice';
import type { ViewerModel } from '../viewer-model';
import { placeOf, untilSo, type Place } from './finding';

/** Returns what could not be laid out; '' when all is there. */
export async function layOutDisplay(model: ViewerModel, { rows, columns, cells, linked }: StructuredDisplay): Promise<string> {
  const places = await Promise.all(cells.map((box) => (box ? placeOfBox(model, box) : undefined)));
  if (!places.some(Boolean)) return t('Its images are not here.');
  const first = places.findIndex(Boolean);
  model.hangCells({ rows, columns, cells: places.map((place) => place?.series ?? '') }, first);
  await Promise.all(cells.map((box, cell) => (box && places[cell] ? dress(model, cell, box, places[cell]) : undefined)));
  // Not before: each would follow the others to their images.
  if (linked) model.linker.on = true;
  model.update();
  const lost = cells.filter((box, i) => box && (box.images.length || box.others.length || box.state) && !places[i]).length;
  return lost ? t('{count} {count|box is|boxes are} empty: what they show is not here.', { count: lost }) : '';
}

/** Images are named by the box, or by its presentation state (C.11.17.1.2). */
async function placeOfBox(model: ViewerModel, { images, others, state }: ImageBox): Promise<Place | undefined> {
  const [named] = [...images, ...others];
  if (named) return placeOf(model, named);
  if (!state) return undefined;
  const entry = () => model.states.entries.find((e) => e.titles.uid === state);
  if (!entry()) await placeOf(model, { uid: state, series: '', frames: [], study: '' });
  await untilSo(model, () => entry() !== undefined);
  const about = entry()?.state?.images[0] ?? entry()?.images[0];
  return about && placeOf(model, about);
}

/** One series may hang in several boxes, each at its own image and with its own state. */
async function dress(model: ViewerModel, cell: number, { state, tiles }: ImageBox, { series, at }: Place): Promise<void> {
  if (at < 0) return;
  const stage = () => model.stages.get(cell);
  const isThere = () => model.hanging.cells[cell] === series && stage()?.snapshot().displaySet?.seriesInstanceUid === series && (stage()?.snapshot().shown ?? -1) >= 0;
  if (!(await untilSo(model, isThere))) return;
  if (state) stage()?.setState({ ...NEWEST, uid: state });
  if (tiles > 1) stage()?.setTiles(tiles);
  await stage()?.goTo(at);
}

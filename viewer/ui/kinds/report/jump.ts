/** From a report to what it names: the image in another viewport, at its frame; a waveform or another object where its series hangs. */
import { text } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import { number } from '../../../core/dicom-json';
import { distanceTo } from '../../../core/image-plane';
import { readGroups } from '../../../core/waveform';
import { timesSaid } from '../../../core/waveform-annotations';
import type { DisplaySet } from '../../../domain/display-sets';
import { frameOfReference, rectangleOf } from '../../../domain/linking';
import type { Mark } from '../../../domain/report-marks';
import type { Reference } from '../../../domain/report';
import type { Moment } from '../../../domain/report-moments';
import type { ViewerModel } from '../../viewer-model';
import { showPlace } from '../waveform/state';

/** Where an instance is: its series and, of an image, its place in the stack. */
interface Place {
  set: DisplaySet;
  index: number;
  object: string;
}

/** Beside the report in `cell`. What is not in the open studies is said in the foot. */
export async function jumpTo(model: ViewerModel, cell: number, reference: Pick<Reference, 'uid' | 'frames'>): Promise<void> {
  const found = await find(model, (set) => placeOf(set, reference));
  if (!found) return model.tell(t('What the report names is not in the open studies.'));
  await hang(model, cell, found);
}

/** To the image that a place in the patient is nearest to. */
export async function jumpToPlace(model: ViewerModel, cell: number, mark: Mark): Promise<void> {
  const [x = 0, y = 0, z = 0] = mark.points;
  const found = await find(model, (set) => {
    if (set.kind === 'slide') return set.objects.some((ds) => text(ds, '00200052') === mark.frameOfReference) ? { set, index: 0, object: '' } : undefined;
    let best: { index: number; apart: number } | undefined;
    set.images.forEach((image, index) => {
      if (frameOfReference(image) !== mark.frameOfReference) return;
      const plane = rectangleOf(image);
      const apart = plane && Math.abs(distanceTo(plane, [x, y, z]));
      const reach = Math.max(number(image.dataset, '00180050') ?? 0, 1) * 2;
      if (apart !== undefined && apart < reach && (!best || apart < best.apart)) best = { index, apart };
    });
    return best ? { set, index: best.index, object: '' } : undefined;
  });
  if (!found) return model.tell(t('No image of the open studies lies at that place.'));
  await hang(model, cell, found);
}

function placeOf(set: DisplaySet, { uid, frames }: Pick<Reference, 'uid' | 'frames'>): Place | undefined {
  const index = set.images.findIndex((i) => i.sopInstanceUid === uid && (!frames.length || frames.includes(i.frame)));
  if (index >= 0) return { set, index, object: uid };
  return set.objects.some((ds) => text(ds, '00080018') === uid) ? { set, index: 0, object: uid } : undefined;
}

/** To a recording, at the moment and in the channels that are said. */
export async function jumpToMoment(model: ViewerModel, cell: number, { reference, said, words }: Moment): Promise<void> {
  const found = await find(model, (set) => placeOf(set, reference));
  if (!found) return model.tell(t('What the report names is not in the open studies.'));
  const recording = found.set.objects.find((ds) => text(ds, '00080018') === found.object);
  const [group] = reference.channels;
  const channels = Array.from({ length: Math.floor(reference.channels.length / 2) }, (_, i) => [reference.channels[2 * i], reference.channels[2 * i + 1]] as [number, number]);
  const times = said && recording ? timesSaid(said, recording, readGroups(recording), group) : [];
  if (found.set.kind === 'waveform') showPlace(model, found.set.seriesInstanceUid, found.object, { words, times, channels }, group);
  await hang(model, cell, found);
}

/** Those that have been read first. */
async function find(model: ViewerModel, where: (set: DisplaySet) => Place | undefined): Promise<Place | undefined> {
  const series = model.order();
  for (const uid of series) {
    const set = model.series.get(uid)?.set;
    const found = set && where(set);
    if (found) return found;
  }
  for (const uid of series) {
    if (model.series.get(uid)?.set) continue;
    const set = await model.fetchSet(uid);
    const found = set && where(set);
    if (found) return found;
  }
  return undefined;
}

async function hang(model: ViewerModel, cell: number, { set, index, object }: Place): Promise<void> {
  const uid = set.seriesInstanceUid;
  if (set.kind !== 'images' && object) model.own.change(uid, { object });
  const { hanging } = model;
  const here = hanging.cells.findIndex((c, i) => c === uid && i !== cell);
  let at = here;
  if (here < 0 && hanging.cells.length === 1) {
    at = 1;
    model.hangCells({ rows: 1, columns: 2, cells: [hanging.cells[0] ?? '', uid] }, cell);
  } else if (here < 0) {
    at = (cell + 1) % hanging.cells.length;
    model.showSeries(uid, at);
  }
  if (model.maximised) model.update({ maximised: false });
  if (set.kind === 'images') await goTo(model, at, set, index);
}

const TRIES = 300;

/** A viewport that has just come needs some frames of the screen until it shows anything. */
async function goTo(model: ViewerModel, cell: number, set: DisplaySet, index: number): Promise<void> {
  for (let i = 0; i < TRIES && !model.isClosed; i++) {
    const stage = model.stages.get(cell);
    if (stage?.snapshot().displaySet === set) return stage.goTo(index);
    await new Promise((resolve) => setTimeout(resolve, 16));
  }
}

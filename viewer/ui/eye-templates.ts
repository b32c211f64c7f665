/** Templates of eyes: the fundus beside the scans that lie on it, and stereo pairs beside each other, crossed or as an anaglyph. */
import { t } from '../core/language';
import { anaglyph, hasScanLines, scanLinesOf, stereoPairsOf } from '../domain/eye';
import type { DisplaySet, FrameSource, ImageRef } from '../domain/display-sets';
import { isRun } from '../domain/runs';
import { imageId } from './stage/frames';
import { loadFrame } from './stage/frame-source';
import { FRESH } from './stage/view';
import type { SeriesState, ViewerModel } from './viewer-model';

async function statesOf(model: ViewerModel): Promise<[string, SeriesState & { set: DisplaySet }][]> {
  const study = model.series.get(model.hanging.cells[model.active] ?? '')?.study ?? model.studies[0];
  await Promise.all((study?.series ?? []).map((s) => model.fetchSet(s.series_instance_uid)));
  return [...model.series].flatMap(([uid, state]) => (state.study === study && state.set && !isRun(uid) && !state.set.source ? [[uid, { ...state, set: state.set }]] : []));
}

export async function hangEye(model: ViewerModel): Promise<void> {
  const states = await statesOf(model);
  const scans = states.find(([, { set }]) => hasScanLines(set));
  const on = scans && scanLinesOf(scans[1].set)[0]?.on;
  const fundus = states.find(([, { set }]) => set.images.some((i) => i.sopInstanceUid === on));
  if (!scans || !fundus) return model.tell(t('No scan of this study says where it lies on a picture of the eye.'));
  model.hangCells({ rows: 1, columns: 2, cells: [fundus[0], scans[0]] }, 1);
  const index = fundus[1].set.images.findIndex((i) => i.sopInstanceUid === on);
  if (index > 0) void model.stages.get(0)?.goTo(index);
}

type Way = 'beside' | 'crossed' | 'anaglyph';

/** The first pair that a Stereometric Relationship object of the study tells, and whose images are here. */
export async function hangStereo(model: ViewerModel, way: Way): Promise<void> {
  const states = await statesOf(model);
  const find = (sop: string) => states.flatMap(([uid, state]) => state.set.images.filter((i) => i.sopInstanceUid === sop).map((image) => ({ uid, state, image })))[0];
  const pairs = states.flatMap(([, { set }]) => set.objects.flatMap(stereoPairsOf));
  for (const { left, right } of pairs) {
    const [l, r] = [find(left), find(right)];
    if (!l || !r) continue;
    if (way === 'anaglyph') {
      const { pixel: a } = l.image;
      const { pixel: b } = r.image;
      if (a.rows !== b.rows || a.columns !== b.columns) return model.tell(t('The two pictures are of different size.'));
      const id = adopt(model, l, 'anaglyph', t('Anaglyph'), [l.image, r.image]);
      return model.hangCells({ rows: 1, columns: 1, cells: [id] }, 0);
    }
    const cells = [adopt(model, l, 'left', t('Left picture'), [l.image]), adopt(model, r, 'right', t('Right picture'), [r.image])];
    model.linker.on = true;
    return model.hangCells({ rows: 1, columns: 2, cells: way === 'crossed' ? cells.reverse() : cells }, 0);
  }
  model.tell(t('No object of this study tells which pictures are a stereo pair.'));
}

/** One picture, or both in one, that hangs like a series. */
function adopt(model: ViewerModel, { uid, state }: { uid: string; state: SeriesState & { set: DisplaySet } }, kind: string, name: string, images: readonly ImageRef[]): string {
  const id = `${uid}#stereo-${kind}`;
  const { set, series } = state;
  const addresses = new Map(images.map((image) => [image, imageId(set.studyInstanceUid, uid, image).slice('wadors:'.length)]));
  const load = (image: ImageRef, signal: AbortSignal) => loadFrame(addresses.get(image) ?? '', image, signal);
  const source: FrameSource = async (_, signal) => {
    const [a, b] = await Promise.all(images.map((image) => load(image, signal)));
    if (!a) throw new Error(t('No image hangs here.'));
    if (!b) return a;
    const samples = new Uint8Array(3 * a.rows * a.columns);
    anaglyph(rgbOf(a.samples, a.colour), rgbOf(b.samples, b.colour), samples);
    return { ...a, colour: true, samples, min: 0, max: 255 };
  };
  const first = images[0] as ImageRef;
  const notes = () => [{ short: name, long: t('Of a stereo pair.') }];
  const made: DisplaySet = { ...set, seriesInstanceUid: id, images: [first], dimensions: { places: [{ run: 0, slice: 0, time: 0 }], runs: 1, slices: 1, times: 1 }, left: [], colour: images.length > 1 || set.colour, notes, source };
  model.adoptComputed(id, { ...state, series: { ...series, series_instance_uid: id }, set: made }, FRESH);
  return id;
}

function rgbOf(samples: ArrayLike<number>, colour: boolean): ArrayLike<number> {
  return colour ? samples : Uint8Array.from({ length: 3 * samples.length }, (_, i) => Math.min(samples[Math.floor(i / 3)] as number, 255));
}

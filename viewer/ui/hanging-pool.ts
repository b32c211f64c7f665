/** What may hang: the series of the open studies, as rules see them. */
import { lateralityOf } from '../core/image-axes';
import { kindOfPlane } from '../core/image-plane';
import { planeOf } from '../core/image-description';
import { text } from '../core/dicom-json';
import { isComparable, newestFirst } from '../domain/compare';
import { numberInMount } from '../domain/dental';
import { factsOf, viewOfImage, type Facts } from '../domain/hanging-match';
import type { Candidate, Pool } from '../domain/hanging-picks';
import { sequenceOf } from '../domain/mr-sequence';
import { isRun, seriesOfRun } from '../domain/runs';
import { isCompanion, openingSeries, samePatient, type Study, type StudyDetail } from '../domain/study';
import type { SeriesState, ViewerModel } from './viewer-model';

/** Of these each image has a side and a view of its own, which only its metadata tell. */
const BY_IMAGE = new Set(['MG', 'DX', 'CR', 'IO', 'OP', 'OPT', 'PX']);
/** The study that was opened, and the earlier ones of the patient: those of its kind and body part first, each the newest first. */
export function studiesOf(model: ViewerModel): readonly Study[] {
  const current = model.studies[0];
  if (!current) return [];
  const at = (s: Study) => `${s.study_date}${s.study_time}`;
  const known = [...model.studies.slice(1), ...current.priors];
  const priors = known.filter((s, i) => samePatient(s, current) && at(s) <= at(current) && s.study_instance_uid !== current.study_instance_uid && known.findIndex((o) => o.study_instance_uid === s.study_instance_uid) === i);
  const ordered = newestFirst(priors);
  return [current, ...ordered.filter((s) => isComparable(current, s)), ...ordered.filter((s) => !isComparable(current, s))];
}

export function poolOf(model: ViewerModel): Pool {
  const studies = studiesOf(model);
  const first = openingSeries(model.studies.slice(0, 1));
  const candidates = studies.flatMap((study, n) => {
    const open = model.studies.find((s) => s.study_instance_uid === study.study_instance_uid);
    return open ? candidatesOf(model, open, n) : [];
  });
  // Of a view that is there as a projection and as a tomosynthesis the projection hangs.
  candidates.sort((a, b) => (a.modality === 'MG' && b.modality === 'MG' ? a.images - b.images : 0));
  const opening = candidates.filter((c) => seriesOfRun(c.id) === first && c.modality !== 'MG');
  const awaited = studies.flatMap((s, n) => (model.studies.some((o) => o.study_instance_uid === s.study_instance_uid) ? [] : [n]));
  return { candidates: [...opening, ...candidates.filter((c) => !opening.includes(c))], awaited };
}

/** Parts of a series stand for it where each has a side or view of its own. */
function candidatesOf(model: ViewerModel, study: StudyDetail, n: number): Candidate[] {
  return study.series.flatMap((series) => {
    const uid = series.series_instance_uid;
    const state = model.series.get(uid);
    if (!state || !series.is_image || isCompanion(series.modality) || state.error) return [];
    const parts = BY_IMAGE.has(series.modality) ? [...model.series].filter(([id]) => isRun(id) && seriesOfRun(id) === uid) : [];
    return parts.length ? parts.map(([id, part]) => candidateOf(id, part, n)) : [candidateOf(uid, state, n)];
  });
}

export function candidateOf(id: string, { series, set }: SeriesState, study: number): Candidate {
  const image = set?.images[0];
  const plane = image && planeOf(image.dataset, image.frame);
  const byImage = BY_IMAGE.has(series.modality);
  return {
    id,
    study,
    modality: series.modality,
    description: series.series_description,
    body_part: series.body_part_examined,
    number: series.series_number,
    images: series.number_of_frames || series.number_of_instances,
    orientation: set ? (plane ? kindOfPlane(plane) : '') : undefined,
    laterality: image ? lateralityOf(image.dataset, image.frame) : set || !byImage ? series.laterality : series.laterality || undefined,
    view: image ? viewOfImage(image.dataset) : set || !byImage ? '' : undefined,
    mount: image ? numberInMount(image.dataset) : set ? '' : undefined,
    contrast: set ? text(image?.dataset, '00180010') !== '' : undefined,
    sequence: series.modality !== 'MR' ? '' : set || series.series_description ? sequenceOf(series.series_description, image?.dataset) : undefined,
  };
}

/** Images of a series that are looked at for what each of them says. */
const MOST_IMAGES = 100;

export function factsNow(model: ViewerModel): Facts | undefined {
  const study = model.studies[0];
  if (!study) return undefined;
  const sets = study.series.map((s) => model.series.get(s.series_instance_uid)?.set);
  const samples = study.series.flatMap(({ modality }, i) => {
    const [set, sample] = [sets[i], sets[i]?.sample];
    return BY_IMAGE.has(modality) && set?.images.length ? set.images.slice(0, MOST_IMAGES).map((image) => image.dataset) : sample ? [sample] : [];
  });
  return factsOf(study, samples, study.series.every((s, i) => sets[i] || !s.is_image || isCompanion(s.modality)));
}

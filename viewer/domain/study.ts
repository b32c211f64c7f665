/** Studies and series as the server tells them (docs: GET /api/studies). */
import type { PersonName } from '../core/dicom-json';
import { age, isoDate } from '../core/dates';
import { number, t } from '../core/language';

export interface Study {
  study_instance_uid: string;
  patient_name: PersonName;
  patient_id: string;
  issuer_of_patient_id: string;
  patient_birth_date: string;
  patient_sex: string;
  patient_species?: string | null;
  study_date: string;
  study_time: string;
  accession_number: string;
  study_id: string;
  study_description: string;
  referring_physician_name: PersonName;
  modalities: string[];
  body_parts: string[];
  number_of_series: number;
  number_of_instances: number;
  received_at: string;
  receiving: boolean;
  source_ae_title: string;
}

export interface Series {
  series_instance_uid: string;
  modality: string;
  series_number: number | null;
  series_description: string;
  body_part_examined: string;
  laterality: string;
  series_date: string;
  series_time: string;
  number_of_instances: number;
  number_of_frames: number;
  sop_class_uids: string[];
  transfer_syntax_uids: string[];
  is_image: boolean;
}

export interface StudyDetail extends Study {
  series: Series[];
  priors: Study[];
}

export interface StudyPage {
  studies: Study[];
  next: string | null;
  /** Only with the first page. */
  total: number | null;
  /** Otherwise there are at least so many; more than 10,000 when it is 10,000. */
  total_is_all: boolean;
}

export interface StudyCount {
  total: number;
  total_is_all: boolean;
}

/** A search that the server keeps for this person; filters as the list is asked. */
export interface SavedSearch {
  id: number;
  name: string;
  filters: Record<string, string>;
}

const MOST_COUNTED = 10_000;

/** '264', 'more than 10 000', 'at least 312'. */
export function countWords({ total, total_is_all }: StudyCount): string {
  if (total_is_all) return number(total);
  return total >= MOST_COUNTED ? t('more than {total}', { total }) : t('at least {total}', { total });
}

export interface StudyEvent {
  study_instance_uid: string;
  kind: 'changed' | 'removed';
  number_of_instances: number;
  receiving: boolean;
}

/** Modalities that say nothing about the kind of examination when others are there (PS3.16 CID 29 companions). */
const COMPANIONS = new Set(['SR', 'PR', 'KO', 'SEG', 'REG', 'DOC', 'RTSTRUCT', 'RTPLAN', 'RTDOSE', 'RTRECORD', 'FID', 'RWV', 'PLAN']);

/** Objects about images rather than images of the patient. */
export function isCompanion(modality: string): boolean {
  return COMPANIONS.has(modality);
}

/** 'PT/CT': image kinds first, at most two; companions only when nothing else is there. */
export function kindOf(modalities: readonly string[]): { first: string; label: string } {
  const images = modalities.filter((m) => !isCompanion(m) && m !== 'OT');
  const ordered = [...(images.length ? images : modalities)].sort((a, b) => Number(b === 'PT') - Number(a === 'PT'));
  const most = ordered.slice(0, 2).join('/').length > 5 ? 1 : 2;
  const label = ordered.slice(0, most).join('/') + (ordered.length > most ? ' +' : '');
  return { first: ordered[0] ?? '', label };
}

/** 'M 61 y', with the species for animals; '–' when nothing is known. */
export function sexAndAge(study: Study): string {
  const years = age(study.patient_birth_date, study.study_date);
  return [study.patient_sex, years, study.patient_species ?? ''].filter(Boolean).join(' ') || '–';
}

/** 'QA-0042 · F · 1992-04-30 (34 y)': identity as it stands in the bar. */
export function identityLine(study: Study): string {
  const birth = study.patient_birth_date ? isoDate(study.patient_birth_date) : t('no birth date');
  const years = age(study.patient_birth_date, study.study_date);
  const sex = { M: 'M', F: 'F', O: t('other {#sex}') }[study.patient_sex] ?? (study.patient_sex || t('sex unknown'));
  const parts = [study.patient_id || t('no ID'), sex, years ? `${birth} (${years})` : birth, study.patient_species ?? ''];
  return parts.filter(Boolean).join(' · ');
}

/** Two studies are of one patient when ID, issuer, name and birth date agree: an equal ID alone proves nothing. */
export function samePatient(a: Study, b: Study): boolean {
  const key = (s: Study) => [s.patient_id, s.issuer_of_patient_id, s.patient_name.alphabetic, s.patient_birth_date].join('\u0000');
  return key(a) === key(b);
}

export function bySeriesNumber(a: Series, b: Series): number {
  const [x, y] = [a.series_number ?? Infinity, b.series_number ?? Infinity];
  return x === y ? a.series_instance_uid.localeCompare(b.series_instance_uid) : x - y;
}

/** Which series is hung first: images of more than a localiser, else any images, else anything. */
export function openingSeries(studies: readonly StudyDetail[], isLeftOut: (series: Series) => boolean = () => false): string | undefined {
  const all = studies.flatMap((s) => [...s.series].sort(bySeriesNumber));
  const images = all.filter((s) => s.is_image && !isCompanion(s.modality));
  return (images.find((s) => s.number_of_instances > 3 || s.number_of_frames > 3) ?? images[0] ?? all.find((s) => !isLeftOut(s)) ?? all[0])?.series_instance_uid;
}

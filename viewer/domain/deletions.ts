/** What is deleted, as the server tells it (docs/api.md, Deletion), and in words. */
import { span } from '../core/instants';
import { number, t } from '../core/language';
import { nameParts } from '../core/person-name';
import type { PersonName } from '../core/dicom-json';

export interface Deletion {
  id: string;
  level: 'study' | 'series' | 'instance';
  study_instance_uid: string;
  series_instance_uid: string;
  sop_instance_uid: string;
  deleted_by: string;
  deleted_at: string;
  reason: string;
  patient_name: PersonName;
  patient_id: string;
  study_date: string;
  description: string;
  modalities: string[];
  number_of_series: number;
  number_of_instances: number;
  bytes: number;
  /** Missing where nothing is purged by itself. */
  purge_at: string | null;
  /** Its files are being removed: it cannot be restored any more. */
  purging: boolean;
}

export interface DeletionPage {
  deleted: Deletion[];
  next: string | null;
  total: number;
  /** 0 where nothing is purged by itself. */
  purge_after_days: number;
}

export interface NewDeletion {
  study: string;
  series?: string;
  instance?: string;
  reason?: string;
}

/** The server keeps no longer reason. */
export const LONGEST_REASON = 500;

export function patientOf(d: Deletion): string {
  const { main, other } = nameParts(d.patient_name);
  return [main, other].filter(Boolean).join(' ') || d.patient_id || t('No name');
}

/** 'Study, 214 images': what a deletion holds. */
export function heldWords(d: Deletion): string {
  const images = t('{n} {n|image|images}', { n: d.number_of_instances });
  return d.level === 'instance' ? t('One image') : `${d.level === 'study' ? t('Study') : t('Series')}, ${images}`;
}

/** '1.2 GB', '14 MB', '530 kB'. */
export function sizeWords(bytes: number): string {
  const [n, unit] = bytes >= 1e9 ? [bytes / 1e9, 'GB'] : bytes >= 1e6 ? [bytes / 1e6, 'MB'] : [bytes / 1e3, 'kB'];
  return `${n >= 10 || unit === 'kB' ? number(Math.ceil(n)) : number(n, 1)} ${unit}`;
}

/** When it goes for good: 'in 29 d 4 h', 'at any moment', 'never by itself'. */
export function goesWords(d: Deletion, now: Date): string {
  if (d.purging) return t('now');
  if (!d.purge_at) return t('never by itself');
  const left = (new Date(d.purge_at).getTime() - now.getTime()) / 1000;
  return left < 60 ? t('at any moment') : t('in {time}', { time: span(left >= 86_400 ? Math.floor(left / 3600) * 3600 : Math.floor(left / 60) * 60) });
}

/** Of the dialog: what will be, and for how long it can be taken back. */
export function backWords(purgeAfterDays: number | undefined): string {
  if (purgeAfterDays === undefined) return t('It can be taken back until it is purged.');
  if (!purgeAfterDays) return t('It can be taken back at any time.');
  return t('It can be taken back for {n} {n|day|days}.', { n: Math.floor(purgeAfterDays) });
}

export function knownWords(total: number): string {
  return total ? t('{n} {n|deletion|deletions}', { n: total }) : '';
}

/** Columns of the study list: which there are, which a person chose, which have room. */
import { t } from '../core/language';
import type { SortKey } from './filters';

export interface Column {
  id: string;
  label: string;
  sort?: SortKey;
  /** CSS pixels below which it is left out rather than made narrower. */
  least: number;
  /** Its share of the room that is left; 0 keeps it at `least`. */
  grows: number;
  right?: boolean;
}

export const COLUMNS: readonly Column[] = [
  { id: 'patient', label: t('Patient'), sort: 'patient_name', least: 150, grows: 1.3 },
  { id: 'id', label: 'ID', sort: 'patient_id', least: 72, grows: 0.4 },
  { id: 'who', label: t('Sex, age'), least: 66, grows: 0 },
  { id: 'birth', label: t('Birth date'), sort: 'patient_birth_date', least: 76, grows: 0 },
  { id: 'kind', label: t('Kind'), sort: 'modalities', least: 60, grows: 0 },
  { id: 'description', label: t('Description'), sort: 'study_description', least: 110, grows: 1.6 },
  { id: 'body', label: t('Body part'), sort: 'body_parts', least: 84, grows: 0.4 },
  { id: 'date', label: t('Study date'), sort: 'study_date', least: 110, grows: 0 },
  { id: 'accession', label: t('Accession'), sort: 'accession_number', least: 84, grows: 0.4 },
  { id: 'referrer', label: t('Referrer'), sort: 'referring_physician_name', least: 100, grows: 0.7 },
  { id: 'images', label: t('Images'), sort: 'number_of_instances', least: 50, grows: 0, right: true },
  { id: 'source', label: t('From'), sort: 'source_ae_title', least: 90, grows: 0.4 },
  { id: 'state', label: t('Received'), sort: 'received_at', least: 84, grows: 0 },
];

export const USUAL: readonly string[] = ['patient', 'id', 'who', 'kind', 'description', 'date', 'accession', 'images', 'state'];

/** What goes first when there is no room; who it is goes never. */
const LEFT_OUT = ['source', 'referrer', 'body', 'accession', 'birth', 'id', 'images', 'who', 'state', 'description', 'kind', 'date'];

/** Checkbox and thumbnail before the columns, gaps between them all. */
const BEFORE = 16 + 32;
const GAP = 10;
const EDGES = 24 + 12;

const BY_ID = new Map(COLUMNS.map((column) => [column.id, column]));

/** Ids as they were kept, cleaned: known ones once each, and always the patient. */
export function chosenColumns(kept: unknown): string[] {
  if (!Array.isArray(kept)) return [...USUAL];
  const known = [...new Set(kept.filter((id): id is string => typeof id === 'string' && BY_ID.has(id)))];
  return known.includes('patient') ? known : ['patient', ...known];
}

/** The chosen columns that fit into so many CSS pixels, in their order. */
export function fittingColumns(chosen: readonly string[], width: number): Column[] {
  let ids = [...chosen];
  const needed = () => EDGES + BEFORE + ids.reduce((sum, id) => sum + GAP + (BY_ID.get(id)?.least ?? 0), GAP);
  for (const id of LEFT_OUT) {
    if (needed() <= width) break;
    ids = ids.filter((one) => one !== id);
  }
  return ids.flatMap((id) => BY_ID.get(id) ?? []);
}

/** The grid of a row: checkbox, thumbnail, columns. */
export function gridOf(columns: readonly Column[], thumbnails: boolean): string {
  const tracks = columns.map((c) => (c.grows ? `minmax(${c.least}px, ${c.grows}fr)` : `${c.least}px`));
  return ['16px', thumbnails ? '32px' : '0', ...tracks].join(' ');
}

/** Column `id` so many places further, inside the list. */
export function movedColumn(chosen: readonly string[], id: string, by: number): string[] {
  const at = chosen.indexOf(id);
  if (at < 0) return [...chosen];
  const rest = chosen.filter((one) => one !== id);
  rest.splice(Math.min(Math.max(at + by, 0), rest.length), 0, id);
  return rest;
}

/** On or off, at its usual place; the patient cannot be taken off. */
export function toggledColumn(chosen: readonly string[], id: string): string[] {
  if (id === 'patient') return [...chosen];
  if (chosen.includes(id)) return chosen.filter((one) => one !== id);
  const usual = COLUMNS.map((c) => c.id);
  const at = chosen.findIndex((one) => usual.indexOf(one) > usual.indexOf(id));
  return at < 0 ? [...chosen, id] : [...chosen.slice(0, at), id, ...chosen.slice(at)];
}

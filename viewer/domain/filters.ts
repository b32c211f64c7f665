/** What the study list is asked for, as the address bar and the server write it. */
import { parseDate, toDA } from '../core/dates';
import { t } from '../core/language';

export const SORT_KEYS = [
  'patient_name', 'patient_id', 'patient_birth_date', 'study_date', 'study_description', 'accession_number', 'modalities', 'body_parts',
  'number_of_instances', 'referring_physician_name', 'source_ae_title', 'received_at',
] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export interface Filters {
  text: string;
  name: string;
  patient_id: string;
  birth_date: string;
  accession: string;
  description: string;
  referring: string;
  body_part: string;
  source: string;
  modality: string[];
  /** Only what images arrive for right now. */
  receiving: boolean;
  from: string;
  to: string;
  sort: SortKey;
  descending: boolean;
}

export const NO_FILTERS: Filters = {
  text: '', name: '', patient_id: '', birth_date: '', accession: '', description: '', referring: '', body_part: '', source: '',
  modality: [], receiving: false, from: '', to: '', sort: 'study_date', descending: true,
};

const TEXTS = ['text', 'name', 'patient_id', 'accession', 'description', 'referring', 'body_part', 'source'] as const;

/** What says who somebody is, or may: it stands in no address, so in no history, log or bookmark. */
const PRIVATE = ['text', 'name', 'patient_id', 'birth_date', 'accession', 'description', 'referring'];

/** As other viewers' links call them. */
const ALSO: Readonly<Record<string, string>> = { patientName: 'name', mrn: 'patient_id', modalities: 'modality', studyDescription: 'description' };

/** A question parted into what may stand in the address bar and what must not. */
export function parted(query: URLSearchParams): { shown: URLSearchParams; kept: Record<string, string> } {
  const shown = new URLSearchParams();
  const kept: Record<string, string> = {};
  for (const [key, value] of query) {
    const name = ALSO[key] ?? key;
    if (PRIVATE.includes(name)) kept[name] = value;
    else shown.set(name, value);
  }
  return { shown, kept };
}

/** What the list is asked. Dates inside are ISO 'YYYY-MM-DD'. */
export function toQuery(f: Filters): URLSearchParams {
  const query = new URLSearchParams();
  for (const key of TEXTS) if (f[key].trim()) query.set(key, f[key].trim());
  const birth = toDA(f.birth_date);
  if (birth) query.set('birth_date', birth);
  if (f.modality.length) query.set('modality', f.modality.join(','));
  if (f.receiving) query.set('receiving', 'true');
  const [from, to] = [toDA(f.from), toDA(f.to)];
  if (from || to) query.set('date', from === to ? from : `${from}-${to}`);
  query.set('sort', (f.descending ? '-' : '') + f.sort);
  return query;
}

export function fromQuery(query: URLSearchParams): Filters {
  const sort = query.get('sort') ?? '-study_date';
  const key = SORT_KEYS.find((k) => k === sort.replace(/^-/, ''));
  const date = query.get('date') ?? '';
  const [from = '', to = date.includes('-') ? '' : from] = date.split('-');
  return {
    ...NO_FILTERS,
    ...Object.fromEntries(TEXTS.map((k) => [k, query.get(k) ?? ''])),
    birth_date: iso(query.get('birth_date') ?? ''),
    modality: (query.get('modality') ?? '').split(',').filter(Boolean),
    receiving: query.get('receiving') === 'true',
    from: iso(from),
    to: iso(to),
    sort: key ?? 'study_date',
    descending: key ? sort.startsWith('-') : true,
  };
}

function iso(da: string): string {
  const d = parseDate(da);
  return d ? `${da.slice(0, 4)}-${da.slice(4, 6)}-${da.slice(6, 8)}` : '';
}

/** The filters in words, for the sentence that says nothing was found. */
export function inWords(f: Filters): string {
  const dates = f.from || f.to ? t('{from} to {to}', { from: f.from || '…', to: f.to || '…' }) : '';
  const parts = [f.text, f.name, f.patient_id, f.birth_date, f.accession, f.description, f.referring, f.body_part, f.source, f.modality.join(' '), f.receiving ? t('receiving') : '', dates];
  return parts.map((p) => p.trim()).filter(Boolean).join(' ');
}

export interface Wider {
  /** What is left out, in words. */
  without: string;
  filters: Filters;
}

/** The same question with one word or one filter less each, the most telling first: what to try when nothing was found. */
export function widened(f: Filters): Wider[] {
  const words = f.text.split(/\s+/).filter(Boolean);
  const out: Wider[] = [];
  if (f.modality.length) out.push({ without: f.modality.join(', '), filters: { ...f, modality: [] } });
  if (f.receiving) out.push({ without: t('receiving'), filters: { ...f, receiving: false } });
  if (f.from || f.to) out.push({ without: t('{from} to {to}', { from: f.from || '…', to: f.to || '…' }), filters: { ...f, from: '', to: '' } });
  if (words.length > 1) words.forEach((word, i) => out.push({ without: word, filters: { ...f, text: words.filter((_, k) => k !== i).join(' ') } }));
  for (const key of [...TEXTS.slice(1), 'birth_date'] as const) if (f[key]) out.push({ without: f[key], filters: { ...f, [key]: '' } });
  if (words.length === 1) out.push({ without: f.text.trim(), filters: { ...f, text: '' } });
  return out.filter((one) => isFiltered(one.filters)).slice(0, 8);
}

export function isFiltered(f: Filters): boolean {
  return inWords(f) !== '';
}

/** 'YYYY-MM-DD' of a day so many days before today, in the reader's own calendar. */
export function daysAgo(days: number, today: Date): string {
  const d = new Date(today.getFullYear(), today.getMonth(), today.getDate() - days);
  return `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, '0')}-${String(d.getDate()).padStart(2, '0')}`;
}

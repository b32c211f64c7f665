/** What the study list is asked for, as the address bar and the server write it. */
import { parseDate, toDA } from '../core/dates';

export const SORT_KEYS = ['patient_name', 'patient_id', 'study_date', 'study_description', 'accession_number', 'modalities', 'number_of_instances', 'received_at'] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export interface Filters {
  text: string;
  name: string;
  patient_id: string;
  birth_date: string;
  accession: string;
  description: string;
  referring: string;
  modality: string[];
  from: string;
  to: string;
  sort: SortKey;
  descending: boolean;
}

export const NO_FILTERS: Filters = {
  text: '', name: '', patient_id: '', birth_date: '', accession: '', description: '', referring: '',
  modality: [], from: '', to: '', sort: 'study_date', descending: true,
};

const TEXTS = ['text', 'name', 'patient_id', 'accession', 'description', 'referring'] as const;

/** Query for GET /api/studies; also what stands in the address bar. Dates inside are ISO 'YYYY-MM-DD'. */
export function toQuery(f: Filters): URLSearchParams {
  const query = new URLSearchParams();
  for (const key of TEXTS) if (f[key].trim()) query.set(key, f[key].trim());
  const birth = toDA(f.birth_date);
  if (birth) query.set('birth_date', birth);
  if (f.modality.length) query.set('modality', f.modality.join(','));
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
  const dates = f.from || f.to ? `${f.from || '…'} to ${f.to || '…'}` : '';
  const parts = [f.text, f.name, f.patient_id, f.birth_date, f.accession, f.description, f.referring, f.modality.join(' '), dates];
  return parts.map((p) => p.trim()).filter(Boolean).join(' ');
}

export function isFiltered(f: Filters): boolean {
  return inWords(f) !== '';
}

/** 'YYYY-MM-DD' of a day so many days before today, in the reader's own calendar. */
export function daysAgo(days: number, today: Date): string {
  const d = new Date(today.getFullYear(), today.getMonth(), today.getDate() - days);
  return `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, '0')}-${String(d.getDate()).padStart(2, '0')}`;
}

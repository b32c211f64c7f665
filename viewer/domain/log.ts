/** The event log as the server tells it (docs/api.md, The event log): which events are asked for, and how they are told. */
import { number, t } from '../core/language';
import { daysAgo } from './filters';

export type EventOutcome = 'done' | 'warning' | 'failed';

export interface LogEvent {
  id: number;
  at: string;
  kind: string;
  outcome: EventOutcome;
  /** AE title or user. */
  peer: string;
  address: string;
  subject: string;
  sentence: string;
  facts: Record<string, unknown>;
  /** What the status in the facts means; '' where there is none. */
  status: string;
}

export interface LogPage {
  events: LogEvent[];
  next: string | null;
  /** Where to go on with what is written from now on. */
  last: number;
}

/** What is offered to choose from, in the order of the work; the server may tell of others. */
export const KINDS: readonly { label: string; kinds: readonly string[] }[] = [
  { label: t('Network'), kinds: ['association', 'C-ECHO', 'C-STORE', 'C-FIND', 'C-MOVE', 'C-GET', 'N-ACTION', 'N-EVENT-REPORT', 'N-CREATE'] },
  { label: t('Objects'), kinds: ['STOW-RS', 'WADO-URI', 'import', 'refused', 'revised', 'duplicate uid', 'not indexed', 'delete', 'restore', 'purge'] },
  { label: t('Promises'), kinds: ['commitment', 'availability', 'fetchable'] },
  { label: t('House'), kinds: ['job', 'rule', 'login', 'user', 'token', 'node', 'log'] },
];

export const SPANS = [
  { span: '', label: t('Any time') },
  { span: 'today', label: t('Today') },
  { span: 'yesterday', label: t('Yesterday') },
  { span: 'week', label: t('7 days') },
  { span: 'range', label: t('From … to') },
] as const;
export type Span = (typeof SPANS)[number]['span'];

export const OUTCOMES: readonly { outcome: EventOutcome | ''; label: string }[] = [
  { outcome: '', label: t('All') },
  { outcome: 'failed', label: t('Failed') },
  { outcome: 'warning', label: t('Warnings') },
  { outcome: 'done', label: t('Done') },
];

export interface LogFilter {
  span: Span;
  /** Of the span 'range', as typed: 'YYYY-MM-DD', with or without 'HH:MM', in the reader's own time. */
  from: string;
  to: string;
  kinds: readonly string[];
  outcome: EventOutcome | '';
  peer: string;
  text: string;
}

export const NO_FILTER: LogFilter = { span: '', from: '', to: '', kinds: [], outcome: '', peer: '', text: '' };

/** The address of the page, in its own words: a span stays 'today' tomorrow. Only what was chosen or typed stands in it. */
export function logAddress(f: LogFilter): string {
  const query = new URLSearchParams();
  if (f.span) query.set('span', f.span);
  if (f.span === 'range' && f.from) query.set('from', f.from);
  if (f.span === 'range' && f.to) query.set('to', f.to);
  putChoices(query, f);
  const text = query.toString();
  return text ? `/log?${text}` : '/log';
}

export function readLogAddress(search: string): LogFilter {
  const query = new URLSearchParams(search);
  const span = SPANS.find((s) => s.span === query.get('span'))?.span ?? '';
  const typed = (name: string) => (span === 'range' ? (query.get(name) ?? '') : '');
  return {
    span,
    from: typed('from'),
    to: typed('to'),
    kinds: (query.get('kind') ?? '').split(',').filter(Boolean),
    outcome: OUTCOMES.find((o) => o.outcome === query.get('outcome'))?.outcome ?? '',
    peer: query.get('peer') ?? '',
    text: query.get('text') ?? '',
  };
}

/** Parameters of GET /api/log, without page and size. Days are those of the reader. */
export function logQuery(f: LogFilter, today: Date): URLSearchParams {
  const query = new URLSearchParams();
  const [since, until] = bounds(f, today);
  if (since) query.set('since', since.toISOString());
  if (until) query.set('until', until.toISOString());
  putChoices(query, f);
  return query;
}

function putChoices(query: URLSearchParams, f: LogFilter): void {
  if (f.kinds.length) query.set('kind', f.kinds.join(','));
  if (f.outcome) query.set('outcome', f.outcome);
  if (f.peer.trim()) query.set('peer', f.peer.trim());
  if (f.text.trim()) query.set('text', f.text.trim());
}

function bounds(f: LogFilter, today: Date): [Date | undefined, Date | undefined] {
  const back = (days: number) => readMoment(daysAgo(days, today))?.first;
  switch (f.span) {
    case 'today':
      return [back(0), undefined];
    case 'yesterday':
      return [back(1), back(0)];
    case 'week':
      return [back(6), undefined];
    case 'range':
      return [readMoment(f.from)?.first, readMoment(f.to)?.after];
    default:
      return [undefined, undefined];
  }
}

/**
 * '2026-11-21', '2026-11-21 08:14', '2026-11-21T08:14:05' in the reader's own time: where that day, minute or second begins
 * and where the next one does, so that what is written is included on both sides. Undefined for anything else.
 */
export function readMoment(text: string): { first: Date; after: Date } | undefined {
  const m = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(text.trim());
  if (!m) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = m.slice(1).map((part) => Number(part ?? 0));
  const first = new Date(year, month - 1, day, hour, minute, second);
  const exists = year >= 1970 && first.getMonth() === month - 1 && first.getDate() === day && hour < 24 && minute < 60 && second < 60;
  if (!exists) return undefined;
  const after = m[6] ? new Date(+first + 1000) : m[4] ? new Date(+first + 60_000) : new Date(year, month - 1, day + 1);
  return { first, after };
}

export function isFiltered(f: LogFilter): boolean {
  return logAddress(f) !== '/log';
}

/** 'Any kind', 'C-STORE', '3 kinds'. */
export function kindsWords(kinds: readonly string[]): string {
  if (!kinds.length) return t('Any kind');
  return kinds.length === 1 ? (kinds[0] ?? '') : t('{n} kinds', { n: kinds.length });
}

/** '08:14:05' today, '11-20 19:06:44' this year, else with the year; in the reader's own time. */
export function stamp(iso: string, now: Date): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const [day, clock] = [daysAgo(0, at), [at.getHours(), at.getMinutes(), at.getSeconds()].map((n) => String(n).padStart(2, '0')).join(':')];
  if (day === daysAgo(0, now)) return clock;
  return `${day.slice(0, 4) === String(now.getFullYear()) ? day.slice(5) : day} ${clock}`;
}

/** 'CT1 from 10.0.0.7': who it was with, as one text. */
export function peerWords(event: LogEvent): string {
  return event.peer && event.address ? t('{peer} at {address}', { peer: event.peer, address: event.address }) : event.peer || event.address;
}

const UID = /^[0-9.]{1,64}$/;

/** Study Instance UIDs the facts hold. */
export function studiesOf(event: LogEvent): string[] {
  const { studies } = event.facts;
  return Array.isArray(studies) ? studies.filter((uid): uid is string => typeof uid === 'string' && UID.test(uid)) : [];
}

/** The number of the job an event tells of, else null. */
export function jobOf(event: LogEvent): number | null {
  return event.kind === 'job' && /^\d{1,15}$/.test(event.subject) ? Number(event.subject) : null;
}

/** The UIDs an event is about; questions and jobs name several with backslashes between them. */
export function uidsOf(event: LogEvent): string[] {
  return event.kind === 'job' ? [] : event.subject.split('\\').filter((part) => UID.test(part) && part.includes('.'));
}

export interface Fact {
  name: string;
  value: string;
  /** UIDs and codes are read letter by letter. */
  mono?: boolean;
}

const ROLES: Record<string, string> = { SCP: t('we were asked (SCP)'), SCU: t('we asked (SCU)') };

/** Names of facts for people, in the order they are told in; others follow under their own names. */
const NAMES: Record<string, string> = {
  rejection: t('Result, source, reason'), calling: t('Calling AE title'), called: t('Called AE title'), user: t('User'), destination: t('Move destination'), sop_class: t('SOP Class UID'), contexts: t('Presentation contexts'),
  matches: t('Matches'), completed: t('Completed'), failed: t('Failed'), warning: t('With a warning'), stored: t('Stored'), warned: t('Stored with a warning'), refused: t('Refused'), bytes: t('Size'),
  seconds: t('Lasted'), received: t('Data received'), sent: t('Data sent'), kind: t('Kind of job'), by: t('Ordered by'), run: t('Run'), done: t('Done'), waiting: t('Not begun'), lost: t('Lost'),
};
const TOLD_APART = new Set(['role', 'status', 'studies']);

/** Everything that is known of an event besides its sentence, its UIDs and its links. */
export function factsOf(event: LogEvent): Fact[] {
  const at = new Date(event.at);
  const facts: Fact[] = [
    { name: t('Time'), value: Number.isNaN(at.getTime()) ? event.at : `${daysAgo(0, at)} ${stamp(event.at, at)} (${at.toISOString()})` },
    { name: t('Peer'), value: peerWords(event) },
    { name: t('Role'), value: words(event.facts.role, ROLES) },
    { name: t('Status'), value: statusWords(event) },
  ];
  const known = Object.keys(NAMES).filter((key) => key in event.facts);
  const others = Object.keys(event.facts).filter((key) => !TOLD_APART.has(key) && !Object.hasOwn(NAMES, key));
  for (const key of [...known, ...others]) facts.push({ name: NAMES[key] ?? key, value: valueOf(key, event.facts[key]), mono: key === 'sop_class' });
  return [...facts.filter((fact) => fact.value !== ''), { name: t('Event'), value: String(event.id) }];
}

function words(value: unknown, known: Record<string, string>): string {
  const text = plain(value);
  return Object.hasOwn(known, text) ? (known[text] ?? text) : text;
}

/** 'A900H: data set does not match SOP class': the server's words, the code first. */
function statusWords(event: LogEvent): string {
  const code = plain(event.facts.status);
  if (!code) return '';
  const said = event.status.replace(` (${code}H)`, '');
  return said ? `${code}H: ${said}` : `${code}H`;
}

function valueOf(key: string, value: unknown): string {
  if (typeof value !== 'number') return plain(value);
  if (key === 'seconds') return `${value} s`;
  return key === 'bytes' || key === 'received' || key === 'sent' ? t('{n} bytes', { n: value }) : number(value);
}

function plain(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
}

/** Whether `a` stands above `b`: the newest first, of one moment the row that was written later. */
function isAbove(a: LogEvent, b: LogEvent): boolean {
  return a.at > b.at || (a.at === b.at && a.id > b.id);
}

/**
 * Fresh events in their places among the known ones. Several processes write, so that one may come in below the top; what
 * belongs under the last known row comes with the next page, when there is one (`more`).
 */
export function mergedEvents(known: readonly LogEvent[], fresh: readonly LogEvent[], more: boolean): LogEvent[] {
  const ids = new Set(known.map((event) => event.id));
  const unknown = [...new Map(fresh.map((event) => [event.id, event])).values()].filter((event) => !ids.has(event.id));
  const coming = unknown.sort((a, b) => (isAbove(a, b) ? -1 : 1));
  const out: LogEvent[] = [];
  let i = 0;
  for (const event of known) {
    for (let next = coming[i]; next && isAbove(next, event); next = coming[++i]) out.push(next);
    out.push(event);
  }
  if (!more) out.push(...coming.slice(i));
  return out;
}

/** Older events after the known ones, each once. */
export function withOlder(known: readonly LogEvent[], older: readonly LogEvent[]): LogEvent[] {
  const ids = new Set(known.map((event) => event.id));
  return [...known, ...older.filter((event) => !ids.has(event.id))];
}

/** Jobs as the server tells them (docs/api.md, Jobs), and what is said about them. */
import { clockOrDay, secondsBetween, span } from '../core/instants';
import { counted, thousands } from '../core/numbers';

export type JobState = 'waiting' | 'running' | 'resting' | 'done' | 'failed' | 'cancelled';
export type Priority = 'high' | 'normal' | 'low';

export interface Job {
  id: number;
  kind: string;
  node: string;
  /** For people, such as the patient and the study. */
  subject: string;
  priority: Priority;
  ordered_by: string;
  state: JobState;
  run: number;
  attempts: number;
  items: { waiting: number; done: number; warning: number; failed: number };
  total: number;
  words: string;
  created_at: string | null;
  started_at: string | null;
  ended_at: string | null;
  next_try_at: string | null;
  cancelling: boolean;
  seen: boolean;
}

export interface Failure {
  key: string;
  state: 'failed' | 'warning';
  words: string;
}

export interface JobDetail extends Job {
  failures: Failure[];
}

export interface JobPage {
  jobs: Job[];
  counts: JobCounts;
  next: number | null;
}

/** Jobs by state, and how many failed ones nobody has looked at. A state without jobs may be missing. */
export type JobCounts = Partial<Record<JobState | 'alerts', number>>;

export interface NewJob {
  kind: string;
  node: string;
  studies?: string[];
  priority?: Priority;
}

export const PRIORITIES: readonly Priority[] = ['high', 'normal', 'low'];

export function isOver(job: Job): boolean {
  return job.state === 'done' || job.state === 'failed' || job.state === 'cancelled';
}

export function canRestart(job: Job): boolean {
  return job.state === 'failed' || job.state === 'cancelled' || (job.state === 'resting' && !job.cancelling);
}

/** Which jobs are shown; it stands in the address. */
export type Show = 'all' | 'failed' | 'working' | 'done' | 'cancelled';

export const SHOWS: readonly { show: Show; label: string; states: readonly JobState[] }[] = [
  { show: 'all', label: 'All', states: [] },
  { show: 'failed', label: 'Failed', states: ['failed'] },
  { show: 'working', label: 'Working', states: ['waiting', 'running', 'resting'] },
  { show: 'done', label: 'Done', states: ['done'] },
  { show: 'cancelled', label: 'Stopped', states: ['cancelled'] },
];

const ALL_STATES: readonly JobState[] = ['waiting', 'running', 'resting', 'done', 'failed', 'cancelled'];

export function statesOf(show: Show): readonly JobState[] {
  return SHOWS.find((s) => s.show === show)?.states ?? [];
}

/** How many jobs a choice has. */
export function countOf(show: Show, counts: JobCounts): number {
  const states = statesOf(show);
  return (states.length ? states : ALL_STATES).reduce((n, state) => n + (counts[state] ?? 0), 0);
}

export interface JobFilter {
  show: Show;
  node: string;
}

/** The address of the page, in its own words. Only numbers and names of nodes stand in it. */
export function jobsAddress(filter: JobFilter, open: number | null): string {
  const query = new URLSearchParams();
  if (filter.show !== 'all') query.set('show', filter.show);
  if (filter.node) query.set('node', filter.node);
  if (open !== null) query.set('job', String(open));
  const text = query.toString();
  return text ? `/jobs?${text}` : '/jobs';
}

export function readAddress(search: string): { filter: JobFilter; open: number | null } {
  const query = new URLSearchParams(search);
  const show = SHOWS.find((s) => s.show === query.get('show'))?.show ?? 'all';
  const job = query.get('job') ?? '';
  return { filter: { show, node: query.get('node') ?? '' }, open: /^\d{1,15}$/.test(job) ? Number(job) : null };
}

/** Parameters of GET /api/jobs. */
export function jobsQuery(filter: JobFilter, limit: number, before: number | null = null): URLSearchParams {
  const query = new URLSearchParams({ limit: String(limit) });
  const states = statesOf(filter.show);
  if (states.length) query.set('state', states.join(','));
  if (filter.node) query.set('node', filter.node);
  if (before !== null) query.set('before', String(before));
  return query;
}

interface Words {
  /** What it is: before and while it is done. */
  doing: (node: string) => string;
  did: (node: string) => string;
  one: string;
  many: string;
  /** After "2 of 214 images". */
  failed: string;
  /** What is true of those that succeeded. */
  kept: string;
}

const KINDS: Record<string, Words> = {
  send: { doing: (n) => `Sending to ${n}`, did: (n) => `Sent to ${n}`, one: 'image', many: 'images', failed: 'did not arrive', kept: 'arrived and stay there' },
  forward: { doing: (n) => `Forwarding to ${n}`, did: (n) => `Forwarded to ${n}`, one: 'study', many: 'studies', failed: 'did not arrive', kept: 'arrived and stay there' },
  fetch: { doing: (n) => `Fetching from ${n}`, did: (n) => `Fetched from ${n}`, one: 'image', many: 'images', failed: 'did not come', kept: 'came and are kept here' },
  commit: { doing: (n) => `Asking ${n} to keep images`, did: (n) => `${n} keeps the images`, one: 'image', many: 'images', failed: 'are not sure to be kept', kept: 'are kept there' },
  report: { doing: (n) => `Telling ${n} what is kept`, did: (n) => `Told ${n} what is kept`, one: 'report', many: 'reports', failed: 'was not taken', kept: 'was taken' },
  verify: { doing: () => 'Checking stored images', did: () => 'Checked stored images', one: 'image', many: 'images', failed: 'are not as they were stored', kept: 'are as they were stored' },
  prepare: { doing: () => 'Preparing images for reading', did: () => 'Prepared images for reading', one: 'series', many: 'series', failed: 'could not be prepared', kept: 'are prepared' },
};

function wordsOf(job: Job): Words {
  const unknown: Words = { doing: () => job.kind, did: () => job.kind, one: 'thing', many: 'things', failed: 'could not be done', kept: 'are done' };
  return Object.hasOwn(KINDS, job.kind) ? (KINDS[job.kind] ?? unknown) : unknown;
}

/** Done, with or without something said about it. */
export function succeeded(job: Job): number {
  return job.items.done + job.items.warning;
}

/** 'Sending to City hospital', '2 of 214 images did not arrive': what happened, before anything else. */
export function titleOf(job: Job): string {
  const words = wordsOf(job);
  const name = job.node || 'a node';
  switch (job.state) {
    case 'done':
      return words.did(name);
    case 'failed':
      if (!job.items.failed) return `${words.doing(name)} failed`;
      return `${partOf(job.items.failed, job)} ${job.items.failed === 1 ? singular(words.failed) : words.failed}`;
    case 'cancelled':
      return `${words.doing(name)} was stopped`;
    case 'resting':
      return job.node ? `${words.doing(name)}: waiting for it` : `${words.doing(name)}: waiting`;
    default:
      return words.doing(name);
  }
}

/** 'Schneider, Ruth · Thorax → Teleradiology': the node again where the title has no room for it. */
export function subjectOf(job: Job): string {
  const nodeUnsaid = job.state === 'failed' && job.items.failed > 0 && job.node;
  if (!nodeUnsaid) return job.subject;
  const arrow = job.kind === 'fetch' ? '←' : '→';
  return [job.subject, `${arrow} ${job.node}`].filter(Boolean).join(' ');
}

function partOf(n: number, job: Job): string {
  const { one, many } = wordsOf(job);
  if (n === job.total) return n === 1 ? `The ${one}` : `All ${counted(n, one, many)}`;
  return `${thousands(n)} of ${counted(job.total, one, many)}`;
}

function singular(text: string): string {
  return text.replace(/^are\b/, 'is').replace(/^have\b/, 'has').replace('they were', 'it was').replace(/\bcome and are\b/, 'comes and is').replace(/\bstay\b/, 'stays');
}

/** '212 images arrived and stay there.'; '' when nothing has succeeded. */
export function keptSentence(job: Job): string {
  const { one, many, kept } = wordsOf(job);
  const n = succeeded(job);
  if (!n) return '';
  return `${counted(n, one, many)} ${n === 1 ? singular(kept) : kept}.`;
}

/** Where a job stands in its own line. `pace`: items a second, NaN when not known yet. */
export function stateLine(job: Job, now: Date, pace = NaN): string {
  const { one, many } = wordsOf(job);
  const done = succeeded(job);
  const ended = clockOrDay(job.ended_at, now);
  const tried = job.attempts > 1 ? `tried ${job.attempts} times` : '';
  switch (job.state) {
    case 'waiting':
      return job.cancelling ? 'stopping' : ['waiting for its turn', job.priority === 'normal' ? '' : `${job.priority} priority`].filter(Boolean).join(' · ');
    case 'running': {
      if (job.cancelling) return 'stopping';
      if (!job.total) return 'finding out what there is to do';
      const count = `${thousands(done + job.items.failed)} of ${counted(job.total, one, many)}`;
      const failed = job.items.failed ? `${thousands(job.items.failed)} failed` : '';
      return [count, failed, ...paceWords(pace, job.items.waiting)].filter(Boolean).join(' · ');
    }
    case 'resting': {
      if (job.cancelling) return 'stopping';
      const wait = secondsBetween(now.toISOString(), job.next_try_at);
      const next = Number.isNaN(wait) ? '' : wait > 0.5 ? `next try in ${span(wait)}` : 'next try now';
      const count = job.total ? `${thousands(done)} of ${counted(job.total, one, many)}` : '';
      return [count, next, tried].filter(Boolean).join(' · ');
    }
    case 'done': {
      const took = span(secondsBetween(job.started_at, job.ended_at));
      const what = job.total === 0 ? 'there was nothing to do' : job.total === 1 ? `1 ${one}` : `all ${counted(job.total, one, many)}`;
      const warned = job.items.warning ? `${thousands(job.items.warning)} with a warning` : '';
      return [`done ${ended}${took ? ` in ${took}` : ''}`.replace('  ', ' '), what, warned].filter(Boolean).join(', ');
    }
    case 'failed':
      return [`failed ${ended}`.trim(), tried].filter(Boolean).join(', ');
    default:
      return [`stopped ${ended}`.trim(), job.total ? `${thousands(done)} of ${counted(job.total, one, many)} done` : ''].filter(Boolean).join(', ');
  }
}

function paceWords(pace: number, waiting: number): string[] {
  if (!(pace > 0)) return [];
  const rate = pace >= 1 ? `${thousands(Math.round(pace))} / s` : `${thousands(Math.round(pace * 60))} / min`;
  return waiting ? [rate, `${span(Math.max(waiting / pace, 1))} left`] : [rate];
}

/** How much of the bar is filled, 0 to 1; null when the job has none (not counted yet, or nothing came of it). */
export function filled(job: Job): number | null {
  if (!job.total || job.state === 'done') return null;
  return (job.total - job.items.waiting) / job.total;
}

/** Failures with the same words stand together, the most frequent first; failed before warned. */
export interface FailureGroup {
  words: string;
  state: 'failed' | 'warning';
  keys: string[];
}

export function grouped(failures: readonly Failure[]): FailureGroup[] {
  const groups = new Map<string, FailureGroup>();
  for (const { key, state, words } of failures) {
    const id = `${state}\u0000${words}`;
    const group = groups.get(id) ?? { words, state, keys: [] };
    group.keys.push(key);
    groups.set(id, group);
  }
  return [...groups.values()].sort((a, b) => Number(a.state === 'warning') - Number(b.state === 'warning') || b.keys.length - a.keys.length);
}

/** '2 images' in the unit of the job. */
export function itemsOf(n: number, job: Job): string {
  const { one, many } = wordsOf(job);
  return counted(n, one, many);
}

/** The button that restarts: it says what will be tried. */
export function restartWords(job: Job): string {
  const n = job.items.failed + job.items.waiting;
  if (job.state === 'resting') return 'Try now';
  if (!job.total || n === job.total) return 'Try again';
  if (n === 1) return 'Try that one again';
  return `Try those ${thousands(n)} again`;
}

/** Seconds until the jobs are asked for again. Much moves only while one runs or waits for a place. */
export function pollSeconds(counts: JobCounts, visible: boolean): number {
  if (!visible) return 60;
  if ((counts.running ?? 0) + (counts.waiting ?? 0) > 0) return 1;
  return counts.resting ? 3 : 10;
}

/** '1 working, 2 failed': the sums, for the foot. */
export function sums(counts: JobCounts): string {
  const working = countOf('working', counts);
  const alerts = counts.alerts ?? 0;
  return [working ? `${thousands(working)} working` : 'Nothing is being done', alerts ? `${thousands(alerts)} failed and not looked at` : ''].filter(Boolean).join(', ');
}

/**
 * The first page as it is now, and older rows that had been fetched before: one list, newest first.
 * `atEnd`: the oldest known row is the last there is. `next`: the number to ask for older ones with.
 */
export function mergePages(fresh: JobPage, known: readonly Job[], atEnd: boolean): { jobs: Job[]; next: number | null } {
  const last = fresh.jobs.at(-1);
  if (!last || fresh.next === null) return { jobs: fresh.jobs, next: null };
  const jobs = [...fresh.jobs, ...known.filter((job) => job.id < last.id)];
  return { jobs, next: atEnd ? null : (jobs.at(-1)?.id ?? null) };
}

/** What was counted when, for the pace. */
export interface Sample {
  at: number;
  count: number;
}

/** Items a second over the samples of the last ten seconds; NaN with too little to say. */
export function paceOf(samples: readonly Sample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.at - first.at < 1.5 || last.count <= first.count) return NaN;
  return (last.count - first.count) / (last.at - first.at);
}

export function sampled(samples: readonly Sample[], fresh: Sample): Sample[] {
  const last = samples.at(-1);
  if (last && fresh.count < last.count) return [fresh];
  return [...samples.filter((s) => fresh.at - s.at <= 10), fresh];
}

/** Jobs as the server tells them (docs/api.md, Jobs), and what is said about them. */
import { clockOrDay, secondsBetween, span } from '../core/instants';
import { capitalised, number, t } from '../core/language';

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
  { show: 'all', label: t('All'), states: [] },
  { show: 'failed', label: t('Failed'), states: ['failed'] },
  { show: 'working', label: t('Working'), states: ['waiting', 'running', 'resting'] },
  { show: 'done', label: t('Done'), states: ['done'] },
  { show: 'cancelled', label: t('Stopped'), states: ['cancelled'] },
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

/** What a job counts, as words for how many of them. */
interface Things {
  one: string;
  all: (n: number) => string;
  of: (n: number, all: number) => string;
  count: (n: number) => string;
}

const IMAGES: Things = {
  one: t('the image'),
  all: (n) => t('all {n} {n|image|images}', { n }),
  of: (n, all) => t('{n} of {all} {all|image|images}', { n, all }),
  count: (n) => t('{n} {n|image|images}', { n }),
};
const STUDIES: Things = {
  one: t('the study'),
  all: (n) => t('all {n} {n|study|studies}', { n }),
  of: (n, all) => t('{n} of {all} {all|study|studies}', { n, all }),
  count: (n) => t('{n} {n|study|studies}', { n }),
};
const SERIES: Things = {
  one: t('the series'),
  all: (n) => t('all {n} {n|series|series}', { n }),
  of: (n, all) => t('{n} of {all} {all|series|series}', { n, all }),
  count: (n) => t('{n} {n|series|series}', { n }),
};
const REPORTS: Things = {
  one: t('the report'),
  all: (n) => t('all {n} {n|report|reports}', { n }),
  of: (n, all) => t('{n} of {all} {all|report|reports}', { n, all }),
  count: (n) => t('{n} {n|report|reports}', { n }),
};
const OTHERS: Things = {
  one: t('the thing'),
  all: (n) => t('all {n} {n|thing|things}', { n }),
  of: (n, all) => t('{n} of {all} {all|thing|things}', { n, all }),
  count: (n) => t('{n} {n|thing|things}', { n }),
};

interface Words {
  /** What it is: before and while it is done. */
  doing: (node: string) => string;
  did: (node: string) => string;
  things: Things;
  /** `part`: '2 of 214 images'; n of them. */
  failed: (part: string, n: number) => string;
  /** What is true of those that succeeded; `part`: '212 images'. */
  kept: (part: string, n: number) => string;
}

const arrived = {
  failed: (part: string, n: number) => t('{part} did not {n|arrive|arrive}', { part, n }),
  kept: (part: string, n: number) => t('{part} arrived and {n|stays|stay} there', { part, n }),
};

const KINDS: Record<string, Words> = {
  send: { doing: (node) => t('Sending to {node}', { node }), did: (node) => t('Sent to {node}', { node }), things: IMAGES, ...arrived },
  forward: { doing: (node) => t('Forwarding to {node}', { node }), did: (node) => t('Forwarded to {node}', { node }), things: STUDIES, ...arrived },
  fetch: {
    doing: (node) => t('Fetching from {node}', { node }), did: (node) => t('Fetched from {node}', { node }), things: IMAGES,
    failed: (part, n) => t('{part} did not {n|come|come}', { part, n }), kept: (part, n) => t('{part} came and {n|is|are} kept here', { part, n }),
  },
  commit: {
    doing: (node) => t('Asking {node} to keep images', { node }), did: (node) => t('{node} keeps the images', { node }), things: IMAGES,
    failed: (part, n) => t('{part} {n|is|are} not sure to be kept', { part, n }), kept: (part, n) => t('{part} {n|is|are} kept there', { part, n }),
  },
  report: {
    doing: (node) => t('Telling {node} what is kept', { node }), did: (node) => t('Told {node} what is kept', { node }), things: REPORTS,
    failed: (part, n) => t('{part} {n|was|was} not taken', { part, n }), kept: (part, n) => t('{part} {n|was|was} taken', { part, n }),
  },
  verify: {
    doing: () => t('Checking stored images'), did: () => t('Checked stored images'), things: IMAGES,
    failed: (part, n) => t('{part} {n|is not as it was|are not as they were} stored', { part, n }), kept: (part, n) => t('{part} {n|is as it was|are as they were} stored', { part, n }),
  },
  prepare: {
    doing: () => t('Preparing images for reading'), did: () => t('Prepared images for reading'), things: SERIES,
    failed: (part, n) => t('{part} could not be {n|prepared|prepared}', { part, n }), kept: (part, n) => t('{part} {n|is|are} prepared', { part, n }),
  },
};

function wordsOf(job: Job): Words {
  const unknown: Words = {
    doing: () => job.kind, did: () => job.kind, things: OTHERS,
    failed: (part, n) => t('{part} could not be {n|done|done}', { part, n }), kept: (part, n) => t('{part} {n|is|are} done', { part, n }),
  };
  return Object.hasOwn(KINDS, job.kind) ? (KINDS[job.kind] ?? unknown) : unknown;
}

/** Done, with or without something said about it. */
export function succeeded(job: Job): number {
  return job.items.done + job.items.warning;
}

/** 'Sending to City hospital', '2 of 214 images did not arrive': what happened, before anything else. */
export function titleOf(job: Job): string {
  const words = wordsOf(job);
  const name = job.node || t('a node');
  switch (job.state) {
    case 'done':
      return words.did(name);
    case 'failed':
      if (!job.items.failed) return t('{deed} failed', { deed: words.doing(name) });
      return capitalised(words.failed(partOf(job.items.failed, job), job.items.failed));
    case 'cancelled':
      return t('{deed} was stopped', { deed: words.doing(name) });
    case 'resting':
      return job.node ? t('{deed}: waiting for it', { deed: words.doing(name) }) : t('{deed}: waiting', { deed: words.doing(name) });
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
  const { things } = wordsOf(job);
  if (n === job.total) return n === 1 ? things.one : things.all(n);
  return things.of(n, job.total);
}

/** '212 images arrived and stay there.'; '' when nothing has succeeded. */
export function keptSentence(job: Job): string {
  const { things, kept } = wordsOf(job);
  const n = succeeded(job);
  return n ? `${kept(things.count(n), n)}${t('. {#the end of a sentence}')}` : '';
}

const PRIORITY_WORDS: Record<string, string> = { high: t('high priority'), low: t('low priority') };

/** Where a job stands in its own line. `pace`: items a second, NaN when not known yet. */
export function stateLine(job: Job, now: Date, pace = NaN): string {
  const { things } = wordsOf(job);
  const done = succeeded(job);
  const ended = clockOrDay(job.ended_at, now);
  const tried = job.attempts > 1 ? t('tried {n} {n|time|times}', { n: job.attempts }) : '';
  switch (job.state) {
    case 'waiting':
      return job.cancelling ? t('stopping') : [t('waiting for its turn'), PRIORITY_WORDS[job.priority] ?? ''].filter(Boolean).join(' · ');
    case 'running': {
      if (job.cancelling) return t('stopping');
      if (!job.total) return t('finding out what there is to do');
      const count = things.of(done + job.items.failed, job.total);
      const failed = job.items.failed ? t('{n} failed', { n: job.items.failed }) : '';
      return [count, failed, ...paceWords(pace, job.items.waiting)].filter(Boolean).join(' · ');
    }
    case 'resting': {
      if (job.cancelling) return t('stopping');
      const wait = secondsBetween(now.toISOString(), job.next_try_at);
      const next = Number.isNaN(wait) ? '' : wait > 0.5 ? t('next try in {time}', { time: span(wait) }) : t('next try now');
      const count = job.total ? things.of(done, job.total) : '';
      return [count, next, tried].filter(Boolean).join(' · ');
    }
    case 'done': {
      const took = span(secondsBetween(job.started_at, job.ended_at));
      const what = job.total === 0 ? t('there was nothing to do') : job.total === 1 ? things.count(1) : things.all(job.total);
      const warned = job.items.warning ? t('{n} with a warning', { n: job.items.warning }) : '';
      return [`${t('done')} ${ended}${took ? ` ${t('in {time}', { time: took })}` : ''}`.replace('  ', ' '), what, warned].filter(Boolean).join(', ');
    }
    case 'failed':
      return [`${t('failed')} ${ended}`.trim(), tried].filter(Boolean).join(', ');
    default:
      return [`${t('stopped')} ${ended}`.trim(), job.total ? t('{part} done', { part: things.of(done, job.total) }) : ''].filter(Boolean).join(', ');
  }
}

function paceWords(pace: number, waiting: number): string[] {
  if (!(pace > 0)) return [];
  const rate = pace >= 1 ? `${number(Math.round(pace))} / s` : `${number(Math.round(pace * 60))} / min`;
  return waiting ? [rate, t('{time} left', { time: span(Math.max(waiting / pace, 1)) })] : [rate];
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
  return wordsOf(job).things.count(n);
}

/** The button that restarts: it says what will be tried. */
export function restartWords(job: Job): string {
  const n = job.items.failed + job.items.waiting;
  if (job.state === 'resting') return t('Try now');
  if (!job.total || n === job.total) return t('Try again');
  if (n === 1) return t('Try that one again');
  return t('Try those {n} again', { n });
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
  return [working ? t('{n} working', { n: working }) : t('Nothing is being done'), alerts ? t('{n} failed and not looked at', { n: alerts }) : ''].filter(Boolean).join(', ');
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

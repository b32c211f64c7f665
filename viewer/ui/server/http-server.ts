/** The server port over HTTP: same origin, cookie session, problem+json errors. */
import type { DataSet } from '../../core/dicom-json';
import { eventReader } from '../../core/event-stream';
import { t } from '../../core/language';
import type { Deletion, DeletionPage } from '../../domain/deletions';
import type { ExaminationEnd, Step } from '../../domain/examination';
import type { Job, JobDetail, JobPage } from '../../domain/jobs';
import type { LogPage } from '../../domain/log';
import type { Node } from '../../domain/nodes';
import type { Chosen } from '../../domain/preferences';
import type { Rule, Trial } from '../../domain/rules';
import { ServerError, type Choices, type Server, type ServerIdentity, type Session, type User } from '../../domain/server';
import { serverWords } from '../../domain/server-words';
import { openingSeries, type SavedSearch, type StudyCount, type StudyDetail, type StudyEvent, type StudyPage } from '../../domain/study';

const JSON_HEADERS = { Accept: 'application/json' };

export const httpServer: Server = {
  async session() {
    const response = await reach('/api/session', { headers: JSON_HEADERS });
    const body = (await response.json()) as Partial<Session> & { server?: ServerIdentity };
    if (response.status === 401) return { user: null, login_required: true, server: body.server ?? null, hidden_classes: [] };
    if (!response.ok) throw new ServerError(response.status, t('The server could not say who is logged in.'));
    return { user: body.user ?? null, login_required: body.login_required ?? false, server: body.server ?? null, hidden_classes: body.hidden_classes ?? [] };
  },
  async login(user, password) {
    const body = JSON.stringify({ user, password });
    const init = { method: 'POST', body, headers: { ...JSON_HEADERS, 'Content-Type': 'application/json' } };
    return (await json<{ user: User }>('/api/login', init)).user;
  },
  async logout() {
    await good('/api/logout', { method: 'POST' });
  },
  // In the body: a name in an address would stand in logs.
  studies: (query, signal) => json<StudyPage>('/api/studies/search', { ...sending('POST', Object.fromEntries(query)), signal }),
  countStudies: (query, signal) => json<StudyCount>('/api/studies/count', { ...sending('POST', Object.fromEntries(query)), signal }),
  choices: () => json<Choices>('/api/studies/choices'),
  searches: async () => (await json<{ searches: SavedSearch[] }>('/api/searches')).searches,
  addSearch: (search) => json<SavedSearch>('/api/searches', sending('POST', search)),
  changeSearch: ({ id, name, filters }) => json<SavedSearch>(`/api/searches/${id}`, sending('PUT', { name, filters })),
  async removeSearch(id) {
    await good(`/api/searches/${id}`, { method: 'DELETE' });
  },
  preferences: (after) => json<{ preferences: Chosen; version: number }>(`/api/preferences?after=${after}`),
  async changePreferences(changed) {
    const sent = sending('PATCH', { preferences: changed });
    // The last change is still told while the page goes; browsers carry at most 64 KB so.
    await good('/api/preferences', { ...sent, keepalive: String(sent.body).length < 30000 });
  },
  study: (uid, signal) => json<StudyDetail>(studyPath(uid), signal ? { signal } : {}),
  events(onStudy, connected) {
    const source = new EventSource('/api/events');
    source.addEventListener('study', (e) => onStudy(JSON.parse(e.data as string) as StudyEvent));
    source.addEventListener('open', () => connected(true));
    source.addEventListener('error', () => connected(false));
    return () => source.close();
  },
  jobs: (query, signal) => json<JobPage>(`/api/jobs?${query}`, { signal }),
  job: (id, signal) => json<JobDetail>(`/api/jobs/${id}`, { signal }),
  order: (job) => json<Job>('/api/jobs', sending('POST', job)),
  cancel: (id) => json<Job>(`/api/jobs/${id}/cancel`, { method: 'POST' }),
  restart: (id) => json<Job>(`/api/jobs/${id}/restart`, { method: 'POST' }),
  prioritise: (id, priority) => json<Job>(`/api/jobs/${id}/priority`, sending('PUT', { priority })),
  async see(ids) {
    await good('/api/jobs/seen', sending('POST', { jobs: ids }));
  },
  nodes: async (signal) => (await json<{ nodes: Node[] }>('/api/nodes', { signal })).nodes,
  addNode: (node) => json<Node>('/api/nodes', sending('POST', node)),
  changeNode: (name, node) => json<Node>(`/api/nodes/${encodeURIComponent(name)}`, sending('PUT', node)),
  async removeNode(name) {
    await good(`/api/nodes/${encodeURIComponent(name)}`, { method: 'DELETE' });
  },
  async examine(node, thorough, onStep, signal) {
    const how = thorough ? 'trace=true' : 'quick=true';
    const known = typeof node === 'string';
    const asked = known ? { method: 'POST' } : sending('POST', node);
    const headers = { ...asked.headers, Accept: 'text/event-stream' };
    const response = await good(`/api/nodes/${known ? `${encodeURIComponent(node)}/` : ''}examine?${how}`, { ...asked, headers, signal });
    const read = eventReader();
    const body = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (let piece = await body?.read(); piece && !piece.done; piece = await body?.read()) {
      for (const { event, data } of read(piece.value)) {
        if (event === 'step') onStep(JSON.parse(data) as Step);
        else if (event === 'end') return JSON.parse(data) as ExaminationEnd;
      }
    }
    throw new ServerError(0, t('The server ended in the middle.'));
  },
  log: (query, signal) => json<LogPage>(`/api/log?${query}`, { signal }),
  deleted: (query, signal) => json<DeletionPage>(`/api/deleted?${query}`, { signal }),
  deleteStored: (what) => json<Deletion>('/api/deleted', sending('POST', what)),
  restore: (id) => json<Deletion>(`/api/deleted/${encodeURIComponent(id)}/restore`, { method: 'POST' }),
  async purge(id) {
    await good(`/api/deleted/${encodeURIComponent(id)}`, { method: 'DELETE' });
  },
  rules: async (signal) => (await json<{ rules: Rule[] }>('/api/rules', { signal })).rules,
  addRule: (rule) => json<Rule>('/api/rules', sending('POST', rule)),
  changeRule: (name, rule) => json<Rule>(`/api/rules/${encodeURIComponent(name)}`, sending('PUT', rule)),
  async removeRule(name) {
    await good(`/api/rules/${encodeURIComponent(name)}`, { method: 'DELETE' });
  },
  tryRule: async (rule) => (await json<{ trials: Trial[] }>('/api/rules/try', sending('POST', rule))).trials,
  seriesMetadata: (study, series) =>
    json<DataSet[]>(metadataPath(study, series), { headers: { Accept: 'application/dicom+json' } }),
};

function sending(method: string, body: unknown): RequestInit {
  return { method, body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
}

/** Where all events that fit are a file. */
export function logFile(query: URLSearchParams): string {
  const whole = new URLSearchParams(query);
  whole.set('format', 'csv');
  return `/api/log?${whole}`;
}

/** All objects of studies as one ZIP file. */
export function zipOf(studies: readonly string[]): string {
  return `/api/download?${studies.map((uid) => `study=${encodeURIComponent(uid)}`).join('&')}`;
}

function studyPath(study: string): string {
  return `/api/studies/${encodeURIComponent(study)}`;
}

function metadataPath(study: string, series: string): string {
  return `${seriesPath(study, series)}/metadata`;
}

export function seriesPath(study: string, series: string): string {
  return `/dicom-web/studies/${encodeURIComponent(study)}/series/${encodeURIComponent(series)}`;
}

export function seriesThumbnail(study: string, series: string): string {
  return `${seriesPath(study, series)}/thumbnail?viewport=128,128`;
}

export function frameThumbnail(study: string, series: string, instance: string, frame: number): string {
  return `${seriesPath(study, series)}/instances/${encodeURIComponent(instance)}/frames/${frame}/thumbnail?viewport=128,128`;
}

export function studyThumbnail(study: string): string {
  return `/dicom-web/studies/${encodeURIComponent(study)}/thumbnail?viewport=128,128`;
}

/** Answers that were asked for before somebody wants them, each given once and not when it is old. */
const early = new Map<string, { at: number; answer: Promise<unknown> }>();
const EARLY_MS = 2000;
const MOST_EARLY = 8;

/** Ask for a study, and for the metadata of the series it will open with: so much is small, and sure to be wanted. */
export function askAhead(study: string): void {
  const detail = ahead(studyPath(study), () => httpServer.study(study));
  detail.then((found) => {
    const series = openingSeries([found as StudyDetail]);
    if (series) void ahead(metadataPath(study, series), () => httpServer.seriesMetadata(study, series)).catch(() => undefined);
  }, () => undefined); // asked again, and told, when it is wanted
}

function ahead(path: string, ask: () => Promise<unknown>): Promise<unknown> {
  const known = early.get(path);
  if (known && Date.now() - known.at < EARLY_MS) return known.answer;
  const answer = ask();
  early.set(path, { at: Date.now(), answer });
  for (const old of [...early.keys()].slice(0, -MOST_EARLY)) early.delete(old);
  return answer;
}

async function json<T>(path: string, init: RequestInit = {}): Promise<T> {
  const asked = early.get(path);
  early.delete(path);
  if (asked && Date.now() - asked.at < EARLY_MS) {
    try {
      return (await asked.answer) as T;
    } catch {
      // Asked again as if nobody had.
    }
  }
  const response = await good(path, { ...init, headers: { ...JSON_HEADERS, ...init.headers } });
  return (await response.json()) as T;
}

/** Fetch that throws ServerError for every answer that is not a success. */
export async function good(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await reach(path, init);
  if (response.ok) return response;
  const { words, facts } = await problem(response);
  throw new ServerError(response.status, words, Number(response.headers.get('Retry-After') ?? 0), facts);
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ServerError(0, t('The server did not answer.'));
  }
}

async function problem(response: Response): Promise<{ words: string; facts: Record<string, unknown> }> {
  const type = response.headers.get('Content-Type') ?? '';
  const facts = type.includes('json') ? ((await response.json().catch(() => ({}))) as Record<string, unknown>) : {};
  const title = String(facts.title ?? t('The server answered {status}.', { status: String(response.status) }));
  return { words: serverWords(String(facts.detail ?? ''), title, response.status), facts };
}

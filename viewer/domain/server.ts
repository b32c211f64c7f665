/** The server as the domain sees it: a port. ui/server speaks HTTP; tests speak memory. */
import type { DataSet } from '../core/dicom-json';
import type { Deletion, DeletionPage, NewDeletion } from './deletions';
import type { ExaminationEnd, Step } from './examination';
import type { Job, JobDetail, JobPage, NewJob, Priority } from './jobs';
import type { LogPage } from './log';
import type { Node } from './nodes';
import type { PreferenceServer } from './preferences';
import type { Rule, Trial } from './rules';
import type { SavedSearch, StudyCount, StudyDetail, StudyEvent, StudyPage } from './study';

export interface User {
  name: string;
  display_name: string;
  roles: string[];
}

export interface ServerIdentity {
  name: string;
  version: string;
  ae_title: string;
  dicom_port: number;
}

export interface Session {
  user: User | null;
  login_required: boolean;
  server: ServerIdentity | null;
  /** SOP classes that the rail leaves out for everybody (reading.hidden_classes); [] before somebody is signed in. */
  hidden_classes: string[];
}

/** Whether somebody may do what needs that role; administrators may do everything. */
export function may(session: Session, role: 'reader' | 'sender' | 'administrator'): boolean {
  const roles = session.user?.roles ?? (session.login_required ? [] : [role]);
  return roles.includes(role) || roles.includes('administrator');
}

/** What went wrong, in words for the reader. status 0: no answer at all. facts: what else the server tells of it. */
export class ServerError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly retryAfter = 0,
    readonly facts: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

export interface Choices {
  modalities: string[];
  sources: string[];
}

export interface Server extends PreferenceServer {
  session(): Promise<Session>;
  login(user: string, password: string): Promise<User>;
  logout(): Promise<void>;
  studies(query: URLSearchParams, signal: AbortSignal): Promise<StudyPage>;
  /** Counted to 10,000. */
  countStudies(query: URLSearchParams, signal: AbortSignal): Promise<StudyCount>;
  /** What studies here have, for filters to choose from. */
  choices(): Promise<Choices>;
  searches(): Promise<SavedSearch[]>;
  addSearch(search: Omit<SavedSearch, 'id'>): Promise<SavedSearch>;
  changeSearch(search: SavedSearch): Promise<SavedSearch>;
  removeSearch(id: number): Promise<void>;
  study(uid: string, signal?: AbortSignal): Promise<StudyDetail>;
  /** Calls back for each change; the returned function ends it. `connected` tells when the line is lost or back. */
  events(onStudy: (event: StudyEvent) => void, connected: (up: boolean) => void): () => void;
  jobs(query: URLSearchParams, signal: AbortSignal): Promise<JobPage>;
  job(id: number, signal: AbortSignal): Promise<JobDetail>;
  order(job: NewJob): Promise<Job>;
  cancel(id: number): Promise<Job>;
  restart(id: number): Promise<Job>;
  prioritise(id: number, priority: Priority): Promise<Job>;
  /** These failures have been looked at: they are no alerts any more. */
  see(ids: readonly number[]): Promise<void>;
  nodes(signal: AbortSignal): Promise<Node[]>;
  addNode(node: Node): Promise<Node>;
  changeNode(name: string, node: Node): Promise<Node>;
  removeNode(name: string): Promise<void>;
  /** Tests a node, known by its name or not saved yet; tells each step when it is done. Thorough: all it takes, and with a trace. */
  examine(node: string | Node, thorough: boolean, onStep: (step: Step) => void, signal: AbortSignal): Promise<ExaminationEnd>;
  /** Events, for administrators: a page, or what was written after a row. */
  log(query: URLSearchParams, signal: AbortSignal): Promise<LogPage>;
  /** What is deleted, the newest first, for administrators. */
  deleted(query: URLSearchParams, signal: AbortSignal): Promise<DeletionPage>;
  deleteStored(what: NewDeletion): Promise<Deletion>;
  restore(id: string): Promise<Deletion>;
  /** Removes the files for good. */
  purge(id: string): Promise<void>;
  rules(signal: AbortSignal): Promise<Rule[]>;
  addRule(rule: Rule): Promise<Rule>;
  changeRule(name: string, rule: Rule): Promise<Rule>;
  removeRule(name: string): Promise<void>;
  /** What the rule would do with what is here; nothing is done. */
  tryRule(rule: Rule): Promise<Trial[]>;
  seriesMetadata(study: string, series: string): Promise<DataSet[]>;
}

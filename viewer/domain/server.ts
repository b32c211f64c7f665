/** The server as the domain sees it: a port. ui/server speaks HTTP; tests speak memory. */
import type { DataSet } from '../core/dicom-json';
import type { StudyDetail, StudyEvent, StudyPage } from './study';

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
}

/** What went wrong, in words for the reader. status 0: no answer at all. */
export class ServerError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly retryAfter = 0,
  ) {
    super(message);
  }
}

export interface Server {
  session(): Promise<Session>;
  login(user: string, password: string): Promise<User>;
  logout(): Promise<void>;
  studies(query: URLSearchParams, signal: AbortSignal): Promise<StudyPage>;
  study(uid: string, signal?: AbortSignal): Promise<StudyDetail>;
  /** Calls back for each change; the returned function ends it. `connected` tells when the line is lost or back. */
  events(onStudy: (event: StudyEvent) => void, connected: (up: boolean) => void): () => void;
  seriesMetadata(study: string, series: string): Promise<DataSet[]>;
}

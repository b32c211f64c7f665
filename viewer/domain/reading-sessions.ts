/** Sessions kept on the server: what was open, and how each window showed it. Pure values. */
import { isoDate } from '../core/dates';
import { t } from '../core/language';
import { nameParts } from '../core/person-name';
import { kindOf, type Study } from './study';
import { UID } from './window-messages';
import { MOST_SEATS, type Monitor } from './windows';

/** Of a study that is gone only its UID is known. */
export type OpenStudy = Pick<Study, 'study_instance_uid'> & Partial<Study>;

export interface ReadingSession {
  key: string;
  name: string;
  closed: boolean;
  created_at: string;
  used_at: string;
  /** Numbers of its windows. */
  seats: number[];
  studies: OpenStudy[];
}

export interface SessionList {
  readings: ReadingSession[];
  keep_days: number;
}

export interface WholeSession extends Omit<ReadingSession, 'studies'> {
  studies: string[];
  windows: Record<string, unknown>;
}

export function isGone(study: OpenStudy): boolean {
  return study.patient_name === undefined;
}

/** What it is called: its own name, else what was read. */
export function titleOf({ name, studies }: ReadingSession): string {
  const here = studies.find((s) => !isGone(s)) as Study | undefined;
  if (name) return name;
  if (!here) return t('Studies that are gone');
  return [kindOf(here.modalities).label, here.study_description].filter(Boolean).join(' ') || t('Study without description');
}

export function patientOf({ studies }: ReadingSession): string {
  const here = studies.find((s) => !isGone(s)) as Study | undefined;
  return here ? nameParts(here.patient_name).main : '';
}

/** '2026-03-02', '2026-03-02 and 1 more'. */
export function datesOf({ studies }: ReadingSession): string {
  const here = studies.filter((s) => !isGone(s)) as Study[];
  const first = here[0];
  if (!first) return '';
  const date = isoDate(first.study_date) || t('no date');
  return here.length > 1 ? t('{date} and {count} more', { date, count: here.length - 1 }) : date;
}

/** Why it cannot be opened whole; '' when it can. */
export function lackOf({ studies }: ReadingSession): string {
  const gone = studies.filter(isGone).length;
  if (!gone) return '';
  return gone === studies.length ? t('What was read in it is not on the server any more.') : t('{count} of its studies {count|is|are} not on the server any more.', { count: gone });
}

/** The one to go on with: the last that was not closed and can be opened. */
export function toResume(sessions: readonly ReadingSession[]): ReadingSession | undefined {
  return sessions.find((s) => !s.closed && s.studies.some((study) => !isGone(study)));
}

/** One window of a session that is gone on with. where: on the desktop, as it stood. */
export interface KeptWindow {
  seat: number;
  studies: readonly string[];
  where: Monitor | undefined;
}

/** The windows of a session, the first first. One without a word about its studies has those of the session. */
export function windowsOf({ studies, windows }: Pick<WholeSession, 'studies' | 'windows'>): KeptWindow[] {
  const seats = Object.keys(windows).map(Number).filter((seat) => Number.isInteger(seat) && seat > 0 && seat <= MOST_SEATS);
  return seats.sort((a, b) => a - b).map((seat) => {
    const { asked, where } = (windows[seat] ?? {}) as { asked?: unknown; where?: unknown };
    const own = Array.isArray(asked) ? asked.filter((uid): uid is string => typeof uid === 'string' && UID.test(uid)) : [];
    return { seat, studies: own.length ? own : studies, where: readWhere(where) };
  });
}

const FAR = 100_000;
const LEAST_SIDE = 200;

function readWhere(value: unknown): Monitor | undefined {
  const { left, top, width, height } = (value ?? {}) as Partial<Monitor>;
  const isWhole = [left, top, width, height].every((n) => Number.isInteger(n) && Math.abs(Number(n)) <= FAR);
  return isWhole && Number(width) >= LEAST_SIDE && Number(height) >= LEAST_SIDE ? ({ left, top, width, height } as Monitor) : undefined;
}

/** Keys are of both kinds of ids that windows have: nothing that says who is read. */
export function isKey(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-z.-]{8,64}$/.test(value);
}

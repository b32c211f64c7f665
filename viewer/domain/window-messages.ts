/** What windows of a session tell each other. UIDs and numbers only; what has another form is not heard. */
import type { Point3 } from '../core/geometry';
import { readView, type KeptView } from './layout-kept';
import type { Links } from './linking';
import { seriesOfRun } from './runs';
import { isNumbers, isPoint, readPicture, type Picture } from './shown';
import { MOST_SEATS, MOST_STUDIES, type Member, type Shared } from './windows';

/** number: the case it is about; a window with another one does not listen. */
export type Message =
  /** This is me, and what is open. answer: the others are asked to tell of themselves. */
  | { kind: 'here'; from: string; member: Member; shared: Shared; answer: boolean }
  | { kind: 'gone'; from: string }
  /** How viewports are linked, in all windows. */
  | { kind: 'links'; from: string; on: boolean; links: Links; pins: readonly [string, number][] }
  /** What its active viewport shows, for lines on others; crossing: where its planes cross. */
  | { kind: 'shows'; from: string; number: number; picture: Picture | null; crossing: { point: Point3; frameOfReference: string } | null }
  /** A viewport was asked for something that linked ones follow. before: the index it came from. */
  | { kind: 'leads'; from: string; number: number; what: Lead; picture: Picture; before: number | null }
  /** What somebody points at with Shift. */
  | { kind: 'points'; from: string; number: number; at: { point: Point3; frameOfReference: string } | null }
  /** Show this series, or part of one, as it was shown. aim: CSS pixels a column, and the image point in the middle; null: fitted. */
  | { kind: 'hangs'; from: string; to: string; number: number; ticket: string; study: string; series: string; view: KeptView; aim: { zoom: number; middle: readonly [number, number] } | null }
  | { kind: 'took'; from: string; to: string; ticket: string; done: boolean }
  /** Somebody logged out, in or the session ended: ask the server. */
  | { kind: 'login'; from: string };

export type Lead = 'image' | 'place' | 'window';

export const UID = /^[\w.-]{1,64}$/;
const ID = /^[\w.-]{8,64}$/;

export function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

/** Undefined for everything that is no message of ours. */
export function readMessage(value: unknown): Message | undefined {
  const m = value as Record<string, unknown> | null;
  if (typeof m !== 'object' || m === null || !isId(m.from)) return undefined;
  const read = typeof m.kind === 'string' && Object.hasOwn(READERS, m.kind) ? READERS[m.kind as Message['kind']] : undefined;
  return read?.(m, m.from);
}

type Raw = Record<string, unknown>;

const READERS: Record<Message['kind'], (m: Raw, from: string) => Message | undefined> = {
  here: (m, from) => {
    const [member, shared] = [readMember(m.member, from), readShared(m.shared)];
    return member && shared && { kind: 'here', from, member, shared, answer: m.answer === true };
  },
  gone: (_, from) => ({ kind: 'gone', from }),
  links: (m, from) => {
    const l = m.links as Partial<Links> | null;
    if (typeof m.on !== 'boolean' || typeof l !== 'object' || l === null || !isPins(m.pins)) return undefined;
    const { scroll, window, place } = l;
    if (![scroll, window, place].every((on) => typeof on === 'boolean')) return undefined;
    return { kind: 'links', from, on: m.on, links: { scroll, window, place } as Links, pins: m.pins };
  },
  shows: (m, from) => {
    const picture = m.picture === null ? null : readPicture(m.picture);
    const crossing = m.crossing === null ? null : readPlace(m.crossing);
    return picture === undefined || crossing === undefined || !isCase(m.number) ? undefined : { kind: 'shows', from, number: m.number, picture, crossing };
  },
  leads: (m, from) => {
    const picture = readPicture(m.picture);
    const what = (['image', 'place', 'window'] as const).find((w) => w === m.what);
    if (!picture || !what || !isCase(m.number) || (m.before !== null && !Number.isInteger(m.before))) return undefined;
    return { kind: 'leads', from, number: m.number, what, picture, before: m.before as number | null };
  },
  points: (m, from) => {
    const at = m.at === null ? null : readPlace(m.at);
    return at === undefined || !isCase(m.number) ? undefined : { kind: 'points', from, number: m.number, at };
  },
  hangs: (m, from) => {
    const view = readView(m.view);
    const aim = m.aim as { zoom?: unknown; middle?: unknown } | null;
    const isAim = aim === null || (typeof aim === 'object' && typeof aim.zoom === 'number' && aim.zoom > 0 && Number.isFinite(aim.zoom) && isNumbers(aim.middle, 2));
    if (!view || !isAim || !isId(m.to) || !isId(m.ticket) || !isUid(m.study) || typeof m.series !== 'string' || !isUid(seriesOfRun(m.series)) || !isCase(m.number)) return undefined;
    return { kind: 'hangs', from, to: m.to, number: m.number, ticket: m.ticket, study: m.study, series: m.series, view, aim: aim && { zoom: aim.zoom as number, middle: aim.middle as [number, number] } };
  },
  took: (m, from) => (isId(m.to) && isId(m.ticket) && typeof m.done === 'boolean' ? { kind: 'took', from, to: m.to, ticket: m.ticket, done: m.done } : undefined),
  login: (_, from) => ({ kind: 'login', from }),
};

function readMember(value: unknown, from: string): Member | undefined {
  const m = value as Partial<Member> | null;
  if (typeof m !== 'object' || m === null || m.id !== from || typeof m.since !== 'number' || !Number.isFinite(m.since)) return undefined;
  const { seat, since, at, apart, screen } = m;
  if (!Number.isInteger(seat) || Number(seat) < 1 || Number(seat) > MOST_SEATS || typeof apart !== 'boolean' || !isNumbers(screen, 2)) return undefined;
  return at === 'viewer' || at === 'elsewhere' ? { id: from, seat: Number(seat), since, at, apart, screen: screen as unknown as [number, number] } : undefined;
}

function readShared(value: unknown): Shared | undefined {
  const s = value as Partial<Shared> | null;
  if (typeof s !== 'object' || s === null || !isCase(s.number)) return undefined;
  if (!Array.isArray(s.studies) || s.studies.length > MOST_STUDIES || !s.studies.every(isUid)) return undefined;
  return { number: s.number, studies: s.studies };
}

function readPlace(value: unknown): { point: Point3; frameOfReference: string } | undefined {
  const p = value as { point?: unknown; frameOfReference?: unknown } | null;
  return typeof p === 'object' && p !== null && isPoint(p.point) && isUid(p.frameOfReference) ? { point: p.point, frameOfReference: p.frameOfReference } : undefined;
}

function isPins(value: unknown): value is [string, number][] {
  return Array.isArray(value) && value.length <= 1000 && value.every((p) => Array.isArray(p) && p.length === 2 && typeof p[0] === 'string' && p[0].length <= 300 && Number.isFinite(p[1]));
}

function isCase(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isUid(value: unknown): value is string {
  return typeof value === 'string' && UID.test(value);
}

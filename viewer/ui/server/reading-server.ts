/** What a reader makes, over HTTP: hanging protocols and sessions (docs/api.md). */
import { readKept, readRule, type HangingRule, type KeptHanging } from '../../domain/hangings';
import type { ReadingSession, SessionList, WholeSession } from '../../domain/reading-sessions';
import { ServerError } from '../../domain/server';
import { t } from '../../core/language';
import { good } from './http-server';

/** What an object says, and sentences about what of it cannot be taken over. */
export interface Taken {
  hanging: HangingRule;
  notes: string[];
}

export interface StoredObject {
  sop_instance_uid: string;
  name: string;
  description: string;
}

async function json(path: string, init: RequestInit = {}): Promise<unknown> {
  return (await good(path, { ...init, headers: { Accept: 'application/json', ...init.headers } })).json();
}

function sending(method: string, body: unknown): RequestInit {
  return { method, body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
}

function listOf(answer: unknown): KeptHanging[] {
  const found = (answer as { hangings?: unknown }).hangings;
  return (Array.isArray(found) ? found : []).flatMap((one) => readKept(one) ?? []);
}

function takenOf(answer: unknown): Taken {
  const { hanging, notes } = answer as Partial<Taken>;
  const rule = readRule(hanging);
  if (!rule) throw new ServerError(0, t('The server told of a hanging that cannot be read here.'));
  return { hanging: rule, notes: Array.isArray(notes) ? notes.filter((n) => typeof n === 'string') : [] };
}

export const hangingServer = {
  all: async (signal?: AbortSignal): Promise<KeptHanging[]> => listOf(await json('/api/hangings', signal ? { signal } : {})),
  async add(hanging: HangingRule, shared: boolean): Promise<KeptHanging | undefined> {
    return readKept(await json('/api/hangings', sending('POST', { hanging, shared })));
  },
  async change(id: number, hanging: HangingRule, shared: boolean): Promise<KeptHanging | undefined> {
    return readKept(await json(`/api/hangings/${id}`, sending('PUT', { hanging, shared })));
  },
  async remove(id: number): Promise<void> {
    await good(`/api/hangings/${id}`, { method: 'DELETE' });
  },
  order: async (ids: readonly number[]): Promise<KeptHanging[]> => listOf(await json('/api/hangings/order', sending('POST', { hangings: ids }))),
  read: async (file: Blob): Promise<Taken> => takenOf(await json('/api/hangings/read', { method: 'POST', body: file, headers: { 'Content-Type': 'application/octet-stream' } })),
  async stored(): Promise<StoredObject[]> {
    return ((await json('/api/hangings/stored')) as { stored: StoredObject[] }).stored;
  },
  readStored: async (uid: string): Promise<Taken> => takenOf(await json(`/api/hangings/stored/${encodeURIComponent(uid)}`)),
};

/** Where a hanging is a DICOM file. */
export function hangingFile(id: number): string {
  return `/api/hangings/${id}/dicom`;
}

export const sessionServer = {
  all: async (signal?: AbortSignal): Promise<SessionList> => (await json('/api/readings', signal ? { signal } : {})) as SessionList,
  one: async (key: string): Promise<WholeSession> => (await json(`/api/readings/${encodeURIComponent(key)}`)) as WholeSession,
  /** leaving: the page goes; browsers carry at most 64 KB then. */
  async keep(key: string, seat: number, studies: readonly string[], state: unknown, leaving = false): Promise<void> {
    const sent = sending('PUT', { studies, state });
    await good(`/api/readings/${encodeURIComponent(key)}/windows/${seat}`, { ...sent, keepalive: leaving && String(sent.body).length < 60_000 });
  },
  async change(key: string, change: { name?: string; closed?: boolean }): Promise<void> {
    await good(`/api/readings/${encodeURIComponent(key)}`, sending('PATCH', change));
  },
  async remove({ key }: Pick<ReadingSession, 'key'>): Promise<void> {
    await good(`/api/readings/${encodeURIComponent(key)}`, { method: 'DELETE' });
  },
};

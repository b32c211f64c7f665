import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Connection } from '../../domain/connection';
import { ServerError, type Session } from '../../domain/server';

const READER: Session = { user: { name: 'ito', display_name: 'K. Ito', roles: ['reader'] }, login_required: true, server: null, hidden_classes: [] };
const STRANGER: Session = { ...READER, user: null };

/** A server that is there or not, and a question that counts how often it was asked. */
function world() {
  const server = { status: 0, session: READER, asked: 0, questions: 0 };
  const connection = new Connection(async () => {
    server.questions++;
    if (server.status === 0) throw new ServerError(0, 'The server did not answer.');
    return server.session;
  });
  const act = async () => {
    server.asked++;
    if (server.status !== 200) throw new ServerError(server.status, 'no');
    return 'frame';
  };
  return { server, connection, act };
}

describe('the connection', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('waits for a lost server at growing distances and asks one small question for all', async () => {
    const { server, connection, act } = world();
    const results = [connection.patiently(act), connection.patiently(act)];
    await vi.advanceTimersByTimeAsync(0);
    expect(connection.snapshot()).toMatchObject({ standing: 'lost', nextTry: Date.now() + 2000 });
    await vi.advanceTimersByTimeAsync(2000);
    expect(connection.snapshot().nextTry).toBe(Date.now() + 4000);
    await vi.advanceTimersByTimeAsync(4000 + 8000 + 15_000 + 30_000);
    expect(connection.snapshot().nextTry).toBe(Date.now() + 30_000);
    expect(server).toMatchObject({ asked: 2, questions: 5 });
    server.status = 200;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await Promise.all(results)).toEqual(['frame', 'frame']);
    expect(connection.snapshot().standing).toBe('fine');
    expect(server.asked).toBe(4);
  });

  it('tries at once when asked to', async () => {
    const { server, connection, act } = world();
    const result = connection.patiently(act);
    await vi.advanceTimersByTimeAsync(0);
    server.status = 200;
    await connection.retry();
    expect(await result).toBe('frame');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('holds everything while the session is over, also what failed late', async () => {
    const { server, connection, act } = world();
    Object.assign(server, { status: 401, session: STRANGER });
    const late = Promise.withResolvers<string>();
    let first = true;
    const slow = connection.patiently(() => {
      const answer = first ? late.promise : act();
      first = false;
      return answer;
    });
    const result = connection.patiently(act);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(connection.snapshot().standing).toBe('over');
    expect(server.asked).toBe(1);
    await connection.retry();
    expect(connection.snapshot().standing).toBe('over');
    Object.assign(server, { status: 200, session: READER });
    await connection.retry();
    expect(await result).toBe('frame');
    late.reject(new ServerError(401, 'no'));
    expect(await slow).toBe('frame');
    expect(connection.snapshot()).toMatchObject({ standing: 'fine', times: 1 });
  });

  it('learns from the small question that the session is gone', async () => {
    const { server, connection, act } = world();
    void connection.patiently(act);
    await vi.advanceTimersByTimeAsync(0);
    Object.assign(server, { status: 401, session: STRANGER });
    await vi.advanceTimersByTimeAsync(2000);
    expect(connection.snapshot()).toMatchObject({ standing: 'over', nextTry: undefined });
  });

  it('gives up what a living server refuses again and again, and what it says is wrong', async () => {
    const { server, connection, act } = world();
    for (const status of [503, 504]) {
      Object.assign(server, { status, asked: 0 });
      const refused = expect(connection.patiently(act)).rejects.toThrow('no');
      await vi.advanceTimersByTimeAsync(0);
      expect(connection.snapshot().standing).toBe(status === 503 ? 'fine' : 'lost');
      await vi.advanceTimersByTimeAsync(120_000);
      await refused;
      expect(server.asked).toBe(4);
    }
    server.status = 404;
    await expect(connection.patiently(act)).rejects.toThrow('no');
    expect(connection.snapshot().standing).toBe('fine');
  });

  it('waits no longer when nobody wants it', async () => {
    const { connection, act } = world();
    const controller = new AbortController();
    const result = expect(connection.patiently(act, controller.signal)).rejects.toThrow('aborted');
    await vi.advanceTimersByTimeAsync(0);
    controller.abort(new DOMException('aborted', 'AbortError'));
    await result;
  });
});

/**
 * Whether the server answers and still knows who we are. What fails for that alone waits here and goes on by itself:
 * one small question at growing distances finds out, not every frame for itself.
 */
import { t } from '../core/language';
import { ServerError, type Session } from './server';

/** 'over': the server asks for a login. */
export type Standing = 'fine' | 'lost' | 'over';

export interface ConnectionState {
  standing: Standing;
  /** Clock time (ms) of the next try; undefined while one is under way or nothing is to be tried. */
  nextTry: number | undefined;
  /** How often it came back. */
  times: number;
}

const SECONDS = [2, 4, 8, 15, 30];
/** A server that takes so long to say who is logged in is not there. */
const PATIENCE_MS = 15_000;
/** So often a server that is busy, or a proxy before one that is gone, may say no to one question while others are answered. */
const MOST_REFUSALS = 4;
const GONE = new Set([0, 502, 504]);
const BUSY = new Set([429, 503]);

/** It may be otherwise later: no answer, no session, or too busy. */
export function isPassing(error: unknown): boolean {
  return error instanceof ServerError && (error.status === 401 || GONE.has(error.status) || BUSY.has(error.status));
}

export class Connection {
  private state: ConnectionState = { standing: 'fine', nextTry: undefined, times: 0 };
  private readonly listeners = new Set<() => void>();
  private gate: PromiseWithResolvers<void> | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking = false;
  private failed = 0;

  /** ask: who is logged in; rejects when there is no answer. */
  constructor(private readonly ask: () => Promise<Session>) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): ConnectionState => this.state;

  /** The same, again and again while only the network or the session is in the way. Rejects with an AbortError when `signal` says so. */
  async patiently<T>(act: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (let refusals = 0; ; ) {
      await this.ready(signal);
      const { times } = this.state;
      try {
        const result = await act();
        this.failed = 0;
        return result;
      } catch (error) {
        if (!(error instanceof ServerError) || signal?.aborted) throw error;
        if (error.status === 401) this.heed(times, 'over', 0);
        else if (!isPassing(error) || (error.status > 0 && ++refusals >= MOST_REFUSALS)) throw error;
        else if (GONE.has(error.status)) this.heed(times, 'lost', error.retryAfter);
        else await rest(Math.max(error.retryAfter, SECONDS[refusals - 1] ?? 0), signal);
      }
    }
  }

  /** Try now: the browser is online again, somebody logged in, or the reader asks. */
  async retry(): Promise<void> {
    if (this.state.standing === 'fine' || this.asking) return;
    clearTimeout(this.timer);
    this.asking = true;
    this.change({ nextTry: undefined });
    try {
      const { user, login_required: needed } = await within(PATIENCE_MS, this.ask());
      if (needed && !user) this.change({ standing: 'over' });
      else this.open();
    } catch {
      if (this.state.standing === 'lost') this.wait(0);
    } finally {
      this.asking = false;
    }
  }

  /** Somebody logged in or out in another window: ask, also while all seems well. */
  async check(): Promise<void> {
    if (this.state.standing !== 'fine') return this.retry();
    const { times } = this.state;
    const session = await this.ask().catch(() => undefined);
    if (session?.login_required && !session.user) this.heed(times, 'over', 0);
  }

  private open(): void {
    this.change({ standing: 'fine', nextTry: undefined, times: this.state.times + 1 });
    this.gate?.resolve();
    this.gate = undefined;
  }

  /** A question failed that was asked when the connection had come back so many times. */
  private heed(times: number, standing: 'lost' | 'over', retryAfter: number): void {
    if (times !== this.state.times || this.state.standing !== 'fine') return;
    this.gate = Promise.withResolvers();
    this.change({ standing });
    if (standing === 'lost') this.wait(retryAfter);
  }

  private wait(atLeast: number): void {
    const seconds = Math.max(SECONDS[Math.min(this.failed, SECONDS.length - 1)] ?? 0, atLeast);
    this.failed++;
    this.change({ nextTry: Date.now() + 1000 * seconds });
    this.timer = setTimeout(() => void this.retry(), 1000 * seconds);
  }

  private async ready(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (!this.gate) return;
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(signal?.reason);
    signal?.addEventListener('abort', abort);
    try {
      await Promise.race([this.gate.promise, aborted.promise]);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  private change(change: Partial<ConnectionState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}

/** Resolves at once when `signal` aborts: whoever waits looks at it. */
function rest(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 1000 * seconds);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new ServerError(0, t('The server did not answer.'))), ms);
  return Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
}

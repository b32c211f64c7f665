/** Hangings of this reader and of everybody: asked for when the page begins, and in this browser for the next time. */
import { useSyncExternalStore } from 'react';
import { USUAL_HANGINGS } from '../domain/hanging-defaults';
import { readKept, type KeptHanging, type Role, ROLE_NAMES } from '../domain/hangings';
import { choose, chosen } from './preferences';
import { hangingServer } from './server/reading-server';

class HangingStore {
  private readonly listeners = new Set<() => void>();
  private owner: string | undefined;
  private kept: readonly KeptHanging[] = [];
  private asking: Promise<void> | undefined;
  /** Why the server's are not known; '' when they are. */
  failure = '';
  version = 0;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): number => this.version;

  /** From now on they are this person's ('' while nobody is known). */
  belongTo(owner: string): void {
    if (owner === this.owner) return;
    this.owner = owner;
    this.kept = this.remembered();
    this.asking = this.ask();
  }

  /** One's own, everybody's, then those that come with the viewer. */
  get all(): readonly KeptHanging[] {
    return [...this.kept, ...USUAL_HANGINGS];
  }

  /** Those that can be changed. */
  get own(): readonly KeptHanging[] {
    return this.kept;
  }

  /** Waits for the server's a moment, and only where none are remembered. */
  async ready(milliseconds: number): Promise<void> {
    if (this.kept.length || !this.asking) return;
    await Promise.race([this.asking, new Promise((resolve) => setTimeout(resolve, milliseconds))]);
  }

  /** The server's, however long they take; or there are none. */
  async asked(): Promise<void> {
    await this.asking;
  }

  async ask(): Promise<void> {
    const { owner } = this;
    try {
      const found = await hangingServer.all();
      if (owner === this.owner) this.take(found);
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
      this.changed();
    }
  }

  take(found: readonly KeptHanging[]): void {
    this.kept = found;
    this.failure = '';
    try {
      localStorage.setItem(this.key, JSON.stringify(found));
    } catch {
      // Private browsing: they are asked for the next time.
    }
    this.changed();
  }

  private remembered(): readonly KeptHanging[] {
    try {
      const found = JSON.parse(localStorage.getItem(this.key) ?? '[]') as unknown;
      return Array.isArray(found) ? found.flatMap((one) => readKept(one) ?? []) : [];
    } catch {
      return [];
    }
  }

  private get key(): string {
    return `rr-hangings:${this.owner ?? ''}`;
  }

  private changed(): void {
    this.version++;
    for (const listener of this.listeners) listener();
  }
}

export const hangingStore = new HangingStore();

export function useHangings(): readonly KeptHanging[] {
  useSyncExternalStore(hangingStore.subscribe, hangingStore.snapshot);
  return hangingStore.all;
}

const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';

/** Whether studies hang by rules when they are opened. */
export function hangsByItself(): boolean {
  return chosen('hanging.automatic', isFlag) ?? true;
}

export function chooseHangingByItself(on: boolean): void {
  choose('hanging.automatic', on ? undefined : false);
}

const isChoice = (value: unknown): value is Record<string, KeptHanging['id']> => typeof value === 'object' && value !== null && Object.values(value).every((id) => ['string', 'number'].includes(typeof id));
const MOST_DEFAULTS = 200;

/** What this reader made the default for such studies. */
export function defaultFor(kind: string): KeptHanging['id'] | undefined {
  const all = chosen('hanging.default', isChoice) ?? {};
  return Object.hasOwn(all, kind) ? all[kind] : undefined;
}

export function makeDefault(kind: string, id: KeptHanging['id'] | undefined): void {
  const others = Object.entries(chosen('hanging.default', isChoice) ?? {}).filter(([k]) => k !== kind);
  const next = id === undefined ? others : [...others.slice(1 - MOST_DEFAULTS), [kind, id] as const];
  choose('hanging.default', next.length ? Object.fromEntries(next) : undefined);
}

const isRole = (value: unknown): value is Role => typeof value === 'string' && value in ROLE_NAMES;

/** What the window on this monitor is for; it belongs to the machine. seat: of the window. */
export function roleOf(seat: number): Role {
  return chosen(`monitor.role-${seat}`, isRole) ?? '';
}

export function chooseRole(seat: number, role: Role): void {
  choose(`monitor.role-${seat}`, role || undefined);
}

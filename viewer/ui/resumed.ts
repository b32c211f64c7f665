/**
 * The other windows of a session that is gone on with. Browsers give one window for one press of the reader, so that
 * those that did not come are offered. Each shows what its seat showed.
 */
import { windowsOf, type KeptWindow, type WholeSession } from '../domain/reading-sessions';
import { viewerAddress } from './router';
import { windows } from './windows';

/** So long a window may take to come. */
const COME_MS = 5000;

class Resumed {
  private readonly listeners = new Set<() => void>();
  private rest: readonly KeptWindow[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private key = '';
  version = 0;

  constructor() {
    windows.subscribe(() => this.prune());
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): number => this.version;

  /** Windows that were not opened yet, or did not come. */
  get missing(): readonly KeptWindow[] {
    return this.timer === undefined ? this.rest : [];
  }

  /** This window sits down in the session; the studies it shows. */
  begin(whole: WholeSession): readonly string[] {
    const all = windowsOf(whole);
    const own = all.find(({ seat }) => windows.sessionId === whole.key && seat === windows.me.seat) ?? all[0];
    if (this.key !== whole.key) {
      this.forget();
      this.key = whole.key;
      windows.resume(whole.key, own?.seat ?? 1, all.length < 2);
      this.rest = all.filter((one) => one !== own);
      this.prune();
    }
    return own?.studies ?? whole.studies;
  }

  /** Call it while the press of the reader counts. blocked: is called when some did not come. */
  openOthers(blocked?: () => void): void {
    for (const { seat, studies, where } of this.rest) windows.openSeat(seat, viewerAddress(studies), where);
    clearTimeout(this.timer);
    this.timer = this.rest.length ? setTimeout(() => this.waited(blocked), COME_MS) : undefined;
    this.changed();
  }

  private waited(blocked?: () => void): void {
    this.timer = undefined;
    if (this.rest.length) blocked?.();
    this.changed();
  }

  /** One that came is not missed when it is closed again. */
  private prune(): void {
    const left = this.rest.filter(({ seat }) => !windows.others.some((m) => m.seat === seat));
    if (left.length === this.rest.length) return;
    this.rest = left;
    this.changed();
  }

  /** They are not wanted, or the viewer was left. */
  forget(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.rest = [];
    this.key = '';
    this.changed();
  }

  private changed(): void {
    this.version++;
    for (const listener of this.listeners) listener();
  }
}

export const resumed = new Resumed();

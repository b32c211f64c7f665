/** Order of loading: what is on screen, then its neighbours, then the rest. Nothing on screen waits for the rest. */

export const SCREEN = 0;
export const NEIGHBOUR = 1;
export const REST = 2;

interface Entry<T> {
  key: string;
  priority: number;
  order: number;
  run: () => Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
  promise: Promise<T>;
}

/** Runs at most `width` at once, always the most urgent first; one lane is kept free of the rest of the series. */
export class LoadQueue<T> {
  private readonly waiting = new Map<string, Entry<T>>();
  private readonly running = new Map<string, Promise<T>>();
  private restRunning = 0;
  private order = 0;

  constructor(private readonly width: number) {}

  /** Load or join a load under way; a second request can only raise the urgency. */
  request(key: string, priority: number, run: () => Promise<T>): Promise<T> {
    const under = this.running.get(key);
    if (under) return under;
    const known = this.waiting.get(key);
    if (known) {
      if (priority < known.priority) Object.assign(known, { priority, order: ++this.order });
      return known.promise;
    }
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.waiting.set(key, { key, priority, order: ++this.order, run, resolve, reject, promise });
    this.fill();
    return promise;
  }

  /** Forget waiting loads of the rest that nobody needs any more; they reject with `reason`. */
  drop(wanted: (key: string) => boolean, reason: unknown): void {
    for (const entry of [...this.waiting.values()]) {
      if (entry.priority < REST || wanted(entry.key)) continue;
      this.waiting.delete(entry.key);
      entry.reject(reason);
    }
  }

  private fill(): void {
    while (this.running.size < this.width) {
      const next = this.mostUrgent();
      if (!next || (next.priority >= REST && this.restRunning >= this.width - 1)) return;
      this.start(next);
    }
  }

  /** Screen: the newest wish first, as the reader has scrolled on. Others: in order. */
  private mostUrgent(): Entry<T> | undefined {
    let best: Entry<T> | undefined;
    for (const e of this.waiting.values()) {
      if (!best || e.priority < best.priority) best = e;
      else if (e.priority === best.priority && (e.priority === SCREEN ? e.order > best.order : e.order < best.order)) best = e;
    }
    return best;
  }

  private start(entry: Entry<T>): void {
    this.waiting.delete(entry.key);
    const rest = entry.priority >= REST ? 1 : 0;
    this.restRunning += rest;
    const done = entry.run();
    this.running.set(entry.key, done);
    done.then(entry.resolve, entry.reject).finally(() => {
      this.running.delete(entry.key);
      this.restRunning -= rest;
      this.fill();
    });
  }
}

/** Order in which a stack is fetched around the image on screen: 0, 1, -1, 2, -2, ... inside the stack. */
export function outward(from: number, count: number): number[] {
  const out: number[] = [];
  for (let d = 0; out.length < count && d < count; d++) {
    if (from + d < count) out.push(from + d);
    if (d && from - d >= 0) out.push(from - d);
  }
  return out;
}

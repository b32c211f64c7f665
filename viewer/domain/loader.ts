/** Fetches what a plan wants, in its order; what the plan wants no more is cancelled. */
import { REST, SCREEN, type Wish } from './load-plan';

interface Waiter<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
}

/**
 * At most `width` at once. While something of the screen is on its way nothing else starts, and it takes the place of the
 * least urgent when all lanes are taken; one lane is kept free of the rest of the series and all that comes after it.
 */
export class Loader<T> {
  private plan: readonly Wish[] = [];
  private places = new Map<string, number>();
  private next = 0;
  private readonly running = new Map<string, AbortController>();
  private readonly waiters = new Map<string, Waiter<T>>();

  /** run: fetch one, an AbortError when `signal` says so; isSettled: it is in memory, or known to fail. */
  constructor(
    private readonly width: number,
    private readonly run: (key: string, signal: AbortSignal) => Promise<T>,
    private readonly isSettled: (key: string) => boolean,
  ) {}

  follow(plan: readonly Wish[]): void {
    this.plan = plan;
    this.places = new Map(plan.map((wish, place) => [wish.key, place]));
    this.next = 0;
    for (const key of [...this.running.keys()]) if (!this.places.has(key)) this.cancel(key);
    for (const [key, waiter] of [...this.waiters]) {
      if (this.places.has(key)) continue;
      this.waiters.delete(key);
      waiter.reject(new DOMException('No longer wanted', 'AbortError'));
    }
    this.fill();
  }

  /** When it is there; what no plan names yet goes before everything. Rejects with an AbortError when it is wanted no more. */
  arrival(key: string): Promise<T> {
    const known = this.waiters.get(key);
    if (known) return known.promise;
    const waiter: Waiter<T> = Promise.withResolvers<T>();
    this.waiters.set(key, waiter);
    if (!this.places.has(key)) this.follow([{ key, bytes: 0, rank: SCREEN }, ...this.plan]);
    else this.fill();
    return waiter.promise;
  }

  /** What is on its way is not wanted any more as it is; it is begun anew where the plan has it. */
  again(key: string): void {
    this.cancel(key);
    this.fill();
  }

  isRunning(key: string): boolean {
    return this.running.has(key);
  }

  private place(key: string): number {
    return this.places.get(key) ?? Infinity;
  }

  private rank(key: string): number {
    return this.plan[this.place(key)]?.rank ?? Infinity;
  }

  private fill(): void {
    for (let wish = this.mostUrgent(); wish && this.hasLane(wish); wish = this.mostUrgent()) this.start(wish.key);
  }

  private mostUrgent(): Wish | undefined {
    for (; this.next < this.plan.length; this.next++) {
      const wish = this.plan[this.next];
      if (wish && !this.running.has(wish.key) && !this.isSettled(wish.key)) return wish;
    }
    return undefined;
  }

  private hasLane({ rank }: Wish): boolean {
    const running = [...this.running.keys()];
    if (rank > SCREEN && running.some((key) => this.rank(key) === SCREEN)) return false;
    if (rank >= REST && running.filter((key) => this.rank(key) >= REST).length >= this.width - 1) return false;
    if (running.length < this.width) return true;
    const last = running.reduce((a, b) => (this.place(b) > this.place(a) ? b : a));
    if (rank > SCREEN || this.rank(last) === SCREEN) return false;
    this.cancel(last);
    return true;
  }

  private cancel(key: string): void {
    this.running.get(key)?.abort();
    this.running.delete(key);
    this.next = 0;
  }

  private start(key: string): void {
    const controller = new AbortController();
    this.running.set(key, controller);
    const end = (settle: (waiter: Waiter<T>) => void) => {
      if (this.running.get(key) !== controller) return;
      this.running.delete(key);
      const waiter = this.waiters.get(key);
      this.waiters.delete(key);
      if (waiter) settle(waiter);
      this.fill();
    };
    this.run(key, controller.signal).then(
      (value) => end((waiter) => waiter.resolve(value)),
      (reason: unknown) => end((waiter) => waiter.reject(reason)),
    );
  }
}

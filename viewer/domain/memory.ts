/** Bytes of frames in memory: how many there may be, and which have to go. */
import { SCREEN, type Wish } from './load-plan';

const MEGABYTE = 2 ** 20;

/** A third of the memory the browser admits to, 256 MB to 2 GB; or what the reader chose. */
export function memoryCap(deviceGigabytes = 4, chosenMegabytes?: number): number {
  if (chosenMegabytes && chosenMegabytes > 0) return chosenMegabytes * MEGABYTE;
  return Math.min(Math.max((deviceGigabytes * 1024 * MEGABYTE) / 3, 256 * MEGABYTE), 2048 * MEGABYTE);
}

export class Memory {
  private readonly held = new Map<string, number>();
  private bytes = 0;

  get total(): number {
    return this.bytes;
  }

  hold(key: string, bytes: number): void {
    this.drop(key);
    this.held.set(key, bytes);
    this.bytes += bytes;
  }

  drop(key: string): void {
    this.bytes -= this.held.get(key) ?? 0;
    this.held.delete(key);
  }

  /** What has to go for `cap`: first what no plan names, the oldest first, then the farthest; never what is on screen. */
  surplus(cap: number, plan: readonly Wish[]): string[] {
    if (this.bytes <= cap) return [];
    const places = new Map(plan.map((wish, place) => [wish.key, wish.rank === SCREEN ? -1 : place]));
    const placeOf = (key: string) => places.get(key) ?? Infinity;
    const farthest = [...this.held.keys()].filter((key) => placeOf(key) >= 0).sort((a, b) => (placeOf(a) === placeOf(b) ? 0 : placeOf(b) - placeOf(a)));
    let over = this.bytes - cap;
    return farthest.filter((key) => {
      const goes = over > 0;
      if (goes) over -= this.held.get(key) ?? 0;
      return goes;
    });
  }
}

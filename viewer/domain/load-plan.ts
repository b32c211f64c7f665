/** What is to be in memory, the most urgent first: the screen, its neighbours, the series, other series, priors. */

export const SCREEN = 0;
export const NEIGHBOUR = 1;
export const REST = 2;
export const SERIES = 3;
export const PRIOR = 4;

/** One frame that is wanted. bytes: what it takes in memory. */
export interface Wish {
  key: string;
  bytes: number;
  rank: number;
}

/** A series as the plan sees it. at: the frame on screen, or the one that would be; direction: where the reader scrolls, 0 when nowhere yet. */
export interface Stack {
  keys: readonly string[];
  bytes: (index: number) => number;
  at: number;
  direction: -1 | 0 | 1;
  /**
   * Its frames are computed. Here: only those on screen, as nothing is gained by having others before they are wanted.
   * By the server: also those beside them.
   */
  computed?: 'here' | 'elsewhere' | undefined;
}

const AHEAD = 3;

/** Frames beside the one on screen: three where the reader goes and one behind; three on either side at rest. */
export function nearby({ keys, at, direction }: Stack): number[] {
  const steps = direction ? [1, 2, 3, -1].map((d) => d * direction) : [1, -1, 2, -2, AHEAD, -AHEAD];
  return steps.map((d) => at + d).filter((i) => i >= 0 && i < keys.length);
}

/** All frames around `at`: by turns on either side, or two ahead for each one behind. */
export function outward({ keys, at, direction }: Stack): number[] {
  const out = [at];
  const forward = direction || 1;
  let [ahead, behind] = [at + forward, at - forward];
  const inside = (i: number) => i >= 0 && i < keys.length;
  while (inside(ahead) || inside(behind)) {
    for (let n = direction ? 2 : 1; n > 0 && inside(ahead); n--, ahead += forward) out.push(ahead);
    if (inside(behind)) out.push(behind);
    behind -= forward;
  }
  return out.filter(inside);
}

/** Every frame, in order; some more than once. screen: the active viewport first. */
export function* inOrder(screen: readonly Stack[], others: readonly Stack[], priors: readonly Stack[]): Generator<Wish> {
  const wish = (s: Stack, i: number, rank: number): Wish => ({ key: s.keys[i] as string, bytes: s.bytes(i), rank });
  for (const s of screen) if (s.keys.length) yield wish(s, s.at, SCREEN);
  const fetched = screen.filter((s) => !s.computed);
  for (const s of screen.filter((s) => s.computed !== 'here')) for (const i of nearby(s)) yield wish(s, i, NEIGHBOUR);
  for (const s of fetched) for (const i of outward(s)) yield wish(s, i, REST);
  for (const [stacks, rank] of [[others, SERIES], [priors, PRIOR]] as const) {
    for (const s of stacks) if (s.keys.length) yield wish(s, s.at, rank);
    for (const s of stacks) for (const i of outward(s)) yield wish(s, i, rank);
  }
}

/**
 * As many of them, each once, as fit into `cap` bytes: what does not fit is not fetched, since it would push out what is
 * nearer. What is on screen is always among them.
 */
export function horizon(wishes: Iterable<Wish>, cap: number): Wish[] {
  const seen = new Set<string>();
  const plan: Wish[] = [];
  let bytes = 0;
  for (const wish of wishes) {
    if (seen.has(wish.key)) continue;
    bytes += wish.bytes;
    if (bytes > cap && wish.rank > SCREEN) break;
    seen.add(wish.key);
    plan.push(wish);
  }
  return plan;
}

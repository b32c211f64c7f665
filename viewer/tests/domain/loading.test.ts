import { describe, expect, it } from 'vitest';
import type { ImagePixel } from '../../core/image-description';
import { isReduced, smallSide, type Situation } from '../../domain/first-paint';
import { horizon, inOrder, nearby, NEIGHBOUR, outward, PRIOR, REST, SCREEN, SERIES, type Stack, type Wish } from '../../domain/load-plan';
import { Loader } from '../../domain/loader';
import { Memory, memoryCap } from '../../domain/memory';

function stack(name: string, count: number, at = 0, direction: Stack['direction'] = 0): Stack {
  return { keys: Array.from({ length: count }, (_, i) => `${name}${i}`), bytes: () => 10, at, direction };
}

function wish(key: string, rank: number): Wish {
  return { key, rank, bytes: 10 };
}

describe('the plan', () => {
  it('goes outward by turns, or two ahead for one behind where the reader scrolls', () => {
    expect(outward(stack('a', 5, 2))).toEqual([2, 3, 1, 4, 0]);
    expect(outward(stack('a', 3, 0))).toEqual([0, 1, 2]);
    expect(outward(stack('a', 9, 4, 1))).toEqual([4, 5, 6, 3, 7, 8, 2, 1, 0]);
    expect(outward(stack('a', 9, 4, -1))).toEqual([4, 3, 2, 5, 1, 0, 6, 7, 8]);
    expect(outward(stack('a', 5, 4, 1))).toEqual([4, 3, 2, 1, 0]);
  });
  it('has three neighbours ahead and one behind, or three on either side', () => {
    expect(nearby(stack('a', 20, 10, 1))).toEqual([11, 12, 13, 9]);
    expect(nearby(stack('a', 20, 10, -1))).toEqual([9, 8, 7, 11]);
    expect(nearby(stack('a', 20, 1))).toEqual([2, 0, 3, 4]);
  });
  it('is the screen, neighbours, the series, other series each from its first image, then priors', () => {
    const wishes = horizon(inOrder([stack('a', 6, 1, 1), stack('b', 2)], [stack('c', 2), stack('d', 1)], [stack('p', 2, 1)]), Infinity);
    expect(wishes.map((w) => w.key)).toEqual(['a1', 'b0', 'a2', 'a3', 'a4', 'a0', 'b1', 'a5', 'c0', 'd0', 'c1', 'p1', 'p0']);
    const ranks = [SCREEN, SCREEN, ...Array<number>(5).fill(NEIGHBOUR), REST, SERIES, SERIES, SERIES, PRIOR, PRIOR];
    expect(wishes.map((w) => w.rank)).toEqual(ranks);
  });
  it('has only the neighbours of planes that the server makes, and nothing beside those that are made here', () => {
    const made = (computed: Stack['computed']) => ({ ...stack('a', 9, 4), computed });
    expect(horizon(inOrder([made('here')], [], []), Infinity).map((w) => w.key)).toEqual(['a4']);
    expect(horizon(inOrder([made('elsewhere')], [], []), Infinity).map((w) => w.key)).toEqual(['a4', 'a5', 'a3', 'a6', 'a2', 'a7', 'a1']);
  });
  it('ends where memory ends, but always holds what is on screen', () => {
    const keys = (cap: number) => horizon(inOrder([stack('a', 6), stack('b', 6)], [], []), cap).map((w) => w.key);
    expect(keys(45)).toEqual(['a0', 'b0', 'a1', 'a2']);
    expect(keys(1)).toEqual(['a0', 'b0']);
  });
});

describe('the loader', () => {
  function harness(width: number) {
    const started: string[] = [];
    const cancelled: string[] = [];
    const settled = new Set<string>();
    const ends = new Map<string, { resolve: () => void; reject: (e: Error) => void }>();
    const run = (key: string, signal: AbortSignal) => {
      started.push(key);
      signal.addEventListener('abort', () => cancelled.push(key));
      return new Promise<string>((resolve, reject) => ends.set(key, { resolve: () => resolve(key), reject }));
    };
    const loader = new Loader(width, run, (key) => settled.has(key));
    const finish = async (key: string) => {
      settled.add(key);
      ends.get(key)?.resolve();
      await new Promise((r) => setTimeout(r));
    };
    const fail = async (key: string) => {
      settled.add(key);
      ends.get(key)?.reject(new Error('broken'));
      await new Promise((r) => setTimeout(r));
    };
    return { loader, started, cancelled, finish, fail };
  }

  it('begins with the screen alone, then in order, one lane free of the rest', async () => {
    const { loader, started, finish } = harness(3);
    loader.follow([wish('s', SCREEN), wish('n', NEIGHBOUR), wish('r1', REST), wish('r2', REST), wish('o', SERIES)]);
    expect(started).toEqual(['s']);
    await finish('s');
    expect(started).toEqual(['s', 'n', 'r1', 'r2']);
    await finish('n');
    expect(started).toHaveLength(4);
    await finish('r1');
    expect(started.at(-1)).toBe('o');
  });
  it('cancels what is wanted no more, also what waits for it', async () => {
    const { loader, started, cancelled, finish } = harness(2);
    loader.follow([wish('s', SCREEN), wish('r', REST)]);
    const waiting = loader.arrival('r');
    await finish('s');
    expect(started).toEqual(['s', 'r']);
    loader.follow([wish('t', SCREEN)]);
    expect(cancelled).toEqual(['r']);
    await expect(waiting).rejects.toThrow('No longer wanted');
    expect(started.at(-1)).toBe('t');
  });
  it('gives the screen the lane of the least urgent, which comes again later', async () => {
    const { loader, started, cancelled, finish } = harness(2);
    loader.follow([wish('n', NEIGHBOUR), wish('r', REST)]);
    expect(started).toEqual(['n', 'r']);
    loader.follow([wish('s', SCREEN), wish('n', NEIGHBOUR), wish('r', REST)]);
    expect(cancelled).toEqual(['r']);
    expect(started).toEqual(['n', 'r', 's']);
    await finish('s');
    expect(started).toEqual(['n', 'r', 's', 'r']);
  });
  it('serves all who ask with one fetch, before the plan knows of it too', async () => {
    const { loader, started, finish } = harness(1);
    const both = [loader.arrival('a'), loader.arrival('a')];
    loader.follow([wish('a', SCREEN)]);
    await finish('a');
    expect(await Promise.all(both)).toEqual(['a', 'a']);
    expect(started).toEqual(['a']);
  });
  it('tells who waits of a failure and goes on', async () => {
    const { loader, started, fail } = harness(1);
    loader.follow([wish('bad', SCREEN), wish('n', NEIGHBOUR)]);
    const waiting = loader.arrival('bad');
    const failure = expect(waiting).rejects.toThrow('broken');
    await fail('bad');
    await failure;
    expect(started).toEqual(['bad', 'n']);
  });
});

describe('memory', () => {
  it('is a third of what the machine has, or what was chosen', () => {
    const mb = 2 ** 20;
    expect(memoryCap(0.5)).toBe(256 * mb);
    expect(memoryCap(3)).toBe(1024 * mb);
    expect(memoryCap(32)).toBe(2048 * mb);
    expect(memoryCap(8, 3)).toBe(3 * mb);
  });
  it('lets go what no plan names, then the farthest, never what is on screen', () => {
    const memory = new Memory();
    for (const key of ['old', 'far', 'screen', 'near']) memory.hold(key, 10);
    const plan = [wish('near', NEIGHBOUR), wish('screen', SCREEN), wish('far', REST)];
    expect(memory.surplus(40, plan)).toEqual([]);
    expect(memory.surplus(35, plan)).toEqual(['old']);
    expect(memory.surplus(20, plan)).toEqual(['old', 'far']);
    expect(memory.surplus(0, plan)).toEqual(['old', 'far', 'near']);
    memory.hold('old', 5);
    memory.drop('far');
    expect(memory.total).toBe(25);
  });
});

describe('first paint', () => {
  const pixel: ImagePixel = {
    rows: 2048, columns: 1536, samplesPerPixel: 1, photometric: 'MONOCHROME1', planar: false, bitsAllocated: 16, bitsStored: 12, highBit: 11, signed: false, float: false,
  };
  const plain: Situation = { pixel, transferSyntax: '1.2.840.10008.1.2.1', windowIsKnown: true, screen: 1300, bytesPerMs: undefined };
  const side = (change: Partial<Situation>, p: Partial<ImagePixel> = {}) => smallSide({ ...plain, ...change, pixel: { ...pixel, ...p } });

  it('asks for a quarter of the screen at most, in steps', () => {
    expect(side({})).toBe(256);
    expect(side({ screen: 2160 })).toBe(512);
    expect(side({ screen: 800 })).toBe(128);
    expect(side({ screen: 500 })).toBeUndefined();
  });
  it('waits for the full image where the small one is none', () => {
    expect(side({ windowIsKnown: false })).toBeUndefined();
    expect(side({}, { photometric: 'PALETTE COLOR' })).toBeUndefined();
    expect(side({}, { float: true, bitsAllocated: 32 })).toBeUndefined();
    expect(side({ transferSyntax: '1.2.840.10008.1.2.4.91' })).toBeUndefined();
    expect(side({ transferSyntax: '1.2.840.10008.1.2.4.51' })).toBe(256);
    expect(side({ windowIsKnown: false }, { samplesPerPixel: 3, bitsAllocated: 8, photometric: 'RGB' })).toBe(256);
    expect(side({}, { samplesPerPixel: 3, bitsAllocated: 8, photometric: 'YBR_FULL_422' })).toBeUndefined();
  });
  it('takes a 512 image for large only on a slow line', () => {
    const slice = { rows: 512, columns: 512 };
    expect(side({}, slice)).toBeUndefined();
    expect(side({ bytesPerMs: 50_000 }, slice)).toBeUndefined();
    expect(side({ bytesPerMs: 1000 }, slice)).toBe(128);
  });
  it('knows the sizes that halving makes', () => {
    const odd = { ...pixel, rows: 301, columns: 517 };
    expect(isReduced(odd, 259, 151)).toBe(true);
    expect(isReduced(odd, 65, 38)).toBe(true);
    expect(isReduced(odd, 258, 150)).toBe(false);
    expect(isReduced(odd, 517, 301)).toBe(false);
  });
});

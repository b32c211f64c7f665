import { describe, expect, it } from 'vitest';
import { begin, neighbour, place, record, redo, regrid, undo } from '../../domain/hanging';
import { LoadQueue, NEIGHBOUR, outward, REST, SCREEN } from '../../domain/load-queue';

describe('grid', () => {
  const one = { rows: 1, columns: 1, cells: ['b'] };
  it('keeps what hangs and fills the rest with series not shown', () => {
    expect(regrid(one, 2, 2, ['a', 'b', 'c']).cells).toEqual(['b', 'a', 'c', '']);
    expect(regrid({ rows: 2, columns: 2, cells: ['b', 'a', 'c', ''] }, 1, 2, ['a', 'b', 'c']).cells).toEqual(['b', 'a']);
  });
  it('undo and redo', () => {
    const h = record(begin(one), place(one, 0, 'c'));
    expect(undo(h).now.cells).toEqual(['b']);
    expect(redo(undo(h)).now.cells).toEqual(['c']);
    expect(undo(begin(one)).now).toBe(one);
    expect(record(undo(h), one).future).toEqual([]);
  });
  it('the next series stops at the ends', () => {
    expect(neighbour(['a', 'b'], 'b', 1)).toBe('b');
    expect(neighbour(['a', 'b'], 'b', -1)).toBe('a');
  });
});

describe('loading', () => {
  it('goes outward from the image on screen', () => {
    expect(outward(2, 5)).toEqual([2, 3, 1, 4, 0]);
    expect(outward(0, 3)).toEqual([0, 1, 2]);
    expect(outward(4, 5)).toEqual([4, 3, 2, 1, 0]);
  });

  function harness(width: number) {
    const queue = new LoadQueue<string>(width);
    const started: string[] = [];
    const finish = new Map<string, () => void>();
    const ask = (key: string, priority: number) =>
      queue.request(key, priority, () => {
        started.push(key);
        return new Promise((resolve) => finish.set(key, () => resolve(key)));
      });
    const tick = async (key: string) => {
      finish.get(key)?.();
      await new Promise((r) => setTimeout(r));
    };
    return { queue, started, ask, tick };
  }

  it('the screen passes neighbours, neighbours pass the rest, one lane stays free of the rest', async () => {
    const { started, ask, tick } = harness(2);
    void ask('rest1', REST);
    void ask('rest2', REST);
    void ask('near', NEIGHBOUR);
    void ask('screen', SCREEN);
    expect(started).toEqual(['rest1', 'near']);
    await tick('near');
    expect(started).toEqual(['rest1', 'near', 'screen']);
    await tick('screen');
    expect(started).toHaveLength(3);
    await tick('rest1');
    expect(started.at(-1)).toBe('rest2');
  });
  it('the newest wish of the screen comes first, and one load serves all who ask', async () => {
    const { started, ask, tick } = harness(1);
    void ask('busy', SCREEN);
    const twice = [ask('a', SCREEN), ask('a', NEIGHBOUR)];
    void ask('b', SCREEN);
    await tick('busy');
    await tick('b');
    await tick('a');
    expect(started).toEqual(['busy', 'b', 'a']);
    expect(await Promise.all(twice)).toEqual(['a', 'a']);
  });
  it('what nobody wants any more is dropped, what is on screen never', async () => {
    const { queue, ask } = harness(1);
    void ask('busy', SCREEN);
    const rest = ask('rest', REST);
    queue.drop(() => false, new Error('gone'));
    await expect(rest).rejects.toThrow('gone');
  });
});

import { describe, expect, it } from 'vitest';
import { begin, neighbour, place, record, redo, regrid, undo } from '../../domain/hanging';

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

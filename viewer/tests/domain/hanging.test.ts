import { describe, expect, it } from 'vitest';
import { neighbour, regrid, swap } from '../../domain/hanging';

describe('grid', () => {
  const one = { rows: 1, columns: 1, cells: ['b'] };
  it('keeps what hangs and fills the rest with series not shown', () => {
    expect(regrid(one, 2, 2, ['a', 'b', 'c']).cells).toEqual(['b', 'a', 'c', '']);
    expect(regrid({ rows: 2, columns: 2, cells: ['b', 'a', 'c', ''] }, 1, 2, ['a', 'b', 'c']).cells).toEqual(['b', 'a']);
  });
  it('two cells change what they hold', () => {
    expect(swap({ rows: 1, columns: 3, cells: ['a', '', 'c'] }, 0, 1).cells).toEqual(['', 'a', 'c']);
  });
  it('the next series stops at the ends', () => {
    expect(neighbour(['a', 'b'], 'b', 1)).toBe('b');
    expect(neighbour(['a', 'b'], 'b', -1)).toBe('a');
  });
});

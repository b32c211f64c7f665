import { describe, expect, it } from 'vitest';
import { FIRST_LAID, readLaid, withColour, withHidden } from '../../domain/laid';

describe('what lies over images', () => {
  it('comes back as it was kept, by way of JSON', () => {
    const laid = { on: true, opacity: 0.7, outline: true, hidden: [2, 5], colours: [[3, [1, 2, 255]]] as const };
    expect(readLaid(JSON.parse(JSON.stringify(laid)))).toEqual(laid);
  });

  it('is as at first where what was kept is none', () => {
    for (const value of [undefined, null, 7, 'x', [], { opacity: 2, hidden: 'all', colours: {} }, { opacity: NaN, hidden: [-1, 1.5, '2'], colours: [[1], [1, [0, 0, 256]], ['a', [0, 0, 0]]] }]) expect(readLaid(value)).toEqual(FIRST_LAID);
  });

  it('hides and shows numbers, and colours each once', () => {
    expect(withHidden({ ...FIRST_LAID, hidden: [1, 2] }, [2, 3], true)).toEqual({ hidden: [1, 2, 3] });
    expect(withHidden({ ...FIRST_LAID, hidden: [1, 2] }, [2, 3], false)).toEqual({ hidden: [1] });
    expect(withColour({ ...FIRST_LAID, colours: [[1, [0, 0, 0]], [2, [9, 9, 9]]] }, 1, [5, 5, 5])).toEqual({ colours: [[2, [9, 9, 9]], [1, [5, 5, 5]]] });
  });
});

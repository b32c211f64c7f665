import { describe, expect, it } from 'vitest';
import { chosenColumns, COLUMNS, fittingColumns, gridOf, movedColumn, toggledColumn, USUAL } from '../../domain/columns';
import { fromQuery, NO_FILTERS, parted, toQuery, widened } from '../../domain/filters';
import { all, extended, NOTHING_CHOSEN, toggled } from '../../domain/selection';
import { countWords } from '../../domain/study';

describe('columns', () => {
  it('what was kept is cleaned, and never without the patient', () => {
    expect(chosenColumns(null)).toEqual(USUAL);
    expect(chosenColumns(['date', 'date', 'nonsense', 7])).toEqual(['patient', 'date']);
    expect(toggledColumn(['patient', 'date'], 'patient')).toEqual(['patient', 'date']);
  });
  it('come on at their usual place, go off, move and stop at the ends', () => {
    expect(toggledColumn(['patient', 'kind', 'date'], 'birth')).toEqual(['patient', 'birth', 'kind', 'date']);
    expect(toggledColumn(['patient', 'birth'], 'birth')).toEqual(['patient']);
    expect(movedColumn(['patient', 'kind', 'date'], 'date', -2)).toEqual(['date', 'patient', 'kind']);
    expect(movedColumn(['patient', 'kind', 'date'], 'date', 9)).toEqual(['patient', 'kind', 'date']);
    expect(movedColumn(['patient'], 'date', -1)).toEqual(['patient']);
  });
  it('without room the least telling go first, the patient never', () => {
    const every = COLUMNS.map((c) => c.id);
    const ids = (width: number) => fittingColumns(every, width).map((c) => c.id);
    expect(ids(3000)).toEqual(every);
    expect(ids(1000)).not.toContain('source');
    expect(ids(1000)).toContain('date');
    // 1024 wide with the look open: whose, what, and whether it is still coming (the mock's columns).
    expect(fittingColumns(USUAL, 760).map((c) => c.id)).toEqual(['patient', 'who', 'kind', 'description', 'date', 'state']);
    expect(ids(10)).toEqual(['patient']);
    for (const width of [320, 500, 736, 942, 1200]) {
      const columns = fittingColumns(every, width);
      const least = columns.reduce((sum, c) => sum + c.least + 10, 36 + 48 + 10);
      expect(least <= width || columns.length === 1).toBe(true);
    }
  });
  it('a grid has a track for box, thumbnail and each column', () => {
    expect(gridOf(fittingColumns(['patient', 'images'], 900), true)).toBe('16px 32px minmax(150px, 1.3fr) 50px');
    expect(gridOf(fittingColumns(['images'], 900), false)).toBe('16px 0 50px');
  });
});

describe('choosing', () => {
  const listed = ['a', 'b', 'c', 'd'];
  it('one by one, and a range from where it began', () => {
    const two = toggled(toggled(NOTHING_CHOSEN, 'a'), 'c');
    expect([...two.uids]).toEqual(['a', 'c']);
    expect([...toggled(two, 'a').uids]).toEqual(['c']);
    const range = extended(NOTHING_CHOSEN, listed, 1, 2);
    expect([...range.uids]).toEqual(['b', 'c']);
    expect([...extended(range, listed, 2, 3).uids]).toEqual(['b', 'c', 'd']);
    expect([...extended(range, listed, 2, 0).uids]).toEqual(['a', 'b']);
    expect(all(listed).uids.size).toBe(4);
  });
});

describe('filters of people', () => {
  const f = { ...NO_FILTERS, text: 'okonkwo MR 1961', name: 'ruiz', modality: ['CT'], from: '2026-11-20', source: 'CT1', body_part: 'HEAD' };
  it('nothing that says who somebody is may be shown in an address', () => {
    const { shown, kept } = parted(toQuery(f));
    expect(kept).toEqual({ text: 'okonkwo MR 1961', name: 'ruiz' });
    expect(shown.toString()).toBe('body_part=HEAD&source=CT1&modality=CT&date=20261120-&sort=-study_date');
    expect(fromQuery(new URLSearchParams([...shown, ...Object.entries(kept)]))).toEqual(f);
    expect(parted(new URLSearchParams('patientName=doe&mrn=7&modalities=CT')).kept).toEqual({ name: 'doe', patient_id: '7' });
  });
  it('what may have been too much: each word and each filter, alone', () => {
    expect(widened({ ...NO_FILTERS, text: 'okonkwo MR 1961' }).map((w) => [w.without, w.filters.text])).toEqual([
      ['okonkwo', 'MR 1961'],
      ['MR', 'okonkwo 1961'],
      ['1961', 'okonkwo MR'],
    ]);
    expect(widened({ ...NO_FILTERS, text: 'okonkwo', modality: ['MR'] }).map((w) => w.without)).toEqual(['MR', 'okonkwo']);
    expect(widened({ ...NO_FILTERS, text: 'okonkwo' })).toEqual([]);
  });
  it('numbers say what they know', () => {
    expect(countWords({ total: 264, total_is_all: true })).toBe('264');
    expect(countWords({ total: 312, total_is_all: false })).toBe('at least 312');
    expect(countWords({ total: 10_000, total_is_all: false })).toMatch(/^more than 10.000$/);
  });
});

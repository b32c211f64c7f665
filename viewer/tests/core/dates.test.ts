import { describe, expect, it } from 'vitest';
import { age, ageString, before, clockTime, isoDate, isoDateTime, parseDate, toDA } from '../../core/dates';

describe('DA', () => {
  it('reads both forms and refuses days that do not exist', () => {
    expect(parseDate('20240229')).toEqual({ year: 2024, month: 2, day: 29 });
    expect(parseDate('1994.10.13')).toEqual({ year: 1994, month: 10, day: 13 });
    expect(parseDate('20230229')).toBeUndefined();
    expect(parseDate('20231301')).toBeUndefined();
    expect(parseDate('')).toBeUndefined();
  });
  it('shows what is no date as stored', () => {
    expect(isoDate('20261121')).toBe('2026-11-21');
    expect(isoDate('***')).toBe('***');
    expect(toDA('2026-11-21')).toBe('20261121');
    expect(toDA('2026-11')).toBe('');
  });
});

describe('TM', () => {
  it('reads whole and shortened times', () => {
    expect(clockTime('081459.123456')).toBe('08:14');
    expect(clockTime('08')).toBe('08:00');
    expect(clockTime('08:14:59')).toBe('08:14');
    expect(clockTime('235960')).toBe('23:59');
    expect(clockTime('2560')).toBe('');
    expect(isoDateTime('20261121', '')).toBe('2026-11-21');
  });
});

describe('ages', () => {
  it('in the unit a person would say', () => {
    expect(age('19650601', '20261121')).toBe('61 y');
    expect(age('19651122', '20261121')).toBe('60 y');
    expect(age('20260821', '20261121')).toBe('3 mo');
    expect(age('20261115', '20261121')).toBe('6 d');
    expect(age('20261122', '20261121')).toBe('');
    expect(ageString('034Y')).toBe('34 y');
  });
  it('between studies', () => {
    expect(before('20260812', '20261121')).toBe('3 months before');
    expect(before('20251104', '20261121')).toBe('1 year before');
    expect(before('20261122', '20261121')).toBe('1 day after');
    expect(before('20261121', '20261121')).toBe('same day');
  });
});

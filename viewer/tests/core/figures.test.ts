import { afterEach, describe, expect, it } from 'vitest';
import { figure, fixed, significant } from '../../core/figures';
import { speak } from '../../core/language';

describe('numbers on the image', () => {
  afterEach(() => speak('en', {}));

  it('are the same in every language', () => {
    for (const code of ['en', 'de', 'fr', 'ja', 'ru']) {
      speak(code, {});
      expect([figure(1234.5, 2), fixed(5, 1), significant(-123456.78, 5)]).toEqual(['1234.5', '5.0', '−123457']);
    }
  });

  it('have a true minus, and none before a zero', () => {
    expect([figure(-600, 0), fixed(-0.04, 1), figure(-0.001, 2), fixed(-80, 2)]).toEqual(['−600', '0.0', '0', '−80.00']);
  });

  it('have the digits that count and no exponent', () => {
    expect([significant(1.23456789e9, 5), significant(12.3456, 4), significant(0.00123456, 3), significant(100, 3), significant(0, 3)]).toEqual(['1234567890', '12.35', '0.00123', '100', '0']);
    expect(significant(1e-9, 3)).toBe('0.000000001');
  });
});

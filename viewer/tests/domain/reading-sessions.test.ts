import { describe, expect, it } from 'vitest';
import { isAboutStudies, slimmed, type KeptLayout } from '../../domain/layout-kept';
import { windowsOf } from '../../domain/reading-sessions';

describe('windowsOf', () => {
  it('gives each window its studies and its place, in the order of the seats', () => {
    const where = { left: 1920, top: 0, width: 1600, height: 1200 };
    const windows = { 10: { asked: ['1.3'] }, 2: { asked: ['1.2', '1.4'], where }, 1: {} };
    expect(windowsOf({ studies: ['1.9'], windows })).toEqual([
      { seat: 1, studies: ['1.9'], where: undefined },
      { seat: 2, studies: ['1.2', '1.4'], where },
      { seat: 10, studies: ['1.3'], where: undefined },
    ]);
  });

  it.each([
    { left: 0, top: 0, width: 10, height: 1e9 },
    { left: NaN, top: 0, width: 800, height: 600 },
    { left: '0,noopener=0', top: 0, width: 800, height: 600 },
    'x',
  ])('heeds no odd place, study or seat: %o', (where) => {
    const windows = { 1: { asked: ['<img>', 3, '1.2&x=1'], where }, 17: {}, '-1': {}, x: {} };
    expect(windowsOf({ studies: ['1.9'], windows })).toEqual([{ seat: 1, studies: ['1.9'], where: undefined }]);
  });
});

describe('isAboutStudies', () => {
  it('tells what was kept of another patient from what was kept of this one', () => {
    expect(isAboutStudies({ asked: ['1.2'], open: ['1.2', '1.3'] }, ['1.3'])).toBe(true);
    expect(isAboutStudies({ asked: ['1.2'], open: ['1.2'] }, ['1.3'])).toBe(false);
    expect(isAboutStudies(null, ['1.3'])).toBe(false);
    expect(isAboutStudies({ asked: 5, open: { length: 1 } }, ['1.3'])).toBe(false);
  });
});

describe('slimmed', () => {
  it('leaves out how series looked that do not hang, only where all is too much', () => {
    const layout = (text: string): KeptLayout => ({
      asked: ['1.2'], open: ['1.2'], hanging: { rows: 1, columns: 1, cells: ['1.5'] }, active: 0, maximised: false, linked: false,
      views: { '1.5': { index: 1 }, '1.6': { index: 2, text } }, own: { '1.5': { page: 1 }, '1.7': { text } },
    });
    expect(Object.keys(slimmed(layout('')).views)).toEqual(['1.5', '1.6']);
    const less = slimmed(layout('x'.repeat(200_000)));
    expect([Object.keys(less.views), Object.keys(less.own ?? {})]).toEqual([['1.5'], ['1.5']]);
  });
});

import { describe, expect, it } from 'vitest';
import { frameRateOf } from '../../domain/cine';
import { isNoFilm, vectorName } from '../../domain/frame-vectors';

function pages(pointer: string, tag: string, vr: string, values: (string | number)[]) {
  return { '00280008': { vr: 'IS', Value: [values.length] }, '00280009': { vr: 'AT', Value: pointer.split(' ') }, [tag]: { vr, Value: values } };
}

describe('frames that are no moments', () => {
  it('are pages, labels, slices and angles', () => {
    expect([1, 2, 3].map((f) => vectorName(pages('00182001', '00182001', 'IS', [4, 5]), f))).toEqual(['page 4', 'page 5', '']);
    expect(vectorName(pages('00182002', '00182002', 'SH', ['front', 'back']), 2)).toBe('back');
    expect(vectorName(pages('00182005', '00182005', 'DS', [-12.5, 7]), 1)).toBe('−12.5 mm');
    expect(vectorName(pages('00182003', '00182003', 'DS', [30]), 1)).toBe('30°');
    expect(vectorName({ ...pages('00182001 00182002', '00182001', 'IS', [4, 5]), '00182002': { vr: 'SH', Value: ['a', 'b'] } }, 2)).toBe('page 5, b');
  });

  it('are not played at a rate that nobody gave', () => {
    expect(isNoFilm(pages('00182001', '00182001', 'IS', [4, 5]))).toBe(true);
    expect(frameRateOf(pages('00182001', '00182001', 'IS', [4, 5]))).toBeUndefined();
    const film = pages('00181063', '00181063', 'DS', [50, 50]);
    expect([isNoFilm(film), frameRateOf(film)]).toEqual([false, 20]);
  });

  it('say nothing of what is empty, broken or pointed at elsewhere', () => {
    expect([isNoFilm({}), vectorName({}, 1)]).toEqual([false, '']);
    expect(vectorName(pages('00540070', '00540070', 'US', [1, 2]), 1)).toBe('');
    expect(vectorName(pages('00182001', '00182001', 'IS', []), 1)).toBe('');
  });
});

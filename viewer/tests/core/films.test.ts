import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { cellsOf, filmsOf, filmSize, greyOf } from '../../core/films';

const at = (cells: ReturnType<typeof cellsOf>) => cells.map(({ x, y, width, height }) => [x, y, width, height].map((v) => Math.round(v * 100)));

describe('films of a stored print (PS3.3-2004 C.13.3)', () => {
  it('lays images by rows, columns and rows of their own', () => {
    expect(at(cellsOf('STANDARD\\2,3', 0))).toEqual([[0, 0, 50, 33], [50, 0, 50, 33], [0, 33, 50, 33], [50, 33, 50, 33], [0, 67, 50, 33], [50, 67, 50, 33]]);
    expect(at(cellsOf('ROW\\1,2', 0))).toEqual([[0, 0, 100, 50], [0, 50, 50, 50], [50, 50, 50, 50]]);
    expect(at(cellsOf('COL\\2,1', 0))).toEqual([[0, 0, 50, 50], [0, 50, 50, 50], [50, 0, 50, 100]]);
  });
  it('does not believe what no film can hold', () => {
    for (const format of ['', 'STANDARD\\999999,999999', 'STANDARD\\0,1', 'ROW\\-1', 'ROW\\NaN', 'SLIDE', 'CUSTOM\\3']) expect(cellsOf(format, 5)).toHaveLength(6);
    expect(cellsOf('', 1e9).length).toBeLessThanOrEqual(400);
    expect(cellsOf('', 0)).toHaveLength(1);
  });
  it('knows the sizes of films', () => {
    expect(filmSize('8INX10IN', '').map(Math.round)).toEqual([203, 254]);
    expect(filmSize('8_5INX11IN', 'LANDSCAPE').map(Math.round)).toEqual([279, 216]);
    expect(filmSize('24CMX30CM', 'PORTRAIT')).toEqual([240, 300]);
    expect(filmSize('A4', 'LANDSCAPE')).toEqual([297, 210]);
    expect(filmSize('0INX99999IN', '').map(Math.round)).toEqual([356, 432]);
  });
  it('knows black, white and densities', () => {
    expect([greyOf('BLACK', 9), greyOf('WHITE', 9), greyOf('100', 9), greyOf('', 9), greyOf('no', 9)]).toEqual([0, 255, 26, 9, 9]);
  });
  it('gives each film its images', () => {
    const box = (position: number) => ({ '20200010': { vr: 'US', Value: [position] } });
    const ds = { '21300030': { vr: 'SQ', Value: [{}, {}] }, '21300040': { vr: 'SQ', Value: [box(1), box(2), box(1)] } } as unknown as DataSet;
    expect(filmsOf(ds).map((film) => film.boxes.map((b) => b.position))).toEqual([[1, 2], [1]]);
    expect(filmsOf({})).toHaveLength(1);
  });
});

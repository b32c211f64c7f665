import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { linesOf, wholeValue, type TagLine } from '../../domain/tag-lines';

const ALL = { query: '', onlyDifferences: false };
const closed = new Set<string>();
const item = (value: string): DataSet => ({ '00080100': { vr: 'SH', Value: [value] } });
const ds: DataSet = {
  '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Lovelace^Ada' }] },
  '00280010': { vr: 'US', Value: [512] },
  '00290010': { vr: 'LO', Value: ['SIEMENS CSA HEADER'] },
  '00291010': { vr: 'OB', InlineBinary: 'AAECAw==' },
  '00291110': { vr: 'LO', Value: ['lost'] },
  '00400260': { vr: 'SQ', Value: [item('A'), item('B')] },
  '0040A043': { vr: 'SQ', Value: [item('only')] },
  '7FE00010': { vr: 'OW', BulkDataURI: '/somewhere' },
};
const told = (lines: TagLine[]) => lines.map((l) => `${'.'.repeat(l.depth)}${l.tag || l.name}`);

describe('lines of tags', () => {
  it('shows elements, sequences closed, private ones under their creator', () => {
    const lines = linesOf(ds, undefined, closed, ALL);
    expect(told(lines)).toEqual(['0010,0010', '0028,0010', '0029,0010', '0029,10xx', '0029,1010', '0029,11xx', '0029,1110', '0040,0260', '0040,A043', '7FE0,0010']);
    expect(lines.filter((l) => l.kind === 'creator').map((l) => l.name)).toEqual(['SIEMENS CSA HEADER', 'nobody says whose']);
    expect(lines.map((l) => l.length)).toEqual([12, 2, 18, undefined, 4, undefined, 4, undefined, undefined, undefined]);
  });

  it('opens sequences and items; the only item of one is open with it', () => {
    expect(told(linesOf(ds, undefined, new Set(['00400260', '00400260/1', '0040A043']), ALL)).slice(7)).toEqual([
      '0040,0260', '.item 1', '.item 2', '..0008,0100', '0040,A043', '.0008,0100', '7FE0,0010',
    ]);
  });

  it('finds by name, keyword, number and value, with what it lies in', () => {
    for (const query of ['PatientName', "patient's na", '0010,0010', '(0010,0010)', 'lovelace']) expect(told(linesOf(ds, undefined, closed, { ...ALL, query })), query).toEqual(['0010,0010']);
    expect(told(linesOf(ds, undefined, closed, { ...ALL, query: 'only' }))).toEqual(['0040,A043', '.0008,0100']);
    expect(linesOf(ds, undefined, closed, { ...ALL, query: 'nowhere' })).toEqual([]);
  });

  it('compares two, however deep the difference lies', () => {
    const other = { ...ds, '00280010': { vr: 'US', Value: [256] }, '00400260': { vr: 'SQ', Value: [item('A'), item('C')] }, '7FE00010': { vr: 'OW', BulkDataURI: '/elsewhere' }, '00080060': { vr: 'CS', Value: ['CT'] } };
    const lines = linesOf(ds, other, new Set(['*']), { query: '', onlyDifferences: true });
    expect(lines.map((l) => [l.tag || l.name, l.value, l.other])).toEqual([
      ['0008,0060', 'missing', 'CT'], ['0028,0010', '512', '256'], ['0040,0260', '2 items', '2 items'], ['item 2', '', ''], ['0008,0100', 'B', 'C'],
    ]);
    expect(linesOf(ds, structuredClone(ds), closed, { query: '', onlyDifferences: true })).toEqual([]);
  });

  it('walks only what is open, and ends with hostile objects', () => {
    const many: DataSet = { '00400260': { vr: 'SQ', Value: Array.from({ length: 65_535 }, (_, i) => item(String(i))) } };
    expect(linesOf(many, undefined, closed, ALL)).toHaveLength(1);
    expect(linesOf(many, undefined, new Set(['00400260']), ALL)).toHaveLength(65_536);
    expect(linesOf(many, undefined, closed, { ...ALL, query: '0008' }).length).toBeLessThan(11_000);
    let deep: DataSet = item('x');
    for (let i = 0; i < 500; i++) deep = { '00400260': { vr: 'SQ', Value: [deep] } };
    expect(linesOf(deep, undefined, new Set(['*']), ALL).length).toBeLessThan(100);
    const long = linesOf({ '00324000': { vr: 'LT', Value: ['y'.repeat(5000)] } }, undefined, closed, ALL)[0] as TagLine;
    expect(long.value.length).toBeLessThan(300);
    expect(wholeValue(long)).toHaveLength(5000);
    expect(linesOf({ '00400260': { vr: 'SQ', Value: [null, 'x'] }, nonsense: { vr: 'UN' } } as unknown as DataSet, undefined, new Set(['*']), ALL)).toHaveLength(3);
  });
});

import { describe, expect, it } from 'vitest';
import { nameParts, readable } from '../../core/person-name';
import { matchesQuery } from '../../domain/commands';
import { fromQuery, inWords, NO_FILTERS, toQuery } from '../../domain/filters';
import { draggedWindow, presetsFor, windowText } from '../../domain/presets';
import { kindOf } from '../../domain/study';
import { rowsOf } from '../../domain/tag-rows';
import { windowOver } from '../../core/voi';

describe('names', () => {
  it('family, given; never recased; other groups after', () => {
    expect(readable('Yamada^Tarou')).toBe('Yamada, Tarou');
    expect(readable('Adams^John Robert Quincy^^Rev.^B.A. M.Div.')).toBe('Adams, John Robert Quincy Rev. B.A. M.Div.');
    expect(nameParts({ alphabetic: 'Yamada^Tarou', ideographic: '山田^太郎', phonetic: 'やまだ^たろう' })).toEqual({ main: 'Yamada, Tarou', other: '山田 太郎 やまだ たろう' });
    expect(nameParts({ alphabetic: '', ideographic: '山田^太郎', phonetic: '' })).toEqual({ main: '山田 太郎', other: '' });
  });
});

describe('filters', () => {
  it('survive the address', () => {
    const f = { ...NO_FILTERS, text: 'okonkwo', modality: ['CT', 'MR'], from: '2026-11-20', to: '2026-11-21', birth_date: '1961-02-03', sort: 'patient_name' as const, descending: false };
    expect(fromQuery(toQuery(f))).toEqual(f);
    expect(toQuery(f).get('date')).toBe('20261120-20261121');
    expect(toQuery({ ...f, from: f.to }).get('date')).toBe('20261121');
    expect(fromQuery(toQuery({ ...f, from: f.to }))).toEqual({ ...f, from: f.to });
    expect(fromQuery(toQuery({ ...f, to: '' }))).toEqual({ ...f, to: '' });
    expect(inWords({ ...NO_FILTERS, text: 'okonkwo', modality: ['MR'] })).toBe('okonkwo MR');
  });
  it('a sort nobody knows is the default', () => {
    expect(fromQuery(new URLSearchParams('sort=-nonsense'))).toMatchObject({ sort: 'study_date', descending: true });
  });
});

describe('presets', () => {
  const full = windowOver(0, 10);
  it('CT in HU has the fixed nine, others what the object brings', () => {
    expect(presetsFor('CT', 'HU', [], full).map((p) => p.name).slice(0, 4)).toEqual(['Brain', 'Subdural', 'Stroke', 'Bone']);
    expect(presetsFor('CT', '', [], full).map((p) => p.name)).toEqual(['Full range']);
    const own = { kind: 'window', window: { center: 1, width: 2, function: 'SIGMOID', explanation: 'HARDER' } } as const;
    expect(presetsFor('MG', '', [own], full).map((p) => p.name)).toEqual(['HARDER', 'Full range']);
  });
  it('a drag to the right widens, down raises the centre, and never leaves what the standard allows', () => {
    const start = { center: 40, width: 400, function: 'LINEAR', explanation: 'x' } as const;
    expect(draggedWindow(start, 10, 5)).toEqual({ center: 45, width: 410, function: 'LINEAR', explanation: '' });
    expect(draggedWindow(start, -10_000, 0).width).toBe(1);
  });
  it('is said with a real minus', () => {
    expect(windowText({ kind: 'window', window: { center: -600, width: 1500, function: 'LINEAR', explanation: '' } })).toBe('W 1500  L −600');
  });
});

describe('palette', () => {
  it('finds by the beginnings of words', () => {
    expect(matchesQuery('Flip left and right', 'fl ri')).toBe(true);
    expect(matchesQuery('Flip left and right', 'ight')).toBe(false);
  });
});

describe('kinds and tags', () => {
  it('companions do not name a study', () => {
    expect(kindOf(['SR', 'CT', 'PT']).label).toBe('PT/CT');
    expect(kindOf(['SR']).label).toBe('SR');
  });
  it('rows are named and indented', () => {
    const rows = rowsOf({ '00100010': { vr: 'PN', Value: [{ Alphabetic: 'A^B' }] }, '00081140': { vr: 'SQ', Value: [{ '00081155': { vr: 'UI', Value: ['1.2'] } }] }, '00091001': { vr: 'UN', InlineBinary: 'AAAA' } });
    expect(rows.map((r) => [r.tag, r.name, r.value, r.depth])).toEqual([
      ['0008,1140', 'Referenced Image Sequence', '1 item', 0],
      ['0008,1155', 'Referenced SOP Instance UID', '1.2', 1],
      ['0009,1001', 'private', '3 bytes', 0],
      ['0010,0010', "Patient's Name", 'A, B', 0],
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { backWords, goesWords, heldWords, patientOf, sizeWords, type Deletion } from '../../domain/deletions';

const NOW = new Date('2026-11-21T12:00:00Z');
const NOBODY = { alphabetic: '', ideographic: '', phonetic: '' };
const GONE: Deletion = {
  id: '18', level: 'study', study_instance_uid: '1.2', series_instance_uid: '', sop_instance_uid: '', deleted_by: 'ada', deleted_at: '2026-11-21T11:00:00Z', reason: '',
  patient_name: { alphabetic: 'Doe^John', ideographic: '', phonetic: '' }, patient_id: 'P1', study_date: '20260102', description: 'Head', modalities: ['CT'], number_of_series: 2, number_of_instances: 1214, bytes: 12_345_678,
  purge_at: '2026-12-21T11:00:00Z', purging: false,
};

describe('a deletion', () => {
  it('says what it holds', () => {
    expect(heldWords(GONE)).toBe('Study, 1\u2009214 images');
    expect(heldWords({ ...GONE, level: 'series', number_of_instances: 1 })).toBe('Series, 1 image');
    expect(heldWords({ ...GONE, level: 'instance', number_of_instances: 1 })).toBe('One image');
  });
  it('says when it goes', () => {
    expect(goesWords(GONE, NOW)).toBe('in 29 d 23 h');
    expect(goesWords({ ...GONE, purge_at: '2026-11-21T12:30:20Z' }, NOW)).toBe('in 30 min');
    expect(goesWords({ ...GONE, purge_at: '2026-11-20T12:00:00Z' }, NOW)).toBe('at any moment');
    expect(goesWords({ ...GONE, purge_at: null }, NOW)).toBe('never by itself');
    expect(goesWords({ ...GONE, purging: true }, NOW)).toBe('now');
  });
  it('has a name even without one', () => {
    expect(patientOf(GONE)).toBe('Doe, John');
    expect(patientOf({ ...GONE, patient_name: NOBODY })).toBe('P1');
    expect(patientOf({ ...GONE, patient_name: NOBODY, patient_id: '' })).toBe('No name');
  });
  it('has a size', () => {
    expect([530, 530_000, 1_200_000, 14_000_000, 1_250_000_000].map(sizeWords)).toEqual(['1 kB', '530 kB', '1.2 MB', '14 MB', '1.3 GB']);
  });
  it('says for how long it can be taken back', () => {
    expect([undefined, 0, 1, 30].map(backWords)).toEqual([
      'It can be taken back until it is purged.', 'It can be taken back at any time.', 'It can be taken back for 1 day.', 'It can be taken back for 30 days.',
    ]);
  });
});

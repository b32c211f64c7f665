/** What hangs beside what, and what stands in the corners. */
import { describe, expect, it } from 'vitest';
import { besideEachOther, bestPrior, mostAlike, newestFirst } from '../../domain/compare';
import { CORNER_ITEMS, isCornerLayouts, linesOf, usualLayout, type Shown } from '../../domain/corner-texts';
import type { Series, Study, StudyDetail } from '../../domain/study';

const series = (uid: string, modality: string, description: string, count = 20): Series => ({
  series_instance_uid: uid, modality, series_number: 1, series_description: description, body_part_examined: '', laterality: '', series_date: '', series_time: '',
  number_of_instances: count, number_of_frames: 0, sop_class_uids: [], transfer_syntax_uids: [], is_image: modality !== 'SR',
});
const study = (uid: string, date: string, modalities: string[], id = 'P1'): Study => ({
  study_instance_uid: uid, study_date: date, study_time: '', modalities, patient_id: id, issuer_of_patient_id: '', patient_birth_date: '', patient_sex: '',
  patient_name: { alphabetic: 'A^B', ideographic: '', phonetic: '' }, accession_number: '', study_id: '', study_description: 'CT chest', referring_physician_name: { alphabetic: '', ideographic: '', phonetic: '' },
  number_of_series: 1, number_of_instances: 1, received_at: '', body_parts: [], receiving: false, source_ae_title: '',
});

describe('comparing', () => {
  it('takes the series of the same modality whose description has the same words', () => {
    const others = [series('a', 'CT', 'Soft tissue'), series('b', 'CT', 'Lung 3 mm'), series('c', 'MR', 'Lung 2.5 mm'), series('d', 'SR', 'Lung 2.5 mm')];
    const found = mostAlike({ series: series('x', 'CT', 'Lung 2.5 mm'), set: undefined }, others.map((s) => ({ series: s, set: undefined })));
    expect(found?.series.series_instance_uid).toBe('b');
  });

  it('takes the stack rather than the localiser when words do not help, and no report', () => {
    const others = [series('scout', 'CT', '', 1), series('stack', 'CT', '', 100)];
    expect(mostAlike({ series: series('x', 'CT', '', 120), set: undefined }, others.map((s) => ({ series: s, set: undefined })))?.series.series_instance_uid).toBe('stack');
    expect(mostAlike({ series: series('x', 'CT', ''), set: undefined }, [{ series: series('d', 'SR', ''), set: undefined }])).toBeUndefined();
  });

  it('goes back to the newest study of the same kind before, never to another patient', () => {
    const now = study('now', '20260501', ['CT', 'SR']);
    const others = [study('old', '20250101', ['CT']), study('last', '20260101', ['CT']), study('mr', '20260401', ['MR', 'SR']), study('later', '20260801', ['CT']), study('stranger', '20260430', ['CT'], 'P2'), now];
    expect(bestPrior(now, others)?.study_instance_uid).toBe('last');
    expect(bestPrior(now, others.filter((s) => s.study_instance_uid === 'mr'))?.study_instance_uid).toBe('mr');
    expect(bestPrior(now, [now])).toBeUndefined();
  });

  it('hangs the newest left, up to three in a row', () => {
    expect(newestFirst([study('a', '20250101', []), study('b', '20260101', []), study('c', '', [])]).map((s) => s.study_instance_uid)).toEqual(['b', 'a', 'c']);
    expect([2, 3, 4, 5, 8].map(besideEachOther)).toEqual([[1, 2], [1, 3], [2, 2], [2, 3], [2, 4]]);
  });
});

describe('corner texts', () => {
  const shown: Shown = { study: { ...study('1', '20260102', ['CT']), series: [], priors: [] } as StudyDetail, series: series('s', 'CT', 'Thin'), image: undefined, at: 3, count: 9, dimensions: undefined, window: 'W 80  L 40', zoom: '×1.00', value: '' };

  it('says what was chosen, three lines at most, and leaves out what nobody knows', () => {
    const layout = { ...usualLayout('CT'), bl: ['study', 'nonsense', 'number', 'zoom'] };
    expect(linesOf(layout, 'bl', shown)).toEqual(['CT chest', 'Im 3 / 9']);
    expect(linesOf(usualLayout('CT'), 'br', shown)).toEqual(['W 80  L 40', '×1.00', '']);
  });

  it('has a usual place for items that exist', () => {
    const ids = new Set(CORNER_ITEMS.map((i) => i.id));
    for (const modality of ['CT', 'MG', 'US', '']) for (const line of Object.values(usualLayout(modality)).flat()) expect(ids.has(line)).toBe(true);
  });

  it('refuses what is no layout', () => {
    expect(isCornerLayouts({ CT: usualLayout('CT') })).toBe(true);
    for (const bad of [null, [], { CT: { tr: [] } }, { CT: null }]) expect(isCornerLayouts(bad)).toBe(false);
  });
});

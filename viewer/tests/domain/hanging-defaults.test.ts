import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { isComparable } from '../../domain/compare';
import { USUAL_HANGINGS } from '../../domain/hanging-defaults';
import { matchesOf, type Facts } from '../../domain/hanging-match';
import type { Candidate } from '../../domain/hanging-picks';
import { sequenceOf } from '../../domain/mr-sequence';
import type { Study } from '../../domain/study';

const facts = (modality: string[], change: Partial<Facts> = {}): Facts => ({
  modality, body_part: [], description: '', laterality: [], view: [], procedure: '', priors: 0, comparable: 0, species: '', ...change,
});
/** As `candidateOf` makes them of series whose metadata are here. */
const series = (id: string, modality: string, change: Partial<Candidate> = {}): Candidate => ({
  id, study: 0, modality, description: '', body_part: '', number: 1, images: 20, orientation: '', laterality: '', view: '', contrast: false,
  sequence: modality === 'MR' ? sequenceOf(change.description ?? '') : '', ...change,
});
const hung = (of: Facts, ...candidates: Candidate[]) => {
  const [best] = matchesOf(USUAL_HANGINGS, of, { candidates, awaited: [] }, (rule) => rule.screens[0]);
  return [best?.kept.id, ...(best?.picked.cells ?? [])];
};
const mr = (id: string, description: string, change: Partial<Candidate> = {}) => series(id, 'MR', { description, ...change });
const mg = (id: string, study = 0, images = 1) => series(id, 'MG', { laterality: id[0] as string, view: id.slice(1, id.endsWith('*') ? -1 : undefined), study, images });
const COMPARABLE = { priors: 1, comparable: 1 };

describe('which images of a study come where', () => {
  const NAMES = ['RCC', 'LCC', 'RMLO', 'LMLO'];

  it.each<[string, Facts, Candidate[], (string | undefined)[]]>([
    ['CT of one series', facts(['CT']), [series('a', 'CT')], ['usual.CT', 'a']],
    ['CT of axial series only', facts(['CT']), [series('a', 'CT', { description: 'Thorax 5.0' }), series('b', 'CT', { description: 'Thorax 1.0' })], ['usual.CT', 'a']],
    ['CT with planes: soft tissue first', facts(['CT']), [
      series('lung', 'CT', { description: 'Lung 1.0', orientation: 'ax' }), series('soft', 'CT', { description: 'Soft 3.0', orientation: 'ax' }),
      series('c', 'CT', { description: 'MPR COR', orientation: 'cor' }), series('s', 'CT', { description: 'MPR SAG', orientation: 'sag' }),
    ], ['usual.CT3', 'soft', 'c', 's']],
    ['CT with one plane', facts(['CT']), [series('a', 'CT', { orientation: 'ax' }), series('s', 'CT', { description: 'Sagittal', orientation: 'sag' })], ['usual.CT2', 'a', 's']],
    ['a coronary CT is no coronal plane', facts(['CT']), [series('a', 'CT', { orientation: 'ax' }), series('s', 'CT', { description: 'CORONARY', orientation: 'ax' })], ['usual.CT', 'a']],
    ['CT beside the earlier one, like with like', facts(['CT'], COMPARABLE), [
      series('soft', 'CT', { description: 'Thorax soft', orientation: 'ax' }), series('oldlung', 'CT', { description: 'Thorax lung', orientation: 'ax', study: 1 }), series('oldsoft', 'CT', { description: 'Thorax soft', orientation: 'ax', study: 1 }),
    ], ['usual.CTPRIOR', 'soft', 'oldsoft']],
    ['MR of the head', facts(['MR'], { body_part: ['BRAIN'] }), [mr('t1', 'T1 mprage'), mr('t2', 'T2 TSE ax'), mr('fl', 'T2 FLAIR'), mr('dw', 'ep2d_diff')], ['usual.MRHEAD', 'fl', 't2', 'dw', 't1']],
    ['MR of the head beside the earlier one', facts(['MR'], { body_part: ['BRAIN'], ...COMPARABLE }), [
      mr('t1', 'T1'), mr('fl', 'FLAIR'), mr('o1', 'FLAIR', { study: 1 }), mr('o2', 'T1 se', { study: 1 }), mr('o3', 'T2', { study: 1 }),
    ], ['usual.MRHEADPRIOR', 'fl', 'o1', 't1', 'o2']],
    ['MR of the spine', facts(['MR'], { body_part: ['LSPINE'] }), [mr('a', 'T1 sag', { orientation: 'sag' }), mr('b', 'T2 sag', { orientation: 'sag' }), mr('c', 'T2 tra', { orientation: 'ax' })], ['usual.MRSPINE', 'b', 'a', 'c']],
    ['MR of something else, four contrasts', facts(['MR'], { body_part: ['KNEE'] }), [mr('a', 'pd fs cor'), mr('b', 't1 sag'), mr('c', 't2 tra'), mr('d', 'STIR')], ['usual.MR4', 'b', 'c', 'd', 'a']],
    ['MR of something else, two contrasts', facts(['MR']), [mr('a', 'loc'), mr('b', 't1 sag'), mr('c', 't2 tra')], ['usual.MR2', 'b', 'c']],
    ['MR beside the earlier one', facts(['MR'], { body_part: ['KNEE'], ...COMPARABLE }), [mr('a', 't1'), mr('x', 't2', { study: 1 }), mr('y', 't1', { study: 1 })], ['usual.MRPRIOR', 'a', 'y']],
    ['one radiograph beside the earlier one', facts(['DX'], COMPARABLE), [series('pa', 'DX', { view: 'PA' }), series('ol', 'CR', { view: 'LL', study: 1 }), series('op', 'CR', { view: 'PA', study: 1 })], ['usual.PROJECTIONPRIOR', 'pa', 'op']],
    ['two radiographs beside earlier ones', facts(['DX'], COMPARABLE), [
      series('pa', 'DX', { view: 'PA' }), series('ll', 'DX', { view: 'LL' }), series('ol', 'DX', { view: 'LL', study: 1 }), series('op', 'DX', { view: 'PA', study: 1 }),
    ], ['usual.PROJECTIONSPRIOR', 'pa', 'op', 'll', 'ol']],
    ['two radiographs', facts(['CR']), [series('a', 'CR'), series('b', 'CR')], ['usual.PROJECTION', 'a', 'b']],
    ['mammography', facts(['MG']), ['LCC', 'LMLO', 'RCC', 'RMLO'].map((id) => mg(id)), ['usual.MG', ...NAMES]],
    ['mammography of one breast', facts(['MG']), [mg('LMLO'), mg('LCC')], ['usual.MG2', 'LCC', 'LMLO']],
    ['mammography of three views', facts(['MG']), [mg('LMLO'), mg('LCC'), mg('RCC')], ['usual.MG', 'RCC', 'LCC', '', 'LMLO']],
    ['MR of the head with two contrasts', facts(['MR'], { body_part: ['HEAD'] }), [mr('d', 'dti_tra_dir16'), mr('t', 't1_gre_sag')], ['usual.MR', 'd']],
    ['mammography above the earlier one', facts(['MG'], COMPARABLE), [...NAMES.map((id) => mg(`${id}*`, 1)), ...NAMES.map((id) => mg(id))], ['usual.MGPRIOR', ...NAMES, ...NAMES.map((id) => `${id}*`)]],
    ['ultrasound', facts(['US']), [series('a', 'US')], ['usual.US', 'a']],
    ['angiography of one run', facts(['XA']), [series('a', 'XA')], ['usual.XA', 'a']],
    ['angiography of two runs', facts(['XA']), [series('a', 'XA'), series('b', 'XA')], ['usual.XA2', 'a', 'b']],
    ['angiography of four runs', facts(['XA']), ['a', 'b', 'c', 'd', 'e'].map((id) => series(id, 'XA')), ['usual.XA4', 'a', 'b', 'c', 'd']],
    ['PET over CT, earlier ones or not', facts(['PT', 'CT'], COMPARABLE), [series('c', 'CT'), series('p', 'PT'), series('o', 'CT', { study: 1 })], ['usual.PTCT', 'c', 'p', 'c', 'c']],
    ['nuclear medicine', facts(['NM']), [series('a', 'NM'), series('b', 'NM')], ['usual.NM', 'a', 'b']],
    ['eyes', facts(['OP', 'OPT']), [series('oct', 'OPT'), series('f', 'OP')], ['usual.EYE', 'f', 'oct']],
    ['animals, earlier ones or not', facts(['DX'], { species: 'Dog', ...COMPARABLE }), [series('a', 'DX'), series('b', 'DX'), series('o', 'DX', { study: 1 })], ['usual.ANIMAL', 'a', 'b']],
  ])('%s', (_, of, candidates, expected) => expect(hung(of, ...candidates)).toEqual(expected));

  it('what is like another cell waits for metadata where there is a choice', () => {
    const old = { study: 1, orientation: undefined };
    const [best] = matchesOf(USUAL_HANGINGS, facts(['CT'], COMPARABLE), { candidates: [series('a', 'CT'), series('x', 'CT', old), series('y', 'CT', old)], awaited: [] }, (rule) => rule.screens[0]);
    expect(best?.picked).toMatchObject({ cells: ['a', ''], possible: 1 });
    expect(hung(facts(['CT'], COMPARABLE), series('a', 'CT'), series('x', 'CT', old))).toEqual(['usual.CTPRIOR', 'a', 'x']);
  });
});

describe('sequenceOf', () => {
  it.each([
    ['t2_tse_dark-fluid_tra', 'FLAIR'], ['AX T2 FLAIR FS', 'FLAIR'], ['T2W_TSE', 'T2'], ['t1_mprage_sag', 'T1'], ['SAG T1 POST GD', 'T1'], ['ep2d_diff_b1000', 'DWI'], ['ep2d_diff_ADC', 'ADC'],
    ['PD_TSE_SPAIR', 'PD'], ['T2* GRE', 'SWI'], ['cor STIR', 'STIR'], ['3-plane loc', 'LOC'], ['T12 vertebra', ''], ['updated', ''], ['', ''],
  ])('%s is %s', (description, name) => expect(sequenceOf(description)).toBe(name));

  const times = (scanning: string[], repetition: number, echo: number, inversion?: number): DataSet => ({
    '00180020': { vr: 'CS', Value: scanning }, '00180080': { vr: 'DS', Value: [repetition] }, '00180081': { vr: 'DS', Value: [echo] }, ...(inversion ? { '00180082': { vr: 'DS', Value: [inversion] } } : {}),
  });
  it.each<[DataSet, string]>([
    [times(['SE'], 500, 12), 'T1'], [times(['SE'], 4000, 100), 'T2'], [times(['SE'], 2500, 30), 'PD'], [times(['SE', 'IR'], 9000, 110, 2500), 'FLAIR'], [times(['IR'], 4000, 40, 160), 'STIR'], [times(['GR'], 500, 12), ''], [times(['SE'], NaN, 12), ''],
    [{ '00089209': { vr: 'CS', Value: ['DIFFUSION'] } }, 'DWI'], [{ '00189087': { vr: 'FD', Value: [1000] } }, 'DWI'], [{}, ''],
  ])('%o is %s', (ds, name) => expect(sequenceOf('AX', ds)).toBe(name));
});

describe('isComparable', () => {
  const study = (uid: string, date: string, modalities: string[], body_parts: string[], id = 'P'): Study =>
    ({ study_instance_uid: uid, study_date: date, study_time: '', modalities, body_parts, patient_id: id, issuer_of_patient_id: '', patient_name: { alphabetic: 'A' }, patient_birth_date: '' }) as unknown as Study;
  const now = study('1', '20260301', ['DX', 'SR'], ['CHEST']);
  it.each<[string, Study, boolean]>([
    ['same kind and part', study('2', '20250301', ['CR'], ['THORAX']), true],
    ['another part', study('2', '20250301', ['DX'], ['HAND']), false],
    ['a part nobody said', study('2', '20250301', ['DX'], []), true],
    ['another kind', study('2', '20250301', ['CT', 'SR'], ['CHEST']), false],
    ['a later one', study('2', '20270301', ['DX'], ['CHEST']), false],
    ['somebody else', study('2', '20250301', ['DX'], ['CHEST'], 'Q'), false],
    ['itself', now, false],
  ])('%s', (_, prior, is) => expect(isComparable(now, prior)).toBe(is));
});

import { describe, expect, it } from 'vitest';
import {
  atLevel, bookWords, canBeTried, deedsOf, draftOf, exampleRule, faultsOf, groupWords, isSound, keyWords, NEW_RULE, placed, readPlace, ruleOf, rulesAddress, sentenceOf, splitKey, strangers,
  trialGroups, trialRule, trialWords, usualAt, watchWords, withKey, type Rule, type RuleDraft, type Trial,
} from '../../domain/rules';

const NIGHT: Rule = {
  name: 'Night', level: 'series', keys: ['Modality=CT\\MR', '0018,0050=5', 'StudyDescription=a=b*'], send_to: ['PACS', 'TELE'], notify: ['WS'], prepare: true, quiet_seconds: 90, enabled: true,
};
const TRIAL: Trial = { study_uid: '1.2', series_uid: '1.2.1', sop_uid: '', subject: 'Doe · Head', send_to: ['PACS'], notify: [], left_out: [] };

describe('a rule', () => {
  it('in words', () => {
    expect(watchWords(NIGHT)).toBe('Series, quiet for 1 min 30 s');
    expect(watchWords({ level: 'study', quiet_seconds: 0.5 })).toBe('Studies, quiet for 0.5 s');
    expect(watchWords({ level: 'instance', quiet_seconds: 30 })).toBe('Each image, at once');
    expect(keyWords(NIGHT.keys)).toBe('Modality CT or MR, 0018,0050 5, Study Description a=b*');
    expect(sentenceOf(NIGHT)).toBe(
      'When nothing new has come to a series with Modality CT or MR and 0018,0050 5 and Study Description a=b* for 1 min 30 s: send it to PACS and TELE, tell WS that it is here, and prepare it for reading.',
    );
    expect(sentenceOf({ ...NIGHT, level: 'instance', keys: [], send_to: [], notify: [] })).toBe('When an image arrives: prepare it for reading.');
    expect(sentenceOf(ruleOf(NEW_RULE))).toBe('When nothing new has come to a study for 30 s: do nothing.');
  });
  it('names nodes that are gone', () => {
    expect(strangers(NIGHT, ['PACS', 'WS'])).toEqual(['TELE']);
    expect(strangers({ send_to: ['X'], notify: ['X'] }, [])).toEqual(['X']);
    expect(bookWords([NIGHT, { ...NIGHT, enabled: false }], ['PACS', 'TELE', 'WS'])).toBe('2 rules, 1 off');
    expect(bookWords([NIGHT], [])).toBe('1 rule, 1 names a node that is not known');
  });
  it('is the same after it was written and read', () => {
    expect(ruleOf(draftOf(NIGHT))).toEqual(NIGHT);
    expect(splitKey('StudyDescription=a=b*')).toEqual({ attribute: 'StudyDescription', value: 'a=b*' });
    expect(splitKey('Modality')).toEqual({ attribute: 'Modality', value: '' });
    expect(ruleOf({ ...NEW_RULE, name: ' A ', keys: [{ id: 7, attribute: ' Modality ', value: ' CT ' }], quiet_seconds: ' 2.5 ' })).toMatchObject({ name: 'A', keys: ['Modality=CT'], quiet_seconds: 2.5 });
  });
  it('an example can be saved as it is', () => {
    for (const known of [[], ['PACS', 'B']]) expect(isSound(faultsOf(exampleRule(known)))).toBe(true);
    expect(exampleRule(['PACS', 'B'])).toMatchObject({ send_to: ['PACS'], prepare: false });
    expect(exampleRule([])).toMatchObject({ send_to: [], prepare: true });
    expect(exampleRule(['N'.repeat(64)]).name).toHaveLength(64);
  });
});

describe('conditions', () => {
  it('offers what the level and those above it have (PS3.4 C.6.2.1)', () => {
    const names = (level: Rule['level']) => usualAt(level).map((one) => one.keyword);
    expect(names('study')).toContain('ModalitiesInStudy');
    expect(names('study')).not.toContain('Modality');
    expect(names('series')).toEqual(expect.arrayContaining(['Modality', 'StudyDescription']));
    expect(names('series')).not.toContain('SOPClassUID');
    expect(names('instance')).toContain('SOPClassUID');
  });
  it('asks the modality in the word of the level', () => {
    const study: RuleDraft = { ...NEW_RULE, keys: withKey(NEW_RULE) };
    expect(study.keys).toEqual([{ id: 0, attribute: 'ModalitiesInStudy', value: '' }]);
    const series = atLevel(study, 'series');
    expect(series.keys[0]?.attribute).toBe('Modality');
    expect(atLevel(series, 'study').keys).toEqual(study.keys);
    expect(withKey(series).map((key) => [key.id, key.attribute])).toEqual([[0, 'Modality'], [1, 'StudyDescription']]);
  });
});

describe('what cannot be', () => {
  const faults = (change: Partial<RuleDraft>) => faultsOf({ ...draftOf(NIGHT), ...change });
  it('nothing is wrong with a rule that is there', () => expect(isSound(faults({}))).toBe(true));
  it('an empty one lacks a name and something to do, and says nothing about it yet', () => {
    expect(faultsOf(NEW_RULE)).toEqual({ name: '', does: '', keys: new Map() });
    expect(canBeTried(faultsOf(NEW_RULE))).toBe(false);
    expect(canBeTried(faultsOf({ ...NEW_RULE, prepare: true }))).toBe(true);
  });
  it('names, seconds', () => {
    expect(faults({ name: 'x'.repeat(65) }).name).toMatch(/^65 characters/);
    expect(canBeTried(faults({ name: 'x'.repeat(65) }))).toBe(false);
    for (const quiet_seconds of ['', '-1', '1e3', '86401', 'soon']) expect(faults({ quiet_seconds }).quiet_seconds, quiet_seconds).toMatch(/^Seconds/);
    expect(isSound(faults({ quiet_seconds: '0' }))).toBe(true);
  });
  it('conditions without a value, or of a lower level', () => {
    const keys = [{ id: 3, attribute: 'Modality', value: 'CT' }, { id: 4, attribute: 'PatientID', value: ' ' }, { id: 5, attribute: '', value: 'x' }];
    expect([...faults({ level: 'study', keys }).keys]).toEqual([[3, 'Modality says nothing of a whole study'], [4, ''], [5, '']]);
  });
  it('what the server refuses is said at its field', () => {
    const draft = draftOf(NIGHT);
    expect(placed(draft, 400, 'No.', { field: 'keys', key: '0018,0050=5' })?.keys).toEqual(new Map([[1, 'No.']]));
    expect(placed(draft, 409, 'There is one.', {})?.name).toBe('There is one.');
    expect(placed(draft, 400, 'No.', { field: 'quiet_seconds' })?.quiet_seconds).toBe('No.');
    expect(placed(draft, 400, 'No.', { field: 'keys', key: 'gone=1' })).toBeUndefined();
    expect(placed(draft, 503, 'Later.', {})).toBeUndefined();
  });
});

describe('a dry run', () => {
  it('depends on neither name nor switch', () => {
    expect(trialRule({ ...draftOf(NIGHT), name: '', enabled: false })).toEqual(trialRule(draftOf(NIGHT)));
    expect(trialRule(NEW_RULE).name).not.toBe('');
  });
  it('counts', () => {
    expect(trialWords([], 'study')).toBe('Nothing that is here meets it.');
    expect(trialWords([TRIAL], 'study')).toBe('1 study here meets it.');
    expect(trialWords([TRIAL, TRIAL], 'instance')).toBe('2 images here meet it.');
    expect(trialWords(Array.from({ length: 100 }, () => TRIAL), 'series')).toMatch(/^At least 100 series/);
  });
  it('tells those of a study with the same fate together', () => {
    const groups = trialGroups([TRIAL, { ...TRIAL, series_uid: '1.2.2' }, { ...TRIAL, series_uid: '1.2.3', send_to: [], left_out: ['PACS'] }, { ...TRIAL, study_uid: '1.3' }]);
    expect(groups.map((group) => group.count)).toEqual([2, 1, 1]);
    expect(groups.map((group) => groupWords(group, 'series'))).toEqual(['2 series', '1 series', '1 series']);
    expect(groupWords({ trial: TRIAL, count: 1 }, 'study')).toBe('');
  });
  it('says what would be done, and why not', () => {
    const words = (trial: Partial<Trial>, prepare = false) => deedsOf({ ...TRIAL, ...trial }, { prepare }, ['PACS', 'WS', 'CITY']).map((deed) => deed.words);
    expect(words({ notify: ['WS'] }, true)).toEqual(['would be sent to PACS', 'WS would be told', 'would be prepared']);
    expect(words({ send_to: ['WS'], left_out: ['PACS', 'CITY'] })).toEqual(['would be sent to WS', 'not to PACS and CITY: it came from there']);
    expect(words({ send_to: ['OLD'] })).toEqual(['OLD is not known: that would fail']);
    expect(words({ send_to: [] })).toEqual(['nothing would be done']);
  });
});

describe('the address', () => {
  it('keeps which rule is selected and what is written', () => {
    for (const place of [{ rule: '', writing: '' }, { rule: 'a&b=c?', writing: 'change' }, { rule: '', writing: 'new' }] as const) {
      expect(readPlace(new URL(rulesAddress(place), 'http://x').search)).toEqual(place);
    }
    expect(rulesAddress({ rule: '', writing: '' })).toBe('/rules');
    expect(readPlace('?form=evil')).toEqual({ rule: '', writing: '' });
  });
});

import { describe, expect, it } from 'vitest';
import { USUAL_HANGINGS } from '../../domain/hanging-defaults';
import { exampleOf, proposedConditions, proposedName, type Arranged } from '../../domain/hanging-example';
import { factsOf, kindKey, matchesOf, verdictOf, whyNot, type Facts } from '../../domain/hanging-match';
import { fitOf, pickCells, type Candidate, type Pool } from '../../domain/hanging-picks';
import { cellWords, conditionWords, readKept, screenFor, type Condition, type HangingRule, type KeptHanging } from '../../domain/hangings';
import type { StudyDetail } from '../../domain/study';

const candidate = (id: string, change: Partial<Candidate> = {}): Candidate => ({
  id, study: 0, modality: 'CT', description: '', body_part: 'HEAD', number: 1, images: 20, orientation: '', laterality: '', view: '', contrast: false, sequence: '', ...change,
});
const pool = (...candidates: Candidate[]): Pool => ({ candidates, awaited: [] });
const facts = (change: Partial<Facts> = {}): Facts => ({
  modality: ['CT'], body_part: ['HEAD'], description: 'Kopf nativ', laterality: [], view: [], procedure: '', priors: 0, comparable: 0, species: '', ...change,
});
const condition = (attribute: Condition['attribute'], test: Condition['test'], ...values: string[]): Condition => ({ attribute, test, values });
const rule = (name: string, conditions: Condition[], picks: object[] = [{}], columns = picks.length): HangingRule => ({
  name, conditions, linked: false, screens: [{ role: '', rows: 1, columns, cells: picks.map((pick) => ({ pick: [pick] })) }],
});
const kept = (id: KeptHanging['id'], hanging: HangingRule, shared = false): KeptHanging => ({ id, shared, hanging, damage: '' });
const first = (hanging: HangingRule) => hanging.screens[0];

describe('conditions', () => {
  it.each<[Condition, Partial<Facts>, string]>([
    [condition('modality', 'is', 'ct'), {}, 'yes'],
    [condition('modality', 'is', 'MR', 'PT'), {}, 'no'],
    [condition('body_part', 'is', 'head'), {}, 'yes'],
    [condition('description', 'contains', 'KOPF'), {}, 'yes'],
    [condition('description', 'contains', 'opf n'), {}, 'yes'],
    [condition('description', 'words', 'nativ kopf'), {}, 'yes'],
    [condition('description', 'words', 'opf'), {}, 'no'],
    [condition('description', 'words', 'schädel'), { description: 'SCHADEL seitlich' }, 'yes'],
    [condition('view', 'is', 'CC'), { view: undefined }, 'unknown'],
    [condition('procedure', 'contains', 'x'), { procedure: undefined }, 'unknown'],
    [condition('priors', 'at_least', '2'), { priors: 1 }, 'no'],
    [condition('priors', 'at_least', '2'), { priors: 3 }, 'yes'],
    [condition('species', 'any'), { species: 'Dog' }, 'yes'],
    [condition('species', 'any'), {}, 'no'],
    [condition('description', 'words', '***'), {}, 'yes'],
    [condition('modality', 'is', ''), {}, 'no'],
  ])('%o', (asked, known, verdict) => expect(verdictOf(asked, facts(known))).toBe(verdict));

  it('facts of a study leave companions and people out', () => {
    const series = { is_image: true, modality: 'MG', body_part_examined: 'BREAST', laterality: 'L' };
    const study = { modalities: ['MG', 'SR'], body_parts: ['BREAST'], study_description: '', patient_name: {}, priors: [{ modalities: ['CT'], body_parts: [], patient_name: {} }], patient_species: 'Homo sapiens', series: [series, series] };
    const one = { '00185101': { vr: 'CS', Value: ['CC'] }, '00200062': { vr: 'CS', Value: ['R'] } };
    expect(factsOf(study as unknown as StudyDetail, [])).toMatchObject({ modality: ['MG'], species: '', laterality: ['L'], view: undefined, priors: 1 });
    expect(factsOf(study as unknown as StudyDetail, [one, one])).toMatchObject({ view: ['CC'], laterality: ['L', 'R'], procedure: '' });
  });
});

describe('which hangs', () => {
  const head = kept(1, rule('Head', [condition('modality', 'is', 'CT'), condition('body_part', 'is', 'HEAD')], [{ modality: 'CT' }]));
  const any = kept(2, rule('Any CT', [condition('modality', 'is', 'CT')], [{ modality: 'CT' }]));
  const everybodys = kept(3, { ...head.hanging, name: 'Head of all' }, true);
  const series = pool(candidate('a'), candidate('b'));

  it('the one that asks for most, one’s own before everybody’s, with its reason', () => {
    const found = matchesOf([everybodys, any, head, ...USUAL_HANGINGS], facts(), series, first);
    expect(found.map((m) => m.kept.hanging.name)).toEqual(['Head', 'Head of all', 'Any CT', 'CT: one series']);
    expect(found[0]?.why).toBe('Matched: modality CT, body part HEAD. 1 of 1 series found.');
  });
  it('the default of the reader stands before all', () => {
    expect(matchesOf([head, any], facts(), series, first, 2)[0]?.kept.id).toBe(2);
  });
  it('what matches nothing, finds nothing, asks nothing or is damaged does not hang', () => {
    const none = [
      kept(4, rule('MR', [condition('modality', 'is', 'MR')])),
      kept(5, rule('Nothing found', [condition('modality', 'is', 'CT')], [{ modality: 'US' }])),
      kept(6, rule('No condition', [])),
      kept(7, rule('One of three', [condition('modality', 'is', 'CT')], [{ number: 1 }, { number: 8 }, { number: 9 }])),
      { ...kept(8, head.hanging), damage: 'broken' },
      kept(9, rule('Unknown yet', [condition('view', 'is', 'CC')])),
    ];
    expect(matchesOf(none, facts({ view: undefined }), pool(candidate('a', { number: 1 })), first)).toEqual([]);
    expect(whyNot(none[0]?.hanging as HangingRule, facts())).toBe('Not so here: modality MR.');
  });
  it('what is the default for such studies is kept by kinds, parts and species', () => {
    expect(kindKey(facts({ modality: ['PT', 'CT'], body_part: ['chest', 'ABDOMEN'] }))).toBe('CT+PT|ABDOMEN+CHEST|');
  });
  it('windows take the screen of their role, else of their number', () => {
    const two: HangingRule = { ...head.hanging, screens: [{ role: 'current', rows: 1, columns: 1, cells: [{}] }, { role: 'prior', rows: 1, columns: 2, cells: [{}, {}] }] };
    expect(screenFor(two, 'prior', 1)?.columns).toBe(2);
    expect(screenFor(two, '', 2)?.role).toBe('prior');
    expect(screenFor(two, 'navigation', 1)?.role).toBe('current');
    expect(screenFor(two, '', 3)).toBeUndefined();
  });
});

describe('which series hangs where', () => {
  const screen = (...picks: object[][]) => ({ role: '' as const, rows: 1, columns: picks.length, cells: picks.map((pick) => ({ pick })) });

  it('four mammography views back to back: R CC, L CC above R MLO, L MLO', () => {
    const views = ['LCC', 'LMLO', 'RCC', 'RMLO'].map((v) => candidate(v, { modality: 'MG', laterality: v[0] as string, view: v.slice(1) }));
    const usual = USUAL_HANGINGS.find((k) => k.id === 'usual.MG') as KeptHanging;
    expect(pickCells(usual.hanging.screens[0] as never, pool(...views)).cells).toEqual(['RCC', 'LCC', 'RMLO', 'LMLO']);
  });
  it('before metadata are here a view is possible, not found', () => {
    const views = [candidate('a', { modality: 'MG', laterality: 'L', view: undefined })];
    expect(pickCells(screen([{ modality: 'MG', laterality: 'L', view: 'CC' }], [{ modality: 'MG', laterality: 'R', view: 'CC' }]), pool(...views))).toEqual({ cells: ['', ''], found: 0, possible: 1, asked: 2 });
  });
  it('one series after the other, the fallback where the first choice is not here, the nth, and of earlier studies', () => {
    const series = pool(candidate('t1', { description: 'T1 SE' }), candidate('t2', { description: 't2 tse' }), candidate('old', { study: 1, description: 'T2' }));
    expect(pickCells(screen([{}], [{}], [{}]), series).cells).toEqual(['t1', 't2', '']);
    expect(pickCells(screen([{ description: 'flair' }, { description: 'T2' }], [{ place: 2 }], [{ study: 1 }]), series).cells).toEqual(['t2', 't2', 'old']);
    expect(pickCells(screen([{ study: 2 }]), { candidates: [], awaited: [2] })).toMatchObject({ possible: 1, cells: [''] });
  });
  it.each([[{ contrast: true }, 'no'], [{ contrast: false }, 'yes'], [{ contrast: null }, 'yes'], [{ orientation: 'ax' }, 'no'], [{ body_part: 'KNEE' }, 'no'], [{ number: 2 }, 'no'], [{ description: 'x', study: 1 }, 'no']])('selector %o', (selector, fit) => {
    expect(fitOf(selector as never, candidate('a'))).toBe(fit);
  });
});

describe('by example', () => {
  const arranged: Arranged[] = [
    { of: candidate('bone', { description: 'Bone 1.0', orientation: 'ax' }), show: { window: [420, 1900] } },
    { of: candidate('soft', { description: 'Soft 5.0', orientation: 'ax' }), show: {} },
    { of: undefined, show: {} },
    { of: candidate('old', { study: 1 }), show: { plane: 'cor' } },
  ];
  const all = facts({ priors: 1 });
  const proposed = proposedConditions(all, arranged);

  it('proposes kinds, body parts and earlier studies; the description is off', () => {
    expect(proposed.map(({ condition: c, on }) => [conditionWords([c]), on])).toEqual([
      ['modality CT', true], ['body part HEAD', true], ['description with the words Kopf nativ', false], ['1 or more earlier studies', true],
    ]);
    expect(proposedName(all, ['CT HEAD'])).toBe('CT HEAD 2');
  });
  it('matches the same study again and finds the same series', () => {
    const made = exampleOf('Mine', proposed.filter((p) => p.on).map((p) => p.condition), { rows: 2, columns: 2 }, arranged, true);
    const series = pool(...arranged.flatMap((a) => a.of ?? []));
    const [best] = matchesOf([...USUAL_HANGINGS, kept(1, made)], all, series, first);
    expect(best?.kept.hanging.name).toBe('Mine');
    expect(best?.picked.cells).toEqual(['bone', 'soft', '', 'old']);
    expect(best?.why).toBe('Matched: modality CT, body part HEAD, 1 or more earlier studies. 3 of 3 series found.');
    // Another patient's series are called otherwise: they hang by their place.
    const others = pool(candidate('x', { description: 'Knochen', orientation: 'ax' }), candidate('y', { description: 'Weichteil', orientation: 'ax' }), candidate('z', { study: 1 }));
    expect(pickCells(made.screens[0] as never, others).cells).toEqual(['x', 'y', '', 'z']);
    // By their plane before by their place: a localiser of another plane stands first.
    const scout = candidate('scout', { description: 'Topogramm', orientation: 'sag' });
    expect(pickCells(made.screens[0] as never, pool(scout, ...others.candidates)).cells).toEqual(['x', 'y', '', 'z']);
  });
});

describe('reading what the server tells', () => {
  it.each([null, 1, {}, { id: 1 }, { id: 1, hanging: { name: 'x', screens: [] } }, { id: 1, hanging: { name: 'x', screens: [{ rows: 9, columns: 1, cells: [] }] } }, { id: 1, hanging: { name: 'x', screens: [{ rows: 1, columns: 1, cells: [null] }] } }, { id: 1, hanging: { name: 'x', conditions: [{}], screens: [{ rows: 1, columns: 1, cells: [{}] }] } }])('refuses %o', (value) => {
    expect(readKept(value)).toBeUndefined();
  });
  it('keeps the name of a damaged one', () => {
    expect(readKept({ id: 4, shared: true, hanging: { name: 'x', screens: [] }, damage: 'Its row is damaged.' })).toMatchObject({ damage: 'Its row is damaged.', hanging: { name: 'x', screens: [] } });
  });
  it('says a cell in words', () => {
    expect(cellWords({ pick: [{ modality: 'CT', orientation: 'cor', description: 'bone', study: 1 }], show: { plane: 'cor', window: [420, 1900] } })).toBe('CT coronal “bone” earlier study 1 · MPR coronal, W 1900 L 420');
    expect(cellWords({})).toBe('');
  });
});

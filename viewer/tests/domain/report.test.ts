/** Reports against dcmtk: dcm2json reads the object as we get it, dsrdump says what is in it. Neither knows our code. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { text, type DataSet } from '../../core/dicom-json';
import { codeOf, instancesOf, MOST_ITEMS, readReport, walk } from '../../domain/report';
import { blocksOf, positionsIn, type GroupsBlock } from '../../domain/report-document';
import { doseOf } from '../../domain/report-dose';
import { isOn, marksOf } from '../../domain/report-marks';
import { dateTimeWords, measureOf, plainText, valueWords } from '../../domain/report-words';

const DATA = join(dirname(fileURLToPath(import.meta.url)), '../../../../shared/data');

function json(path: string): DataSet {
  // --bulk-disabled is the default; what dcmtk cannot decode stays as it is.
  return JSON.parse(execFileSync('dcm2json', [join(DATA, path)], { maxBuffer: 1 << 28, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as DataSet;
}

function filesIn(folder: string): string[] {
  return readdirSync(join(DATA, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'dump' ? [] : filesIn(path);
    return isReport(path) ? [path] : [];
  });
}

function isReport(path: string): boolean {
  const bytes = readFileSync(join(DATA, path)).subarray(0, 2048).toString('latin1');
  return bytes.includes('1.2.840.10008.5.1.4.1.1.88.') && !bytes.includes('1.2.840.10008.5.1.4.1.1.88.59');
}

interface Dumped {
  relationship: string;
  type: string;
  rest: string;
}

/** -Ee and the like: dsrdump reads what is not quite right too. +Pl: long values whole. */
function dumped(path: string): Dumped[] {
  const said = execFileSync('dsrdump', ['-Er', '-Ec', '-Ev', '-Ei', '+U8', '+Pc', '+Pl', '-Ph', join(DATA, path)], { maxBuffer: 1 << 28, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const found: Dumped[] = [];
  for (const line of said.split('\n')) {
    const m = /^\s*<((?:contains|has [a-z]+ [a-z]+|has properties|inferred from|selected from) )?([A-Z0-9]+):(.*)$/.exec(line);
    if (m) found.push({ relationship: m[1]?.trim() ?? '', type: m[2] ?? '', rest: m[3] ?? '' });
    else if (found.length && !/^\s*</.test(line)) (found.at(-1) as Dumped).rest += `\n${line}`;
  }
  return found;
}

const squeezed = (words: string) => words.replace(/\\[rnt]|\s+/g, '');
const FILES = existsSync(DATA) ? [...filesIn('made/sr'), ...filesIn('objects/sr')] : [];

describe('reports as dsrdump reads them', () => {
  it('finds the reports', () => expect(FILES.length).toBeGreaterThan(30));

  it.each(FILES)('%s', (path) => {
    const ds = json(path);
    const dump = dumped(path);
    const report = readReport(ds);
    const ours = [...walk(report.root)].filter((one) => one.type !== '');
    expect(dump.length).toBeGreaterThan(0);
    expect(ours.map((one) => one.type)).toEqual(dump.map((d) => d.type));
    const whole = squeezed(plainText('', ds, report));
    for (const [i, one] of ours.entries()) {
      const { rest } = dump[i] as Dumped;
      const said = squeezed(rest);
      for (const code of [one.name, one.type === 'CODE' ? codeOf(one.data, '0040A168') : undefined]) if (code) expect(said).toContain(squeezed(`(${code.value},${code.scheme}`));
      if (one.type === 'NUM') {
        const { number, unit } = measureOf(one.data);
        // JSON has numbers, not digits: '18.0' comes as 18 (PS3.18 F.2.3.1).
        if (number) expect(Number(number)).toBe(Number(/="([^"]*)"/.exec(rest)?.[1]));
        if (unit) expect(said).toContain(squeezed(`${unit.value},${unit.scheme}`));
      }
      if (one.type === 'TEXT') expect(said).toContain(squeezed(`"${valueWords(one)}"`));
      // The other way round: what dsrdump says in quotation marks is in the text that we copy.
      const value = /="([\s\S]*)"/.exec(rest)?.[1];
      if (one.type === 'TEXT' && value) expect(whole).toContain(squeezed(value));
      if (one.type === 'DATETIME' && value) expect(whole).toContain(squeezed(dateTimeWords(value)));
      if (one.type === 'PNAME' && value) for (const part of value.split(/[\^=]/).filter(Boolean)) expect(whole).toContain(squeezed(part));
      if (one.type === 'UIDREF' && value) expect(whole).toContain(value);
      if (one.type === 'NUM' && value) expect(whole).toContain(String(Number(value.replace(/" \([\s\S]*$/, ''))));
    }
    // Laying it out in sections and tables loses nothing, and says nothing twice.
    const laid = new Set(positionsIn(blocksOf(report.root)));
    const missing = [...walk(report.root)].filter((one) => one !== report.root && !laid.has(one.position) && !isWithin(one.position, laid, report));
    expect(missing.map((one) => one.position)).toEqual([]);
  });
});

/** Shown inside the cell of what it says more of, or a container that was taken apart into the columns of its row. */
function isWithin(position: string, laid: ReadonlySet<string>, report: ReturnType<typeof readReport>): boolean {
  const one = report.byPosition.get(position);
  if (one?.type === 'CONTAINER') return one.children.every((c) => laid.has(c.position) || isWithin(c.position, laid, report));
  const parent = position.split('.').slice(0, -1).join('.');
  return laid.has(parent) && report.byPosition.get(parent)?.type !== 'CONTAINER' ? true : parent !== '1' && parent !== '' && report.byPosition.get(parent)?.type !== 'CONTAINER' && isWithin(parent, laid, report);
}

describe('what reports measure and mark (TRUTH.csv)', () => {
  it('lists measurement groups of TID 1500, a row each', () => {
    const report = readReport(json('made/sr/tid1500.dcm'));
    const measurements = report.root.children.find((c) => c.name?.meaning === 'Imaging Measurements');
    const [groups] = blocksOf(measurements as never) as [GroupsBlock];
    expect(groups.kind).toBe('groups');
    const cell = (row: number, column: string) => groups.rows[row]?.cells[groups.columns.indexOf(column)]?.map(valueWords).join();
    expect([0, 1, 2, 3, 4].map((row) => [cell(row, 'Tracking Identifier'), cell(row, 'Volume'), cell(row, 'Diameter'), cell(row, 'Attenuation Coefficient')])).toEqual([
      ['sphere air', '3053.628 mm³', '18 mm', '-1000 Hounsfield unit'],
      ['sphere fat', '7238.229 mm³', '24 mm', '-100 Hounsfield unit'],
      ['sphere soft', '7238.229 mm³', '24 mm', '40 Hounsfield unit'],
      ['sphere bone', '2144.661 mm³', '16 mm', '710 Hounsfield unit'],
      ['sphere dense', '14137.167 mm³', '30 mm', '1480 Hounsfield unit'],
    ]);
  });

  it('reads marks of mammography CAD with type and certainty', () => {
    const marks = marksOf(json('made/sr/mammography-cad.dcm'));
    expect(marks.filter((m) => m.type === 'POINT').map((m) => [...m.points])).toEqual([[68, 68], [48, 78], [76, 75], [76, 45]]);
    expect(marks.every((m) => m.machine && m.images.length === 1)).toBe(true);
    expect(marks[0]?.label).toBe('Mammographic breast mass, 90 %');
    expect(isOn(marks[0] as never, marks[0]?.images[0]?.uid ?? '', 1)).toBe(true);
    expect(isOn(marks[0] as never, marks[2]?.images[0]?.uid ?? '', 1)).toBe(false);
  });

  it('reads the mark of chest CAD', () => {
    const [mark] = marksOf(json('made/sr/chest-cad.dcm'));
    expect([mark?.label, [...(mark?.points ?? [])], mark?.machine]).toEqual(['Nodule', [292, 385], true]);
  });

  it('reads places in the patient', () => {
    const marks = marksOf(json('made/sr/comprehensive3d-scoord3d.dcm'));
    expect(marks.map((m) => m.type)).toEqual(['POINT', 'MULTIPOINT', 'POLYLINE', 'POLYGON', 'ELLIPSE', 'ELLIPSOID']);
    expect([...(marks[0]?.points ?? [])]).toEqual([38, 31, 64]);
    expect(marks.every((m) => m.frameOfReference !== '')).toBe(true);
  });

  it.each([
    ['CT-RDSR-Siemens_Flash-TAP-SS.dcm', 'CT Dose Length Product Total'],
    ['MG-RDSR-Hologic_2D.dcm', 'Accumulated Average Glandular Dose'],
  ])('finds the totals of %s that dsrdump says', (file, name) => {
    const path = `objects/sr/dose/${file}`;
    const dose = doseOf(readReport(json(path)));
    const said = dumped(path).filter((d) => d.rest.includes(`"${name}"`)).map((d) => /="([^"]*)"/.exec(d.rest)?.[1]);
    expect(said.length).toBeGreaterThan(0);
    expect(dose?.totals.filter((one) => one.name?.meaning === name).map((one) => measureOf(one.data).number)).toEqual(said.map((n) => String(Number(n))));
    const events = dumped(path).filter((d) => d.type === 'CONTAINER' && /\((113706|113819),/.test(d.rest)).length;
    expect(dose?.events.reduce((sum, e) => sum + e.count, 0)).toBe(events);
  });

  it('adds up the dose length product of events to what the object says', () => {
    const dose = doseOf(readReport(json('objects/sr/dose/CT-RDSR-Siemens_Flash-TAP-SS.dcm')));
    const stated = Number(measureOf(dose?.totals.find((one) => one.name?.value === '113813')?.data ?? {}).number);
    expect(dose?.sums.find((s) => s.name === 'DLP')?.number).toBeCloseTo(stated, 1);
  });
});

const code = (meaning: string) => ({ vr: 'SQ', Value: [{ '00080100': { vr: 'SH', Value: ['1'] }, '00080104': { vr: 'LO', Value: [meaning] } }] });
const made = (type: string, more: DataSet = {}, below: DataSet[] = []): DataSet => ({ '0040A010': { vr: 'CS', Value: ['CONTAINS'] }, ...(type ? { '0040A040': { vr: 'CS', Value: [type] } } : {}), '0040A043': code('thing'), ...(below.length ? { '0040A730': { vr: 'SQ', Value: below } } : {}), ...more });

describe('hostile reports', () => {
  it('cuts those with too many items, and says so', () => {
    const report = readReport(made('CONTAINER', {}, Array.from({ length: MOST_ITEMS + 5 }, () => made('TEXT', { '0040A160': { vr: 'UT', Value: ['x'] } }))));
    expect([...walk(report.root)]).toHaveLength(MOST_ITEMS);
    expect(report.notes.join()).toMatch(/20.?000/);
  });

  it('cuts those that are too deep', () => {
    let deep = made('TEXT');
    for (let i = 0; i < 300; i++) deep = made('CONTAINER', {}, [deep]);
    const report = readReport(deep);
    expect([...walk(report.root)]).toHaveLength(64);
    expect(report.notes).toHaveLength(1);
    expect([...positionsIn(blocksOf(report.root))].length).toBe(63);
  });

  it('follows no circle', () => {
    const report = readReport(made('CONTAINER', {}, [made('CONTAINER', {}, [made('', { '0040DB73': { vr: 'UL', Value: [1, 1] } }), made('', { '0040DB73': { vr: 'UL', Value: [9, 9] } })])]));
    expect([...walk(report.root)].map(valueWords)).toEqual(['', '', 'item 1.1, which contains it', 'see item 9.9']);
  });

  it('says what lacks a type, a value or a target, and goes on', () => {
    const report = readReport(made('CONTAINER', {}, [made(''), made('WIGGLE'), made('NUM'), made('CODE'), made('IMAGE', { '00081199': { vr: 'SQ', Value: [{}] } }), made('SCOORD', { '00700022': { vr: 'FL', Value: ['NaN', 1] } })]));
    expect(report.root.children.map(valueWords)).toEqual(['It has no value type and is not shown.', 'Its value type WIGGLE is not known.', '', '', 'a reference to nothing', 'no shape']);
    expect(marksOf(report.root.data)[0]?.images).toEqual([]);
    expect(instancesOf({ '00081199': { vr: 'SQ', Value: [null, 'x', 3] } })).toEqual([]);
  });

  it('reads an object with nothing in it', () => {
    const report = readReport({});
    expect(report.notes).toHaveLength(2);
    expect(plainText('Report', {}, report)).toContain('It has no content.');
    expect(text({}, '00080018')).toBe('');
  });
});

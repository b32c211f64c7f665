import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { levelsOf } from '../../domain/dose-levels';
import { dwellsOf, planTables, pointTables } from '../../domain/plan-tables';
import { recordTables, shortfall } from '../../domain/record-tables';
import { structuresOf } from '../../domain/structures';

const of = (vr: string, ...Value: unknown[]) => ({ vr, Value });
const rowsOf = (found: { title: string; columns: readonly string[]; rows: readonly (readonly string[])[] }[], title: string) => {
  const table = found.find((t) => t.title === title);
  return table?.rows.map((row) => Object.fromEntries(table.columns.map((c, i) => [c, row[i]])));
};

describe('brachytherapy', () => {
  const point = (weight: number, at: number): DataSet => ({ '300A02D6': of('DS', weight), '300A02D2': of('DS', at) });
  const channel: DataSet = { '300A0282': of('IS', 1), '300A0286': of('DS', 40), '300A02C8': of('DS', 100), '300A0290': of('IS', 3), '300A02D0': of('SQ', point(0, 10), point(25, 10), point(25, 15), point(100, 15)) };
  const plan: DataSet = {
    '300A0230': of('SQ', { '300A0234': of('IS', 1), '300A0232': of('CS', 'INTRACAVITARY'), '300A0236': of('LO', 'ring'), '300A0280': of('SQ', channel) }),
    '300A0210': of('SQ', { '300A0212': of('IS', 1), '300A0226': of('LO', 'Ir-192'), '300A0228': of('DS', 73.83) }),
  };
  it('has a time at each place: the step of the weight by the time of the channel (PS3.3 C.8.8.15)', () => {
    expect(dwellsOf(channel).map((d) => d._SECONDS?.Value?.[0])).toEqual([10, 30]);
    expect(pointTables(plan)[0]?.table.rows).toEqual([['10', '10'], ['15', '30']]);
  });
  it('has channels with their applicators, and sources', () => {
    expect(rowsOf(planTables(plan), 'Channels')).toEqual([{ 'No.': '1', Setup: 'ring', Applicator: '3', 'Time, s': '40', 'Dwell positions': '2' }]);
    expect(rowsOf(planTables(plan), 'Sources')).toEqual([{ 'No.': '1', Isotope: 'Ir-192', 'Half-life, days': '73.83' }]);
  });
});

it('an arc says where it begins, ends and turns', () => {
  const point = (gantry: number): DataSet => ({ '300A011E': of('DS', gantry), '300A011F': of('CS', 'CW') });
  const plan: DataSet = { '300A00B0': of('SQ', { '300A00C0': of('IS', 1), '300A0111': of('SQ', point(181), point(0), point(179)) }) };
  expect(rowsOf(planTables(plan), 'Beams')?.[0]?.Gantry).toBe('181° to 179° CW');
});

describe('records', () => {
  it('tell the difference in percent of what was planned', () => {
    expect(shortfall({ '30080032': of('DS', 200), '30080036': of('DS', 210) })).toBe('+5 %');
    expect(shortfall({ '30080032': of('DS', 0), '30080036': of('DS', 210) })).toBe('');
  });
  it('list overrides with beam and parameter', () => {
    const override: DataSet = { '30080062': of('AT', '300A0122'), '30080066': of('ST', 'couch moved') };
    const record: DataSet = { '30080020': of('SQ', { '300A00C2': of('LO', 'B1'), '30080040': of('SQ', { '300C00F0': of('IS', 0), '30080060': of('SQ', override) }) }) };
    expect(rowsOf(recordTables(record), 'Overrides')).toEqual([{ Beam: 'B1', 'Control point': '0', Parameter: '300A,0122', Reason: 'couch moved' }]);
  });
});

describe('levels of dose', () => {
  it('are percent of a reference, the highest first', () => {
    expect(levelsOf([50, 95, 50, -1], 60, 'Gy').map((l) => [l.dose, l.words])).toEqual([[57, '95 %  57 Gy'], [30, '50 %  30 Gy']]);
  });
  it('are doses without one', () => {
    expect(levelsOf([2], undefined, 'relative').map((l) => [l.dose, l.words])).toEqual([[2, '2']]);
  });
});

it('structures have a colour of their own where the object gives none, or none that is one', () => {
  const set: DataSet = {
    '30060020': of('SQ', { '30060022': of('IS', 1), '30060026': of('LO', 'a') }, { '30060022': of('IS', 2), '30060026': of('LO', 'b') }),
    '30060039': of('SQ', { '30060084': of('IS', 1), '3006002A': of('IS', 10, 20, 30) }, { '30060084': of('IS', 2), '3006002A': of('IS', 10, 900, 30) }),
    '30060080': of('SQ', { '30060084': of('IS', 2), '300600A4': of('CS', 'PTV') }),
  };
  const [a, b] = structuresOf(set);
  expect([a?.colour, a?.type, b?.type]).toEqual([[10, 20, 30], '', 'PTV']);
  expect(b?.colour).not.toContain(900);
});

import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { beamStates } from '../../domain/beam-states';
import { levelsOf } from '../../domain/dose-levels';
import { dwellsOf, planTables, pointTables } from '../../domain/plan-tables';
import { recordTables, shortfall } from '../../domain/record-tables';
import { structuresOf } from '../../domain/structures';

const of = (vr: string, ...Value: unknown[]) => ({ vr, Value });
const rowsOf = (found: { title: string; columns: readonly string[]; rows: readonly (readonly string[])[] }[], title: string) => {
  const table = found.find((t) => t.title === title);
  return table?.rows.map((row) => Object.fromEntries(table.columns.map((c, i) => [c, row[i]])));
};

describe('what stands in a beam', () => {
  const compensator: DataSet = {
    '300A00E4': of('IS', 2), '300A00E5': of('SH', 'C2'), '300A00EE': of('CS', 'STANDARD'), '300A00E1': of('SH', 'PMMA'), '300A00E6': of('DS', 650), '300A00E7': of('IS', 3), '300A00E8': of('IS', 4),
    '300A00E9': of('DS', 5, 10), '300A00EA': of('DS', -20, 30), '300A00EC': of('DS', 1, 2.5, 7, 3, 3, 3, 3, 3, 3, 3, 3, 3),
  };
  const beam: DataSet = {
    '300A00C0': of('IS', 1), '300A00C2': of('LO', 'AP'), '300A00E3': of('SQ', compensator, { '300A00E4': of('IS', 3) }), '300C00B0': of('SQ', { '30060084': of('IS', 12), '300A00DC': of('SH', 'B1') }),
    '300A030C': of('SQ', { '300A030F': of('SH', 'S100') }), '300A0342': of('SQ', { '300A0344': of('IS', 1), '300A0346': of('SH', 'RM'), '300A0348': of('CS', 'FIXED') }),
    '300A03A8': of('SQ', { '300A030D': of('FL', 420) }, { '300A030D': of('FL', 420) }, { '300A030D': of('FL', 380.5) }),
  };
  const plan: DataSet = { '300A03A2': of('SQ', beam) };
  it('has rows: compensators, boluses, modulators, snouts with their positions', () => {
    const tables = planTables(plan);
    expect(rowsOf(tables, 'Compensators')).toEqual([
      { 'No.': '2', Beam: 'AP', ID: 'C2', Type: 'STANDARD', Material: 'PMMA', 'Tray from the source, mm': '650', 'Size, mm': '40 × 15', 'Thickness, mm': '1 … 7' },
      { 'No.': '3', Beam: 'AP', ID: '', Type: '', Material: '', 'Tray from the source, mm': '', 'Size, mm': '', 'Thickness, mm': '' },
    ]);
    expect(rowsOf(tables, 'Boluses')).toEqual([{ Beam: 'AP', ID: 'B1', ROI: '12' }]);
    expect(rowsOf(tables, 'Range modulators')).toEqual([{ 'No.': '1', Beam: 'AP', ID: 'RM', Type: 'FIXED' }]);
    expect(rowsOf(tables, 'Snouts')).toEqual([{ Beam: 'AP', ID: 'S100', 'Position, mm': '420, 380.5' }]);
  });
  it('compensators are rectangles from their upper left corner (PS3.3 C.8.8.14); those without a size are none', () => {
    const states = beamStates(plan, beam);
    expect(states.compensators).toEqual([{ name: 'C2', type: 'STANDARD', points: [[-20, 30], [20, 30], [20, 15], [-20, 15]] }]);
    expect(states.reach).toBeGreaterThan(30);
  });
});

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

import { describe, expect, it } from 'vitest';
import { TWELVE } from '../../core/leads';
import type { Trace } from '../../core/trace';
import { intervalsOf, isCaliper, marched, marchOut, withCaliper, type Caliper } from '../../domain/calipers';
import { pageOf, placeAt, standsOnPaper, xOf, yOf, type PaperWish } from '../../domain/paper';

const trace = (name: string, units = 'mV', seconds = 10): Trace => ({
  key: `1:${name}`, name, group: 1, channel: 1, computed: false, lead: (TWELVE as readonly string[]).includes(name) ? name : undefined, units, frequency: 100, start: 0, length: 100 * seconds,
  filter: { low: undefined, high: undefined, notch: undefined }, values: (from, to) => new Float64Array(to - from),
});
const WISH: PaperWish = { layout: '3x4', speed: 25, gain: 10, begin: -Infinity, firstRow: 0, width: 264, height: 180 };
const page = (traces: Trace[], wish: Partial<PaperWish> = {}, onPaper = true, extent: [number, number] = [60, 130]) => pageOf(traces, { ...WISH, ...wish }, onPaper, () => extent);
const leads = TWELVE.map((lead) => trace(lead));

describe('paper', () => {
  it('has 3 x 4 leads one after the other in time, and the rhythm below', () => {
    const { cells, seconds } = page(leads);
    expect(cells.map((c) => c.trace.name)).toEqual('I aVR V1 V4 II aVL V2 V5 III aVF V3 V6 II'.split(' '));
    expect(seconds).toBe(10);
    expect(cells.slice(0, 4).map((c) => [c.begin, c.left])).toEqual([[0, 0], [2.5, 62.5], [5, 125], [7.5, 187.5]]);
    expect(page(leads, { layout: '6x2' }).cells.slice(0, 4).map((c) => c.trace.name)).toEqual(['I', 'V1', 'II', 'V2']);
    expect(page(leads, { layout: '12x1' }).cells).toHaveLength(12);
    expect(page(leads.slice(1), {}).cells.map((c) => c.trace.name)).toEqual(leads.slice(1).map((l) => l.name));
  });
  it('is as long as it is wide, and never beyond the recording', () => {
    const fast = page(leads, { speed: 100, begin: 9 });
    expect(fast.seconds).toBe(2.5);
    expect(fast.begin).toBe(7.5);
    expect(page(leads, { begin: -5 }).begin).toBe(0);
  });
  it('has millimetres a second and a millivolt', () => {
    const [first] = page([trace('x', 'uV')], { gain: 20 }).cells;
    if (!first) throw new Error('nothing on the page');
    expect(xOf(first, 25, 1) - xOf(first, 25, 0)).toBe(25);
    expect(yOf(first, 0) - yOf(first, 1000)).toBeCloseTo(20, 9);
    expect(first.scale.isPaper).toBe(true);
  });
  it('lets others fill their row, a round value on the base line', () => {
    const [first] = page([trace('Aorta', 'mm[Hg]')]).cells;
    // 70 mm[Hg] in the 34 mm of a row of 40: 0.2 mm each is the greatest round scale.
    expect(first?.scale).toEqual({ mmPerUnit: 0.2, middle: 100, isPaper: false });
    expect(page([trace('flat', '')], {}, true, [3, 3]).cells[0]?.scale).toEqual({ mmPerUnit: 1, middle: 3, isPaper: false });
  });
  it('pages through more rows than there is room for', () => {
    const many = Array.from({ length: 64 }, (_, i) => trace(`c${i}`));
    const second = page(many, { firstRow: 13 });
    expect([second.rows, second.shownRows, second.cells[0]?.trace.name]).toEqual([64, 13, 'c13']);
    expect(page(many, { firstRow: 1e9 }).cells.at(-1)?.trace.name).toBe('c63');
  });
  it('tells what lies under a place', () => {
    const found = page(leads);
    const at = placeAt(found, 12 + 62.5 + 25, 8 + found.rowHeight + 3);
    expect([at?.cell.trace.name, at?.time]).toEqual(['aVL', 3.5]);
    expect(placeAt(found, 2, 20)).toBeUndefined();
  });
  it('is for ECG, pressure and electrophysiology', () => {
    const start = '1.2.840.10008.5.1.4.1.1.9';
    expect(['.1.1', '.1.4', '.2.1', '.3.1', '.4.1', '.5.1', '.6.1', '.7.1'].map((c) => standsOnPaper(start + c))).toEqual([true, true, true, true, false, false, false, false]);
  });
});

describe('calipers', () => {
  const rr: Caliper = { name: 'rr', trace: '1:2', from: 0.4, to: 1.6 };
  it('march by their own length, whichever way they were drawn', () => {
    expect(marched(rr, 2).from).toBeCloseTo(2.8, 12);
    expect(marched({ ...rr, from: 1.6, to: 0.4 }, 1).to).toBeCloseTo(1.6, 12);
    expect(marchOut(rr, 0, 9.9).map((t) => Math.round(t * 10) / 10)).toEqual([0.4, 1.6, 2.8, 4, 5.2, 6.4, 7.6, 8.8]);
    expect(marchOut({ ...rr, to: 0.4 }, 0, 10)).toEqual([]);
    expect(marchOut({ ...rr, to: 0.4000001 }, 0, 10)).toEqual([]);
  });
  it('are one of each name', () => {
    expect(withCaliper([rr], { ...rr, to: 1.7 })).toEqual([{ ...rr, to: 1.7 }]);
    expect([isCaliper(rr), isCaliper({ ...rr, to: NaN }), isCaliper({ ...rr, name: 'x' }), isCaliper(null)]).toEqual([true, false, false, false]);
  });
  it('give the intervals of TRUTH.csv; beats that were counted stand in for RR', () => {
    const qt: Caliper = { name: 'qt', trace: '1:2', from: 0.4, to: 0.78 };
    const value = (lines: ReturnType<typeof intervalsOf>, id: string) => lines.find((l) => l.id === id)?.value;
    const lines = intervalsOf([rr, qt], []);
    expect(value(lines, 'hr')).toBeCloseTo(50, 9);
    expect(value(lines, 'qtcb')).toBeCloseTo(346.891, 3);
    expect(value(lines, 'qtcf')).toBeCloseTo(357.594, 3);
    const counted = intervalsOf([qt], [1, 2, 3, 4]);
    expect([value(counted, 'hr'), value(counted, 'qtcb'), counted[0]?.from]).toEqual([60, expect.closeTo(380, 6), { kind: 'beats', count: 3 }]);
    expect(value(intervalsOf([], []), 'hr')).toBeUndefined();
    expect(value(intervalsOf([qt], []), 'qtcb')).toBeUndefined();
  });
});

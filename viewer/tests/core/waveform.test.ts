import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { A_LAW, MU_LAW } from '../../core/companding';
import { readAnnotations } from '../../core/waveform-annotations';
import { MOST_CHANNELS, readGroups, Samples } from '../../core/waveform';
import { leadOf } from '../../core/leads';
import { extremes, leadAmong, tracesOf, valueAt } from '../../core/trace';

type Values = Record<string, unknown>;
const VRS: Record<string, string> = { '003A0200': 'SQ', '003A0208': 'SQ', '003A0211': 'SQ', '54000100': 'SQ', '0040B020': 'SQ', '0040A043': 'SQ', '004008EA': 'SQ', '0040A168': 'SQ' };

function ds(values: Values): DataSet {
  return Object.fromEntries(Object.entries(values).map(([tag, v]) => [tag, { vr: VRS[tag] ?? 'LO', Value: Array.isArray(v) ? v : [v] }]));
}

const code = (value: string, scheme: string, meaning = '') => ds({ '00080100': value, '00080102': scheme, '00080104': meaning });

function channel(source: string, more: Values = {}): DataSet {
  return ds({ '003A0208': code(source, 'MDC'), '003A0210': '2.5', '003A0211': code('uV', 'UCUM'), '003A0212': '2', '003A0213': '10', ...more });
}

function group(channels: DataSet[], more: Values = {}): DataSet {
  const made = ds({ '003A0005': channels.length, '003A0010': 4, '003A001A': 500, '003A0200': channels, '54001004': 16, '54001006': 'SS', ...more });
  made['54001010'] ??= { vr: 'OW', InlineBinary: 'AAAA' };
  return made;
}

const bytes = (array: ArrayBufferView) => new Uint8Array(array.buffer);

describe('samples', () => {
  const read = (bits: number, name: string, data: ArrayBufferView, padding?: ArrayBufferView) => {
    const [found] = readGroups(ds({ '54000100': group([channel('2:1', { '003A0210': '1', '003A0212': '1', '003A0213': '0' })], { '54001004': bits, '54001006': name, '003A0010': 2 }) }));
    if (!found) throw new Error('no group');
    return [...new Samples(found, bytes(data), padding && bytes(padding)).values(found.channels[0] as never, 0, 2)];
  };
  it('are read in 8, 16, 32 and 64 bits, signed and not', () => {
    expect(read(8, 'SB', Int8Array.of(-128, 127))).toEqual([-128, 127]);
    expect(read(8, 'UB', Uint8Array.of(0, 255))).toEqual([0, 255]);
    expect(read(16, 'SS', Int16Array.of(-32768, 5))).toEqual([-32768, 5]);
    expect(read(16, 'US', Uint16Array.of(65535, 5))).toEqual([65535, 5]);
    expect(read(32, 'SL', Int32Array.of(-7, 2 ** 31 - 1))).toEqual([-7, 2 ** 31 - 1]);
    expect(read(32, 'UL', Uint32Array.of(2 ** 32 - 1, 1))).toEqual([2 ** 32 - 1, 1]);
    expect(read(64, 'SV', BigInt64Array.of(-5n, 1n << 40n))).toEqual([-5, 2 ** 40]);
    expect(read(64, 'UV', BigUint64Array.of(3n, 1n << 41n))).toEqual([3, 2 ** 41]);
  });
  it('that are companded are those of ITU-T G.711', () => {
    // Table 2a and 1a of G.711, scaled to 16 bits.
    expect([MU_LAW[0x00], MU_LAW[0x80], MU_LAW[0xff], MU_LAW[0x7f], MU_LAW[0xf0]]).toEqual([-32124, 32124, 0, 0, 120]);
    expect([A_LAW[0x55], A_LAW[0xd5], A_LAW[0x2a], A_LAW[0xaa], A_LAW[0x80]]).toEqual([-8, 8, -32256, 32256, 5504]);
    expect(read(8, 'MB', Uint8Array.of(0, 0x80))).toEqual([-32124, 32124]);
    expect(read(8, 'AB', Uint8Array.of(0x55, 0xd5))).toEqual([-8, 8]);
  });
  it('that are padding are none', () => {
    expect(read(16, 'SS', Int16Array.of(-32768, 5), Int16Array.of(-32768))).toEqual([NaN, 5]);
  });
  it('become values by sensitivity, correction and baseline; two channels lie between each other', () => {
    const [found] = readGroups(ds({ '54000100': group([channel('2:1'), channel('2:2')]) }));
    if (!found) throw new Error('no group');
    const samples = new Samples(found, bytes(Int16Array.of(1, 100, 2, 200, 3, 300)));
    expect([...samples.values(found.channels[1] as never, 0, 4)]).toEqual([510, 1010, 1510, NaN]);
    expect([samples.length, samples.isShort]).toEqual([3, true]);
  });
  it('begin at the offset of the group and the skew of the channel', () => {
    const [found] = readGroups(ds({ '54000100': group([channel('2:1', { '003A0214': '0.25', '003A0215': '5' })], { '00181068': '1000' }) }));
    expect(found?.channels[0]?.start).toBeCloseTo(1 + 0.25 + 5 / 500, 12);
  });
});

describe('what cannot be', () => {
  const fault = (more: Values, channels = [channel('2:1')]) => readGroups(ds({ '54000100': group(channels, more) }))[0]?.fault;
  it('is a fault of its group, not an error', () => {
    for (const rate of [0, -500, 'NaN', 1e12, '']) expect(fault({ '003A001A': rate })).toBe('frequency');
    expect(fault({}, [])).toBe('channels');
    expect(fault({ '003A0005': MOST_CHANNELS + 1 })).toBe('too-many');
    expect(fault({ '003A0010': 0 })).toBe('samples');
    expect(fault({ '54001006': 'XX' })).toBe('interpretation');
    expect(fault({}, [channel('2:1', { '003A0210': '1e300' })])).toBe('scale');
    expect(fault({})).toBeUndefined();
    expect(readGroups({})).toEqual([]);
  });
  it('is drawn in counts where only the sensitivity is missing', () => {
    const [found] = readGroups(ds({ '54000100': group([ds({ '003A0208': code('2:1', 'MDC') })]) }));
    expect(found?.channels[0]).toMatchObject({ units: '', scale: 1, baseline: 0 });
  });
});

describe('leads', () => {
  const named = (value: string, scheme: string, meaning = '', label = '') => leadOf({ source: { value, scheme, meaning }, label });
  it('are known by MDC and SCPECG codes, else by their words', () => {
    expect([named('2:62', 'MDC'), named('5.6.3-9-64', 'SCPECG'), named('2:8', 'MDC'), named('x', 'L', 'Lead aVL'), named('', '', '', 'v3 raw')]).toEqual(['aVR', 'aVF', 'V6', 'aVL', 'V3']);
    expect(named('15825003', 'SCT', 'Aorta')).toBeUndefined();
  });
  it('of Goldberger follow from I and II, and are marked', () => {
    const [found] = readGroups(ds({ '54000100': group([channel('2:1', { '003A0210': '1', '003A0212': '1', '003A0213': '0' }), channel('2:2', { '003A0210': '1', '003A0212': '1', '003A0213': '0' })], { '003A0010': 1 }) }));
    if (!found) throw new Error('no group');
    const traces = tracesOf(new Samples(found, bytes(Int16Array.of(300, 1000))));
    const value = (lead: string) => [leadAmong(traces, lead)?.computed, leadAmong(traces, lead)?.values(0, 1)[0]];
    expect([value('III'), value('aVR'), value('aVL'), value('aVF'), value('I')]).toEqual([[true, 700], [true, -650], [true, -200], [true, 850], [false, 300]]);
    expect(leadAmong(traces, 'V1')).toBeUndefined();
    expect(valueAt(traces[0] as never, 5)).toBeNaN();
  });
});

it('no peak is lost where many samples lie in a column', () => {
  const length = 100_000;
  const values = Float64Array.from({ length }, (_, i) => Math.sin(i / 50));
  [values[40_001], values[77_777]] = [9, -9];
  const trace = { frequency: 1000, start: 2, length, values: (from: number, to: number) => values.slice(from, to) } as never;
  const pairs = extremes(trace, 2, 102, 50);
  expect([pairs[2 * 20 + 1], pairs[2 * 38]]).toEqual([9, -9]);
  expect(Math.min(...pairs)).toBe(-9);
  expect(extremes(trace, 200, 201, 4)).toEqual(new Float64Array(8).fill(NaN));
});

describe('annotations', () => {
  const groups = readGroups(ds({ '54000100': [group([channel('2:1')], { '00181068': '1000' })] }));
  const one = (values: Values) => readAnnotations(ds({ '0040B020': ds(values) }), groups).annotations[0];
  it('have words, a number with its unit, channels and times', () => {
    expect(one({ '0040A043': code('2:15872', 'MDC', 'PR Interval'), '0040A30A': '160', '004008EA': code('ms', 'UCUM'), '0040A0B0': [1, 0] })).toMatchObject({ words: 'PR Interval', value: 160, units: 'ms', channels: [[1, 0]], times: [] });
    expect(one({ '00700006': 'QRS  onset', '0040A132': [801], '0040A0B0': [1, 1] })?.times).toEqual([1 + 800 / 500]);
    expect(one({ '00700006': 'x', '0040A138': ['0.5'] })?.times).toEqual([1.5]);
  });
  it('are bounded, and absurd ones have no place', () => {
    expect(one({ '00700006': 'x'.repeat(9000), '0040A132': [1e300] })).toMatchObject({ words: 'x'.repeat(200), times: [] });
    const many = Array<DataSet>(200_003).fill(ds({ '00700006': 'x' }));
    expect(readAnnotations(ds({ '0040B020': many }), groups)).toMatchObject({ left: 3, annotations: { length: 200_000 } });
    expect(readAnnotations(ds({ '0040B020': ds({ '0040A132': [-1, 'NaN'] }) }), []).annotations).toEqual([]);
  });
});

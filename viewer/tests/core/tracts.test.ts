import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { fromOne, lengthOfLine, onFinite } from '../../core/mesh-primitives';
import { lengthsOf, measuredIn, spreadOf, trackSetsOf } from '../../core/tracts';

const is = (...Value: unknown[]) => ({ vr: 'LO', Value });
const code = (value: string, meaning: string, scheme = 'DCM') => ({ vr: 'SQ', Value: [{ '00080100': is(value), '00080102': is(scheme), '00080104': is(meaning) }] });

const SET: DataSet = {
  '00660105': is(3), '00660106': is(''), '00660107': is('both sides'),
  '00660108': { vr: 'SQ', Value: [{ '00080104': is('Corpus callosum'), '0040A195': code('51440002', 'Right and left') }] },
  '00660134': code('113231', 'Single Tensor'),
  '00660102': { vr: 'SQ', Value: [{}, {}] },
  '00660124': { vr: 'SQ', Value: [
    { '0040A043': code('110808', 'Fractional Anisotropy'), '0040A195': code('373098007', 'Mean'), '004008EA': code('1', 'no units', 'UCUM'), '0040A161': { vr: 'FD', Value: [0.45] } },
    { '0040A043': code('113041', 'ADC'), '004008EA': code('mm2/s', 'square millimetre per second', 'UCUM'), '0040A30A': { vr: 'DS', Value: ['nothing'] } },
  ] },
  '00660121': { vr: 'SQ', Value: [{ '0040A043': code('110808', 'Fractional Anisotropy'), '004008EA': code('1', 'no units', 'UCUM'), '00660132': { vr: 'SQ', Value: [{}, {}] } }] },
};

describe('track sets', () => {
  it('tell what they are, and statistics as far as they are numbers', () => {
    const [set] = trackSetsOf({ '00660101': { vr: 'SQ', Value: [SET] } });
    expect(set).toMatchObject({ number: 3, label: 'Corpus callosum', anatomy: 'Corpus callosum, Right and left', model: 'Single Tensor', description: 'both sides' });
    expect(set?.tracks).toHaveLength(2);
    expect(set?.statistics).toEqual([{ name: 'Fractional Anisotropy', kind: 'Mean', value: 0.45, unit: '' }]);
    expect(measuredIn(SET).map(({ name, values }) => [name, values.length])).toEqual([['Fractional Anisotropy', 2]]);
  });

  it('are as long as their steps together', () => {
    expect(lengthOfLine(new Float32Array([0, 0, 0, 3, 4, 0, 3, 4, 12]))).toBe(17);
    expect(lengthOfLine(new Float32Array([0, 0, 0, NaN, 0, 0, 3, 4, 12, 3, 4, 0]))).toBe(12);
    expect(lengthsOf([new Float32Array([0, 0, 0]), new Float32Array([0, 0, 0, 0, 0, 7])])).toEqual([7]);
  });

  it('have a spread over all points, of what is a number', () => {
    // numpy: mean 3, std 1.4142135623730951.
    expect(spreadOf([new Float32Array([1, 2, NaN]), [3, 4, 5, Infinity]])).toEqual({ count: 5, mean: 3, deviation: Math.SQRT2, least: 1, greatest: 5 });
    expect(spreadOf([[NaN]])).toBeUndefined();
  });
});

describe('primitives of hostile surfaces', () => {
  it('name points that are there, and are numbers', () => {
    expect([...fromOne([1, 2, 3, 3, 4, 0, 2, 3, 4, 1, 2, 99], 4, 3)]).toEqual([0, 1, 2, 1, 2, 3]);
    const positions = new Float32Array([0, 0, 0, 1, 0, 0, NaN, 0, 0, 0, 1, 0]);
    expect([...onFinite(positions, new Uint32Array([0, 1, 2, 0, 1, 3]), 3)]).toEqual([0, 1, 3]);
  });
});

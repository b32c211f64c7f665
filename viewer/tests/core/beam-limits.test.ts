import { expect, it } from 'vitest';
import { openingsOf, shieldsOf, turnedBy, type LimitingDevice } from '../../core/beam-limits';
import { contradictionsOf } from '../../core/dose-volume-check';
import { beamStates } from '../../domain/beam-states';
import type { DataSet } from '../../core/dicom-json';

const put = (...Value: unknown[]) => ({ vr: 'DS', Value });
const sq = (...Value: DataSet[]) => ({ vr: 'SQ', Value });

const leaves: LimitingDevice = { type: 'MLCX', positions: [-5, -6, 0, 7, 8, 0], boundaries: [-10, 0, 10, 20] };
const jaws: LimitingDevice[] = [{ type: 'ASYMX', positions: [-3, 4], boundaries: [] }, { type: 'Y', positions: [-2, 6], boundaries: [] }];

it('has a shield a leaf and bank, between its boundaries', () => {
  expect(shieldsOf(leaves).filter((s) => s.bank === 2)).toEqual([
    { pair: 0, bank: 2, axis: 'x', edge: 7, low: -10, high: 0 }, { pair: 1, bank: 2, axis: 'x', edge: 8, low: 0, high: 10 }, { pair: 2, bank: 2, axis: 'x', edge: 0, low: 10, high: 20 },
  ]);
  expect(shieldsOf({ ...leaves, boundaries: [0, 1] })).toEqual([]);
  expect(shieldsOf(jaws[1] as LimitingDevice)).toEqual([{ pair: 0, bank: 1, axis: 'y', edge: -2, low: undefined, high: undefined }, { pair: 0, bank: 2, axis: 'y', edge: 6, low: undefined, high: undefined }]);
});

it('opens where leaves of both banks are apart, and between both pairs of jaws', () => {
  expect(openingsOf(leaves, [leaves])).toEqual([[[-5, -10], [-5, 0], [-6, 0], [-6, 10], [8, 10], [8, 0], [7, 0], [7, -10]]]);
  expect(jaws.flatMap((j) => openingsOf(j, jaws))).toEqual([[[-3, -2], [4, -2], [4, 6], [-3, 6]]]);
  const [x, y] = turnedBy([1, 0], 90);
  expect([x, y].map((v) => Math.round(v))).toEqual([0, 1]);
});

it('keeps what a control point does not say', () => {
  const device = (type: string, ...p: number[]) => ({ '300A00B8': put(type), '300A011C': put(...p) });
  const beam: DataSet = {
    '300A00C0': put(1), '300A010E': put(2), '300A00B6': sq({ '300A00B8': put('MLCX'), '300A00BE': put(0, 10, 20) }),
    '300A0111': sq({ '300A011E': put(350), '300A0120': put(45), '300A0134': put(0), '300A011A': sq(device('ASYMX', -1, 1), device('MLCX', -1, -2, 1, 2)) }, { '300A011E': put(10), '300A0134': put(1), '300A011A': sq(device('MLCX', 0, 0, 3, 4)) }),
  };
  const plan: DataSet = { '300A0070': sq({ '300C0004': sq({ '300C0006': put(1), '300A0086': put(200) }) }) };
  const { points } = beamStates(plan, beam);
  expect(points.map((p) => [p.gantry, p.collimator, p.meterset])).toEqual([[350, 45, 0], [10, 45, 100]]);
  expect(points[1]?.devices).toEqual([{ type: 'ASYMX', positions: [-1, 1], boundaries: [] }, { type: 'MLCX', positions: [0, 0, 3, 4], boundaries: [0, 10, 20] }]);
  expect(points[0]?.devices[1]?.positions).toEqual([-1, -2, 1, 2]);
});

it('says what a histogram contradicts itself in', () => {
  const table = (kind: string, volumes: number[], told: number[] = []): DataSet => ({ '30040001': put(kind), '30040058': put(...volumes.flatMap((v) => [1, v])), '30040070': put(...told.slice(0, 1)), '30040074': put(...told.slice(1, 2)), '30040072': put(...told.slice(2, 3)) });
  expect(contradictionsOf(table('CUMULATIVE', [100, 60, 20], [1, 2, 3]))).toEqual([]);
  expect(contradictionsOf(table('CUMULATIVE', [100, 60, 80], [1, 2, 3]))).toEqual(['rising']);
  expect(contradictionsOf(table('DIFFERENTIAL', [10, 60, 80], [5, 2, 3]))).toEqual(['order']);
});

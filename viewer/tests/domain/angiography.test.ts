import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { anglesOf, biplaneOf, otherPlane, secondsOf } from '../../domain/angiography';

const el = (vr: string, ...Value: unknown[]) => ({ vr, Value });
const sq = (...Value: unknown[]) => ({ vr: 'SQ', Value });
const ds = (elements: Record<string, unknown>) => elements as unknown as DataSet;

describe('frames of angiography', () => {
  it('say how the arm stood; increments of a moving one are added up (PS3.3 C.8.7.5)', () => {
    const still = ds({ '00181510': el('DS', 30), '00181511': el('DS', -20.5) });
    expect(anglesOf(still, 4)).toBe('LAO 30°, CAU 20.5°');
    const moving = ds({ '00181510': el('DS', -10), '00181511': el('DS', 0), '00181520': el('DS', 0, -1.5, -1.5), '00181521': el('DS', 0, 2, 2) });
    expect([1, 2, 3].map((frame) => anglesOf(moving, frame))).toEqual(['RAO 10°, CRA 0°', 'RAO 11.5°, CRA 2°', 'RAO 13°, CRA 4°']);
    const enhanced = ds({ '00280008': el('IS', 2), '52009230': sq({}, { '00189405': sq({ '00181510': el('FD', 5), '00181511': el('FD', 7) }) }) });
    expect([anglesOf(enhanced, 1), anglesOf(enhanced, 2)]).toEqual(['', 'LAO 5°, CRA 7°']);
    expect(anglesOf(ds({ '00181510': el('DS', 'x') }), 1)).toBe('');
  });
  it('say when they were made: by the vector, whose first entry is nothing, or by the time of all', () => {
    const frames = { '00280008': el('IS', 4) };
    const uneven = ds({ ...frames, '00181065': el('DS', 0, 33, 66, 33) });
    expect([1, 2, 3, 4].map((f) => secondsOf(uneven, f))).toEqual([0, 0.033, 0.099, 0.132]);
    expect(secondsOf(ds({ ...frames, '00181063': el('DS', 40) }), 3)).toBe(0.08);
    expect([secondsOf(ds(frames), 2), secondsOf(ds({ '00181063': el('DS', 40) }), 1)]).toEqual([undefined, undefined]);
  });
  it('have another plane: what either names, else what began at the same moment', () => {
    const plane = (part: string, uid: string, time: string, more = {}) => ({ dataset: ds({ '00080008': el('CS', 'ORIGINAL', 'PRIMARY', `BIPLANE ${part}`), '00080018': el('UI', uid), '00080032': el('TM', time), ...more }) });
    const [a, b, c, d] = [plane('A', '1', '10'), plane('B', '2', '11'), plane('B', '3', '10'), plane('B', '4', '12', { '00081140': sq({ '00081155': el('UI', '1') }) })];
    expect(otherPlane(a, [a, b, c])).toBe(c);
    expect(otherPlane(a, [a, b, c, d])).toBe(d);
    expect(otherPlane(b, [a, b, c])).toBeUndefined();
    expect(biplaneOf(ds({ '00080008': el('CS', 'ORIGINAL', 'PRIMARY', 'SINGLE PLANE') }))).toBeUndefined();
  });
});

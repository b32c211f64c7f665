import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { isReferenced, referencesOf } from '../../domain/references';

const reference = (uid: string, frames?: number[]): DataSet => ({ '00081155': { vr: 'UI', Value: [uid] }, ...(frames && { '00081160': { vr: 'IS', Value: frames } }) });
const nested = (tag: string, ...items: DataSet[]): DataSet => ({ [tag]: { vr: 'SQ', Value: items } });

describe('references', () => {
  it('are found at any depth', () => {
    const found = referencesOf(nested('00081115', nested('00081140', reference('1.1', [2]), reference('1.2'))));
    expect([...found.keys()]).toEqual(['1.1', '1.2']);
    expect(isReferenced(found, '1.1', 2)).toBe(true);
    expect(isReferenced(found, '1.1', 1)).toBe(false);
    expect(isReferenced(found, '1.2', 7)).toBe(true);
    expect(isReferenced(found, '1.3', 1)).toBe(false);
  });

  it('of an object named once without frames are all of its frames', () => {
    const found = referencesOf(nested('00081140', reference('1.1', [2]), reference('1.1'), reference('1.1', [3])));
    expect(isReferenced(found, '1.1', 9)).toBe(true);
  });

  it('in hostile nesting end', () => {
    let ds = reference('1.1');
    for (let i = 0; i < 5000; i++) ds = nested('00081140', ds);
    expect(referencesOf(ds).size).toBe(0);
  });
});

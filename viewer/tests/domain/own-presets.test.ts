import { describe, expect, it } from 'vitest';
import type { Voi, Window } from '../../core/voi';
import { isOwnPresets, movedPreset, presetsFor, windowText, withPreset, type OwnPreset } from '../../domain/presets';
import { trueSizeZoom } from '../../domain/true-size';

const window = (center: number, width: number, explanation = ''): Window => ({ center, width, function: 'LINEAR', explanation });
const full = window(128, 256);
const mine = (name: string, key: number): OwnPreset => ({ modality: 'CT', name, key, window: window(1, 2) });
const keyed = (presets: ReturnType<typeof presetsFor>) => presets.map((p) => `${p.key || '-'} ${p.name}`);

describe('own presets', () => {
  it('take the key they were given; what stood there moves to the rest', () => {
    const shown = keyed(presetsFor('CT', 'HU', [], full, [mine('Pelvis', 2), mine('Wide', 0)]));
    expect(shown).toEqual(['1 Brain', '2 Pelvis', '3 Stroke', '4 Bone', '5 Lung', '6 Mediastinum', '7 Abdomen', '8 Liver', '9 Angio', '- Subdural', '- Full range', '- Wide']);
  });

  it('leave a gap where the key is beyond the list', () => {
    const own: Voi = { kind: 'window', window: window(500, 900, 'SOFT') };
    expect(keyed(presetsFor('MR', '', [own], full, [mine('Late', 7)]))).toEqual(['1 SOFT', '2 Full range', '7 Late']);
  });

  it('come after all windows of the object, each with its explanation', () => {
    const own = ['A', 'B'].map((name): Voi => ({ kind: 'window', window: window(1, 5, name) }));
    expect(presetsFor('CT', 'HU', own, full).slice(9).map((p) => p.name)).toEqual(['A', 'B', 'Full range']);
  });

  it('are refused when they are something else', () => {
    expect(isOwnPresets([mine('a', 1)])).toBe(true);
    for (const bad of [null, {}, [null], [{ ...mine('a', 1), window: window(0, 0) }], [{ name: 'a' }]]) expect(isOwnPresets(bad)).toBe(false);
  });

  it('keep their place when they are changed, and take a name or key that is taken', () => {
    const all = [mine('A', 1), mine('B', 2), { ...mine('B', 2), modality: 'MR' }, mine('C', 3)];
    const told = (list: OwnPreset[]) => list.map((p) => `${p.modality} ${p.name} ${p.key}`);
    expect(told(withPreset(all, mine('Bee', 3), all[1]))).toEqual(['CT A 1', 'CT Bee 3', 'MR B 2', 'CT C 0']);
    expect(told(withPreset(all, mine('C', 0), all[0]))).toEqual(['CT C 0', 'CT B 2', 'MR B 2']);
    expect(told(withPreset(all, mine('D', 1)))).toEqual(['CT A 0', 'CT B 2', 'MR B 2', 'CT C 3', 'CT D 1']);
  });

  it('are put into another order among those of their modality', () => {
    const all = [mine('A', 1), { ...mine('X', 0), modality: 'MR' }, mine('B', 2)];
    expect(movedPreset(all, mine('B', 2), -1).map((p) => p.name)).toEqual(['B', 'X', 'A']);
    expect(movedPreset(all, mine('A', 1), -1).map((p) => p.name)).toEqual(['A', 'X', 'B']);
  });

  it('say which function they are', () => {
    expect(windowText({ kind: 'window', window: { ...window(50, 100), function: 'LINEAR_EXACT' } })).toBe('W 100  L 50 exact');
  });
});

describe('true size', () => {
  it('shows a millimetre of the image as one on the monitor', () => {
    // 0.5 mm a column on 4 pixels a mm: two pixels a column.
    expect(trueSizeZoom({ row: 0.5, column: 0.5, where: 'patient' }, 4)).toBe(2);
    expect(trueSizeZoom(undefined, 4)).toBeUndefined();
    expect(trueSizeZoom({ row: 1, column: 1, where: 'patient' }, 0)).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { applyWindow } from '../../core/voi';
import type { ImageRef } from '../../domain/display-sets';
import { presetsFor } from '../../domain/presets';
import { lackText, suvOfImage, suvText, suvWindows, suvWindowText } from '../../domain/suv';

const attribute = (...Value: unknown[]) => ({ vr: 'LO', Value });
const dataset: DataSet = {
  '00080060': attribute('PT'), '00541001': attribute('GML'), '00541006': attribute('BW'), '00101030': attribute(80),
};
const image = (ds: DataSet) => ({ dataset: ds, frame: 1 }) as ImageRef;

const window = { center: 0, width: 1, function: 'LINEAR', explanation: '' } as const;

describe('SUV on the screen', () => {
  it('is for PET only', () => {
    expect(suvOfImage(image({ ...dataset, '00080060': attribute('CT') }), 'bw')).toBeUndefined();
    expect(suvOfImage(image(dataset), 'bw')).toEqual({ kind: 'bw', factor: 1 });
  });

  it('has windows from 0 on, which take the first keys', () => {
    const windows = suvWindows(image(dataset), 'bw');
    expect(windows.map((w) => w.explanation)).toEqual(['SUV 0–5', 'SUV 0–7', 'SUV 0–10', 'SUV 0–15', 'SUV 0–20']);
    // 0 is black, 5 white, 2.5 half: no pixel is lost at the ends (LINEAR_EXACT, PS3.3 C.11.2.1.3.2).
    expect([0, 2.5, 5].map((v) => applyWindow(v, windows[0] ?? window))).toEqual([0, 0.5, 1]);
    const keys = presetsFor('PT', 'GML', [], { center: 1, width: 2, function: 'LINEAR', explanation: 'Full range' }, [], windows);
    expect(keys.map((p) => `${p.key} ${p.name}`)).toEqual(['1 SUV 0–5', '2 SUV 0–7', '3 SUV 0–10', '4 SUV 0–15', '5 SUV 0–20', '6 Full range']);
  });

  it('is written with its kind', () => {
    expect(suvText(4, 'bw')).toBe('SUVbw 4.00');
    expect(suvText(12.345, 'lbm-janma')).toBe('SUVlbm 12.3');
    expect(suvWindowText(image(dataset), { kind: 'window', window: { center: 3.5, width: 7, function: 'LINEAR_EXACT', explanation: '' } }, 'bw')).toBe('SUV 0–7');
    expect(lackText(['weight', 'dose'])).toBe('No SUV: the object does not say the weight of the patient, the injected dose in Bq.');
  });
});

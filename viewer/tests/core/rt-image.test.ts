import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { spacingOf } from '../../core/image-description';
import { beamPicture } from '../../core/rt-image';

const of = (vr: string, ...Value: unknown[]) => ({ vr, Value });
const device = (type: string, positions: number[], bounds: number[] = []): DataSet => ({ '300A00B8': of('CS', type), '300A011C': of('DS', ...positions), '300A00BE': of('DS', ...bounds) });

function portal(change: DataSet = {}, ...devices: DataSet[]): DataSet {
  return {
    '30020011': of('DS', 0.8, 0.4), '30020012': of('DS', -160, 160), '30020022': of('DS', 1000), '30020026': of('DS', 1600),
    '30020030': of('SQ', { '300A00B6': of('SQ', ...devices) }), ...change,
  };
}

const jaws = [device('ASYMX', [-50, 30]), device('ASYMY', [-20, 40])];
const rounded = (ds: DataSet) => beamPicture(ds, 1)?.outlines.map(({ device: d, points }) => [d, points.map((p) => p.map((v) => Number(v.toFixed(3)) + 0))]);

describe('an RT Image', () => {
  it('has its size at the isocentre', () => {
    expect(spacingOf(portal(), 1)).toEqual({ row: 0.5, column: 0.25, where: 'isocentre' });
    expect(spacingOf(portal({ '30020026': of('DS', 0) }), 1)).toEqual({ row: 0.8, column: 0.4, where: 'detector' });
  });
  it('has the isocentre where its first pixel says, and the jaws by the rays through it', () => {
    expect(beamPicture(portal(), 1)?.isocentre).toEqual([400.5, 200.5]);
    // x: -50 * 1.6 = -80 mm, 80 mm from the first pixel, at 0.4 mm: column 200; y: 40 * 1.6 = 64, 96 mm below it, at 0.8: row 120.
    expect(rounded(portal({}, ...jaws))).toEqual([['ASYMX', [[200.5, 240.5], [520.5, 240.5], [520.5, 120.5], [200.5, 120.5]]]]);
  });
  it('turns with the collimator', () => {
    // A point (40, 0) of the devices is (0, 40) of the gantry at 90 degrees.
    const turned = rounded(portal({ '300A0120': of('DS', 90) }, device('ASYMX', [0, 40]), device('ASYMY', [0, 0])))?.[0]?.[1];
    expect(turned?.[1]).toEqual([400.5, 120.5]);
  });
  it('turns and moves against the receptor', () => {
    expect(beamPicture(portal({ '3002000D': of('DS', 40, -80, 0) }), 1)?.isocentre).toEqual([300.5, 100.5]);
  });
  it('has one outline around leaves that are open side by side', () => {
    const mlc = device('MLCX', [-10, -20, 0, -10, 10, 20, 0, 10], [-20, -10, 0, 10, 20]);
    const found = rounded(portal({}, mlc));
    expect(found).toHaveLength(2);
    expect(found?.[0]?.[1]).toEqual([[360.5, 240.5], [360.5, 220.5], [320.5, 220.5], [320.5, 200.5], [480.5, 200.5], [480.5, 220.5], [440.5, 220.5], [440.5, 240.5]]);
  });
  it('draws nothing of what is contradictory', () => {
    expect(rounded(portal({}, device('MLCX', [-10, 10], [0, 5, 10])))).toEqual([]);
    expect(rounded(portal({}, device('ASYMX', [-10])))).toEqual([]);
    expect(beamPicture(portal({ '30020012': of('DS') }), 1)).toBeUndefined();
    expect(beamPicture(portal({ '30020011': of('DS', 0, 0.4) }), 1)).toBeUndefined();
  });
});

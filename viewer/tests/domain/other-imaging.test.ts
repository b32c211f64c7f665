import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { displaySetOf } from '../../domain/display-sets';
import { anaglyph, nearestLine, pointOn, scanLinesOf, shareOf, stereoPairsOf } from '../../domain/eye';
import { frameName, gatedRate, groupName, startOf, vectorFault } from '../../domain/nuclear';
import { partsOf } from '../../domain/runs';
import { regionsOf } from '../../domain/ultrasound-regions';

const el = (vr: string, ...Value: unknown[]) => ({ vr, Value });
const sq = (...Value: unknown[]) => ({ vr: 'SQ', Value });
const image = (frames: number, more: Record<string, unknown>): DataSet => ({
  '00080018': el('UI', '1.1'), '00080060': el('CS', 'NM'), '00280010': el('US', 4), '00280011': el('US', 4), '00280004': el('CS', 'MONOCHROME2'), '00280008': el('IS', frames), ...more,
}) as unknown as DataSet;

describe('frames of nuclear medicine', () => {
  // Two phases as in made/nm/dynamic: 2 frames of 5 s, then 2 of 20 s after a delay of 1 s.
  const phase = (delay: number, each: number, count: number) => ({ '00540036': el('IS', delay), '00181242': el('IS', each), '00540033': el('US', count) });
  const dynamic = image(4, { '00540030': el('US', 1, 1, 2, 2), '00540100': el('US', 1, 2, 1, 2), '00540032': sq(phase(0, 5000, 2), phase(1000, 20000, 2)) });
  it('of a dynamic study tell their phase and time', () => {
    expect([1, 2, 3, 4].map((f) => startOf(dynamic, f))).toEqual([0, 5, 11, 31]);
    expect([groupName(dynamic, 3), frameName(dynamic, 4)]).toEqual(['Phase 2', '31 s']);
    expect(partsOf(displaySetOf('1', '2', [dynamic])).map((p) => [p.name, p.set.images.map((i) => i.frame)])).toEqual([['Phase 1', [1, 2]], ['Phase 2', [3, 4]]]);
  });
  it('of a gated study tell their slot, and beat as the heart did', () => {
    const gated = image(4, { '00540070': el('US', 1, 2, 3, 4), '00540071': el('US', 4), '00540062': sq({ '00540063': sq({ '00181063': el('DS', 62.5) }) }) });
    expect([frameName(gated, 3), gatedRate(gated), partsOf(displaySetOf('1', '2', [gated])).length]).toEqual(['slot 3 of 4', 16, 0]);
    expect(displaySetOf('1', '2', [gated]).frameRate).toBe(16);
  });
  it('of several detectors and windows are groups by the names they have', () => {
    const tomo = image(4, {
      '00540010': el('US', 1, 1, 2, 2), '00540020': el('US', 1, 2, 1, 2), '00540050': el('US', 1, 1, 1, 1), '00540090': el('US', 1, 3, 1, 1), '00540012': sq({ '00540018': el('SH', 'Tc99m') }),
      '00540022': sq({ '00540220': sq({ '00080104': el('LO', 'anterior') }) }), '00540052': sq({ '00540200': el('DS', 10), '00181144': el('DS', 20), '00181140': el('CS', 'CW') }),
    });
    expect([1, 2, 3, 4].map((f) => groupName(tomo, f))).toEqual(['Tc99m, anterior', 'Tc99m, Detector 2', 'Energy window 2, anterior', 'Energy window 2, Detector 2']);
    expect(frameName(tomo, 2)).toBe('330°');
  });
  it('that are not told apart are said to be', () => {
    const short = image(4, { '00280009': el('AT', '00540070'), '00540070': el('US', 1, 2) });
    expect(vectorFault(short)).toBe('What tells its 4 frames apart is there for 2 of them only.');
    expect(displaySetOf('1', '2', [short]).notes?.()[0]?.short).toBe('frames not told apart');
    expect(displaySetOf('1', '2', [short]).images.length).toBe(4);
    expect([vectorFault(dynamic), frameName(image(4, { '00540030': el('US', 9), '00540100': el('US', 1) }), 1)]).toEqual(['', '']);
  });
});

describe('ultrasound regions', () => {
  const region = (format: number, type: number, box: number[], dx: number, dy: number, ux: number, uy: number) => ({
    '00186012': el('US', format), '00186014': el('US', type), '00186018': el('UL', box[0]), '0018601A': el('UL', box[1]), '0018601C': el('UL', box[2]), '0018601E': el('UL', box[3]),
    '0018602C': el('FD', dx), '0018602E': el('FD', dy), '00186024': el('US', ux), '00186026': el('US', uy),
  });
  it('say what they are and what a pixel measures; none where the scale is zero or the place outside', () => {
    const ds = { '00186011': sq(region(3, 3, [20, 20, 580, 280], 0.005, -0.8, 4, 7), region(2, 1, [0, 0, 99, 99], 0, 0, 4, 3), region(99, 99, [5000, 0, 6000, 10], 1, 1, 0, 0), region(1, 1, [9, 9, 9, 9], NaN, 1, 3, 3)) } as unknown as DataSet;
    expect(regionsOf(ds, 600, 300)).toEqual([
      { name: 'Spectrum, PW Doppler', box: { left: 20, top: 20, right: 580, bottom: 280 }, scales: '↔ 0.005 s, ↕ 0.8 cm/s a pixel' },
      { name: 'M-mode, tissue', box: { left: 0, top: 0, right: 99, bottom: 99 }, scales: 'no scale' },
      { name: 'Region without a type', box: undefined, scales: 'no scale' },
      { name: '2D, tissue', box: undefined, scales: '↕ 1 cm a pixel' },
    ]);
  });
});

describe('scans of an eye', () => {
  const frame = (...at: number[]) => ({ '00220031': sq({ '00081155': el('UI', '9.9'), '00220032': el('FL', ...at) }) });
  const oct = image(3, { '00080060': el('CS', 'OPT'), '52009230': sq(frame(60, 48, 60, 208), frame(72, 48, 72, 208), frame(80)) });
  it('lie as rows and columns of the picture they name', () => {
    expect(scanLinesOf(displaySetOf('1', '2', [oct]))).toEqual([{ index: 0, on: '9.9', points: [[48, 60], [208, 60]], isArea: false }, { index: 1, on: '9.9', points: [[48, 72], [208, 72]], isArea: false }]);
  });
  it('are found by the place that is pressed', () => {
    const lines = scanLinesOf(displaySetOf('1', '2', [oct]));
    expect(nearestLine(lines, [100, 70])).toMatchObject({ line: { index: 1 }, distance: 2 });
    expect(nearestLine(lines, [218, 60])).toMatchObject({ line: { index: 0 }, distance: 10 });
    expect(nearestLine([], [0, 0])).toBeUndefined();
  });
  it('that are parallel to the picture are rectangles by two of their corners (PS3.3 C.8.17.10.1.1)', () => {
    const flat = { '00220031': sq({ '00081155': el('UI', '9.9'), '00220039': el('CS', 'TRANSVERSE'), '00220032': el('FL', 35, 12, 5, 48) }) };
    const [area] = scanLinesOf(displaySetOf('1', '2', [image(1, { '52009230': sq(flat) })]));
    expect(area).toEqual({ index: 0, on: '9.9', points: [[12, 5], [48, 5], [48, 35], [12, 35], [12, 5]], isArea: true });
    expect(area && pointOn(area, 0.25, 0.5)).toEqual([21, 20]);
    expect(area && shareOf(area, [21, 20])).toEqual([0.25, 0.5]);
    expect(area && shareOf(area, [50, 20])).toBeUndefined();
  });
  it('pairs need both pictures', () => {
    const pair = (l?: string, r?: string) => ({ '00220021': sq(...(l ? [{ '00081155': el('UI', l) }] : [])), '00220022': sq(...(r ? [{ '00081155': el('UI', r) }] : [])) });
    expect(stereoPairsOf({ '00220020': sq(pair('1', '2'), pair('3')) } as unknown as DataSet)).toEqual([{ left: '1', right: '2' }]);
  });
  it('are red and cyan in an anaglyph', () => {
    const out = new Uint8Array(6);
    anaglyph([255, 255, 255, 0, 0, 0], [0, 0, 0, 0, 255, 0], out);
    expect([...out]).toEqual([255, 0, 0, 0, 150, 150]);
  });
});

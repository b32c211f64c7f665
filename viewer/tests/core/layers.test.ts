/** Colour maps, overlay planes, ultrasound regions. */
import { describe, expect, it } from 'vitest';
import { COLOUR_MAPS, colourMap } from '../../core/colour-maps';
import type { DataSet } from '../../core/dicom-json';
import { paint } from '../../core/display';
import { IDENTITY } from '../../core/modality';
import { bitOfCells, overlayBits, overlaysOf, planeFor, type Overlay } from '../../core/overlays';
import { calibratedAt } from '../../core/ultrasound';

describe('colour maps (PS3.6 B.1)', () => {
  it('has all eight, 256 colours each', () => {
    expect(COLOUR_MAPS.map((m) => m.id)).toEqual(['hot-iron', 'pet', 'hot-metal-blue', 'pet-20-step', 'spring', 'summer', 'fall', 'winter']);
    for (const map of COLOUR_MAPS) expect(map.words.length).toBe(256);
  });

  it('hot iron: red rises by two first, then green, then blue by four', () => {
    const words = colourMap('hot-iron')?.words as Uint32Array;
    const at = (i: number) => [0, 8, 16].map((shift) => ((words[i] as number) >> shift) & 255);
    expect([0, 1, 100, 127].map(at)).toEqual([[0, 0, 0], [2, 0, 0], [200, 0, 0], [254, 0, 0]]);
    expect([at(160)[0], at(255)]).toEqual([255, [255, 255, 255]]);
    expect(at(160)[2]).toBe(0);
  });

  it('colours the grey that was inverted, not the value', () => {
    const frame = { rows: 1, columns: 2, colour: false, samples: Uint8Array.of(0, 255), min: 0, max: 255 };
    const out = new Uint32Array(2);
    const map = Uint32Array.from({ length: 256 }, (_, i) => i + 1000);
    paint(frame, { modality: IDENTITY, voi: { kind: 'window', window: { center: 128, width: 256, function: 'LINEAR', explanation: '' } }, inverse: true, map }, out);
    expect([...out]).toEqual([1255, 1000]);
  });
});

const us = (v: number) => ({ vr: 'US', Value: [v] });

describe('overlays (PS3.3 C.9.2)', () => {
  const plane: DataSet = {
    '60020010': us(2), '60020011': us(5), '60020050': { vr: 'SS', Value: [3, -1] }, '60020040': { vr: 'CS', Value: ['R'] }, '60020022': { vr: 'LO', Value: ['outline'] },
    // Ten bits from the lowest of the first byte on: 10000 00001.
    '60023000': { vr: 'OW', InlineBinary: btoa(String.fromCharCode(0b00000001, 0b00000010)) },
  };

  it('reads group, size, origin, type and name', () => {
    expect(overlaysOf(plane)).toMatchObject([{ group: 0x6002, rows: 2, columns: 5, origin: [3, -1], type: 'R', name: 'outline', frames: 1 }]);
  });

  it('takes bits from the lowest on, across rows', () => {
    expect([...(overlayBits(overlaysOf(plane)[0] as Overlay, 0) ?? [])]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  it('shows nothing of a plane that ends early or is absurd', () => {
    expect(overlayBits({ ...(overlaysOf(plane)[0] as Overlay), rows: 9 }, 0)).toBeUndefined();
    expect(overlaysOf({ ...plane, '60020010': us(0) })).toEqual([]);
    expect(overlaysOf({ '60020010': us(2), '60020011': us(5) })).toEqual([]);
  });

  it('belongs to the frames it names', () => {
    const overlay = overlaysOf(plane)[0] as Overlay;
    expect([1, 7].map((f) => planeFor(overlay, f))).toEqual([0, 0]);
    const two = overlaysOf({ ...plane, '60020015': { vr: 'IS', Value: [2] }, '60020051': us(3) })[0] as Overlay;
    expect([two.frames, two.firstFrame]).toEqual([2, 3]);
    expect([2, 3, 4, 5].map((f) => planeFor({ ...overlay, frames: 2, firstFrame: 3 }, f))).toEqual([undefined, 0, 1, undefined]);
  });
});

describe('ultrasound regions (PS3.3 C.8.5.5)', () => {
  // The regions of ../shared/data/made/geometry/us-spectral-doppler.dcm and us-two-2d-regions.dcm.
  const region = (v: Record<string, number>): DataSet => Object.fromEntries(Object.entries(v).map(([tag, n]) => [`0018${tag}`, { vr: 'UL', Value: [n] }]));
  const doppler = region({ '6012': 3, '6016': 2, '6018': 20, '601A': 20, '601C': 580, '601E': 280, '6020': 0, '6022': 40, '6024': 4, '6026': 7, '6028': 0, '602A': 0, '602C': 0.005, '602E': -0.8 });
  const left = region({ '6012': 1, '6018': 10, '601A': 10, '601C': 190, '601E': 220, '6020': 90, '6022': 0, '6024': 3, '6026': 3, '6028': 0, '602A': 0, '602C': 0.02, '602E': 0.02 });
  const of = (...regions: DataSet[]): DataSet => ({ '00186011': { vr: 'SQ', Value: regions } });

  it('tells time and velocity of a spectral Doppler from its baseline', () => {
    expect(calibratedAt(of(doppler), 120, 60)).toEqual({ x: { value: 0.5, unit: 's' }, y: { value: 0, unit: 'cm/s' } });
    expect(calibratedAt(of(doppler), 20, 160)?.y).toEqual({ value: -80, unit: 'cm/s' });
  });

  it('tells centimetres from the reference pixel of the region', () => {
    const at = calibratedAt(of(left, doppler), 150, 110);
    expect(at?.x?.value).toBeCloseTo(1, 9);
    expect(at?.y).toEqual({ value: 2, unit: 'cm' });
  });

  it('tells nothing beside all regions, without a reference pixel and without units', () => {
    expect(calibratedAt(of(left), 300, 110)).toBeUndefined();
    expect(calibratedAt(of(region({ '6018': 0, '601A': 0, '601C': 9, '601E': 9, '6024': 3, '602C': 1 })), 5, 5)).toBeUndefined();
  });

  it('prefers the region of high priority where two overlap', () => {
    const low = { ...doppler, '00186016': { vr: 'UL', Value: [1] } };
    expect(calibratedAt(of(low, { ...left, '00186016': { vr: 'UL', Value: [0] } }), 100, 110)?.x?.unit).toBe('cm');
  });
});

describe('overlays in unused bits of the pixel cells (PS3.5 8.1.2 of 2004)', () => {
  const us = (value: number) => ({ vr: 'US', Value: [value] });
  const image = (bit: number, more: DataSet = {}): DataSet => ({
    '00280002': us(1), '00280100': us(16), '00280101': us(12), '00280102': us(11),
    '60000010': us(2), '60000011': us(2), '60000100': us(16), '60000102': us(bit), ...more,
  });
  it('are those whose bit the samples leave free', () => {
    expect(overlaysOf(image(15)).map((o) => o.bit)).toEqual([15]);
    expect(overlaysOf(image(12)).map((o) => o.bit)).toEqual([12]);
    for (const bit of [0, 11, 16]) expect(overlaysOf(image(bit))).toEqual([]);
    // Samples in the upper bits leave the lower ones free.
    expect(overlaysOf(image(0, { '00280102': us(15) })).map((o) => o.bit)).toEqual([0]);
    expect(overlaysOf(image(15, { '00280002': us(3) }))).toEqual([]);
  });
  it('have a bit of each cell, the low byte first', () => {
    const cells = Uint8Array.from([0xff, 0x0f, 0x00, 0x80, 0x12, 0xf3, 0xff, 0x7f]);
    expect([...(bitOfCells(cells, 16, 15, 4) ?? [])]).toEqual([0, 1, 1, 0]);
    expect([...(bitOfCells(cells, 16, 12, 4) ?? [])]).toEqual([0, 0, 1, 1]);
    expect([...(bitOfCells(cells, 8, 7, 8) ?? [])]).toEqual([1, 0, 0, 1, 0, 1, 1, 0]);
    expect(bitOfCells(cells, 16, 15, 5)).toBeUndefined();
  });
});

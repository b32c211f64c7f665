import { describe, expect, it } from 'vitest';
import { convertYbr, toRgb } from '../../core/colour';
import { FrameError, minMax, unpackNative } from '../../core/frame';
import type { ImagePixel } from '../../core/image-description';
import { distantLuts, expandSegments, readPalette } from '../../core/luts';

const base: ImagePixel = {
  rows: 1, columns: 4, samplesPerPixel: 1, photometric: 'MONOCHROME2', planar: false,
  bitsAllocated: 16, bitsStored: 12, highBit: 11, signed: false, float: false,
};

describe('native frames', () => {
  it('cut off overlay bits above High Bit and extend the sign, PS3.5 8.1.1', () => {
    const bytes = new Uint8Array(Uint16Array.of(0xf001, 0x0fff, 0x0800, 0x1000).buffer);
    expect([...unpackNative(bytes, base)]).toEqual([1, 4095, 2048, 0]);
    expect([...unpackNative(bytes.slice(), { ...base, signed: true })]).toEqual([1, -1, -2048, 0]);
  });
  it('read samples that do not start at bit 0', () => {
    const bytes = new Uint8Array(Uint16Array.of(0x0010, 0xfff0, 0x8000, 0x000f).buffer);
    expect([...unpackNative(bytes, { ...base, highBit: 15 })]).toEqual([1, 4095, 2048, 0]);
  });
  it('unpack bits, least significant first, PS3.5 8.1.1 and D.2', () => {
    const p = { ...base, columns: 10, bitsAllocated: 1, bitsStored: 1, highBit: 0 };
    expect([...unpackNative(Uint8Array.of(0b10000101, 0b10), p)]).toEqual([1, 0, 1, 0, 0, 0, 0, 1, 0, 1]);
  });
  it('say how much is there when the bytes end early', () => {
    expect(() => unpackNative(new Uint8Array(5), base)).toThrow(FrameError);
    expect(() => unpackNative(new Uint8Array(5), base)).toThrow('ends after 62 %');
  });
  it('range leaves padding out', () => {
    expect(minMax(Int16Array.of(-2000, 5, 9), [-2000, -2000])).toEqual({ min: 5, max: 9 });
    expect(minMax(Int16Array.of(-2000), [-2000, -2000])).toEqual({ min: 0, max: 0 });
  });
});

describe('colour', () => {
  const rgb = { ...base, columns: 2, samplesPerPixel: 3, bitsAllocated: 8, bitsStored: 8, highBit: 7, photometric: 'RGB' };
  it('planes are interleaved, PS3.3 C.7.6.3.1.3', () => {
    expect([...toRgb(Uint8Array.of(1, 2, 3, 4, 5, 6), rgb, 'RGB', true)]).toEqual([1, 3, 5, 2, 4, 6]);
  });
  it('YBR_FULL: white, black and the red of T.871', () => {
    expect([...convertYbr(Uint8Array.of(255, 128, 128, 0, 128, 128, 76, 85, 255))]).toEqual([255, 255, 255, 0, 0, 0, 254, 0, 0]);
  });
  it('YBR_FULL_422 shares chroma between two pixels', () => {
    expect([...toRgb(Uint8Array.of(255, 0, 128, 128), rgb, 'YBR_FULL_422', false)]).toEqual([255, 255, 255, 0, 0, 0]);
  });
  it('palettes of 16 bits keep the high byte; indexes outside take the ends', () => {
    const palette = { first: 10, bits: 16, red: Uint16Array.of(0xff00, 0x8000), green: Uint16Array.of(0, 0), blue: Uint16Array.of(0, 0x1234) };
    const p = { ...rgb, samplesPerPixel: 1, photometric: 'PALETTE COLOR', palette };
    expect([...toRgb(Uint8Array.of(9, 200), p, 'PALETTE COLOR', false)]).toEqual([255, 0, 0, 128, 0, 0x12]);
  });
  it('a missing palette is said', () => {
    expect(() => toRgb(Uint8Array.of(1, 2), { ...rgb, photometric: 'PALETTE COLOR' }, 'PALETTE COLOR', false)).toThrow(FrameError);
  });
});

it('segmented palettes: the example of PS3.3 C.7.9.2', () => {
  // discrete 2 values, linear over 4 to 255, then the linear one again is not needed: the last entry fills up.
  expect([...expandSegments(Uint16Array.of(0, 2, 0, 10, 1, 3, 40), 6)]).toEqual([0, 10, 20, 30, 40, 40]);
});

describe('tables', () => {
  const words = (...v: number[]) => ({ vr: 'OW', InlineBinary: btoa(String.fromCharCode(...new Uint8Array(Uint16Array.from(v).buffer))) });
  const descriptor = (...v: number[]) => ({ vr: 'US', Value: v });
  it('palettes of 8 bits may be packed two in a word', () => {
    const packed = words(0x2010, 0x4030);
    const palette = readPalette({ '00281101': descriptor(4, 0, 8), '00281201': packed, '00281202': packed, '00281203': packed }, false);
    expect([...(palette?.red ?? [])]).toEqual([0x10, 0x20, 0x30, 0x40]);
    expect(palette?.bits).toBe(8);
  });
  it('data that is elsewhere is found, wherever it hangs', () => {
    const away = { vr: 'OW', BulkDataURI: '/x' };
    const voi = { '00283010': { vr: 'SQ', Value: [{ '00283006': away }] } };
    expect(distantLuts({ '00281221': away, ...voi, '52009229': { vr: 'SQ', Value: [{ '00289132': { vr: 'SQ', Value: [voi] } }] } })).toHaveLength(3);
    expect(distantLuts({ '00281201': words(1) })).toEqual([]);
  });
});

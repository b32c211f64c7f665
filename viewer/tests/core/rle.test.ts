import { describe, expect, it } from 'vitest';
import { FrameError, unpackNative } from '../../core/frame';
import type { ImagePixel } from '../../core/image-description';
import { decodeRle, endsEarly } from '../../core/rle';

const grey: ImagePixel = {
  rows: 1, columns: 4, samplesPerPixel: 1, photometric: 'MONOCHROME2', planar: false,
  bitsAllocated: 16, bitsStored: 16, highBit: 15, signed: false, float: false,
};

function frame(...segments: number[][]): Uint8Array {
  const header = new Uint32Array(16);
  header[0] = segments.length;
  let at = 64;
  segments.forEach((s, i) => {
    header[i + 1] = at;
    at += s.length;
  });
  return Uint8Array.from([...new Uint8Array(header.buffer), ...segments.flat()]);
}

describe('RLE, PS3.5 G', () => {
  it('most significant byte first; literal and replicate runs', () => {
    // high bytes 1 1 1 2, low bytes 10 20 30 40
    const bytes = frame([254, 1, 0, 2], [3, 10, 20, 30, 40]);
    expect([...unpackNative(decodeRle(bytes, grey), grey)]).toEqual([266, 276, 286, 552]);
  });
  it('colour comes by plane; 128 says nothing', () => {
    const rgb = { ...grey, columns: 2, samplesPerPixel: 3, bitsAllocated: 8, bitsStored: 8, highBit: 7, photometric: 'RGB' };
    expect([...decodeRle(frame([128, 1, 1, 2], [255, 7], [1, 8, 9]), rgb)]).toEqual([1, 2, 7, 7, 8, 9]);
  });
  it('what ends early is said, never filled up', () => {
    expect(() => decodeRle(frame([3, 0, 0, 0, 0], [1, 10, 20]), grey)).toThrow('ends after 50 %');
    expect(() => decodeRle(frame([3, 0, 0, 0, 0]), grey)).toThrow(FrameError);
    expect(() => decodeRle(new Uint8Array(10), grey)).toThrow(FrameError);
  });
});

it('a codestream ends with FFD9, padding apart', () => {
  expect(endsEarly(Uint8Array.of(0xff, 0xd8, 0xff, 0xd9, 0))).toBe(false);
  expect(endsEarly(Uint8Array.of(0xff, 0xd8, 1, 2, 3))).toBe(true);
  expect(endsEarly(new Uint8Array(0))).toBe(true);
});

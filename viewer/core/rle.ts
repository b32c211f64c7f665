/** RLE frames (PS3.5 G). Strict: a segment that ends early is an error, never zeros. */
import { FrameError } from './frame';
import type { ImagePixel } from './image-description';
import { t } from './language';

const HEADER = 64;

/**
 * One RLE frame to native little endian bytes, colour by plane as the segments are (PS3.5 G.2): give them to
 * unpackNative with planar set. Throws FrameError when segments are missing or short.
 */
export function decodeRle(bytes: Uint8Array, p: ImagePixel): Uint8Array {
  const cell = p.bitsAllocated / 8;
  const pixels = p.rows * p.columns;
  const wanted = cell * p.samplesPerPixel;
  const header = new DataView(bytes.buffer, bytes.byteOffset, Math.min(HEADER, bytes.byteLength));
  if (bytes.byteLength < HEADER || header.getUint32(0, true) !== wanted) {
    throw new FrameError(t('Its run-length data has not the {count} {count|segment|segments} its header asks for.', { count: wanted }));
  }
  const out = new Uint8Array(pixels * wanted);
  for (let s = 0; s < wanted; s++) {
    const start = header.getUint32(4 + 4 * s, true);
    const next = s + 1 < wanted ? header.getUint32(8 + 4 * s, true) : bytes.byteLength;
    const plane = Math.floor(s / cell);
    // The most significant byte of a sample comes first (G.2).
    const first = plane * pixels * cell + (cell - 1 - (s % cell));
    const done = unpack(bytes.subarray(start, Math.min(next, bytes.byteLength)), out, first, cell, pixels);
    if (done < pixels) throw new FrameError(t('Its run-length data ends after {percent} % of the image.', { percent: Math.floor((100 * done) / pixels) }));
  }
  return out;
}

/** PackBits (G.3.2) of one segment into every `step`-th byte; returns how many came. */
function unpack(segment: Uint8Array, out: Uint8Array, first: number, step: number, count: number): number {
  let done = 0;
  for (let at = 0; at < segment.length && done < count; ) {
    const n = ((segment[at++] as number) << 24) >> 24;
    if (n >= 0) {
      for (let i = 0; i <= n && at < segment.length && done < count; i++) out[first + step * done++] = segment[at++] as number;
    } else if (n > -128 && at < segment.length) {
      const value = segment[at++] as number;
      for (let i = 0; i <= -n && done < count; i++) out[first + step * done++] = value;
    }
  }
  return done;
}

/** JPEG, JPEG-LS and JPEG 2000 end with FFD9, padding apart; decoders fill up what is missing without a word. */
export function endsEarly(codestream: Uint8Array): boolean {
  let end = codestream.length;
  while (end > 0 && codestream[end - 1] === 0) end--;
  return codestream[end - 2] !== 0xff || codestream[end - 1] !== 0xd9;
}

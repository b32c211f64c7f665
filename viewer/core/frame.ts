/** Frames as typed arrays: unpacking of native pixel data and colour to RGB (PS3.5 8.2, PS3.3 C.7.6.3). */
import type { ImagePixel } from './image-description';
import { t } from './language';

export type Samples = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/** Decoded frame. Grey: stored values, one a pixel. Colour: RGB interleaved, 8 bit. min, max: over the samples. */
export interface Frame {
  rows: number;
  columns: number;
  colour: boolean;
  samples: Samples;
  min: number;
  max: number;
  /** Overlays that were in unused bits of its cells, by the bit: 0 and 1, one a pixel. */
  bits?: ReadonlyMap<number, Uint8Array>;
}

export class FrameError extends Error {}

/** Bytes one native frame takes; 1-bit frames are rounded up to whole bytes as WADO-RS delivers them. */
export function nativeLength(p: ImagePixel): number {
  const samples = p.photometric.endsWith('_422') ? 2 : p.samplesPerPixel;
  return Math.ceil((p.rows * p.columns * samples * p.bitsAllocated) / 8);
}

/**
 * Native little endian frame to samples (rows * columns * samplesPerPixel).
 * Bits above High Bit are cut off and the sign bit extended, as old files keep overlays there (PS3.5 8.1.1).
 * Throws FrameError when the bytes end early: what is missing is never invented.
 */
export function unpackNative(bytes: Uint8Array, p: ImagePixel): Samples {
  const need = nativeLength(p);
  if (bytes.byteLength < need) {
    const part = Math.floor((100 * bytes.byteLength) / need);
    throw new FrameError(t('Its pixel data ends after {percent} % of the image.', { percent: part }));
  }
  if (p.bitsAllocated === 1) return unpackBits(bytes, p.rows * p.columns * p.samplesPerPixel);
  const exact = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const count = Math.floor((need * 8) / p.bitsAllocated);
  const samples = view(exact, count, p);
  return p.float ? samples : maskBits(samples, p);
}

function view(b: Uint8Array, count: number, p: ImagePixel): Samples {
  const at = [b.buffer as ArrayBuffer, b.byteOffset, count] as const;
  if (p.float) return p.bitsAllocated === 64 ? new Float64Array(...at) : new Float32Array(...at);
  switch (p.bitsAllocated) {
    case 8:
      return p.signed ? new Int8Array(...at) : new Uint8Array(...at);
    case 16:
      return p.signed ? new Int16Array(...at) : new Uint16Array(...at);
    case 32:
      return p.signed ? new Int32Array(...at) : new Uint32Array(...at);
    default:
      throw new FrameError(t('{bits} bits a sample cannot be drawn.', { bits: p.bitsAllocated }));
  }
}

function unpackBits(bytes: Uint8Array, count: number): Uint8Array {
  const out = new Uint8Array(count);
  for (let i = 0; i < count; i++) out[i] = ((bytes[i >> 3] ?? 0) >> (i & 7)) & 1;
  return out;
}

/** Keep bits High Bit - Bits Stored + 1 .. High Bit; in place. */
export function maskBits(samples: Samples, p: ImagePixel): Samples {
  const low = p.highBit + 1 - p.bitsStored;
  if (low <= 0 && p.bitsStored >= p.bitsAllocated) return samples;
  const left = 32 - p.highBit - 1;
  const right = 32 - p.bitsStored;
  for (let i = 0; i < samples.length; i++) {
    const moved = (samples[i] ?? 0) << left;
    samples[i] = p.signed ? moved >> right : moved >>> right;
  }
  return samples;
}

export function minMax(samples: ArrayLike<number>, padding?: [number, number]): { min: number; max: number } {
  let min = Infinity;
  let max = -Infinity;
  const [low, high] = padding ?? [1, 0];
  for (let i = 0; i < samples.length; i++) {
    const v = samples[i] as number;
    if (v >= low && v <= high) continue;
    if (v < min) min = v;
    if (v > max) max = v;
  }
  return min <= max ? { min, max } : { min: 0, max: 0 };
}

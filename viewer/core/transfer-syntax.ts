/** Which stored transfer syntaxes the browser decodes right; the rest the server has to (PS3.18 8.7.3). */
import type { ImagePixel } from './image-description';

export const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

const NATIVE = new Set(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.1.99', '1.2.840.10008.1.2.2']);

/** JPEG 8 bit, JPEG lossless, JPEG-LS, JPEG 2000, HTJ2K, RLE. Not 12-bit JPEG: the decoder adds 15 to every sample. */
const DECODED_HERE = new Set([
  ...['50', '57', '70', '80', '81', '90', '91', '201', '202', '203'].map((n) => `1.2.840.10008.1.2.4.${n}`),
  '1.2.840.10008.1.2.5',
]);

export function isNative(uid: string): boolean {
  return NATIVE.has(uid) || uid === '';
}

/** Transfer syntax to ask frames in: '*' takes the stored one. Odd sample sizes are left to the server. */
export function askFor(stored: string, p: ImagePixel): string {
  const ordinary = (p.bitsAllocated === 8 || p.bitsAllocated === 16) && !p.float;
  const packed = p.samplesPerPixel > 1 && p.bitsAllocated !== 8;
  const partial = p.photometric.includes('PARTIAL') || p.photometric.endsWith('420');
  if (DECODED_HERE.has(stored) && ordinary && !packed && !partial) return '*';
  return EXPLICIT_LITTLE_ENDIAN;
}

export function isLossy(uid: string): boolean {
  return /\.4\.(50|51|81|91|93|111|112|203|10\d)$/.test(uid);
}

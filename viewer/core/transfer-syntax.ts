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
  // JPEG that holds RGB says so in no marker every decoder believes; the server reads the header of the object.
  const plainRgbJpeg = stored.endsWith('.4.50') && p.samplesPerPixel > 1 && !p.photometric.startsWith('YBR');
  if (plainRgbJpeg) return EXPLICIT_LITTLE_ENDIAN;
  const partial = p.photometric.includes('PARTIAL') || p.photometric.endsWith('420');
  if (DECODED_HERE.has(stored) && ordinary && !packed && !partial) return '*';
  return EXPLICIT_LITTLE_ENDIAN;
}

/** Native little endian: the server hands frames out untouched. Everything else it decodes on the way (PS3.18 8.7.3.5). */
const UNTOUCHED = new Set(['', '1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.1.99']);

/** Kept in their colour space by decoding: RLE, lossless JPEG, JPEG-LS, big endian. Other codecs end in RGB. */
const SPACE_KEPT = /^1\.2\.840\.10008\.1\.2\.(2|5|1\.98|8\.1|4\.(57|70|80|81))$/;

/**
 * How samples lie in a native frame that was stored in `stored`. Decoded frames are by pixel with full chroma;
 * those from lossy JPEG and JPEG 2000 are RGB.
 */
export function nativeLayout(stored: string, p: ImagePixel): { photometric: string; planar: boolean } {
  if (p.samplesPerPixel === 1 || UNTOUCHED.has(stored)) return { photometric: p.photometric, planar: p.planar };
  if (!SPACE_KEPT.test(stored)) return { photometric: 'RGB', planar: false };
  return { photometric: p.photometric.startsWith('YBR_FULL') ? 'YBR_FULL' : p.photometric, planar: false };
}

export function isLossy(uid: string): boolean {
  return /\.4\.(50|51|81|91|93|111|112|203|10\d)$/.test(uid);
}

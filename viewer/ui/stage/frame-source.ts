/** Frames from the server, decoded: fetch, unwrap, decode in workers, colour to RGB. Small ones from the view tier. */
import { imagePixel, isColour, type ImagePixel } from '../../core/image-description';
import { t } from '../../core/language';
import { distantLuts } from '../../core/luts';
import { decodeRle, endsEarly } from '../../core/rle';
import { FrameError, minMax, unpackNative, type Frame, type Samples } from '../../core/frame';
import { firstPart, parameter } from '../../core/multipart';
import { bitOfCells, overlaysOf } from '../../core/overlays';
import { askFor, EXPLICIT_LITTLE_ENDIAN, isNative, nativeLayout } from '../../core/transfer-syntax';
import { toRgb } from '../../core/colour';
import { isPassing } from '../../domain/connection';
import type { ImageRef } from '../../domain/display-sets';
import { isReduced } from '../../domain/first-paint';
import { good } from '../server/http-server';
import { fetchBulk } from './bulk-source';
import { decodeFrame, type Decoded } from './decoder';

/**
 * Throws FrameError when the bytes are no image, ServerError when there are none. What the browser cannot decode,
 * or decodes to something else than the header says, is asked for again decoded: the server is more patient.
 */
export async function loadFrame(url: string, image: ImageRef, signal: AbortSignal): Promise<Frame> {
  await fetchTables(image);
  const syntax = askFor(image.transferSyntax, image.pixel);
  if (syntax !== '*') return await fetchFrame(url, image, syntax, signal);
  try {
    return await fetchFrame(url, image, syntax, signal);
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return await fetchFrame(url, image, EXPLICIT_LITTLE_ENDIAN, signal);
  }
}

const HTJ2K_RPCL = '1.2.840.10008.1.2.4.202';

/**
 * The frame with fewer resolutions, so that its longer side is `side` or more; undefined where the server has none ready
 * (docs/view-tier.md). Throws FrameError when what came is no such image.
 */
export async function loadSmallFrame(url: string, { pixel: p }: ImageRef, side: number, signal: AbortSignal): Promise<Frame | undefined> {
  const accept = `image/jphc; transfer-syntax=${HTJ2K_RPCL}`;
  const response = await good(`${url}?viewport=${side},${side}&ready=true`, { headers: { Accept: accept }, signal });
  if (response.status === 204) return undefined;
  const body = new Uint8Array(await response.arrayBuffer());
  if (endsEarly(body)) throw new FrameError(t('Its small image ends early.'));
  // Taken for unsigned: the worker would fold what overshoots the stored bits over to the other end of the greys.
  const { pixelData, rows, columns } = await decode(body, HTJ2K_RPCL, { ...p, signed: false });
  if (!isReduced(p, columns, rows)) throw new FrameError(t('Its small image is {columns} × {rows}.', { columns, rows }));
  const photometric = p.photometric === 'YBR_RCT' ? 'RGB' : p.photometric;
  return finish(clipped(pixelData, p), { ...p, rows, columns }, photometric, false);
}

/** The wavelet's lower resolutions overshoot beside edges; beyond the stored bits no image has values. In place. */
function clipped(samples: Samples, { bitsStored, signed }: ImagePixel): Samples {
  const low = signed ? -(2 ** (bitsStored - 1)) : 0;
  const high = low + 2 ** bitsStored - 1;
  for (let i = 0; i < samples.length; i++) {
    const v = samples[i] as number;
    if (v < low) samples[i] = low;
    else if (v > high) samples[i] = high;
  }
  return samples;
}

let pace: number | undefined;

/** Bytes a millisecond of the frames fetched lately, from the question to the last byte; undefined before the first. */
export function bytesPerMs(): number | undefined {
  return pace;
}

async function fetchFrame(url: string, image: ImageRef, syntax: string, signal: AbortSignal): Promise<Frame> {
  const accept = `multipart/related; type="application/octet-stream"; transfer-syntax=${syntax}`;
  const asked = performance.now();
  const response = await good(url, { headers: { Accept: accept }, signal });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const now = bytes.length / Math.max(performance.now() - asked, 1);
  pace = pace === undefined ? now : 0.7 * pace + 0.3 * now;
  const part = firstPart(response.headers.get('Content-Type') ?? '', bytes);
  const stored = parameter(part.contentType, 'transfer-syntax') || mediaTypeSyntax(part.contentType);
  return isNative(stored) ? fromNative(part.body, image) : await fromCompressed(part.body, stored, image);
}

/** Palettes and other tables whose data the metadata only names. A table that cannot be had is missing, not fatal. */
async function fetchTables(image: ImageRef): Promise<void> {
  const distant = distantLuts(image.dataset);
  if (!distant.length) return;
  const results = await Promise.allSettled(distant.map(fetchBulk));
  for (const result of results) if (result.status === 'rejected' && isPassing(result.reason)) throw result.reason;
  image.pixel = imagePixel(image.dataset) ?? image.pixel;
}

/** Syntax of the media types that imply one, for servers that leave the parameter out (PS3.18 table 8.7.3-4). */
function mediaTypeSyntax(contentType: string): string {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  const last = { 'image/jpeg': '50', 'image/jls': '80', 'image/jp2': '90', 'image/jphc': '201' }[type];
  return last ? `1.2.840.10008.1.2.4.${last}` : '';
}

function fromNative(body: Uint8Array, image: ImageRef): Frame {
  const { pixel, transferSyntax } = image;
  const layout = nativeLayout(transferSyntax, pixel);
  // Before the samples are masked, which is done in place.
  const bits = bitsOf(body, image);
  const frame = finish(unpackNative(body, { ...pixel, ...layout }), pixel, layout.photometric, layout.planar);
  return bits.size ? { ...frame, bits } : frame;
}

function bitsOf(body: Uint8Array, { dataset, pixel: p }: ImageRef): Map<number, Uint8Array> {
  const found = overlaysOf(dataset).flatMap(({ bit }) => {
    const bits = bit === undefined ? undefined : bitOfCells(body, p.bitsAllocated, bit, p.rows * p.columns);
    return bit === undefined || !bits ? [] : [[bit, bits] as const];
  });
  return new Map(found);
}

const RLE = '1.2.840.10008.1.2.5';

/** RLE keeps whole cells, the bits that hold overlays among them. */
function fromRle(body: Uint8Array, image: ImageRef): Frame {
  const { pixel: p } = image;
  const cells = decodeRle(body, p);
  const bits = bitsOf(cells, image);
  const frame = finish(unpackNative(cells, { ...p, photometric: 'RGB' }), p, p.photometric, true);
  return bits.size ? { ...frame, bits } : frame;
}

async function fromCompressed(body: Uint8Array, syntax: string, image: ImageRef): Promise<Frame> {
  const { pixel: p } = image;
  if (syntax === RLE) return fromRle(body, image);
  if (endsEarly(body)) throw new FrameError(t('Its compressed pixel data ends early.'));
  const decoded = await decode(body, syntax, p);
  if (decoded.rows !== p.rows || decoded.columns !== p.columns) {
    throw new FrameError(t('Its compressed image is {columns} × {rows}, its header says {wide} × {high}.', { columns: decoded.columns, rows: decoded.rows, wide: p.columns, high: p.rows }));
  }
  if (decoded.signed !== undefined && decoded.signed !== p.signed && p.samplesPerPixel === 1) {
    throw new FrameError(t('Its compressed samples have another sign than its header says.'));
  }
  const planar = decoded.interleaveMode === 0 && p.samplesPerPixel > 1;
  return finish(decoded.pixelData, p, photometricAfter(syntax, p.photometric), planar);
}

/** JPEG and JPEG 2000 codecs undo their own colour transform; JPEG-LS and lossless JPEG leave the samples as stored. */
function photometricAfter(syntax: string, stored: string): string {
  if (syntax.endsWith('.4.50')) return stored.startsWith('MONO') || stored === 'PALETTE COLOR' ? stored : 'RGB';
  return stored === 'YBR_RCT' || stored === 'YBR_ICT' ? 'RGB' : stored;
}

async function decode(body: Uint8Array, transferSyntax: string, p: ImagePixel): Promise<Decoded> {
  const imageFrame = {
    rows: p.rows,
    columns: p.columns,
    samplesPerPixel: p.samplesPerPixel,
    photometricInterpretation: p.photometric,
    planarConfiguration: p.planar ? 1 : 0,
    bitsAllocated: p.bitsAllocated,
    bitsStored: p.bitsStored,
    pixelRepresentation: p.signed ? 1 : 0,
    signed: p.signed,
  };
  try {
    return await decodeFrame({ imageFrame, transferSyntax, pixelData: body.slice(), options: { preScale: { enabled: false } }, decodeConfig: {} });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FrameError(t('Its compressed pixel data cannot be decoded ({reason}).', { reason: reason.slice(0, 120) }));
  }
}

function finish(samples: Samples, p: ImagePixel, photometric: string, planar: boolean): Frame {
  const { rows, columns } = p;
  if (samples.length < rows * columns) throw new FrameError(t('Its pixel data is shorter than the image.'));
  const colour = isColour(p);
  const shown = colour ? toRgb(samples, p, photometric, planar) : samples;
  return { rows, columns, colour, samples: shown, ...minMax(shown, colour ? undefined : p.padding) };
}

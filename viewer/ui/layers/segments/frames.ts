/** Frames of a segmentation from the server: many with one question, always as native samples, whatever they are stored as. */
import { FrameError, unpackNative, type Samples } from '../../../core/frame';
import type { ImagePixel } from '../../../core/image-description';
import { t } from '../../../core/language';
import { allParts } from '../../../core/multipart';
import { EXPLICIT_LITTLE_ENDIAN } from '../../../core/transfer-syntax';
import { good } from '../../server/http-server';

const MOST_AT_ONCE = 256;
/** Bytes of samples that are unpacked between two breaths of the page. */
const BYTES_AT_ONCE = 16e6;

export interface FrameAddress {
  study: string;
  series: string;
  instance: string;
}

/** Calls back with each frame (from 1) as it comes. Rejects with ServerError, FrameError or MultipartError, or when it is stopped. */
export async function eachFrame(address: FrameAddress, count: number, pixel: ImagePixel, signal: AbortSignal, take: (frame: number, samples: Samples) => void): Promise<void> {
  const each = Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(BYTES_AT_ONCE / Math.max(pixel.rows * pixel.columns, 1))));
  const chunks: number[][] = [];
  for (let from = 1; from <= count; from += each) chunks.push(Array.from({ length: Math.min(each, count - from + 1) }, (_, i) => from + i));
  let coming = chunks[0] ? ask(address, chunks[0], signal) : undefined;
  for (const [at, chunk] of chunks.entries()) {
    const parts = await (coming as ReturnType<typeof ask>);
    const next = chunks[at + 1];
    // The next ones are on their way while these are unpacked.
    coming = next ? ask(address, next, signal) : undefined;
    coming?.catch(() => undefined);
    if (parts.length < chunk.length) throw new FrameError(t('Its frames end after {done} of {all}.', { done: (chunk[0] as number) - 1 + parts.length, all: count }));
    parts.slice(0, chunk.length).forEach(({ body }, i) => take(chunk[i] as number, unpackNative(body, pixel)));
    signal.throwIfAborted();
  }
}

async function ask({ study, series, instance }: FrameAddress, frames: readonly number[], signal: AbortSignal) {
  const path = [study, series, instance].map(encodeURIComponent);
  const url = `/dicom-web/studies/${path[0]}/series/${path[1]}/instances/${path[2]}/frames/${frames.join(',')}`;
  const accept = `multipart/related; type="application/octet-stream"; transfer-syntax=${EXPLICIT_LITTLE_ENDIAN}`;
  const response = await good(url, { headers: { Accept: accept }, signal });
  return allParts(response.headers.get('Content-Type') ?? '', new Uint8Array(await response.arrayBuffer()));
}

/** Workers that undo compression. They are those of Cornerstone's image loader, whose codecs are WebAssembly; nothing else of it is here. */
import { wrap, type Remote } from 'comlink';
import type { Samples } from '../../core/frame';

export interface Decoded {
  pixelData: Samples;
  rows: number;
  columns: number;
  interleaveMode?: number;
  signed?: boolean;
}

/** As decodeImageFrameWorker.js of @cornerstonejs/dicom-image-loader 5.14 takes it. */
export interface DecodeTask {
  imageFrame: Readonly<Record<string, unknown>>;
  transferSyntax: string;
  pixelData: Uint8Array;
  options: { preScale: { enabled: false } };
  decodeConfig: Readonly<Record<string, never>>;
}

interface Lane {
  worker: Remote<{ decodeTask(task: DecodeTask): Decoded }>;
  busy: number;
  /** Rejects when the worker itself is broken; it would never answer. */
  broken: Promise<never>;
}

const MOST = Math.max(1, Math.min(4, (navigator.hardwareConcurrency || 2) - 1));
let lanes: Lane[] = [];

/** Undo compression of one frame. Rejects with the codec's words. */
export async function decodeFrame(task: DecodeTask): Promise<Decoded> {
  const lane = free();
  lane.busy++;
  try {
    return await Promise.race([lane.worker.decodeTask(task), lane.broken]);
  } finally {
    lane.busy--;
  }
}

/** Have a worker fetched and started before the first frame comes. */
export function startDecoder(): void {
  free();
}

function free(): Lane {
  const least = lanes.reduce<Lane | undefined>((a, b) => (a && a.busy <= b.busy ? a : b), undefined);
  if (least && (least.busy === 0 || lanes.length >= MOST)) return least;
  const lane = start();
  lanes.push(lane);
  return lane;
}

function start(): Lane {
  const worker = new Worker(new URL('../../node_modules/@cornerstonejs/dicom-image-loader/dist/esm/decodeImageFrameWorker.js', import.meta.url), { type: 'module' });
  const broken = new Promise<never>((_, reject) => {
    worker.addEventListener('error', (event) => {
      lanes = lanes.filter((lane) => lane.broken !== broken);
      worker.terminate();
      reject(new Error(event.message || 'the decoder did not start'));
    });
  });
  broken.catch(() => undefined); // told to whom waits
  return { worker: wrap(worker), busy: 0, broken };
}

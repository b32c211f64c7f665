/** Cornerstone3D: started once, told where frames come from. Image ids are 'wadors:' + the frames resource. */
import * as cs from '@cornerstonejs/core';
import dicomImageLoader from '@cornerstonejs/dicom-image-loader';
import type { Frame } from '../../core/frame';
import { pixelAspect } from '../../core/image-description';
import { text } from '../../core/dicom-json';
import type { ImageRef } from '../../domain/display-sets';
import { LoadQueue, SCREEN } from '../../domain/load-queue';
import { loadFrame } from './frame-source';
import { drawStage } from './stage-registry';

export interface StageImage extends cs.Types.IImage {
  frame: Frame;
  ref: ImageRef;
}

/** Browsers open six connections to a server; one is for events and one stays free for metadata and thumbnails. */
const queue = new LoadQueue<StageImage>(4);
const refs = new Map<string, ImageRef>();
const failures = new Map<string, Error>();
let engine: cs.RenderingEngine | undefined;

export function imageId(study: string, series: string, image: ImageRef): string {
  const path = [study, series, image.sopInstanceUid].map(encodeURIComponent);
  return `wadors:/dicom-web/studies/${path[0]}/series/${path[1]}/instances/${path[2]}/frames/${image.frame}`;
}

/** Make an image known; needed before it can be loaded. */
export function register(id: string, ref: ImageRef): void {
  refs.set(id, ref);
}

export function renderingEngine(): cs.RenderingEngine {
  engine ??= start();
  return engine;
}

function start(): cs.RenderingEngine {
  cs.init({
    rendering: {
      useGenericViewport: true,
      webGlContextCount: 1,
      // 2D is drawn by our own tables on the CPU everywhere: the same greys on every machine. See docs/viewer.md.
      planar: { renderBackend: 'cpu' },
    },
  } as Parameters<typeof cs.init>[0]);
  cs.cache.setMaxCacheSize(cacheSize());
  const cores = navigator.hardwareConcurrency || 2;
  dicomImageLoader.init({ maxWebWorkers: Math.max(1, Math.min(4, cores - 1)) });
  cs.imageLoader.registerImageLoader('wadors', ((id: string) => ({ promise: queued(id, SCREEN) })) as unknown as cs.Types.ImageLoaderFn);
  cs.metaData.addProvider(describe, 10_000);
  return new cs.RenderingEngine('readingroom');
}

/** A third of the memory the browser admits to, 256 MB to 2 GB. */
function cacheSize(): number {
  const gigabytes = (navigator as { deviceMemory?: number }).deviceMemory ?? 4;
  return Math.min(Math.max((gigabytes * 2 ** 30) / 3, 2 ** 28), 2 ** 31);
}

export function cacheShare(): number {
  return cs.cache.getCacheSize() / cs.cache.getMaxCacheSize();
}

export function cacheBytes(): number {
  return cs.cache.getCacheSize();
}

export function cachedImage(id: string): StageImage | undefined {
  return cs.cache.getImage(id) as StageImage | undefined;
}

export function failureOf(id: string): Error | undefined {
  return failures.get(id);
}

export function forgetFailure(id: string): void {
  failures.delete(id);
}

/** Load into the cache with an urgency; a frame that failed stays failed until it is forgotten. */
export async function load(id: string, priority: number): Promise<StageImage> {
  const known = cachedImage(id);
  if (known) return known;
  const failed = failures.get(id);
  if (failed) throw failed;
  const promise = queued(id, priority);
  if (!cs.cache.getImageLoadObject(id)) await cs.cache.putImageLoadObject(id, { promise });
  return promise;
}

/** Drop waiting loads of the rest of series that are not wanted any more. */
export function keepOnly(wanted: (id: string) => boolean): void {
  queue.drop(wanted, new DOMException('No longer wanted', 'AbortError'));
}

async function queued(id: string, priority: number): Promise<StageImage> {
  const ref = refs.get(id);
  if (!ref) throw new Error(`No such image: ${id}`);
  try {
    return await queue.request(id, priority, async () => imageOf(id, ref, await loadFrame(id.slice('wadors:'.length), ref)));
  } catch (error) {
    if (error instanceof Error && error.name !== 'AbortError') failures.set(id, error);
    throw error;
  }
}

function imageOf(id: string, ref: ImageRef, frame: Frame): StageImage {
  const { rows, columns, samples } = frame;
  const components = frame.colour ? 3 : 1;
  return {
    imageId: id,
    frame,
    ref,
    rows,
    columns,
    height: rows,
    width: columns,
    color: frame.colour,
    rgba: false,
    numberOfComponents: components,
    dataType: samples.constructor.name,
    slope: 1,
    intercept: 0,
    windowCenter: 128,
    windowWidth: 256,
    invert: false,
    minPixelValue: frame.min,
    maxPixelValue: frame.max,
    rowPixelSpacing: pixelAspect(ref.dataset, ref.frame),
    columnPixelSpacing: 1,
    sizeInBytes: samples.byteLength,
    getPixelData: () => samples,
    getCanvas: undefined,
    voxelManager: cs.utilities.VoxelManager.createImageVoxelManager({ scalarData: samples as never, width: columns, height: rows, numberOfComponents: components }),
    render: drawStage,
  } as unknown as StageImage;
}

/**
 * What Cornerstone asks about an image. The plane is that of the sheet, one pixel a unit, not of the patient:
 * pictures without or with broken geometry then behave like all others, and nothing here measures.
 */
function describe(type: string, id: unknown): unknown {
  const ref = typeof id === 'string' ? refs.get(id) : undefined;
  if (!ref) return undefined;
  const { pixel } = ref;
  switch (type) {
    case 'imagePlaneModule':
      return {
        rows: pixel.rows,
        columns: pixel.columns,
        imageOrientationPatient: [1, 0, 0, 0, 1, 0],
        rowCosines: [1, 0, 0],
        columnCosines: [0, 1, 0],
        imagePositionPatient: [0, 0, 0],
        rowPixelSpacing: pixelAspect(ref.dataset, ref.frame),
        columnPixelSpacing: 1,
        usingDefaultValues: true,
      };
    case 'imagePixelModule':
      return { ...pixel, photometricInterpretation: pixel.photometric, pixelRepresentation: pixel.signed ? 1 : 0 };
    case 'generalSeriesModule':
      return { modality: text(ref.dataset, '00080060'), seriesInstanceUID: text(ref.dataset, '0020000E') };
    default:
      return undefined;
  }
}

/** Cornerstone3D: started once, told where frames come from. Image ids are 'wadors:' + the frames resource. */
import * as cs from '@cornerstonejs/core';
import dicomImageLoader from '@cornerstonejs/dicom-image-loader';
import type { Frame } from '../../core/frame';
import { isColour, pixelAspect } from '../../core/image-description';
import { text } from '../../core/dicom-json';
import type { ImageRef } from '../../domain/display-sets';
import { smallSide } from '../../domain/first-paint';
import { horizon, SCREEN, type Wish } from '../../domain/load-plan';
import { Loader } from '../../domain/loader';
import { Memory, memoryCap } from '../../domain/memory';
import { memoryChoice } from '../settings';
import { bytesPerMs, loadFrame, loadSmallFrame } from './frame-source';
import { drawStage } from './stage-registry';

/** `frame` is the small image of first paint until the full one takes its place; rows and columns are always the full ones. */
export interface StageImage extends cs.Types.IImage {
  frame: Frame;
  whole: boolean;
  ref: ImageRef;
}

/** Browsers open six connections to a server; one is for events and one stays free for metadata and thumbnails. */
const loader = new Loader<StageImage>(4, fetchWhole, (id) => images.get(id)?.whole === true || failures.has(id));
const refs = new Map<string, ImageRef>();
const images = new Map<string, StageImage>();
const failures = new Map<string, Error>();
const memory = new Memory();
const listeners = new Set<(id: string) => void>();
let plan: readonly Wish[] = [];
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
  const cores = navigator.hardwareConcurrency || 2;
  dicomImageLoader.init({ maxWebWorkers: Math.max(1, Math.min(4, cores - 1)) });
  cs.imageLoader.registerImageLoader('wadors', ((id: string) => ({ promise: painted(id) })) as unknown as cs.Types.ImageLoaderFn);
  cs.metaData.addProvider(describe, 10_000);
  return new cs.RenderingEngine('readingroom');
}

/** Bytes that frames may take. */
export function memoryLimit(): number {
  return memoryCap((navigator as { deviceMemory?: number }).deviceMemory, memoryChoice());
}

/** Bytes that frames take. */
export function memoryBytes(): number {
  return memory.total;
}

/** Bytes that an image takes in memory when all of it is there. */
export function bytesOf({ pixel: p }: ImageRef): number {
  return p.rows * p.columns * (isColour(p) ? 3 : Math.max(1, Math.ceil(p.bitsAllocated / 8)));
}

/** Fetch these, in this order, as far as there is memory. Returns what will be fetched. */
export function follow(wishes: Iterable<Wish>): readonly Wish[] {
  plan = horizon(wishes, memoryLimit());
  const onScreen = new Set(plan.filter((wish) => wish.rank === SCREEN).map((wish) => wish.key));
  for (const [id, small] of smalls) if (!onScreen.has(id)) small.controller.abort();
  loader.follow(plan);
  makeRoom();
  return plan;
}

/** Calls back for each image that came, in part or whole, failed, or went. */
export function onChange(listener: (id: string) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** In memory with all its pixels. */
export function isWhole(id: string): boolean {
  return images.get(id)?.whole === true;
}

export function failureOf(id: string): Error | undefined {
  return failures.get(id);
}

/** Forget all frames: the viewer is left. What was fetched stays in the browser's own cache. */
export function forgetAll(): void {
  follow([]);
  for (const id of [...images.keys()]) forget(id);
  failures.clear();
  without.clear();
  refs.clear();
}

/** What is known about how the image would be shown, for the choice whether a small one comes first. */
export interface Showing {
  windowIsKnown: boolean;
  screen: number;
}

/** Resolves when it can be drawn, small or whole. A frame that failed stays failed. */
export async function painted(id: string, showing?: Showing): Promise<StageImage> {
  const known = images.get(id);
  if (known) return known;
  const failed = failures.get(id);
  if (failed) throw failed;
  const small = showing && smallOf(id, showing);
  const whole = loader.arrival(id);
  if (!small) return await whole;
  const first = await Promise.race([small, whole.catch(() => small)]);
  return first ?? (await whole);
}

interface Small {
  promise: Promise<StageImage | undefined>;
  controller: AbortController;
}

const smalls = new Map<string, Small>();
/** Series of which the server had no small image ready, by the frames resource before the instance. */
const without = new Set<string>();
const HEAD_START_MS = 150;

/** The small image on its way; undefined when none is worth asking for. Resolves to undefined when none comes. */
function smallOf(id: string, showing: Showing): Promise<StageImage | undefined> | undefined {
  const ref = refs.get(id);
  const under = smalls.get(id);
  if (under || !ref || loader.isRunning(id) || without.has(seriesOf(id))) return under?.promise;
  const side = smallSide({ ...showing, pixel: ref.pixel, transferSyntax: ref.transferSyntax, bytesPerMs: bytesPerMs() });
  if (!side) return undefined;
  const controller = new AbortController();
  const promise = fetchSmall(id, ref, side, controller.signal).finally(() => smalls.delete(id));
  smalls.set(id, { promise, controller });
  return promise;
}

async function fetchSmall(id: string, ref: ImageRef, side: number, signal: AbortSignal): Promise<StageImage | undefined> {
  try {
    const frame = await loadSmallFrame(addressOf(id), ref, side, signal);
    if (!frame) without.add(seriesOf(id));
    if (!frame || signal.aborted || images.has(id)) return images.get(id);
    return keep(id, imageOf(id, ref, frame));
  } catch {
    // Whatever is wrong with the small image: the whole one is on its way and says more.
    return undefined;
  }
}

/** The small image, asked for just before, has the line to itself for a moment. */
async function fetchWhole(id: string, signal: AbortSignal): Promise<StageImage> {
  const ref = refs.get(id);
  if (!ref) throw new Error(`No such image: ${id}`);
  const small = smalls.get(id);
  if (small) await Promise.race([small.promise, new Promise((resolve) => setTimeout(resolve, HEAD_START_MS))]);
  signal.throwIfAborted();
  try {
    const frame = await loadFrame(addressOf(id), ref, signal);
    signal.throwIfAborted();
    small?.controller.abort();
    const known = images.get(id);
    if (!known) return keep(id, imageOf(id, ref, frame));
    Object.assign(known, { frame, whole: true, minPixelValue: frame.min, maxPixelValue: frame.max });
    return keep(id, known);
  } catch (error) {
    if (signal.aborted || (error instanceof DOMException && error.name === 'AbortError')) throw error;
    failures.set(id, error instanceof Error ? error : new Error(String(error)));
    tell(id);
    throw error;
  }
}

function addressOf(id: string): string {
  return id.slice('wadors:'.length);
}

function seriesOf(id: string): string {
  return id.slice(0, id.indexOf('/instances/'));
}

function keep(id: string, image: StageImage): StageImage {
  images.set(id, image);
  memory.hold(id, image.frame.samples.byteLength);
  if (!cs.cache.getImageLoadObject(id)) void cs.cache.putImageLoadObject(id, { promise: Promise.resolve(image) });
  makeRoom();
  tell(id);
  return image;
}

function makeRoom(): void {
  for (const id of memory.surplus(memoryLimit(), plan)) forget(id);
}

function forget(id: string): void {
  images.delete(id);
  memory.drop(id);
  if (cs.cache.getImageLoadObject(id)) cs.cache.removeImageLoadObject(id, { force: true });
  tell(id);
}

function tell(id: string): void {
  for (const listener of listeners) listener(id);
}

function imageOf(id: string, ref: ImageRef, frame: Frame): StageImage {
  const { rows, columns } = ref.pixel;
  const components = frame.colour ? 3 : 1;
  return {
    imageId: id,
    frame,
    whole: frame.rows === rows && frame.columns === columns,
    ref,
    rows,
    columns,
    height: rows,
    width: columns,
    color: frame.colour,
    rgba: false,
    numberOfComponents: components,
    dataType: frame.samples.constructor.name,
    slope: 1,
    intercept: 0,
    windowCenter: 128,
    windowWidth: 256,
    invert: false,
    minPixelValue: frame.min,
    maxPixelValue: frame.max,
    rowPixelSpacing: pixelAspect(ref.dataset, ref.frame),
    columnPixelSpacing: 1,
    // Counted and evicted here, not by Cornerstone, which knows nothing of nearness and of frames that grow.
    sizeInBytes: 0,
    getPixelData(this: StageImage) {
      return this.frame.samples;
    },
    getCanvas: undefined,
    get voxelManager() {
      const { rows: height, columns: width, samples } = (this as unknown as StageImage).frame;
      return cs.utilities.VoxelManager.createImageVoxelManager({ scalarData: samples as never, width, height, numberOfComponents: components });
    },
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

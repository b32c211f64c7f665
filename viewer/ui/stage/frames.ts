/** The frames that are in memory, on their way, or failed. Image ids are 'wadors:' + the frames resource. */
import { seriesOfRun } from '../../domain/runs';
import type { Frame } from '../../core/frame';
import { isColour, voisOf } from '../../core/image-description';
import type { DisplaySet, FrameSource, ImageRef } from '../../domain/display-sets';
import { smallSide } from '../../domain/first-paint';
import { horizon, SCREEN, type Wish } from '../../domain/load-plan';
import { Loader } from '../../domain/loader';
import { Memory, memoryCap } from '../../domain/memory';
import { ServerError } from '../../domain/server';
import { connection } from '../server/connection';
import { memoryChoice } from '../settings';
import { bytesPerMs, loadFrame, loadSmallFrame } from './frame-source';
import { imageOf, type StageImage } from './stage-image';

/** Browsers open six connections to a server; one is for events and one stays free for metadata and thumbnails. */
const loader = new Loader<StageImage>(4, fetchWhole, (id) => images.get(id)?.whole === true || failureOf(id) !== undefined);
const refs = new Map<string, ImageRef>();
const sources = new Map<string, FrameSource>();
const images = new Map<string, StageImage>();
const failures = new Map<string, Error>();
/** Objects that have fewer frames than they say: the first that is not there. One question is enough to know of the rest. */
const ends = new Map<string, { frame: number; error: Error }>();
const memory = new Memory();
const listeners = new Set<(id: string) => void>();
let plan: readonly Wish[] = [];

export function imageId(study: string, series: string, image: ImageRef): string {
  const path = [image.home?.study ?? study, image.home?.series ?? seriesOfRun(series), image.sopInstanceUid].map(encodeURIComponent);
  return `wadors:/dicom-web/studies/${path[0]}/series/${path[1]}/instances/${path[2]}/frames/${image.frame}`;
}

/** Make an image known; needed before it can be loaded. source: where its frame comes from when it is not fetched from the server. */
export function register(id: string, ref: ImageRef, source?: FrameSource): void {
  refs.set(id, ref);
  if (source) sources.set(id, source);
}

export function refOf(id: string): ImageRef | undefined {
  return refs.get(id);
}

let sharers = 1;

/** So many windows of one session share what images may take. */
export function shareMemory(windows: number): void {
  sharers = Math.max(windows, 1);
}

/** Bytes that frames may take in this window. */
export function memoryLimit(): number {
  return memoryCap((navigator as { deviceMemory?: number }).deviceMemory, memoryChoice()) / sharers;
}

/** Bytes that frames and volumes take. */
export function memoryBytes(): number {
  return memory.total + reserved;
}

let reserved = 0;

/** Memory that something else than frames takes from now on (a volume); the returned function gives it back. */
export function reserve(bytes: number): () => void {
  reserved += bytes;
  let held = bytes;
  return () => {
    reserved -= held;
    held = 0;
  };
}

/** A computed frame has become another: drawn anew where it is on the screen. */
export function replaceFrame(id: string, frame: Frame): void {
  const known = images.get(id);
  if (!known) return;
  known.frame = frame;
  keep(id, known);
}

/**
 * Planes have moved whose pixels come from elsewhere: what is on its way is of no use, what failed may succeed. The one that is
 * shown stands, without values, until its new pixels have come.
 */
export function outdate(ids: Iterable<string>, shown?: string): void {
  for (const id of ids) {
    const known = images.get(id);
    if (known) known.whole = false;
    if (known && id !== shown) forget(id);
    failures.delete(id);
    if (loader.isRunning(id)) loader.again(id);
  }
  if (shown) tell(shown);
}

/** A rough picture of a plane that is being moved: it has no values, and its full pixels are asked for. */
export function roughen(id: string, frame: Frame): void {
  const known = images.get(id);
  const ref = refs.get(id);
  if (known) keep(id, Object.assign(known, { frame, whole: false }));
  else if (ref) keep(id, imageOf(id, ref, frame));
  loader.again(id);
}

/** Computed frames that are no longer true; they are made again when they are wanted. */
export function dropFrames(ids: Iterable<string>): void {
  for (const id of ids) if (images.has(id)) forget(id);
}

/** Bytes that an image takes in memory when all of it is there. */
export function bytesOf({ pixel: p }: ImageRef): number {
  return p.rows * p.columns * (isColour(p) ? 3 : Math.max(1, Math.ceil(p.bitsAllocated / 8)));
}

/** Fetch these, in this order, as far as there is memory. Returns what will be fetched. */
export function follow(wishes: Iterable<Wish>): readonly Wish[] {
  plan = horizon(ahead ? inFront(ahead, wishes) : wishes, memoryLimit() - reserved);
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

/** What failed for a reason that may have passed is asked for again; what is broken stays so. */
export function forgive(id: string): boolean {
  const known = failureOf(id);
  ends.delete(objectOf(id));
  failures.delete(id);
  return known instanceof ServerError;
}

export function failureOf(id: string): Error | undefined {
  return failures.get(id) ?? beyondEnd(id);
}

function beyondEnd(id: string): Error | undefined {
  const end = ends.size ? ends.get(objectOf(id)) : undefined;
  return end && Number(id.slice(objectOf(id).length)) >= end.frame ? end.error : undefined;
}

/** The frames resource up to the number. */
function objectOf(id: string): string {
  return id.slice(0, id.lastIndexOf('/') + 1);
}

/** Forget all frames: the viewer is left. What was fetched stays in the browser's own cache. */
export function forgetAll(): void {
  ahead = undefined;
  follow([]);
  for (const id of [...images.keys()]) forget(id);
  failures.clear();
  ends.clear();
  without.clear();
  refs.clear();
  sources.clear();
}

/** What is known about how the image would be shown, for the choice whether a small one comes first. */
export interface Showing {
  windowIsKnown: boolean;
  screen: number;
}

/** Resolves when it can be drawn, small or whole. A frame that is broken stays failed; one that is only out of reach is waited for. */
export async function painted(id: string, showing?: Showing): Promise<StageImage> {
  ahead = undefined;
  const known = images.get(id);
  if (known) return known;
  const failed = failureOf(id);
  if (failed) throw failed;
  const small = showing && smallOf(id, showing);
  const whole = loader.arrival(id);
  if (!small) return await whole;
  const first = await Promise.race([small, whole.catch(() => small)]);
  return first ?? (await whole);
}

/** Wanted before there is a viewport that could say so; until one asks for anything. */
let ahead: Wish | undefined;

function* inFront(first: Wish, wishes: Iterable<Wish>): Iterable<Wish> {
  yield first;
  for (const wish of wishes) if (wish.key !== first.key) yield wish;
}

/** Have the first image of a stack on its way before there is a viewport for it, which will be about as large as the window. */
export function paintAhead(set: DisplaySet): void {
  const image = set.images[0];
  if (!image) return;
  const id = imageId(set.studyInstanceUid, set.seriesInstanceUid, image);
  register(id, image, set.source);
  const screen = Math.max(window.innerWidth, window.innerHeight) * (window.devicePixelRatio || 1);
  painted(id, { windowIsKnown: hasWindow(image), screen }).catch(() => undefined); // told by the viewport that asks for it
  ahead = { key: id, bytes: bytesOf(image), rank: SCREEN };
}

/** The object says how its greys are shown. */
export function hasWindow({ dataset, frame, pixel }: ImageRef): boolean {
  return voisOf(dataset, frame, pixel).length > 0;
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
  if (under || !ref || sources.has(id) || loader.isRunning(id) || without.has(seriesOf(id))) return under?.promise;
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
    const source = sources.get(id) ?? fromServer;
    const frame = await connection.patiently(() => source(ref, signal, id), signal);
    signal.throwIfAborted();
    small?.controller.abort();
    const known = images.get(id);
    if (!known) return keep(id, imageOf(id, ref, frame));
    Object.assign(known, { frame, whole: true });
    return keep(id, known);
  } catch (error) {
    if (signal.aborted || (error instanceof DOMException && error.name === 'AbortError')) throw error;
    const failure = error instanceof Error ? error : new Error(String(error));
    failures.set(id, failure);
    if (failure instanceof ServerError && failure.status === 404) endAt(id, ref.frame, failure);
    tell(id);
    throw error;
  }
}

const fromServer: FrameSource = (ref, signal, id) => loadFrame(addressOf(id), ref, signal);

function endAt(id: string, frame: number, error: Error): void {
  if (frame < (ends.get(objectOf(id))?.frame ?? Infinity)) ends.set(objectOf(id), { frame, error });
}

function addressOf(id: string): string {
  return id.slice('wadors:'.length);
}

function seriesOf(id: string): string {
  return id.slice(0, id.indexOf('/instances/'));
}

function keep(id: string, image: StageImage): StageImage {
  images.set(id, image);
  memory.hold(id, image.frame.samples.byteLength + (image.frame.bits?.size ?? 0) * image.rows * image.columns);
  makeRoom();
  tell(id);
  return image;
}

function makeRoom(): void {
  for (const id of memory.surplus(memoryLimit() - reserved, plan)) forget(id);
}

function forget(id: string): void {
  images.delete(id);
  memory.drop(id);
  tell(id);
}

function tell(id: string): void {
  for (const listener of listeners) listener(id);
}

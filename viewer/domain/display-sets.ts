/** Display sets: what a series offers to a viewport. One stack a series; what cannot be drawn says why. */
import { functionalGroup, imagePixel, isColour, planeOf, type ImagePixel } from '../core/image-description';
import type { Frame } from '../core/frame';
import { cross, dot, type Point3 } from '../core/geometry';
import { number, numbers, text, type DataSet } from '../core/dicom-json';
import { t } from '../core/language';
import { isRawProjection } from '../core/raw-projection';
import { frameRateOf } from './cine';
import { dimensionsOf, type Dimensions } from './dimensions';
import { isNuclear, vectorFault } from './nuclear';
import { kindOfObject, type ObjectKind } from './object-kinds';

export interface ImageRef {
  sopInstanceUid: string;
  /** 1-based, as in the frames resource (PS3.18 10.4.1.1.5). */
  frame: number;
  dataset: DataSet;
  pixel: ImagePixel;
  transferSyntax: string;
  /** Its padding is where it was computed from nothing, not a value of the object. */
  computed?: boolean;
  /** Where it is when not in the series of its stack: chosen by a document of another series. */
  home?: { study: string; series: string };
}

/** Makes a frame that no server has (a reformatted plane). Rejects with an AbortError when `signal` says so, else with the reason. */
export type FrameSource = (image: ImageRef, signal: AbortSignal, id: string) => Promise<Frame>;

export interface DisplaySet {
  studyInstanceUid: string;
  seriesInstanceUid: string;
  images: ImageRef[];
  /** What opens it: images where it has any, else what its first object is. */
  kind: ObjectKind;
  /** All of its objects, sorted. */
  objects: readonly DataSet[];
  /** Why nothing can be shown; '' when something can. */
  reason: string;
  /** One object of the series for the tags panel. */
  sample: DataSet | undefined;
  colour: boolean;
  /** Frames a second the object asks for; undefined when it is no cine. */
  frameRate: number | undefined;
  /** Where each image stands in space and time. */
  dimensions: Dimensions;
  /** What must be said on each of its images beside what the objects say: a word or two, and the sentence behind it. */
  notes?: (shown?: ImageRef) => readonly { short: string; long: string }[];
  /** Rejected images that are not among its own. */
  hidden?: readonly ImageRef[];
  /** Where its frames come from; undefined: from the server. */
  source?: FrameSource;
  /** Its source asks the server to compute them. */
  elsewhere?: boolean;
  /** Spatial Registration objects of the series. */
  registrations?: readonly DataSet[];
  /** Objects of the series that give no images while others do. */
  left?: readonly LeftOut[];
}

/** number: Instance Number as it stands there, '' when there is none. */
export interface LeftOut {
  sopInstanceUid: string;
  number: string;
  dataset: DataSet;
  reason: string;
}

/** Rigid and deformable. */
const SPATIAL_REGISTRATIONS = ['1.2.840.10008.5.1.4.1.1.66.1', '1.2.840.10008.5.1.4.1.1.66.3'];

/** Metadata of a series to its stack, sorted. Throws nothing: an object that is no image lowers the count only. */
export function displaySetOf(study: string, series: string, datasets: readonly DataSet[]): DisplaySet {
  const objects = sorted(datasets);
  const each = objects.map((dataset) => ({ dataset, images: imagesOf(dataset) }));
  const found = each.flatMap(({ images }) => images);
  const images = isVolume(found) ? alongNormal(found) : found;
  const first = images[0];
  const kind = images.length || !objects[0] ? 'images' : kindOfObject(objects[0]);
  return {
    studyInstanceUid: study,
    seriesInstanceUid: series,
    images,
    kind,
    objects,
    reason: images.length || (kind !== 'images' && !datasets.every(isUnreadable)) ? '' : reasonFor(datasets),
    sample: datasets[0],
    colour: first ? isColour(first.pixel) : false,
    frameRate: first ? frameRateOf(first.dataset) : undefined,
    dimensions: dimensionsOf(images),
    registrations: datasets.filter((ds) => SPATIAL_REGISTRATIONS.includes(text(ds, '00080016'))),
    ...faultsOf(objects),
    left: images.length ? each.filter((e) => !e.images.length && kindOfObject(e.dataset) === 'images').map(({ dataset }) => leftOut(dataset)) : [],
  };
}

/** What is wrong with frames of nuclear medicine is said on them. */
function faultsOf(objects: readonly DataSet[]): Pick<DisplaySet, 'notes'> {
  const faults = [...new Set(objects.filter(isNuclear).map(vectorFault).filter(Boolean))];
  return faults.length ? { notes: () => faults.map((long) => ({ short: t('frames not told apart'), long })) } : {};
}

function imagesOf(ds: DataSet): ImageRef[] {
  const pixel = imagePixel(ds);
  const uid = text(ds, '00080018');
  if (!pixel || !uid || !hasPixels(ds) || kindOfObject(ds) !== 'images') return [];
  const count = Math.min(Math.max(number(ds, '00280008') ?? 1, 1), 100_000);
  const transferSyntax = text(ds, '00083002') || text(ds, '00020010');
  const refs = Array.from({ length: count }, (_, i) => ({ sopInstanceUid: uid, frame: i + 1, dataset: ds, pixel, transferSyntax }));
  return inDimensionOrder(ds, refs);
}

function hasPixels(ds: DataSet): boolean {
  // Servers differ in whether bulk data is listed; rows and columns with a photometric interpretation are the sure sign.
  return '7FE00010' in ds || '7FE00008' in ds || '7FE00009' in ds || '00280004' in ds;
}

function leftOut(dataset: DataSet): LeftOut {
  return { sopInstanceUid: text(dataset, '00080018'), number: text(dataset, '00200013'), dataset, reason: whyNot(dataset) };
}

function whyNot(ds: DataSet): string {
  const [columns, rows] = [number(ds, '00280011'), number(ds, '00280010')];
  const isImage = '00280004' in ds || rows !== undefined || columns !== undefined;
  if (isImage && !rows) return t('It does not say how many rows it has.');
  if (isImage && !columns) return t('It does not say how many columns it has.');
  return reasonFor([ds]);
}

/** The server tells at least these of what it cannot put into JSON. */
function isUnreadable(ds: DataSet): boolean {
  return Object.keys(ds).every((tag) => ['00080016', '00080018', '0020000D', '0020000E'].includes(tag));
}

function reasonFor(datasets: readonly DataSet[]): string {
  if (!datasets.length) return t('Its objects are not on this server.');
  if (datasets.every(isUnreadable)) return t('The server can tell no more of it than its UIDs: it is broken or nested too deep.');
  return t('It holds no images.');
}

/** By Instance Number, then by UID so that the order is the same each time. */
function sorted(datasets: readonly DataSet[]): DataSet[] {
  const keyed = datasets.map((ds) => ({ ds, n: number(ds, '00200013') ?? Infinity, uid: text(ds, '00080018') }));
  return keyed.sort((a, b) => (a.n === b.n ? a.uid.localeCompare(b.uid) : a.n - b.n)).map((k) => k.ds);
}

/** Parallel planes in one frame of reference at more than one place: sorted by place, as files come shuffled. */
function isVolume(images: readonly ImageRef[]): boolean {
  const first = images[0];
  const plane = first && planeOf(first.dataset, first.frame);
  if (!plane || images.length < 2 || images.some(isIndexed)) return false;
  const normal = cross(plane.row, plane.column);
  const places = new Set<string>();
  for (const image of images) {
    const p = planeOf(image.dataset, image.frame);
    if (!p || Math.abs(dot(cross(p.row, p.column), normal)) < 0.99) return false;
    places.add(dot(p.position, normal).toFixed(2));
  }
  // Several images at one place (phases, echoes) stay in the order of their numbers.
  return places.size === images.length;
}

/** Frames of several that say their order themselves, or have no place of their own. */
function isIndexed({ dataset, frame }: ImageRef): boolean {
  if ((number(dataset, '00280008') ?? 1) < 2) return false;
  return numbers(functionalGroup(dataset, frame, '00209111'), '00209157').length > 0 || !functionalGroup(dataset, frame, '00209113');
}

/** Along the slice normal, in the direction the instance numbers mostly run. */
function alongNormal(images: readonly ImageRef[]): ImageRef[] {
  const plane = planeOf((images[0] as ImageRef).dataset, (images[0] as ImageRef).frame);
  const normal = plane ? cross(plane.row, plane.column) : ([0, 0, 1] as Point3);
  const place = (i: ImageRef) => dot(planeOf(i.dataset, i.frame)?.position ?? [0, 0, 0], normal);
  const up = place(images.at(-1) as ImageRef) >= place(images[0] as ImageRef) ? 1 : -1;
  return [...images].sort((a, b) => up * (place(a) - place(b)));
}

/** Enhanced frames by Dimension Index Values, the first dimension slowest (PS3.3 C.7.6.17); else as stored. */
function inDimensionOrder(ds: DataSet, refs: ImageRef[]): ImageRef[] {
  if (!('52009230' in ds)) return refs;
  const keys = refs.map((r) => numbers(functionalGroup(ds, r.frame, '00209111'), '00209157'));
  if (keys.some((k) => !k.length)) return refs;
  const order = refs.map((_, i) => i).sort((a, b) => compare(keys[a] ?? [], keys[b] ?? []) || a - b);
  return order.map((i) => refs[i] as ImageRef);
}

function compare(a: number[], b: number[]): number {
  for (let i = 0; i < a.length; i++) {
    const d = (a[i] ?? 0) - (b[i] ?? 0);
    if (d) return d;
  }
  return 0;
}

export interface Flag {
  id: string;
  words: string;
}

/** What must be said about the pixels: lossy compression and derivation (PS3.3 C.7.6.1.1.5, C.7.6.1.1.2). */
export function flagsOf(image: ImageRef): Flag[] {
  const ds = image.dataset;
  const ratios = numbers(ds, '00282112');
  const lossy = text(ds, '00282110') === '01' || /\.4\.(50|51|81|91|93|112|203)$/.test(image.transferSyntax);
  const ratio = ratios.at(-1);
  const flags: Flag[] = [];
  if (lossy) flags.push({ id: 'lossy', words: ratio && ratio > 1 ? t('lossy {ratio}:1', { ratio: Math.round(ratio) }) : t('lossy') });
  if (text(ds, '00080008') === 'DERIVED') flags.push({ id: 'derived', words: t('derived') });
  if (isRawProjection(ds)) flags.push({ id: 'raw', words: t('raw values') });
  return flags;
}

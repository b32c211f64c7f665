/** What a segmentation says: its segments, and which frame lies where (PS3.3 C.8.20, A.51, A.90). No pixels here. */
import { item, items, number, numbers, strings, text, type DataSet } from './dicom-json';
import { cross, dot, type Point3 } from './geometry';
import type { Plane } from './image-description';
import { labColour, ownColour, type Rgb } from './lab';
import { readPalette } from './luts';
import { t } from './language';

export interface Segment {
  /** Segment Number, or value in a label map. */
  number: number;
  label: string;
  /** Segmented Property Category and Type, in words; '' when they are not said. */
  category: string;
  type: string;
  /** MANUAL, SEMIAUTOMATIC or AUTOMATIC, with the algorithm's name. */
  algorithm: string;
  description: string;
  colour: Rgb;
  /** It has frames, but the object says nothing about it. */
  undescribed: boolean;
}

export type SegmentationKind = 'binary' | 'fractional' | 'labels';

/** A frame: whose it is (-1: of all, in a label map), where it lies, which images it was made from. */
export interface SegmentFrame {
  /** 1-based. */
  frame: number;
  segment: number;
  plane: Plane | undefined;
  /** SOP Instance UID, a space, and the frame; 0 for all of them. */
  sources: readonly string[];
}

export interface Segmentation {
  kind: SegmentationKind;
  /** Of fractions: OCCUPANCY or PROBABILITY. */
  fraction: string;
  /** The stored value that means all of it. */
  largest: number;
  rows: number;
  columns: number;
  bitsAllocated: number;
  /** Pixels, mm; undefined where it is not said. */
  spacing: { row: number; column: number } | undefined;
  /** From one plane to the next, and how thick a plane is, mm; undefined where it is not said. */
  apart: number | undefined;
  thickness: number | undefined;
  frameOfReference: string;
  segments: readonly Segment[];
  /** Values of a label map that are no segment. */
  background: ReadonlySet<number>;
  frames: readonly SegmentFrame[];
}

const MOST_SEGMENTS = 65_536;
const MOST_FRAMES = 200_000;
const LABEL_MAP = '1.2.840.10008.5.1.4.1.1.66.7';

/** A sentence where nothing can be drawn of it. */
export function segmentationOf(ds: DataSet): Segmentation | string {
  const [rows, columns] = [number(ds, '00280010') ?? 0, number(ds, '00280011') ?? 0];
  if (!(rows > 0) || !(columns > 0)) return t('The segmentation does not say how large its frames are.');
  if (text(ds, '00209311').startsWith('TILED')) return t('The segmentation belongs to a slide.');
  const kind = kindOf(ds);
  if (!kind) return t('The segmentation is of a kind that is not known ({kind}).', { kind: text(ds, '00620001') || '?' });
  const largest = kind === 'fractional' ? (number(ds, '0062000E') ?? 255) : 1;
  if (!(largest > 0)) return t('The segmentation says no largest value for its fractions.');
  const shared = item(ds, '52009229');
  const frames = framesOf(ds, shared, kind);
  if (!frames.length) return t('The segmentation has no frames.');
  const measures = item(item(items(ds, '52009230')[0], '00289110') ? items(ds, '52009230')[0] : shared, '00289110');
  const [row, column] = numbers(measures, '00280030');
  return {
    kind,
    fraction: text(ds, '00620010'),
    largest,
    rows,
    columns,
    bitsAllocated: number(ds, '00280100') ?? 1,
    spacing: row && column && row > 0 && column > 0 ? { row, column } : undefined,
    apart: positive(number(measures, '00180088')),
    thickness: positive(number(measures, '00180050')),
    frameOfReference: text(ds, '00200052'),
    segments: segmentsOf(ds, kind, frames),
    background: backgroundOf(ds),
    frames,
  };
}

function positive(v: number | undefined): number | undefined {
  return v !== undefined && v > 0 ? v : undefined;
}

function kindOf(ds: DataSet): SegmentationKind | undefined {
  const said = text(ds, '00620001').toUpperCase();
  if (said === 'LABELMAP' || text(ds, '00080016') === LABEL_MAP) return 'labels';
  return said === 'BINARY' ? 'binary' : said === 'FRACTIONAL' ? 'fractional' : undefined;
}

function framesOf(ds: DataSet, shared: DataSet | undefined, kind: SegmentationKind): SegmentFrame[] {
  const each = items(ds, '52009230').slice(0, MOST_FRAMES);
  const count = Math.min(number(ds, '00280008') ?? each.length, each.length || 1);
  return Array.from({ length: Math.max(count, 0) }, (_, i) => {
    const group = (tag: string) => item(each[i], tag) ?? item(shared, tag);
    return {
      frame: i + 1,
      segment: kind === 'labels' ? -1 : (number(group('0062000A'), '0062000B') ?? 0),
      plane: planeOf(numbers(group('00209113'), '00200032'), numbers(group('00209116'), '00200037')),
      sources: sourcesOf(group('00089124')),
    };
  });
}

/** Directions are made right angled and of length 1: what is flat is none. */
function planeOf(position: number[], cosines: number[]): Plane | undefined {
  const [row, column] = [cosines.slice(0, 3) as Point3, cosines.slice(3, 6) as Point3];
  if (position.length < 3 || column.length < 3) return undefined;
  if (Math.abs(Math.hypot(...row) - 1) > 0.1 || Math.abs(Math.hypot(...column) - 1) > 0.1 || Math.abs(dot(row, column)) > 0.1) return undefined;
  return { position: position.slice(0, 3) as Point3, row, column };
}

/** Derivation Image: Source Image Sequence (PS3.3 C.7.6.16.2.6). */
function sourcesOf(derivation: DataSet | undefined): string[] {
  return items(derivation, '00082112').flatMap((source) => {
    const uid = text(source, '00081155');
    const frames = numbers(source, '00081160');
    return uid ? (frames.length ? frames : [0]).map((f) => `${uid} ${f}`) : [];
  });
}

/** Whether places of segments in a list may be beyond 255. Voxels of 8 bits bring at most that many, but others may be described. */
export function needsWideLabels({ bitsAllocated, segments }: Pick<Segmentation, 'bitsAllocated' | 'segments'>): boolean {
  return bitsAllocated > 8 || segments.length > 255 || segments.some(({ number }) => number > 255);
}

/** Those that the object describes, and those that frames name besides. */
export function segmentsOf(ds: DataSet, kind: SegmentationKind, frames: readonly Pick<SegmentFrame, 'segment'>[]): Segment[] {
  const found = new Map<number, Segment>();
  const palette = text(ds, '00280004') === 'PALETTE COLOR' ? readPalette(ds, false) : undefined;
  for (const one of items(ds, '00620002').slice(0, MOST_SEGMENTS)) {
    const n = number(one, '00620004');
    if (n === undefined || n < 0 || n > 65535 || found.has(n) || isBackground(one, n, kind)) continue;
    const at = palette && n >= palette.first && n - palette.first < palette.red.length ? n - palette.first : undefined;
    const shift = (palette?.bits ?? 8) > 8 ? 8 : 0;
    const painted = palette && at !== undefined ? ([palette.red, palette.green, palette.blue].map((c) => (c[at] as number) >> shift) as unknown as Rgb) : undefined;
    found.set(n, {
      number: n,
      label: text(one, '00620005') || meaning(one, '0062000F') || t('Segment {number}', { number: n }),
      category: meaning(one, '00620003'),
      type: meaning(one, '0062000F'),
      algorithm: [text(one, '00620008'), text(one, '00620009')].filter(Boolean).join(', '),
      description: text(one, '00620006'),
      colour: labColour(one, '0062000D') ?? painted ?? ownColour(n),
      undescribed: false,
    });
  }
  if (kind !== 'labels') for (const { segment } of frames) if (!found.has(segment)) found.set(segment, undescribed(segment));
  return [...found.values()];
}

/** Frames, or values of a label map, of a segment that the object does not describe. */
export function undescribed(n: number): Segment {
  return { number: n, label: t('Segment {number}, not described', { number: n }), category: '', type: '', algorithm: '', description: '', colour: ownColour(n), undescribed: true };
}

const BACKGROUND = '125040';

/** A label map may describe what is no segment (PS3.3 C.8.20.2.3.3, DCM 125040 Background). */
function isBackground(segment: DataSet, n: number, kind: SegmentationKind): boolean {
  return kind === 'labels' && (n === 0 || strings(item(segment, '0062000F'), '00080100').includes(BACKGROUND));
}

function backgroundOf(ds: DataSet): ReadonlySet<number> {
  const told = items(ds, '00620002').filter((one) => strings(item(one, '0062000F'), '00080100').includes(BACKGROUND));
  return new Set([0, ...numbers(ds, '00280120'), ...told.flatMap((one) => numbers(one, '00620004'))]);
}

export function meaning(ds: DataSet, tag: string): string {
  return text(item(ds, tag), '00080104');
}

/** Segments under the words of their categories, in the order in which these come first. */
export function byCategory(segments: readonly Segment[]): [string, Segment[]][] {
  const groups = new Map<string, Segment[]>();
  for (const segment of segments) groups.set(segment.category, [...(groups.get(segment.category) ?? []), segment]);
  return [...groups];
}

export function normalOfFrames(frames: readonly SegmentFrame[]): Point3 | undefined {
  const plane = frames.find((f) => f.plane)?.plane;
  return plane && cross(plane.row, plane.column);
}

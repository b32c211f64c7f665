/** Curves of the retired Curve module (PS3.3-2004 C.10.2, repeating group 50xx). Nothing here throws on odd input. */
import { number, numbers, strings, text, type Attribute, type DataSet } from './dicom-json';

export interface CurveHead {
  /** '5000' to '501E'. */
  group: string;
  name: string;
  /** TAC, PROF, HIST ... */
  kind: string;
  dimensions: number;
  points: number;
  /** By dimension; '' where nothing is said. */
  units: string[];
  labels: string[];
  data: Attribute | undefined;
}

export interface Curve extends CurveHead {
  xs: Float64Array;
  ys: Float64Array;
}

const MOST_CURVES = 16;
const MOST_DIMENSIONS = 8;
const LONGEST = 64;
type Reader = { bytes: number; read: (view: DataView, at: number) => number };

/** Data Value Representation (50xx,0103): US, SS, FL, FD, SL. */
const READERS: readonly Reader[] = [
  { bytes: 2, read: (v, at) => v.getUint16(at, true) },
  { bytes: 2, read: (v, at) => v.getInt16(at, true) },
  { bytes: 4, read: (v, at) => v.getFloat32(at, true) },
  { bytes: 8, read: (v, at) => v.getFloat64(at, true) },
  { bytes: 4, read: (v, at) => v.getInt32(at, true) },
];

/** What the data set says of its curves; their data are fetched apart. */
export function curveHeads(ds: DataSet): CurveHead[] {
  const groups = [...new Set(Object.keys(ds).filter((tag) => /^50[01][02468ACE]/.test(tag)).map((tag) => tag.slice(0, 4)))].sort();
  return groups.slice(0, MOST_CURVES).map((group) => {
    const of = (element: string) => `${group}${element}`;
    const words = (element: string) => strings(ds, of(element)).map((word) => word.slice(0, LONGEST));
    return {
      group, name: (text(ds, of('2500')) || text(ds, of('0022'))).slice(0, LONGEST), kind: text(ds, of('0020')).slice(0, 16),
      dimensions: number(ds, of('0005')) ?? 0, points: number(ds, of('0010')) ?? 0, units: words('0030'), labels: words('0040'), data: ds[of('3000')],
    };
  });
}

const MOST_ON_IMAGE = 1 << 16;

/** Its points are places on the image it comes with: regions and lines (ROI, POLY) in pixels, columns then rows (PS3.3-2004 C.10.2.1.1, C.10.2.1.2). */
export function isOnImage({ kind, dimensions, points, units }: CurveHead): boolean {
  const isDrawn = kind === 'ROI' || kind === 'POLY';
  return isDrawn && dimensions === 2 && points > 1 && points <= MOST_ON_IMAGE && units.every((unit) => unit === '' || unit === 'PIXL' || unit === 'NONE');
}

export type CurveFault = 'dimensions' | 'form' | 'data';

/**
 * Points of a curve. A dimension is stored, or goes from a start by equal steps (Curve Data Descriptor 0, C.10.2.1.5); one dimension alone is drawn over
 * its numbers from 0. Of more than two the first two are drawn. Fewer points than were promised are those that are there.
 */
export function readCurve(ds: DataSet, head: CurveHead, bytes: Uint8Array): Curve | CurveFault {
  const tag = (element: string) => `${head.group}${element}`;
  const { dimensions } = head;
  if (!(dimensions >= 1 && dimensions <= MOST_DIMENSIONS)) return 'dimensions';
  const reader = READERS[number(ds, tag('0103')) ?? 0];
  if (!reader) return 'form';
  const described = numbers(ds, tag('0110'));
  const isStored = Array.from({ length: dimensions }, (_, i) => (described[i] ?? 1) !== 0);
  const stored = isStored.filter(Boolean).length;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const there = stored ? Math.floor(bytes.byteLength / (reader.bytes * stored)) : head.points;
  const count = Math.min(head.points, there, 1 << 22);
  if (!(count > 0)) return 'data';
  const [starts, steps] = [inForm(numbers(ds, tag('0112')), reader), inForm(numbers(ds, tag('0114')), reader)];
  const dimension = (index: number): Float64Array => {
    const place = isStored.slice(0, index).filter(Boolean).length;
    if (isStored[index]) return Float64Array.from({ length: count }, (_, i) => reader.read(view, (i * stored + place) * reader.bytes));
    const at = isStored.slice(0, index).filter((is) => !is).length;
    return Float64Array.from({ length: count }, (_, i) => (starts[at] ?? 0) + i * (steps[at] ?? 1));
  };
  if (dimensions === 1) return { ...head, units: ['', ...head.units], labels: ['', ...head.labels], xs: Float64Array.from({ length: count }, (_, i) => i), ys: dimension(0) };
  return { ...head, xs: dimension(0), ys: dimension(1) };
}

/** Start and step are US, but hold values in the form of the data: of longer ones several words each (PS3.3-2004 C.10.2.1.6). */
function inForm(words: readonly number[], { bytes, read }: Reader): number[] {
  const each = bytes / 2;
  if (each > 1 && words.length % each) return [...words];
  const view = new DataView(Uint16Array.from(words).buffer);
  return Array.from({ length: words.length / each }, (_, i) => read(view, i * bytes));
}

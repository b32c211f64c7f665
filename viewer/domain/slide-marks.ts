/** Microscopy Bulk Simple Annotations (PS3.3 A.86, C.37.1): groups of points and outlines, by the hundred thousand. */
import { item, items, number, numbers, strings, text, type DataSet } from '../core/dicom-json';
import { cssOfLab } from '../core/lab';
import { t } from '../core/language';

export type Graphic = 'POINT' | 'POLYLINE' | 'POLYGON' | 'ELLIPSE' | 'RECTANGLE';

/** What the object says of a group before its coordinates are here. */
export interface GroupHead {
  dataset: DataSet;
  uid: string;
  label: string;
  /** Meaning of its property type. */
  type: string;
  graphic: Graphic;
  /** Number of Annotations as stated. */
  stated: number;
  /** CSS colour the object recommends; '' for none. */
  colour: string;
  /** Optical paths it is about; empty: all. */
  paths: readonly string[];
}

export interface Group extends GroupHead {
  /** x and y of each point, in pixels of the largest level. */
  points: Float64Array;
  /** Number of the first point of each annotation, and one more at the end. */
  starts: Uint32Array;
  measurements: readonly Measurement[];
}

/** Groups of other optical paths than those that are shown are not drawn (Annotation Applies to All Optical Paths, PS3.3 C.37.1.2). */
export function isAbout({ paths }: Pick<GroupHead, 'paths'>, shown: readonly string[]): boolean {
  return !paths.length || paths.some((id) => shown.includes(id));
}

/** Of the annotations of a group; NaN where one has none. */
export interface Measurement {
  name: string;
  unit: string;
  values: Float32Array;
}

const GRAPHICS: readonly string[] = ['POINT', 'POLYLINE', 'POLYGON', 'ELLIPSE', 'RECTANGLE'];
const MOST_GROUPS = 500;

/** Groups of an object, and sentences about those that are none. */
export function groupHeads(object: DataSet): { groups: GroupHead[]; notes: string[] } {
  const notes: string[] = [];
  const groups = items(object, '006A0002').slice(0, MOST_GROUPS).flatMap((g, i): GroupHead[] => {
    const graphic = text(g, '00700023').toUpperCase();
    const label = text(g, '006A0005') || t('Group {number}', { number: String(i + 1) });
    if (!GRAPHICS.includes(graphic)) {
      notes.push(t('{name}: its shapes are of no known kind.', { name: label }));
      return [];
    }
    const paths = text(g, '006A000D') === 'NO' ? strings(g, '006A000E') : [];
    const uid = text(g, '006A0003') || `${text(object, '00080018')} ${i}`;
    return [{ dataset: g, uid, label, type: text(item(g, '006A000A'), '00080104'), graphic: graphic as Graphic, stated: number(g, '006A000C') ?? 0, colour: labOf(g), paths }];
  });
  return { groups, notes };
}

/** Recommended Display CIELab Value, 0 to 65535 a number (PS3.3 C.10.7.1.1). */
function labOf(g: DataSet): string {
  const lab = numbers(g, '0062000D');
  return lab.length < 3 ? '' : cssOfLab(lab);
}

/** Bytes of a group's values, little endian; empty where it has none. */
export interface GroupBytes {
  points: Uint8Array;
  /** Double Point Coordinates Data: 8 bytes a number. */
  double: boolean;
  /** Long Primitive Point Index List. */
  index: Uint8Array;
  measurements: readonly { name: string; unit: string; values: Uint8Array; which: Uint8Array }[];
}

/**
 * place: from the object's coordinates to pixels of the largest level. Dimensions of a stored point: 2, or 3 in slide coordinates without a common depth.
 * Throws a sentence where the values contradict each other.
 */
export function readGroup(head: GroupHead, bytes: GroupBytes, dimensions: 2 | 3, place: (x: number, y: number) => readonly [number, number]): Group {
  const stored = floats(bytes.points, bytes.double);
  const count = Math.floor(stored.length / dimensions);
  if (!count) throw new Error(t('{name}: it has no points.', { name: head.label }));
  const points = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const [x, y] = place(stored[dimensions * i] as number, stored[dimensions * i + 1] as number);
    points[2 * i] = x;
    points[2 * i + 1] = y;
  }
  const starts = startsOf(head, bytes.index, count, dimensions);
  const annotations = starts.length - 1;
  const measurements = bytes.measurements.map(({ name, unit, values, which }): Measurement => ({ name, unit, values: spread(floats(values, false), words(which), annotations) }));
  return { ...head, points, starts, measurements };
}

/** The list holds the number, from 1, of the first coordinate value of each; ellipses and rectangles have four points, points one (C.37.1.2.2). */
function startsOf(head: GroupHead, index: Uint8Array, count: number, dimensions: number): Uint32Array {
  const each = { POINT: 1, ELLIPSE: 4, RECTANGLE: 4, POLYLINE: 0, POLYGON: 0 }[head.graphic];
  if (each) return Uint32Array.from({ length: Math.floor(count / each) + 1 }, (_, i) => i * each);
  const list = words(index);
  const starts = new Uint32Array(list.length + 1);
  for (let i = 0; i < list.length; i++) {
    const start = ((list[i] as number) - 1) / dimensions;
    if (!Number.isInteger(start) || start < (starts[i - 1] ?? 0) || start >= count) throw new Error(t('{name}: its list of shapes contradicts its points.', { name: head.label }));
    starts[i] = start;
  }
  if (!list.length) throw new Error(t('{name}: its list of shapes contradicts its points.', { name: head.label }));
  starts[list.length] = count;
  return starts;
}

/** Where a list says which annotations were measured, from 1, they are those; else all in their order. */
function spread(values: ArrayLike<number>, which: Uint32Array, annotations: number): Float32Array {
  const out = new Float32Array(annotations).fill(NaN);
  for (let i = 0; i < values.length; i++) {
    const at = which.length ? (which[i] ?? 0) - 1 : i;
    if (at >= 0 && at < annotations) out[at] = values[i] as number;
  }
  return out;
}

function floats(bytes: Uint8Array, double: boolean): Float32Array | Float64Array {
  const size = double ? 8 : 4;
  const own = bytes.slice(0, bytes.length - (bytes.length % size));
  return double ? new Float64Array(own.buffer) : new Float32Array(own.buffer);
}

function words(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.slice(0, bytes.length - (bytes.length % 4)).buffer);
}

/** Mean, least and largest of what was measured. */
export function summaryOf({ values }: Measurement): { count: number; mean: number; min: number; max: number } | undefined {
  let [count, sum, min, max] = [0, 0, Infinity, -Infinity];
  for (const v of values) {
    if (!Number.isFinite(v)) continue;
    count++;
    sum += v;
    if (v < min) min = v;
    if (v > max) max = v;
  }
  return count ? { count, mean: sum / count, min, max } : undefined;
}

/** Overlay planes of an image: 60xx groups, one bit a pixel (PS3.3 C.9.2, PS3.5 8.1.2). */
import { inlineBinary, number, numbers, text, type Attribute, type DataSet } from './dicom-json';

export interface Overlay {
  /** 0x6000 to 0x601E. */
  group: number;
  rows: number;
  columns: number;
  /** Row and column of the image under the first bit, from 1; may be 0 or less. */
  origin: [number, number];
  /** 'G' graphics or 'R' region of interest. */
  type: string;
  /** What the object calls it: Overlay Label, Overlay Description, or '6000'. */
  name: string;
  frames: number;
  /** Frame of the image that the first frame of the overlay lies on, from 1. */
  firstFrame: number;
  /** Where its bits are, when they are its own. */
  data?: Attribute;
  /** Else the bit of each pixel cell that holds them, as old files have it (PS3.5 8.1.2 of 2004, retired). */
  bit?: number;
}

const GROUPS = Array.from({ length: 16 }, (_, i) => 0x6000 + 2 * i);
const MOST_PIXELS = 1 << 26;

/** Planes with data of their own, and those in the unused bits of the pixel cells. */
export function overlaysOf(ds: DataSet): Overlay[] {
  return GROUPS.flatMap((group) => overlayOf(ds, group) ?? []);
}

function overlayOf(ds: DataSet, group: number): Overlay | undefined {
  const tag = (element: string) => group.toString(16).toUpperCase() + element;
  const [rows, columns] = [number(ds, tag('0010')) ?? 0, number(ds, tag('0011')) ?? 0];
  const data = ds[tag('3000')];
  if (rows < 1 || columns < 1 || rows * columns > MOST_PIXELS) return undefined;
  const bit = data ? undefined : unusedBit(ds, number(ds, tag('0102')));
  if (!data && bit === undefined) return undefined;
  const [row = 1, column = 1] = numbers(ds, tag('0050'));
  return {
    group,
    rows,
    columns,
    origin: [row, column],
    type: text(ds, tag('0040')) || 'G',
    name: text(ds, tag('1500')) || text(ds, tag('0022')) || group.toString(16),
    frames: Math.max(number(ds, tag('0015')) ?? 1, 1),
    firstFrame: number(ds, tag('0051')) ?? 1,
    ...(data ? { data } : { bit: bit as number }),
  };
}

/** The bit when it is one that the samples leave free; images of one sample a pixel only. */
function unusedBit(ds: DataSet, bit: number | undefined): number | undefined {
  const allocated = number(ds, '00280100') ?? 0;
  const stored = number(ds, '00280101') ?? allocated;
  const high = number(ds, '00280102') ?? stored - 1;
  const isFree = bit !== undefined && bit >= 0 && bit < allocated && (bit > high || bit <= high - stored);
  return isFree && allocated <= 16 && (number(ds, '00280002') ?? 1) === 1 ? bit : undefined;
}

/** One bit of each of the first `count` cells of a native little endian frame, as bytes 0 and 1; undefined when it ends early. */
export function bitOfCells(bytes: Uint8Array, bitsAllocated: number, bit: number, count: number): Uint8Array | undefined {
  const size = bitsAllocated / 8;
  if ((size !== 1 && size !== 2) || bytes.length < count * size) return undefined;
  const out = new Uint8Array(count);
  for (let i = 0; i < count; i++) out[i] = ((bytes[i * size + (bit >> 3)] as number) >> (bit & 7)) & 1;
  return out;
}

/** Whether the overlay has a plane for a frame of the image (C.9.2.1.4, C.9.2.1.5); one plane for an image of many is for all. */
export function planeFor(overlay: Overlay, frame: number): number | undefined {
  if (overlay.frames === 1 && overlay.firstFrame === 1) return 0;
  const at = frame - overlay.firstFrame;
  return at >= 0 && at < overlay.frames ? at : undefined;
}

/**
 * One plane as bytes 0 and 1, rows * columns; the first bit is the lowest of the first byte.
 * Undefined when the data is elsewhere or ends early: half an overlay would mislead.
 */
export function overlayBits(overlay: Overlay, plane: number): Uint8Array | undefined {
  const bytes = overlay.data && inlineBinary({ data: overlay.data }, 'data');
  const count = overlay.rows * overlay.columns;
  const from = plane * count;
  if (!bytes || bytes.length * 8 < from + count) return undefined;
  const out = new Uint8Array(count);
  for (let i = 0; i < count; i++) out[i] = ((bytes[(from + i) >> 3] ?? 0) >> ((from + i) & 7)) & 1;
  return out;
}

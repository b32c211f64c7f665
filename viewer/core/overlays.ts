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
  /** Where its bits are: undefined when they are neither in line nor elsewhere. */
  data: Attribute;
}

const GROUPS = Array.from({ length: 16 }, (_, i) => 0x6000 + 2 * i);
const MOST_PIXELS = 1 << 26;

/** Planes with data of their own; those in the unused bits of old pixel cells are not among them. */
export function overlaysOf(ds: DataSet): Overlay[] {
  return GROUPS.flatMap((group) => overlayOf(ds, group) ?? []);
}

function overlayOf(ds: DataSet, group: number): Overlay | undefined {
  const tag = (element: string) => group.toString(16) + element;
  const [rows, columns] = [number(ds, tag('0010')) ?? 0, number(ds, tag('0011')) ?? 0];
  const data = ds[tag('3000')];
  if (rows < 1 || columns < 1 || rows * columns > MOST_PIXELS || !data) return undefined;
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
    data,
  };
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
  const bytes = inlineBinary({ data: overlay.data }, 'data');
  const count = overlay.rows * overlay.columns;
  const from = plane * count;
  if (!bytes || bytes.length * 8 < from + count) return undefined;
  const out = new Uint8Array(count);
  for (let i = 0; i < count; i++) out[i] = ((bytes[(from + i) >> 3] ?? 0) >> ((from + i) & 7)) & 1;
  return out;
}

/** How large the image is on the monitor, and how large its pixels are where a reader had to say it. */
import type { Point2 } from '../core/geometry';
import type { Spacing } from '../core/image-description';
import type { ImageRef } from './display-sets';
import { t } from '../core/language';
import { text } from '../core/dicom-json';

/** Width of a bank card, mm (ISO/IEC 7810 ID-1). */
export const CARD_MM = 85.6;

/** Screen pixels a millimetre; anything else is a slip of the hand. */
export function isPlausible(perMm: number): boolean {
  return Number.isFinite(perMm) && perMm >= 1 && perMm <= 40;
}

/** Zoom (screen pixels a column) at which a millimetre of the image is one on the monitor. Undefined without a size. */
export function trueSizeZoom(spacing: Spacing | undefined, perMm: number): number | undefined {
  return spacing && isPlausible(perMm) ? spacing.column * perMm : undefined;
}

/** What a reader said: millimetres a column of one frame, or of all images of the series (image ''). UIDs, no names. */
export interface ReaderSize {
  series: string;
  image: string;
  frame: number;
  column: number;
}

/** The server keeps 32 kB of them; who measures more loses the oldest. */
const MOST_SIZES = 150;
/** Image pixels; a shorter line cannot be placed well enough. */
const SHORTEST = 5;

export function isReaderSizes(value: unknown): value is ReaderSize[] {
  const isSize = (s: Partial<ReaderSize> | null) => typeof s?.series === 'string' && typeof s.image === 'string' && typeof s.frame === 'number' && isPixelSize(s.column);
  return Array.isArray(value) && value.every(isSize);
}

/** mm: from a microscope's pixels to a camera's at some metres. */
function isPixelSize(mm: unknown): boolean {
  return typeof mm === 'number' && mm >= 1e-5 && mm <= 100;
}

/** In columns, whatever its direction. aspect: height over width of a pixel. */
export function lengthOfLine([from, to]: readonly [Point2, Point2], aspect: number): number {
  return Math.hypot(to[0] - from[0], (to[1] - from[1]) * aspect);
}

/** Millimetres a column when the line is so long; undefined for what cannot be. */
export function columnOf(line: readonly [Point2, Point2], mm: number, aspect: number): number | undefined {
  const length = lengthOfLine(line, aspect);
  const column = mm / length;
  return length >= SHORTEST && isPixelSize(column) ? column : undefined;
}

/** What holds for an image: said of it, else of its series. */
export function readerSizeOf(kept: readonly ReaderSize[], { dataset, sopInstanceUid, frame }: ImageRef): ReaderSize | undefined {
  const series = text(dataset, '0020000E');
  const own = kept.filter((s) => s.series === series);
  return own.find((s) => s.image === sopInstanceUid && s.frame === frame) ?? own.find((s) => s.image === '');
}

/** The newest last. Said of the series, it holds for all of it. */
export function withSize(kept: readonly ReaderSize[], size: ReaderSize): ReaderSize[] {
  const replaced = (s: ReaderSize) => s.series === size.series && (size.image === '' || (s.image === size.image && s.frame === size.frame));
  return [...kept.filter((s) => !replaced(s)), size].slice(-MOST_SIZES);
}

/** Where a size comes from, behind a length. */
export function sourceOf({ where, magnification }: Spacing, length: string): string {
  if (where === 'reader') return t('{length}, calibrated by the reader', { length });
  if (where === 'isocentre') return t('{length} at the isocentre', { length });
  if (where === 'film') return t('{length} on the film', { length });
  if (where !== 'detector') return length;
  return magnification ? t('{length} at detector, magnified about {times} times', { length, times: String(magnification) }) : t('{length} at detector', { length });
}

/** Eyes: where each scan of an OCT lies on the picture of the fundus (PS3.3 C.8.17.10), and stereo pairs (C.8.18.2). Pure values. */
import { functionalGroup } from '../core/image-description';
import { item, items, numbers, text, type DataSet } from '../core/dicom-json';
import type { Point2 } from '../core/geometry';
import type { DisplaySet } from './display-sets';

/** points: columns and rows of the image it lies on. */
export interface ScanLine {
  /** Index in the stack of scans. */
  index: number;
  on: string;
  points: Point2[];
  /** A frame parallel to the image: the points go round it from its upper left corner. */
  isArea: boolean;
}

const MOST_POINTS = 4096;

/** Reference Coordinates are row, column of each point; fewer than two points are no line. Those of a transverse frame are two corners of a rectangle. */
export function scanLinesOf(set: DisplaySet): ScanLine[] {
  return set.images.flatMap(({ dataset, frame }, index) => {
    const places = items(dataset, '52009230')[frame - 1];
    const own = items(places, '00220031');
    return (own.length ? own : [functionalGroup(dataset, frame, '00220031')].filter((x) => x !== undefined)).flatMap((place): ScanLine[] => {
      const at = numbers(place, '00220032').slice(0, 2 * MOST_POINTS);
      const points = Array.from({ length: Math.floor(at.length / 2) }, (_, i): Point2 => [at[2 * i + 1] as number, at[2 * i] as number]);
      const on = text(place, '00081155');
      const isArea = text(place, '00220039') === 'TRANSVERSE';
      return on && points.length > 1 ? [{ index, on, points: isArea ? round(points) : points, isArea }] : [];
    });
  });
}

function round([a = [0, 0], b = [0, 0]]: readonly Point2[]): Point2[] {
  const [left, right, top, bottom] = [Math.min(a[0], b[0]), Math.max(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[1], b[1])];
  return [[left, top], [right, top], [right, bottom], [left, bottom], [left, top]];
}

/** Where a point of the frame lies on the image. across, down: 0 to 1 of its columns and rows; of a scan that goes into the depth only the first counts. */
export function pointOn(line: ScanLine, across: number, down: number): Point2 {
  if (!line.isArea) return pointAlong(line, across);
  const [[left, top], [right, bottom]] = [line.points[0] as Point2, line.points[2] as Point2];
  return [left + across * (right - left), top + down * (bottom - top)];
}

/** The other way: of a point of the image, 0 to 1 of the columns and rows of an area; undefined beside it. */
export function shareOf(area: ScanLine, [x, y]: Point2): Point2 | undefined {
  const [[left, top], [right, bottom]] = [area.points[0] as Point2, area.points[2] as Point2];
  const share: Point2 = [(x - left) / (right - left), (y - top) / (bottom - top)];
  return share.every((v) => v >= 0 && v <= 1) ? share : undefined;
}

/** Whether a set has any, without looking through all of its frames. */
export function hasScanLines(set: DisplaySet): boolean {
  const first = set.images[0];
  return first !== undefined && functionalGroup(first.dataset, first.frame, '00220031') !== undefined;
}

/** The line that passes nearest to a point, and how far off, in pixels. */
export function nearestLine(lines: readonly ScanLine[], point: Point2): { line: ScanLine; distance: number } | undefined {
  let best: { line: ScanLine; distance: number } | undefined;
  for (const line of lines) {
    for (let i = 0; i + 1 < line.points.length; i++) {
      const distance = toSegment(point, line.points[i] as Point2, line.points[i + 1] as Point2);
      if (!best || distance < best.distance) best = { line, distance };
    }
  }
  return best;
}

/** The point so far along a line, 0 at its beginning, 1 at its end. */
export function pointAlong({ points }: ScanLine, share: number): Point2 {
  const lengths = points.slice(1).map((p, i) => Math.hypot(p[0] - (points[i] as Point2)[0], p[1] - (points[i] as Point2)[1]));
  let left = Math.min(Math.max(share, 0), 1) * lengths.reduce((a, b) => a + b, 0);
  for (const [i, length] of lengths.entries()) {
    const [a, b] = [points[i] as Point2, points[i + 1] as Point2];
    if (left <= length && length > 0) return [a[0] + ((b[0] - a[0]) * left) / length, a[1] + ((b[1] - a[1]) * left) / length];
    left -= length;
  }
  return points.at(-1) as Point2;
}

/** How far along a line (0 to 1) the place is that is nearest to a point, and how far off, in pixels. */
export function shareAlong(line: ScanLine, [x, y]: Point2): { share: number; distance: number } {
  const { points } = line;
  let [best, share, walked] = [Infinity, 0, 0];
  const whole = points.slice(1).reduce((sum, p, i) => sum + Math.hypot(p[0] - (points[i] as Point2)[0], p[1] - (points[i] as Point2)[1]), 0);
  for (let i = 0; i + 1 < points.length; i++) {
    const [[ax, ay], [bx, by]] = [points[i] as Point2, points[i + 1] as Point2];
    const length = Math.hypot(bx - ax, by - ay);
    const along = length ? Math.min(Math.max(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length, 0), length) : 0;
    const distance = length ? Math.hypot(x - ax - (along * (bx - ax)) / length, y - ay - (along * (by - ay)) / length) : Math.hypot(x - ax, y - ay);
    if (distance < best) [best, share] = [distance, whole ? (walked + along) / whole : 0];
    walked += length;
  }
  return { share, distance: best };
}

function toSegment([x, y]: Point2, [ax, ay]: Point2, [bx, by]: Point2): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length ? Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) / length, 0), 1) : 0;
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}

/** OCT B-scan Volume Analysis and Corneal Topography Map (PS3.3 A.84, A.71): images whose attributes are measurements too. */
const MEASURED = ['1.2.840.10008.5.1.4.1.1.77.1.5.8', '1.2.840.10008.5.1.4.1.1.82.1'];

export function isMeasuredImage(ds: DataSet): boolean {
  return MEASURED.includes(text(ds, '00080016'));
}

export interface StereoPair {
  left: string;
  right: string;
}

/** SOP Instance UIDs of the images for either eye of the reader (Stereo Pairs Sequence). */
export function stereoPairsOf(ds: DataSet): StereoPair[] {
  return items(ds, '00220020').flatMap((pair) => {
    const [left, right] = [text(item(pair, '00220021'), '00081155'), text(item(pair, '00220022'), '00081155')];
    return left && right ? [{ left, right }] : [];
  });
}

/** Red of the left picture's brightness, green and blue of the right one's: for glasses with a red left glass. Interleaved RGB of one size. */
export function anaglyph(left: ArrayLike<number>, right: ArrayLike<number>, out: Uint8Array): void {
  const grey = (s: ArrayLike<number>, i: number) => Math.round(0.299 * (s[i] as number) + 0.587 * (s[i + 1] as number) + 0.114 * (s[i + 2] as number));
  for (let i = 0; i + 2 < out.length; i += 3) {
    out[i] = grey(left, i);
    out[i + 1] = out[i + 2] = grey(right, i);
  }
}

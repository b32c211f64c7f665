/** Height Map Segmentation (PS3.3 A.91, C.8.20.5; PS3.17 CCCCC): surfaces as heights over the scans of another image, one frame each. No pixels here. */
import { item, items, number, numbers, text, type DataSet } from './dicom-json';
import { segmentsOf, type Segment } from './segments';
import { t } from './language';

/**
 * A row of the frame is a frame of the image it names, a column one of its columns; a value is the distance from the upper edge of that image in its
 * pixels, 0 to its rows. images: SOP Instance UID and, where the object says them, the frames that the rows are, in their order.
 */
export interface HeightMap {
  rows: number;
  columns: number;
  /** Values that are none; undefined where there is no such value. */
  padding: number | undefined;
  frames: readonly { frame: number; segment: Segment; images: readonly { uid: string; frames: readonly number[] }[] }[];
}

const MOST_FRAMES = 1000;
const MOST_VALUES = 200e6;

export function isHeightMap(ds: DataSet): boolean {
  return text(ds, '00080016') === '1.2.840.10008.5.1.4.1.1.66.8' || text(ds, '00620001') === 'HEIGHTMAP';
}

/** A sentence where nothing can be drawn of it. */
export function heightMapOf(ds: DataSet): HeightMap | string {
  const [rows, columns] = [number(ds, '00280010') ?? 0, number(ds, '00280011') ?? 0];
  if (!(rows > 0) || !(columns > 0)) return t('The segmentation does not say how large its frames are.');
  const shared = item(ds, '52009229');
  const each = items(ds, '52009230').slice(0, MOST_FRAMES);
  const count = Math.min(number(ds, '00280008') ?? each.length, Math.max(each.length, 1));
  if (!(count > 0)) return t('The segmentation has no frames.');
  if (rows * columns * count > MOST_VALUES) return t('The segmentation takes more memory than there is.');
  const numbered = each.map((groups, i) => number(item(groups, '0062000A') ?? item(shared, '0062000A') ?? {}, '0062000B') ?? i + 1);
  const segments = new Map(segmentsOf(ds, 'binary', numbered.map((segment) => ({ segment }))).map((s) => [s.number, s]));
  const frames = Array.from({ length: count }, (_, i) => {
    const segment = segments.get(numbered[i] ?? 1);
    return segment ? [{ frame: i + 1, segment, images: imagesOf(items(item(each[i], '00089124') ?? item(shared, '00089124'), '00082112')) }] : [];
  }).flat();
  return { rows, columns, padding: number(ds, '00280122') ?? number(ds, '00280123'), frames };
}

function imagesOf(sources: readonly DataSet[]): { uid: string; frames: readonly number[] }[] {
  return sources.flatMap((source) => {
    const uid = text(source, '00081155');
    return uid ? [{ uid, frames: numbers(source, '00081160') }] : [];
  });
}

/**
 * Lines of a surface on a frame of an image: columns and rows from the corner of its first pixel, in pieces between what has no height.
 * heights: of all rows of one surface. row: of the frame, from 0. A height counts at the middle of its column.
 */
export function linesOf({ columns, padding }: HeightMap, heights: ArrayLike<number>, row: number, imageRows: number): [number, number][][] {
  const lines: [number, number][][] = [];
  let line: [number, number][] | undefined;
  for (let column = 0; column < columns; column++) {
    const height = heights[row * columns + column] ?? Number.NaN;
    const isHeight = height !== padding && height >= 0 && height <= imageRows;
    if (!isHeight) line = undefined;
    else if (line) line.push([column + 0.5, height]);
    else lines.push((line = [[column + 0.5, height]]));
  }
  return lines;
}

/** The row that belongs to a frame (from 1) of an image, from 0; undefined where there is none. */
export function rowOf({ rows }: HeightMap, images: HeightMap['frames'][number]['images'], uid: string, frame: number): number | undefined {
  const named = images.find((image) => image.uid === uid);
  if (!named) return undefined;
  const row = named.frames.length === rows ? named.frames.indexOf(frame) : frame - 1;
  return row >= 0 && row < rows ? row : undefined;
}

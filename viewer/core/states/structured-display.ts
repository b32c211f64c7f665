/** Basic Structured Display: image boxes of a screen, and what each shows (PS3.3 C.11.16, C.11.17). */
import { items, number, numbers, text, type DataSet } from '../dicom-json';
import { t } from '../language';
import { BrokenState, readScope, type ImageReference } from './strict';

const CLASS = '1.2.840.10008.5.1.4.1.1.131';

export function isStructuredDisplay(ds: DataSet): boolean {
  return text(ds, '00080016') === CLASS;
}

/** left, top, right, bottom: shares of the screen from its left top corner. state: SOP Instance UID, '' for none. tiles: across and down, 1 for a stack. */
export interface ImageBox {
  left: number;
  top: number;
  right: number;
  bottom: number;
  images: readonly ImageReference[];
  state: string;
  others: readonly ImageReference[];
  tiles: number;
}

/** Boxes in a grid of equal cells, in reading order; undefined is an empty cell. */
export interface StructuredDisplay {
  rows: number;
  columns: number;
  cells: readonly (ImageBox | undefined)[];
  linked: boolean;
  /** Of its text boxes. */
  texts: readonly string[];
  /** What of it is not carried out, a sentence each. */
  lacks: readonly string[];
}

const MOST_BOXES = 200;
const MOST_LINES = 9;
const LONGEST = 2000;
/** Edges nearer than this are one. */
const NEAR = 0.02;

/** All that is named in a box; tolerant. */
export function displayedImages(ds: DataSet): ImageReference[] {
  return items(ds, '00720422').slice(0, MOST_BOXES).flatMap((box) => readScope(box).map((one, i) => ({ ...one, series: text(items(box, '00081140')[i], '0020000E') })));
}

/** Throws BrokenState for boxes that have no place, or too many of them. */
export function readStructuredDisplay(ds: DataSet): StructuredDisplay {
  const boxes = items(ds, '00720422').slice(0, MOST_BOXES).map(boxOf);
  if (!boxes.length) throw new BrokenState('Structured Display Image Box Sequence');
  const [lefts, tops] = [edges(boxes.map((b) => b.left)), edges(boxes.map((b) => b.top))];
  if (lefts.length > MOST_LINES || tops.length > MOST_LINES) throw new BrokenState('Display Environment Spatial Position');
  const place = (all: readonly number[], v: number) => all.findIndex((edge) => Math.abs(edge - v) < NEAR);
  const cells: (ImageBox | undefined)[] = Array.from({ length: lefts.length * tops.length }, () => undefined);
  for (const box of boxes) cells[place(tops, box.top) * lefts.length + place(lefts, box.left)] ??= box;
  const isEven = boxes.every((b) => Math.abs(b.right - b.left - 1 / lefts.length) < NEAR && Math.abs(b.bottom - b.top - 1 / tops.length) < NEAR);
  const isOver = cells.filter(Boolean).length < boxes.length;
  const found: [boolean, string][] = [
    [!isEven, t('Its boxes are laid in a grid of equal cells.')],
    [isOver, t('Boxes that lie over others are left out.')],
    [items(ds, '00720424').length > 0, t('Its texts are not laid out.')],
    [(number(ds, '00720100') ?? 1) > 1, t('All of its screens are laid in one.')],
  ];
  return { rows: tops.length, columns: lefts.length, cells, linked: items(ds, '00720430').length > 0, texts: textsOf(ds), lacks: found.filter(([is]) => is).map(([, words]) => words) };
}

function textsOf(ds: DataSet): string[] {
  return items(ds, '00720424').slice(0, MOST_BOXES).map((box) => text(box, '00700006').slice(0, LONGEST)).filter(Boolean);
}

/** From the left bottom corner of the screen, as C.23.1 has it; tolerant of the order of corners. */
function boxOf(item: DataSet): ImageBox {
  const at = numbers(item, '00720108');
  if (at.length !== 4 || at.some((v) => v < -0.001 || v > 1.001)) throw new BrokenState('Display Environment Spatial Position');
  const [x0, y0, x1, y1] = at as [number, number, number, number];
  const series = (tag: string) => items(item, tag).slice(0, MOST_BOXES).map((one): ImageReference => ({ uid: text(one, '00081155'), frames: numbers(one, '00081160').map(Math.trunc), series: text(one, '0020000E'), study: '' }));
  const tiles = text(item, '00720304').toUpperCase() === 'TILED' ? Math.max(number(item, '00720306') ?? 1, number(item, '00720308') ?? 1) : 1;
  return {
    left: Math.min(x0, x1), right: Math.max(x0, x1), top: 1 - Math.max(y0, y1), bottom: 1 - Math.min(y0, y1),
    images: series('00081140'), others: series('0008114A'), tiles: Math.min(Math.max(Math.trunc(tiles), 1), MOST_LINES),
    state: text(items(item, '00089237')[0], '00081155'),
  };
}

function edges(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b).filter((v, i, all) => i === 0 || v - (all[i - 1] as number) >= NEAR);
}

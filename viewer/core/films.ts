/** Films of a Stored Print (retired; PS3.3-2004 A.40, C.13.3, C.13.5): which image box lies where. Pure arithmetic. */
import { items, number, text, type DataSet } from './dicom-json';

/** Fractions of the film, from its upper left corner. */
export interface FilmCell {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface ImageBox {
  /** From 1, by rows from the upper left. */
  position: number;
  uid: string;
  study: string;
  series: string;
  frame: number;
  /** Polarity REVERSE: black becomes white. */
  reversed: boolean;
  /** Width of the image on the film, mm; 0 where it fills its cell. */
  width: number;
}

export interface Film {
  format: string;
  /** mm, as it hangs. */
  width: number;
  height: number;
  size: string;
  cells: readonly FilmCell[];
  boxes: readonly ImageBox[];
  /** What stands between images, and in their place where there is none: BLACK, WHITE or hundredths of a density. */
  border: string;
  empty: string;
  annotations: readonly string[];
}

const [MOST_FILMS, MOST_CELLS, MOST_BOXES] = [50, 400, 2000];
const INCH = 25.4;
const USUAL: readonly [number, number] = [14 * INCH, 17 * INCH];

/**
 * Cells of an Image Display Format (2010,0010): STANDARD\C,R; ROW\R1,R2 (images in each row); COL\C1,C2 (in each column). Of the others only printers
 * know (SLIDE, SUPERSLIDE, CUSTOM): as near to a square as `boxes` allows.
 */
export function cellsOf(format: string, boxes: number): FilmCell[] {
  const [name = '', said = ''] = format.toUpperCase().split('\\');
  const counts = said.split(',').map((n) => Math.trunc(Number(n)));
  const total = counts.reduce((a, b) => a + b, 0);
  const good = counts.length > 0 && counts.every((n) => n >= 1) && total <= MOST_CELLS && counts.length <= MOST_CELLS;
  if (name === 'STANDARD' && good && counts.length === 2 && (counts[0] as number) * (counts[1] as number) <= MOST_CELLS) return rows(Array<number>(counts[1] as number).fill(counts[0] as number));
  if (name === 'ROW' && good) return rows(counts);
  if (name === 'COL' && good) return rows(counts).map(({ x, y, width, height }) => ({ x: y, y: x, width: height, height: width }));
  const across = Math.max(Math.ceil(Math.sqrt(Math.min(boxes, MOST_CELLS))), 1);
  return rows(Array<number>(Math.max(Math.ceil(Math.min(boxes, MOST_CELLS) / across), 1)).fill(across));
}

function rows(counts: readonly number[]): FilmCell[] {
  return counts.flatMap((across, row) => Array.from({ length: across }, (_, i) => ({ x: i / across, y: row / counts.length, width: 1 / across, height: 1 / counts.length })));
}

/** Width and height in mm of a Film Size ID (2010,0050): '14INX17IN', '8_5INX11IN', '24CMX30CM', 'A4'. */
export function filmSize(id: string, orientation: string): [number, number] {
  const m = /^(\d+(?:_\d+)?)(IN|CM)X(\d+(?:_\d+)?)(IN|CM)$/.exec(id.trim().toUpperCase());
  const mm = (value: string, unit: string) => Number(value.replace('_', '.')) * (unit === 'IN' ? INCH : 10);
  const known = m ? [mm(m[1] as string, m[2] as string), mm(m[3] as string, m[4] as string)] : ({ A4: [210, 297], A3: [297, 420] }[id.trim().toUpperCase()] ?? USUAL);
  const [a, b] = known.every((v) => v >= 10 && v <= 3000) ? (known as [number, number]) : USUAL;
  return orientation.trim().toUpperCase() === 'LANDSCAPE' ? [Math.max(a, b), Math.min(a, b)] : [Math.min(a, b), Math.max(a, b)];
}

/** One for each item of Film Box Content; a position that is no higher than the one before begins the next film. */
export function filmsOf(ds: DataSet): Film[] {
  const all = items(ds, '21300040').slice(0, MOST_BOXES).map(boxOf);
  const runs: ImageBox[][] = [];
  for (const box of all) {
    const run = runs.at(-1);
    if (!run || box.position <= (run.at(-1)?.position ?? 0)) runs.push([box]);
    else run.push(box);
  }
  const said = items(ds, '21300030').slice(0, MOST_FILMS);
  const annotations = items(ds, '21300050').slice(0, MOST_CELLS).map((item) => text(item, '20300020')).filter(Boolean);
  const films = said.length ? said : [{} as DataSet];
  return films.map((film, i) => {
    const boxes = films.length === 1 ? all : (runs[i] ?? []);
    const [width, height] = filmSize(text(film, '20100050'), text(film, '20100040'));
    const format = text(film, '20100010');
    return { format, width, height, size: text(film, '20100050'), cells: cellsOf(format, boxes.length), boxes, border: text(film, '20100100'), empty: text(film, '20100110'), annotations: i === 0 ? annotations : [] };
  });
}

function boxOf(item: DataSet, index: number): ImageBox {
  const image = items(item, '00081140')[0] ?? {};
  const width = number(item, '20200030') ?? 0;
  return {
    position: number(item, '20200010') ?? index + 1,
    uid: text(image, '00081155'),
    study: text(image, '0020000D'),
    series: text(image, '0020000E'),
    frame: Math.max(number(image, '00081160') ?? 1, 1),
    reversed: text(item, '20200020').toUpperCase() === 'REVERSE',
    width: Number.isFinite(width) && width > 0 ? width : 0,
  };
}

/** Of a density the grey that a viewing box shows: 'BLACK', 'WHITE', or hundredths of an optical density (C.13.3). */
export function greyOf(density: string, usual: number): number {
  const said = density.trim().toUpperCase();
  if (said === 'BLACK') return 0;
  if (said === 'WHITE') return 255;
  const hundredths = /^\d+$/.test(said) ? Number(said) : NaN;
  return Number.isFinite(hundredths) ? Math.round(255 * 10 ** -Math.min(hundredths / 100, 4)) : usual;
}

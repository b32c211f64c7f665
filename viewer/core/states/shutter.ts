/** Display shutters: what is not to be seen (PS3.3 C.7.6.11, C.7.6.15, C.7.6.27). */
import { number, numbers, strings, type DataSet } from '../dicom-json';
import { readLab, rgbOfLab, type Lab } from './lab';
import { BrokenState, exactly } from './strict';

/** What is left open; given shapes are intersected. Places count from 1, rows before columns in circle and polygon. */
export interface Shutter {
  rectangle?: readonly [left: number, right: number, upper: number, lower: number] | undefined;
  circle?: readonly [row: number, column: number, radius: number] | undefined;
  polygon?: readonly (readonly [number, number])[] | undefined;
  /** The overlay whose bits close. */
  group?: number | undefined;
  /** P-Value of 16 bits of what is closed, and its colour. */
  grey: number;
  lab: Lab | undefined;
}

/** Undefined without Shutter Shape. Throws BrokenState for an unknown shape and for one whose numbers are missing. */
export function readShutter(ds: DataSet): Shutter | undefined {
  const shapes = new Set(strings(ds, '00181600').map((s) => s.toUpperCase()).filter(Boolean));
  if (!shapes.size) return undefined;
  for (const shape of shapes) if (!['RECTANGULAR', 'CIRCULAR', 'POLYGONAL', 'BITMAP'].includes(shape)) throw new BrokenState('Shutter Shape');
  const grey = Math.min(Math.max(number(ds, '00181622') ?? 0, 0), 0xffff);
  return { ...shapesOf(ds, shapes), grey, lab: readLab(ds, '00181624') };
}

const EDGES = ['00181602', '00181604', '00181606', '00181608'];

function shapesOf(ds: DataSet, shapes: ReadonlySet<string>): Pick<Shutter, 'rectangle' | 'circle' | 'polygon' | 'group'> {
  const rectangle = shapes.has('RECTANGULAR') ? EDGES.map((tag) => Math.trunc(exactly(ds, tag, 1, 'Shutter Left Vertical Edge')[0] as number)) : undefined;
  const circle = shapes.has('CIRCULAR') ? [...exactly(ds, '00181610', 2, 'Center of Circular Shutter'), ...exactly(ds, '00181612', 1, 'Radius of Circular Shutter')].map(Math.trunc) : undefined;
  const group = shapes.has('BITMAP') ? (number(ds, '00181623') ?? 0) : undefined;
  if (group !== undefined && (group < 0x6000 || group > 0x601e || group % 2)) throw new BrokenState('Shutter Overlay Group');
  return {
    rectangle: rectangle as unknown as Shutter['rectangle'],
    circle: circle as unknown as Shutter['circle'],
    polygon: shapes.has('POLYGONAL') ? verticesOf(ds, '00181620', 'Vertices of the Polygonal Shutter') : undefined,
    group,
  };
}

/** Pairs of row and column, at least three. */
export function verticesOf(ds: DataSet, tag: string, name: string): (readonly [number, number])[] {
  const found = numbers(ds, tag).map(Math.trunc);
  if (found.length < 6 || found.length % 2 || found.length > 20_000) throw new BrokenState(name);
  return Array.from({ length: found.length / 2 }, (_, i) => [found[2 * i] as number, found[2 * i + 1] as number] as const);
}

/** 1 where it is closed, a byte a pixel. aspect: height of a pixel over its width, as the circle is round on the screen. bitmap: what a bitmap shutter closes. */
export function closedBy(shutter: Shutter, rows: number, columns: number, aspect: number, bitmap?: Uint8Array): Uint8Array {
  const closed = new Uint8Array(rows * columns);
  const within = shutter.polygon && inside(shutter.polygon, rows, columns);
  for (let at = 0, row = 1; row <= rows; row++) {
    for (let column = 1; column <= columns; column++, at++) {
      const isOpen = isInRectangle(shutter.rectangle, row, column) && isInCircle(shutter.circle, row, column, aspect) && (!within || within[at] === 1) && bitmap?.[at] !== 1;
      if (!isOpen) closed[at] = 1;
    }
  }
  return closed;
}

function isInRectangle(rectangle: Shutter['rectangle'], row: number, column: number): boolean {
  if (!rectangle) return true;
  const [left, right, upper, lower] = rectangle;
  return left < column && column < right && upper < row && row < lower;
}

function isInCircle(circle: Shutter['circle'], row: number, column: number, aspect: number): boolean {
  return !circle || ((row - circle[0]) * aspect) ** 2 + (column - circle[1]) ** 2 <= circle[2] ** 2;
}

/** Over painted words (0xAABBGGRR), in place. colour: the picture has colours, so that the shutter may have one. */
export function close(words: Uint32Array, closed: Uint8Array, { grey, lab }: Shutter, colour: boolean): void {
  const g = Math.round((grey * 255) / 65535);
  const [r, green, b] = colour && lab ? rgbOfLab(lab) : [g, g, g];
  const word = (0xff000000 | (b << 16) | (green << 8) | r) >>> 0;
  for (let i = 0; i < words.length; i++) if (closed[i]) words[i] = word;
}

/**
 * Pixels inside of a polygon of (row, column) from 1, its uppermost and lowest row included: a byte a pixel. Ends of rows are rounded to the
 * nearest pixel, as the server's painter does.
 */
export function inside(polygon: readonly (readonly [number, number])[], rows: number, columns: number): Uint8Array {
  const found = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (const ends of [crossingsOf(polygon, row + 1, true), crossingsOf(polygon, row + 1, false)]) {
      for (let i = 0; i + 1 < ends.length; i += 2) {
        const from = Math.max(Math.floor((ends[i] as number) - 0.5), 0);
        const to = Math.min(Math.ceil((ends[i + 1] as number) - 1.5), columns - 1);
        if (from <= to) found.fill(1, row * columns + from, row * columns + to + 1);
      }
    }
  }
  return found;
}

/** Columns, sorted, where edges cross the middle of a row; a vertex there counts as above it or as below. */
function crossingsOf(polygon: readonly (readonly [number, number])[], row: number, above: boolean): number[] {
  const found: number[] = [];
  const isBefore = (y: number) => (above ? y <= row : y < row);
  polygon.forEach(([y0, x0], i) => {
    const [y1, x1] = polygon[(i + 1) % polygon.length] as readonly [number, number];
    if (isBefore(y0) !== isBefore(y1)) found.push(x0 + ((row - y0) / (y1 - y0)) * (x1 - x0));
  });
  return found.sort((a, b) => a - b);
}

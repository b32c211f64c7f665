/** How a slide lies on its canvas, and which tiles that asks for. Places are pixels of the largest level. */
import type { Matrix } from '../core/geometry';
import type { Box, Level, Pyramid, Tile } from './slide-levels';

/** Middle of the canvas on the slide; canvas pixels a slide pixel; quarter turns clockwise. */
export interface SlidePlace {
  x: number;
  y: number;
  scale: number;
  turn: 0 | 1 | 2 | 3;
}

export interface Size {
  width: number;
  height: number;
}

/** More tiles than these at once are no picture but a mistake of the object. */
export const MOST_TILES = 3000;
const LARGEST = 32;
/** A level may be enlarged that much before the next finer one is asked for. */
const PATIENCE = 1.4;

const TURNS: readonly (readonly [number, number])[] = [[1, 0], [0, 1], [-1, 0], [0, -1]];

/** Slide pixels to canvas pixels. */
export function matrixOf({ x, y, scale, turn }: SlidePlace, { width, height }: Size): Matrix {
  const [cos, sin] = TURNS[turn] as readonly [number, number];
  const [a, b, c, d] = [scale * cos, scale * sin, -scale * sin, scale * cos];
  return [a, b, c, d, Math.floor(width / 2) - a * x - c * y, Math.floor(height / 2) - b * x - d * y];
}

/** All of it in the middle. */
export function fitted({ levels }: Pyramid, size: Size, turn: SlidePlace['turn'] = 0): SlidePlace {
  const { columns, rows } = levels[0] as Level;
  const [wide, high] = turn % 2 ? [rows, columns] : [columns, rows];
  const scale = Math.min(size.width / wide, size.height / high);
  return { x: columns / 2, y: rows / 2, scale: scale > 0 && Number.isFinite(scale) ? scale : 1, turn };
}

/** Another scale, within what makes sense; the slide place under a canvas point stays there. */
export function zoomed(place: SlidePlace, pyramid: Pyramid, size: Size, scale: number, at: readonly [number, number] = [Math.floor(size.width / 2), Math.floor(size.height / 2)]): SlidePlace {
  const least = Math.min(fitted(pyramid, size, place.turn).scale / 8, 1);
  const next = Math.min(Math.max(scale, least), LARGEST);
  const [cos, sin] = TURNS[place.turn] as readonly [number, number];
  const [dx, dy] = [at[0] - Math.floor(size.width / 2), at[1] - Math.floor(size.height / 2)];
  const [u, v] = [cos * dx + sin * dy, -sin * dx + cos * dy];
  const by = 1 / place.scale - 1 / next;
  return held({ ...place, scale: next, x: place.x + u * by, y: place.y + v * by }, pyramid);
}

/** Moved by canvas pixels; the middle stays on the slide. */
export function panned(place: SlidePlace, pyramid: Pyramid, dx: number, dy: number): SlidePlace {
  const [cos, sin] = TURNS[place.turn] as readonly [number, number];
  return held({ ...place, x: place.x - (cos * dx + sin * dy) / place.scale, y: place.y - (-sin * dx + cos * dy) / place.scale }, pyramid);
}

function held(place: SlidePlace, { levels }: Pyramid): SlidePlace {
  const { columns, rows } = levels[0] as Level;
  return { ...place, x: Math.min(Math.max(place.x, 0), columns), y: Math.min(Math.max(place.y, 0), rows) };
}

/** What of the slide is on the canvas, in its pixels. */
export function boxOf({ x, y, scale, turn }: SlidePlace, { width, height }: Size): Box {
  const [wide, high] = turn % 2 ? [height, width] : [width, height];
  const [dx, dy] = [(wide / 2 + 1) / scale, (high / 2 + 1) / scale];
  return { left: x - dx, top: y - dy, right: x + dx, bottom: y + dy };
}

/** The coarsest level that is sharp enough, from 0. */
export function levelFor({ levels }: Pyramid, scale: number): number {
  const enough = levels.findLastIndex((level) => scale * level.across <= PATIENCE);
  return Math.max(enough, 0);
}

export interface Wanted extends Tile {
  level: number;
  path: string;
  /** Slide pixels from the middle of the canvas. */
  distance: number;
}

/** Tiles of a level that are on the canvas, the nearest to its middle first; none where there would be too many. */
export function tilesOf(pyramid: Pyramid, at: number, paths: readonly string[], plane: number, place: SlidePlace, size: Size, most = MOST_TILES): Wanted[] {
  const level = pyramid.levels[at] as Level;
  const whole = boxOf(place, size);
  const box = { left: Math.max(whole.left / level.across, 0), right: Math.min(whole.right / level.across, level.columns), top: Math.max(whole.top / level.down, 0), bottom: Math.min(whole.bottom / level.down, level.rows) };
  if (((box.right - box.left) / level.tileColumns) * ((box.bottom - box.top) / level.tileRows) * paths.length > most) return [];
  const found = paths.flatMap((path) => level.sources.flatMap((source) => (source.paths.includes(path) ? source.tiles(path, Math.min(plane, source.planes - 1), box) : [])).map((tile): Wanted => {
    const [x, y] = [(tile.x + level.tileColumns / 2) * level.across, (tile.y + level.tileRows / 2) * level.down];
    return { ...tile, level: at, path, distance: Math.hypot(x - place.x, y - place.y) };
  }));
  return found.sort((a, b) => a.distance - b.distance);
}

const STEPS_MM = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50];

/** A round length that fits into so many CSS pixels. perMm: CSS pixels a millimetre. */
export function barOf(perMm: number, longest: number): { width: number; words: string } | undefined {
  const mm = STEPS_MM.filter((step) => step * perMm <= longest).at(-1);
  if (!mm || !Number.isFinite(perMm)) return undefined;
  return { width: mm * perMm, words: mm >= 1 ? `${mm} mm` : `${Number((mm * 1000).toPrecision(3))} µm` };
}

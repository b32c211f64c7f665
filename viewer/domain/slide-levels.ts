/**
 * The pyramid of a whole slide (PS3.3 A.32.8, C.8.12.4): images of one slide at several resolutions, each a matrix of tiles that are frames.
 * Places are pixels of the largest level, columns right and rows down from its first corner.
 */
import { imagePixel, spacingOf, type ImagePixel } from '../core/image-description';
import { item, items, number, numbers, strings, text, type DataSet } from '../core/dicom-json';
import { t } from '../core/language';
import { tiledSource } from './slide-sources';

/** A tile in the pixels of its level. */
export interface Tile {
  dataset: DataSet;
  /** 1-based. */
  frame: number;
  x: number;
  y: number;
}

/** An optical path: stain and light of brightfield, a channel of fluorescence. */
export interface OpticalPath {
  id: string;
  name: string;
  /** Its item in Optical Path Sequence. */
  item: DataSet | undefined;
}

/** Images of one size; several where optical paths have instances of their own. */
export interface Level {
  columns: number;
  rows: number;
  tileColumns: number;
  tileRows: number;
  /** Pixels of the largest level that one of this has, across and down. */
  across: number;
  down: number;
  pixel: ImagePixel;
  sources: readonly Source[];
}

/** One instance, or those of one concatenation. */
export interface Source {
  paths: readonly string[];
  planes: number;
  /** Of each focal plane: micrometres above the slide's, NaN where nothing says it. */
  depths: readonly number[];
  dataset: DataSet;
  /** Tiles that touch a rectangle of the level's pixels, of one optical path and focal plane (from 0). */
  tiles: (path: string, plane: number, box: Box) => Tile[];
  /** First corner of a frame in the level's pixels; undefined where it has no place. */
  cornerOf: (dataset: DataSet, frame: number) => readonly [number, number] | undefined;
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export type SlidePart = 'VOLUME' | 'LABEL' | 'OVERVIEW' | 'THUMBNAIL';

export interface Pyramid {
  part: SlidePart;
  name: string;
  /** The largest first. */
  levels: readonly Level[];
  paths: readonly OpticalPath[];
  planes: number;
  /** Millimetres a pixel of the largest level, columns and rows; undefined: not said. */
  spacing: { row: number; column: number } | undefined;
  /** Magnification of the objective; undefined: not said. */
  power: number | undefined;
  /** What is wrong with it, in sentences. */
  notes: readonly string[];
}

/** A matrix larger than that is no slide. */
const MOST = 8_000_000;

export interface Instance {
  dataset: DataSet;
  pixel: ImagePixel;
  columns: number;
  rows: number;
  frames: number;
  /** Frames before its own in its concatenation. */
  first: number;
  part: SlidePart;
  paths: OpticalPath[];
}

/** Pyramids of a series: the slide first, label, overview and thumbnail after it. What cannot be used is told in the notes of the first. */
export function pyramidsOf(objects: readonly DataSet[]): { pyramids: Pyramid[]; notes: string[] } {
  const notes: string[] = [];
  const instances = objects.flatMap((ds) => instanceOf(ds, notes));
  const groups = new Map<string, Instance[]>();
  for (const one of instances) {
    const key = text(one.dataset, '00209161') || text(one.dataset, '00080018');
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const made = [...groups.values()].flatMap((parts) => sourceOf(parts, notes));
  const pyramids = (['VOLUME', 'LABEL', 'OVERVIEW', 'THUMBNAIL'] as const).flatMap((part) => stacked(made.filter((m) => m.lead.part === part), part));
  return { pyramids, notes };
}

function instanceOf(dataset: DataSet, notes: string[]): Instance[] {
  const pixel = imagePixel(dataset);
  const frames = number(dataset, '00280008') ?? 1;
  const which = text(dataset, '00200013') || '?';
  if (!pixel || !Number.isInteger(frames) || frames < 1) {
    notes.push(t('Image {number} has no pixels.', { number: which }));
    return [];
  }
  const columns = number(dataset, '00480006') ?? (frames === 1 ? pixel.columns : 0);
  const rows = number(dataset, '00480007') ?? (frames === 1 ? pixel.rows : 0);
  if (!isSize(columns) || !isSize(rows)) {
    notes.push(t('Image {number} does not say how large the slide is.', { number: which }));
    return [];
  }
  const said = strings(dataset, '00080008')[2]?.toUpperCase();
  const part = said === 'LABEL' || said === 'OVERVIEW' || said === 'THUMBNAIL' ? said : 'VOLUME';
  return [{ dataset, pixel, columns, rows, frames, first: number(dataset, '00209228') ?? 0, part, paths: pathsOf(dataset) }];
}

function isSize(n: number): boolean {
  return Number.isInteger(n) && n > 0 && n <= MOST;
}

function pathsOf(ds: DataSet): OpticalPath[] {
  const found = items(ds, '00480105').slice(0, 64).map((item, i): OpticalPath => {
    const id = text(item, '00480106') || String(i + 1);
    const wave = number(item, '00220055');
    return { id, item, name: text(item, '00480107') || (wave ? `${id}, ${wave} nm` : id) };
  });
  return found.length ? found : [{ id: '', name: '', item: undefined }];
}

interface Made {
  lead: Instance;
  source: Source;
}

/** Instances of one concatenation are one (PS3.3 C.7.6.16.2.2.4). */
function sourceOf(parts: Instance[], notes: string[]): Made[] {
  const sorted = [...parts].sort((a, b) => a.first - b.first);
  const lead = sorted[0] as Instance;
  const alike = sorted.filter((p) => p.columns === lead.columns && p.rows === lead.rows && p.pixel.columns === lead.pixel.columns && p.pixel.rows === lead.pixel.rows);
  if (alike.length < sorted.length) notes.push(t('Parts of one image contradict each other in size: they are left out.'));
  return [{ lead, source: tiledSource(alike, notes) }];
}

/** A second image of the same size and path begins another pyramid; so does another Pyramid UID. */
function stacked(made: Made[], part: SlidePart): Pyramid[] {
  const piles: Made[][] = [];
  for (const one of made) {
    const pile = piles.find((p) => pyramidUid(p[0]) === pyramidUid(one) && !p.some((other) => isSamePlace(other, one)));
    if (pile) pile.push(one);
    else piles.push([one]);
  }
  return piles.map((pile, i) => pyramidOf(pile, part, piles.length > 1 ? ` ${i + 1}` : ''));
}

function pyramidUid(made: Made | undefined): string {
  return text(made?.lead.dataset, '00080019');
}

function isSamePlace(a: Made, b: Made): boolean {
  if (a.lead.columns !== b.lead.columns || a.lead.rows !== b.lead.rows) return false;
  return a.source.paths.some((p) => b.source.paths.includes(p));
}

function pyramidOf(pile: Made[], part: SlidePart, ordinal: string): Pyramid {
  const base = pile.reduce((a, b) => (b.lead.columns > a.lead.columns ? b : a)).lead;
  const notes: string[] = [];
  const levels = new Map<string, Level & { sources: Source[] }>();
  for (const { lead, source } of pile) {
    const [across, down] = [base.columns / lead.columns, base.rows / lead.rows];
    // Sizes are rounded, so small levels may differ a little.
    if (Math.abs(across - down) * Math.min(lead.columns, lead.rows) > 0.05 * base.columns) {
      notes.push(t('An image of {columns} × {rows} has another shape than the largest: it is left out.', { columns: lead.columns, rows: lead.rows }));
      continue;
    }
    const key = `${lead.columns} ${lead.rows} ${lead.pixel.columns} ${lead.pixel.rows}`;
    const level = levels.get(key);
    if (level) level.sources.push(source);
    else levels.set(key, { columns: lead.columns, rows: lead.rows, tileColumns: lead.pixel.columns, tileRows: lead.pixel.rows, across, down, pixel: lead.pixel, sources: [source] });
  }
  const sorted = [...levels.values()].sort((a, b) => b.columns - a.columns);
  const known = new Map(pile.flatMap(({ lead, source }) => lead.paths.filter((p) => source.paths.includes(p.id)).map((p) => [p.id, p] as const)));
  const power = [...known.values()].map((p) => number(p.item, '00480112')).find((n) => n !== undefined && n > 0);
  return {
    part,
    name: `${PART_NAMES[part]}${ordinal}`,
    levels: sorted,
    paths: [...known.values()],
    planes: Math.max(...sorted.flatMap((l) => l.sources.map((s) => s.planes)), 1),
    spacing: sizeOfPixel(base),
    power,
    notes,
  };
}

const PART_NAMES: Record<SlidePart, string> = { VOLUME: t('Slide'), LABEL: t('Label of the slide'), OVERVIEW: t('Overview'), THUMBNAIL: t('Thumbnail') };

/** Imaged Volume Width and Height are millimetres (PS3.3 C.8.12.4.1.1); Pixel Spacing leads. */
function sizeOfPixel({ dataset, columns, rows }: Instance): Pyramid['spacing'] {
  const spacing = spacingOf(dataset, 1);
  if (spacing && spacing.row > 0 && spacing.column > 0) return { row: spacing.row, column: spacing.column };
  const [wide, high] = [number(dataset, '00480001') ?? 0, number(dataset, '00480002') ?? 0];
  return wide > 0 && high > 0 ? { row: high / rows, column: wide / columns } : undefined;
}

/** Between the slide's coordinates (mm) and pixels of an image of it; undefined when it does not say (PS3.3 C.8.12.2.1.1). */
export function slideSystem(ds: DataSet): { from: (x: number, y: number) => [number, number]; to: (column: number, row: number) => [number, number] } | undefined {
  const origin = item(ds, '00480008');
  const [ox, oy] = [number(origin, '0040072A'), number(origin, '0040073A')];
  const o = numbers(ds, '00480102');
  const spacing = spacingOf(ds, 1);
  if (ox === undefined || oy === undefined || o.length < 6 || !spacing || !(spacing.row > 0) || !(spacing.column > 0)) return undefined;
  const [rx, ry, cx, cy] = [o[0] as number, o[1] as number, o[3] as number, o[4] as number];
  // The origin is the middle of the first pixel; places here count from its corner.
  return {
    from: (x, y) => [((x - ox) * rx + (y - oy) * ry) / spacing.column + 0.5, ((x - ox) * cx + (y - oy) * cy) / spacing.row + 0.5],
    to: (column, row) => {
      const [across, down] = [(column - 0.5) * spacing.column, (row - 0.5) * spacing.row];
      return [ox + across * rx + down * cx, oy + across * ry + down * cy];
    },
  };
}

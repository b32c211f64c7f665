/** Where the tiles of one image of a slide lie: in their order, or as each frame says (PS3.3 C.7.6.17.3, C.8.12.6). */
import { functionalGroup } from '../core/image-description';
import { items, number, text, type DataSet } from '../core/dicom-json';
import { t } from '../core/language';
import type { Instance, Source, Tile } from './slide-levels';

const MOST_PLANES = 1000;

/** parts: of one image, alike in size, by their place in the concatenation. */
export function tiledSource(parts: Instance[], notes: string[]): Source {
  return isSparse(parts[0] as Instance) ? sparse(parts, notes) : full(parts, notes);
}

function isSparse({ dataset }: Instance): boolean {
  const said = text(dataset, '00209311').toUpperCase();
  return said === 'TILED_SPARSE' || (said !== 'TILED_FULL' && functionalGroup(dataset, 1, '0048021A') !== undefined);
}

/** Columns fastest, then rows, focal planes, optical paths (PS3.3 C.7.6.17.3). */
function full(parts: Instance[], notes: string[]): Source {
  const lead = parts[0] as Instance;
  const { pixel, columns, rows, dataset } = lead;
  const [wide, high] = [Math.ceil(columns / pixel.columns), Math.ceil(rows / pixel.rows)];
  const planes = Math.min(Math.max(Math.round(number(dataset, '00480303') ?? 1), 1), MOST_PLANES);
  const paths = lead.paths.map((p) => p.id);
  const needed = wide * high * planes * paths.length;
  const there = parts.reduce((sum, p) => sum + p.frames, 0);
  if (there < needed) notes.push(t('An image of {columns} × {rows} has {count} of its {needed} tiles.', { columns, rows, count: there, needed }));
  const at = (index: number): { dataset: DataSet; frame: number } | undefined => {
    const part = parts.find((p) => index >= p.first && index < p.first + p.frames);
    return part && { dataset: part.dataset, frame: index - part.first + 1 };
  };
  const tiles: Source['tiles'] = (path, plane, box) => {
    const which = paths.indexOf(path);
    if (which < 0 || plane >= planes) return [];
    const found: Tile[] = [];
    const [fromX, toX] = range(box.left, box.right, pixel.columns, wide);
    const [fromY, toY] = range(box.top, box.bottom, pixel.rows, high);
    for (let y = fromY; y < toY; y++) {
      for (let x = fromX; x < toX; x++) {
        const frame = at((which * planes + plane) * wide * high + y * wide + x);
        if (frame) found.push({ ...frame, x: x * pixel.columns, y: y * pixel.rows });
      }
    }
    return found;
  };
  // Focal planes are as far apart as slices (C.8.12.4.1.4).
  const apart = number(functionalGroup(dataset, 1, '00289110'), '00180088') ?? NaN;
  const cornerOf: Source['cornerOf'] = (ds, frame) => {
    const part = parts.find((p) => p.dataset === ds);
    if (!part || frame < 1 || frame > part.frames) return undefined;
    const place = (part.first + frame - 1) % (wide * high);
    return [(place % wide) * pixel.columns, Math.floor(place / wide) * pixel.rows];
  };
  return { paths, planes, depths: Array.from({ length: planes }, (_, i) => (i ? i * apart * 1000 : 0)), dataset, tiles, cornerOf };
}

function range(from: number, to: number, size: number, count: number): [number, number] {
  return [Math.max(Math.floor(from / size), 0), Math.min(Math.ceil(to / size), count)];
}

/** Each frame says its place, from 1 (PS3.3 C.8.12.6.1), its path and its depth. */
function sparse(parts: Instance[], notes: string[]): Source {
  const lead = parts[0] as Instance;
  const { pixel, columns, rows } = lead;
  const depths = new Set<number>();
  const found: (Tile & { path: string; z: number })[] = [];
  let outside = 0;
  for (const { dataset, frames } of parts) {
    const count = Math.min(frames, items(dataset, '52009230').length);
    outside += frames - count;
    for (let frame = 1; frame <= count; frame++) {
      const place = functionalGroup(dataset, frame, '0048021A');
      const [x, y] = [(number(place, '0048021E') ?? NaN) - 1, (number(place, '0048021F') ?? NaN) - 1];
      if (!(x > -pixel.columns && y > -pixel.rows && x < columns && y < rows)) {
        outside++;
        continue;
      }
      const path = text(functionalGroup(dataset, frame, '00480207'), '00480106') || (lead.paths[0]?.id ?? '');
      const z = number(place, '0040074A') ?? 0;
      depths.add(z);
      found.push({ dataset, frame, x, y, path, z });
    }
  }
  if (outside) notes.push(t('{count} tiles of an image say no place on the slide: they are left out.', { count: outside }));
  const planes = [...depths].sort((a, b) => a - b).slice(0, MOST_PLANES);
  const cells = new Map<string, Tile[]>();
  for (const { path, z, ...tile } of found) {
    const key = `${path} ${planes.indexOf(z)} ${Math.floor(tile.x / pixel.columns)} ${Math.floor(tile.y / pixel.rows)}`;
    cells.set(key, [...(cells.get(key) ?? []), tile]);
  }
  const tiles: Source['tiles'] = (path, plane, box) => {
    const near: Tile[] = [];
    const [fromX, toX] = range(box.left, box.right, pixel.columns, Math.ceil(columns / pixel.columns));
    const [fromY, toY] = range(box.top, box.bottom, pixel.rows, Math.ceil(rows / pixel.rows));
    // A tile that is off the grid begins in the cell before.
    for (let y = fromY - 1; y < toY; y++) for (let x = fromX - 1; x < toX; x++) near.push(...(cells.get(`${path} ${plane} ${x} ${y}`) ?? []));
    return near.filter((n) => n.x < box.right && n.y < box.bottom && n.x + pixel.columns > box.left && n.y + pixel.rows > box.top);
  };
  const cornerOf: Source['cornerOf'] = (ds, frame) => {
    const tile = found.find((f) => f.dataset === ds && f.frame === frame);
    return tile && [tile.x, tile.y];
  };
  return { paths: [...new Set(found.map((f) => f.path))], planes: Math.max(planes.length, 1), depths: planes, dataset: lead.dataset, tiles, cornerOf };
}

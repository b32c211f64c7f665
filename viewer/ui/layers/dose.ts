/** Dose over images: a wash of colours and lines of equal dose, in every plane that goes through the grid. */
import type { DoseGrid } from '../../core/dose-grid';
import { samplerOf } from '../../core/dose-grid';
import { significant } from '../../core/figures';
import type { Point2 } from '../../core/geometry';
import { toPatient, type Rectangle } from '../../core/image-plane';
import { segmentsAt, type Field } from '../../core/isolines';
import { t } from '../../core/language';
import type { ImageRef } from '../../domain/display-sets';
import type { Layer, LayerView } from '../stage/layers';
import type { PlaceIn } from '../therapy/joins';
import { ByImage } from './by-image';

/** dose: in the unit of the grid. words: beside it in the legend. Highest first. */
export interface Level {
  dose: number;
  words: string;
  colour: readonly [number, number, number];
}

export interface DoseLook {
  levels: readonly Level[];
  wash: boolean;
  lines: boolean;
  /** Of the wash, 0 .. 1. */
  opacity: number;
}

/** The dose in an image on a mesh of step x step pixels from the centre of the first; undefined where there is none. */
interface Seen extends Field {
  step: { x: number; y: number };
}

const MOST_NODES = 512;

/** One dose: both layers draw from it, the probe asks it. */
export class DosePlanes {
  private readonly seen = new ByImage<Seen | null>(32);
  private readonly paths = new ByImage<Map<number, Path2D>>(32);
  private washes = new ByImage<HTMLCanvasElement>(12);
  private washed = '';
  private readonly sample: (x: number, y: number, z: number) => number;

  constructor(
    readonly grid: DoseGrid,
    private readonly reference: string,
    private readonly place: PlaceIn,
  ) {
    this.sample = samplerOf(grid);
  }

  /** The dose at an image point; NaN where there is none. */
  at(image: ImageRef, point: Point2): number {
    const rectangle = this.placed(image);
    return rectangle ? this.sample(...toPatient(rectangle, point)) : NaN;
  }

  private placed(image: ImageRef): Rectangle | undefined {
    return this.place(image, this.reference);
  }

  seenIn(image: ImageRef): Seen | null {
    return this.seen.of(image, () => {
      const rectangle = this.placed(image);
      return rectangle ? this.meshOf(rectangle) : null;
    });
  }

  private meshOf(r: Rectangle): Seen | null {
    const fine = Math.min(this.grid.spacing.row, this.grid.spacing.column) / 1.5;
    const step = {
      x: Math.max(Math.floor(fine / r.spacing.column), 1, Math.ceil(r.columns / MOST_NODES)),
      y: Math.max(Math.floor(fine / r.spacing.row), 1, Math.ceil(r.rows / MOST_NODES)),
    };
    const [columns, rows] = [Math.ceil((r.columns - 1) / step.x) + 1, Math.ceil((r.rows - 1) / step.y) + 1];
    const values = new Float32Array(columns * rows);
    let some = false;
    for (let j = 0; j < rows; j++) {
      for (let i = 0; i < columns; i++) {
        const dose = this.sample(...toPatient(r, [i * step.x + 0.5, j * step.y + 0.5]));
        values[j * columns + i] = dose;
        some ||= !Number.isNaN(dose);
      }
    }
    return some ? { values, columns, rows, step } : null;
  }

  /** In image points. */
  lineOf(image: ImageRef, seen: Seen, dose: number): Path2D {
    const known = this.paths.of(image, () => new Map<number, Path2D>());
    let path = known.get(dose);
    if (path) return path;
    path = new Path2D();
    const s = segmentsAt(seen, dose);
    for (let i = 0; i < s.length; i += 4) {
      path.moveTo((s[i] as number) * seen.step.x + 0.5, (s[i + 1] as number) * seen.step.y + 0.5);
      path.lineTo((s[i + 2] as number) * seen.step.x + 0.5, (s[i + 3] as number) * seen.step.y + 0.5);
    }
    known.set(dose, path);
    return path;
  }

  washOf(image: ImageRef, seen: Seen, levels: readonly Level[]): HTMLCanvasElement {
    const how = levels.map((l) => l.dose).join();
    if (how !== this.washed) [this.washed, this.washes] = [how, new ByImage(12)];
    return this.washes.of(image, () => paintWash(seen, levels));
  }
}

function paintWash({ values, columns, rows }: Seen, levels: readonly Level[]): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement('canvas'), { width: columns, height: rows });
  const context = canvas.getContext('2d');
  if (!context) return canvas;
  const data = context.createImageData(columns, rows);
  values.forEach((dose, i) => {
    const colour = colourOf(dose, levels);
    if (colour) data.data.set([...colour, 255], 4 * i);
  });
  context.putImageData(data, 0, 0);
  return canvas;
}

/** Between two levels their colours are mixed; under the lowest nothing is painted. */
function colourOf(dose: number, levels: readonly Level[]): readonly number[] | undefined {
  const above = levels.findIndex((l) => dose >= l.dose);
  const low = levels[above];
  const high = levels[above - 1];
  if (!low) return undefined;
  const share = high ? (dose - low.dose) / (high.dose - low.dose) : 0;
  return low.colour.map((c, i) => Math.round(c + share * ((high?.colour[i] ?? c) - c)));
}

export class DoseWashLayer implements Layer {
  readonly order = 40;
  constructor(
    readonly id: string,
    private readonly planes: DosePlanes,
    private readonly look: () => DoseLook,
  ) {}

  draw(context: CanvasRenderingContext2D, { image, matrix }: LayerView): void {
    const { wash, opacity, levels } = this.look();
    const seen = wash && opacity > 0 && levels.length ? this.planes.seenIn(image) : null;
    if (!seen) return;
    context.setTransform(...matrix);
    context.globalAlpha = opacity;
    context.imageSmoothingEnabled = true;
    const { x, y } = seen.step;
    // A node is in the middle of its pixel of the canvas.
    context.drawImage(this.planes.washOf(image, seen, levels), 0.5 - x / 2, 0.5 - y / 2, seen.columns * x, seen.rows * y);
  }
}

/** A viewport narrower or lower than this has no legend, CSS pixels. */
const ROOM = { width: 320, height: 300 };

export class DoseLineLayer implements Layer {
  readonly order = 105;
  constructor(
    readonly id: string,
    private readonly planes: DosePlanes,
    private readonly look: () => DoseLook,
  ) {}

  draw(context: CanvasRenderingContext2D, view: LayerView): void {
    const { levels, lines, wash } = this.look();
    const seen = this.planes.seenIn(view.image);
    if (!seen) return;
    if (lines) this.drawLines(context, view, seen, levels);
    if (lines || wash) legend(context, view, levels);
  }

  private drawLines(context: CanvasRenderingContext2D, { image, matrix, ratio }: LayerView, seen: Seen, levels: readonly Level[]): void {
    const onCanvas = new DOMMatrix([...matrix]);
    for (const { dose, colour } of levels) {
      const path = new Path2D();
      path.addPath(this.planes.lineOf(image, seen, dose), onCanvas);
      context.strokeStyle = `rgb(${colour.join(' ')})`;
      context.lineWidth = 1.25 * ratio;
      context.stroke(path);
    }
  }

  valueAt(image: ImageRef, point: Point2): string {
    const dose = this.planes.at(image, point);
    return Number.isNaN(dose) ? '' : t('dose {value}', { value: doseText(dose, this.planes.grid.unit) });
  }
}

/** '57.03 Gy'; relative doses have no unit. */
export function doseText(dose: number, unit: 'Gy' | 'relative'): string {
  return `${significant(dose, 4)}${unit === 'Gy' ? ' Gy' : ''}`;
}

function legend(context: CanvasRenderingContext2D, { width, height, ratio }: LayerView, levels: readonly Level[]): void {
  if (width / ratio < ROOM.width || height / ratio < ROOM.height) return;
  const line = 16 * ratio;
  const top = (height - levels.length * line) / 2;
  context.font = `${11 * ratio}px Inter, sans-serif`;
  context.textBaseline = 'middle';
  levels.forEach(({ words, colour }, i) => {
    const [x, y] = [26 * ratio, top + (i + 0.5) * line];
    context.fillStyle = `rgb(${colour.join(' ')})`;
    context.fillRect(x, y - 4 * ratio, 12 * ratio, 8 * ratio);
    context.strokeStyle = '#000';
    context.lineWidth = 3 * ratio;
    context.strokeText(words, x + 18 * ratio, y);
    context.fillStyle = '#dfe3e8';
    context.fillText(words, x + 18 * ratio, y);
  });
}

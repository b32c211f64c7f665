/** Text of a state on a canvas: as large as fits its box within reason, with a dark edge, turned by quarters. */
import type { Point } from '../../core/states/annotations';
import type { LayerView } from '../stage/layers';

/** at: left top corner of the box, or the point it stands beside. box: left, top, width, height, canvas pixels. turns: quarters clockwise. */
export interface Written {
  at: Point;
  box: readonly [number, number, number, number] | undefined;
  justification: string;
  vertical: string;
  turns: number;
  bold?: boolean;
  italic?: boolean;
  underlined?: boolean;
}

/** CSS pixels: what is written beside a point, and what a box may make of it. */
const USUAL = 13;
const SMALLEST = 10;
const LARGEST = 3 * USUAL;
const LEADING = 1.2;
const FACE = 'system-ui, sans-serif';

export function writeText(context: CanvasRenderingContext2D, lines: readonly string[], place: Written, style: string, view: LayerView): void {
  const { ratio } = view;
  const font = (size: number) => `${place.italic ? 'italic ' : ''}${place.bold ? 'bold ' : ''}${size}px ${FACE}`;
  const widest = (size: number) => {
    context.font = font(size);
    return Math.max(1, ...lines.map((line) => context.measureText(line).width));
  };
  const extent = place.box && (place.turns % 2 ? [place.box[3], place.box[2]] : [place.box[2], place.box[3]]) as [number, number] | undefined;
  const size = extent ? fitting(extent, lines.length, widest, ratio) : USUAL * ratio;
  const [width, height] = [widest(size), lines.length * size * LEADING];
  context.save();
  Object.assign(context, { textBaseline: 'alphabetic', textAlign: 'left', direction: 'inherit', lineJoin: 'round' });
  context.font = font(size);
  const [left, top] = extent && place.box ? turnInto(context, place.box, place.turns, extent, place, width, height) : beside(place, width, height, view);
  lines.forEach((line, i) => {
    const spare = width - context.measureText(line).width;
    const x = left + (place.justification === 'RIGHT' ? spare : place.justification === 'CENTER' ? spare / 2 : 0);
    const y = top + i * size * LEADING + 0.95 * size;
    Object.assign(context, { lineWidth: 2 * ratio, strokeStyle: 'rgb(0 0 0 / 0.72)', fillStyle: style });
    context.strokeText(line, x, y);
    context.fillText(line, x, y);
    if (place.underlined) context.fillRect(x, y + 2 * ratio, width - spare, Math.max(1, size / 14));
  });
  context.restore();
}

/** Of the text, so that all lines are in the box; not under what can be read, nor over three times the usual. */
function fitting([width, height]: [number, number], count: number, widest: (size: number) => number, ratio: number): number {
  const high = Math.min(height / count / LEADING, LARGEST * ratio);
  const wide = (high * width) / widest(high);
  return Math.max(Math.min(high, wide), SMALLEST * ratio);
}

/** The context is moved and turned so that the text runs to the right; where it then begins. */
function turnInto(context: CanvasRenderingContext2D, [x, y, w, h]: readonly [number, number, number, number], turns: number, [across, down]: [number, number], { justification, vertical }: Written, width: number, height: number): Point {
  context.translate(x + w / 2, y + h / 2);
  context.rotate((turns * Math.PI) / 2);
  const along = { RIGHT: across - width, CENTER: (across - width) / 2 }[justification] ?? 0;
  const below = { BOTTOM: down - height, CENTER: (down - height) / 2 }[vertical] ?? 0;
  return [along - across / 2, below - down / 2];
}

/** To the right of its point where there is room, else to the left; labels are about their middle. */
function beside({ at: [x, y], justification }: Written, width: number, height: number, view: LayerView): Point {
  if (justification === 'CENTER') return [x - width / 2, y - height / 2];
  const away = 3 * view.ratio;
  return [x + away + width <= view.width ? x + away : x - away - width, y - height / 2];
}

/** Curves in a rectangle with both axes, their labels and units. Where many points share a column, the least and greatest are drawn. */
import { useLayoutEffect, useState, type KeyboardEvent, type PointerEvent, type ReactElement } from 'react';
import { significant } from '../../../core/figures';
import { ticks } from '../../../core/ticks';
import type { SharpCanvas } from '../../stage/canvas';
import { useSharpCanvas } from '../../stage/use-canvas';

export interface Line {
  name: string;
  /** A colour of CSS; '' for the usual one. */
  colour: string;
  xs: Float64Array;
  ys: Float64Array;
}

interface Props {
  lines: readonly Line[];
  /** Under and beside the axes, with their units. */
  across: string;
  up: string;
  label: string;
}

const MARGIN = { left: 64, right: 20, top: 28, bottom: 44 };

export function Chart({ lines, across, up, label }: Props): ReactElement {
  const { host, canvas, resized } = useSharpCanvas();
  const [at, setAt] = useState<number>();
  const [x0, x1] = extent(lines.map((line) => line.xs));
  const [y0, y1] = extent(lines.map((line) => line.ys));
  useLayoutEffect(() => {
    if (canvas) draw(canvas, lines, [x0, x1], [y0, y1], across, up);
  }, [canvas, resized, lines, x0, x1, y0, y1, across, up]);
  const first = lines[0];
  const width = Math.max((canvas?.width ?? 0) - MARGIN.left - MARGIN.right, 1);
  const index = first && at !== undefined ? Math.min(at, first.xs.length - 1) : undefined;
  const move = (e: PointerEvent<HTMLDivElement>) => {
    const wanted = x0 + ((e.clientX - e.currentTarget.getBoundingClientRect().left - MARGIN.left) / width) * (x1 - x0);
    if (first) setAt(nearest(first.xs, wanted));
  };
  const key = (e: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
    if (!by || !first) return;
    e.preventDefault();
    e.stopPropagation();
    setAt(Math.min(Math.max((index ?? 0) + by, 0), first.xs.length - 1));
  };
  return (
    <div ref={host} className="chart" role="img" aria-label={label} data-testid="chart" data-x={`${x0} ${x1}`} data-y={`${y0} ${y1}`} data-box={JSON.stringify(MARGIN)} onPointerMove={move} onPointerLeave={() => setAt(undefined)} onKeyDown={key}>
      {first && index !== undefined && (
        <>
          <span className="charthair" style={{ left: MARGIN.left + (((first.xs[index] as number) - x0) / (x1 - x0 || 1)) * width }} />
          <span className="chartvalue" data-testid="chart-cursor" data-place={first.xs[index]} data-values={JSON.stringify(lines.map((line) => line.ys[index] ?? null))}>
            {significant(first.xs[index] as number, 6)} · {lines.map((line) => significant(line.ys[index] ?? NaN, 6)).join(', ')}
          </span>
        </>
      )}
    </div>
  );
}

function nearest(xs: Float64Array, wanted: number): number {
  let best = 0;
  xs.forEach((x, i) => {
    if (Math.abs(x - wanted) < Math.abs((xs[best] as number) - wanted)) best = i;
  });
  return best;
}

/** Of all that is a number; a little room where all of it is one value. */
function extent(all: readonly Float64Array[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const values of all) for (const v of values) if (Number.isFinite(v)) [low, high] = [Math.min(low, v), Math.max(high, v)];
  if (!(low <= high)) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

function draw({ pixels, ratio }: SharpCanvas, lines: readonly Line[], [x0, x1]: [number, number], [y0, y1]: [number, number], across: string, up: string): void {
  const context = pixels.getContext('2d');
  if (!context || !pixels.width) return;
  const style = getComputedStyle(pixels);
  const ink = (token: string) => style.getPropertyValue(token) || style.color;
  const { width, height } = pixels;
  const [left, right, top, bottom] = [MARGIN.left * ratio, width - MARGIN.right * ratio, MARGIN.top * ratio, height - MARGIN.bottom * ratio];
  const x = (v: number) => left + ((v - x0) / (x1 - x0)) * (right - left);
  const y = (v: number) => bottom - ((v - y0) / (y1 - y0)) * (bottom - top);
  const hair = Math.max(1, Math.round(ratio));
  context.clearRect(0, 0, width, height);
  context.font = `${11 * ratio}px Inter, system-ui, sans-serif`;
  const grid = (places: readonly number[], put: (place: number) => void) => places.forEach((place) => {
    context.fillStyle = ink('--line');
    put(place);
  });
  context.textAlign = 'center';
  grid(ticks(x0, x1), (place) => {
    context.fillRect(Math.round(x(place)), top, hair, bottom - top);
    context.fillStyle = ink('--text-3');
    context.fillText(significant(place, 6), x(place), bottom + 15 * ratio);
  });
  context.textAlign = 'right';
  grid(ticks(y0, y1, 6), (place) => {
    context.fillRect(left, Math.round(y(place)), right - left, hair);
    context.fillStyle = ink('--text-3');
    context.fillText(significant(place, 6), left - 6 * ratio, y(place) + 4 * ratio);
  });
  context.fillStyle = ink('--text-2');
  context.fillText(across, right, bottom + 32 * ratio);
  context.textAlign = 'left';
  context.fillText(up, 8 * ratio, top - 12 * ratio);
  for (const line of lines) {
    context.strokeStyle = line.colour || ink('--accent');
    context.lineWidth = 1.5 * ratio;
    context.lineJoin = 'round';
    context.beginPath();
    trace(context, line, x, y);
    context.stroke();
  }
}

/** Points of one column become its least and greatest. */
function trace(context: CanvasRenderingContext2D, { xs, ys }: Line, x: (v: number) => number, y: (v: number) => number): void {
  for (let i = 0; i < xs.length; ) {
    const column = Math.round(x(xs[i] as number));
    let [low, high, last] = [Infinity, -Infinity, i];
    for (; i < xs.length && Math.round(x(xs[i] as number)) === column; i++) {
      const value = ys[i] as number;
      if (!Number.isFinite(value)) continue;
      [low, high, last] = [Math.min(low, value), Math.max(high, value), i];
    }
    if (!(low <= high)) continue;
    context.lineTo(column, y(low));
    if (high > low) context.lineTo(column, y(high));
    context.lineTo(column, y(ys[last] as number));
  }
}

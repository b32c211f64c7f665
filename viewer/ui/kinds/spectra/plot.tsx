/** A spectrum on a canvas of screen pixels: high ppm left, values up. */
import { useLayoutEffect, useRef, useState, type PointerEvent, type ReactElement } from 'react';
import { fixed, significant } from '../../../core/figures';
import { t } from '../../../core/language';
import { ticks } from '../../../core/ticks';
import type { SharpCanvas } from '../../stage/canvas';
import { useSharpCanvas } from '../../stage/use-canvas';

export interface PlotProps {
  /** Falls from the first to the last. */
  axis: Float64Array;
  unit: string;
  values: Float64Array;
  /** What of the axis is shown: left (high), right (low). */
  range: readonly [number, number];
  colour: string;
  name: string;
  /** Places of the axis that have a name. */
  marks: readonly (readonly [string, number])[];
  onRange: (range: [number, number]) => void;
}

const MARGIN = { left: 14, right: 14, top: 22, bottom: 24 };
const WHEEL = 1.25;
const NARROWEST = 12;

export function Plot(props: PlotProps): ReactElement {
  const { axis, unit, values, range, name, onRange } = props;
  const { host, canvas } = useSharpCanvas();
  const [cursor, setCursor] = useState<number>();
  useLayoutEffect(() => {
    if (canvas) draw(canvas, props);
  });
  const latest = useRef(props);
  useLayoutEffect(() => {
    latest.current = props;
  });
  useLayoutEffect(() => {
    const element = host.current;
    const zoom = (e: WheelEvent) => {
      const now = latest.current;
      const box = element?.getBoundingClientRect();
      if (!box) return;
      e.preventDefault();
      const at = placeAt(now.range, box.width, e.clientX - box.left);
      const by = e.deltaY > 0 ? WHEEL : 1 / WHEEL;
      const [left, right] = now.range.map((v) => at + (v - at) * by) as [number, number];
      const ends: [number, number] = [Math.min(left, now.axis[0] ?? left), Math.max(right, now.axis.at(-1) ?? right)];
      const step = Math.abs((now.axis[0] ?? 0) - (now.axis[1] ?? 0));
      if (ends[0] - ends[1] > NARROWEST * step) now.onRange(ends);
    };
    element?.addEventListener('wheel', zoom, { passive: false });
    return () => element?.removeEventListener('wheel', zoom);
  }, [host]);
  const dragged = useRef<number>(undefined);
  const move = (e: PointerEvent<HTMLDivElement>) => {
    const box = e.currentTarget.getBoundingClientRect();
    const at = placeAt(range, box.width, e.clientX - box.left);
    if (dragged.current !== undefined) {
      const by = dragged.current - at;
      onRange([range[0] + by, range[1] + by]);
    }
    setCursor(at);
  };
  const index = cursor === undefined ? undefined : nearest(axis, cursor);
  const width = canvas?.width ?? 0;
  return (
    <div
      ref={host}
      className="specplot"
      role="img"
      aria-label={t('Spectrum of {name}', { name })}
      data-testid="spectrum"
      data-left={MARGIN.left}
      data-per={(width - MARGIN.left - MARGIN.right) / (range[0] - range[1])}
      data-high={range[0]}
      onPointerDown={(e) => {
        e.currentTarget.setPointerCapture(e.pointerId);
        const box = e.currentTarget.getBoundingClientRect();
        dragged.current = placeAt(range, box.width, e.clientX - box.left);
      }}
      onPointerUp={() => (dragged.current = undefined)}
      onPointerMove={move}
      onPointerLeave={() => setCursor(undefined)}
    >
      {index !== undefined && (
        <>
          <span className="spechair" style={{ left: MARGIN.left + ((range[0] - (axis[index] as number)) / (range[0] - range[1])) * (width - MARGIN.left - MARGIN.right) }} />
          <span className="specvalue" data-testid="spectrum-cursor" data-place={axis[index]} data-value={values[index]}>{fixed(axis[index] as number, unit === 'ppm' ? 2 : 1)} {unit} · {significant(values[index] as number, 4)}</span>
        </>
      )}
    </div>
  );
}

function placeAt(range: readonly [number, number], width: number, x: number): number {
  return range[0] - ((x - MARGIN.left) / Math.max(width - MARGIN.left - MARGIN.right, 1)) * (range[0] - range[1]);
}

/** The axis falls evenly. */
function nearest(axis: Float64Array, place: number): number {
  const step = (axis[0] as number) - (axis[1] as number);
  return Math.min(Math.max(Math.round(((axis[0] as number) - place) / step), 0), axis.length - 1);
}

function draw({ pixels, ratio }: SharpCanvas, { axis, values, range, colour, name, marks, unit }: PlotProps): void {
  const context = pixels.getContext('2d');
  if (!context || !pixels.width) return;
  const style = getComputedStyle(pixels);
  const ink = (token: string) => style.getPropertyValue(token) || style.color;
  const { width, height } = pixels;
  const [left, right, top, bottom] = [MARGIN.left, MARGIN.right, MARGIN.top, MARGIN.bottom].map((m) => m * ratio) as [number, number, number, number];
  context.clearRect(0, 0, width, height);
  const x = (place: number) => left + ((range[0] - place) / (range[0] - range[1])) * (width - left - right);
  const [from, to] = [Math.max(nearest(axis, range[0]) - 1, 0), Math.min(nearest(axis, range[1]) + 1, axis.length - 1)];
  let [low, high] = [0, 0];
  for (let i = from; i <= to; i++) [low, high] = [Math.min(low, values[i] as number), Math.max(high, values[i] as number)];
  const y = (value: number) => height - bottom - ((value - low) / (high - low || 1)) * (height - top - bottom);
  context.font = `${11 * ratio}px Inter, system-ui, sans-serif`;
  context.textAlign = 'center';
  for (const tick of ticks(...range)) {
    const at = Math.round(x(tick));
    context.fillStyle = ink('--line');
    context.fillRect(at, top, Math.max(1, Math.round(ratio)), height - top - bottom);
    context.fillStyle = ink('--text-3');
    context.fillText(significant(tick, 6), at, height - bottom + 15 * ratio);
  }
  context.textAlign = 'right';
  context.fillText(unit, width - 2 * ratio, height - 2 * ratio);
  context.fillStyle = ink('--line-strong');
  context.fillRect(left, Math.round(y(0)), width - left - right, Math.max(1, Math.round(ratio)));
  context.textAlign = 'center';
  for (const [word, place] of marks) {
    if (place > range[0] || place < range[1]) continue;
    context.fillStyle = ink('--text-2');
    context.fillText(word, x(place), top - 8 * ratio);
    context.fillRect(Math.round(x(place)), top - 5 * ratio, Math.max(1, Math.round(ratio)), 8 * ratio);
  }
  context.save();
  context.beginPath();
  context.rect(left, 0, width - left - right, height);
  context.clip();
  context.strokeStyle = colour;
  context.lineWidth = 1.5 * ratio;
  context.lineJoin = 'round';
  context.beginPath();
  for (let i = from; i <= to; i++) context.lineTo(x(axis[i] as number), y(values[i] as number));
  context.stroke();
  context.restore();
  context.fillStyle = colour;
  context.font = `600 ${12 * ratio}px Inter, system-ui, sans-serif`;
  context.textAlign = 'left';
  context.fillText(name, left, 13 * ratio);
}

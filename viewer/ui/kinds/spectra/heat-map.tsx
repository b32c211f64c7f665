/** A spectrum of two dimensions: magnitudes as brightness (square root), high ppm at the left and below. */
import { useLayoutEffect, useMemo, useState, type PointerEvent, type ReactElement } from 'react';
import { fixed, significant } from '../../../core/figures';
import { t } from '../../../core/language';
import { ticks } from '../../../core/ticks';
import type { SharpCanvas } from '../../stage/canvas';
import { useSharpCanvas } from '../../stage/use-canvas';

interface Axis {
  /** Falls from the first to the last, evenly. */
  values: Float64Array;
  unit: string;
}

interface Props {
  /** Rows of as many as `across` has places; undefined: too many. */
  values: Float32Array | undefined;
  across: Axis;
  up: Axis;
  /** What of `across` is shown: left (high), right (low). */
  range: readonly [number, number];
  name: string;
}

const MARGIN = { left: 48, right: 14, top: 24, bottom: 26 };

export function HeatMap({ values, across, up, range, name }: Props): ReactElement {
  const { host, canvas, resized } = useSharpCanvas();
  const [cursor, setCursor] = useState<readonly [number, number]>();
  const picture = useMemo(() => values && pictureOf(values, across.values.length), [values, across]);
  useLayoutEffect(() => {
    if (canvas && picture) draw(canvas, picture, across, up, range, name);
  }, [canvas, resized, picture, across, up, range, name]);
  if (!values) return <p className="pad t3">{t('This spectrum has too many points for a map.')}</p>;
  const move = (e: PointerEvent<HTMLDivElement>) => {
    const box = e.currentTarget.getBoundingClientRect();
    const x = (e.clientX - box.left - MARGIN.left) / Math.max(box.width - MARGIN.left - MARGIN.right, 1);
    const y = (e.clientY - box.top - MARGIN.top) / Math.max(box.height - MARGIN.top - MARGIN.bottom, 1);
    // Each row has a band of its own: the last one, of the lowest ppm, at the top.
    const row = up.values.length - 1 - Math.floor(y * up.values.length);
    setCursor(x >= 0 && x <= 1 && y >= 0 && y < 1 ? [nearest(across.values, range[0] - x * (range[0] - range[1])), row] : undefined);
  };
  const place = (axis: Axis, index: number) => `${fixed(axis.values[index] as number, axis.unit === 'ppm' ? 2 : 1)} ${axis.unit}`.trim();
  return (
    <div
      ref={host} className="specplot" role="img" aria-label={t('Map of {name}', { name })} data-testid="spectrum-map" data-margin={JSON.stringify(MARGIN)} data-range={`${range[0]} ${range[1]}`}
      onPointerMove={move} onPointerLeave={() => setCursor(undefined)}
    >
      {cursor && (
        <span className="specvalue" data-testid="map-cursor" data-place={across.values[cursor[0]]} data-up={up.values[cursor[1]]} data-value={values[cursor[1] * across.values.length + cursor[0]]}>
          {place(across, cursor[0])} · {place(up, cursor[1])} · {significant(values[cursor[1] * across.values.length + cursor[0]] as number, 4)}
        </span>
      )}
    </div>
  );
}

function nearest(axis: Float64Array, place: number): number {
  const step = (axis[0] as number) - (axis[1] as number);
  return Math.min(Math.max(Math.round(((axis[0] as number) - place) / step), 0), axis.length - 1);
}

/** One pixel a point, the last row at the top. */
function pictureOf(values: Float32Array, columns: number): HTMLCanvasElement | undefined {
  const made = document.createElement('canvas');
  const rows = values.length / columns;
  Object.assign(made, { width: columns, height: rows });
  const context = made.getContext('2d');
  if (!context) return undefined;
  const most = values.reduce((a, b) => Math.max(a, b), 0) || 1;
  const image = context.createImageData(columns, rows);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const share = Math.sqrt((values[r * columns + c] as number) / most);
      image.data.set([Math.min(255, 400 * share), 255 * share, Math.max(40, 510 * share - 255), 255], 4 * ((rows - 1 - r) * columns + c));
    }
  }
  context.putImageData(image, 0, 0);
  return made;
}

function draw({ pixels, ratio }: SharpCanvas, picture: HTMLCanvasElement, across: Axis, up: Axis, range: readonly [number, number], name: string): void {
  const context = pixels.getContext('2d');
  if (!context || !pixels.width) return;
  const style = getComputedStyle(pixels);
  const { width, height } = pixels;
  const [left, right, top, bottom] = [MARGIN.left * ratio, width - MARGIN.right * ratio, MARGIN.top * ratio, height - MARGIN.bottom * ratio];
  context.clearRect(0, 0, width, height);
  const x = (place: number) => left + ((range[0] - place) / (range[0] - range[1])) * (right - left);
  const [high, low] = [up.values[0] as number, up.values.at(-1) as number];
  const band = (bottom - top) / up.values.length;
  const y = (place: number) => (high === low ? (top + bottom) / 2 : bottom - band / 2 - ((high - place) / (high - low)) * (bottom - top - band));
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  context.imageSmoothingEnabled = false;
  // Points stand in the middle of their pixels.
  const step = (across.values[0] as number) - (across.values[1] as number);
  const [from, to] = [x((across.values[0] as number) + step / 2), x((across.values.at(-1) as number) - step / 2)];
  context.drawImage(picture, from, top, to - from, bottom - top);
  context.restore();
  context.fillStyle = style.getPropertyValue('--text-2') || style.color;
  context.font = `${11 * ratio}px Inter, system-ui, sans-serif`;
  context.textAlign = 'center';
  for (const tick of ticks(...range)) context.fillText(significant(tick, 6), x(tick), bottom + 15 * ratio);
  context.textAlign = 'right';
  for (const tick of ticks(high, low, 6)) context.fillText(significant(tick, 6), left - 6 * ratio, y(tick) + 4 * ratio);
  context.fillText(across.unit, width - 2 * ratio, height - 2 * ratio);
  context.textAlign = 'left';
  context.fillText(up.unit, 2 * ratio, top - 8 * ratio);
  context.font = `600 ${12 * ratio}px Inter, system-ui, sans-serif`;
  context.fillText(name, left, 14 * ratio);
}

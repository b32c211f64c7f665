/** The whole recording in a strip: its least and greatest values, the object's annotations, and what is on the paper. */
import { useLayoutEffect, type KeyboardEvent, type PointerEvent, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { extremes, type Trace } from '../../../core/trace';
import type { WaveSummary } from '../../../core/wave-summary';
import type { SharpCanvas } from '../../stage/canvas';
import { useSharpCanvas } from '../../stage/use-canvas';
import { clock } from './words';

interface Props {
  trace: Trace;
  /** Of a long trace: what is known of it so far. version: goes on as more of it is. */
  summary?: WaveSummary | undefined;
  version?: number;
  /** Of the whole recording, seconds. */
  from: number;
  to: number;
  /** On the paper. */
  begin: number;
  seconds: number;
  /** Moments that are marked. */
  marks: readonly number[];
  label: string;
  onBegin: (begin: number) => void;
}

export function Overview({ trace, summary, version = 0, from, to, begin, seconds, marks, label, onBegin }: Props): ReactElement {
  const { host, canvas, resized } = useSharpCanvas();
  useLayoutEffect(() => {
    if (canvas) draw(canvas, (columns) => pairsOf(trace, summary, from, to, columns), from, to, marks);
  }, [canvas, resized, trace, summary, version, from, to, marks]);
  const whole = Math.max(to - from, 1e-9);
  const percent = (time: number) => `${(100 * time) / whole}%`;
  const go = (e: PointerEvent<HTMLDivElement>) => {
    const box = e.currentTarget.getBoundingClientRect();
    onBegin(from + ((e.clientX - box.left) / Math.max(box.width, 1)) * whole - seconds / 2);
  };
  const key = (e: KeyboardEvent) => {
    const by = { ArrowLeft: -0.2, ArrowRight: 0.2, PageUp: -1, PageDown: 1 }[e.key];
    const to = e.key === 'Home' ? from : e.key === 'End' ? Infinity : by === undefined ? undefined : begin + by * seconds;
    if (to === undefined) return;
    e.preventDefault();
    e.stopPropagation();
    onBegin(to);
  };
  return (
    <div
      ref={host}
      className="waveview"
      role="slider"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={Math.round(whole)}
      aria-valuenow={Math.round(begin - from)}
      aria-valuetext={t('{at} of {all}', { at: clock(begin - from), all: clock(whole) })}
      data-testid="wave-overview"
      onPointerDown={(e) => {
        e.currentTarget.setPointerCapture(e.pointerId);
        go(e);
      }}
      onPointerMove={(e) => e.buttons === 1 && go(e)}
      onKeyDown={key}
    >
      <span className="waveframe" style={{ left: percent(begin - from), width: `max(3px, ${percent(seconds)})` }} />
    </div>
  );
}

function pairsOf(trace: Trace, summary: WaveSummary | undefined, from: number, to: number, columns: number): Float64Array {
  const sampleOf = (time: number) => (time - trace.start) * trace.frequency;
  return summary ? summary.columns(sampleOf(from), sampleOf(to), columns) : extremes(trace, from, to, columns);
}

function draw({ pixels }: SharpCanvas, read: (columns: number) => Float64Array, from: number, to: number, marks: readonly number[]): void {
  const context = pixels.getContext('2d');
  if (!context || !pixels.width) return;
  const style = getComputedStyle(pixels);
  const { width, height } = pixels;
  context.clearRect(0, 0, width, height);
  const pairs = read(width);
  let [low, high] = [Infinity, -Infinity];
  for (const v of pairs) [low, high] = [v < low ? v : low, v > high ? v : high];
  const y = (v: number) => Math.round(height - 3 - ((v - low) / Math.max(high - low, Number.MIN_VALUE)) * (height - 6));
  context.fillStyle = style.color;
  for (let x = 0; x < width; x++) {
    const [a, b] = [pairs[2 * x] as number, pairs[2 * x + 1] as number];
    if (!Number.isNaN(a)) context.fillRect(x, y(b), 1, Math.max(y(a) - y(b), 1));
  }
  context.fillStyle = style.getPropertyValue('--accent') || style.color;
  const places = new Set<number>();
  for (const mark of marks) places.add(Math.round(((mark - from) / (to - from)) * width));
  for (const x of places) context.fillRect(x, 0, Math.max(1, Math.round(height / 30)), height * 0.2);
}

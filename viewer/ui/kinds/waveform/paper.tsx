/** Millimetre paper in a viewport: drawn in screen pixels, true millimetres where the monitor was measured. Calipers are laid on it. */
import { useEffect, useLayoutEffect, useRef, useState, type MouseEvent, type PointerEvent, type ReactElement, type RefObject } from 'react';
import { figure, significant } from '../../../core/figures';
import { t } from '../../../core/language';
import { sampleAt, valueAt } from '../../../core/trace';
import { EDGE, placeAt, xOf, yOf, type Cell, type PaperPage } from '../../../domain/paper';
import type { Caliper, CaliperName } from '../../../domain/calipers';
import { pixelsPerMm } from '../../calibration';
import { usePreferences } from '../../preferences';
import type { SharpCanvas } from '../../stage/canvas';
import { useSharpCanvas } from '../../stage/use-canvas';
import { Told } from '../../parts/told';
import { paint, SCREEN_INKS, type PaperSheet } from './paint';
import type { Pieces } from './pieces';
import { clock } from './words';

/** CSS pixels: how near an end of a caliper is taken, and what is no drag. */
const NEAR = 6;
const NEAR_TOUCH = 22;
const STILL = 3;
/** mm: how near to a counted beat an RR caliper falls on it. */
const BEAT_MM = 2;

/** Of the paper: mm, and pixels a mm. */
export interface PaperSize {
  width: number;
  height: number;
  mm: number;
  /** Canvas pixels a CSS pixel. */
  ratio: number;
  isTrue: boolean;
}

interface Props {
  page: PaperPage | undefined;
  /** How it is drawn, but for its size. */
  look: Omit<PaperSheet, 'page' | 'mm' | 'letter' | 'width' | 'height' | 'inks'>;
  label: string;
  chosen: CaliperName;
  beats: readonly number[];
  pieces: Pieces;
  onSize: (size: PaperSize) => void;
  /** Around all that `onCaliper` tells of one drag, or of two clicks. */
  onHold: () => void;
  onLetGo: () => void;
  onCaliper: (caliper: Caliper) => void;
  onChoose: (name: CaliperName) => void;
  /** By so many seconds. */
  onScroll: (seconds: number) => void;
}

export function Paper(props: Props): ReactElement {
  const { page, look, label, pieces, onSize } = props;
  const { host, canvas, resized } = useSharpCanvas();
  const [size, setSize] = useState<PaperSize>();
  usePreferences();
  const measured = pixelsPerMm();
  useLayoutEffect(() => {
    if (canvas) setSize(sizeOf(canvas));
  }, [canvas, resized, measured]);
  const told = useRef(onSize);
  useLayoutEffect(() => {
    told.current = onSize;
  });
  useLayoutEffect(() => {
    if (size) told.current(size);
  }, [size]);
  useLayoutEffect(() => {
    const context = canvas?.pixels.getContext('2d');
    if (!canvas || !context || !size || !page) return;
    paint(context, { ...look, page, mm: size.mm, letter: 12 * size.ratio, width: canvas.pixels.width, height: canvas.pixels.height, inks: SCREEN_INKS });
  });
  const hand = useHand(props, host, size);
  return (
    <div className="waveplace">
      <div
        ref={host}
        className="wavepaper"
        role="img"
        aria-label={label}
        aria-busy={pieces.waiting}
        data-testid="wave-paper"
        data-mm={size ? size.mm / size.ratio : undefined}
        data-true={size?.isTrue}
        data-shift={look.over?.shift}
        data-cells={page && size ? cellsOf(page, size) : undefined}
        {...hand.handlers}
      >
        {hand.cursor && <Cursor cursor={hand.cursor} size={size} page={page} />}
      </div>
      {pieces.failed
        ? <div className="wavecoming" role="alert" data-testid="wave-lost"><Told words={pieces.failed} /> <button className="btn" onClick={pieces.again}>{t('Try again')}</button></div>
        : pieces.waiting && <div className="wavecoming" role="status" data-testid="wave-coming">{t('Loading')}</div>}
    </div>
  );
}

function sizeOf(canvas: SharpCanvas): PaperSize {
  const measured = pixelsPerMm();
  const ratio = canvas.ratio;
  const mm = measured ?? (96 / 25.4) * ratio;
  return { width: canvas.pixels.width / mm, height: canvas.pixels.height / mm, mm, ratio, isTrue: measured !== undefined };
}

/** Where each trace stands, in CSS pixels, for scripts (docs/automation.md). */
function cellsOf(page: PaperPage, { mm, ratio }: PaperSize): string {
  const css = mm / ratio;
  return JSON.stringify(page.cells.map((cell) => ({
    name: cell.trace.name, key: cell.trace.key, computed: cell.trace.computed, begin: cell.begin, end: cell.end, x: xOf(cell, page.speed, cell.begin) * css, perSecond: page.speed * css,
    base: cell.base * css, perUnit: cell.scale.mmPerUnit * css, middle: cell.scale.middle, units: cell.trace.units,
  })));
}

interface Place {
  cell: Cell;
  time: number;
  /** CSS pixels from the left of the paper. */
  x: number;
  y: number;
}

function Cursor({ cursor, size, page }: { cursor: Place; size: PaperSize | undefined; page: PaperPage | undefined }): ReactElement | null {
  if (!size || !page) return null;
  const { cell, x } = cursor;
  const trace = cell.trace;
  const time = trace.start + sampleAt(trace, cursor.time) / trace.frequency;
  const value = valueAt(trace, time);
  const css = size.mm / size.ratio;
  const top = (EDGE + cell.row * page.rowHeight) * css;
  return (
    <>
      <span className="wavehair" style={{ left: x, top, height: page.rowHeight * css }} />
      {!Number.isNaN(value) && <span className="wavedot" style={{ left: xOf(cell, page.speed, time) * css, top: yOf(cell, value) * css }} />}
      <span className="wavevalue" data-testid="wave-cursor" data-value={value} data-time={time}>
        {trace.name} · {clock(time, 3)} · {Number.isNaN(value) ? t('no value') : `${figure(value, decimalsOf(value))} ${trace.units === '1' ? '' : trace.units || t('counts')}`}
      </span>
    </>
  );
}

function decimalsOf(value: number): number {
  return significant(value, 5).split('.')[1]?.length ?? 0;
}

interface Grip {
  caliper: Caliper;
  end: 'from' | 'to' | 'both';
  /** The moment under the pointer when it was taken. */
  at: number;
  x: number;
  moved: boolean;
}

/** What the pointer does: lays a caliper (drag, or two clicks), moves one, pans with the middle or right button, scrolls with the wheel. */
function useHand(props: Props, host: RefObject<HTMLDivElement | null>, size: PaperSize | undefined) {
  const [cursor, setCursor] = useState<Place>();
  const grip = useRef<Grip>(undefined);
  /** The first click of two. */
  const begun = useRef<Caliper>(undefined);
  const panned = useRef<number>(undefined);
  const latest = useRef(props);
  useLayoutEffect(() => {
    latest.current = props;
  });
  useEffect(() => {
    const element = host.current;
    const scroll = (e: WheelEvent) => {
      const { page, onScroll } = latest.current;
      if (!page || e.ctrlKey) return;
      e.preventDefault();
      onScroll(Math.sign(e.deltaY || e.deltaX) * page.seconds * (e.shiftKey ? 1 : 0.1));
    };
    element?.addEventListener('wheel', scroll, { passive: false });
    return () => element?.removeEventListener('wheel', scroll);
  }, [host]);

  const placeOf = (e: PointerEvent): Place | undefined => {
    const box = host.current?.getBoundingClientRect();
    if (!box || !size || !props.page) return undefined;
    const [x, y] = [e.clientX - box.left, e.clientY - box.top];
    const css = size.mm / size.ratio;
    const found = placeAt(props.page, x / css, y / css);
    return found && { ...found, x, y };
  };
  /** To the nearest sample, RR to a counted beat; with Alt anywhere. */
  const snapped = (time: number, cell: Cell, name: CaliperName, free: boolean): number => {
    if (free) return time;
    const near = (BEAT_MM / (props.page?.speed ?? 25));
    const beat = name === 'rr' ? props.beats.find((b) => Math.abs(b - time) < near) : undefined;
    return beat ?? cell.trace.start + sampleAt(cell.trace, time) / cell.trace.frequency;
  };
  const nearest = (place: Place, reach: number): Grip | undefined => {
    const { calipers } = props.look;
    // Intervals share their ends: a press there begins the one that is chosen and not laid yet.
    if (!size || !props.page || !calipers.some((c) => c.name === props.chosen)) return undefined;
    const css = size.mm / size.ratio;
    for (const caliper of [...calipers].sort((a, b) => Number(b.name === props.chosen) - Number(a.name === props.chosen))) {
      if (caliper.trace !== place.cell.trace.key) continue;
      const at = (time: number) => xOf(place.cell, props.page?.speed ?? 25, time) * css;
      const ends = (['from', 'to'] as const).filter((end) => Math.abs(at(caliper[end]) - place.x) < reach).sort((a, b) => Math.abs(at(caliper[a]) - place.x) - Math.abs(at(caliper[b]) - place.x));
      if (ends[0]) return { caliper, end: ends[0], at: place.time, x: place.x, moved: false };
      const inside = place.time > Math.min(caliper.from, caliper.to) && place.time < Math.max(caliper.from, caliper.to);
      if (inside && caliper.name === props.chosen) return { caliper, end: 'both', at: place.time, x: place.x, moved: false };
    }
    return undefined;
  };
  const down = (e: PointerEvent<HTMLDivElement>) => {
    const place = placeOf(e);
    if (!place) return;
    e.currentTarget.setPointerCapture(e.pointerId);
    if (e.button === 1 || e.button === 2) {
      panned.current = e.clientX;
      return;
    }
    const first = begun.current;
    if (first && first.trace === place.cell.trace.key) {
      begun.current = undefined;
      props.onCaliper({ ...first, to: snapped(place.time, place.cell, first.name, e.altKey) });
      props.onLetGo();
      return;
    }
    begun.current = undefined;
    props.onLetGo();
    props.onHold();
    const held = nearest(place, e.pointerType === 'touch' ? NEAR_TOUCH : NEAR);
    if (held) {
      grip.current = held;
      props.onChoose(held.caliper.name);
      return;
    }
    const time = snapped(place.time, place.cell, props.chosen, e.altKey);
    const caliper = { name: props.chosen, trace: place.cell.trace.key, from: time, to: time };
    grip.current = { caliper, end: 'to', at: place.time, x: place.x, moved: false };
  };
  const move = (e: PointerEvent) => {
    const place = placeOf(e);
    setCursor(place);
    if (panned.current !== undefined && size && props.page) {
      props.onScroll((panned.current - e.clientX) / ((size.mm / size.ratio) * props.page.speed));
      panned.current = e.clientX;
      return;
    }
    if (begun.current && place && begun.current.trace === place.cell.trace.key) return props.onCaliper({ ...begun.current, to: snapped(place.time, place.cell, begun.current.name, e.altKey) });
    const held = grip.current;
    if (!held || !place || place.cell.trace.key !== held.caliper.trace) return;
    held.moved ||= Math.abs(place.x - held.x) > STILL;
    if (!held.moved) return;
    const { caliper, end } = held;
    const by = place.time - held.at;
    if (end === 'both') props.onCaliper({ ...caliper, from: caliper.from + by, to: caliper.to + by });
    else props.onCaliper({ ...caliper, [end]: snapped(place.time, place.cell, caliper.name, e.altKey) });
  };
  const up = () => {
    panned.current = undefined;
    const held = grip.current;
    grip.current = undefined;
    // A click on free paper is the first of two.
    if (held && !held.moved && held.end === 'to' && held.caliper.from === held.caliper.to) begun.current = held.caliper;
    else if (held) props.onLetGo();
  };
  const handlers = {
    onPointerDown: down, onPointerMove: move, onPointerUp: up, onPointerCancel: up, onPointerLeave: () => setCursor(undefined),
    onContextMenu: (e: MouseEvent) => e.preventDefault(),
  };
  return { cursor, handlers };
}

/** Paper and traces on a canvas. Everything is placed in millimetres; grid lines lie on whole pixels. */
import { figure, significant } from '../../../core/figures';
import { t } from '../../../core/language';
import { extremes, type Trace } from '../../../core/trace';
import { marksWithin } from '../../../core/wave-marks';
import type { WaveformAnnotation } from '../../../core/waveform-annotations';
import { lengthOf, marchOut, type Caliper } from '../../../domain/calipers';
import { EDGE, xOf, yOf, type Cell, type PaperPage } from '../../../domain/paper';
import { CALIPER_INKS, caliperWords } from './words';

export interface Inks {
  paper: string;
  fine: string;
  thick: string;
  trace: string;
  text: string;
  faint: string;
  note: string;
  over: string;
}

/** Dimmed: paper in a dark room. */
export const SCREEN_INKS: Inks = { paper: '#d1cbc4', fine: '#c9bab1', thick: '#bd9c90', trace: '#16151c', text: '#16151c', faint: '#453b36', note: '#1b4f87', over: '#1d5f9e' };
export const PRINT_INKS: Inks = { paper: '#ffffff', fine: '#fae0de', thick: '#ecb2ae', trace: '#000000', text: '#000000', faint: '#333333', note: '#143ca0', over: '#1d5f9e' };

/** Another recording over this one: its traces, moved by so many seconds. */
export interface Over {
  traces: readonly Trace[];
  shift: number;
}

export interface PaperSheet {
  page: PaperPage;
  /** Pixels a millimetre. */
  mm: number;
  /** Pixels a letter is high: 12 CSS pixels. */
  letter: number;
  /** Pixels. */
  width: number;
  height: number;
  inks: Inks;
  /** The object's own; each list is sorted once, so it stays the same one. */
  annotations: readonly WaveformAnnotation[];
  /** A place that a report speaks of, in the same manner. */
  told: readonly WaveformAnnotation[];
  calipers: readonly Caliper[];
  chosen: string;
  march: boolean;
  over: Over | undefined;
  /** Lines under the traces: left, right. */
  foot: readonly [string, string];
  /** What was done to the traces here; '' when nothing was. */
  filtered: string;
}

const FONT = 'Inter, system-ui, sans-serif';
/** Pixels a millimetre from which single millimetres can be told apart. */
const FINE_FROM = 2;
/** Samples a pixel from which the least and greatest of each column are drawn. */
const DENSE = 3;
const LONGEST_MARK = 32;

export function paint(context: CanvasRenderingContext2D, sheet: PaperSheet): void {
  const { width, height, inks, page } = sheet;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = inks.paper;
  context.fillRect(0, 0, width, height);
  drawGrid(context, sheet);
  for (const cell of page.cells) drawCaliperBands(context, cell, sheet);
  for (const cell of page.cells) drawMarks(context, cell, sheet);
  for (const cell of page.cells) {
    drawPulse(context, cell, sheet);
    if (sheet.over) drawOver(context, cell, sheet, sheet.over);
    context.strokeStyle = inks.trace;
    drawTrace(context, cell.trace, cell, sheet, 0);
    drawName(context, cell, sheet);
  }
  for (const cell of page.cells) drawCalipers(context, cell, sheet);
  drawFoot(context, sheet);
}

function drawGrid(context: CanvasRenderingContext2D, { mm, width, height, inks }: PaperSheet): void {
  for (const [step, ink] of [[1, inks.fine], [5, inks.thick]] as const) {
    if (step * mm < FINE_FROM) continue;
    const line = Math.max(1, Math.round(mm * (step === 5 ? 0.15 : 0.08)));
    context.fillStyle = ink;
    for (let i = 0; i * step * mm <= width; i++) context.fillRect(Math.round(i * step * mm), 0, line, height);
    for (let i = 0; i * step * mm <= height; i++) context.fillRect(0, Math.round(i * step * mm), width, line);
  }
}

function lineWidth(mm: number): number {
  return Math.max(1.2, mm * 0.3);
}

/** 1 mV where the paper's gain holds, else 10 mm; 5 mm wide (0.2 s at 25 mm/s). */
function drawPulse(context: CanvasRenderingContext2D, cell: Cell, { page, mm, inks }: PaperSheet): void {
  if (cell.left) return;
  const height = cell.scale.isPaper ? page.gain : 10;
  const points = [[1.5, 0], [3, 0], [3, -height], [8, -height], [8, 0], [9.5, 0]] as const;
  context.strokeStyle = inks.trace;
  context.lineWidth = lineWidth(mm);
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x * mm, (cell.base + y) * mm);
  context.stroke();
}

/** shift: seconds by which its times are moved to lie on this page. */
function drawTrace(context: CanvasRenderingContext2D, trace: Trace, cell: Cell, { page, mm }: PaperSheet, shift: number): void {
  const [begin, end] = [cell.begin - shift, cell.end - shift];
  const x = (time: number) => xOf(cell, page.speed, time + shift) * mm;
  const y = (value: number) => Math.min(Math.max(yOf(cell, value), -1000), 2000) * mm;
  context.save();
  context.beginPath();
  context.rect(x(begin), 0, x(end) - x(begin) + 0.5, 2 ** 15);
  context.clip();
  context.lineWidth = lineWidth(mm);
  context.lineJoin = 'round';
  context.beginPath();
  const perPixel = trace.frequency / (page.speed * mm);
  if (perPixel > DENSE) {
    const left = Math.round(x(begin));
    const columns = Math.max(1, Math.round(x(end)) - left);
    context.fillStyle = context.strokeStyle;
    const pairs = extremes(trace, begin, end, columns);
    for (let c = 0; c < columns; c++) {
      const [low, high] = [pairs[2 * c] as number, pairs[2 * c + 1] as number];
      if (Number.isNaN(low)) continue;
      // As thick where it is flat as a line is.
      context.fillRect(left + c, y(high) - context.lineWidth / 2, 1, y(low) - y(high) + context.lineWidth);
    }
  } else {
    const from = Math.max(Math.floor((begin - trace.start) * trace.frequency), 0);
    const values = trace.values(from, Math.min(Math.ceil((end - trace.start) * trace.frequency) + 1, trace.length));
    let drawing = false;
    values.forEach((value, i) => {
      const at = x(trace.start + (from + i) / trace.frequency);
      if (Number.isNaN(value)) drawing = false;
      else if (drawing) context.lineTo(at, y(value));
      else context.moveTo(at, y(value));
      drawing = !Number.isNaN(value);
    });
  }
  context.stroke();
  context.restore();
}

function drawOver(context: CanvasRenderingContext2D, cell: Cell, sheet: PaperSheet, over: Over): void {
  const { trace } = cell;
  const other = over.traces.find((o) => (trace.lead ? o.lead === trace.lead : o.name === trace.name));
  if (!other || other.units !== trace.units) return;
  context.strokeStyle = sheet.inks.over;
  drawTrace(context, other, cell, sheet, over.shift);
}

function drawName(context: CanvasRenderingContext2D, cell: Cell, { page, mm, letter, inks }: PaperSheet): void {
  const { trace, scale } = cell;
  const [x, y] = [xOf(cell, page.speed, cell.begin) * mm, (cell.base - page.rowHeight / 2) * mm + letter * 1.1];
  if (cell.left) {
    context.fillStyle = inks.trace;
    context.fillRect(Math.round(x), (cell.base - 3) * mm, Math.max(1, Math.round(mm * 0.2)), 6 * mm);
  }
  context.font = `600 ${letter * 1.08}px ${FONT}`;
  context.fillStyle = inks.text;
  context.textAlign = 'left';
  context.fillText(trace.name.slice(0, 40), x + mm, y);
  const beside = x + mm * 2 + context.measureText(trace.name.slice(0, 40)).width;
  const words: string[] = [];
  if (trace.computed) words.push(t('computed from I and II'));
  if (!scale.isPaper) {
    const units = trace.units === '1' ? '' : trace.units || t('counts');
    words.push(`10 mm = ${significant(10 / scale.mmPerUnit, 4)} ${units}`.trim(), ...(scale.middle ? [t('middle {value}', { value: significant(scale.middle, 5) })] : []));
  }
  context.font = `${letter * 0.92}px ${FONT}`;
  context.fillStyle = inks.faint;
  context.fillText(words.join(' · '), beside, y);
}

function isAbout(annotation: WaveformAnnotation, cell: Cell): boolean {
  if (!annotation.channels.length) return cell.takesAll;
  return annotation.channels.some(([group, channel]) => group === cell.trace.group && (channel === cell.trace.channel || (channel === 0 && cell.takesAll)));
}

/** The object's own annotations that have a time, at it: a line for each, words where there is room. */
function drawMarks(context: CanvasRenderingContext2D, cell: Cell, { annotations, told, page, mm, letter, inks }: PaperSheet): void {
  const places = [annotations, told].flatMap((list) => marksWithin(list, cell.begin, cell.end)).filter(({ annotation }) => isAbout(annotation, cell));
  const bottom = (cell.base + page.rowHeight / 2) * mm;
  const ends = [0, 0, 0];
  context.font = `${letter * 0.84}px ${FONT}`;
  context.textAlign = 'left';
  context.fillStyle = inks.note;
  let drawn = -1;
  for (const { time, annotation } of told.length ? places.sort((a, b) => a.time - b.time) : places) {
    const words = annotation.words.slice(0, LONGEST_MARK);
    const x = Math.round(xOf(cell, page.speed, time) * mm);
    const level = ends.findIndex((end) => end <= x);
    // Another line of the same pixel would only be darker.
    if (level < 0 && x === drawn) continue;
    drawn = x;
    const y = bottom - (ends.length - 1 - Math.max(level, 0)) * letter - 0.3 * letter;
    context.globalAlpha = 0.5;
    context.fillRect(x, (cell.base - 5) * mm, Math.max(1, Math.round(mm * 0.1)), (level < 0 ? bottom : y) - (cell.base - 5) * mm);
    context.globalAlpha = 1;
    if (level < 0) continue;
    context.fillText(words, x + 0.5 * mm, y);
    ends[level] = x + context.measureText(words).width + 1.5 * mm;
  }
}

/** Where a caliper stands in a cell: pixels, left before right; undefined when it does not. */
function placed(caliper: Caliper, cell: Cell, { page, mm }: PaperSheet): [number, number] | undefined {
  const [from, to] = [Math.min(caliper.from, caliper.to), Math.max(caliper.from, caliper.to)];
  if (caliper.trace !== cell.trace.key || to < cell.begin || from > cell.end) return undefined;
  return [xOf(cell, page.speed, from) * mm, xOf(cell, page.speed, to) * mm];
}

function drawCaliperBands(context: CanvasRenderingContext2D, cell: Cell, sheet: PaperSheet): void {
  for (const caliper of sheet.calipers) {
    const place = placed(caliper, cell, sheet);
    if (!place) continue;
    context.globalAlpha = caliper.name === sheet.chosen ? 0.16 : 0.09;
    context.fillStyle = CALIPER_INKS[caliper.name];
    context.fillRect(place[0], (cell.base - sheet.page.rowHeight / 2) * sheet.mm, place[1] - place[0], sheet.page.rowHeight * sheet.mm);
    context.globalAlpha = 1;
  }
}

const LEVELS: Record<Caliper['name'], number> = { rr: 0.2, time: 0.26, p: 0.32, pr: 0.38, qrs: 0.44, qt: 0.7 };

function drawCalipers(context: CanvasRenderingContext2D, cell: Cell, sheet: PaperSheet): void {
  const { page, mm, letter } = sheet;
  const top = (cell.base - page.rowHeight / 2) * mm;
  const height = page.rowHeight * mm;
  for (const caliper of sheet.calipers) {
    const isChosen = caliper.name === sheet.chosen;
    const line = Math.max(1, Math.round((isChosen ? 2 : 1.5) * (letter / 12)));
    context.fillStyle = CALIPER_INKS[caliper.name];
    if (isChosen && sheet.march && caliper.trace === cell.trace.key) {
      for (const time of marchOut(caliper, cell.begin, cell.end)) context.fillRect(Math.round(xOf(cell, page.speed, time) * mm), top + height * 0.06, line, height * 0.2);
    }
    const place = placed(caliper, cell, sheet);
    if (!place) continue;
    const [left, right] = [Math.round(place[0]), Math.round(place[1])];
    const y = Math.round(top + height * LEVELS[caliper.name]);
    for (const x of [left, right]) context.fillRect(x - Math.floor(line / 2), top, line, height);
    context.fillRect(left, y, right - left, line);
    context.font = `600 ${letter * 0.92}px ${FONT}`;
    const words = `${caliperWords(caliper.name)} ${figure((lengthOf(caliper) ?? 0) * 1000, 0)} ms`;
    // On the side that no other one uses: QT to the right, the others to the left.
    const isRight = caliper.name === 'qt' || left < context.measureText(words).width + 4 * mm;
    context.textAlign = isRight ? 'left' : 'right';
    context.fillText(words, isRight ? right + mm : left - mm, y + letter * 0.4);
  }
}

/** The person at the left, the paper at the right; one above the other where they have no room side by side. */
function drawFoot(context: CanvasRenderingContext2D, { foot, filtered, width, height, letter, mm, inks }: PaperSheet): void {
  context.font = `${letter * 0.92}px ${FONT}`;
  const [left, right] = [2 * mm, width - 2 * mm];
  const wide = (words: string) => context.measureText(words).width;
  const isNarrow = wide(foot[0]) + wide(foot[1]) + 2 * mm > right - left;
  const lines = isNarrow ? foot.flatMap((words) => wrapped(words, right - left, wide)) : [];
  const [step, last] = [letter * 1.15, height - letter * 0.7];
  if (lines.length > 2) {
    context.fillStyle = inks.paper;
    context.fillRect(0, last - (lines.length - 1) * step - letter, width, height);
  }
  context.fillStyle = inks.faint;
  context.textAlign = 'left';
  lines.forEach((line, i) => context.fillText(line, left, last - (lines.length - 1 - i) * step, right - left));
  if (!isNarrow) {
    context.fillText(foot[0], left, last);
    context.textAlign = 'right';
    context.fillText(foot[1], right, last);
  }
  if (!filtered) return;
  context.font = `600 ${letter}px ${FONT}`;
  context.fillStyle = inks.text;
  context.textAlign = 'right';
  context.fillText(filtered, right, (EDGE - 2) * mm, right - left);
}

/** Facts in as many lines as they need; one that is wider than a line by itself is squeezed. */
function wrapped(words: string, room: number, wide: (words: string) => number): string[] {
  const lines: string[] = [];
  for (const fact of words.split(DOT)) {
    const before = lines.at(-1);
    if (before !== undefined && wide(before + DOT + fact) <= room) lines[lines.length - 1] = before + DOT + fact;
    else lines.push(fact);
  }
  return lines.filter(Boolean);
}

const DOT = ' · ';

/** Where the traces of a recording stand on millimetre paper, and in which scale. Lengths in mm, times in seconds from the acquisition. */
import { endOf, leadAmong, type Trace } from '../core/trace';
import { TWELVE } from '../core/leads';

export const SPEEDS = [10, 12.5, 25, 50, 100] as const;
export const GAINS = [2.5, 5, 10, 20] as const;
export const USUAL_SPEED = 25;
export const USUAL_GAIN = 10;
export const LAYOUTS = ['3x4', '6x2', '12x1', 'stored'] as const;
export type PaperLayout = (typeof LAYOUTS)[number];

/** What stands at the left of each row: the calibration pulse. */
export const PULSE_ROOM = 12;
/** Above the first row and below the last one. */
export const EDGE = 8;
const LOWEST_ROW = 12;
const HIGHEST_ROW = 40;
const RHYTHM = 'II';

/** ECG, hemodynamic and electrophysiology waveforms stand at paper gain (PS3.4 B.5); others fill their rows. */
const PAPER_CLASSES = ['1.2.840.10008.5.1.4.1.1.9.1.', '1.2.840.10008.5.1.4.1.1.9.2.', '1.2.840.10008.5.1.4.1.1.9.3.'];
const MILLIVOLTS: Record<string, number> = { V: 1000, mV: 1, uV: 1e-3, nV: 1e-6 };

/** mm a unit; the value that stands on the base line of its row; whether that is the gain of the paper. */
export interface Scale {
  mmPerUnit: number;
  middle: number;
  isPaper: boolean;
}

/** A stretch of a trace in its place. left: mm from where traces begin. base: mm from the top of the paper. */
export interface Cell {
  trace: Trace;
  row: number;
  left: number;
  begin: number;
  end: number;
  base: number;
  scale: Scale;
  /** What is said of all channels of the group is shown here. */
  takesAll: boolean;
}

export interface PaperPage {
  cells: Cell[];
  rowHeight: number;
  begin: number;
  /** How long the page is; columns of leads show one part of it each. */
  seconds: number;
  speed: number;
  gain: number;
  /** Rows there are, and which of them are on the page. */
  rows: number;
  firstRow: number;
  shownRows: number;
}

export interface PaperWish {
  layout: PaperLayout;
  speed: number;
  gain: number;
  begin: number;
  firstRow: number;
  /** Of the paper. */
  width: number;
  height: number;
}

export function standsOnPaper(sopClassUid: string): boolean {
  return PAPER_CLASSES.some((start) => sopClassUid.startsWith(start)) || sopClassUid === '1.2.840.10008.5.1.4.1.1.9.1';
}

/** Those of the twelve leads that these traces have, recorded or computed; undefined when one is missing. */
export function twelveLeads(traces: readonly Trace[]): Trace[] | undefined {
  const found = TWELVE.map((lead) => leadAmong(traces, lead));
  return found.every((trace) => trace !== undefined) ? found : undefined;
}

/** From the first sample of all to the last one. */
export function spanOf(traces: readonly Trace[]): [number, number] {
  const [begin, end] = [Math.min(...traces.map((t) => t.start)), Math.max(...traces.map(endOf))];
  return begin <= end ? [begin, end] : [0, 0];
}

/** Rows of traces: each row has as many as the layout has columns. The last row of 3x4 is the rhythm strip. */
function rowsOf(traces: readonly Trace[], layout: PaperLayout): Trace[][] {
  const leads = layout === 'stored' ? undefined : twelveLeads(traces);
  if (!leads) return traces.map((trace) => [trace]);
  const columns = { '3x4': 4, '6x2': 2, '12x1': 1, stored: 1 }[layout];
  const count = leads.length / columns;
  const rows = Array.from({ length: count }, (_, row) => Array.from({ length: columns }, (_, column) => leads[column * count + row] as Trace));
  const rhythm = leads.find((trace) => trace.lead === RHYTHM);
  return layout === '3x4' && rhythm ? [...rows, [rhythm]] : rows;
}

/** extent: the least and greatest value of a trace, asked for only where it fills its row. */
export function pageOf(traces: readonly Trace[], wish: PaperWish, onPaper: boolean, extent: (trace: Trace) => [number, number] | undefined): PaperPage {
  const { layout, speed, gain, width, height } = wish;
  const rows = rowsOf(traces, layout);
  const [from, to] = spanOf(traces);
  const seconds = Math.min(Math.max((width - PULSE_ROOM - 2) / speed, 0.1), Math.max(to - from, 0.05));
  const begin = Math.min(Math.max(wish.begin, from), Math.max(to - seconds, from));
  const shownRows = Math.min(rows.length, Math.max(Math.floor((height - 2 * EDGE) / LOWEST_ROW), 1));
  const firstRow = Math.min(Math.max(wish.firstRow, 0), rows.length - shownRows);
  const rowHeight = Math.min(Math.floor((height - 2 * EDGE) / Math.max(shownRows, 1)), HIGHEST_ROW);
  const cells = rows.slice(firstRow, firstRow + shownRows).flatMap((row, r) => row.map((trace, column): Cell => {
    const part = seconds / row.length;
    return {
      trace, row: r, left: column * part * speed, begin: begin + column * part, end: begin + (column + 1) * part, base: EDGE + r * rowHeight + rowHeight / 2,
      scale: scaleOf(trace, gain, rowHeight, onPaper, extent), takesAll: column === 0 && (row.length === 1 ? r === shownRows - 1 || layout === 'stored' : false),
    };
  }));
  return { cells, rowHeight, begin, seconds, speed, gain, rows: rows.length, firstRow, shownRows };
}

function scaleOf(trace: Trace, gain: number, room: number, onPaper: boolean, extent: (trace: Trace) => [number, number] | undefined): Scale {
  const millivolts = MILLIVOLTS[trace.units];
  if (onPaper && millivolts) return { mmPerUnit: millivolts * gain, middle: 0, isPaper: true };
  const [low, high] = extent(trace) ?? [0, 0];
  const larger = gain / USUAL_GAIN;
  if (!(high > low)) return { mmPerUnit: larger, middle: low, isPaper: false };
  const scale = roundDown(Math.max(room - 6, 4) / (high - low));
  // A round value stands on the base line.
  const step = 5 / scale;
  return { mmPerUnit: scale * larger, middle: Math.round((low + high) / 2 / step) * step, isPaper: false };
}

/** The greatest 1, 2 or 5 times a power of ten that is not above. */
function roundDown(value: number): number {
  if (!(value > 0 && Number.isFinite(value))) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (value >= 5 * power ? 5 : value >= 2 * power ? 2 : 1);
}

/** Paper mm of a moment and of a value of a cell. */
export function xOf(cell: Cell, speed: number, time: number): number {
  return PULSE_ROOM + cell.left + (time - cell.begin) * speed;
}

export function yOf({ base, scale }: Cell, value: number): number {
  return base - (value - scale.middle) * scale.mmPerUnit;
}

/** The cell under a place of the paper, and the moment there; the nearest row where cells overlap. */
export function placeAt(page: PaperPage, x: number, y: number): { cell: Cell; time: number } | undefined {
  const row = Math.floor((y - EDGE) / page.rowHeight);
  const inRow = page.cells.filter((cell) => cell.row === Math.min(Math.max(row, 0), page.shownRows - 1));
  for (const cell of inRow) {
    const time = cell.begin + (x - PULSE_ROOM - cell.left) / page.speed;
    if (time >= cell.begin && time <= cell.end) return { cell, time };
  }
  return undefined;
}

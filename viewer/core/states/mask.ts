/** Subtraction of mask frames, as angiography does it (PS3.3 C.7.6.10, C.11.13, C.11.19, PS3.4 N.2.1.1). */
import { functionalGroup } from '../image-description';
import { items, number, numbers, text, type DataSet } from '../dicom-json';
import type { Frame } from '../frame';
import { minMax } from '../frame';
import { lookUp, type Lut } from '../voi';
import { tableOf } from './grey-stage';
import { inside, verticesOf } from './shutter';
import { BrokenState, frameRanges, inScope, isInRanges, MOST_ITEMS, readScope, type Scope } from './strict';

type Ranges = readonly (readonly [number, number])[];
/** Rows down and columns to the left (C.7.6.10.1.2). */
export type Shift = readonly [down: number, left: number];

/** One item of the Mask Subtraction Sequence. Frames count from 1. */
export interface Mask {
  scope: Scope;
  operation: 'AVG_SUB' | 'TID' | 'REV_TID' | 'NONE';
  frames: readonly number[];
  applicable: Ranges;
  /** Contrast frames averaged from each on. */
  averaging: number;
  tidOffset: number;
  shift: Shift;
  /** How much of the mask stays to be seen, 0 to 1. */
  visibility: number;
  /** Take the place of `shift` where there are any; no vertices: the whole frame, the last region that holds a pixel counts. */
  shifts: readonly { applicable: Ranges; regions: readonly { shift: Shift; polygon: readonly (readonly [number, number])[] }[] }[];
  /** What frames go through first; the first that is for one counts. */
  logTables: readonly { applicable: Ranges; table: Lut }[];
  /** Subtraction Item ID, by which frames of enhanced objects name it. */
  itemId: number | undefined;
}

/** What is taken from what. */
export interface Subtraction {
  mask: Mask;
  maskFrames: readonly number[];
  contrastFrames: readonly number[];
}

/** The masks of a state that recommends subtraction; without that a mask is only there to be had. Throws BrokenState. */
export function readMasks(ds: DataSet): Mask[] {
  return ['SUB', ''].includes(text(ds, '00281090').toUpperCase()) ? masksOf(ds) : [];
}

/** Whether an image recommends to be seen without its mask: Frame Display Sequence over the Mask Module (C.8.19.7). */
export function recommendsSubtraction(ds: DataSet, frame: number): boolean {
  if (!items(ds, '00286100').length) return false;
  for (const item of items(ds, '00089458').slice(0, MOST_ITEMS)) {
    const [start, stop] = [number(item, '00082142') ?? 1, number(item, '00082143') ?? Infinity];
    const mode = text(item, '00281090').toUpperCase();
    if (start <= frame && frame <= stop && mode) return mode === 'SUB';
  }
  return text(ds, '00281090').toUpperCase() === 'SUB';
}

/** What an image itself subtracts from a frame; undefined where there is nothing. Throws BrokenState for a broken mask. */
export function ownSubtraction(ds: DataSet, frame: number, count: number): Subtraction | undefined {
  const found = subtractionFor(masksOf(ds).map((mask) => shiftedByFrame(mask, ds, frame)), '', frame, count);
  return found && { ...found, mask: { ...found.mask, logTables: ownTables(ds, [...found.maskFrames, ...found.contrastFrames]) } };
}

/** One frame of the reader's choice under all frames. */
export function simpleMask(frames: readonly number[]): Mask {
  return { scope: [], operation: 'AVG_SUB', frames, applicable: [], averaging: 1, tidOffset: 1, shift: [0, 0], visibility: 0, shifts: [], logTables: [], itemId: undefined };
}

/** The first mask that applies to a frame; undefined where the frame is shown as it is: no mask is for it, or the frames it takes are not there. */
export function subtractionFor(masks: readonly Mask[], uid: string, frame: number, count: number): Subtraction | undefined {
  for (const mask of masks) {
    if (!inScope(mask.scope, uid, frame) || !isInRanges(frame, mask.applicable)) continue;
    const maskFrames = maskFramesOf(mask, frame);
    const contrastFrames = Array.from({ length: mask.averaging }, (_, i) => frame + i);
    if ([...maskFrames, ...contrastFrames].every((n) => n >= 1 && n <= count)) return { mask, maskFrames, contrastFrames };
  }
  return undefined;
}

/**
 * Frames that a mask names for a frame, and that are not there. None for those at the ends of a run that no mask is meant for: where no range is said,
 * it ends where masks by offset and means of contrast frames do (C.7.6.10.1).
 */
export function framesLacking(masks: readonly Mask[], uid: string, frame: number, count: number): readonly number[] {
  if (subtractionFor(masks, uid, frame, count)) return [];
  const isThere = (n: number) => n >= 1 && n <= count;
  const meant = masks.filter(({ scope, applicable }) => inScope(scope, uid, frame) && isInRanges(frame, applicable));
  return meant.flatMap((mask) => {
    const [own, contrast] = [maskFramesOf(mask, frame), Array.from({ length: mask.averaging }, (_, i) => frame + i)];
    const named = mask.applicable.length ? [...own, ...contrast] : mask.operation === 'AVG_SUB' ? own : [];
    return named.filter((n) => !isThere(n));
  });
}

/** What an image names for a frame, and what of it is not there. Throws BrokenState for a broken mask. */
export function ownFramesLacking(ds: DataSet, frame: number, count: number): readonly number[] {
  return framesLacking(masksOf(ds), '', frame, count);
}

function maskFramesOf({ operation, frames, applicable, tidOffset }: Mask, frame: number): readonly number[] {
  if (operation === 'AVG_SUB') return frames;
  const first = applicable[0]?.[0] ?? 1;
  return [operation === 'REV_TID' ? first - tidOffset - (frame - first) : frame - tidOffset];
}

function masksOf(ds: DataSet): Mask[] {
  const visibility = (number(ds, '00289478') ?? 0) / 100;
  if (visibility < 0 || visibility > 1) throw new BrokenState('Mask Visibility Percentage');
  const shared = tablesOf(ds);
  return items(ds, '00286100').slice(0, MOST_ITEMS).map((item) => maskOf(item, visibility, shared)).filter((mask) => mask.operation !== 'NONE');
}

const MOST_SHIFTS = 100;

function maskOf(item: DataSet, visibility: number, shared: Mask['logTables']): Mask {
  const operation = (['NONE', 'AVG_SUB', 'TID', 'REV_TID'] as const).find((o) => o === text(item, '00286101').toUpperCase());
  const frames = numbers(item, '00286110').map(Math.trunc);
  const averaging = Math.trunc(number(item, '00286112') ?? 1);
  const applicable = frameRanges(item, '00286102', 'Applicable Frame Range');
  if (!operation) throw new BrokenState('Mask Operation');
  if ((operation === 'AVG_SUB' && !frames.every((f) => f >= 1)) || (operation === 'AVG_SUB' && !frames.length) || frames.length > 1000) throw new BrokenState('Mask Frame Numbers');
  if (averaging < 1 || averaging > 1000) throw new BrokenState('Contrast Frame Averaging');
  if (operation === 'REV_TID' && !applicable.length) throw new BrokenState('Applicable Frame Range');
  const own = tablesOf(item);
  return {
    scope: readScope(item), operation, frames, applicable, averaging, visibility,
    tidOffset: Math.trunc(number(item, '00286120') ?? 1),
    shift: shiftOf(item),
    shifts: items(item, '00289501').slice(0, MOST_SHIFTS).map(pixelShift),
    logTables: own.length ? own : shared,
    itemId: number(item, '00289416'),
  };
}

function pixelShift(item: DataSet): Mask['shifts'][number] {
  const regions = items(item, '00289502').slice(0, MOST_SHIFTS).map((region) => {
    if (numbers(region, '00286114').length !== 2) throw new BrokenState('Mask Sub-pixel Shift');
    return { shift: shiftOf(region), polygon: numbers(region, '00289503').length ? verticesOf(region, '00289503', 'Vertices of the Region') : [] };
  });
  return { applicable: frameRanges(item, '00289506', 'Pixel Shift Frame Range'), regions };
}

function shiftOf(item: DataSet): Shift {
  const shift = numbers(item, '00286114');
  if (!shift.length) return [0, 0];
  const [down, left] = shift;
  if (shift.length !== 2 || down === undefined || left === undefined || Math.max(Math.abs(down), Math.abs(left)) > 0xffff) throw new BrokenState('Mask Sub-pixel Shift');
  return [down, left];
}

/** Pixel Intensity Relationship LUTs, which X-rays are subtracted behind (PS3.4 N.2.5). */
function tablesOf(ds: DataSet): Mask['logTables'] {
  return items(ds, '00289422').slice(0, MOST_SHIFTS).filter((item) => ['TO_LOG', ''].includes(text(item, '00289474').toUpperCase())).map((item) => ({
    applicable: frameRanges(item, '00289507', 'LUT Frame Range'),
    table: tableOf(item, 'Pixel Intensity Relationship LUT Sequence'),
  }));
}

/** Frame Pixel Shift goes over the shift of the mask (C.7.6.16.2.14). */
function shiftedByFrame(mask: Mask, ds: DataSet, frame: number): Mask {
  const group = functionalGroup(ds, frame, '00289415');
  return group && mask.itemId !== undefined && number(group, '00289416') === mask.itemId ? { ...mask, shift: shiftOf(group) } : mask;
}

function ownTables(ds: DataSet, frames: readonly number[]): Mask['logTables'] {
  return frames.flatMap((frame) => {
    const group = functionalGroup(ds, frame, '00289422');
    if (!group || text(group, '00289474').toUpperCase() !== 'TO_LOG') return [];
    try {
      return [{ applicable: [[frame, frame] as const], table: tableOf(group, 'LUT') }];
    } catch {
      return [];
    }
  });
}

/**
 * Mean contrast minus mean, shifted mask, in stored values or in those of the mask's tables. samples: of a frame by its number.
 * moved: added to every shift, the reader's. Throws BrokenState for frames of other sizes.
 */
export function subtracted({ mask, maskFrames, contrastFrames }: Subtraction, rows: number, columns: number, samples: (frame: number) => ArrayLike<number>, moved: Shift = [0, 0]): Frame {
  const through = (frame: number): ArrayLike<number> => {
    const found = mask.logTables.find(({ applicable }) => isInRanges(frame, applicable));
    const values = samples(frame);
    return found ? Float64Array.from(values, (v) => lookUp(v, found.table)) : values;
  };
  const contrast = mean(contrastFrames, rows * columns, through);
  const taken = placed(mean(maskFrames, rows * columns, through), mask, contrastFrames[0] ?? 1, rows, columns, moved);
  const share = 1 - mask.visibility;
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < out.length; i++) out[i] = (contrast[i] as number) - share * (taken[i] as number);
  return { rows, columns, colour: false, samples: out, ...minMax(out) };
}

function mean(frames: readonly number[], count: number, values: (frame: number) => ArrayLike<number>): ArrayLike<number> {
  if (frames.length === 1) return sized(values(frames[0] as number), count);
  const total = new Float64Array(count);
  for (const frame of frames) {
    const one = sized(values(frame), count);
    for (let i = 0; i < count; i++) total[i] = (total[i] as number) + (one[i] as number);
  }
  return total.map((v) => v / frames.length);
}

function sized(values: ArrayLike<number>, count: number): ArrayLike<number> {
  if (values.length !== count) throw new BrokenState('Mask Frame Numbers');
  return values;
}

/** The mask as it is to lie under a contrast frame. */
function placed(values: ArrayLike<number>, mask: Mask, frame: number, rows: number, columns: number, [down, left]: Shift): ArrayLike<number> {
  const move = (shift: Shift) => shifted(values, rows, columns, [shift[0] + down, shift[1] + left]);
  if (!mask.shifts.length) return move(mask.shift);
  let found: ArrayLike<number> = move([0, 0]);
  for (const { applicable, regions } of mask.shifts) {
    if (!isInRanges(frame, applicable)) continue;
    for (const { shift, polygon } of regions) {
      const [before, moved, within] = [found, move(shift), polygon.length ? inside(polygon, rows, columns) : undefined];
      found = within ? Float64Array.from(before, (v, i) => (within[i] ? (moved[i] as number) : v)) : moved;
    }
  }
  return found;
}

/** What moves in from outside repeats the edge; fractions are bilinear. */
export function shifted(values: ArrayLike<number>, rows: number, columns: number, [down, left]: Shift): ArrayLike<number> {
  if (down === 0 && left === 0) return values;
  const out = new Float64Array(rows * columns);
  const clip = (v: number, most: number) => Math.min(Math.max(v, 0), most);
  for (let row = 0, at = 0; row < rows; row++) {
    const y = clip(row - down, rows - 1);
    const [y0, dy] = [Math.floor(y), y - Math.floor(y)];
    const y1 = Math.min(y0 + 1, rows - 1);
    for (let column = 0; column < columns; column++, at++) {
      const x = clip(column + left, columns - 1);
      const [x0, dx] = [Math.floor(x), x - Math.floor(x)];
      const x1 = Math.min(x0 + 1, columns - 1);
      const upper = (values[y0 * columns + x0] as number) * (1 - dx) + (values[y0 * columns + x1] as number) * dx;
      const lower = (values[y1 * columns + x0] as number) * (1 - dx) + (values[y1 * columns + x1] as number) * dx;
      out[at] = upper * (1 - dy) + lower * dy;
    }
  }
  return out;
}

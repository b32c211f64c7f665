/** Mammograms: which breast and view an image is, where its chest wall lies, and how four of them hang back to back. Pure values. */
import { lateralityOf } from '../core/image-axes';
import { functionalGroup, isColour, planeOf, spacingOf } from '../core/image-description';
import { item, items, number, strings, text } from '../core/dicom-json';
import type { Matrix } from '../core/geometry';
import type { ImageRef } from './display-sets';

export type Side = 'R' | 'L';
export type Edge = 'left' | 'right';
export type MammoKind = 'full-field' | 'synthesised' | 'tomosynthesis';

export interface MammoView {
  side: Side;
  /** CC, MLO, ML, LM, LMO, XCCL ... */
  view: string;
  /** The edge of the stored image at which the chest wall is; undefined where the object does not say: its pixels may (`wallOfPixels`). */
  chestWall: Edge | undefined;
  /** ID, M, S, RL ...: not the usual picture of a view. */
  modifiers: readonly string[];
  kind: MammoKind;
  /** Processed for reading. */
  forPresentation: boolean;
}

/** CID 4014, in SNOMED CT and its older SRT codes. */
const VIEWS: Record<string, string> = {
  '399162004': 'CC', 'R-10242': 'CC', '399368009': 'MLO', 'R-10226': 'MLO', '399260004': 'ML', 'R-10224': 'ML', '399352003': 'LM', 'R-10228': 'LM',
  '399099002': 'LMO', 'R-10230': 'LMO', '399192008': 'XCCL', 'R-1024A': 'XCCL', 'Y-X1770': 'XCCL', '399101009': 'XCCM', 'R-1024B': 'XCCM', 'Y-X1771': 'XCCM', '399196006': 'FB', 'R-10244': 'FB',
  '399188001': 'SIO', 'R-102D0': 'SIO', '441555000': 'ISO', 'R-40AAA': 'ISO', '127457009': 'SPECIMEN', 'G-8310': 'SPECIMEN',
};
/** CID 4015, with the letters that are written on films. */
const MODIFIERS: Record<string, string> = {
  '399209000': 'ID', 'R-102D5': 'ID', '399163009': 'M', 'R-102D6': 'M', '399055006': 'S', 'R-102D7': 'S', '399161006': 'CV', 'R-102D2': 'CV', '399011000': 'AT', 'R-102D1': 'AT', '399110001': 'TAN', 'R-102C2': 'TAN',
  '399197002': 'RL', 'R-102D3': 'RL', '399226006': 'RM', 'R-102D4': 'RM', '414493004': 'RI', 'R-102CA': 'RI', '415670009': 'RS', 'R-102C9': 'RS', '442581004': 'NP', 'R-40AB3': 'NP', '441752004': 'AC', 'P2-00161': 'AC',
  '442593008': 'IMF', 'R-40ABE': 'IMF', '442580003': 'AX', 'R-40AB2': 'AX',
};
/** Contact views are enlarged by 1.1 at most, magnified ones from 1.4 on. */
const MAGNIFIED = 1.25;
const TOMOSYNTHESIS = '1.2.840.10008.5.1.4.1.1.13.1.3';
const PROCESSING = new Set(['1.2.840.10008.5.1.4.1.1.1.2.1', '1.2.840.10008.5.1.4.1.1.13.1.4']);

/** Undefined for what is no mammogram, or does not say which (PS3.3 C.8.11.7.1). */
export function mammoViewOf({ dataset: ds, frame }: ImageRef): MammoView | undefined {
  if (text(ds, '00080060') !== 'MG' && text(ds, '00080016') !== TOMOSYNTHESIS) return undefined;
  const side = lateralityOf(ds, frame);
  const code = text(item(ds, '00540220'), '00080100');
  const view = VIEWS[code] ?? text(ds, '00185101').toUpperCase();
  if ((side !== 'R' && side !== 'L') || !view) return undefined;
  return { side, view, chestWall: chestWallOf(ds, frame), modifiers: modifiersOf(ds), kind: kindOf(ds), forPresentation: !PROCESSING.has(text(ds, '00080016')) };
}

function modifiersOf(ds: ImageRef['dataset']): string[] {
  const said = items(item(ds, '00540220'), '00540222').slice(0, 8).map((code) => MODIFIERS[text(code, '00080100')] ?? text(code, '00080104'));
  if (!said.includes('M') && (number(ds, '00181114') ?? 1) > MAGNIFIED) said.push('M');
  return said.filter(Boolean);
}

/** As films are marked: 'R MLO', 'L MCC', 'R CCID'; magnification and spot before the view, all else after it. */
export function viewLabel({ side, view, modifiers }: MammoView): string {
  const before = modifiers.filter((m) => m === 'M' || m === 'S');
  const after = modifiers.filter((m) => m !== 'M' && m !== 'S');
  return `${side} ${before.join('')}${view}${after.map((m) => (m.length > 3 ? ` ${m}` : m)).join('')}`;
}

/** Of samples whose larger values are tissue (or smaller ones, inverse): the edge that has more of it; undefined where neither has. */
export function wallOfPixels({ samples, columns, rows }: { samples: ArrayLike<number>; columns: number; rows: number }, inverse: boolean): Edge | undefined {
  const wide = Math.max(Math.floor(columns / 8), 1);
  const step = Math.max(Math.floor(rows / 200), 1);
  let [left, right, count, low, high] = [0, 0, 0, Infinity, -Infinity];
  for (let y = 0; y < rows; y += step) {
    for (let x = 0; x < wide; x++) {
      const [a, b] = [samples[y * columns + x] as number, samples[(y + 1) * columns - 1 - x] as number];
      left += a;
      right += b;
      count++;
      low = Math.min(low, a, b);
      high = Math.max(high, a, b);
    }
  }
  const more = ((left - right) / count) * (inverse ? -1 : 1);
  return Math.abs(more) < 0.02 * (high - low) || !(high > low) ? undefined : more > 0 ? 'left' : 'right';
}

/** Rows that run to the front begin at the chest wall. */
function chestWallOf(ds: ImageRef['dataset'], frame: number): MammoView['chestWall'] | undefined {
  const letters = strings(functionalGroup(ds, frame, '00209450') ?? ds, '00200020')[0] ?? '';
  if (letters.startsWith('A')) return 'left';
  if (letters.startsWith('P')) return 'right';
  const across = planeOf(ds, frame)?.row[1] ?? 0;
  return Math.abs(across) < 0.3 ? undefined : across < 0 ? 'left' : 'right';
}

/** GENERATED_2D and TOMO_2D are made of a tomosynthesis (PS3.3 C.8.21.1.1). */
function kindOf(ds: ImageRef['dataset']): MammoKind {
  if (strings(ds, '00080008').some((v) => /2D$/.test(v))) return 'synthesised';
  return text(ds, '00080016') === TOMOSYNTHESIS || (number(ds, '00280008') ?? 1) > 1 ? 'tomosynthesis' : 'full-field';
}

export interface Hung<T> {
  of: T;
  image: ImageRef;
  view: MammoView;
}

/** R CC, L CC, R MLO, L MLO: each with what shows it best; undefined where nothing does. */
export function fourViews<T>(found: readonly Hung<T>[], prefer: 'flat' | 'tomosynthesis'): (Hung<T> | undefined)[] {
  const rank: Record<MammoKind, number> = prefer === 'flat' ? { 'full-field': 0, synthesised: 1, tomosynthesis: 2 } : { tomosynthesis: 0, 'full-field': 1, synthesised: 2 };
  const worth = ({ view }: Hung<T>) => rank[view.kind] + (view.forPresentation ? 0 : 4) + unusual(view);
  const best = (side: Side, names: readonly string[]) => [...found].filter(({ view }) => view.side === side && names.includes(view.view)).sort((a, b) => Number(unusual(a.view) > DISPLACED) - Number(unusual(b.view) > DISPLACED) || names.indexOf(a.view.view) - names.indexOf(b.view.view) || worth(a) - worth(b))[0];
  return [['CC', 'XCCL', 'XCCM'], ['MLO', 'ML', 'LM', 'LMO']].flatMap((names) => (['R', 'L'] as const).map((side) => best(side, names)));
}

const DISPLACED = 8;

/** Implants displaced first, then rolled, tangential and the like, spots, magnified ones last. */
function unusual({ modifiers }: MammoView): number {
  const each = modifiers.map((m) => ({ ID: DISPLACED, S: 32, M: 64 })[m] ?? 16);
  return Math.max(0, ...each);
}

const ORDER = ['CC', 'MLO', 'ML', 'LM', 'LMO', 'XCCL', 'XCCM', 'FB', 'SIO', 'ISO'];

/**
 * All of an examination, four at a time, right beside left: the usual four; then further views and those with modifiers, each beside the same of the other
 * breast; then of each view what was projected or synthesised over its tomosynthesis.
 */
export function viewPages<T>(found: readonly Hung<T>[], prefer: 'flat' | 'tomosynthesis'): (Hung<T> | undefined)[][] {
  const first = fourViews(found, prefer);
  const place = ({ view: { view } }: Hung<T>) => (ORDER.includes(view) ? ORDER.indexOf(view) : ORDER.length);
  const isTwin = (one: Hung<T>) => !one.view.forPresentation && found.some((other) => other.view.forPresentation && other.view.kind === one.view.kind && viewLabel(other.view) === viewLabel(one.view));
  const isOnFirst = (one: Hung<T>) => first.some((hung) => hung && viewLabel(hung.view) === viewLabel(one.view));
  const rest = found.filter((one) => !isOnFirst(one) && !isTwin(one)).sort((a, b) => unusual(a.view) - unusual(b.view) || place(a) - place(b));
  const rows = pairs(rest);
  for (const view of ORDER.slice(0, 2)) {
    const flat = pairs(found.filter((one) => one.view.view === view && one.view.kind !== 'tomosynthesis' && !unusual(one.view) && !isTwin(one)).sort((a, b) => Number(a.view.kind === 'synthesised') - Number(b.view.kind === 'synthesised')));
    const deep = pairs(found.filter((one) => one.view.view === view && one.view.kind === 'tomosynthesis' && !unusual(one.view)));
    const other = deep[0] ?? flat[0];
    if (flat.length && other && other !== flat.at(-1)) rows.push(...(rows.length % 2 ? [[undefined, undefined]] : []), flat.at(-1) as Row<T>, other);
  }
  return [first, ...Array.from({ length: Math.ceil(rows.length / 2) }, (_, i) => rows.slice(2 * i, 2 * i + 2).flat())];
}

type Row<T> = (Hung<T> | undefined)[];

/** Right and left of the same view, modifiers and kind in one row, in the order of the first of them. */
function pairs<T>(found: readonly Hung<T>[]): Row<T>[] {
  const rows: Row<T>[] = [];
  const same = (a: Hung<T>, b: Hung<T>) => a.view.kind === b.view.kind && viewLabel(a.view).slice(1) === viewLabel(b.view).slice(1);
  for (const one of found) {
    const at = columnOf(one.view.side);
    const row = rows.find((r) => r[at] === undefined && r.some((other) => other && same(other, one)));
    if (row) row[at] = one;
    else rows.push(at ? [undefined, one] : [one, undefined]);
  }
  return rows;
}

/** In which half of the screen a breast hangs: the right one at the left, as if one faced the patient. */
export function columnOf(side: Side): 0 | 1 {
  return side === 'R' ? 0 : 1;
}

/** Where the chest wall is usually stored, and where it hangs: in the middle of the screen. */
export function usualWall(side: Side): Edge {
  return side === 'R' ? 'right' : 'left';
}

/** Mirrored when the chest wall would else not lie in the middle. */
export function isMirrored(side: Side, chestWall: Edge): boolean {
  return usualWall(side) !== chestWall;
}

/** The side of the viewport where air is, and texts cover no breast; undefined where the image stands on an edge. matrix: image to canvas. */
export function airSide(chestWall: Edge, matrix: Matrix): Edge | undefined {
  const [across, down] = [matrix[0], matrix[1]];
  if (Math.abs(across) < Math.abs(down)) return undefined;
  return (across > 0) === (chestWall === 'left') ? 'right' : 'left';
}

/** Millimetres an image is wide and high; pixels where one of them says no size. */
export function extentOf({ dataset, frame, pixel }: ImageRef): { width: number; height: number; column: number; known: boolean } {
  const spacing = spacingOf(dataset, frame);
  const [row, column] = [spacing?.row ?? 1, spacing?.column ?? 1];
  return { width: pixel.columns * column, height: pixel.rows * row, column, known: spacing !== undefined };
}

export interface Box {
  width: number;
  height: number;
}

/** CSS pixels a millimetre at which each image fits its viewport: the same for all. */
export function commonScale(images: readonly { extent: Box; box: Box }[]): number {
  const scales = images.map(({ extent, box }) => Math.min(box.width / extent.width, box.height / extent.height)).filter((s) => s > 0 && Number.isFinite(s));
  return scales.length ? Math.min(...scales) : 1;
}

/** How far (CSS pixels) the middle of an image lies from that of its viewport, its chest wall flush to the middle of the screen and its top at the top. */
export function panOf(side: Side, extent: Box, box: Box, scale: number): [number, number] {
  const spare = (box.width - extent.width * scale) / 2;
  return [side === 'R' ? spare : -spare, -(box.height - extent.height * scale) / 2];
}

export function isMammogram(image: ImageRef): boolean {
  return mammoViewOf(image) !== undefined && !isColour(image.pixel);
}

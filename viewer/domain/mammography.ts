/** Mammograms: which breast and view an image is, where its chest wall lies, and how four of them hang back to back. Pure values. */
import { lateralityOf } from '../core/image-axes';
import { functionalGroup, isColour, planeOf, spacingOf } from '../core/image-description';
import { item, items, number, strings, text } from '../core/dicom-json';
import type { ImageRef } from './display-sets';

export type Side = 'R' | 'L';
export type MammoKind = 'full-field' | 'synthesised' | 'tomosynthesis';

export interface MammoView {
  side: Side;
  /** CC, MLO, ML, LM, LMO, XCCL ... */
  view: string;
  /** The edge of the stored image at which the chest wall is. */
  chestWall: 'left' | 'right';
  kind: MammoKind;
  /** Processed for reading. */
  forPresentation: boolean;
}

/** CID 4014, in SNOMED CT and its older SRT codes. */
const VIEWS: Record<string, string> = {
  '399162004': 'CC', 'R-10242': 'CC', '399368009': 'MLO', 'R-10226': 'MLO', '399260004': 'ML', 'R-10224': 'ML', '399352003': 'LM', 'R-10228': 'LM',
  '399099002': 'LMO', 'R-10230': 'LMO', '399192005': 'XCCL', 'Y-X1770': 'XCCL', '399101009': 'XCCM', 'Y-X1771': 'XCCM', '399011000': 'FB', 'R-10244': 'FB',
};
const TOMOSYNTHESIS = '1.2.840.10008.5.1.4.1.1.13.1.3';
const PROCESSING = new Set(['1.2.840.10008.5.1.4.1.1.1.2.1', '1.2.840.10008.5.1.4.1.1.13.1.4']);

/** Undefined for what is no mammogram, or does not say which (PS3.3 C.8.11.7.1). */
export function mammoViewOf({ dataset: ds, frame }: ImageRef): MammoView | undefined {
  if (text(ds, '00080060') !== 'MG' && text(ds, '00080016') !== TOMOSYNTHESIS) return undefined;
  const side = lateralityOf(ds, frame);
  const code = text(item(ds, '00540220'), '00080100');
  const view = VIEWS[code] ?? text(ds, '00185101').toUpperCase();
  if ((side !== 'R' && side !== 'L') || !view) return undefined;
  return { side, view, chestWall: chestWallOf(ds, frame) ?? (side === 'L' ? 'left' : 'right'), kind: kindOf(ds), forPresentation: !PROCESSING.has(text(ds, '00080016')) };
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
  const worth = ({ view, image }: Hung<T>) => rank[view.kind] + (view.forPresentation ? 0 : 4) + (hasModifier(image) ? 8 : 0);
  const best = (side: Side, names: readonly string[]) => [...found].filter(({ view }) => view.side === side && names.includes(view.view)).sort((a, b) => names.indexOf(a.view.view) - names.indexOf(b.view.view) || worth(a) - worth(b))[0];
  return [['CC', 'XCCL', 'XCCM'], ['MLO', 'ML', 'LM', 'LMO']].flatMap((names) => (['R', 'L'] as const).map((side) => best(side, names)));
}

/** Magnified, spot-compressed, implant displaced: not the usual picture of a view. */
function hasModifier({ dataset }: ImageRef): boolean {
  return items(item(dataset, '00540220'), '00540222').length > 0;
}

/** In which half of the screen a breast hangs: the right one at the left, as if one faced the patient. */
export function columnOf(side: Side): 0 | 1 {
  return side === 'R' ? 0 : 1;
}

/** Mirrored when the chest wall would else not lie in the middle. */
export function isMirrored({ side, chestWall }: MammoView): boolean {
  return (side === 'R' ? 'right' : 'left') !== chestWall;
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

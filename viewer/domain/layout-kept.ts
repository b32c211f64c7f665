/** What hangs where in a window and how it looks, as JSON that outlives a reload. UIDs, no names. Pure values. */
import { isValidWindow, type Voi } from '../core/voi';
import type { Hanging } from './hanging';
import { MOST_KEPT } from './hanging';
import type { Orientation } from './orientation-ops';
import { readStateChoice, readSubtraction, type StateChoice, type SubtractionChoice } from './state-choice';
import { readHanging, readOver, readThree, readVolume, type KeptOver, type KeptThree, type KeptVolume } from './volume-kept';

export interface KeptView {
  index: number;
  voi: Voi | undefined;
  inverted: boolean;
  colourMap: string;
  hiddenOverlays: readonly number[];
  tiles: number;
  state: StateChoice;
  subtraction: SubtractionChoice;
  orientation: Orientation;
  place: { zoom: number; pan: [number, number] } | undefined;
  three: boolean;
  look3d: KeptThree | undefined;
  over: KeptOver | undefined;
}

export interface KeptLayout {
  /** The studies of the address, and those that joined the rail. */
  asked: readonly string[];
  open: readonly string[];
  hanging: Hanging;
  active: number;
  maximised: boolean;
  linked: boolean;
  /** What its planes are made of. */
  volume?: KeptVolume | undefined;
  views: Readonly<Record<string, unknown>>;
  /** What views of other kinds than images keep, by series. */
  own?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Bytes of what the server keeps of a window, and some air for letters of several bytes. */
const MOST_THERE = 250_000;

/** What is kept on the server: how series looked that do not hang is left out where all of it is too much. */
export function slimmed(layout: KeptLayout): KeptLayout {
  if (JSON.stringify(layout).length < MOST_THERE) return layout;
  const hung = new Set(layout.hanging.cells);
  const only = <T>(all: Readonly<Record<string, T>>) => Object.fromEntries(Object.entries(all).filter(([uid]) => hung.has(uid)));
  return { ...layout, views: only(layout.views), own: only(layout.own ?? {}) };
}

/** Of a window's state: it is about one of these studies. What is kept of another patient is never put on. */
export function isAboutStudies(value: unknown, uids: readonly string[]): boolean {
  const { asked, open } = (value ?? {}) as Partial<KeptLayout>;
  return [asked, open].some((known) => isTexts(known) && known.some((uid) => uids.includes(uid)));
}

/** What was kept, when it is whole and belongs to these studies. */
export function readLayout(value: unknown, asked: readonly string[]): KeptLayout | undefined {
  const v = value as Partial<KeptLayout> | null;
  const hanging = readHanging(v?.hanging, MOST_KEPT);
  if (!v || !isTexts(v.asked) || !isTexts(v.open) || v.asked.join() !== asked.join()) return undefined;
  if (!hanging || !Number.isInteger(v.active) || Number(v.active) < 0 || Number(v.active) >= hanging.cells.length) return undefined;
  return { ...(v as KeptLayout), volume: readVolume(v.volume), maximised: v.maximised === true, linked: v.linked === true, views: isRecord(v.views) ? v.views : {}, own: Object.fromEntries(Object.entries(v.own ?? {}).filter(([, state]) => isRecord(state))) };
}

/** A view that can be put on; undefined for what is none. Tables are not kept: they come from the object again. */
export function readView(value: unknown): KeptView | undefined {
  const v = value as Partial<KeptView> | null;
  if (!isRecord(v) || !Number.isInteger(v.index) || Number(v.index) < 0) return undefined;
  const voi = v.voi as Voi | undefined;
  const o = v.orientation as { rotation?: unknown; flip?: unknown } | undefined;
  const p = v.place as { zoom?: unknown; pan?: unknown } | undefined;
  const isPlace = p && isNumber(p.zoom) && Array.isArray(p.pan) && p.pan.length === 2 && p.pan.every(isNumber);
  return {
    index: Number(v.index),
    voi: voi?.kind === 'window' && isValidWindow(voi.window) ? voi : undefined,
    inverted: v.inverted === true,
    colourMap: typeof v.colourMap === 'string' ? v.colourMap : '',
    hiddenOverlays: Array.isArray(v.hiddenOverlays) ? v.hiddenOverlays.filter(isNumber) : [],
    tiles: Number.isInteger(v.tiles) && Number(v.tiles) >= 1 && Number(v.tiles) <= 8 ? Number(v.tiles) : 1,
    state: readStateChoice(v.state),
    subtraction: readSubtraction(v.subtraction),
    orientation: { rotation: ([0, 90, 180, 270] as const).find((r) => r === o?.rotation) ?? 0, flip: o?.flip === true },
    place: isPlace ? { zoom: Number(p.zoom), pan: p.pan as [number, number] } : undefined,
    three: v.three === true,
    look3d: readThree(v.look3d),
    over: readOver(v.over),
  };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((v) => typeof v === 'string');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

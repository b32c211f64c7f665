/** Tiles of slides: fetched nearest first, given up when they are passed, kept as far as there is memory. */
import { paint, type Presentation } from '../../../core/display';
import { applyPalette } from '../../../core/colour';
import type { Frame } from '../../../core/frame';
import { isColour, isInverse, modalityOf, voisOf } from '../../../core/image-description';
import { readPalette, type Palette } from '../../../core/luts';
import { item, text } from '../../../core/dicom-json';
import { applyModality } from '../../../core/modality';
import { windowOver } from '../../../core/voi';
import { convertWords, type Profile } from '../../../core/states/icc';
import type { ImageRef } from '../../../domain/display-sets';
import type { OpticalPath, Pyramid } from '../../../domain/slide-levels';
import type { Wanted } from '../../../domain/slide-view';
import { connection } from '../../server/connection';
import { imageId, memoryLimit, reserve } from '../../stage/frames';
import { loadFrame } from '../../stage/frame-source';

/** How a channel is coloured where it is combined with others: words by grey, or a palette of the object. */
export type Tint = Uint32Array | Palette | undefined;

interface Held {
  canvas: HTMLCanvasElement;
  frame: Frame;
  ref: ImageRef;
  path: string;
  /** Of the range it was painted with. */
  range: string;
  tint: Tint;
  profile: Profile | undefined;
  used: number;
}

const LANES = 4;
const LEAST = 48 * 2 ** 20;
const SMALL = 16 * 2 ** 20;

export class TileStore {
  private readonly held = new Map<string, Held>();
  private readonly running = new Map<string, AbortController>();
  private readonly failures = new Map<string, string>();
  private readonly ranges = new Map<string, [number, number]>();
  private wanted: readonly Wanted[] = [];
  private bytes = 0;
  private clock = 0;
  private readonly limit: number;
  private readonly giveBack: () => void;

  /** small: a minimap or a preview, which needs few tiles. */
  constructor(
    private readonly study: string,
    private readonly series: string,
    private readonly pyramid: Pyramid,
    private readonly onTile: () => void,
    small: boolean,
  ) {
    this.limit = small ? SMALL : Math.max(LEAST, memoryLimit() / 4);
    this.giveBack = reserve(this.limit);
  }

  close(): void {
    this.wanted = [];
    for (const controller of this.running.values()) controller.abort();
    this.held.clear();
    this.giveBack();
  }

  /** Of what is wanted: on its way or waiting. */
  get pending(): number {
    return this.wanted.filter((tile) => !this.held.has(keyOf(tile)) && !this.failures.has(keyOf(tile))).length;
  }

  get kept(): { tiles: number; bytes: number } {
    return { tiles: this.held.size, bytes: this.bytes };
  }

  failure(): { count: number; words: string } {
    return { count: this.failures.size, words: [...this.failures.values()][0] ?? '' };
  }

  /** Stored values of a pixel of a tile; undefined while it is not here. */
  valueOf(tile: Wanted, column: number, row: number): number[] | undefined {
    const frame = this.held.get(keyOf(tile))?.frame;
    if (!frame || column < 0 || row < 0 || column >= frame.columns || row >= frame.rows) return undefined;
    const at = row * frame.columns + column;
    return frame.colour ? Array.from(frame.samples.slice(3 * at, 3 * at + 3)) : [frame.samples[at] as number];
  }

  isSettled(tile: Wanted): boolean {
    return this.held.has(keyOf(tile)) || this.failures.has(keyOf(tile));
  }

  /** These, in this order; everything else is given up. */
  follow(wanted: readonly Wanted[]): void {
    this.wanted = wanted;
    const keys = new Set(wanted.map(keyOf));
    for (const [key, controller] of this.running) if (!keys.has(key)) controller.abort();
    this.start();
  }

  private start(): void {
    for (const tile of this.wanted) {
      if (this.running.size >= LANES) return;
      const key = keyOf(tile);
      if (!this.held.has(key) && !this.failures.has(key) && !this.running.has(key)) void this.fetch(tile, key);
    }
  }

  private async fetch(tile: Wanted, key: string): Promise<void> {
    const controller = new AbortController();
    this.running.set(key, controller);
    const { signal } = controller;
    try {
      const ref = this.refOf(tile);
      const url = imageId(this.study, this.series, ref).slice('wadors:'.length);
      const frame = await connection.patiently(() => loadFrame(url, ref, signal), signal);
      if (!signal.aborted) this.keep(key, tile, ref, frame);
    } catch (error) {
      if (!signal.aborted) this.failures.set(key, error instanceof Error ? error.message : String(error));
    } finally {
      this.running.delete(key);
      this.start();
      if (!signal.aborted) this.onTile();
    }
  }

  private refOf({ dataset, frame, level }: Wanted): ImageRef {
    const pixel = this.pyramid.levels[level]?.pixel;
    if (!pixel) throw new Error('no such level');
    return { sopInstanceUid: text(dataset, '00080018'), frame, dataset, pixel, transferSyntax: text(dataset, '00083002') };
  }

  private keep(key: string, tile: Wanted, ref: ImageRef, frame: Frame): void {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: frame.columns, height: frame.rows });
    if (!frame.colour) this.widen(tile, ref, frame);
    this.held.set(key, { canvas, frame, ref, path: tile.path, range: '-', tint: undefined, profile: undefined, used: ++this.clock });
    this.bytes += bytesOf(frame);
    this.makeRoom();
  }

  /** Without a window in the object, the range of the coarsest level holds for all. */
  private widen(tile: Wanted, ref: ImageRef, frame: Frame): void {
    if (tile.level !== this.pyramid.levels.length - 1) return;
    const modality = modalityOf(ref.dataset, ref.frame, ref.pixel);
    const [low, high] = this.ranges.get(tile.path) ?? [Infinity, -Infinity];
    const ends = [applyModality(frame.min, modality), applyModality(frame.max, modality)];
    this.ranges.set(tile.path, [Math.min(low, ...ends), Math.max(high, ...ends)]);
  }

  /** What was not seen for the longest time goes; what is wanted stays. */
  private makeRoom(): void {
    if (this.bytes <= this.limit) return;
    const keys = new Set(this.wanted.map(keyOf));
    const old = [...this.held].filter(([key]) => !keys.has(key)).sort(([, a], [, b]) => a.used - b.used);
    for (const [key, { frame }] of old) {
      if (this.bytes <= this.limit) return;
      this.held.delete(key);
      this.bytes -= bytesOf(frame);
    }
  }

  /** Painted as things are; undefined while it is not here. */
  picture(tile: Wanted, tint: Tint, profile: Profile | undefined): HTMLCanvasElement | undefined {
    const held = this.held.get(keyOf(tile));
    if (!held) return undefined;
    held.used = ++this.clock;
    const range = held.frame.colour ? '' : String(this.ranges.get(held.path) ?? '');
    if (held.range !== range || held.tint !== tint || held.profile !== profile) this.paintHeld(held, range, tint, profile);
    return held.canvas;
  }

  private paintHeld(held: Held, range: string, tint: Tint, profile: Profile | undefined): void {
    const { canvas, frame } = held;
    const context = canvas.getContext('2d');
    if (!context) return;
    const data = context.createImageData(frame.columns, frame.rows);
    const words = new Uint32Array(data.data.buffer);
    const palette = tint && !(tint instanceof Uint32Array) ? tint : undefined;
    if (palette && !frame.colour) paint({ ...frame, colour: true, samples: applyPalette(frame.samples, palette) }, PLAIN, words);
    else paint(frame, this.presentation(held, tint instanceof Uint32Array ? tint : undefined), words);
    if (frame.colour) convertWords(words, profile);
    context.putImageData(data, 0, 0);
    Object.assign(held, { range, tint, profile });
  }

  private presentation({ ref: { dataset, frame, pixel }, path }: Held, map: Uint32Array | undefined): Presentation {
    const [low, high] = this.ranges.get(path) ?? [0, 2 ** Math.min(pixel.bitsStored, 16) - 1];
    const whole = pixel.bitsStored <= 8 && modalityOf(dataset, frame, pixel).kind === 'rescale' ? windowOver(0, 255) : windowOver(low, high);
    const voi = voisOf(dataset, frame, pixel)[0] ?? { kind: 'window' as const, window: whole };
    return { modality: modalityOf(dataset, frame, pixel), voi, inverse: !isColour(pixel) && isInverse(dataset, pixel), map };
  }
}

const PLAIN: Presentation = { modality: { kind: 'rescale', slope: 1, intercept: 0, unit: '' }, voi: { kind: 'window', window: windowOver(0, 255) }, inverse: false };

function keyOf({ dataset, frame }: Wanted): string {
  return `${text(dataset, '00080018')} ${frame}`;
}

/** The samples and their picture. */
function bytesOf(frame: Frame): number {
  return frame.samples.byteLength + 4 * frame.rows * frame.columns;
}

/** Colours of fluorescence where the object brings no palette, in the order of the paths. */
export const TINTS: readonly (readonly [number, number, number])[] = [[80, 120, 255], [60, 220, 90], [255, 70, 70], [255, 200, 60], [220, 80, 255], [70, 220, 230]];

export function tintOf(path: OpticalPath, at: number): Tint {
  const palette = item(path.item, '00480120');
  const own = palette && readPalette(palette, false);
  if (own) return own;
  const [r, g, b] = TINTS[at % TINTS.length] as readonly [number, number, number];
  return Uint32Array.from({ length: 256 }, (_, v) => (0xff000000 | (Math.round((b * v) / 255) << 16) | (Math.round((g * v) / 255) << 8) | Math.round((r * v) / 255)) >>> 0);
}

/** One volume in three dimensions on one canvas: loads it, turns it, draws it by the graphics card or, without one, by the processor. */
import { blockOf, type Block, type BlockLimits } from '../../core/block';
import type { Point3 } from '../../core/geometry';
import { anatomyOf } from '../../core/image-axes';
import { isInVolume } from '../../core/image-description';
import type { Anatomy } from '../../core/orientation';
import { text } from '../../core/dicom-json';
import { diagonal, faceHandles, lookFrom, maximumAlong, middleOf, panned, turned, UNCUT, zoomed, type Crop, type Eye, type Face, type FaceHandle } from '../../core/rays';
import { adjusted, ENTRIES, transferTable, type Transfer } from '../../core/transfer';
import type { DisplaySet } from '../../domain/display-sets';
import { t } from '../../core/language';
import { frameOfReference } from '../../domain/linking';
import { ownPreset, presetsFor3D, transferOf, type ThreePreset } from '../../domain/three-presets';
import type { KeptThree, OwnTransfer } from '../../domain/volume-kept';
import { findingTexts, refusalText, volumeOf } from '../../domain/volume-stack';
import type { MeshBook } from './meshes';
import { NoGraphics } from './shaders';
import { ThreeGl } from './three-gl';
import { RADIANS_PER_PIXEL, turningActs, type Turnable } from './turning';
import { wholeVolume } from './three-volume';

export interface ThreeSnapshot {
  /** What is waited for, or why there is nothing; '' when the picture stands. */
  words: string;
  failed: boolean;
  /** Drawn by the card, by a program in its place, or as a maximum by the processor. */
  by: 'card' | 'program' | 'processor' | '';
  notices: readonly string[];
  presets: readonly ThreePreset[];
  preset: string;
  eye: Eye | undefined;
  crop: Crop;
  /** mm from the middle to where nothing is left to clip. */
  reach: number;
  /** The volume's axes in the patient, for what the sliders of the box are called. */
  axes: readonly Point3[];
  anatomy: Anatomy;
  /** Its axes are those of the patient. */
  inPatient: boolean;
  /** A rough picture while it moves. */
  rough: boolean;
  /** Pictures that were drawn to the end: scripts wait for the next one. */
  drawn: number;
}

const EMPTY: ThreeSnapshot = {
  words: '', failed: false, by: '', notices: [], presets: [], preset: '', eye: undefined, crop: UNCUT, reach: 0, axes: [], anatomy: 'BIPED', inPatient: true, rough: false, drawn: 0,
};

const ON_CARD: BlockLimits = { side: 512, count: 48e6 };
const ON_PROGRAM: BlockLimits = { side: 256, count: 6e6 };
/** How long after the last movement the fine picture is begun, ms. */
const REST_MS = 160;
/** What one piece of a picture may take, ms: longer ones block the page. */
const PIECE_MS = 90;
/** How wide the fine picture is where no card draws it. */
const SLOW_PIXELS = 400;

export class Three implements Turnable {
  private readonly listeners = new Set<() => void>();
  private readonly aborter = new AbortController();
  private readonly observer: ResizeObserver;
  private snap: ThreeSnapshot = EMPTY;
  private block: Block | undefined;
  private gl: ThreeGl | undefined;
  private shift = 0;
  private stretch = 1;
  private coarse = 3;
  private quickMs = 0;
  private frame = 0;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private work = 0;
  private request = 0;
  private frameOfReference = '';
  private own: OwnTransfer | undefined;
  private readonly forgetMeshes: () => void;

  /** meshes: what may be seen in the volume. wanted: how it was looked at before. */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly meshes: MeshBook,
    private wanted?: KeptThree,
  ) {
    this.forgetMeshes = meshes.subscribe(() => this.touch());
    this.observer = new ResizeObserver(() => this.touch());
    this.observer.observe(canvas);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): ThreeSnapshot => this.snap;

  close(): void {
    this.aborter.abort();
    this.forgetMeshes();
    this.observer.disconnect();
    this.work++;
    clearTimeout(this.rest);
    cancelAnimationFrame(this.frame);
    this.gl?.release();
    this.listeners.clear();
  }

  /** To be looked at again as it is now; undefined before there is something to see. */
  kept(): KeptThree | undefined {
    const { preset, eye, crop } = this.snap;
    return eye ? { preset, eye, crop, shift: this.shift, stretch: this.stretch, own: this.own } : this.wanted;
  }

  /** The volume that the image at an index is part of; seen from the same side as the one before. */
  async open(set: DisplaySet, index: number): Promise<void> {
    const request = ++this.request;
    const sample = set.images[index] ?? set.images[0];
    const plan = volumeOf(set, index);
    if (typeof plan === 'string' || !sample) return this.fail(typeof plan === 'string' ? refusalText(plan) : '');
    this.emit({ words: t('Slices are fetched.') });
    try {
      const { volume, release } = await wholeVolume(set, plan, (done, all) => this.emit({ words: t('{done} of {all} slices are here.', { done, all }) }), this.aborter.signal);
      if (request !== this.request) return release();
      const pixel = Math.min(Math.hypot(...plan.grid.steps[0]), Math.hypot(...plan.grid.steps[1]));
      this.emit({ notices: findingTexts(plan.findings.filter((f) => f.kind !== 'even'), pixel, false), anatomy: anatomyOf(sample.dataset), inPatient: !isInVolume(sample.dataset, sample.frame) });
      const presets = presetsFor3D(text(sample.dataset, '00080060'), volume.unit);
      this.frameOfReference = frameOfReference(sample);
      this.begin((limits) => blockOf(volume, limits), presets);
      release();
    } catch (error) {
      if (!this.aborter.signal.aborted) this.fail(error instanceof Error ? error.message : String(error));
    }
  }

  private fail(words: string): void {
    this.emit({ words, failed: true });
  }

  private begin(make: (limits: BlockLimits) => Block, presets: readonly ThreePreset[]): void {
    this.block = this.onCard(make) ?? this.onProcessor(make);
    const { block } = this;
    this.own = this.wanted?.own ?? this.own;
    const all = this.own ? [ownPreset(this.own), ...presets] : presets;
    const fitting = this.gl ? all : all.filter((p) => p.transfer.maximum);
    const notices = [...this.snap.notices, ...coarser(block)];
    if (!this.gl) notices.unshift(t('No WebGL2 here: the maximum (MIP) is made by the processor.'));
    const { wanted } = this;
    this.wanted = undefined;
    if (wanted) {
      [this.shift, this.stretch] = [wanted.shift, wanted.stretch];
      this.emit({ preset: wanted.preset, eye: wanted.eye, crop: wanted.crop });
    }
    const preset = fitting.find((p) => p.id === this.snap.preset) ?? fitting[0];
    this.emit({ words: '', notices, presets: fitting, preset: preset?.id ?? '', reach: diagonal(block) / 2, axes: block.steps, eye: this.snap.eye ?? this.first('A') });
    this.retransfer();
    this.touch();
  }

  private onCard(make: (limits: BlockLimits) => Block): Block | undefined {
    const canvas = this.gl?.canvas ?? document.createElement('canvas');
    try {
      const gl = this.gl ?? new ThreeGl(canvas);
      const most = gl.isSoftware ? ON_PROGRAM : ON_CARD;
      const block = make({ ...most, side: Math.min(most.side, gl.side) });
      gl.setBlock(block);
      if (this.gl) return block;
      canvas.addEventListener('webglcontextlost', (e) => this.lost(e));
      canvas.addEventListener('webglcontextrestored', () => this.restored());
      this.gl = gl;
      this.emit({ by: gl.isSoftware ? 'program' : 'card' });
      return block;
    } catch (error) {
      if (error instanceof NoGraphics) return undefined;
      throw error;
    }
  }

  private onProcessor(make: (limits: BlockLimits) => Block): Block {
    this.emit({ by: 'processor' });
    return make(ON_PROGRAM);
  }

  private lost(e: Event): void {
    e.preventDefault();
    if (!this.aborter.signal.aborted) this.emit({ words: t('The graphics card dropped the picture. It is made anew.') });
  }

  private restored(): void {
    this.gl?.restore();
    this.emit({ words: '' });
    this.touch();
  }

  // ---- what is asked of it

  private first(face: Face): Eye {
    const block = this.block as Block;
    const { clientWidth, clientHeight } = this.canvas;
    return lookFrom(face, middleOf(block), (diagonal(block) * 0.8) / Math.max(Math.min(clientWidth, clientHeight), 1));
  }

  lookFrom(face: Face): void {
    const eye = this.snap.eye;
    if (!eye) return;
    const stand = lookFrom(face, eye.centre, eye.mm);
    this.move({ eye: stand });
  }

  /** CSS pixels. */
  turn(dx: number, dy: number): void {
    if (this.snap.eye) this.move({ eye: turned(this.snap.eye, dx * RADIANS_PER_PIXEL, dy * RADIANS_PER_PIXEL) });
  }

  pan(dx: number, dy: number): void {
    const eye = this.snap.eye;
    if (!eye) return;
    this.move({ eye: panned(eye, dx, dy) });
  }

  zoom(factor: number): void {
    const eye = this.snap.eye;
    const block = this.block;
    if (!eye || !block) return;
    this.move({ eye: zoomed(eye, factor, diagonal(block)) });
  }

  setCrop(crop: Partial<Crop>): void {
    this.move({ crop: { ...this.snap.crop, ...crop } });
  }

  /** Of the faces of the box, as it is seen. */
  handles(): FaceHandle[] {
    return this.block && this.snap.eye ? faceHandles(this.block, this.snap.eye, this.snap.crop) : [];
  }

  setPreset(id: string): void {
    [this.shift, this.stretch] = [0, 1];
    this.move({ preset: id });
    this.retransfer();
  }

  /** Right: softer, left: harder; down: more is seen. CSS pixels. */
  window(dx: number, dy: number): void {
    const [first, last] = ends(this.transfer(false));
    this.shift += (dy * (last - first)) / 400;
    this.stretch = Math.min(Math.max(this.stretch * 1.005 ** dx, 0.02), 20);
    this.retransfer();
    this.touch();
  }

  reset(): void {
    if (!this.block) return;
    [this.shift, this.stretch] = [0, 1];
    this.retransfer();
    this.move({ eye: this.first('A'), crop: UNCUT });
  }

  fit(): void {
    if (this.block && this.snap.eye) this.move({ eye: { ...this.snap.eye, mm: this.first('A').mm, centre: middleOf(this.block) } });
  }

  /** Whether a command of the viewer means something else here. */
  run(id: string): boolean {
    const act = this.acts[id];
    act?.();
    return act !== undefined;
  }

  private readonly acts = turningActs(this);

  private move(change: Partial<ThreeSnapshot>): void {
    this.emit(change);
    this.touch();
  }

  private transfer(own = true): Transfer {
    const preset = this.snap.presets.find((p) => p.id === this.snap.preset) ?? this.snap.presets[0];
    const transfer = transferOf(preset as ThreePreset, this.block as Block);
    return own ? adjusted(transfer, this.shift, this.stretch) : transfer;
  }

  private retransfer(): void {
    if (this.snap.presets.length) this.gl?.setTransfer(this.transfer());
  }

  // ---- drawing

  /** Something changed: a rough picture at once, a fine one when it rests. */
  private touch(): void {
    if (!this.block || !this.snap.eye) return;
    this.work++;
    clearTimeout(this.rest);
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      this.quick();
      this.rest = setTimeout(() => this.fine(), REST_MS);
    });
  }

  private fitCanvas(): [number, number] {
    const ratio = window.devicePixelRatio || 1;
    const size = [this.canvas.clientWidth, this.canvas.clientHeight].map((v) => Math.max(Math.round(v * ratio), 1)) as [number, number];
    if (this.canvas.width !== size[0] || this.canvas.height !== size[1]) Object.assign(this.canvas, { width: size[0], height: size[1] });
    return size;
  }

  private quick(): void {
    const began = performance.now();
    this.picture(this.coarse, 2);
    this.quickMs = performance.now() - began;
    if (this.quickMs > 70) this.coarse = Math.min(this.coarse * 1.4, 8);
    else if (this.quickMs < 20) this.coarse = Math.max(this.coarse / 1.2, 1);
    this.emit({ rough: true });
  }

  /** factor: screen pixels a pixel of the picture; loose: voxels between two looks. */
  private picture(factor: number, loose: number): void {
    const size = this.sized(factor);
    if (this.gl) {
      this.gl.draw(this.shot(size[0], loose));
      this.gl.finish();
      this.copy(0, 1);
    } else this.paint(size);
  }

  private sized(factor: number): [number, number] {
    const [width, height] = this.fitCanvas();
    const size = [width, height].map((v) => Math.max(Math.round(v / factor), 1)) as [number, number];
    if (this.gl) Object.assign(this.gl.canvas, { width: size[0], height: size[1] });
    return size;
  }

  private shot(width: number, loose: number) {
    const { eye, crop } = this.snap;
    const block = this.block as Block;
    this.gl?.setSurfaces(this.meshes.visibleIn(this.frameOfReference));
    const voxel = Math.min(...block.steps.map((s) => Math.hypot(...s)));
    return { eye: eye as Eye, crop, mm: ((eye as Eye).mm * this.canvas.clientWidth) / width, stride: voxel * loose };
  }

  /** Piece by piece, so that the page lives on while a program draws. */
  private fine(): void {
    const work = ++this.work;
    const slow = this.snap.by !== 'card';
    const factor = slow ? Math.max(1, this.canvas.width / SLOW_PIXELS) : 1;
    if (!this.gl) {
      this.picture(factor, 1);
      return this.emit({ rough: false, drawn: this.snap.drawn + 1 });
    }
    const [width] = this.sized(factor);
    const cost = this.quickMs * (this.coarse / factor) ** 2 * 3;
    const pieces = Math.min(Math.max(Math.ceil(cost / PIECE_MS), 1), 64);
    const piece = (i: number) => {
      if (work !== this.work || !this.gl) return;
      this.gl.draw(this.shot(width, slow ? 1 : 0.6), i / pieces, (i + 1) / pieces);
      this.gl.finish();
      this.copy(i / pieces, (i + 1) / pieces);
      if (i + 1 < pieces) this.frame = requestAnimationFrame(() => piece(i + 1));
      else this.emit({ rough: false, drawn: this.snap.drawn + 1 });
    };
    piece(0);
  }

  /** From the card's canvas onto the one that is seen; 0..1 from below. */
  private copy(from: number, to: number): void {
    const source = this.gl?.canvas;
    const context = this.canvas.getContext('2d');
    if (!source || !context) return;
    const { width, height } = this.canvas;
    // Two rows of the piece before are drawn again: at its edge they were mixed with what was not there yet.
    const [top, bottom] = [Math.floor((1 - to) * height), Math.ceil((1 - from) * height + (from > 0 ? (2 * height) / source.height : 0))];
    context.save();
    context.beginPath();
    context.rect(0, top, width, bottom - top);
    context.clip();
    context.imageSmoothingQuality = 'high';
    context.drawImage(source, 0, 0, width, height);
    context.restore();
  }

  /** The maximum by the processor, in the colours of the preset. */
  private paint([width, height]: [number, number]): void {
    const { eye, crop } = this.snap;
    const found = maximumAlong(this.block as Block, eye as Eye, crop, width, height, ((eye as Eye).mm * this.canvas.clientWidth) / width);
    const { bytes, low, high } = transferTable(this.transfer());
    const source = Object.assign(document.createElement('canvas'), { width, height });
    const [onto, context] = [source.getContext('2d'), this.canvas.getContext('2d')];
    if (!onto || !context) return;
    const data = onto.createImageData(width, height);
    found.forEach((value, i) => {
      const entry = Math.round(Math.min(Math.max((value - low) / (high - low), 0), 1) * (ENTRIES - 1)) * 4;
      if (!Number.isNaN(value)) data.data.set(bytes.subarray(entry, entry + 3), 4 * i);
      data.data[4 * i + 3] = 255;
    });
    onto.putImageData(data, 0, 0);
    context.drawImage(source, 0, 0, this.canvas.width, this.canvas.height);
  }

  private emit(change: Partial<ThreeSnapshot>): void {
    this.snap = { ...this.snap, ...change };
    for (const listener of this.listeners) listener();
  }
}

function ends({ points }: Transfer): [number, number] {
  return [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 1];
}

function coarser({ factors }: Block): string[] {
  if (factors.every((f) => f === 1)) return [];
  return [t('Too fine for this machine: {across} × {down} × {deep} voxels are taken together.', { across: factors[0], down: factors[1], deep: factors[2] })];
}

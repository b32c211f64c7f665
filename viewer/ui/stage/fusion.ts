/** A volume laid over the planes of other images, in its own window and colours. One may lie over several viewports. */
import { blendInto } from '../../core/blend';
import { colourMap } from '../../core/colour-maps';
import type { DataSet } from '../../core/dicom-json';
import { t } from '../../core/language';
import { isSuv, type SuvKind } from '../../core/suv';
import type { Cropper, Cropping } from '../../core/cropping';
import { reslice, resliceThrough, type SampledPlane } from '../../core/reslice';
import type { Volume, Voxels } from '../../core/volume';
import type { DisplaySet, ImageRef } from '../../domain/display-sets';
import { firstLayer, planeOfImage, type Layer } from '../../domain/fusion';
import { isFourDimensional, stepped } from '../../domain/dimensions';
import { frameOfReference } from '../../domain/linking';
import { idOf, nameOf, planeThrough, type Registered } from '../../domain/joined';
import { suvOfImage } from '../../domain/suv';
import type { KeptOver } from '../../domain/volume-kept';
import { volumeOf } from '../../domain/volume-stack';
import { suvKind } from '../suv-choice';
import { warpOf, type Warp } from './deforming';
import { wholeVolume } from './three-volume';

/** Planes that are not sampled again: those of the viewports on screen. */
const KEPT_PLANES = 12;

/** What the upper volume says at a point. */
export interface UpperReading {
  value: number;
  unit: string;
  suv?: { value: number; kind: SuvKind } | undefined;
}

/** cropper: the reason where it cannot be cropped so, and nothing is drawn. */
export interface Cut {
  cropping: Cropping;
  cropper: Promise<Cropper | string>;
}

export class Fusion {
  private readonly listeners = new Set<() => void>();
  /** Of the volume on its way; the one before is drawn until it has come. */
  private aborter = new AbortController();
  private release: (() => void) | undefined;
  /** An image of the time that is on its way, or drawn. */
  private at = 0;
  /** The same of the one that is drawn. */
  private shownAt = 0;
  private planes: { dataset: DataSet; frame: number; samples: Voxels }[] = [];
  private volume: Volume | undefined;
  private cropper: Cropper | undefined;
  private look: Layer | undefined;
  private warp: Warp | undefined;
  /** Why nothing is drawn. */
  private trouble = '';
  /** Another number when it would draw otherwise. */
  version = 0;
  /** Slices that have come, and all; equal when it is drawn. */
  done = 0;
  all = 1;

  /** frame: the frame of reference of the images below. registered: how their places lie in this volume, where it has another one. wanted: how it looks; else as it looks at first. cut: what is left of it, once that is here. */
  constructor(
    readonly set: DisplaySet,
    readonly frame: string,
    private by?: Registered,
    private readonly wanted?: Layer,
    private readonly cut?: Cut,
  ) {
    void this.load(0);
    void this.deform();
  }

  get registered(): Registered | undefined {
    return this.by;
  }

  /** By another object that joins the two frames of reference. */
  setRegistered(by: Registered): void {
    Object.assign(this, { by, planes: [] });
    void this.deform();
    this.changed();
  }

  /** The vectors of a deformable registration come later. */
  private async deform(): Promise<void> {
    const { by } = this;
    Object.assign(this, { warp: undefined, trouble: '' });
    if (!by?.deforming) return;
    try {
      const warp = await warpOf(by.deforming);
      if (this.by === by) Object.assign(this, { warp, planes: [] });
    } catch (error) {
      if (this.by === by) this.trouble = error instanceof Error ? error.message : String(error);
    }
    this.changed();
  }

  private async load(at: number): Promise<void> {
    const plan = volumeOf(this.set, at);
    if (typeof plan === 'string') return;
    this.aborter.abort();
    const aborter = new AbortController();
    Object.assign(this, { aborter, at });
    const cropper = await this.cut?.cropper;
    if (typeof cropper === 'string') return this.fail(cropper);
    if (aborter.signal.aborted) return;
    this.cropper = cropper;
    try {
      const { volume, release } = await wholeVolume(this.set, plan, (done, all) => this.changed({ done, all }), aborter.signal);
      if (aborter.signal.aborted) return release();
      this.release?.();
      Object.assign(this, { release, volume, shownAt: at, planes: [] });
      this.look ??= this.wanted ?? firstLayer(this.sample, volume, suvKind());
      this.changed();
    } catch (error) {
      if (!aborter.signal.aborted) throw error;
    }
  }

  private fail(trouble: string): void {
    this.trouble = trouble;
    this.changed();
  }

  stop(): void {
    this.aborter.abort();
    this.release?.();
    this.listeners.clear();
  }

  /** Which time is drawn, from 1, of how many; undefined where there is one. */
  get time(): { time: number; times: number } | undefined {
    const { dimensions: d } = this.set;
    return isFourDimensional(d) ? { time: (d.places[this.shownAt]?.time ?? 0) + 1, times: d.times } : undefined;
  }

  /** Which time it is, and by what it came to lie there. */
  notes(): string[] {
    const { time, registered } = this;
    const by = registered && nameOf(registered);
    return [...(this.trouble ? [this.trouble] : []), ...(time ? [t('Time {time} of {times}.', time)] : []), ...(by ? [registered?.deforming ? t('deformed by {object}', { object: by }) : t('registered by {object}', { object: by })] : [])];
  }

  /** The volume of an earlier or later time. False where there are no times. */
  stepTime(by: number): boolean {
    const { dimensions } = this.set;
    if (!isFourDimensional(dimensions)) return false;
    const at = stepped(dimensions, this.at, by, 'time');
    if (at !== this.at) void this.load(at);
    return true;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): number => this.version;

  /** Undefined until all slices have come. */
  get layer(): Layer | undefined {
    return this.look;
  }

  /** To be laid over again. */
  kept(): KeptOver {
    return { series: this.set.seriesInstanceUid, layer: this.look ?? this.wanted, ...(this.by ? { registered: idOf(this.by) } : {}), ...(this.cut && { cropping: this.cut.cropping }) };
  }

  get sample(): ImageRef {
    return this.set.images[this.shownAt] as ImageRef;
  }

  get unit(): string {
    return this.volume?.unit ?? '';
  }

  setLayer(change: Partial<Layer>): void {
    if (!this.look) return;
    this.look = { ...this.look, ...change };
    this.changed();
  }

  private changed(change: { done?: number; all?: number } = {}): void {
    Object.assign(this, change);
    this.version++;
    for (const listener of this.listeners) listener();
  }

  /** Into the words of the painted image (0xAABBGGRR, row by row). */
  paintOver(image: ImageRef, words: Uint32Array): void {
    const [volume, look, samples] = [this.volume, this.look, this.samplesOn(image)];
    const colours = look && colourMap(look.colourMap);
    if (!volume || !look || !samples || !colours || samples.length !== words.length) return;
    const { slope, intercept, outside } = volume;
    blendInto(words, { samples, slope, intercept, outside }, { ...look, voi: { kind: 'window', window: look.window }, words: colours.words });
  }

  /** column, row: of the image, from 0. */
  valueAt(image: ImageRef, column: number, row: number): UpperReading | undefined {
    const stored = this.samplesOn(image)?.[row * image.pixel.columns + column];
    const volume = this.volume;
    if (!volume || stored === undefined || stored === volume.outside) return undefined;
    const value = stored * volume.slope + volume.intercept;
    const suv = suvOfImage(this.sample, suvKind());
    return { value, unit: volume.unit, suv: isSuv(suv) ? { value: value * suv.factor, kind: suv.kind } : undefined };
  }

  /** By the data set: planes that are turned describe themselves anew. */
  private samplesOn(image: ImageRef): Voxels | undefined {
    const { dataset, frame } = image;
    const known = this.planes.find((p) => p.dataset === dataset && p.frame === frame);
    const plane = known || frameOfReference(image) !== this.frame ? undefined : planeOfImage(image);
    if (known || !this.volume || !plane) return known?.samples;
    const samples = this.sampled(this.volume, plane);
    if (!samples) return undefined;
    this.planes = [{ dataset, frame, samples }, ...this.planes].slice(0, KEPT_PLANES);
    return samples;
  }

  private sampled(volume: Volume, plane: SampledPlane): Voxels | undefined {
    const { cropper } = this;
    if (!this.by) return reslice(volume, plane, undefined, false, cropper);
    if (!this.by.deforming) return reslice(volume, planeThrough(this.by.matrix, plane), undefined, false, cropper);
    return this.warp && resliceThrough(volume, plane, this.warp, cropper);
  }
}

/** Multiplanar on and off: makes the volume of the active series, hangs its planes, and puts back what hung before. */
import { t } from '../core/language';
import { frameOfReference, rectangleOf } from '../domain/linking';
import type { Cropper } from '../core/cropping';
import { toImage, toPatient, type PlaneKind } from '../core/image-plane';
import { apply, invert, type Point2, type Point3 } from '../core/geometry';
import type { DisplaySet } from '../domain/display-sets';
import { isFourDimensional, stepped } from '../domain/dimensions';
import type { Hanging } from '../domain/hanging';
import { findingTexts, refusalText, volumeOf, type VolumePlan } from '../domain/volume-stack';
import { memoryLimit } from './stage/frames';
import { PLANES, planeId, planeOfCell, Reformatting, seriesOfCell, type Host } from './stage/reformatting';
import { ServerVolume } from './stage/server-volume';
import { chooseServer, serverChoice } from './settings';
import { whyNotOnServer } from '../domain/server-planes';
import type { Stage, StageChange } from './stage/stage';
import { FRESH, type View } from './stage/view';
import type { KeptVolume } from '../domain/volume-kept';
import type { SeriesState, ViewerModel } from './viewer-model';

const NAMES: Record<PlaneKind | 'curve', string> = { ax: t('Axial'), cor: t('Coronal'), sag: t('Sagittal'), curve: t('Curved') };
const MEGABYTE = 2 ** 20;
/** mm that one step of the wheel adds to a slab. */
const SLAB_STEP = 2;

interface Planned {
  plan: VolumePlan;
  state: SeriesState;
  set: DisplaySet;
  at: number;
  /** Why it does not fit into the memory of this machine; '' when it does. */
  tooLarge: string;
}

/** The slices and the volume made of them are in memory at the same time. */
function tooLarge(plan: VolumePlan): string {
  if (2 * plan.bytes <= memoryLimit()) return '';
  const values = { needs: Math.ceil((2 * plan.bytes) / MEGABYTE), has: Math.floor(memoryLimit() / MEGABYTE) };
  return t('The volume is too large for this machine: it takes {needs} MB of {has} MB.', values);
}

export class Multiplanar {
  private now: Reformatting | undefined;
  private before: Hanging | undefined;
  private queued = 0;
  private asking: AbortController | undefined;

  constructor(private readonly model: ViewerModel) {}

  get active(): Reformatting | undefined {
    return this.now;
  }

  /** Why the series of the active viewport makes no planes; '' when it does. */
  whyNot(): string {
    const made = this.planned();
    return typeof made === 'string' ? made : made.tooLarge && whyNotOnServer(made.set, made.plan) ? made.tooLarge : '';
  }

  /** Why it makes no volume in the memory of this machine; '' when it does. */
  whyNotHere(): string {
    const made = this.planned();
    return typeof made === 'string' ? made : made.tooLarge && `${made.tooLarge} ${t('The stack stays.')}`;
  }

  private planned(): Planned | string {
    const { model } = this;
    const uid = seriesOfCell(model.hanging.cells[model.active] ?? '');
    return this.plannedOf(uid, this.now?.series === uid ? this.now.at : (model.stage()?.snapshot().index ?? 0));
  }

  private plannedOf(uid: string, at: number): ReturnType<Multiplanar['planned']> {
    const state = this.model.series.get(uid);
    const set = state?.set;
    if (!state || !set?.images.length) return t('No images hang here.');
    const plan = volumeOf(set, at);
    if (typeof plan === 'string') return refusalText(plan);
    return { plan, state, set, at, tooLarge: tooLarge(plan) };
  }

  /** On, or back to what hung before. */
  toggle(): void {
    if (this.now) return this.leave();
    const made = this.planned();
    if (typeof made === 'string') return this.model.tell(made);
    if (!made.tooLarge && !serverChoice()) return this.lay(made);
    void this.ask(made).then((server) => server && !this.now && this.lay(made, server));
  }

  private lay({ plan, state, set, at }: Planned, server?: ServerVolume): void {
    const shown = this.model.stage()?.view() ?? FRESH;
    this.before = this.model.hanging;
    const now = this.begin(set, at, plan, server);
    for (const kind of PLANES) this.adopt(kind, state, { ...FRESH, voi: shown.voi, inverted: shown.inverted, colourMap: shown.colourMap, index: now.indexOf(kind) });
    const cells = [...PLANES.map((kind) => planeId(now.series, kind)), ''];
    this.model.hangCells({ rows: 2, columns: 2, cells }, 0);
    this.model.update({ tool: 'crosshair' });
  }

  // ---- who makes them

  /** The volume on the server; undefined when it has none, which is said, or nobody waits any more. */
  private async ask({ set, plan, tooLarge }: Planned): Promise<ServerVolume | undefined> {
    const whyNot = whyNotOnServer(set, plan);
    if (whyNot) return void this.model.tell([tooLarge, whyNot].filter(Boolean).join(' '));
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    this.model.tell([tooLarge, t('The server makes the planes: it reads the slices.')].filter(Boolean).join(' '));
    try {
      const server = await ServerVolume.ask(set, plan, asking.signal);
      if (asking.signal.aborted) return undefined;
      this.model.tell([tooLarge, t('The server makes the planes.')].filter(Boolean).join(' '));
      return server;
    } catch (error) {
      if (!asking.signal.aborted) this.model.tell(t('The server makes no planes of it: {reason}', { reason: error instanceof Error ? error.message : String(error) }));
      return undefined;
    }
  }

  get onServer(): boolean {
    return this.now?.server !== undefined || (!this.now && serverChoice());
  }

  /** Planes from the server or from here, those on screen at once; kept for the next time. */
  async setOnServer(on: boolean): Promise<void> {
    chooseServer(on);
    const { now, model } = this;
    if (!now) return model.tell(on ? t('The server makes the planes from now on.') : t('This machine makes the planes from now on.'));
    const { source: set, at, plan } = now;
    const why = tooLarge(plan);
    if (!on && why) return model.tell(`${why} ${t('The server makes the planes.')}`);
    const state = model.series.get(now.series);
    const server = on && state ? await this.ask({ plan, state, set, at, tooLarge: '' }) : undefined;
    if (this.now !== now || (on && !server)) return model.update();
    this.begin(set, at, plan, server);
    this.goOnFrom(now);
  }

  /** Other planes in the place of those that hang, through the same point. */
  private goOnFrom(old: Reformatting): void {
    const { now } = this;
    if (!now) return;
    old.stop();
    now.goOnFrom(old);
    for (const kind of PLANES) this.exchange(planeId(now.series, kind), now.plane(kind).set, now.indexOf(kind));
    this.model.update();
    this.model.fetching.plan();
  }

  private begin(set: DisplaySet, at: number, plan: VolumePlan, server?: ServerVolume): Reformatting {
    const host: Host = {
      stageOf: (id) => this.stageOf(id),
      rehang: (id, next, index) => this.exchange(id, next, index),
      changed: () => this.changed(),
    };
    this.now = new Reformatting(set, at, plan, host, server);
    return this.now;
  }

  /** The volume of an earlier or later time, through the same point. False where there are no times. */
  stepTime(by: number): boolean {
    const old = this.now;
    if (!old || !isFourDimensional(old.source.dimensions)) return false;
    const at = stepped(old.source.dimensions, old.at, by, 'time');
    const plan = volumeOf(old.source, at);
    if (at === old.at || typeof plan === 'string') return true;
    this.begin(old.source, at, plan);
    this.goOnFrom(old);
    return true;
  }

  private adopt(kind: PlaneKind | 'curve', { study, series }: SeriesState, view: View): void {
    const id = planeId(series.series_instance_uid, kind);
    const set = this.now?.set(kind);
    if (!set) return;
    const number = series.series_number === null ? '' : String(series.series_number);
    const name = t('{plane}: MPR of {series}', { plane: NAMES[kind], series: number || series.series_description || series.modality });
    const own = { ...series, series_instance_uid: id, series_number: null, series_description: name };
    this.model.adoptComputed(id, { study, series: own, set, loaded: 0, failed: 0, wanted: 0, error: '' }, view);
  }

  /** What `restore` can make again. */
  kept(): KeptVolume | undefined {
    return this.now && { ...this.now.toKeep(), before: this.before };
  }

  /** The planes that hang are computed again: after a reload, or by undo. Where they cannot be, what hung before comes back. */
  async restore(kept: KeptVolume): Promise<void> {
    const { model } = this;
    const set = await model.fetchSet(kept.series);
    const made = this.plannedOf(kept.series, Math.min(kept.at, (set?.images.length ?? 1) - 1));
    const server = typeof made === 'object' && (made.tooLarge || serverChoice()) ? await this.ask(made) : undefined;
    const cropper = typeof made === 'object' ? await this.cropperOf(kept, made.set) : undefined;
    if (model.isClosed || this.now || !model.hanging.cells.some((cell) => planeOfCell(cell))) return;
    const why = typeof made === 'string' ? made : typeof cropper === 'string' ? cropper : '';
    if (typeof made === 'string' || typeof cropper === 'string' || (made.tooLarge && !server)) {
      if (why) model.tell(why);
      return model.hangAll(kept.before ?? { rows: 1, columns: 1, cells: [kept.series] });
    }
    this.before = kept.before;
    const now = this.begin(made.set, made.at, made.plan, server);
    now.restore(kept, cropper);
    this.layGraphics(kept);
    for (const kind of PLANES) this.adopt(kind, made.state, { ...model.viewOf(planeId(now.series, kind)), index: now.indexOf(kind) });
    if (kept.curved && now.makeCurve()) this.adopt('curve', made.state, model.viewOf(planeId(now.series, 'curve')));
    model.hanging.cells.forEach((cell, i) => planeOfCell(cell) && model.hang(i));
    model.fetching.plan();
    model.update();
  }

  /** Planes as an object says; the reason when there are none. */
  async openAs(kept: KeptVolume, view: View, first: PlaneKind): Promise<string> {
    const { model } = this;
    const was = this.now;
    await model.fetchSet(kept.series);
    const made = this.plannedOf(kept.series, kept.at);
    if (typeof made === 'string') return made;
    const cropper = await this.cropperOf(kept, made.set);
    if (typeof cropper === 'string') return cropper;
    // Planes of the server are not cropped.
    if (cropper && made.tooLarge) return made.tooLarge;
    const server = made.tooLarge || (serverChoice() && !cropper) ? await this.ask(made) : undefined;
    if (model.isClosed || this.now !== was) return '';
    if (made.tooLarge && !server) return made.tooLarge;
    // Not before it is sure that there are planes: the reason must be seen where they were asked for.
    if (this.now) this.leave();
    this.before = model.hanging;
    const now = this.begin(made.set, made.at, made.plan, server);
    now.restore(kept, cropper);
    this.layGraphics(kept);
    for (const kind of PLANES) this.adopt(kind, made.state, { ...view, index: now.indexOf(kind) });
    const cells = [...PLANES.map((kind) => planeId(now.series, kind)), ''];
    model.hangCells({ rows: 2, columns: 2, cells }, PLANES.indexOf(first));
    model.update({ tool: 'crosshair' });
    return '';
  }

  /** The reason where what it is cropped by cannot be had; undefined where it is not cropped. */
  private async cropperOf({ cropping }: KeptVolume, set: DisplaySet): Promise<Cropper | string | undefined> {
    const [sample] = set.images;
    return cropping && sample && (await import('./states/cropping')).cropperOf(this.model, cropping, frameOfReference(sample));
  }

  /** Those of the presentation state that they are of. */
  private layGraphics({ shownBy }: KeptVolume): void {
    if (shownBy) void import('./states/volume-graphics').then(({ layGraphics }) => layGraphics(this.model, shownBy));
  }

  leave(): void {
    this.asking?.abort();
    const before = this.before;
    this.model.update({ tool: this.model.tool === 'crosshair' || this.model.tool === 'curve' ? 'window' : this.model.tool });
    if (before) this.model.hangCells(before, Math.min(this.model.active, before.cells.length - 1));
    this.end();
  }

  /** When no plane hangs any more the volume goes. */
  check(): void {
    if (this.now && !this.model.hanging.cells.some((cell) => planeOfCell(cell))) this.end();
  }

  /** The viewer is left. */
  close(): void {
    this.asking?.abort();
    this.now?.stop();
    this.now = undefined;
  }

  private end(): void {
    const now = this.now;
    if (!now) return;
    this.now = undefined;
    now.stop();
    if (now.shownBy) this.model.layers.remove('volumetric-graphics');
    this.model.forgetComputed([...PLANES, 'curve' as const].map((kind) => planeId(now.series, kind)));
  }

  private changed(): void {
    // Many slices come in one moment; React hears of them once.
    this.queued ||= requestAnimationFrame(() => {
      this.queued = 0;
      this.model.update();
    });
  }

  stageOf(id: string): Stage | undefined {
    const cell = this.model.hanging.cells.indexOf(id);
    return cell < 0 ? undefined : this.model.stages.get(cell);
  }

  /** The plane that a stage shows. */
  planeOf(stage: Stage): PlaneKind | undefined {
    const plane = planeOfCell(stage.snapshot().displaySet?.seriesInstanceUid ?? '');
    return plane === 'curve' ? undefined : plane;
  }

  /** Frames of another size: the anatomy in the middle and the zoom stay. */
  private exchange(id: string, set: DisplaySet, index: number): void {
    this.model.replaceComputed(id, set);
    const stage = this.stageOf(id);
    if (!stage) return;
    const before = stage.snapshot();
    const from = before.ref && rectangleOf(before.ref);
    const middle = stage.middle();
    const point = from && middle && toPatient(from, middle);
    void stage.show(set, { ...stage.view(), index, place: undefined }).then(() => {
      const { ref, displaySet } = stage.snapshot();
      const to = ref && rectangleOf(ref);
      if (displaySet === set && from && to && point) stage.centre((before.zoom * to.spacing.column) / from.spacing.column, toImage(to, point));
    });
  }

  // ---- what the reader does

  /** A stage was asked for something: planes of one volume go together. */
  followed(stage: Stage, what: StageChange): void {
    const plane = this.now && this.planeOf(stage);
    if (!this.now || !plane) return;
    const snap = stage.snapshot();
    if (what === 'image') this.now.followed(plane, snap.index);
    if (what !== 'window') return;
    for (const kind of PLANES) {
      const other = this.stageOf(planeId(this.now.series, kind));
      if (!other || other === stage) continue;
      const { voi, inverted } = other.snapshot();
      if (voi !== snap.voi) other.setVoi(snap.voi);
      if (inverted !== snap.inverted) other.toggleInvert();
    }
  }

  /** Patient point under CSS pixels of a stage; undefined where the image has no place. */
  pointAt(stage: Stage, at: Point2): Point3 | undefined {
    const { ref, matrix } = stage.snapshot();
    const rectangle = ref && rectangleOf(ref);
    const back = invert(matrix);
    if (!rectangle || !back) return undefined;
    const ratio = window.devicePixelRatio || 1;
    return toPatient(rectangle, apply(back, [at[0] * ratio, at[1] * ratio]));
  }

  /** The pointer of the crosshair or of the drawn path, pressed or dragged. */
  press(stage: Stage, at: Point2, first: boolean): void {
    const plane = this.now && this.planeOf(stage);
    const point = this.pointAt(stage, at);
    if (!this.now || !plane || !point) {
      if (first && this.model.tool === 'crosshair' && !this.now) this.model.tell(t('The crosshair moves the planes of Multiplanar.'));
      return;
    }
    if (this.model.tool === 'curve') {
      if (first) this.now.addToPath(plane, point);
    } else this.now.moveTo(point, plane);
  }

  /** Wheel steps over a plane with Alt. False where there is no slab. */
  thicken(steps: number): boolean {
    if (!this.now) return false;
    this.model.toolHelp.use('slab');
    this.now.setSlab({ thickness: this.now.slab.thickness + steps * SLAB_STEP });
    return true;
  }

  /** The path becomes a view, in the free cell. */
  makeCurve(): void {
    const { now, model } = this;
    if (!now) return;
    if (now.server) return model.tell(t('The server makes no curved planes.'));
    const set = now.makeCurve();
    model.update({ tool: 'crosshair' });
    if (!set) return model.tell(t('A curve takes two points or more.'));
    const id = planeId(now.series, 'curve');
    const state = model.series.get(now.series);
    const hangs = model.hanging.cells.indexOf(id);
    if (state) this.adopt('curve', state, { ...FRESH, voi: model.stage()?.snapshot().voi });
    if (hangs >= 0) return model.hang(hangs);
    const { cells } = model.hanging;
    const free = cells.indexOf('') >= 0 ? cells.indexOf('') : cells.length - 1;
    model.hangCells({ ...model.hanging, cells: cells.map((cell, i) => (i === free ? id : cell)) }, model.active);
  }

  /** What must be known of the volume, one sentence each. */
  findings(): string[] {
    const { now } = this;
    if (!now) return [];
    const { findings, order } = now.plan;
    const { dimensions: d } = now.source;
    const time = isFourDimensional(d) ? [t('Time {time} of {times}.', { time: (d.places[now.at]?.time ?? 0) + 1, times: d.times })] : [];
    const lost = [...now.load.failed].sort((a, b) => a - b).map((slot) => t('Slice {slice} cannot be read: the volume stops there.', { slice: String(slot + 1) }));
    return [...time, ...findingTexts(findings, now.pixel, now.steps), ...(order.length ? lost : [])];
  }
}

/** One series seen in planes: its volume, three stacks of planes through one point, and a curve. */
import { number, t } from '../../core/language';
import { minMax, type Frame } from '../../core/frame';
import { cross, dot, type Point3 } from '../../core/geometry';
import { spacingOf, voisOf } from '../../core/image-description';
import { centreOf, type PlaneKind } from '../../core/image-plane';
import type { Cropper, Cropping } from '../../core/cropping';
import { evenPath, layerStep, reslice, resliceCurve, type Curve, type SampledPlane, type Slab, type SlabMode } from '../../core/reslice';
import { centreOfVolume, lastPlace, patientToVoxel, rangeOf, voxelToPatient, type Voxels } from '../../core/volume';
import { windowOver, type Window } from '../../core/voi';
import type { DisplaySet, FrameSource } from '../../domain/display-sets';
import { rectangleOf } from '../../domain/linking';
import { curvedSet, frameAt, indexAt, obliqueStack, ontoFrame, orthogonalStack, ORTHOGONAL, Reformat, turnedAbout, type Origin } from '../../domain/reformat';
import type { KeptVolume, ShownBy } from '../../domain/volume-kept';
import { findingNotes, type VolumePlan } from '../../domain/volume-stack';
import { dropFrames, imageId, outdate, replaceFrame, roughen } from './frames';
import { ServerVolume } from './server-volume';
import type { Stage } from './stage';
import { VolumeLoad } from './volume-load';

export const PLANES: readonly PlaneKind[] = ['ax', 'sag', 'cor'];
const CURVE = 'curve';
/** Half of how far a curve reaches to either side of its path, mm. */
const CURVE_REACH = 60;
const MOST_SLAB = 200;
/** A plane that moved so short a while ago may move on. */
const MOVING_MS = 150;
/** Places in a volume that are looked at fast enough for a plane that is dragged. */
const FAST_SAMPLES = 3e6;

/** Ids of what a series is reformatted to: they hang in cells like series. */
export function planeId(series: string, plane: PlaneKind | typeof CURVE): string {
  return `${series}#${plane}`;
}

const PLANE = /#(ax|sag|cor|curve)$/;

/** The series, or the part of one, that a plane or slab is of; others as they are. */
export function seriesOfCell(id: string): string {
  return id.replace(PLANE, '').replace(/#(slab\d+(max|mean)|stereo-\w+)$/, '');
}

export function planeOfCell(id: string): PlaneKind | typeof CURVE | undefined {
  return PLANE.exec(id)?.[1] as PlaneKind | typeof CURVE | undefined;
}

export interface Host {
  /** The stage where something hangs, if it does. */
  stageOf: (id: string) => Stage | undefined;
  /** Hang the display set of a plane anew: its frames have become others in size and number. */
  rehang: (id: string, set: DisplaySet, index: number) => void;
  changed: () => void;
}

/** It lies as the planes of the patient do. */
function isStraight(kind: PlaneKind, right: Point3, down: Point3): boolean {
  return dot(right, ORTHOGONAL[kind].right) > 0.999999 && dot(down, ORTHOGONAL[kind].down) > 0.999999;
}

export class Reformatting {
  readonly load: VolumeLoad | ServerVolume;
  private readonly origin: Omit<Origin, 'id'>;
  private readonly planes = new Map<PlaneKind, Reformat>();
  private busy = false;
  /** When a plane was last turned or made thicker. */
  private movedAt = -Infinity;
  private finished = false;
  /** Where the planes cross, in the patient. */
  point: Point3;
  slab: Slab = { mode: 'max', thickness: 0 };
  /** Slices as they are instead of mixed where they lie far apart. */
  steps = false;
  oblique = false;
  /** What a presentation state leaves of the volume. */
  private cut: { cropping: Cropping; cropper: Cropper } | undefined;
  /** That state. */
  shownBy: ShownBy | undefined;
  /** What the reader draws a curve through, patient points on the frames of one plane. */
  path: Point3[] = [];
  drawnOn: PlaneKind = 'ax';
  private curve: { set: DisplaySet; wall: Curve } | undefined;

  constructor(
    readonly source: DisplaySet,
    readonly at: number,
    readonly plan: VolumePlan,
    private readonly host: Host,
    /** The volume on the server, where that makes the planes. */
    readonly server?: ServerVolume,
  ) {
    const sample = plan.images[Math.floor(plan.images.length / 2)] as VolumePlan['images'][number];
    this.load = server ?? new VolumeLoad(source.studyInstanceUid, source.seriesInstanceUid, plan, () => this.grown());
    const vois = voisOf(sample.dataset, sample.frame, sample.pixel);
    const windows: Window[] = vois.flatMap((voi) => (voi.kind === 'window' ? [voi.window] : []));
    if (server && !windows.length) windows.push(server.range);
    this.origin = { studyInstanceUid: source.studyInstanceUid, sample, volume: this.load.volume, windows };
    const shown = source.images[at];
    const rectangle = shown && rectangleOf(shown);
    this.point = rectangle ? centreOf(rectangle) : centreOfVolume(this.load.volume);
    for (const kind of PLANES) this.planes.set(kind, this.made(kind, orthogonalStack(this.load.volume, kind)));
  }

  get series(): string {
    return this.source.seriesInstanceUid;
  }

  /** Millimetres a pixel of the source. */
  get pixel(): number {
    const spacing = spacingOf(this.origin.sample.dataset, this.origin.sample.frame);
    return spacing ? Math.min(spacing.row, spacing.column) : 1;
  }

  /** Where another one of the series stood: as thick, turned as it was, and at the same point. */
  goOnFrom(old: Reformatting): void {
    const { point, steps, oblique, path, drawnOn, cut, shownBy } = old;
    Object.assign(this, { point, steps, oblique, path, drawnOn, cut, shownBy });
    if (oblique) for (const kind of PLANES) this.planes.set(kind, this.made(kind, old.plane(kind).stack));
    this.setSlab(old.slab);
  }

  stop(): void {
    this.load.stop();
    for (const plane of this.planes.values()) dropFrames(this.idsOf(plane.set));
    if (this.curve) dropFrames(this.idsOf(this.curve.set));
  }

  set(plane: PlaneKind | typeof CURVE): DisplaySet | undefined {
    return plane === CURVE ? this.curve?.set : this.planes.get(plane)?.set;
  }

  plane(kind: PlaneKind): Reformat {
    return this.planes.get(kind) as Reformat;
  }

  /** The frame of a plane that goes through the crossing. */
  indexOf(kind: PlaneKind): number {
    return indexAt(this.plane(kind).stack, this.point);
  }

  normal(kind: PlaneKind): Point3 {
    return this.plane(kind).stack.travel;
  }

  /** How it is looked at, to be made again later. */
  toKeep(): Omit<KeptVolume, 'before'> {
    const { series, at, point, slab, steps, path, drawnOn } = this;
    const axes: KeptVolume['axes'] = {};
    for (const kind of PLANES) {
      const { right, down, travel } = this.plane(kind).stack;
      if (!isStraight(kind, right, down)) axes[kind] = { right, down, travel };
    }
    return { series, at, point, slab, steps, axes, path, drawnOn, curved: this.curve !== undefined, ...(this.cut && { cropping: this.cut.cropping }), ...(this.shownBy && { shownBy: this.shownBy }) };
  }

  /** Before its planes hang. cropper: of what is kept. */
  restore({ point, slab, steps, axes, path, drawnOn, cropping, shownBy }: KeptVolume, cropper?: Cropper): void {
    this.shownBy = shownBy;
    if (cropping && cropper) this.cut = { cropping, cropper };
    Object.assign(this, { point: this.kept(point), slab, steps, path, drawnOn });
    for (const kind of PLANES) {
      const turned = axes[kind];
      if (turned) this.oblique = true;
      this.planes.set(kind, this.made(kind, turned ? obliqueStack(this.load.volume, turned, turned.travel, this.point) : this.plane(kind).stack));
    }
  }

  private made(kind: PlaneKind, stack: Reformat['stack']): Reformat {
    const origin = { ...this.origin, id: planeId(this.series, kind) };
    const source: FrameSource = (image, signal) => this.frameFor(made, image.frame - 1, signal);
    const made: Reformat = new Reformat(origin, stack, source);
    made.slab = this.slab.thickness ? this.slab : undefined;
    if (this.server) made.set.elsewhere = true;
    made.set.notes = () => this.notes();
    return made;
  }

  private notes(): { short: string; long: string }[] {
    const { mode, thickness } = this.slab;
    const name = { max: 'MIP', min: 'MinIP', mean: t('average') }[mode];
    const slab = thickness ? [{ short: `${name} ${number(thickness)} mm`, long: t('A slab, {thickness} mm thick.', { thickness }) }] : [];
    const by = this.server ? [{ short: t('made on the server'), long: t('The server makes this plane; its slices are not on this machine.') }] : [];
    const cut = this.cut ? [this.server ? { short: t('not cropped'), long: t('The server does not crop its planes as the presentation state says.') } : { short: t('cropped'), long: t('A presentation state leaves a part of the volume.') }] : [];
    return [...by, ...cut, ...slab, ...findingNotes(this.plan.findings, this.pixel)];
  }

  private frameFor(plane: Reformat, index: number, signal: AbortSignal): Promise<Frame> {
    if (!this.server) return this.atRest(plane, index, signal);
    return this.server.frame(frameAt(plane.stack, index), plane.slab, signal, performance.now() - this.movedAt < MOVING_MS);
  }

  /** All pixels; of a plane that takes long when it is not moved any more. */
  private async atRest(plane: Reformat, index: number, signal: AbortSignal): Promise<Frame> {
    const left = () => (this.coarseness(plane) > 1 ? MOVING_MS - (performance.now() - this.movedAt) : 0);
    for (let ms = left(); ms > 0; ms = left()) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      signal.throwIfAborted();
    }
    return this.frameOf(plane, index);
  }

  /** How many pixels are one while the plane is moved, each way: a power of two, 1 where all of them are fast enough. */
  private coarseness({ stack, slab }: Reformat): number {
    if (this.server || !slab?.thickness) return 1;
    const layers = slab.thickness / layerStep(this.load.volume, frameAt(stack, 0)) + 1;
    const samples = stack.columns * stack.rows * layers;
    return samples <= FAST_SAMPLES ? 1 : samples <= 4 * FAST_SAMPLES ? 2 : 4;
  }

  private roughOf(plane: Reformat, index: number, step: number): Frame {
    const at = frameAt(plane.stack, index);
    const larger = (v: Point3): Point3 => [v[0] * step, v[1] * step, v[2] * step];
    const [columns, rows] = [Math.ceil(at.columns / step), Math.ceil(at.rows / step)];
    return this.asFrame(this.resliced({ origin: at.origin, right: larger(at.right), down: larger(at.down), columns, rows }, plane), columns, rows);
  }

  private resliced(at: SampledPlane, { slab }: Reformat): Voxels {
    return reslice(this.load.volume, at, slab, this.steps, this.cut?.cropper);
  }

  private redraw(plane: Reformat, index: number, id: string | undefined): void {
    const step = this.coarseness(plane);
    if (id && step > 1) roughen(id, this.roughOf(plane, index, step));
    else if (id) replaceFrame(id, this.frameOf(plane, index));
  }

  private frameOf(plane: Reformat, index: number): Frame {
    const at = frameAt(plane.stack, index);
    return this.asFrame(this.resliced(at, plane), at.columns, at.rows);
  }

  private asFrame(samples: Voxels, columns: number, rows: number): Frame {
    const { outside } = this.load.volume;
    return { rows, columns, colour: false, samples, ...minMax(samples, [outside, outside]) };
  }

  private idsOf(set: DisplaySet): string[] {
    return set.images.map((image) => imageId(set.studyInstanceUid, set.seriesInstanceUid, image));
  }

  // ---- loading

  private grown(): void {
    if (this.load.isComplete && !this.finished) {
      this.finished = true;
      if (!this.origin.windows.length) this.setRange();
    }
    for (const kind of PLANES) this.renew(this.plane(kind));
    this.renewCurve();
    this.host.changed();
  }

  /** Without a window of the object: all that the volume holds, the same in each plane. */
  private setRange(): void {
    const { slope, intercept } = this.load.volume;
    const { min, max } = rangeOf(this.load.volume);
    const ends = [min * slope + intercept, max * slope + intercept];
    const windows = [windowOver(Math.min(...ends), Math.max(...ends))];
    for (const kind of PLANES) this.plane(kind).origin.windows = windows;
  }

  /** Its frames are others now: what is on the screen is drawn at once. */
  private renew(plane: Reformat): void {
    plane.moved();
    const ids = this.idsOf(plane.set);
    const stage = this.host.stageOf(plane.origin.id);
    const snap = stage?.snapshot();
    const shown = snap?.displaySet === plane.set ? snap.index : -1;
    const id = ids[shown];
    this.movedAt = performance.now();
    if (this.server) return outdate(ids, id);
    dropFrames(ids.filter((_, i) => i !== shown));
    this.redraw(plane, shown, id);
  }

  // ---- the crossing

  /** The planes go where they cross the point; the one it was chosen on stays. */
  moveTo(point: Point3, except?: PlaneKind): void {
    this.point = this.kept(point);
    this.busy = true;
    for (const kind of PLANES) if (kind !== except) void this.host.stageOf(planeId(this.series, kind))?.goTo(this.indexOf(kind));
    this.busy = false;
    this.host.changed();
  }

  /** Inside the volume. */
  private kept(point: Point3): Point3 {
    const { volume } = this.load;
    const at = patientToVoxel(volume, point);
    const last: Point3 = [volume.size[0] - 1, volume.size[1] - 1, lastPlace(volume)];
    if (at.every((v, i) => v >= 0 && v <= (last[i] as number))) return point;
    return voxelToPatient(volume, at.map((v, i) => Math.min(Math.max(v, 0), last[i] as number)) as Point3);
  }

  /** A plane was scrolled: the crossing goes with it. */
  followed(kind: PlaneKind, index: number): void {
    if (this.busy) return;
    this.point = ontoFrame(this.plane(kind).stack, index, this.point);
    this.host.changed();
  }

  /** Turn the other two planes about the normal of this one; angle in radians, clockwise on its screen. only: just that one of them. */
  turn(about: PlaneKind, angle: number, only?: PlaneKind): void {
    const { right, down } = this.plane(about).stack;
    const axis = cross(right, down);
    for (const kind of PLANES) {
      if (kind === about || (only && kind !== only)) continue;
      const { stack } = this.plane(kind);
      const turned = (v: Point3) => turnedAbout(v, axis, angle);
      this.lay(kind, { right: turned(stack.right), down: turned(stack.down) }, turned(stack.travel));
    }
    this.oblique = true;
    this.host.changed();
  }

  /** A plane with other directions. Its first turn makes its frames larger; after that they stay as large. */
  private lay(kind: PlaneKind, axes: { right: Point3; down: Point3 }, travel: Point3): void {
    const plane = this.plane(kind);
    const stack = obliqueStack(this.load.volume, axes, travel, this.point);
    const same = plane.stack.columns === stack.columns && plane.stack.rows === stack.rows && plane.stack.offsets.length === stack.offsets.length;
    if (same) {
      plane.stack = stack;
      const at = this.indexOf(kind);
      const stage = this.host.stageOf(plane.origin.id);
      if (stage && stage.snapshot().index !== at) {
        this.busy = true;
        this.dropAll(plane);
        const id = this.idsOf(plane.set)[at];
        const step = this.coarseness(plane);
        if (id && step > 1) roughen(id, this.roughOf(plane, at, step));
        void stage.goTo(at);
        this.busy = false;
      } else this.renew(plane);
    } else this.exchange(kind, stack);
  }

  private dropAll(plane: Reformat): void {
    plane.moved();
    this.movedAt = performance.now();
    if (this.server) outdate(this.idsOf(plane.set));
    else dropFrames(this.idsOf(plane.set));
  }

  private exchange(kind: PlaneKind, stack: Reformat['stack']): void {
    const before = this.plane(kind);
    dropFrames(this.idsOf(before.set));
    const made = this.made(kind, stack);
    made.origin.windows = before.origin.windows;
    this.planes.set(kind, made);
    this.host.rehang(made.origin.id, made.set, this.indexOf(kind));
  }

  /** Back to the planes of the patient. */
  straighten(): void {
    if (!this.oblique) return;
    this.oblique = false;
    for (const kind of PLANES) {
      const { right, down } = this.plane(kind).stack;
      if (!isStraight(kind, right, down) || this.plane(kind).stack.columns !== orthogonalStack(this.load.volume, kind).columns) this.exchange(kind, orthogonalStack(this.load.volume, kind));
    }
    this.host.changed();
  }

  // ---- thickness

  setSlab(change: Partial<Slab>): void {
    this.slab = { ...this.slab, ...change };
    this.slab.thickness = Math.min(Math.max(Math.round(this.slab.thickness * 10) / 10, 0), MOST_SLAB);
    for (const kind of PLANES) {
      const plane = this.plane(kind);
      plane.slab = this.slab.thickness ? this.slab : undefined;
      this.renew(plane);
    }
    this.host.changed();
  }

  setMode(mode: SlabMode): void {
    this.setSlab({ mode, thickness: this.slab.thickness || 10 });
  }

  setSteps(steps: boolean): void {
    if (this.server) return;
    this.steps = steps;
    for (const kind of PLANES) this.renew(this.plane(kind));
    this.host.changed();
  }

  // ---- the curve

  /** A path lies on one plane: begun on another, it begins anew. */
  addToPath(plane: PlaneKind, point: Point3): void {
    this.path = plane === this.drawnOn ? [...this.path, point] : [point];
    this.drawnOn = plane;
    this.host.changed();
  }

  clearPath(): void {
    this.path = [];
    this.host.changed();
  }

  /** The wall along the path, at right angles to the plane it was drawn on; undefined with fewer than two points. */
  makeCurve(): DisplaySet | undefined {
    const spacing = this.pixel;
    const path = evenPath(this.path, spacing);
    if (path.length < 2 || this.server) return undefined;
    if (this.curve) dropFrames(this.idsOf(this.curve.set));
    const { right, down } = this.plane(this.drawnOn).stack;
    const normal = cross(right, down);
    // Rows run as on the other planes: towards the feet, else towards the back, else towards the left.
    const most = normal.map(Math.abs).indexOf(Math.max(...normal.map(Math.abs)));
    const wanted = most === 2 ? -1 : 1;
    const sign = Math.sign(normal[most] as number) === wanted ? spacing : -spacing;
    const rows = 2 * Math.round(CURVE_REACH / spacing) + 1;
    const wall: Curve = { path, down: [normal[0] * sign, normal[1] * sign, normal[2] * sign], rows };
    const origin = { ...this.origin, windows: this.plane('ax').origin.windows, id: planeId(this.series, CURVE) };
    const set = curvedSet(origin, path.length, rows, spacing, () => Promise.resolve(this.asFrame(resliceCurve(this.load.volume, wall, this.steps, this.cut?.cropper), path.length, rows)));
    this.curve = { set, wall };
    set.notes = () => findingNotes(this.plan.findings, this.pixel);
    return set;
  }

  private renewCurve(): void {
    if (!this.curve) return;
    const { set, wall } = this.curve;
    const [id] = this.idsOf(set);
    if (id) replaceFrame(id, this.asFrame(resliceCurve(this.load.volume, wall, this.steps, this.cut?.cropper), wall.path.length, wall.rows));
  }
}

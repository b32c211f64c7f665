/** Viewports that follow each other: what one is asked to show, the others show where it belongs. */
import type { Point2, Point3 } from '../../core/geometry';
import { modalityOf } from '../../core/image-description';
import { toImage, toPatient } from '../../core/image-plane';
import { carried, counterpart, frameOfReference, linkKind, rectangleOf, sharesWindow, shownAt, shiftBetween, type Found, type Joins, type LinkKind, type Links } from '../../domain/linking';
import type { DataSet } from '../../core/dicom-json';
import type { ImageRef } from '../../domain/display-sets';
import { joinsBy } from '../../domain/joined';
import type { Shown } from '../../domain/shown';
import type { Stage, StageChange } from './stage';

/** What somebody points at with Shift. leader: undefined in another window. */
interface Pointed {
  leader: Stage | undefined;
  point: Point3;
  reference: string;
}

/** What other windows hear of the links of this one, and it of them. */
export interface Elsewhere {
  /** What their active viewports show. */
  shown: () => readonly Shown[];
  /** before: the index the leader came from. */
  led: (shown: Shown, what: StageChange, before: number | undefined) => void;
  pointed: (at: { point: Point3; frameOfReference: string } | undefined) => void;
}

export class Linker {
  on = false;
  links: Links = { scroll: true, window: true, place: true };
  /** Pinned shifts by pair of series, from the first to the second. */
  private readonly pins = new Map<string, number>();
  private readonly last = new Map<Stage, number>();
  private following = false;
  private pointed: Pointed | undefined;
  private readonly watchers = new Set<() => void>();
  /** Undefined while this window is the only one. */
  elsewhere: Elsewhere | undefined;

  private readonly joins: Joins;

  /** registrations: what joins frames of reference. */
  constructor(
    private readonly stages: () => readonly Stage[],
    registrations: () => readonly DataSet[] = () => [],
  ) {
    this.joins = joinsBy(registrations);
  }

  /** A stage was asked for something. Those that follow are not followed in turn. */
  follow(leader: Stage, what: StageChange): void {
    const before = this.last.get(leader);
    this.last.set(leader, leader.snapshot().index);
    const shown = shownBy(leader);
    if (!this.on || this.following || !shown) return;
    this.followShown(shown, what, before, this.others(leader));
    this.elsewhere?.led(shown, what, before);
  }

  /** The same after what a viewport of another window shows. */
  followShown(shown: Shown, what: StageChange, before: number | undefined, stages: readonly Stage[] = this.others()): void {
    if (!this.on) return;
    this.apart(() => {
      for (const stage of stages) {
        if (what === 'image' && this.links.scroll) this.scroll(shown, stage, before);
        else if (what === 'place' && this.links.place) place(shown, stage, this.joins);
        else if (what === 'window' && this.links.window) wear(shown, stage);
      }
    });
  }

  /** Do something that nobody follows. */
  apart(deed: () => void): void {
    const before = this.following;
    this.following = true;
    try {
      deed();
    } finally {
      this.following = before;
    }
  }

  /** Link or part; linked viewports go at once where they belong. */
  toggle(leader: Stage | undefined): void {
    this.on = !this.on;
    if (leader) this.align(leader);
  }

  align(leader: Stage): void {
    for (const what of ['image', 'place', 'window'] as const) this.follow(leader, what);
  }

  /** The images shown now belong together, whatever their coordinates say. False when there is nothing to pin. */
  pin(leader: Stage): boolean {
    const from = shownBy(leader);
    const others = [...this.others(leader).flatMap((stage) => shownBy(stage) ?? []), ...(this.elsewhere?.shown() ?? [])];
    let pinned = false;
    for (const to of others) {
      const kind = from ? linkKind(from.image, to.image, this.joins) : 'none';
      if (!from || kind === 'none') continue;
      const shift = kind === 'number' ? to.index - from.index : shiftBetween(from.image, to.image, this.joins);
      if (shift === undefined) continue;
      this.pins.set(pair(from.series, to.series), shift);
      this.pins.set(pair(to.series, from.series), kind === 'number' ? -shift : (shiftBetween(to.image, from.image, this.joins) ?? 0));
      pinned = true;
    }
    return pinned;
  }

  unpin(): void {
    this.pins.clear();
  }

  /** Pinned shifts by pair of series. */
  get pairs(): [string, number][] {
    return [...this.pins];
  }

  /** As another window has it. */
  take(on: boolean, links: Links, pairs: readonly (readonly [string, number])[]): void {
    Object.assign(this, { on, links });
    this.pins.clear();
    for (const [key, shift] of pairs) this.pins.set(key, shift);
  }

  get pinned(): boolean {
    return this.pins.size > 0;
  }

  /** How a viewport is tied to another and how far their images are apart. */
  tie(leader: Stage, stage: Stage): { kind: LinkKind; found: Found | undefined; pinned: boolean } {
    const [from, to] = [wanted(leader), wanted(stage)];
    if (!from || !to) return { kind: 'none', found: undefined, pinned: false };
    const set = stage.snapshot().displaySet;
    const shift = this.pins.get(pair(leader.snapshot().displaySet?.seriesInstanceUid ?? '', set?.seriesInstanceUid ?? ''));
    const kind = linkKind(from, to, this.joins);
    const found = kind === 'number' || !set ? undefined : counterpart(from, { ...set, images: [to] }, 0, shift, this.joins);
    return { kind, found, pinned: shift !== undefined };
  }

  /** The same place of the patient in all other viewports of the frame of reference, or of one that is registered to it. at: CSS pixels; undefined: no longer. */
  point(leader: Stage, at: Point2 | undefined): void {
    if (!at && !this.pointed) return;
    const { ref } = leader.snapshot();
    const rectangle = ref && rectangleOf(ref);
    const on = at && leader.toImage(at);
    const pointed = ref && rectangle && on ? { leader, point: toPatient(rectangle, on), reference: frameOfReference(ref) } : undefined;
    this.setPointed(pointed);
    this.elsewhere?.pointed(pointed && { point: pointed.point, frameOfReference: pointed.reference });
  }

  /** Somebody points in another window, or no longer. */
  pointFrom(at: { point: Point3; frameOfReference: string } | null): void {
    if (at || (this.pointed && !this.pointed.leader)) this.setPointed(at ? { leader: undefined, point: at.point, reference: at.frameOfReference } : undefined);
  }

  private setPointed(pointed: Pointed | undefined): void {
    this.pointed = pointed;
    if (pointed) this.apart(() => this.others(pointed.leader).forEach((stage) => this.goToPoint(stage, pointed)));
    for (const listener of this.watchers) listener();
  }

  private goToPoint(stage: Stage, { point, reference }: Pointed): void {
    const set = stage.snapshot().displaySet;
    const found = set && shownAt(point, reference, set, this.joins);
    if (found && found.index !== stage.snapshot().index) void stage.goTo(found.index);
  }

  /** Where this viewport shows what is pointed at in another, in columns and rows of the image that is drawn. */
  pointIn(stage: Stage): Point2 | undefined {
    const { displaySet: set, shown } = stage.snapshot();
    if (!this.pointed || this.pointed.leader === stage || !set) return undefined;
    const found = shownAt(this.pointed.point, this.pointed.reference, set, this.joins);
    return found?.index === shown ? found.at : undefined;
  }

  subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  snapshot = (): Pointed | undefined => this.pointed;

  private others(leader?: Stage): Stage[] {
    return this.stages().filter((stage) => stage !== leader && stage.snapshot().displaySet?.images.length);
  }

  private scroll(leader: Shown, stage: Stage, before: number | undefined): void {
    const to = wanted(stage);
    const set = stage.snapshot().displaySet;
    if (!to || !set) return;
    const at = stage.snapshot().index;
    const shift = this.pins.get(pair(leader.series, set.seriesInstanceUid));
    const index = linkKind(leader.image, to, this.joins) === 'number' ? counted(leader.index, at, before, shift) : counterpart(leader.image, set, at, shift, this.joins)?.index;
    if (index !== undefined && index !== at) void stage.goTo(index);
  }
}

/** The image that is asked for, drawn or not. */
function wanted(stage: Stage): ImageRef | undefined {
  const { displaySet, index } = stage.snapshot();
  return displaySet?.images[index];
}

/** What a viewport is asked to show; undefined when nothing hangs there. */
export function shownBy(stage: Stage, image = wanted(stage)): Shown | undefined {
  const { displaySet, index, voi, inverted, zoom, fitted } = stage.snapshot();
  if (!displaySet || !image) return undefined;
  const unit = displaySet.colour ? '' : modalityOf(image.dataset, image.frame, image.pixel).unit;
  return { series: displaySet.seriesInstanceUid, index, image, colour: displaySet.colour, unit, voi, inverted, zoom, fitted, middle: stage.middle() };
}

function pair(a: string, b: string): string {
  return `${a}|${b}`;
}

/** Without geometry: as many images on as the leader went, or as many apart as was pinned. */
function counted(now: number, at: number, before: number | undefined, shift: number | undefined): number {
  return shift === undefined ? at + now - (before ?? now) : now + shift;
}

function wear(leader: Shown, stage: Stage): void {
  const b = stage.snapshot();
  if (!b.ref || leader.colour || b.displaySet?.colour) return;
  const unit = modalityOf(b.ref.dataset, b.ref.frame, b.ref.pixel).unit;
  if (!sharesWindow(leader.image, b.ref, leader.unit, unit)) return;
  if (leader.voi !== b.voi) stage.setVoi(leader.voi);
  if (leader.inverted !== b.inverted) stage.toggleInvert();
}

/** As many millimetres a screen pixel and the same anatomy in the middle; without sizes the same share of the picture. */
function place(a: Shown, stage: Stage, joins: Joins): void {
  const b = stage.snapshot();
  const { image, middle } = a;
  const kind = b.ref ? linkKind(image, b.ref, joins) : 'none';
  if (!b.ref || kind === 'none') return;
  if (a.fitted) return b.fitted ? undefined : stage.fit();
  if (!middle) return;
  const [ra, rb] = [carried(image, b.ref, joins).rectangle, rectangleOf(b.ref)];
  const zoom = ra && rb ? (a.zoom / ra.spacing.column) * rb.spacing.column : (a.zoom * image.pixel.columns) / b.ref.pixel.columns;
  stage.centre(zoom, (kind === 'reference' || kind === 'registered') && ra && rb ? toImage(rb, toPatient(ra, middle)) : sameShare(image, b.ref, middle));
}

/** In another frame of reference: as many mm (or the same share) from the middle of the picture. */
function sameShare(ia: ImageRef, ib: ImageRef, [x, y]: Point2): Point2 {
  const [ra, rb] = [rectangleOf(ia), rectangleOf(ib)];
  const across = ra && rb ? ra.spacing.column / rb.spacing.column : ib.pixel.columns / ia.pixel.columns;
  const down = ra && rb ? ra.spacing.row / rb.spacing.row : ib.pixel.rows / ia.pixel.rows;
  return [ib.pixel.columns / 2 + (x - ia.pixel.columns / 2) * across, ib.pixel.rows / 2 + (y - ia.pixel.rows / 2) * down];
}

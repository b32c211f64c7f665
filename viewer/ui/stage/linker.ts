/** Viewports that follow each other: what one is asked to show, the others show where it belongs. */
import type { Point2, Point3 } from '../../core/geometry';
import { modalityOf } from '../../core/image-description';
import { toImage, toPatient } from '../../core/image-plane';
import { counterpart, frameOfReference, linkKind, rectangleOf, sharesWindow, shownAt, shiftBetween, type Found, type LinkKind, type Links } from '../../domain/linking';
import type { ImageRef } from '../../domain/display-sets';
import type { Stage, StageChange } from './stage';
import type { Snapshot } from './view';

/** What somebody points at with Shift. */
interface Pointed {
  leader: Stage;
  point: Point3;
  reference: string;
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

  constructor(private readonly stages: () => readonly Stage[]) {}

  /** A stage was asked for something. Those that follow are not followed in turn. */
  follow(leader: Stage, what: StageChange): void {
    const before = this.last.get(leader);
    this.last.set(leader, leader.snapshot().index);
    if (!this.on || this.following) return;
    this.following = true;
    try {
      for (const stage of this.others(leader)) {
        if (what === 'image' && this.links.scroll) this.scroll(leader, stage, before);
        else if (what === 'place' && this.links.place) place(leader, stage);
        else if (what === 'window' && this.links.window) wear(leader, stage);
      }
    } finally {
      this.following = false;
    }
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
    const from = wanted(leader);
    let pinned = false;
    for (const stage of this.others(leader)) {
      const to = wanted(stage);
      const kind = from && to ? linkKind(from, to) : 'none';
      if (!from || !to || kind === 'none') continue;
      const shift = kind === 'number' ? stage.snapshot().index - leader.snapshot().index : shiftBetween(from, to);
      if (shift === undefined) continue;
      this.pins.set(pair(leader, stage), shift);
      this.pins.set(pair(stage, leader), kind === 'number' ? -shift : (shiftBetween(to, from) ?? 0));
      pinned = true;
    }
    return pinned;
  }

  unpin(): void {
    this.pins.clear();
  }

  get pinned(): boolean {
    return this.pins.size > 0;
  }

  /** How a viewport is tied to another and how far their images are apart. */
  tie(leader: Stage, stage: Stage): { kind: LinkKind; found: Found | undefined; pinned: boolean } {
    const [from, to] = [wanted(leader), wanted(stage)];
    if (!from || !to) return { kind: 'none', found: undefined, pinned: false };
    const shift = this.pins.get(pair(leader, stage));
    const set = stage.snapshot().displaySet;
    const kind = linkKind(from, to);
    const found = kind === 'number' || !set ? undefined : counterpart(from, { ...set, images: [to] }, 0, shift);
    return { kind, found, pinned: shift !== undefined };
  }

  /** The same place of the patient in all other viewports of the frame of reference. at: CSS pixels; undefined: no longer. */
  point(leader: Stage, at: Point2 | undefined): void {
    if (!at && !this.pointed) return;
    const { ref } = leader.snapshot();
    const rectangle = ref && rectangleOf(ref);
    const on = at && leader.toImage(at);
    this.pointed = undefined;
    if (ref && rectangle && on) {
      this.pointed = { leader, point: toPatient(rectangle, on), reference: frameOfReference(ref) };
      this.following = true;
      for (const stage of this.others(leader)) this.goToPoint(stage, this.pointed);
      this.following = false;
    }
    for (const listener of this.watchers) listener();
  }

  private goToPoint(stage: Stage, { point, reference }: Pointed): void {
    const set = stage.snapshot().displaySet;
    const found = set && shownAt(point, reference, set);
    if (found && found.index !== stage.snapshot().index) void stage.goTo(found.index);
  }

  /** Where this viewport shows what is pointed at in another, in columns and rows of the image that is drawn. */
  pointIn(stage: Stage): Point2 | undefined {
    const { displaySet: set, shown } = stage.snapshot();
    if (!this.pointed || this.pointed.leader === stage || !set) return undefined;
    const found = shownAt(this.pointed.point, this.pointed.reference, set);
    return found?.index === shown ? found.at : undefined;
  }

  subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  snapshot = (): Pointed | undefined => this.pointed;

  private others(leader: Stage): Stage[] {
    return this.stages().filter((stage) => stage !== leader && stage.snapshot().displaySet?.images.length);
  }

  private scroll(leader: Stage, stage: Stage, before: number | undefined): void {
    const [from, to] = [wanted(leader), wanted(stage)];
    const set = stage.snapshot().displaySet;
    if (!from || !to || !set) return;
    const at = stage.snapshot().index;
    const shift = this.pins.get(pair(leader, stage));
    const index = linkKind(from, to) === 'number' ? counted(leader, at, before, shift) : counterpart(from, set, at, shift)?.index;
    if (index !== undefined && index !== at) void stage.goTo(index);
  }
}

/** The image that is asked for, drawn or not. */
function wanted(stage: Stage): ImageRef | undefined {
  const { displaySet, index } = stage.snapshot();
  return displaySet?.images[index];
}

function pair(a: Stage, b: Stage): string {
  return `${a.snapshot().displaySet?.seriesInstanceUid ?? ''}|${b.snapshot().displaySet?.seriesInstanceUid ?? ''}`;
}

/** Without geometry: as many images on as the leader went, or as many apart as was pinned. */
function counted(leader: Stage, at: number, before: number | undefined, shift: number | undefined): number {
  const now = leader.snapshot().index;
  return shift === undefined ? at + now - (before ?? now) : now + shift;
}

function wear(leader: Stage, stage: Stage): void {
  const [a, b] = [leader.snapshot(), stage.snapshot()];
  if (!a.ref || !b.ref || a.displaySet?.colour || b.displaySet?.colour) return;
  const unit = (i: ImageRef) => modalityOf(i.dataset, i.frame, i.pixel).unit;
  if (!sharesWindow(a.ref, b.ref, unit(a.ref), unit(b.ref))) return;
  if (a.voi !== b.voi) stage.setVoi(a.voi);
  if (a.inverted !== b.inverted) stage.toggleInvert();
}

/** As many millimetres a screen pixel and the same anatomy in the middle; without sizes the same share of the picture. */
function place(leader: Stage, stage: Stage): void {
  const [a, b] = [leader.snapshot(), stage.snapshot()];
  if (!a.ref || !b.ref || linkKind(a.ref, b.ref) === 'none') return;
  if (a.fitted) return b.fitted ? undefined : stage.fit();
  const middle = leader.middle();
  if (!middle) return;
  const [ra, rb] = [rectangleOf(a.ref), rectangleOf(b.ref)];
  const zoom = ra && rb ? (a.zoom / ra.spacing.column) * rb.spacing.column : (a.zoom * a.ref.pixel.columns) / b.ref.pixel.columns;
  stage.centre(zoom, linkKind(a.ref, b.ref) === 'reference' && ra && rb ? toImage(rb, toPatient(ra, middle)) : sameShare(a, b, middle));
}

/** In another frame of reference: as many mm (or the same share) from the middle of the picture. */
function sameShare(a: Snapshot, b: Snapshot, [x, y]: Point2): Point2 {
  const [ia, ib] = [a.ref as ImageRef, b.ref as ImageRef];
  const [ra, rb] = [rectangleOf(ia), rectangleOf(ib)];
  const across = ra && rb ? ra.spacing.column / rb.spacing.column : ib.pixel.columns / ia.pixel.columns;
  const down = ra && rb ? ra.spacing.row / rb.spacing.row : ib.pixel.rows / ia.pixel.rows;
  return [ib.pixel.columns / 2 + (x - ia.pixel.columns / 2) * across, ib.pixel.rows / 2 + (y - ia.pixel.rows / 2) * down];
}

/**
 * Fingers over one viewport. One: the chosen tool. Two that go together: scroll; two that part or close: zoom and move. A long
 * press looks closer, and opens the menu when it is lifted where it was put. A double tap does what a double click does.
 */
import type { Point2 } from '../../core/geometry';
import { between, distance, isDoubleTap, LONG_PRESS, middle, SECOND_FINGER, twoFingers, WANDER, type Pair, type TwoFingers } from '../../domain/fingers';
import type { ViewerModel } from '../viewer-model';
import { looksNow, noteLooks, type Looks } from '../worn';
import { Drag } from './drag';
import type { Stage } from './stage';

/** CSS pixels of a two-finger drag for one image. */
const PER_IMAGE = 16;

interface Two {
  kind: TwoFingers;
  start: Pair;
  last: Pair;
  scrolled: number;
  before: Looks;
}

type State =
  | { kind: 'none' }
  | { kind: 'press'; at: Point2; page: Point2; since: number; timer: ReturnType<typeof setTimeout> }
  | { kind: 'loupe'; at: Point2; page: Point2; moved: boolean }
  | { kind: 'drag'; drag: Drag; since: number }
  | { kind: 'two'; two: Two }
  /** Fingers are still down, but what they did is over. */
  | { kind: 'rest' };

export class Touch {
  private readonly fingers = new Map<number, Point2>();
  private state: State = { kind: 'none' };
  private lastTap: { at: Point2; time: number } | undefined;

  constructor(
    private readonly element: HTMLElement,
    private readonly stage: Stage,
    private readonly model: ViewerModel,
    private readonly double: () => void,
  ) {}

  down(id: number, at: Point2, page: Point2): void {
    this.fingers.set(id, at);
    if (this.fingers.size === 1) {
      const timer = setTimeout(() => this.look(), LONG_PRESS);
      this.state = { kind: 'press', at, page, since: performance.now(), timer };
    } else if (this.fingers.size === 2) this.second();
    else this.finish();
  }

  move(id: number, at: Point2): void {
    if (!this.fingers.has(id)) return;
    this.fingers.set(id, at);
    const { state } = this;
    if (state.kind === 'press' && Math.hypot(...between(state.at, at)) > WANDER) this.drag(state, at);
    else if (state.kind === 'drag') state.drag.to(at);
    else if (state.kind === 'two') this.moveTwo(state.two);
    else if (state.kind === 'loupe') {
      state.moved ||= Math.hypot(...between(state.at, at)) > WANDER * 2;
      this.stage.setCursor(at);
    }
  }

  up(id: number, at: Point2, cancelled: boolean): void {
    if (!this.fingers.delete(id)) return;
    const { state } = this;
    if (state.kind === 'press' && !cancelled) this.tap(at);
    const lifted = state.kind === 'loupe' && !state.moved && !cancelled ? state.page : undefined;
    this.finish();
    if (!this.fingers.size) this.state = { kind: 'none' };
    if (lifted) this.model.openMenu({ x: lifted[0], y: lifted[1] });
  }

  /** Nothing that was begun goes on. */
  stop(): void {
    this.fingers.clear();
    this.finish();
    this.state = { kind: 'none' };
  }

  private tap(at: Point2): void {
    const tap = { at, time: performance.now() };
    const second = isDoubleTap(this.lastTap, tap);
    this.lastTap = second ? undefined : tap;
    if (second) this.double();
  }

  private drag(press: State & { kind: 'press' }, at: Point2): void {
    clearTimeout(press.timer);
    const drag = new Drag(this.model.tool, press.at, this.element, this.stage, this.model);
    this.state = { kind: 'drag', drag, since: press.since };
    drag.to(at);
    if (this.model.tool === 'magnify' || this.model.tool === 'probe') this.stage.setCursor(at);
  }

  private look(): void {
    if (this.state.kind !== 'press') return;
    const { at, page } = this.state;
    this.state = { kind: 'loupe', at, page, moved: false };
    this.stage.setCursor(at);
    this.model.update({ loupe: this.model.active });
  }

  private second(): void {
    const { state } = this;
    if (state.kind === 'drag' && performance.now() - state.since < SECOND_FINGER) state.drag.cancel();
    this.finish();
    const start = [...this.fingers.values()].slice(0, 2) as [Point2, Point2];
    this.state = { kind: 'two', two: { kind: 'waiting', start, last: start, scrolled: 0, before: looksNow(this.model) } };
  }

  private moveTwo(two: Two): void {
    const now = [...this.fingers.values()].slice(0, 2) as [Point2, Point2];
    const kind = twoFingers(two.kind, two.start, now);
    // What was gone before it was known what it is does not count: nothing jumps.
    if (kind !== two.kind) Object.assign(two, { kind, last: now });
    const [dx, dy] = between(middle(two.last), middle(now));
    if (kind === 'pinch') {
      this.stage.zoomTo((this.stage.snapshot().zoom * distance(now)) / Math.max(distance(two.last), 1), middle(now));
      this.stage.panBy(dx, dy);
    } else if (kind === 'scroll') {
      const moved = two.scrolled + dy;
      const steps = Math.trunc(moved / PER_IMAGE);
      if (steps) void this.stage.step(steps);
      two.scrolled = moved - steps * PER_IMAGE;
    }
    two.last = now;
  }

  private finish(): void {
    const { state } = this;
    if (state.kind === 'press') clearTimeout(state.timer);
    else if (state.kind === 'drag') state.drag.end();
    else if (state.kind === 'two') noteLooks(this.model, state.two.before);
    else if (state.kind === 'loupe') this.model.update({ loupe: undefined });
    this.stage.setCursor(undefined);
    this.state = { kind: 'rest' };
  }
}

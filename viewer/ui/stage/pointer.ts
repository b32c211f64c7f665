/** Mouse, wheel and fingers over one viewport. Left: the chosen tool; right: window; middle: pan; both: zoom. */
import { isFourDimensional, stepped } from '../../domain/dimensions';
import { draggedWindow } from '../../domain/presets';
import type { Point2 } from '../../core/geometry';
import type { Tool, ViewerModel } from '../viewer-model';
import type { Stage } from './stage';

const WHEEL_STEP = 60;
/** CSS pixels a click may wander. */
const CLICK = 4;
const ZOOM_PER_PIXEL = 1.008;

interface Drag {
  tool: Tool;
  start: Point2;
  last: Point2;
  window: ReturnType<Stage['currentWindow']>;
  index: number;
}

/** Listen on an element; the returned function stops. */
export function bindPointer(element: HTMLElement, stage: Stage, model: ViewerModel): () => void {
  const bound = new PointerBinding(element, stage, model);
  return () => bound.stop();
}

class PointerBinding {
  private readonly fingers = new Map<number, Point2>();
  private readonly aborter = new AbortController();
  private drag: Drag | undefined;
  private pinch: { distance: number; centre: Point2; scrolled: number } | undefined;
  private wheel = 0;

  constructor(
    private readonly element: HTMLElement,
    private readonly stage: Stage,
    private readonly model: ViewerModel,
  ) {
    const options = { signal: this.aborter.signal };
    element.addEventListener('pointerdown', (e) => this.down(e), options);
    element.addEventListener('pointermove', (e) => this.move(e), options);
    element.addEventListener('pointerup', (e) => this.up(e), options);
    element.addEventListener('pointercancel', (e) => this.up(e), options);
    element.addEventListener('pointerleave', () => this.leave(), options);
    element.addEventListener('contextmenu', (e) => e.preventDefault(), options);
    element.addEventListener('wheel', (e) => this.onWheel(e), { ...options, passive: false });
  }

  private leave(): void {
    this.stage.setCursor(undefined);
    this.model.linker.point(this.stage, undefined);
  }

  stop(): void {
    this.aborter.abort();
  }

  private at(e: MouseEvent): Point2 {
    const box = this.element.getBoundingClientRect();
    return [e.clientX - box.left, e.clientY - box.top];
  }

  private down(e: PointerEvent): void {
    const at = this.at(e);
    this.stage.dragged = false;
    if (e.pointerType === 'touch') this.fingers.set(e.pointerId, at);
    if (e.button === 1) e.preventDefault();
    this.element.setPointerCapture(e.pointerId);
    if (this.fingers.size >= 2) return this.beginPinch();
    this.begin(this.toolFor(e.buttons), at);
  }

  private begin(tool: Tool, at: Point2): void {
    this.drag = { tool, start: at, last: at, window: this.stage.currentWindow(), index: this.stage.snapshot().index };
    if (tool === 'magnify' || tool === 'probe') this.stage.setCursor(at);
    if (tool === 'crosshair' || tool === 'curve') this.model.multiplanar.press(this.stage, at, true);
  }

  private toolFor(buttons: number): Tool {
    if ((buttons & 3) === 3) return 'zoom';
    if (buttons & 2) return 'window';
    if (buttons & 4) return 'pan';
    return this.model.tool;
  }

  private move(e: PointerEvent): void {
    const at = this.at(e);
    if (this.fingers.has(e.pointerId)) this.fingers.set(e.pointerId, at);
    if (this.pinch) return this.movePinch();
    if (e.pointerType !== 'touch' || this.drag) this.stage.setCursor(at);
    this.model.linker.point(this.stage, e.shiftKey && !e.buttons ? at : undefined);
    if (!this.drag) return;
    const tool = e.pointerType === 'touch' ? this.drag.tool : this.toolFor(e.buttons);
    if (tool !== this.drag.tool) this.begin(tool, at);
    this.dragTo(this.drag, at);
  }

  private dragTo(drag: Drag, at: Point2): void {
    const [dx, dy] = [at[0] - drag.last[0], at[1] - drag.last[1]];
    const total: Point2 = [at[0] - drag.start[0], at[1] - drag.start[1]];
    drag.last = at;
    if (Math.hypot(...total) > CLICK) this.stage.dragged = true;
    if (drag.tool === 'pan') this.stage.panBy(dx, dy);
    else if (drag.tool === 'zoom') this.stage.zoomTo(this.stage.snapshot().zoom * ZOOM_PER_PIXEL ** -dy, drag.start);
    else if (drag.tool === 'scroll') this.scrollTo(drag, total[1]);
    else if (drag.tool === 'window') this.windowTo(drag, total);
    else if (drag.tool === 'crosshair') this.model.multiplanar.press(this.stage, at, false);
  }

  private windowTo(drag: Drag, [dx, dy]: Point2): void {
    if (this.stage.snapshot().displaySet?.colour || (dx === 0 && dy === 0)) return;
    this.stage.setVoi({ kind: 'window', window: draggedWindow(drag.window, dx, dy) });
  }

  private scrollTo(drag: Drag, dy: number): void {
    const set = this.stage.snapshot().displaySet;
    if (!set) return;
    const count = isFourDimensional(set.dimensions) ? set.dimensions.slices : set.images.length;
    const perImage = Math.max(2, Math.min(24, this.element.clientHeight / count));
    const index = stepped(set.dimensions, drag.index, Math.round(dy / perImage));
    if (index !== this.stage.snapshot().index) void this.stage.goTo(index);
  }

  private up(e: PointerEvent): void {
    this.fingers.delete(e.pointerId);
    if (this.fingers.size < 2) this.pinch = undefined;
    if (e.pointerType === 'touch') this.stage.setCursor(undefined);
    this.drag = undefined;
  }

  private pair(): [Point2, Point2] {
    return [...this.fingers.values()].slice(0, 2) as [Point2, Point2];
  }

  private beginPinch(): void {
    this.drag = undefined;
    const [a, b] = this.pair();
    this.pinch = { distance: Math.hypot(a[0] - b[0], a[1] - b[1]), centre: middle(a, b), scrolled: 0 };
  }

  /** Fingers that keep their distance scroll; fingers that part or close zoom and move. */
  private movePinch(): void {
    const pinch = this.pinch;
    if (!pinch || this.fingers.size < 2) return;
    const [a, b] = this.pair();
    const distance = Math.hypot(a[0] - b[0], a[1] - b[1]);
    const centre = middle(a, b);
    const ratio = distance / Math.max(pinch.distance, 1);
    if (Math.abs(ratio - 1) > 0.01) {
      this.stage.zoomTo(this.stage.snapshot().zoom * ratio, centre);
      this.stage.panBy(centre[0] - pinch.centre[0], centre[1] - pinch.centre[1]);
    } else {
      const moved = pinch.scrolled + centre[1] - pinch.centre[1];
      const steps = Math.trunc(moved / 16);
      if (steps) void this.stage.step(steps);
      pinch.scrolled = moved - steps * 16;
    }
    Object.assign(pinch, { distance, centre });
  }

  private onWheel(e: WheelEvent): void {
    e.preventDefault();
    const pixels = e.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? e.deltaY || e.deltaX : (e.deltaY || e.deltaX) * WHEEL_STEP;
    if (e.ctrlKey) return this.stage.zoomTo(this.stage.snapshot().zoom * 1.0015 ** -pixels, this.at(e));
    this.wheel += pixels;
    const step = Math.abs(pixels) >= WHEEL_STEP ? Math.abs(pixels) : WHEEL_STEP;
    const steps = Math.trunc(this.wheel / step);
    if (!steps) return;
    this.wheel -= steps * step;
    if (e.altKey && this.model.multiplanar.thicken(-steps)) return;
    void this.stage.step(steps * (e.shiftKey ? 10 : this.stage.snapshot().tiles));
  }
}

function middle(a: Point2, b: Point2): Point2 {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

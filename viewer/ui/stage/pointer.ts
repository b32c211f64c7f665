/** Mouse, wheel and fingers over one viewport. What buttons and wheel do: domain/mouse, or as a person chose. */
import type { Point2 } from '../../core/geometry';
import { buttonOf, wheelOf, type WheelAct } from '../../domain/mouse';
import { mouseNow } from '../keys';
import type { Tool, ViewerModel } from '../viewer-model';
import { Drag } from './drag';
import type { Stage } from './stage';
import { Touch } from './touch';

const WHEEL_STEP = 60;
const ZOOM_PER_WHEEL = 1.0015;

/** Listen on an element; the returned function stops. */
export function bindPointer(element: HTMLElement, stage: Stage, model: ViewerModel): () => void {
  const bound = new PointerBinding(element, stage, model);
  return () => bound.stop();
}

class PointerBinding {
  private readonly aborter = new AbortController();
  private readonly touch: Touch;
  private drag: Drag | undefined;
  /** Buttons that were down together since the first. */
  private pressed = 0;
  private byTouch = false;
  private wheel = 0;

  constructor(
    private readonly element: HTMLElement,
    private readonly stage: Stage,
    private readonly model: ViewerModel,
  ) {
    this.touch = new Touch(element, stage, model, () => this.double());
    const options = { signal: this.aborter.signal };
    element.addEventListener('pointerdown', (e) => this.down(e), options);
    element.addEventListener('pointermove', (e) => this.move(e), options);
    element.addEventListener('pointerup', (e) => this.up(e), options);
    element.addEventListener('pointercancel', (e) => this.up(e), options);
    element.addEventListener('pointerleave', () => this.leave(), options);
    element.addEventListener('contextmenu', (e) => e.preventDefault(), options);
    // Fingers tell of their taps themselves.
    element.addEventListener('dblclick', () => !this.byTouch && this.double(), options);
    element.addEventListener('wheel', (e) => this.onWheel(e), { ...options, passive: false });
  }

  private leave(): void {
    this.stage.setCursor(undefined);
    this.model.linker.point(this.stage, undefined);
  }

  stop(): void {
    this.aborter.abort();
    this.touch.stop();
    this.drag?.end();
  }

  private at(e: MouseEvent): Point2 {
    const box = this.element.getBoundingClientRect();
    return [e.clientX - box.left, e.clientY - box.top];
  }

  private down(e: PointerEvent): void {
    const at = this.at(e);
    this.stage.dragged = false;
    this.byTouch = e.pointerType === 'touch';
    this.element.setPointerCapture(e.pointerId);
    if (this.byTouch) return this.touch.down(e.pointerId, at, [e.clientX, e.clientY]);
    if (e.button === 1) e.preventDefault();
    this.pressed = e.buttons;
    this.begin(e.buttons, at);
  }

  private begin(buttons: number, at: Point2): void {
    this.drag?.end();
    this.drag = new Drag(this.toolFor(buttons), at, this.element, this.stage, this.model);
  }

  private toolFor(buttons: number): Tool | 'nothing' {
    const act = mouseNow()[buttonOf(buttons)];
    return act === 'chosen' ? this.model.tool : (act as Tool | 'nothing');
  }

  private move(e: PointerEvent): void {
    const at = this.at(e);
    if (e.pointerType === 'touch') {
      this.touch.move(e.pointerId, at);
      if (e.isPrimary) this.stage.dragged ||= e.movementX !== 0 || e.movementY !== 0;
      return;
    }
    this.stage.setCursor(at);
    this.model.linker.point(this.stage, e.shiftKey && !e.buttons ? at : undefined);
    if (!this.drag) return;
    // A second button joins, or the first is let go: another tool from here on.
    if (e.buttons !== this.pressed && e.buttons) {
      this.pressed |= e.buttons;
      if (this.toolFor(e.buttons) !== this.drag.tool) this.begin(e.buttons, at);
    }
    this.drag.to(at);
  }

  private up(e: PointerEvent): void {
    if (e.pointerType === 'touch') return this.touch.up(e.pointerId, this.at(e), e.type === 'pointercancel');
    this.drag?.end();
    this.drag = undefined;
    if (e.button === 2 && this.pressed === 2 && !this.stage.dragged) this.model.openMenu({ x: e.clientX, y: e.clientY });
    this.pressed = 0;
  }

  /** In a tiled stack: the tile alone. */
  private double(): void {
    const { stage, model } = this;
    const act = mouseNow().double;
    if (stage.snapshot().tiles > 1) model.act(() => stage.setTiles(1));
    else if (act === 'maximise') model.run('layout.maximise');
    else if (act !== 'nothing') model.run(`image.${act}`);
  }

  private onWheel(e: WheelEvent): void {
    e.preventDefault();
    // With Shift some systems turn the wheel sideways.
    const delta = e.deltaY || e.deltaX;
    const pixels = e.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? delta : delta * WHEEL_STEP;
    const act = mouseNow()[wheelOf(e)];
    if (act === 'zoom') return this.model.act(() => this.stage.zoomTo(this.stage.snapshot().zoom * ZOOM_PER_WHEEL ** -pixels, this.at(e)), 'wheel');
    this.wheel += pixels;
    const step = Math.abs(pixels) >= WHEEL_STEP ? Math.abs(pixels) : WHEEL_STEP;
    const steps = Math.trunc(this.wheel / step);
    if (!steps) return;
    this.wheel -= steps * step;
    this.turn(act, steps);
  }

  private turn(act: WheelAct, steps: number): void {
    if (act === 'scroll') void this.stage.step(steps * this.stage.snapshot().tiles);
    else if (act === 'ten') void this.stage.step(steps * 10);
    else if (act === 'time') void this.stage.step(steps, 'time');
    else if (act === 'slab' && !this.model.multiplanar.thicken(-steps)) void this.stage.step(steps * this.stage.snapshot().tiles);
  }
}

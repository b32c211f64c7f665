/** One drag of a tool over a viewport, whatever moves it: a button or a finger. */
import type { Point2 } from '../../core/geometry';
import { isFourDimensional, stepped } from '../../domain/dimensions';
import { draggedWindow } from '../../domain/presets';
import { drawLine } from '../image-size';
import type { Tool, ViewerModel } from '../viewer-model';
import { looksNow, noteLooks, wearAgain, type Looks } from '../worn';
import { shiftMask } from './mask-shift';
import type { Stage } from './stage';

/** CSS pixels a click may wander. */
const CLICK = 4;
/** These are used as soon as they are pressed; all others when the pointer moves. */
const BY_PRESS = new Set<string>(['crosshair', 'curve', 'probe', 'magnify']);
const ZOOM_PER_PIXEL = 1.008;

export class Drag {
  private last: Point2;
  private readonly window: ReturnType<Stage['currentWindow']>;
  private readonly index: number;
  private readonly shift: readonly [number, number];
  private readonly before: Looks;
  private over = false;
  private moved = false;

  constructor(
    readonly tool: Tool | 'nothing',
    private readonly start: Point2,
    private readonly element: HTMLElement,
    private readonly stage: Stage,
    private readonly model: ViewerModel,
  ) {
    this.last = start;
    this.window = stage.currentWindow();
    this.index = stage.snapshot().index;
    this.shift = stage.snapshot().subtraction.shift;
    this.before = looksNow(model);
    model.cancel = () => this.cancel();
    if (tool === 'magnify' || tool === 'probe') stage.setCursor(start);
    if (tool === 'crosshair' || tool === 'curve') model.multiplanar.press(stage, start, true);
    if (BY_PRESS.has(tool)) model.toolHelp.use(tool);
  }

  to(at: Point2): void {
    if (this.over) return;
    const { stage, tool } = this;
    const [dx, dy] = [at[0] - this.last[0], at[1] - this.last[1]];
    const total: Point2 = [at[0] - this.start[0], at[1] - this.start[1]];
    this.last = at;
    if (Math.hypot(...total) > CLICK && !this.moved) {
      this.moved = stage.dragged = true;
      if (tool !== 'nothing') this.model.toolHelp.use(tool);
    }
    if (tool === 'pan') stage.panBy(dx, dy);
    else if (tool === 'zoom') stage.zoomTo(stage.snapshot().zoom * ZOOM_PER_PIXEL ** -dy, this.start);
    else if (tool === 'scroll') this.scroll(total[1]);
    else if (tool === 'window') this.setWindow(total);
    else if (tool === 'mask' && stage.dragged) this.moveMask(total);
    else if (tool === 'crosshair') this.model.multiplanar.press(stage, at, false);
    else if (tool === 'size' && stage.dragged) drawLine(this.model, stage, this.start, at);
  }

  private setWindow([dx, dy]: Point2): void {
    if (this.stage.snapshot().displaySet?.colour || (dx === 0 && dy === 0)) return;
    this.stage.setVoi({ kind: 'window', window: draggedWindow(this.window, dx, dy) });
  }

  /** As far as the pointer went on the image. */
  private moveMask([dx, dy]: Point2): void {
    const ratio = window.devicePixelRatio || 1;
    const { zoom, subtraction, ref } = this.stage.snapshot();
    const isOn = ref && this.model.states.subtraction(ref, this.stage.snapshot())?.on;
    this.stage.setSubtraction({ ...subtraction, shift: this.shift, on: isOn ? subtraction.on : true });
    shiftMask(this.stage, [(dx * ratio) / zoom, (dy * ratio) / zoom]);
  }

  private scroll(dy: number): void {
    const set = this.stage.snapshot().displaySet;
    if (!set) return;
    const count = isFourDimensional(set.dimensions) ? set.dimensions.slices : set.images.length;
    const perImage = Math.max(2, Math.min(24, this.element.clientHeight / count));
    const index = stepped(set.dimensions, this.index, Math.round(dy / perImage));
    if (index !== this.stage.snapshot().index) void this.stage.goTo(index);
  }

  /** Let go: what it did is one step. */
  end(): void {
    if (this.over) return;
    this.over = true;
    this.model.cancel = undefined;
    noteLooks(this.model, this.before);
  }

  /** As if it had not been. */
  cancel(): void {
    if (this.over) return;
    this.over = true;
    this.model.cancel = undefined;
    wearAgain(this.model, [...this.before].map(([cell, { uid, look }]) => ({ cell, uid, look })));
    if (this.tool === 'scroll') void this.stage.goTo(this.index);
    this.stage.setCursor(undefined);
  }
}

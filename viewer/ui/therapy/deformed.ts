/** Outlines of structures on images that only a deformable registration joins to them (PS3.3 C.20.3): the surfaces of their contours, point by point where it leads. */
import { IDENTITY } from '../../core/affine';
import type { Surface } from '../../core/surfaces';
import { frameOfReference } from '../../domain/linking';
import { deformedSurface } from '../../domain/structure-surfaces';
import type { Structure } from '../../domain/structures';
import type { Into } from '../layers/registered';
import { SurfaceLayer } from '../layers/surfaces/layer';
import { warpOf, type Warp } from '../stage/deforming';
import type { ViewerModel } from '../viewer-model';
import { joinsOf } from './joins';
import { colourOf, type Look } from './objects';
import { solidsOf } from './solids';

/** From one frame of reference to one of images. */
interface Led {
  id: string;
  from: string;
  frame: string;
  warp: Warp | undefined;
  made: Map<Structure, readonly Omit<Surface, 'visible'>[]>;
  /** As they are drawn now. */
  surfaces: readonly Surface[];
}

/** Only images of the very frame of reference that the registration names. */
const within: Into = (image, frame) => (frameOfReference(image) === frame ? IDENTITY : undefined);

export class Deformed {
  private readonly led = new Map<string, Led>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private look: Look | undefined;
  private shown = '';
  private ended = false;
  /** Why nothing is drawn: a registration that cannot be followed. */
  trouble = '';

  constructor(
    private readonly model: ViewerModel,
    private readonly id: string,
    private readonly structures: readonly Structure[],
  ) {}

  /** Show those that are not hidden. */
  update(look: Look): void {
    this.look = look;
    for (const from of new Set(this.structures.map((s) => s.frameOfReference))) {
      for (const { frame, by } of joinsOf(this.model).framesBentTo(from)) {
        const id = `${this.id}:${from}:${frame}`;
        if (this.led.has(id) || !by.deforming) continue;
        const led: Led = { id, from, frame, warp: undefined, made: new Map(), surfaces: [] };
        this.led.set(id, led);
        warpOf(by.deforming).then((warp) => this.start(led, warp), (error: unknown) => this.fail(error));
      }
    }
    const how = JSON.stringify([look.hidden, look.colours, look.width]);
    if (how === this.shown) return;
    this.shown = how;
    this.again();
  }

  private start(led: Led, warp: Warp): void {
    led.warp = warp;
    this.again();
  }

  private fail(error: unknown): void {
    if (this.ended) return;
    this.trouble = error instanceof Error ? error.message : String(error);
    this.model.update();
  }

  private again(): void {
    clearTimeout(this.timer);
    if (!this.ended) this.piece();
  }

  /** The next one that is not made yet, then what there is: the page lives on between them. */
  private piece(): void {
    const { look } = this;
    if (!look) return;
    for (const { from, warp, made } of this.led.values()) {
      const next = warp && this.structures.find((s) => s.frameOfReference === from && !look.hidden.includes(s.number) && !made.has(s));
      if (!next) continue;
      made.set(next, solidsOf(next).map((one) => deformedSurface({ ...one, visible: true }, warp)));
      this.timer = setTimeout(() => this.again(), 0);
      return;
    }
    for (const led of this.led.values()) if (led.warp) this.put(led, look);
  }

  private put(led: Led, look: Look): void {
    led.surfaces = [...led.made].flatMap(([s, surfaces]) => surfaces.map((one) => ({ ...one, colour: colourOf(look, s), visible: !look.hidden.includes(s.number) })));
    this.model.layers.put(new SurfaceLayer(led.id, led.frame, () => led.surfaces, within, () => this.look?.width ?? look.width));
    this.model.meshes.put({ id: led.id, frameOfReference: led.frame, surfaces: led.surfaces });
  }

  remove(): void {
    this.ended = true;
    clearTimeout(this.timer);
    for (const { id } of this.led.values()) {
      this.model.layers.remove(id);
      this.model.meshes.remove(id);
    }
  }
}

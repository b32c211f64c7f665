/** Surfaces alone on one canvas: turned, moved, zoomed, drawn when something has changed. */
import { lookFrom, panned, turned, zoomed, type Eye, type Face } from '../../core/rays';
import { boundsOf, middleOfBounds, type Bounds, type Surface } from '../../core/surfaces';
import { t } from '../../core/language';
import { MeshGl } from './mesh-gl';
import { NoGraphics } from './shaders';
import { RADIANS_PER_PIXEL, turningActs, type Turnable } from './turning';

export interface MeshSnapshot {
  eye: Eye | undefined;
  /** Why there is no picture. */
  words: string;
  /** Pictures that were drawn: scripts wait for the next one. */
  drawn: number;
}

export class MeshStage implements Turnable {
  private readonly listeners = new Set<() => void>();
  private readonly observer: ResizeObserver;
  private snap: MeshSnapshot = { eye: undefined, words: '', drawn: 0 };
  private gl: WebGL2RenderingContext | null = null;
  private meshes: MeshGl | undefined;
  private surfaces: readonly Surface[] = [];
  private bounds: Bounds | undefined;
  private frame = 0;

  /** wanted: from where it was looked at before. */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly wanted?: Eye,
  ) {
    this.observer = new ResizeObserver(() => this.touch());
    this.observer.observe(canvas);
    this.gl = canvas.getContext('webgl2', { alpha: false, antialias: true, depth: true, preserveDrawingBuffer: true });
    canvas.addEventListener('webglcontextlost', this.lost);
    canvas.addEventListener('webglcontextrestored', this.begin);
    this.begin();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): MeshSnapshot => this.snap;

  close(): void {
    this.observer.disconnect();
    cancelAnimationFrame(this.frame);
    this.canvas.removeEventListener('webglcontextlost', this.lost);
    this.canvas.removeEventListener('webglcontextrestored', this.begin);
    this.meshes?.keepOnly([]);
    this.listeners.clear();
  }

  private readonly lost = (e: Event): void => {
    e.preventDefault();
    this.emit({ words: t('The graphics card dropped the picture. It is made anew.') });
  };

  private readonly begin = (): void => {
    try {
      if (!this.gl) throw new NoGraphics('WebGL2');
      this.meshes = new MeshGl(this.gl);
      this.emit({ words: '' });
      this.touch();
    } catch (error) {
      if (!(error instanceof NoGraphics)) throw error;
      this.emit({ words: t('No WebGL2 here: surfaces cannot be drawn.') });
    }
  };

  /** The first ones are looked at from the front; others from where these were looked at. */
  setSurfaces(surfaces: readonly Surface[]): void {
    this.surfaces = surfaces;
    this.bounds = boundsOf(surfaces);
    if (!this.snap.eye) this.emit({ eye: this.wanted ?? this.first('A') });
    this.touch();
  }

  private get across(): number {
    return this.bounds ? Math.max(Math.hypot(...this.bounds.high.map((v, a) => v - (this.bounds?.low[a] as number))), 1e-3) : 100;
  }

  private first(face: Face): Eye | undefined {
    if (!this.bounds) return undefined;
    const { clientWidth, clientHeight } = this.canvas;
    return lookFrom(face, middleOfBounds(this.bounds), (this.across * 1.05) / Math.max(Math.min(clientWidth, clientHeight), 1));
  }

  lookFrom(face: Face): void {
    const { eye } = this.snap;
    if (eye) this.move(lookFrom(face, eye.centre, eye.mm));
  }

  turn(dx: number, dy: number): void {
    if (this.snap.eye) this.move(turned(this.snap.eye, dx * RADIANS_PER_PIXEL, dy * RADIANS_PER_PIXEL));
  }

  pan(dx: number, dy: number): void {
    if (this.snap.eye) this.move(panned(this.snap.eye, dx, dy));
  }

  zoom(factor: number): void {
    if (this.snap.eye) this.move(zoomed(this.snap.eye, factor, this.across));
  }

  fit(): void {
    const first = this.first('A');
    if (this.snap.eye && first) this.move({ ...this.snap.eye, mm: first.mm, centre: first.centre });
  }

  reset(): void {
    const first = this.first('A');
    if (first) this.move(first);
  }

  private readonly acts = turningActs(this);

  /** Whether a command of the viewer means something else here. */
  run(id: string): boolean {
    this.acts[id]?.();
    return id in this.acts;
  }

  private move(eye: Eye): void {
    this.emit({ eye });
    this.touch();
  }

  private touch(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    const { gl, meshes, canvas } = this;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((v) => Math.max(Math.round(v * ratio), 1)) as [number, number];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    if (!gl || !meshes || gl.isContextLost()) return;
    gl.clearColor(0, 0, 0, 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    const seen = this.surfaces.filter((s) => s.visible && s.opacity > 0);
    meshes.keepOnly(this.surfaces);
    const { eye } = this.snap;
    if (eye) meshes.draw(seen, { eye, mm: eye.mm / ratio, width, height, reach: meshes.reachOf(seen, eye.centre), dot: 2 * ratio });
    this.emit({ drawn: this.snap.drawn + 1 });
  }

  private emit(change: Partial<MeshSnapshot>): void {
    this.snap = { ...this.snap, ...change };
    for (const listener of this.listeners) listener();
  }
}

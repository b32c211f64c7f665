/** Surfaces drawn by the graphics card along parallel rays (WebGL2), onto what is bound: a canvas, or textures that the picture of a volume reads. */
import type { Point3 } from '../../core/geometry';
import type { Eye } from '../../core/rays';
import { boundsOf, middleOfBounds, type Bounds, type Surface } from '../../core/surfaces';
import { programOf } from './shaders';

const VERTEX = `#version 300 es
in vec3 position;
in vec3 normal;
in vec3 tint;
uniform vec3 centre, right, up, towards;
uniform vec2 scale;
uniform float reach, pointSize;
out vec3 place, facing, colour;
void main() {
  vec3 p = position - centre;
  place = vec3(dot(p, right), dot(p, up), dot(p, towards));
  facing = vec3(dot(normal, right), dot(normal, up), dot(normal, towards));
  colour = tint;
  gl_Position = vec4(place.xy * scale, -place.z / reach, 1);
  gl_PointSize = pointSize;
}`;

const FRAGMENT = `#version 300 es
precision highp float;
in vec3 place, facing, colour;
uniform sampler2D solidDepth;
uniform bool hidden, lit;
uniform float opacity;
out vec4 shown;
void main() {
  if (hidden && gl_FragCoord.z > texelFetch(solidDepth, ivec2(gl_FragCoord.xy), 0).r) discard;
  vec3 c = colour;
  if (lit) {
    // Without normals: those of the flat triangle.
    vec3 n = length(facing) > 1e-12 ? normalize(facing) : normalize(cross(dFdx(place), dFdy(place)));
    float front = abs(n.z);
    c = c * (0.3 + 0.7 * front) + 0.15 * pow(front, 24.0);
  }
  shown = vec4(min(c, vec3(1)) * opacity, opacity);
}`;

const UNIFORMS = ['centre', 'right', 'up', 'towards', 'scale', 'reach', 'pointSize', 'solidDepth', 'hidden', 'lit', 'opacity'] as const;

/** Texture unit for the depths that hide what lies behind them. */
const DEPTH_UNIT = 7;

/** How surfaces are looked at. mm: a pixel of what is drawn on. reach: mm from the middle that depths count to. */
export interface MeshShot {
  eye: Eye;
  mm: number;
  width: number;
  height: number;
  reach: number;
  /** Pixels across a point. */
  dot: number;
}

interface Held {
  array: WebGLVertexArrayObject;
  buffers: WebGLBuffer[];
  count: number;
  indexed: boolean;
  normals: boolean;
  colours: boolean;
  bounds: Bounds | undefined;
  /** What it was made of: the same corners may come with other colours, or as lines. */
  from: Surface;
}

export class MeshGl {
  private readonly places: Map<string, WebGLUniformLocation | null>;
  private readonly program: WebGLProgram;
  private readonly held = new Map<Float32Array, Held>();

  /** Throws NoGraphics. */
  constructor(private readonly gl: WebGL2RenderingContext) {
    this.program = programOf(gl, VERTEX, FRAGMENT, ['position', 'normal', 'tint']);
    this.places = new Map(UNIFORMS.map((name) => [name, gl.getUniformLocation(this.program, name)]));
  }

  /** How far from a place the farthest vertex lies, mm. */
  reachOf(surfaces: readonly Surface[], from: Point3): number {
    let most = 1;
    for (const surface of surfaces) {
      const { bounds } = this.holding(surface);
      if (bounds) most = Math.max(most, Math.hypot(...from.map((v, a) => Math.max(Math.abs((bounds.low[a] as number) - v), Math.abs((bounds.high[a] as number) - v)))));
    }
    return most * 1.01;
  }

  /** Onto a framebuffer with depth: what is opaque, then over it what is not. */
  draw(surfaces: readonly Surface[], shot: MeshShot): void {
    const { gl } = this;
    this.drawSolid(surfaces, shot);
    gl.enable(gl.DEPTH_TEST);
    gl.depthMask(false);
    this.drawVeils(surfaces, shot.eye);
    gl.depthMask(true);
    gl.disable(gl.DEPTH_TEST);
    this.end();
  }

  /** Opaque ones only. */
  drawSolid(surfaces: readonly Surface[], shot: MeshShot): void {
    const { gl } = this;
    this.begin(surfaces, shot);
    gl.enable(gl.DEPTH_TEST);
    for (const surface of surfaces.filter(isSolid)) this.drawOne(surface, gl.NONE);
    gl.disable(gl.DEPTH_TEST);
    this.end();
  }

  /** Those that let light through, where they lie before the depths of a texture; into the depth goes the nearest. */
  drawThin(surfaces: readonly Surface[], shot: MeshShot, solidDepth: WebGLTexture): void {
    const { gl } = this;
    this.begin(surfaces, shot);
    gl.activeTexture(gl.TEXTURE0 + DEPTH_UNIT);
    gl.bindTexture(gl.TEXTURE_2D, solidDepth);
    gl.uniform1i(this.at('hidden'), 1);
    gl.enable(gl.DEPTH_TEST);
    gl.colorMask(false, false, false, false);
    for (const surface of surfaces.filter((s) => !isSolid(s))) this.drawOne(surface, gl.NONE);
    gl.colorMask(true, true, true, true);
    gl.disable(gl.DEPTH_TEST);
    this.drawVeils(surfaces, shot.eye);
    gl.bindTexture(gl.TEXTURE_2D, null);
    this.end();
  }

  /** Arrays of surfaces that are not among these are given back. */
  keepOnly(surfaces: readonly Surface[]): void {
    const wanted = new Set(surfaces.map((s) => s.positions));
    for (const [positions, held] of this.held) if (!wanted.has(positions)) this.drop(positions, held);
  }

  private drop(positions: Float32Array, { array, buffers }: Held): void {
    for (const buffer of buffers) this.gl.deleteBuffer(buffer);
    this.gl.deleteVertexArray(array);
    this.held.delete(positions);
  }

  private at(name: (typeof UNIFORMS)[number]): WebGLUniformLocation | null {
    return this.places.get(name) ?? null;
  }

  private begin(surfaces: readonly Surface[], { eye, mm, width, height, reach, dot }: MeshShot): void {
    const { gl } = this;
    for (const surface of surfaces) this.holding(surface);
    gl.useProgram(this.program);
    for (const name of ['centre', 'right', 'up', 'towards'] as const) gl.uniform3fv(this.at(name), eye[name]);
    gl.uniform2f(this.at('scale'), 2 / (mm * width), 2 / (mm * height));
    gl.uniform1f(this.at('reach'), reach);
    gl.uniform1f(this.at('pointSize'), dot);
    gl.uniform1i(this.at('hidden'), 0);
    gl.uniform1i(this.at('solidDepth'), DEPTH_UNIT);
    gl.viewport(0, 0, width, height);
  }

  private end(): void {
    this.gl.bindVertexArray(null);
  }

  /** From the far to the near; of each first the side that is turned away. */
  private drawVeils(surfaces: readonly Surface[], { towards }: Eye): void {
    const { gl } = this;
    const near = (s: Surface) => {
      const { bounds } = this.holding(s);
      const middle = bounds ? middleOfBounds(bounds) : [0, 0, 0];
      return middle.reduce((sum, v, a) => sum + v * (towards[a] as number), 0);
    };
    const thin = surfaces.filter((s) => !isSolid(s)).map((surface) => ({ surface, at: near(surface) }));
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    for (const { surface } of thin.sort((a, b) => a.at - b.at)) {
      for (const side of surface.made === 'triangles' ? [gl.FRONT, gl.BACK] : [gl.NONE]) this.drawOne(surface, side);
    }
    gl.disable(gl.BLEND);
  }

  private drawOne(surface: Surface, culled: number): void {
    const { gl } = this;
    const { array, count, indexed, normals, colours } = this.holding(surface);
    if (!count) return;
    gl.bindVertexArray(array);
    if (!colours) gl.vertexAttrib3f(2, surface.colour[0] / 255, surface.colour[1] / 255, surface.colour[2] / 255);
    if (!normals) gl.vertexAttrib3f(1, 0, 0, 0);
    gl.uniform1i(this.at('lit'), Number(surface.made === 'triangles'));
    gl.uniform1f(this.at('opacity'), isSolid(surface) ? 1 : surface.opacity);
    if (culled !== gl.NONE) {
      gl.enable(gl.CULL_FACE);
      gl.cullFace(culled);
    }
    const mode = { triangles: gl.TRIANGLES, lines: gl.LINES, points: gl.POINTS }[surface.made];
    if (indexed) gl.drawElements(mode, count, gl.UNSIGNED_INT, 0);
    else gl.drawArrays(mode, 0, count);
    gl.disable(gl.CULL_FACE);
  }

  private holding(surface: Surface): Held {
    const known = this.held.get(surface.positions);
    if (known && known.from.colours === surface.colours && known.from.indices === surface.indices && known.from.normals === surface.normals) return known;
    if (known) this.drop(surface.positions, known);
    const { gl } = this;
    const array = gl.createVertexArray();
    const buffers: WebGLBuffer[] = [];
    gl.bindVertexArray(array);
    const give = (target: number, data: ArrayBufferView<ArrayBuffer>) => {
      const buffer = gl.createBuffer();
      gl.bindBuffer(target, buffer);
      gl.bufferData(target, data, gl.STATIC_DRAW);
      buffers.push(buffer);
    };
    const attribute = (place: number, data: ArrayBufferView<ArrayBuffer> | undefined, type: number) => {
      if (!data) return;
      give(gl.ARRAY_BUFFER, data);
      gl.enableVertexAttribArray(place);
      gl.vertexAttribPointer(place, 3, type, type === gl.UNSIGNED_BYTE, 0, 0);
    };
    const vertices = Math.floor(surface.positions.length / 3);
    attribute(0, surface.positions as Float32Array<ArrayBuffer>, gl.FLOAT);
    const [normals, colours] = [fitting(surface.normals, vertices), fitting(surface.colours, vertices)];
    attribute(1, normals, gl.FLOAT);
    attribute(2, colours, gl.UNSIGNED_BYTE);
    // An index beyond the vertices would fail the whole drawing.
    const indices = surface.indices?.every((i) => i < vertices) === false ? new Uint32Array() : surface.indices;
    if (indices) give(gl.ELEMENT_ARRAY_BUFFER, indices as Uint32Array<ArrayBuffer>);
    gl.bindVertexArray(null);
    const made = { array, buffers, count: indices?.length ?? vertices, indexed: indices !== undefined, normals: normals !== undefined, colours: colours !== undefined, bounds: boundsOf([surface]), from: surface };
    this.held.set(surface.positions, made);
    return made;
  }
}

function fitting<T extends Float32Array | Uint8Array>(data: T | undefined, vertices: number): ArrayBufferView<ArrayBuffer> | undefined {
  return data && data.length >= vertices * 3 ? (data as unknown as ArrayBufferView<ArrayBuffer>) : undefined;
}

export function isSolid({ opacity }: Surface): boolean {
  return opacity >= 0.995;
}

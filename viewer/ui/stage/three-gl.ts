/** A block drawn by the graphics card, or by a program in its place: rays through a 3D texture (WebGL2). */
import type { Block } from '../../core/block';
import { raysIn, type Crop, type Eye } from '../../core/rays';
import { cross, dot, type Point3 } from '../../core/geometry';
import type { Surface } from '../../core/surfaces';
import { ENTRIES, transferTable, type Transfer } from '../../core/transfer';
import { isSoftware, NoGraphics, programOf } from './shaders';
import { ThreeMeshes } from './three-meshes';

const VERTEX = `#version 300 es
void main() { gl_Position = vec4(vec2(gl_VertexID == 1 ? 3 : -1, gl_VertexID == 2 ? 3 : -1), 0, 1); }`;

const FRAGMENT = `#version 300 es
precision highp float;
precision highp sampler3D;
uniform sampler3D voxels;
uniform sampler2D colours, solidColour, solidDepth, thinColour, thinDepth;
uniform vec3 start, across, upward, inward, low, high, texel, gradientX, gradientY, gradientZ, towards;
uniform vec2 size, span;
uniform float mm, near, stride, reach;
uniform bool maximum, lit, meshed;
out vec4 shown;

vec4 colourOf(float v) { return texture(colours, vec2(clamp(v * span.x + span.y, 0.0, 1.0) * ${(ENTRIES - 1) / ENTRIES} + ${0.5 / ENTRIES}, 0.5)); }

float valueAt(vec3 p) { return texture(voxels, p).r; }

/** Of the values, in the patient. */
vec3 slopeAt(vec3 p) {
  vec3 g = vec3(
    valueAt(p + vec3(texel.x, 0, 0)) - valueAt(p - vec3(texel.x, 0, 0)),
    valueAt(p + vec3(0, texel.y, 0)) - valueAt(p - vec3(0, texel.y, 0)),
    valueAt(p + vec3(0, 0, texel.z)) - valueAt(p - vec3(0, 0, texel.z)));
  return gradientX * g.x + gradientY * g.y + gradientZ * g.z;
}

void main() {
  // Surfaces: colours times opacity, and how far they lie from the middle, away from the eye.
  vec4 solid = vec4(0), thin = vec4(0);
  float solidAt = 1e9, thinAt = 1e9;
  if (meshed) {
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    solid = texelFetch(solidColour, pixel, 0);
    thin = texelFetch(thinColour, pixel, 0);
    if (solid.a > 0.0) solidAt = (texelFetch(solidDepth, pixel, 0).r * 2.0 - 1.0) * reach;
    if (thin.a > 0.0) thinAt = (texelFetch(thinDepth, pixel, 0).r * 2.0 - 1.0) * reach;
  }
  vec2 at = (gl_FragCoord.xy - 0.5 * size) * mm;
  vec3 from = start + across * at.x + upward * at.y;
  vec3 way = mix(inward, vec3(1e-9), lessThan(abs(inward), vec3(1e-9)));
  vec3 a = (low - from) / way, b = (high - from) / way;
  vec3 first = min(a, b), last = max(a, b);
  float t = max(max(first.x, first.y), max(first.z, near));
  float end = min(last.x, min(last.y, last.z));
  // Rays that all begin in step show rings.
  t += stride * fract(sin(dot(gl_FragCoord.xy, vec2(12.9898, 78.233))) * 43758.5453);
  if (maximum) {
    float most = 0.0;
    vec3 c = vec3(0);
    if (t < end) {
      for (; t < end; t += stride) most = max(most, valueAt(from + inward * t));
      c = colourOf(most).rgb;
    }
    // A maximum has no depth: surfaces lie over it.
    c = mix(c, solid.rgb, solid.a);
    shown = vec4(c * (1.0 - thin.a) + thin.rgb, 1);
    return;
  }
  vec3 sum = vec3(0);
  float through = 1.0;
  end = min(end, solidAt);
  for (; t < end && through > 0.02; t += stride) {
    if (t >= thinAt) {
      sum += through * thin.rgb;
      through *= 1.0 - thin.a;
      thin = vec4(0);
      thinAt = 1e9;
    }
    vec3 p = from + inward * t;
    vec4 c = colourOf(valueAt(p));
    float opacity = 1.0 - pow(1.0 - min(c.a, 0.999), stride);
    if (opacity < 0.001) continue;
    if (lit) {
      vec3 g = slopeAt(p);
      float steep = length(g);
      float facing = steep > 1e-5 ? abs(dot(g, towards)) / steep : 1.0;
      c.rgb = c.rgb * (0.25 + 0.75 * facing) + 0.2 * pow(facing, 24.0);
    }
    sum += through * opacity * c.rgb;
    through *= 1.0 - opacity;
  }
  sum += through * (thin.rgb + (1.0 - thin.a) * solid.rgb);
  shown = vec4(min(sum, vec3(1)), 1);
}`;

const UNIFORMS = [
  'voxels', 'colours', 'start', 'across', 'upward', 'inward', 'low', 'high', 'texel', 'gradientX', 'gradientY', 'gradientZ', 'towards',
  'size', 'span', 'mm', 'near', 'stride', 'maximum', 'lit', 'solidColour', 'solidDepth', 'thinColour', 'thinDepth', 'meshed', 'reach',
] as const;

/** The first of the four texture units that surfaces take. */
const MESH_UNIT = 2;

/** How a picture is to be drawn. mm: a pixel of the canvas. stride: mm between two looks. */
export interface Shot {
  eye: Eye;
  crop: Crop;
  mm: number;
  stride: number;
}

export class ThreeGl {
  private readonly gl: WebGL2RenderingContext;
  private places = new Map<string, WebGLUniformLocation | null>();
  private block: Block | undefined;
  private transfer: Transfer | undefined;
  private voxels: WebGLTexture | null = null;
  private colours: WebGLTexture | null = null;
  private span: [number, number] = [1, 0];
  private program: WebGLProgram | undefined;
  private surfaces: readonly Surface[] = [];
  private meshes: ThreeMeshes | undefined;
  private reach = 1;

  /** Throws NoGraphics. */
  constructor(readonly canvas: HTMLCanvasElement) {
    const gl = canvas.getContext('webgl2', { alpha: false, antialias: false, depth: false, preserveDrawingBuffer: true });
    if (!gl) throw new NoGraphics('WebGL2');
    this.gl = gl;
    this.build();
  }

  /** The longest edge a block may have here. */
  get side(): number {
    return this.gl.getParameter(this.gl.MAX_3D_TEXTURE_SIZE) as number;
  }

  /** Drawn by a program, not by a card: slow. */
  get isSoftware(): boolean {
    return isSoftware(this.gl);
  }

  /** Seen in the volume from the next picture on. */
  setSurfaces(surfaces: readonly Surface[]): void {
    this.surfaces = surfaces;
  }

  /** After the context was lost and has come back. */
  restore(): void {
    this.meshes = undefined;
    this.build();
    if (this.block) this.setBlock(this.block);
    if (this.transfer) this.setTransfer(this.transfer);
  }

  private build(): void {
    const { gl } = this;
    const program = programOf(gl, VERTEX, FRAGMENT);
    this.program = program;
    gl.useProgram(program);
    this.places = new Map(UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)]));
    gl.uniform1i(this.at('voxels'), 0);
    gl.uniform1i(this.at('colours'), 1);
    // Another kind of texture than the voxels must not share their unit, seen or not.
    (['solidColour', 'solidDepth', 'thinColour', 'thinDepth'] as const).forEach((name, i) => gl.uniform1i(this.at(name), MESH_UNIT + i));
  }

  private at(name: (typeof UNIFORMS)[number]): WebGLUniformLocation | null {
    return this.places.get(name) ?? null;
  }

  /** Throws NoGraphics when it does not fit into the memory of the card. */
  setBlock(block: Block): void {
    const { gl } = this;
    this.block = block;
    const [nx, ny, nz] = block.size;
    gl.activeTexture(gl.TEXTURE0);
    gl.deleteTexture(this.voxels);
    this.voxels = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_3D, this.voxels);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 2);
    gl.texStorage3D(gl.TEXTURE_3D, 1, gl.R16F, nx, ny, nz);
    for (let k = 0; k < nz; k++) {
      gl.texSubImage3D(gl.TEXTURE_3D, 0, 0, 0, k, nx, ny, 1, gl.RED, gl.HALF_FLOAT, block.values.subarray(k * nx * ny, (k + 1) * nx * ny));
    }
    for (const [name, value] of [['WRAP_S', 'CLAMP_TO_EDGE'], ['WRAP_T', 'CLAMP_TO_EDGE'], ['WRAP_R', 'CLAMP_TO_EDGE'], ['MIN_FILTER', 'LINEAR'], ['MAG_FILTER', 'LINEAR']] as const) {
      gl.texParameteri(gl.TEXTURE_3D, gl[`TEXTURE_${name}`], gl[value]);
    }
    if (gl.getError() === gl.OUT_OF_MEMORY) throw new NoGraphics('memory');
    if (this.transfer) this.setTransfer(this.transfer);
  }

  setTransfer(transfer: Transfer): void {
    const { gl } = this;
    this.transfer = transfer;
    const { bytes, low, high } = transferTable(transfer);
    gl.activeTexture(gl.TEXTURE1);
    gl.deleteTexture(this.colours);
    this.colours = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.colours);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, ENTRIES, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    for (const name of ['MIN_FILTER', 'MAG_FILTER'] as const) gl.texParameteri(gl.TEXTURE_2D, gl[`TEXTURE_${name}`], gl.LINEAR);
    const block = this.block;
    if (block) this.span = [(block.high - block.low) / (high - low || 1), (block.low - low) / (high - low || 1)];
  }

  /** Rows from .. to of the canvas, 0..1 from below. */
  draw({ eye, crop, mm, stride }: Shot, from = 0, to = 1): void {
    const { gl, block, transfer } = this;
    if (!block || !transfer || gl.isContextLost()) return;
    const { width, height } = this.canvas;
    const shown = this.surfaces.length > 0;
    // The pieces of a picture have the same surfaces.
    if (shown && from === 0) {
      this.meshes ??= new ThreeMeshes(gl);
      this.reach = this.meshes.draw(this.surfaces, { eye, mm, width, height, dot: 3 }, MESH_UNIT);
    }
    gl.useProgram(this.program ?? null);
    gl.uniform1i(this.at('meshed'), Number(shown));
    gl.uniform1f(this.at('reach'), this.reach);
    const rays = raysIn(block, eye);
    const vector = (name: (typeof UNIFORMS)[number], v: readonly number[]) => gl.uniform3fv(this.at(name), v);
    for (const name of ['start', 'across', 'upward', 'inward'] as const) vector(name, rays[name]);
    vector('low', crop.low);
    vector('high', crop.high);
    vector('texel', block.size.map((n) => 1 / n));
    const [x, y, z] = gradients(block);
    vector('gradientX', x);
    vector('gradientY', y);
    vector('gradientZ', z);
    vector('towards', eye.towards);
    gl.uniform2f(this.at('size'), width, height);
    gl.uniform2f(this.at('span'), ...this.span);
    gl.uniform1f(this.at('mm'), mm);
    gl.uniform1f(this.at('near'), Number.isFinite(crop.clip) ? -crop.clip : -1e9);
    gl.uniform1f(this.at('stride'), stride);
    gl.uniform1i(this.at('maximum'), Number(transfer.maximum));
    gl.uniform1i(this.at('lit'), Number(transfer.lit));
    gl.viewport(0, 0, width, height);
    gl.enable(gl.SCISSOR_TEST);
    gl.scissor(0, Math.floor(from * height), width, Math.ceil(to * height) - Math.floor(from * height));
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /** Waits until what was asked for is drawn. */
  finish(): void {
    this.gl.readPixels(0, 0, 1, 1, this.gl.RGBA, this.gl.UNSIGNED_BYTE, new Uint8Array(4));
  }

  /** Give the card back what it held. */
  release(): void {
    this.gl.getExtension('WEBGL_lose_context')?.loseContext();
  }
}

/** From differences between two voxels along each axis to a direction in the patient: columns of the inverse, transposed. */
function gradients({ steps: [a, b, c] }: Block): [Point3, Point3, Point3] {
  const det = dot(a, cross(b, c));
  return [cross(b, c), cross(c, a), cross(a, b)].map((v) => v.map((n) => n / det) as Point3) as [Point3, Point3, Point3];
}

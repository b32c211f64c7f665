/** Surfaces as the picture of a volume needs them: colours and depths in textures, those that let light through by themselves. */
import type { Surface } from '../../core/surfaces';
import { MeshGl, type MeshShot } from './mesh-gl';
import { NoGraphics } from './shaders';

interface Target {
  frame: WebGLFramebuffer;
  colour: WebGLTexture;
  depth: WebGLTexture;
}

export class ThreeMeshes {
  private readonly meshes: MeshGl;
  private solid: Target | undefined;
  private thin: Target | undefined;
  private size: readonly [number, number] = [0, 0];

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.meshes = new MeshGl(gl);
  }

  /** Binds four textures from a unit on: colours and depths of what is opaque, then of what is not. Tells the reach of the depths, mm. */
  draw(surfaces: readonly Surface[], shot: Omit<MeshShot, 'reach'>, unit: number): number {
    const { gl, meshes } = this;
    meshes.keepOnly(surfaces);
    this.fit(shot.width, shot.height);
    const reach = meshes.reachOf(surfaces, shot.eye.centre);
    const [solid, thin] = [this.solid as Target, this.thin as Target];
    this.onto(solid);
    meshes.drawSolid(surfaces, { ...shot, reach });
    this.onto(thin);
    meshes.drawThin(surfaces, { ...shot, reach }, solid.depth);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    [solid.colour, solid.depth, thin.colour, thin.depth].forEach((texture, i) => {
      gl.activeTexture(gl.TEXTURE0 + unit + i);
      gl.bindTexture(gl.TEXTURE_2D, texture);
    });
    return reach;
  }

  private onto({ frame }: Target): void {
    const { gl } = this;
    gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
    gl.disable(gl.SCISSOR_TEST);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
  }

  private fit(width: number, height: number): void {
    if (this.size[0] === width && this.size[1] === height) return;
    for (const target of [this.solid, this.thin]) if (target) this.forget(target);
    this.size = [width, height];
    this.solid = this.target();
    this.thin = this.target();
  }

  private target(): Target {
    const { gl } = this;
    const frame = gl.createFramebuffer();
    const [colour, depth] = [this.texture(gl.RGBA8), this.texture(gl.DEPTH_COMPONENT24)];
    gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, colour, 0);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.DEPTH_ATTACHMENT, gl.TEXTURE_2D, depth, 0);
    if (gl.checkFramebufferStatus(gl.FRAMEBUFFER) !== gl.FRAMEBUFFER_COMPLETE && !gl.isContextLost()) throw new NoGraphics('framebuffer');
    return { frame, colour, depth };
  }

  private texture(format: number): WebGLTexture {
    const { gl } = this;
    const texture = gl.createTexture();
    // A unit that nothing else uses: those of the volume stay bound.
    gl.activeTexture(gl.TEXTURE7);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, format, ...this.size);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
    gl.bindTexture(gl.TEXTURE_2D, null);
    return texture;
  }

  private forget({ frame, colour, depth }: Target): void {
    const { gl } = this;
    gl.deleteFramebuffer(frame);
    gl.deleteTexture(colour);
    gl.deleteTexture(depth);
  }
}

/** Programs of the graphics card. */

/** There is no WebGL2, or it cannot hold what is to be drawn. */
export class NoGraphics extends Error {}

/** attributes: their places are those of the list. Throws NoGraphics. */
export function programOf(gl: WebGL2RenderingContext, vertex: string, fragment: string, attributes: readonly string[] = []): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]] as const) {
    const shader = gl.createShader(kind);
    if (!shader) throw new NoGraphics('shader');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  attributes.forEach((name, place) => gl.bindAttribLocation(program, place, name));
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new NoGraphics(gl.getProgramInfoLog(program) ?? 'program');
  return program;
}

/** Drawn by a program, not by a card: slow. */
export function isSoftware(gl: WebGL2RenderingContext): boolean {
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
}

/** A picture stretched over an extent of the map; its first row of pixels is at the top, yMax. */
import type { Frame } from '../renderer.ts';
import type { Backdrop } from '../types.ts';
import { CAMERA, copyPicture, createProgram, setCamera, sightDefines } from './program.ts';
import type { Picture, Program } from './program.ts';

const VERTEX = `${CAMERA}
uniform vec4 u_extent; // xMin, yMin, xMax, yMax
out vec2 v_uv;
void main() {
  vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1));
  v_uv = vec2(corner.x, 1.0 - corner.y);
#ifdef SPATIAL
  gl_Position = seen(vec3(mix(u_extent.xy, u_extent.zw, corner), 0.0));
#else
  gl_Position = seen(mix(u_extent.xy, u_extent.zw, corner));
#endif
}`;

const FRAGMENT = `
in vec2 v_uv;
uniform sampler2D u_image;
uniform float u_opacity;
out vec4 color;
void main() {
  color = texture(u_image, v_uv) * u_opacity;
}`;

export class BackdropPass {
  private readonly gl: WebGL2RenderingContext;
  private readonly programs: Record<string, Program> = {};
  private readonly texture: WebGLTexture;
  private readonly array: WebGLVertexArrayObject;
  private backdrop: Backdrop | null = null;

  constructor(gl: WebGL2RenderingContext) {
    this.gl = gl;
    this.texture = gl.createTexture();
    this.array = gl.createVertexArray();
  }

  setBackdrop(backdrop: Backdrop | null): void {
    this.backdrop = backdrop && backdrop.image.width > 0 && backdrop.image.height > 0 ? backdrop : null;
    if (!this.backdrop) return;
    const { gl } = this;
    const { image, pixelated } = this.backdrop;
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, withinLimit(gl, image));
    gl.generateMipmap(gl.TEXTURE_2D);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, pixelated ? gl.NEAREST : gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  }

  draw(frame: Frame): void {
    if (!this.backdrop) return;
    const { gl } = this;
    const { camera } = frame;
    const defines = sightDefines(frame);
    const program = (this.programs[defines.join()] ??= createProgram(gl, VERTEX, FRAGMENT, { defines }));
    const { xMin, xMax, yMin, yMax } = this.backdrop.extent;
    gl.useProgram(program.handle);
    setCamera(gl, program, frame, [camera.x, camera.y, 0]);
    gl.uniform4f(program.uniform('u_extent'), xMin - camera.x, yMin - camera.y, xMax - camera.x, yMax - camera.y);
    gl.uniform1f(program.uniform('u_opacity'), this.backdrop.opacity ?? 1);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.uniform1i(program.uniform('u_image'), 0);
    gl.bindVertexArray(this.array);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    gl.bindVertexArray(null);
  }
}

function withinLimit(gl: WebGL2RenderingContext, image: Picture): Picture {
  const limit = Math.min(8192, gl.getParameter(gl.MAX_TEXTURE_SIZE) as number);
  const { width, height } = image;
  const ratio = limit / Math.max(width, height);
  if (ratio >= 1) return image;
  const whole = { x: 0, y: 0, width, height };
  return copyPicture(image, whole, Math.max(1, Math.floor(width * ratio)), Math.max(1, Math.floor(height * ratio)));
}

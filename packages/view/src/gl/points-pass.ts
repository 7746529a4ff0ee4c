/**
 * All points in one draw call: round, anti-aliased discs, on their way from A to B, coloured from a palette.
 *
 * GL points are cut when their middle leaves the view, so the view is drawn with a margin around the canvas
 * (`marginOf`) and discs slide out at the edge instead of vanishing. Points that are not finite go to a far place.
 */
import type { Frame, PointStyle } from '../renderer.ts';
import { bindAttribute, createProgram, setCamera, setColor } from './program.ts';
import type { Program } from './program.ts';

const FAR = 1e30;
const PALETTE_WIDTH = 256;

const VERTEX = `
in vec2 a_from;
in vec2 a_to;
in uint a_code;
in uint a_flags;
uniform vec2 u_camera, u_zoom;
uniform float u_time, u_radius, u_pixelRatio, u_opacity, u_unselectedOpacity, u_fadedOpacity;
uniform vec4 u_muted;
uniform highp sampler2D u_palette;
flat out vec4 v_color;
flat out float v_radius;
flat out float v_size;
flat out float v_ring;
void main() {
  bool muted = (a_flags & 1u) != 0u;
  bool selected = (a_flags & 2u) != 0u;
  bool faded = (a_flags & 4u) != 0u;
  vec2 place = mix(a_from, a_to, u_time);
  gl_Position = vec4((place - u_camera) * u_zoom, 0.0, 1.0);
  float radius = u_radius * (muted ? 0.85 : selected ? 1.2 : 1.0) * u_pixelRatio;
  v_radius = max(radius, 0.5);
  v_size = 2.0 * v_radius + 2.0;
  gl_PointSize = v_size;
  v_ring = clamp((v_radius / u_pixelRatio - 1.5) / 2.0, 0.0, 1.0) * u_pixelRatio * 0.6;
  vec4 color = muted ? u_muted : texelFetch(u_palette, ivec2(a_code & 255u, a_code >> 8), 0);
  float opacity = muted ? u_opacity : selected ? max(u_opacity, 0.9) : u_unselectedOpacity;
  if (faded) opacity *= u_fadedOpacity;
  // a disc smaller than a pixel is drawn as one, as faint as it is small
  opacity *= min(1.0, radius * radius / (v_radius * v_radius));
  v_color = color * opacity;
}`;

const FRAGMENT = `
flat in vec4 v_color;
flat in float v_radius;
flat in float v_size;
flat in float v_ring;
uniform vec4 u_ringColor;
out vec4 color;
void main() {
  float r = length(gl_PointCoord - 0.5) * v_size;
  float inside = clamp(v_radius + 0.5 - r, 0.0, 1.0);
  if (inside <= 0.0) discard;
  float ring = v_ring > 0.0 ? clamp(r - (v_radius - v_ring) + 0.5, 0.0, 1.0) * min(1.0, v_ring) * 0.7 : 0.0;
  color = mix(v_color, u_ringColor * v_color.a, ring) * inside;
}`;

export class PointsPass {
  /** what stored coordinates are relative to */
  origin: readonly [number, number] = [0, 0];
  readonly from: WebGLBuffer;
  readonly to: WebGLBuffer;
  readonly palette: WebGLTexture;
  private readonly gl: WebGL2RenderingContext;
  private readonly program: Program;
  private readonly array: WebGLVertexArrayObject;
  private readonly codes: WebGLBuffer;
  private readonly flags: WebGLBuffer;
  private readonly order: WebGLBuffer;
  private count = 0;

  constructor(gl: WebGL2RenderingContext) {
    this.gl = gl;
    this.program = createProgram(gl, VERTEX, FRAGMENT);
    this.array = gl.createVertexArray();
    this.from = gl.createBuffer();
    this.to = gl.createBuffer();
    this.codes = gl.createBuffer();
    this.flags = gl.createBuffer();
    this.order = gl.createBuffer();
    this.palette = gl.createTexture();
    gl.bindVertexArray(this.array);
    const { program } = this;
    bindAttribute(gl, program, this.from, { name: 'a_from', size: 2, type: gl.FLOAT });
    bindAttribute(gl, program, this.to, { name: 'a_to', size: 2, type: gl.FLOAT });
    bindAttribute(gl, program, this.codes, { name: 'a_code', size: 1, type: gl.UNSIGNED_SHORT, integer: true });
    bindAttribute(gl, program, this.flags, { name: 'a_flags', size: 1, type: gl.UNSIGNED_BYTE, integer: true });
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.order);
    gl.bindVertexArray(null);
  }

  setPositions(from: Float32Array, to: Float32Array): void {
    this.origin = middle(to);
    this.fill(this.from, relative(from, this.origin));
    this.fill(this.to, relative(to, this.origin));
  }

  setStyle({ codes, palette }: PointStyle): void {
    const { gl } = this;
    this.fill(this.codes, codes);
    const height = Math.max(1, Math.ceil(palette.length / 4 / PALETTE_WIDTH));
    const texels = new Uint8Array(PALETTE_WIDTH * height * 4);
    texels.set(palette);
    gl.bindTexture(gl.TEXTURE_2D, this.palette);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, PALETTE_WIDTH, height, 0, gl.RGBA, gl.UNSIGNED_BYTE, texels);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  }

  setOrder(flags: Uint8Array, order: Uint32Array): void {
    const { gl } = this;
    this.fill(this.flags, flags);
    gl.bindVertexArray(this.array);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, order, gl.DYNAMIC_DRAW);
    gl.bindVertexArray(null);
    this.count = order.length;
  }

  draw(frame: Frame): void {
    if (this.count === 0) return;
    const { gl, program, origin } = this;
    const { camera, width, height, pixelRatio } = frame;
    const margin = Math.ceil(frame.pointRadius * 1.2 * pixelRatio) + 2;
    const deviceWidth = Math.round(width * pixelRatio);
    const deviceHeight = Math.round(height * pixelRatio);
    gl.viewport(-margin, -margin, deviceWidth + 2 * margin, deviceHeight + 2 * margin);
    gl.useProgram(program.handle);
    setCamera(gl, program, camera, origin, width + (2 * margin) / pixelRatio, height + (2 * margin) / pixelRatio);
    gl.uniform1f(program.uniform('u_time'), frame.time);
    gl.uniform1f(program.uniform('u_radius'), frame.pointRadius);
    gl.uniform1f(program.uniform('u_pixelRatio'), pixelRatio);
    gl.uniform1f(program.uniform('u_opacity'), frame.opacity);
    gl.uniform1f(program.uniform('u_unselectedOpacity'), frame.unselectedOpacity);
    gl.uniform1f(program.uniform('u_fadedOpacity'), frame.fadedOpacity);
    setColor(gl, program.uniform('u_muted'), frame.muted);
    setColor(gl, program.uniform('u_ringColor'), frame.background);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.palette);
    gl.uniform1i(program.uniform('u_palette'), 0);
    gl.bindVertexArray(this.array);
    gl.drawElements(gl.POINTS, this.count, gl.UNSIGNED_INT, 0);
    gl.bindVertexArray(null);
    gl.viewport(0, 0, deviceWidth, deviceHeight);
  }

  private fill(buffer: WebGLBuffer, data: Float32Array | Uint16Array | Uint8Array): void {
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
  }
}

/** The mean of the finite points: close to most of them. */
function middle(coordinates: Float32Array): [number, number] {
  let x = 0;
  let y = 0;
  let count = 0;
  for (let i = 0; i < coordinates.length; i += 2) {
    const sum = coordinates[i] + coordinates[i + 1];
    if (!(Math.abs(sum) < Infinity)) continue;
    x += coordinates[i];
    y += coordinates[i + 1];
    count++;
  }
  return count > 0 ? [x / count, y / count] : [0, 0];
}

export function relative(coordinates: Float32Array, [x, y]: readonly [number, number]): Float32Array {
  const out = new Float32Array(coordinates.length);
  for (let i = 0; i < out.length; i += 2) {
    const finite = Math.abs(coordinates[i]) < Infinity && Math.abs(coordinates[i + 1]) < Infinity;
    out[i] = finite ? coordinates[i] - x : FAR;
    out[i + 1] = finite ? coordinates[i + 1] - y : FAR;
  }
  return out;
}

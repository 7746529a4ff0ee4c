/** The faint net of the chart: hairlines on device pixels, at nice intervals, every fifth a little stronger. */
import type { Frame } from '../renderer.ts';
import { bindAttribute, createProgram, setColor } from './program.ts';
import type { Program } from './program.ts';

const VERTEX = `
in vec4 a_rect; // left, top, right, bottom in device pixels
in float a_opacity;
uniform vec2 u_size;
flat out float v_opacity;
void main() {
  vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1));
  vec2 place = mix(a_rect.xy, a_rect.zw, corner) / u_size * 2.0 - 1.0;
  gl_Position = vec4(place.x, -place.y, 0.0, 1.0);
  v_opacity = a_opacity;
}`;

const FRAGMENT = `
flat in float v_opacity;
uniform vec4 u_color;
out vec4 color;
void main() {
  color = u_color * v_opacity;
}`;

export class GraticulePass {
  private readonly gl: WebGL2RenderingContext;
  private readonly program: Program;
  private readonly array: WebGLVertexArrayObject;
  private readonly lines: WebGLBuffer;

  constructor(gl: WebGL2RenderingContext) {
    this.gl = gl;
    this.program = createProgram(gl, VERTEX, FRAGMENT);
    this.array = gl.createVertexArray();
    this.lines = gl.createBuffer();
    gl.bindVertexArray(this.array);
    const common = { type: gl.FLOAT, stride: 20, divisor: 1 };
    bindAttribute(gl, this.program, this.lines, { name: 'a_rect', size: 4, offset: 0, ...common });
    bindAttribute(gl, this.program, this.lines, { name: 'a_opacity', size: 1, offset: 16, ...common });
    gl.bindVertexArray(null);
  }

  draw(frame: Frame): void {
    const { gl, program } = this;
    const { width, height, pixelRatio } = frame;
    const w = Math.round(width * pixelRatio);
    const h = Math.round(height * pixelRatio);
    const thick = Math.max(1, Math.round(pixelRatio * 0.75));
    const { vertical, horizontal } = frame.net;
    const data = new Float32Array(5 * (vertical.length + horizontal.length));
    let at = 0;
    for (const { pixel, opacity } of vertical) {
      const x = Math.round(pixel * pixelRatio - thick / 2);
      data.set([x, 0, x + thick, h, opacity], at);
      at += 5;
    }
    for (const { pixel, opacity } of horizontal) {
      const y = Math.round(pixel * pixelRatio - thick / 2);
      data.set([0, y, w, y + thick, opacity], at);
      at += 5;
    }
    gl.useProgram(program.handle);
    gl.uniform2f(program.uniform('u_size'), w, h);
    setColor(gl, program.uniform('u_color'), frame.graticule);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.lines);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.STREAM_DRAW);
    gl.bindVertexArray(this.array);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, data.length / 5);
    gl.bindVertexArray(null);
  }
}

/** Lines over the points: each segment a quad, dashed along the line's own length, anti-aliased across. */
import { parseColor } from '../colors.ts';
import { depthOf } from '../camera.ts';
import type { Vector } from '../camera.ts';
import type { Frame } from '../renderer.ts';
import type { Line, Place } from '../types.ts';
import { CAMERA, createProgram, setCamera, sightDefines } from './program.ts';
import type { Program } from './program.ts';

const FLOATS = 13;
const ATTRIBUTES = ['a_start', 'a_end', 'a_color', 'a_style'];

const VERTEX = `${CAMERA}
in vec3 a_start, a_end;
in vec4 a_color;
in vec3 a_style; // length before this segment in map units, width in pixels, 1 if dashed
uniform vec2 u_halfSize;
uniform float u_scale, u_pixelRatio;
out float v_along;
out float v_across;
flat out float v_halfWidth;
flat out float v_dashed;
flat out vec4 v_color;
void main() {
#ifdef SPATIAL
  vec4 start = seen(a_start), end = seen(a_end);
  // what is behind the eye is cut off where it passes it
  const float LEAST = 0.03;
  if (start.w < LEAST && end.w > LEAST) start = mix(start, end, (LEAST - start.w) / (end.w - start.w));
  if (end.w < LEAST && start.w > LEAST) end = mix(end, start, (LEAST - end.w) / (start.w - end.w));
  bool behind = start.w < LEAST * 0.99 && end.w < LEAST * 0.99;
#else
  vec4 start = seen(a_start.xy), end = seen(a_end.xy);
  const bool behind = false;
#endif
  vec2 p = start.xy / start.w * u_halfSize; // device pixels from the middle
  vec2 q = end.xy / end.w * u_halfSize;
  float extent = length(q - p);
  vec2 along = extent > 0.0 ? (q - p) / extent : vec2(1.0, 0.0);
  vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1) * 2.0 - 1.0);
  v_halfWidth = max(0.5, a_style.y * u_pixelRatio * 0.5);
  float reach = v_halfWidth + 1.0;
  vec2 place = mix(p, q, corner.x) + vec2(-along.y, along.x) * corner.y * reach;
  gl_Position = behind ? vec4(2.0, 2.0, 2.0, 1.0) : vec4(place / u_halfSize, 0.0, 1.0);
  v_along = a_style.x * u_scale + corner.x * extent / u_pixelRatio;
  v_across = corner.y * reach;
  v_dashed = a_style.z;
  v_color = a_color;
}`;

const FRAGMENT = `
in float v_along;
in float v_across;
flat in float v_halfWidth;
flat in float v_dashed;
flat in vec4 v_color;
out vec4 color;
void main() {
  float cover = clamp(v_halfWidth + 0.5 - abs(v_across), 0.0, 1.0);
  if (v_dashed > 0.5) cover *= 1.0 - smoothstep(4.5, 5.5, mod(v_along, 9.0)) + smoothstep(8.5, 9.5, mod(v_along, 9.0));
  color = v_color * cover;
}`;

export class LinesPass {
  private readonly gl: WebGL2RenderingContext;
  private readonly programs: Record<string, Program> = {};
  private readonly array: WebGLVertexArrayObject;
  private readonly segments: WebGLBuffer;
  private origin: Vector = [0, 0, 0];
  private count = 0;

  constructor(gl: WebGL2RenderingContext) {
    this.gl = gl;
    this.array = gl.createVertexArray();
    this.segments = gl.createBuffer();
    gl.bindVertexArray(this.array);
    const sizes = [3, 3, 4, 3];
    let offset = 0;
    sizes.forEach((size, at) => {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.segments);
      gl.enableVertexAttribArray(at);
      gl.vertexAttribPointer(at, size, gl.FLOAT, false, FLOATS * 4, offset);
      gl.vertexAttribDivisor(at, 1);
      offset += 4 * size;
    });
    gl.bindVertexArray(null);
  }

  setLines(lines: readonly Line[], defaultColor: string): void {
    const { gl } = this;
    const first: Place = lines[0]?.points[0] ?? [0, 0];
    const [ox, oy] = first;
    const oz = depthOf(first);
    this.origin = [ox, oy, oz];
    const total = lines.reduce((sum, { points }) => sum + Math.max(0, points.length - 1), 0);
    const data = new Float32Array(total * FLOATS);
    let at = 0;
    for (const { points, color = defaultColor, width = 1, dashed = false, opacity = 1 } of lines) {
      const [r, g, b, a] = parseColor(color).map((channel) => channel / 255);
      const alpha = a * opacity;
      let length = 0;
      for (let k = 1; k < points.length; k++) {
        const [x0, y0] = points[k - 1];
        const [x1, y1] = points[k];
        const [z0, z1] = [depthOf(points[k - 1]), depthOf(points[k])];
        data.set([x0 - ox, y0 - oy, z0 - oz, x1 - ox, y1 - oy, z1 - oz], at);
        data.set([r * alpha, g * alpha, b * alpha, alpha, length, width, dashed ? 1 : 0], at + 6);
        length += Math.hypot(x1 - x0, y1 - y0, z1 - z0);
        at += FLOATS;
      }
    }
    gl.bindBuffer(gl.ARRAY_BUFFER, this.segments);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
    this.count = total;
  }

  draw(frame: Frame): void {
    if (this.count === 0) return;
    const { gl } = this;
    const { camera, width, height, pixelRatio } = frame;
    const defines = sightDefines(frame);
    const program = (this.programs[defines.join()] ??= createProgram(gl, VERTEX, FRAGMENT, {
      defines,
      attributes: ATTRIBUTES,
    }));
    gl.useProgram(program.handle);
    setCamera(gl, program, frame, this.origin);
    gl.uniform2f(program.uniform('u_halfSize'), (width * pixelRatio) / 2, (height * pixelRatio) / 2);
    gl.uniform1f(program.uniform('u_scale'), camera.scale);
    gl.uniform1f(program.uniform('u_pixelRatio'), pixelRatio);
    gl.bindVertexArray(this.array);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.count);
    gl.bindVertexArray(null);
  }
}

/**
 * How close together points lie: a kernel density estimate on the graphics card, anew for every view.
 *
 * Every visible point is counted into a coarse picture of the view, with its colour (one fragment a point); the picture is
 * blurred by a Gaussian across and down; its greatest value is found by halving; and the share of the greatest, on a
 * logarithmic scale, becomes colour or strength. The counts are 32-bit floats where these can be blended, else 16-bit ones,
 * which are exact to 2048 points in a cell. The picture reaches over the view by three bandwidths, so that what lies outside
 * counts at the edge and tiles of a larger picture fit together.
 *
 * B. W. Silverman: Density Estimation for Statistics and Data Analysis (1986), 3.5 on binned estimates.
 */
import { scaleRgb } from '../scales.ts';
import type { Rgba } from '../colors.ts';
import type { DensityMeasure, Frame } from '../renderer.ts';
import type { Density } from '../types.ts';
import { POINT_ATTRIBUTES } from './point-buffers.ts';
import type { PointBuffers } from './point-buffers.ts';
import { POINT_PLACE } from './points-pass.ts';
import { CAMERA, createProgram, setCamera, sightDefines } from './program.ts';
import type { Program } from './program.ts';

export const DEFAULT_BANDWIDTH = 12;
/** Cells to a bandwidth: the blur hides coarser ones. */
const CELLS = 3;
const STEPS = 256;
/** A 16-bit float that counts stops here: the next number it has is two more. */
const HALF_FLOAT_COUNTS = 2048;
/** At this share of the greatest density the logarithm begins to bend. */
const BEND = 0.02;

const COUNT_VERTEX = `${CAMERA}${POINT_PLACE}
uniform highp sampler2D u_palette;
flat out vec4 v_count;
void main() {
  gl_Position = seen(placeNow());
  gl_PointSize = 1.0;
  vec4 color = texelFetch(u_palette, ivec2(a_code & 255u, a_code >> 8), 0);
  v_count = vec4(color.rgb, 1.0);
#ifdef FLAGS
  if ((a_flags & 1u) != 0u) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
#endif
}`;

const COUNT_FRAGMENT = `
flat in vec4 v_count;
out vec4 color;
void main() {
  color = v_count;
}`;

/** One triangle over everything. */
const WHOLE_VERTEX = `
out vec2 v_uv;
void main() {
  v_uv = vec2(float((gl_VertexID << 1) & 2), float(gl_VertexID & 2));
  gl_Position = vec4(v_uv * 2.0 - 1.0, 0.0, 1.0);
}`;

const BLUR_FRAGMENT = `
uniform highp sampler2D u_source;
uniform ivec2 u_step;
uniform float u_sigma;
uniform int u_reach;
out vec4 color;
void main() {
  ivec2 here = ivec2(gl_FragCoord.xy);
  ivec2 last = textureSize(u_source, 0) - 1;
  vec4 sum = vec4(0.0);
  float weights = 0.0;
  for (int k = -u_reach; k <= u_reach; k++) {
    float weight = exp(-0.5 * float(k * k) / (u_sigma * u_sigma));
    weights += weight;
    ivec2 at = here + k * u_step;
    if (any(lessThan(at, ivec2(0))) || any(greaterThan(at, last))) continue;
    sum += weight * texelFetch(u_source, at, 0);
  }
  color = sum / weights;
}`;

const GREATEST_FRAGMENT = `
uniform highp sampler2D u_source;
out vec4 color;
void main() {
  ivec2 here = ivec2(gl_FragCoord.xy) * 4;
  ivec2 last = textureSize(u_source, 0) - 1;
  float greatest = 0.0;
  for (int y = 0; y < 4; y++) {
    for (int x = 0; x < 4; x++) greatest = max(greatest, texelFetch(u_source, min(here + ivec2(x, y), last), 0).a);
  }
  color = vec4(greatest);
}`;

const SHOW_FRAGMENT = `
in vec2 v_uv;
uniform highp sampler2D u_source, u_greatest, u_ramp;
uniform vec2 u_from, u_size;
uniform float u_opacity;
uniform bool u_ownColor;
out vec4 color;
vec4 smooth4(vec2 at) {
  vec2 cell = at - 0.5;
  ivec2 low = ivec2(floor(cell));
  vec2 f = fract(cell);
  ivec2 last = textureSize(u_source, 0) - 1;
  ivec2 a = clamp(low, ivec2(0), last), b = clamp(low + 1, ivec2(0), last);
  return mix(
    mix(texelFetch(u_source, a, 0), texelFetch(u_source, ivec2(b.x, a.y), 0), f.x),
    mix(texelFetch(u_source, ivec2(a.x, b.y), 0), texelFetch(u_source, b, 0), f.x), f.y);
}
void main() {
  vec4 sum = smooth4(u_from + v_uv * u_size);
  float share = sum.a / max(texelFetch(u_greatest, ivec2(0), 0).a, 1e-9);
  float t = log(1.0 + share / ${BEND}) / log(1.0 + 1.0 / ${BEND});
  vec4 ramp = texelFetch(u_ramp, ivec2(int(clamp(t, 0.0, 1.0) * ${STEPS - 1}.0 + 0.5), 0), 0);
  if (u_ownColor) ramp = vec4(sum.rgb / max(sum.a, 1e-9), 1.0) * t;
  color = ramp * u_opacity;
}`;

interface Picture {
  texture: WebGLTexture;
  target: WebGLFramebuffer;
  width: number;
  height: number;
}

export class DensityPass {
  private readonly gl: WebGL2RenderingContext;
  private readonly points: PointBuffers;
  private readonly programs = new Map<string, Program>();
  private readonly array: WebGLVertexArrayObject;
  private readonly ramp: WebGLTexture;
  private readonly format: number;
  private pictures: [Picture, Picture] | null = null;
  private greatest: Picture | null = null;
  private densityNow: Density | null = null;
  private rampKey = '';
  /** CSS pixels of a cell of the picture drawn last */
  private cell = 1;

  /** @throws Error where no picture of floats can be drawn */
  constructor(gl: WebGL2RenderingContext, points: PointBuffers) {
    this.gl = gl;
    this.points = points;
    this.array = gl.createVertexArray();
    this.ramp = gl.createTexture();
    const floats = gl.getExtension('EXT_color_buffer_float');
    if (!floats && !gl.getExtension('EXT_color_buffer_half_float')) {
      throw new Error('view: this graphics driver draws no pictures of floats, which a density needs');
    }
    this.format = floats && gl.getExtension('EXT_float_blend') ? gl.RGBA32F : gl.RGBA16F;
  }

  set density(density: Density | null) {
    this.densityNow = density;
    if (!density) this.free();
  }

  draw(frame: Frame): void {
    const density = this.densityNow;
    if (!density || this.points.count === 0) return;
    const { gl } = this;
    const bandwidth = Math.max(1, density.bandwidth ?? DEFAULT_BANDWIDTH);
    this.cell = Math.max(1, bandwidth / CELLS);
    const margin = Math.ceil((3 * bandwidth) / this.cell) * this.cell;
    const cols = Math.max(1, Math.ceil((frame.width + 2 * margin) / this.cell));
    const rows = Math.max(1, Math.ceil((frame.height + 2 * margin) / this.cell));
    const [counts, blurred] = this.picturesOf(cols, rows);
    gl.disable(gl.DEPTH_TEST);
    this.count(frame, counts, margin, [cols * this.cell, rows * this.cell]);
    gl.disable(gl.BLEND);
    gl.bindVertexArray(this.array);
    const sigma = bandwidth / this.cell;
    this.blur(counts, blurred, [1, 0], sigma);
    this.blur(blurred, counts, [0, 1], sigma);
    if (!frame.isTile || !this.greatest) this.findGreatest(counts);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    const width = Math.round(frame.width * frame.pixelRatio);
    const height = Math.round(frame.height * frame.pixelRatio);
    gl.viewport(0, 0, width, height);
    this.show(frame, density, counts, margin);
    gl.bindVertexArray(null);
  }

  /** What the picture drawn last shows where it is greatest. */
  measure(): DensityMeasure {
    const { gl, greatest } = this;
    const cellsIn = 10_000 / this.cell ** 2;
    const limit = this.format === gl.RGBA16F ? HALF_FLOAT_COUNTS * cellsIn : null;
    if (!greatest || !this.densityNow) return { densest: 0, limit };
    const value = new Float32Array(4);
    gl.bindFramebuffer(gl.FRAMEBUFFER, greatest.target);
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.FLOAT, value);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    return { densest: value[3] * cellsIn, limit };
  }

  private count(frame: Frame, into: Picture, margin: number, [width, height]: [number, number]): void {
    const { gl, points } = this;
    const defines = sightDefines(frame);
    if (points.moving) defines.push('GLIDE');
    if (points.hasFlags) defines.push('FLAGS');
    const program = this.program(COUNT_VERTEX, COUNT_FRAGMENT, defines);
    this.aim(into);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE);
    gl.useProgram(program.handle);
    // the view lies `margin` from the left and the bottom; the picture ends on a whole cell
    const middle = [
      frame.middle[0] + frame.width / 2 + margin - width / 2,
      frame.middle[1] + frame.height / 2 + margin - height / 2,
    ] as const;
    const { camera } = frame;
    const flat = camera.z === undefined;
    const sight = {
      ...frame,
      width,
      height,
      middle,
      camera: flat
        ? { ...camera, x: camera.x - middle[0] / camera.scale, y: camera.y - middle[1] / camera.scale }
        : camera,
    };
    setCamera(gl, program, sight, points.origin);
    gl.uniform3f(program.uniform('u_shift'), ...points.shift);
    gl.uniform1f(program.uniform('u_time'), frame.time);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, points.palette);
    gl.uniform1i(program.uniform('u_palette'), 0);
    points.use();
    gl.drawArrays(gl.POINTS, 0, points.count);
    gl.bindVertexArray(null);
  }

  private blur(from: Picture, into: Picture, step: readonly [number, number], sigma: number): void {
    const { gl } = this;
    const program = this.program(WHOLE_VERTEX, BLUR_FRAGMENT);
    this.aim(into);
    gl.useProgram(program.handle);
    this.read(program, 'u_source', from.texture, 0);
    gl.uniform2i(program.uniform('u_step'), step[0], step[1]);
    gl.uniform1f(program.uniform('u_sigma'), sigma);
    gl.uniform1i(program.uniform('u_reach'), Math.ceil(3 * sigma));
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  private findGreatest(of: Picture): void {
    const { gl } = this;
    const program = this.program(WHOLE_VERTEX, GREATEST_FRAGMENT);
    let source = of;
    const passing: Picture[] = [];
    while (source.width > 1 || source.height > 1) {
      const next = this.picture(Math.ceil(source.width / 4), Math.ceil(source.height / 4));
      this.aim(next);
      gl.useProgram(program.handle);
      this.read(program, 'u_source', source.texture, 0);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
      passing.push(next);
      source = next;
    }
    this.release(this.greatest);
    this.greatest = passing.pop() ?? this.picture(1, 1);
    passing.forEach((picture) => this.release(picture));
  }

  private show(frame: Frame, density: Density, counts: Picture, margin: number): void {
    const { gl } = this;
    const program = this.program(WHOLE_VERTEX, SHOW_FRAGMENT);
    this.paintRamp(density, frame.ink);
    gl.useProgram(program.handle);
    this.read(program, 'u_source', counts.texture, 0);
    this.read(program, 'u_greatest', this.greatest!.texture, 1);
    this.read(program, 'u_ramp', this.ramp, 2);
    gl.uniform2f(program.uniform('u_from'), margin / this.cell, margin / this.cell);
    gl.uniform2f(program.uniform('u_size'), frame.width / this.cell, frame.height / this.cell);
    gl.uniform1f(program.uniform('u_opacity'), density.opacity ?? 0.85);
    gl.uniform1i(program.uniform('u_ownColor'), density.by === 'color' ? 1 : 0);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.activeTexture(gl.TEXTURE0);
  }

  private paintRamp(density: Density, ink: Rgba): void {
    const key = JSON.stringify([density.scale, ink]);
    if (key === this.rampKey) return;
    this.rampKey = key;
    const { gl } = this;
    const texels = Uint8Array.from(densityColors(density, ink).flatMap(([r, g, b, a]) => {
      const alpha = a / 255;
      return [r * alpha, g * alpha, b * alpha, a].map(Math.round);
    })); // prettier-ignore
    gl.bindTexture(gl.TEXTURE_2D, this.ramp);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, STEPS, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, texels);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  }

  private picturesOf(width: number, height: number): [Picture, Picture] {
    const [first] = this.pictures ?? [];
    if (first?.width !== width || first.height !== height) {
      this.pictures?.forEach((picture) => this.release(picture));
      this.pictures = [this.picture(width, height), this.picture(width, height)];
    }
    return this.pictures!;
  }

  private picture(width: number, height: number): Picture {
    const { gl, format } = this;
    const texture = gl.createTexture();
    const target = gl.createFramebuffer();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, format, width, height);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    gl.bindFramebuffer(gl.FRAMEBUFFER, target);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    return { texture, target, width, height };
  }

  private release(picture: Picture | null): void {
    if (!picture) return;
    this.gl.deleteFramebuffer(picture.target);
    this.gl.deleteTexture(picture.texture);
  }

  private free(): void {
    this.pictures?.forEach((picture) => this.release(picture));
    this.release(this.greatest);
    this.pictures = this.greatest = null;
  }

  private aim({ target, width, height }: Picture): void {
    const { gl } = this;
    gl.bindFramebuffer(gl.FRAMEBUFFER, target);
    gl.viewport(0, 0, width, height);
  }

  private read(program: Program, name: string, texture: WebGLTexture, unit: number): void {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.uniform1i(program.uniform(name), unit);
  }

  private program(vertex: string, fragment: string, defines: string[] = []): Program {
    const key = `${defines.join()} ${fragment}`;
    let program = this.programs.get(key);
    if (!program) {
      program = createProgram(this.gl, vertex, fragment, { defines, attributes: POINT_ATTRIBUTES });
      this.programs.set(key, program);
    }
    return program;
  }
}

/** The colours of a density from nothing to its greatest; by default ink that gets stronger. A scale fades in at its low end. */
export function densityColors({ scale }: Density, ink: Rgba): Rgba[] {
  return Array.from({ length: STEPS }, (_, k): Rgba => {
    const t = k / (STEPS - 1);
    const [r, g, b] = scale ? scaleRgb(t, scale) : ink;
    return [r, g, b, Math.round(255 * (scale ? Math.min(1, t * 5) : t))];
  });
}

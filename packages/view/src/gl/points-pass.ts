/**
 * All points in one draw call, on their way from A to B, coloured from a palette: round, anti-aliased discs, or squares of
 * the same area while they are so small that nobody could tell, which costs a fraction.
 *
 * On a flat map they lie over each other, see-through. In space they are opaque with hard edges, so that the nearest hides
 * the others, and pale with distance; the selected are seen through everything.
 *
 * GL points are cut when their middle leaves the view, so the view is drawn with a margin around the canvas and discs slide
 * out at the edge instead of vanishing. Points that are not finite go to a far place.
 */
import { isSpatial } from '../camera.ts';
import type { Frame } from '../renderer.ts';
import { POINT_ATTRIBUTES } from './point-buffers.ts';
import type { PointBuffers } from './point-buffers.ts';
import { CAMERA, createProgram, setCamera, setColor, sightDefines } from './program.ts';
import type { Program } from './program.ts';

/** Device pixels: discs of a smaller radius are drawn as squares. */
const SQUARE = 1.3;
/** Device pixels from which a disc has a rim. */
const RIM = 1.5;
/** What points of rare categories are drawn with at least, when nothing is selected. */
const RARE_OPACITY = 0.65;

/** The place of a point, for programs that read `PointBuffers`. */
export const POINT_PLACE = `
#ifdef SPATIAL
#define PLACE vec3
#define ON_CARD(v) (v)
#else
#define PLACE vec2
#define ON_CARD(v) (v).xy
#endif
in PLACE a_to;
in uint a_code, a_flags;
#ifdef GLIDE
in PLACE a_from;
uniform vec3 u_shift;
uniform float u_time;
PLACE placeNow() { return mix(a_from + ON_CARD(u_shift), a_to, u_time); }
#else
PLACE placeNow() { return a_to; }
#endif
`;

const VERTEX = `${CAMERA}${POINT_PLACE}
uniform float u_radius, u_pixelRatio, u_opacity, u_unselectedOpacity, u_fadedOpacity;
uniform vec4 u_muted, u_ground;
uniform vec2 u_fog;
uniform highp sampler2D u_palette;
flat out vec4 v_color;
#ifndef SQUARES
flat out vec2 v_disc; // radius, size
#endif
#ifdef RIMS
flat out float v_rim;
#endif
void main() {
  gl_Position = seen(placeNow());
  float radius = u_radius * u_pixelRatio;
  vec4 color = texelFetch(u_palette, ivec2(a_code & 255u, a_code >> 8), 0);
  float opacity = u_unselectedOpacity;
#ifdef FLAGS
  bool muted = (a_flags & 1u) != 0u;
  bool selected = (a_flags & 2u) != 0u;
  if (muted) color = u_muted;
  opacity = muted ? u_opacity : selected ? max(u_opacity, 0.9) : opacity;
  radius *= muted ? 0.85 : selected ? 1.2 : 1.0;
  if ((a_flags & 4u) != 0u) opacity *= u_fadedOpacity;
#endif
#ifdef SPATIAL
  radius = min(radius / max(gl_Position.w, 0.01), 48.0);
  float fog = 0.72;
#ifdef FLAGS
  if (selected) fog = 0.2;
#endif
  float near = 1.0 - fog * clamp((gl_Position.w - u_fog.x) * u_fog.y, 0.0, 1.0);
  color = mix(u_ground, color, near * clamp(opacity / u_opacity, 0.0, 1.0));
#endif
#ifdef SQUARES
  float side = max(1.0, radius * 1.7725);
  gl_PointSize = side;
  float shown = radius * radius * 3.1416 / (side * side);
#else
  // a disc smaller than a pixel is drawn as one, as faint as it is small
  v_disc.x = max(radius, 0.5);
  float shown = radius * radius / (v_disc.x * v_disc.x);
#ifdef SPATIAL
  v_disc.y = 2.0 * v_disc.x;
#else
  v_disc.y = 2.0 * v_disc.x + 1.0;
#endif
  gl_PointSize = v_disc.y;
#endif
#ifdef RIMS
  v_rim = clamp((radius / u_pixelRatio - 1.5) / 2.0, 0.0, 1.0) * u_pixelRatio * 0.6;
#endif
#ifndef SPATIAL
  color *= opacity * min(1.0, shown);
#endif
  v_color = color;
}`;

const FRAGMENT = `
flat in vec4 v_color;
#ifndef SQUARES
flat in vec2 v_disc;
#endif
#ifdef RIMS
flat in float v_rim;
uniform vec4 u_ground;
#endif
out vec4 color;
void main() {
#ifdef SQUARES
  color = v_color;
#else
  float r = length(gl_PointCoord - 0.5) * v_disc.y;
#ifdef SPATIAL
  float inside = 1.0;
  if (r > v_disc.x) discard;
#else
  float inside = clamp(v_disc.x + 0.5 - r, 0.0, 1.0);
#endif
#ifdef RIMS
  float rim = clamp(r - (v_disc.x - v_rim) + 0.5, 0.0, 1.0) * min(1.0, v_rim) * 0.7;
  color = mix(v_color, u_ground * v_color.a, rim) * inside;
#else
  color = v_color * inside;
#endif
#endif
}`;

export class PointsPass {
  private readonly gl: WebGL2RenderingContext;
  private readonly points: PointBuffers;
  private readonly programs = new Map<string, Program>();

  constructor(gl: WebGL2RenderingContext, points: PointBuffers) {
    this.gl = gl;
    this.points = points;
  }

  draw(frame: Frame): void {
    const { gl, points } = this;
    if (points.count === 0 || (frame.pointShare <= 0 && points.selected === 0)) return;
    const { width, height, pixelRatio } = frame;
    const program = this.programFor(frame);
    const margin = Math.ceil(frame.pointRadius * 1.2 * pixelRatio) + 2;
    const deviceWidth = Math.round(width * pixelRatio);
    const deviceHeight = Math.round(height * pixelRatio);
    gl.viewport(-margin, -margin, deviceWidth + 2 * margin, deviceHeight + 2 * margin);
    gl.useProgram(program.handle);
    setCamera(gl, program, frame, points.origin, margin / pixelRatio);
    gl.uniform3f(program.uniform('u_shift'), ...points.shift);
    gl.uniform1f(program.uniform('u_time'), frame.time);
    gl.uniform1f(program.uniform('u_radius'), frame.pointRadius);
    gl.uniform1f(program.uniform('u_pixelRatio'), pixelRatio);
    const share = isSpatial(frame.camera) ? 1 : frame.pointShare;
    gl.uniform1f(program.uniform('u_opacity'), frame.opacity * share);
    gl.uniform1f(program.uniform('u_unselectedOpacity'), frame.unselectedOpacity * share);
    gl.uniform1f(program.uniform('u_fadedOpacity'), frame.fadedOpacity);
    gl.uniform2f(program.uniform('u_fog'), frame.depths[0], 1 / Math.max(1e-6, frame.depths[1] - frame.depths[0]));
    setColor(gl, program.uniform('u_muted'), frame.muted);
    setColor(gl, program.uniform('u_ground'), frame.background);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, points.palette);
    gl.uniform1i(program.uniform('u_palette'), 0);
    points.use();
    if (frame.pointShare <= 0) this.drawRange(points.count - points.selected, points.selected);
    else if (isSpatial(frame.camera)) this.drawInSpace();
    else this.drawFlat(frame, program);
    gl.bindVertexArray(null);
    gl.viewport(0, 0, deviceWidth, deviceHeight);
  }

  /** From the bottom up; the rare, which would drown among the many, less see-through. */
  private drawFlat(frame: Frame, program: Program): void {
    const { gl } = this;
    const { count, rare, selected } = this.points;
    this.drawRange(0, count - rare - selected);
    if (rare === 0 && selected === 0) return;
    const boost = Math.max(1, RARE_OPACITY / frame.opacity);
    gl.uniform1f(program.uniform('u_unselectedOpacity'), frame.unselectedOpacity * frame.pointShare * boost);
    this.drawRange(count - rare - selected, rare + selected);
  }

  /** The filtered out at the back of everything, the selected in front of everything, all others by their distance. */
  private drawInSpace(): void {
    const { gl } = this;
    const { count, muted, selected } = this.points;
    gl.disable(gl.BLEND);
    this.drawRange(0, muted);
    gl.enable(gl.DEPTH_TEST);
    gl.depthFunc(gl.LEQUAL);
    gl.clear(gl.DEPTH_BUFFER_BIT);
    this.drawRange(muted, count - muted - selected);
    if (selected > 0) {
      gl.clear(gl.DEPTH_BUFFER_BIT);
      this.drawRange(count - selected, selected);
    }
    gl.disable(gl.DEPTH_TEST);
    gl.enable(gl.BLEND);
  }

  private drawRange(start: number, count: number): void {
    const { gl, points } = this;
    if (count <= 0) return;
    if (points.hasSlots) gl.drawElements(gl.POINTS, count, gl.UNSIGNED_INT, 4 * start);
    else gl.drawArrays(gl.POINTS, start, count);
  }

  private programFor(frame: Frame): Program {
    const radius = frame.pointRadius * frame.pixelRatio;
    const defines = sightDefines(frame);
    if (this.points.moving) defines.push('GLIDE');
    if (this.points.hasFlags) defines.push('FLAGS');
    if (radius < SQUARE) defines.push('SQUARES');
    else if (radius > RIM * frame.pixelRatio) defines.push('RIMS');
    const key = defines.join();
    let program = this.programs.get(key);
    if (!program) {
      program = createProgram(this.gl, VERTEX, FRAGMENT, { defines, attributes: POINT_ATTRIBUTES });
      this.programs.set(key, program);
    }
    return program;
  }
}

/** Hairlines between points by their indices into the points' own buffers: eight bytes an edge, and they glide with them. */
import type { Frame } from '../renderer.ts';
import type { Edges } from '../types.ts';
import { parseColor } from '../colors.ts';
import { POINT_ATTRIBUTES } from './point-buffers.ts';
import type { PointBuffers } from './point-buffers.ts';
import { POINT_PLACE } from './points-pass.ts';
import { CAMERA, createProgram, setCamera, setColor, sightDefines } from './program.ts';
import type { Program } from './program.ts';

const VERTEX = `${CAMERA}${POINT_PLACE}
uniform vec4 u_color;
uniform float u_opacity, u_fadedOpacity, u_unselected;
uniform bool u_ownColor;
uniform highp sampler2D u_palette;
out vec4 v_color;
void main() {
  gl_Position = seen(placeNow());
  vec4 color = u_ownColor ? texelFetch(u_palette, ivec2(a_code & 255u, a_code >> 8), 0) : u_color;
  float opacity = u_opacity;
#ifdef FLAGS
  // an edge pales towards an end that is filtered out or steps back
  if ((a_flags & 1u) != 0u) opacity = 0.0;
  else if ((a_flags & 4u) != 0u) opacity *= u_fadedOpacity;
  else if ((a_flags & 2u) == 0u) opacity *= u_unselected;
#endif
  v_color = color * opacity;
}`;

const FRAGMENT = `
in vec4 v_color;
out vec4 color;
void main() {
  color = v_color;
}`;

export class EdgesPass {
  private readonly gl: WebGL2RenderingContext;
  private readonly points: PointBuffers;
  private readonly programs = new Map<string, Program>();
  private readonly ends: WebGLBuffer;
  private edges: Edges | null = null;
  private count = 0;

  constructor(gl: WebGL2RenderingContext, points: PointBuffers) {
    this.gl = gl;
    this.points = points;
    this.ends = gl.createBuffer();
  }

  /** Again when the points are in another order. Edges to points that are not there are left out. */
  setEdges(edges: Edges | null): void {
    this.edges = edges;
    this.count = 0;
    if (!edges) return;
    const { gl, points } = this;
    const slots = points.slotsByPoint();
    const ends = new Uint32Array(edges.pairs.length - (edges.pairs.length % 2));
    let at = 0;
    for (let k = 0; k + 1 < edges.pairs.length; k += 2) {
      const [a, b] = [edges.pairs[k], edges.pairs[k + 1]];
      if (a >= slots.length || b >= slots.length) continue;
      ends[at++] = slots[a];
      ends[at++] = slots[b];
    }
    points.use();
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.ends);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, ends.subarray(0, at), gl.STATIC_DRAW);
    gl.bindVertexArray(null);
    this.count = at;
  }

  draw(frame: Frame): void {
    const { gl, points, edges } = this;
    if (!edges || this.count === 0) return;
    const program = this.programFor(frame);
    gl.useProgram(program.handle);
    setCamera(gl, program, frame, points.origin);
    gl.uniform3f(program.uniform('u_shift'), ...points.shift);
    gl.uniform1f(program.uniform('u_time'), frame.time);
    gl.uniform1f(program.uniform('u_opacity'), edges.opacity ?? opacityFor(this.count / 2));
    gl.uniform1f(program.uniform('u_fadedOpacity'), frame.fadedOpacity);
    gl.uniform1f(program.uniform('u_unselected'), frame.unselectedOpacity / frame.opacity);
    gl.uniform1i(program.uniform('u_ownColor'), edges.color === undefined ? 1 : 0);
    setColor(gl, program.uniform('u_color'), parseColor(edges.color ?? '#000'));
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, points.palette);
    gl.uniform1i(program.uniform('u_palette'), 0);
    points.use();
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.ends);
    gl.drawElements(gl.LINES, this.count, gl.UNSIGNED_INT, 0);
    gl.bindVertexArray(null);
  }

  private programFor(frame: Frame): Program {
    const defines = sightDefines(frame);
    if (this.points.moving) defines.push('GLIDE');
    if (this.points.hasFlags) defines.push('FLAGS');
    const key = defines.join();
    let program = this.programs.get(key);
    if (!program) {
      program = createProgram(this.gl, VERTEX, FRAGMENT, { defines, attributes: POINT_ATTRIBUTES });
      this.programs.set(key, program);
    }
    return program;
  }
}

/** A thousand edges are seen one by one, a hundred thousand as a web. */
function opacityFor(count: number): number {
  return Math.min(0.6, Math.max(0.06, 0.6 * (count / 1000) ** -0.4));
}

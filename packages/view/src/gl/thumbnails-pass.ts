/**
 * Small pictures of points in one draw call. The atlas lies in a texture array: whole when it fits, else cut along its
 * cells into layers. Each picture is read with four taps held inside its own cell, so that neither a neighbour bleeds in
 * nor a picture drawn small gets ragged.
 */
import type { Frame } from '../renderer.ts';
import type { Thumbnails } from '../types.ts';
import { bindAttribute, copyPicture, createProgram, setCamera, setColor } from './program.ts';
import type { Program } from './program.ts';
import { relative } from './points-pass.ts';

const MAX_LAYER = 4096;

const VERTEX = `
in vec2 a_from;
in vec2 a_to;
in vec3 a_cell; // left, top in pixels of the layer; layer
in uint a_code;
in uint a_flags;
uniform vec2 u_camera, u_zoom, u_size, u_cellSize, u_layerSize, u_pixel;
uniform float u_time, u_fadedOpacity;
uniform highp sampler2D u_palette;
out vec2 v_uv;
out vec2 v_place;
flat out vec4 v_bounds;
flat out float v_layer;
flat out vec4 v_color;
flat out float v_selected;
flat out float v_strength;
void main() {
  vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1));
  vec2 middle = (mix(a_from, a_to, u_time) - u_camera) * u_zoom;
  vec2 outer = u_size + 4.0; // a border of two pixels all around
  vec2 offset = (corner - 0.5) * outer;
  gl_Position = vec4(middle + vec2(offset.x, -offset.y) * u_pixel, 0.0, 1.0);
  v_place = offset;
  v_uv = (a_cell.xy + (offset / u_size + 0.5) * u_cellSize) / u_layerSize;
  v_bounds = vec4(a_cell.xy + 0.5, a_cell.xy + u_cellSize - 0.5) / u_layerSize.xyxy;
  v_layer = a_cell.z;
  v_color = texelFetch(u_palette, ivec2(a_code & 255u, a_code >> 8), 0);
  v_selected = float((a_flags & 2u) != 0u);
  v_strength = (a_flags & 4u) != 0u ? u_fadedOpacity : 1.0;
}`;

const FRAGMENT = `
in vec2 v_uv;
in vec2 v_place;
flat in vec4 v_bounds;
flat in float v_layer;
flat in vec4 v_color;
flat in float v_selected;
flat in float v_strength;
uniform highp sampler2DArray u_atlas;
uniform vec2 u_size, u_step;
uniform vec4 u_ground, u_accent;
uniform float u_ink, u_dim, u_pixelRatio, u_dot;
out vec4 color;
vec4 tap(vec2 offset) {
  return texture(u_atlas, vec3(clamp(v_uv + offset * u_step, v_bounds.xy, v_bounds.zw), v_layer));
}
float light(vec4 picture) {
  return dot(picture.rgb, vec3(0.299, 0.587, 0.114));
}
float cover(vec2 halfSize, float corner) {
  vec2 from = abs(v_place) - halfSize + corner * u_pixelRatio;
  float outside = length(max(from, 0.0)) + min(max(from.x, from.y), 0.0) - corner * u_pixelRatio;
  return clamp(0.5 - outside, 0.0, 1.0);
}
void main() {
  vec4 picture = 0.25 * (tap(vec2(-1, -1)) + tap(vec2(1, -1)) + tap(vec2(-1, 1)) + tap(vec2(1, 1)));
  float inside = cover(u_size * 0.5, 2.0);
  float framed = cover(u_size * 0.5 + 1.5, 3.0);
  float brightness = light(picture);
  vec4 shown = picture + u_ground * (1.0 - picture.a);
  if (u_ink > 0.5) {
    // like writing on a chart: ink within a halo of the ground, and no dot of the point itself behind it
    float halo = 0.0;
    for (int k = 0; k < 8; k++) {
      float angle = float(k) * 0.785398;
      halo = max(halo, light(tap(vec2(cos(angle), sin(angle)) * 8.0 * u_pixelRatio)));
    }
    halo = max(halo, 1.0 - smoothstep(u_dot, u_dot + 2.0 * u_pixelRatio, length(v_place)));
    shown = mix(u_ground * halo * 0.9, v_color, brightness);
  }
  vec4 edge = v_selected > 0.5 ? u_accent : u_ink > 0.5 ? vec4(0.0) : v_color;
  color = mix(edge * framed, shown, inside) * mix(u_dim, 1.0, v_selected) * v_strength;
}`;

interface Atlas {
  thumbnails: Thumbnails;
  /** cells across and down in a layer, layers across the whole picture, cells across the whole picture */
  cols: number;
  rows: number;
  layersAcross: number;
  totalCols: number;
  layerWidth: number;
  layerHeight: number;
}

export class ThumbnailsPass {
  private readonly gl: WebGL2RenderingContext;
  private readonly program: Program;
  private readonly array: WebGLVertexArrayObject;
  private readonly buffers: Record<'from' | 'to' | 'cell' | 'code' | 'flags', WebGLBuffer>;
  private texture: WebGLTexture | null = null;
  private atlas: Atlas | null = null;
  private count = 0;

  constructor(gl: WebGL2RenderingContext) {
    this.gl = gl;
    this.program = createProgram(gl, VERTEX, FRAGMENT);
    this.array = gl.createVertexArray();
    const buffer = (): WebGLBuffer => gl.createBuffer();
    this.buffers = { from: buffer(), to: buffer(), cell: buffer(), code: buffer(), flags: buffer() };
    const { program, buffers } = this;
    const short = { size: 1, integer: true, divisor: 1 };
    gl.bindVertexArray(this.array);
    bindAttribute(gl, program, buffers.from, { name: 'a_from', size: 2, type: gl.FLOAT, divisor: 1 });
    bindAttribute(gl, program, buffers.to, { name: 'a_to', size: 2, type: gl.FLOAT, divisor: 1 });
    bindAttribute(gl, program, buffers.cell, { name: 'a_cell', size: 3, type: gl.FLOAT, divisor: 1 });
    bindAttribute(gl, program, buffers.code, { name: 'a_code', type: gl.UNSIGNED_SHORT, ...short });
    bindAttribute(gl, program, buffers.flags, { name: 'a_flags', type: gl.UNSIGNED_BYTE, ...short });
    gl.bindVertexArray(null);
  }

  setThumbnails(thumbnails: Thumbnails | null): void {
    const { gl } = this;
    if (this.texture) gl.deleteTexture(this.texture);
    this.texture = null;
    this.atlas = null;
    this.count = 0;
    if (!thumbnails || thumbnails.image.width < 1 || thumbnails.image.height < 1) return;
    const atlas = cut(thumbnails, Math.min(8192, gl.getParameter(gl.MAX_TEXTURE_SIZE) as number));
    if (atlas.totalCols < 1) return;
    this.texture = this.upload(atlas);
    this.atlas = atlas;
  }

  /** Which points, where they come from and go to, and how they look. */
  setChoice(
    indices: Uint32Array | null,
    from: Float32Array,
    to: Float32Array,
    origin: readonly [number, number],
    codes: Uint16Array,
    flags: Uint8Array,
  ): void {
    this.count = 0;
    const { gl, atlas, buffers } = this;
    if (!indices || !atlas) return;
    const n = indices.length;
    const data = {
      from: new Float32Array(2 * n),
      to: new Float32Array(2 * n),
      cell: new Float32Array(3 * n),
      code: new Uint16Array(n),
      flags: new Uint8Array(n),
    };
    for (let k = 0; k < n; k++) {
      const i = indices[k];
      data.from.set([from[2 * i], from[2 * i + 1]], 2 * k);
      data.to.set([to[2 * i], to[2 * i + 1]], 2 * k);
      data.cell.set(placeOfCell(atlas, atlas.thumbnails.cells[i]), 3 * k);
      data.code[k] = codes[i] ?? 0;
      data.flags[k] = flags[i] ?? 0;
    }
    const uploads = { ...data, from: relative(data.from, origin), to: relative(data.to, origin) };
    for (const name of ['from', 'to', 'cell', 'code', 'flags'] as const) {
      gl.bindBuffer(gl.ARRAY_BUFFER, buffers[name]);
      gl.bufferData(gl.ARRAY_BUFFER, uploads[name], gl.DYNAMIC_DRAW);
    }
    this.count = n;
  }

  /** @param size  CSS pixels, the longer side of a picture */
  draw(frame: Frame, origin: readonly [number, number], palette: WebGLTexture, size: number): void {
    const { gl, program, atlas } = this;
    if (!atlas || this.count === 0) return;
    const { camera, width, height, pixelRatio } = frame;
    const { cellWidth, cellHeight, ink } = atlas.thumbnails;
    const unit = (size * pixelRatio) / Math.max(cellWidth, cellHeight);
    const drawnWidth = Math.round(cellWidth * unit);
    const drawnHeight = Math.round(cellHeight * unit);
    gl.useProgram(program.handle);
    setCamera(gl, program, camera, origin, width, height);
    gl.uniform1f(program.uniform('u_time'), frame.time);
    gl.uniform1f(program.uniform('u_fadedOpacity'), frame.fadedOpacity);
    gl.uniform2f(program.uniform('u_size'), drawnWidth, drawnHeight);
    gl.uniform2f(program.uniform('u_pixel'), 2 / (width * pixelRatio), 2 / (height * pixelRatio));
    gl.uniform2f(program.uniform('u_cellSize'), cellWidth, cellHeight);
    gl.uniform2f(program.uniform('u_layerSize'), atlas.layerWidth, atlas.layerHeight);
    // a quarter of a drawn pixel's width, in the layer
    const reach = 0.25;
    gl.uniform2f(
      program.uniform('u_step'),
      (reach * cellWidth) / drawnWidth / atlas.layerWidth,
      (reach * cellHeight) / drawnHeight / atlas.layerHeight,
    );
    gl.uniform1f(program.uniform('u_pixelRatio'), pixelRatio);
    gl.uniform1f(program.uniform('u_dot'), (frame.pointRadius + 1) * pixelRatio);
    gl.uniform1f(program.uniform('u_ink'), ink ? 1 : 0);
    gl.uniform1f(program.uniform('u_dim'), frame.unselectedOpacity < frame.opacity ? 0.35 : 1);
    setColor(gl, program.uniform('u_ground'), frame.background);
    setColor(gl, program.uniform('u_accent'), frame.accent);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, palette);
    gl.uniform1i(program.uniform('u_palette'), 0);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, this.texture);
    gl.uniform1i(program.uniform('u_atlas'), 1);
    gl.bindVertexArray(this.array);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.count);
    gl.bindVertexArray(null);
  }

  private upload(atlas: Atlas): WebGLTexture {
    const { gl } = this;
    const { layerWidth, layerHeight, layersAcross } = atlas;
    const { image, cellHeight } = atlas.thumbnails;
    const rows = Math.floor(image.height / cellHeight);
    const layers = layersAcross * Math.ceil(rows / atlas.rows);
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, texture);
    gl.texStorage3D(gl.TEXTURE_2D_ARRAY, 1, gl.RGBA8, layerWidth, layerHeight, layers);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
    for (let layer = 0; layer < layers; layer++) {
      const x = (layer % layersAcross) * layerWidth;
      const y = Math.floor(layer / layersAcross) * layerHeight;
      const width = Math.min(layerWidth, image.width - x);
      const height = Math.min(layerHeight, image.height - y);
      const whole = layers === 1 && width === image.width && height === image.height;
      const part = whole ? image : copyPicture(image, { x, y, width, height }, width, height);
      const target = gl.TEXTURE_2D_ARRAY;
      gl.texSubImage3D(target, 0, 0, 0, layer, width, height, 1, gl.RGBA, gl.UNSIGNED_BYTE, part);
    }
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    return texture;
  }
}

function cut(thumbnails: Thumbnails, maxTexture: number): Atlas {
  const { image, cellWidth, cellHeight } = thumbnails;
  const totalCols = Math.floor(image.width / cellWidth);
  const totalRows = Math.floor(image.height / cellHeight);
  const fits = image.width <= maxTexture && image.height <= maxTexture;
  const limit = fits ? maxTexture : Math.min(MAX_LAYER, maxTexture);
  const cols = Math.min(totalCols, Math.floor(limit / cellWidth));
  const rows = Math.min(totalRows, Math.floor(limit / cellHeight));
  return {
    thumbnails,
    cols,
    rows,
    totalCols: cols >= 1 && rows >= 1 ? totalCols : 0,
    layersAcross: Math.ceil(totalCols / Math.max(1, cols)),
    layerWidth: fits ? image.width : cols * cellWidth,
    layerHeight: fits ? image.height : rows * cellHeight,
  };
}

function placeOfCell({ cols, rows, layersAcross, totalCols, thumbnails }: Atlas, cell: number): number[] {
  const col = cell % totalCols;
  const row = Math.floor(cell / totalCols);
  const layer = Math.floor(row / rows) * layersAcross + Math.floor(col / cols);
  return [(col % cols) * thumbnails.cellWidth, (row % rows) * thumbnails.cellHeight, layer];
}

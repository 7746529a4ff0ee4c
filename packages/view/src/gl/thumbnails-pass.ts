/**
 * Small pictures of points in one draw call. The atlas lies in a texture array: whole when it fits, else cut along its
 * cells into layers. Each picture is read with four taps held inside its own cell, so that neither a neighbour bleeds in
 * nor a picture drawn small gets ragged.
 */
import { isSpatial, projector } from '../camera.ts';
import type { Vector } from '../camera.ts';
import type { Frame, PointPlaces, PointStyle } from '../renderer.ts';
import type { Thumbnails } from '../types.ts';
import { CAMERA, copyPicture, createProgram, setCamera, setColor, sightDefines } from './program.ts';
import type { Program } from './program.ts';

const MAX_LAYER = 4096;

const VERTEX = `${CAMERA}
in vec3 a_place;
in vec3 a_cell; // left, top in pixels of the layer; layer
in float a_code, a_flags;
uniform vec2 u_size, u_cellSize, u_layerSize, u_pixel;
uniform float u_fadedOpacity;
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
#ifdef SPATIAL
  vec4 middle = seen(a_place);
  bool hidden = middle.w < 0.03;
  float near = clamp(1.0 / middle.w, 0.4, 2.0);
#else
  vec4 middle = seen(a_place.xy);
  const bool hidden = false;
  const float near = 1.0;
#endif
  vec2 outer = u_size + 4.0; // a border of two pixels all around
  vec2 offset = (corner - 0.5) * outer;
  vec2 corners = middle.xy / middle.w + vec2(offset.x, -offset.y) * u_pixel * near;
  gl_Position = hidden ? vec4(2.0, 2.0, 2.0, 1.0) : vec4(corners, 0.0, 1.0);
  v_place = offset;
  v_uv = (a_cell.xy + (offset / u_size + 0.5) * u_cellSize) / u_layerSize;
  v_bounds = vec4(a_cell.xy + 0.5, a_cell.xy + u_cellSize - 0.5) / u_layerSize.xyxy;
  v_layer = a_cell.z;
  v_color = texelFetch(u_palette, ivec2(int(a_code) & 255, int(a_code) >> 8), 0);
  v_selected = float((int(a_flags) & 2) != 0);
  v_strength = (int(a_flags) & 4) != 0 ? u_fadedOpacity : 1.0;
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

const ATTRIBUTES = ['a_place', 'a_cell', 'a_code', 'a_flags'];
/** Numbers of a picture: place, cell, code, flags. */
const STRIDE = 8;

/** What is drawn of a point that has a picture. */
interface Shown {
  from: Vector;
  to: Vector;
  cell: readonly number[];
  code: number;
  flags: number;
}

export class ThumbnailsPass {
  private readonly gl: WebGL2RenderingContext;
  private readonly programs: Record<string, Program> = {};
  private readonly array: WebGLVertexArrayObject;
  private readonly buffer: WebGLBuffer;
  private texture: WebGLTexture | null = null;
  private atlas: Atlas | null = null;
  private shown: Shown[] = [];
  /** the camera and the time the buffer was filled for; on a flat map any camera will do */
  private filledFor: string | null = null;
  private origin: Vector = [0, 0, 0];

  constructor(gl: WebGL2RenderingContext) {
    this.gl = gl;
    this.array = gl.createVertexArray();
    this.buffer = gl.createBuffer();
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    [3, 3, 1, 1].forEach((size, at) => {
      gl.enableVertexAttribArray(at);
      gl.vertexAttribPointer(at, size, gl.FLOAT, false, STRIDE * 4, [0, 12, 24, 28][at]);
      gl.vertexAttribDivisor(at, 1);
    });
    gl.bindVertexArray(null);
  }

  setThumbnails(thumbnails: Thumbnails | null): void {
    const { gl } = this;
    if (this.texture) gl.deleteTexture(this.texture);
    this.texture = null;
    this.atlas = null;
    this.shown = [];
    if (!thumbnails || thumbnails.image.width < 1 || thumbnails.image.height < 1) return;
    const atlas = cut(thumbnails, Math.min(8192, gl.getParameter(gl.MAX_TEXTURE_SIZE) as number));
    if (atlas.totalCols < 1) return;
    this.texture = this.upload(atlas);
    this.atlas = atlas;
  }

  /** Which points, where they come from and go to, and how they look. */
  setChoice(
    indices: Uint32Array | null,
    { to, nComponents, from, fromComponents }: PointPlaces,
    style: PointStyle | null,
    flags: Uint8Array | null,
  ): void {
    const { atlas } = this;
    this.filledFor = null;
    this.shown = [];
    if (!indices || !atlas) return;
    const placeOf = (source: Float32Array, components: 2 | 3, i: number): Vector => [
      source[components * i],
      source[components * i + 1],
      components === 3 ? source[components * i + 2] : 0,
    ];
    this.shown = Array.from(indices, (i) => {
      const end = placeOf(to, nComponents, i);
      return {
        to: end,
        from: from ? placeOf(from, fromComponents, i) : end,
        cell: placeOfCell(atlas, atlas.thumbnails.cells[i]),
        code: style?.codeOf?.(i) ?? 0,
        flags: flags?.[i] ?? 0,
      };
    });
    this.origin = this.shown[0]?.to ?? [0, 0, 0];
  }

  /** @param size  CSS pixels, the longer side of a picture */
  draw(frame: Frame, palette: WebGLTexture, size: number): void {
    const { gl, atlas } = this;
    if (!atlas || this.shown.length === 0) return;
    this.fill(frame);
    const defines = sightDefines(frame);
    const program = (this.programs[defines.join()] ??= createProgram(gl, VERTEX, FRAGMENT, {
      defines,
      attributes: ATTRIBUTES,
    }));
    const { width, height, pixelRatio } = frame;
    const { cellWidth, cellHeight, ink } = atlas.thumbnails;
    const unit = (size * pixelRatio) / Math.max(cellWidth, cellHeight);
    const drawnWidth = Math.round(cellWidth * unit);
    const drawnHeight = Math.round(cellHeight * unit);
    gl.useProgram(program.handle);
    setCamera(gl, program, frame, this.origin);
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
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.shown.length);
    gl.bindVertexArray(null);
  }

  /** Where the pictures are now; in space from the farthest to the nearest. There are few of them. */
  private fill(frame: Frame): void {
    const { gl, shown, origin } = this;
    const { camera, time } = frame;
    const spatial = isSpatial(camera);
    const key = spatial ? `${time} ${JSON.stringify(camera)}` : `${time}`;
    if (key === this.filledFor) return;
    this.filledFor = key;
    const project = projector(camera, frame);
    const out = new Float64Array(3);
    const placed = shown.map((one) => {
      const place = one.to.map((end, axis) => one.from[axis] + (end - one.from[axis]) * time);
      return { one, place, far: spatial ? project(place[0], place[1], place[2], out)[2] : 0 };
    });
    if (spatial) placed.sort((a, b) => b.far - a.far);
    const data = new Float32Array(STRIDE * placed.length);
    placed.forEach(({ one, place }, k) => {
      data.set([place[0] - origin[0], place[1] - origin[1], place[2] - origin[2]], STRIDE * k);
      data.set([...one.cell, one.code, one.flags], STRIDE * k + 3);
    });
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
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

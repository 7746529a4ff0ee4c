/** Programs, buffers and textures of WebGL2 with their errors said. */
import type { Rgba } from '../colors.ts';
import { axesOf, isSpatial, NEAREST } from '../camera.ts';
import type { Vector } from '../camera.ts';
import type { Frame } from '../renderer.ts';
import type { Thumbnails } from '../types.ts';

export type Picture = Thumbnails['image'];

export interface Program {
  readonly handle: WebGLProgram;
  uniform(name: string): WebGLUniformLocation | null;
  attribute(name: string): number;
}

/**
 * @param defines  names that are defined in both shaders
 * @param attributes  names of attributes, whose locations are then 0, 1, …
 * @throws Error with the compiler's log, unless the context is lost: then the program does nothing
 */
export function createProgram(
  gl: WebGL2RenderingContext,
  vertex: string,
  fragment: string,
  { defines = [], attributes = [] }: { defines?: readonly string[]; attributes?: readonly string[] } = {},
): Program {
  const handle = gl.createProgram();
  const head = `#version 300 es\n${defines.map((name) => `#define ${name}\n`).join('')}precision highp float;\nprecision highp int;\n`;
  const shaders = [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ].map(([type, source]) => {
    const shader = gl.createShader(type as number);
    if (!shader) throw new Error('view: the context gave no shader');
    gl.shaderSource(shader, head + (source as string));
    gl.compileShader(shader);
    gl.attachShader(handle, shader);
    return shader;
  });
  attributes.forEach((name, at) => gl.bindAttribLocation(handle, at, name));
  gl.linkProgram(handle);
  if (!gl.getProgramParameter(handle, gl.LINK_STATUS) && !gl.isContextLost()) {
    const logs = [gl.getProgramInfoLog(handle), ...shaders.map((shader) => gl.getShaderInfoLog(shader))];
    throw new Error(`view: a shader did not compile: ${logs.filter(Boolean).join(' ')}`);
  }
  for (const shader of shaders) gl.deleteShader(shader);
  const uniforms = new Map<string, WebGLUniformLocation | null>();
  return {
    handle,
    uniform(name) {
      if (!uniforms.has(name)) uniforms.set(name, gl.getUniformLocation(handle, name));
      return uniforms.get(name) ?? null;
    },
    attribute: (name) => gl.getAttribLocation(handle, name),
  };
}

/** One attribute of a vertex array: `size` numbers of a type, read as they are or as floats. */
export interface AttributeSpec {
  name: string;
  size: number;
  type: number;
  integer?: boolean;
  normalized?: boolean;
  stride?: number;
  offset?: number;
  /** 1 for once an instance */
  divisor?: number;
}

/** Binds an attribute of the bound vertex array to a buffer. */
export function bindAttribute(
  gl: WebGL2RenderingContext,
  program: Program,
  buffer: WebGLBuffer,
  { name, size, type, integer, normalized = false, stride = 0, offset = 0, divisor = 0 }: AttributeSpec,
): void {
  const at = program.attribute(name);
  if (at < 0) return;
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  gl.enableVertexAttribArray(at);
  if (integer) gl.vertexAttribIPointer(at, size, type, stride, offset);
  else gl.vertexAttribPointer(at, size, type, normalized, stride, offset);
  gl.vertexAttribDivisor(at, divisor);
}

/**
 * Map units → clip space, for places relative to an origin (so that single precision is enough when the camera is close).
 * With SPATIAL the camera is turned and nearer is larger: w is how many times farther a place is than the middle.
 */
export const CAMERA = `
uniform vec3 u_camera;
uniform vec2 u_zoom;
#ifdef SPATIAL
uniform mat3 u_axes; // right, up, back
uniform float u_perspective;
uniform vec2 u_middle, u_depth;
vec4 seen(vec3 place) {
  vec3 v = (place - u_camera) * u_axes;
  float w = 1.0 - v.z * u_perspective;
  return vec4(v.xy * u_zoom + u_middle * w, u_depth.x * w + u_depth.y, w);
}
#else
vec4 seen(vec2 place) {
  return vec4((place - u_camera.xy) * u_zoom, 0.0, 1.0);
}
#endif
`;

/** What is needed of a frame to look through its camera. */
export type Sight = Pick<Frame, 'camera' | 'width' | 'height' | 'perspective' | 'middle' | 'depths'>;

/** The variants a program has for this frame's camera. */
export function sightDefines({ camera }: Sight): string[] {
  return isSpatial(camera) ? ['SPATIAL'] : [];
}

/** Sets what `CAMERA` needs. @param margin  CSS pixels that the viewport reaches over the picture on each side */
export function setCamera(
  gl: WebGL2RenderingContext,
  program: Program,
  { camera, width, height, perspective, middle, depths }: Sight,
  origin: Vector,
  margin = 0,
): void {
  const [across, down] = [width + 2 * margin, height + 2 * margin];
  gl.uniform3f(program.uniform('u_camera'), camera.x - origin[0], camera.y - origin[1], (camera.z ?? 0) - origin[2]);
  gl.uniform2f(program.uniform('u_zoom'), (2 * camera.scale) / across, (2 * camera.scale) / down);
  if (!isSpatial(camera)) return;
  const { right, up, back } = axesOf(camera);
  gl.uniformMatrix3fv(program.uniform('u_axes'), false, [...right, ...up, ...back]);
  gl.uniform1f(program.uniform('u_perspective'), perspective);
  gl.uniform2f(program.uniform('u_middle'), (2 * middle[0]) / across, (2 * middle[1]) / down);
  // z / w = a + b / w is −1 at the nearest and 1 at the farthest
  const near = NEAREST;
  const far = 4 * Math.max(1, depths[1]);
  const b = (-2 * near * far) / (far - near);
  gl.uniform2f(program.uniform('u_depth'), 1 - b / far, b);
}

/** A colour as a uniform, alpha multiplied in. */
export function setColor(gl: WebGL2RenderingContext, location: WebGLUniformLocation | null, color: Rgba): void {
  const alpha = color[3] / 255;
  gl.uniform4f(location, (color[0] / 255) * alpha, (color[1] / 255) * alpha, (color[2] / 255) * alpha, alpha);
}

/** A drawn copy of part of a picture, `width` × `height` of the target, smaller than it where need be. */
export function copyPicture(
  image: Picture,
  source: { x: number; y: number; width: number; height: number },
  width: number,
  height: number,
): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('view: no 2-D canvas to cut a picture with');
  if (image instanceof ImageData) {
    if (source.width === width && source.height === height) {
      context.putImageData(image, -source.x, -source.y, source.x, source.y, source.width, source.height);
      return canvas;
    }
    const whole = document.createElement('canvas');
    whole.width = image.width;
    whole.height = image.height;
    whole.getContext('2d')?.putImageData(image, 0, 0);
    context.drawImage(whole, source.x, source.y, source.width, source.height, 0, 0, width, height);
  } else {
    context.drawImage(image, source.x, source.y, source.width, source.height, 0, 0, width, height);
  }
  return canvas;
}

/** Programs, buffers and textures of WebGL2 with their errors said. */
import type { Rgba } from '../colors.ts';
import type { Camera, Thumbnails } from '../types.ts';

export type Picture = Thumbnails['image'];

export interface Program {
  readonly handle: WebGLProgram;
  uniform(name: string): WebGLUniformLocation | null;
  attribute(name: string): number;
}

/** @throws Error with the compiler's log, unless the context is lost: then the program does nothing */
export function createProgram(gl: WebGL2RenderingContext, vertex: string, fragment: string): Program {
  const handle = gl.createProgram();
  const shaders = [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ].map(([type, source]) => {
    const shader = gl.createShader(type as number);
    if (!shader) throw new Error('view: the context gave no shader');
    gl.shaderSource(shader, `#version 300 es\nprecision highp float;\nprecision highp int;\n${source}`);
    gl.compileShader(shader);
    gl.attachShader(handle, shader);
    return shader;
  });
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
 * Map units → clip space, for coordinates relative to an origin (so that single precision is enough when the camera is
 * close): clip = (position − camera) · zoom.
 */
export function setCamera(
  gl: WebGL2RenderingContext,
  program: Program,
  camera: Camera,
  origin: readonly [number, number],
  width: number,
  height: number,
): void {
  gl.uniform2f(program.uniform('u_camera'), camera.x - origin[0], camera.y - origin[1]);
  gl.uniform2f(program.uniform('u_zoom'), (2 * camera.scale) / width, (2 * camera.scale) / height);
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

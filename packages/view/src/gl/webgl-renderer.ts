/** The map drawn with WebGL2: the passes in their order, from the paper up. */
import type { Frame, MapRenderer, PointStyle, ThumbnailChoice } from '../renderer.ts';
import type { Backdrop, Line, Thumbnails } from '../types.ts';
import { BackdropPass } from './backdrop-pass.ts';
import { GraticulePass } from './graticule-pass.ts';
import { LinesPass } from './lines-pass.ts';
import { PointsPass } from './points-pass.ts';
import { ThumbnailsPass } from './thumbnails-pass.ts';

export class WebGlRenderer implements MapRenderer {
  readonly canvas: HTMLCanvasElement;
  readonly maxSize: number;
  private readonly gl: WebGL2RenderingContext;
  private readonly backdrop: BackdropPass;
  private readonly graticule: GraticulePass;
  private readonly points: PointsPass;
  private readonly thumbnails: ThumbnailsPass;
  private readonly lines: LinesPass;
  private from: Float32Array = new Float32Array(0);
  private to: Float32Array = new Float32Array(0);
  private codes: Uint16Array = new Uint16Array(0);
  private flags: Uint8Array = new Uint8Array(0);
  private choice: ThumbnailChoice | null = null;
  private choiceIsOld = false;

  /** @throws Error when the browser gives no WebGL2 context */
  constructor(canvas: HTMLCanvasElement) {
    const gl = canvas.getContext('webgl2', {
      antialias: false,
      depth: false,
      stencil: false,
      premultipliedAlpha: true,
      powerPreference: 'high-performance',
    });
    if (!gl)
      throw new Error('view: this browser gives no WebGL2 context; switch on hardware acceleration or update it');
    this.canvas = canvas;
    this.gl = gl;
    const viewport = gl.getParameter(gl.MAX_VIEWPORT_DIMS) as Int32Array | null;
    const texture = gl.getParameter(gl.MAX_TEXTURE_SIZE) as number | null;
    this.maxSize = Math.min(4096, texture ?? 4096, (viewport?.[0] ?? 4096) - 128, (viewport?.[1] ?? 4096) - 128);
    this.backdrop = new BackdropPass(gl);
    this.graticule = new GraticulePass(gl);
    this.points = new PointsPass(gl);
    this.thumbnails = new ThumbnailsPass(gl);
    this.lines = new LinesPass(gl);
  }

  setPositions(from: Float32Array, to: Float32Array): void {
    this.from = from;
    this.to = to;
    this.points.setPositions(from, to);
    this.choiceIsOld = true;
  }

  setStyle(style: PointStyle): void {
    this.codes = style.codes;
    this.points.setStyle(style);
    this.choiceIsOld = true;
  }

  setOrder(flags: Uint8Array, order: Uint32Array): void {
    this.flags = flags;
    this.points.setOrder(flags, order);
    this.choiceIsOld = true;
  }

  setThumbnails(thumbnails: Thumbnails | null): void {
    this.thumbnails.setThumbnails(thumbnails);
    this.choiceIsOld = true;
  }

  setThumbnailChoice(choice: ThumbnailChoice | null): void {
    if (choice?.indices !== this.choice?.indices) this.choiceIsOld = true;
    this.choice = choice;
  }

  setBackdrop(backdrop: Backdrop | null): void {
    this.backdrop.setBackdrop(backdrop);
  }

  setLines(lines: readonly Line[], defaultColor: string): void {
    this.lines.setLines(lines, defaultColor);
  }

  draw(frame: Frame): void {
    const { gl, canvas } = this;
    const width = Math.max(1, Math.round(frame.width * frame.pixelRatio));
    const height = Math.max(1, Math.round(frame.height * frame.pixelRatio));
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    if (this.choiceIsOld) {
      this.thumbnails.setChoice(
        this.choice?.indices ?? null,
        this.from,
        this.to,
        this.points.origin,
        this.codes,
        this.flags,
      );
      this.choiceIsOld = false;
    }
    gl.viewport(0, 0, width, height);
    const [r, g, b, a] = frame.background.map((channel) => channel / 255);
    gl.clearColor(r * a, g * a, b * a, a);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.backdrop.draw(frame);
    this.graticule.draw(frame);
    this.points.draw(frame);
    const { origin, palette } = this.points;
    if (this.choice) this.thumbnails.draw(frame, origin, palette, this.choice.size);
    this.lines.draw(frame);
  }

  destroy(): void {
    this.gl.getExtension('WEBGL_lose_context')?.loseContext();
  }
}

/** The map drawn with WebGL2: the passes in their order, from the paper up, each made when it is first needed. */
import type {
  DensityMeasure,
  Frame,
  MapRenderer,
  PointLayers,
  PointPlaces,
  PointStyle,
  ThumbnailChoice,
} from '../renderer.ts';
import { cornersOf } from '../camera.ts';
import type { Backdrop, Density, Edges, Line, Place, Thumbnails } from '../types.ts';
import { BackdropPass } from './backdrop-pass.ts';
import { DensityPass } from './density-pass.ts';
import { EdgesPass } from './edges-pass.ts';
import { GraticulePass } from './graticule-pass.ts';
import { LinesPass } from './lines-pass.ts';
import { PointBuffers } from './point-buffers.ts';
import { PointsPass } from './points-pass.ts';
import { ThumbnailsPass } from './thumbnails-pass.ts';

/** Opacity of the box around a map in space. */
const CAGE = 0.5;

export class WebGlRenderer implements MapRenderer {
  readonly canvas: HTMLCanvasElement;
  readonly maxSize: number;
  private readonly gl: WebGL2RenderingContext;
  private readonly buffers: PointBuffers;
  private readonly graticule: GraticulePass;
  private readonly points: PointsPass;
  private backdrop: BackdropPass | null = null;
  private density: DensityPass | null = null;
  private edges: EdgesPass | null = null;
  private thumbnails: ThumbnailsPass | null = null;
  private lines: LinesPass | null = null;
  private cage: LinesPass | null = null;
  private cageKey = '';
  private places: PointPlaces | null = null;
  private style: PointStyle | null = null;
  private layers: PointLayers | null = null;
  private wantedEdges: Edges | null = null;
  private choice: ThumbnailChoice | null = null;
  private choiceIsOld = false;
  private edgesAreOld = false;

  /** @throws Error when the browser gives no WebGL2 context */
  constructor(canvas: HTMLCanvasElement) {
    const gl = canvas.getContext('webgl2', {
      antialias: false,
      depth: true,
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
    this.buffers = new PointBuffers(gl);
    this.graticule = new GraticulePass(gl);
    this.points = new PointsPass(gl, this.buffers);
  }

  setPlaces(places: PointPlaces): void {
    if (places.order !== this.places?.order) this.edgesAreOld = true;
    this.places = places;
    this.buffers.want({ places });
    this.choiceIsOld = true;
  }

  arrive(): void {
    if (this.places) this.places = { ...this.places, from: null };
    this.buffers.arrive();
  }

  setStyle(style: PointStyle): void {
    this.style = style;
    this.buffers.want({ style });
    this.choiceIsOld = true;
  }

  setLayers(layers: PointLayers): void {
    this.layers = layers;
    this.buffers.want({ layers });
    this.choiceIsOld = true;
  }

  setThumbnails(thumbnails: Thumbnails | null): void {
    if (thumbnails) this.thumbnails ??= new ThumbnailsPass(this.gl);
    this.thumbnails?.setThumbnails(thumbnails);
    this.choiceIsOld = true;
  }

  setThumbnailChoice(choice: ThumbnailChoice | null): void {
    if (choice?.indices !== this.choice?.indices) this.choiceIsOld = true;
    this.choice = choice;
  }

  setBackdrop(backdrop: Backdrop | null): void {
    if (backdrop) this.backdrop ??= new BackdropPass(this.gl);
    this.backdrop?.setBackdrop(backdrop);
  }

  setLines(lines: readonly Line[], defaultColor: string): void {
    if (lines.length > 0) this.lines ??= new LinesPass(this.gl);
    this.lines?.setLines(lines, defaultColor);
  }

  setEdges(edges: Edges | null): void {
    if (edges) this.edges ??= new EdgesPass(this.gl, this.buffers);
    this.wantedEdges = edges;
    this.edgesAreOld = true;
  }

  setDensity(density: Density | null): void {
    if (density) this.density ??= new DensityPass(this.gl, this.buffers);
    if (this.density) this.density.density = density;
  }

  prepare(milliseconds: number): boolean {
    if (!this.buffers.advance(performance.now() + milliseconds)) return false;
    if (this.edgesAreOld) {
      this.edges?.setEdges(this.wantedEdges);
      this.edgesAreOld = false;
    }
    if (this.choiceIsOld && this.places) {
      const { places, style, layers } = this;
      this.thumbnails?.setChoice(this.choice?.indices ?? null, places, style, layers?.flags ?? null);
      this.choiceIsOld = false;
    }
    return true;
  }

  draw(frame: Frame): void {
    const { gl, canvas } = this;
    const width = Math.max(1, Math.round(frame.width * frame.pixelRatio));
    const height = Math.max(1, Math.round(frame.height * frame.pixelRatio));
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    gl.viewport(0, 0, width, height);
    const [r, g, b, a] = frame.background.map((channel) => channel / 255);
    gl.clearColor(r * a, g * a, b * a, a);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.backdrop?.draw(frame);
    this.graticule.draw(frame);
    this.drawCage(frame);
    this.density?.draw(frame);
    this.edges?.draw(frame);
    this.points.draw(frame);
    if (this.choice) this.thumbnails?.draw(frame, this.buffers.palette, this.choice.size);
    this.lines?.draw(frame);
  }

  /** The edges of the box around a map in space. */
  private drawCage(frame: Frame): void {
    const { box, graticule } = frame;
    if (!box) return;
    const key = JSON.stringify([box, graticule]);
    if (key !== this.cageKey) {
      const [r, g, b, a] = graticule;
      this.cageKey = key;
      this.cage ??= new LinesPass(this.gl);
      const corners = cornersOf(box);
      const corner = (k: number): Place => [corners[3 * k], corners[3 * k + 1], corners[3 * k + 2]];
      const edges = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((k) =>
        [1, 2, 4]
          .filter((bit) => !(k & bit))
          .map((bit): Line => ({ points: [corner(k), corner(k | bit)], opacity: CAGE })),
      );
      this.cage.setLines(edges, `rgba(${r}, ${g}, ${b}, ${a / 255})`);
    }
    this.cage?.draw(frame);
  }

  measureDensity(): DensityMeasure {
    return this.density?.measure() ?? { densest: 0, limit: null };
  }

  destroy(): void {
    this.gl.getExtension('WEBGL_lose_context')?.loseContext();
  }
}

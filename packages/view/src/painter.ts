/** Hands to the renderer what changed since the last frame; after a lost context, to a new one, everything. */
import type { Size } from './camera.ts';
import { WebGlRenderer } from './gl/webgl-renderer.ts';
import { ThumbnailChooser } from './level-of-detail.ts';
import type { PointGrid } from './point-grid.ts';
import type { PointState } from './point-state.ts';
import type { MapRenderer, ThumbnailChoice } from './renderer.ts';
import type { Backdrop, Camera, Density, Edges, Line, MapTheme, Thumbnails } from './types.ts';

const PARTS = [
  'positions',
  'style',
  'order',
  'thumbnails',
  'backdrop',
  'lines',
  'edges',
  'density',
  'arrival',
] as const;
export type Part = (typeof PARTS)[number];

export class Painter {
  renderer: MapRenderer | null = null;
  thumbnails: Thumbnails | null = null;
  backdrop: Backdrop | null = null;
  lines: readonly Line[] = [];
  edges: Edges | null = null;
  density: Density | null = null;
  /** which points have a picture now */
  choice: ThumbnailChoice | null = null;
  private readonly points: PointState;
  private readonly chooser = new ThumbnailChooser();
  private readonly dirty = new Set<Part>();

  constructor(points: PointState) {
    this.points = points;
  }

  get hasPictures(): boolean {
    return this.choice !== null;
  }

  /** Another painter of all that this one paints, ready, with a renderer of its own. @throws Error as `start` does */
  twin(theme: MapTheme): Painter {
    const twin = new Painter(this.points);
    const { thumbnails, backdrop, lines, edges, density } = this;
    Object.assign(twin, { thumbnails, backdrop, lines, edges, density });
    twin.start(document.createElement('canvas'));
    twin.sync(theme, Infinity, null);
    twin.choose(this.choice);
    return twin;
  }

  /** @throws Error when the browser gives no context */
  start(canvas: HTMLCanvasElement): void {
    this.renderer = null;
    this.renderer = new WebGlRenderer(canvas);
    this.mark(...PARTS);
  }

  stop(): void {
    this.renderer = null;
  }

  mark(...parts: Part[]): void {
    for (const part of parts) this.dirty.add(part);
  }

  /** Which points have pictures must be found anew. */
  chooseAgain(): void {
    this.chooser.reset();
  }

  /**
   * @param milliseconds  how long points may be taken over; what is left then waits for the next call
   * @param sight  what is needed to choose pictures, or null to keep those there are
   * @returns whether all is there
   */
  sync(theme: MapTheme, milliseconds: number, sight: Sight | null): boolean {
    const { renderer, points, dirty, thumbnails } = this;
    if (!renderer) return true;
    if (dirty.has('positions')) renderer.setPlaces(points.places());
    if (dirty.has('style')) renderer.setStyle(points.style(theme));
    if (dirty.has('order')) renderer.setLayers(points.layers());
    if (dirty.has('thumbnails')) renderer.setThumbnails(thumbnails);
    if (dirty.has('backdrop')) renderer.setBackdrop(this.backdrop);
    if (dirty.has('lines')) renderer.setLines(this.lines, theme.ink);
    if (dirty.has('edges')) renderer.setEdges(this.edges);
    if (dirty.has('density')) renderer.setDensity(this.density);
    if (dirty.has('arrival') && !points.from) renderer.arrive();
    dirty.clear();
    if (!thumbnails) this.choose(null);
    else if (sight) {
      const { grid, camera, size, rankOf } = sight;
      this.choose(grid && this.chooser.choose(grid, camera, size, thumbnails.cells, points.visible, rankOf));
    }
    return renderer.prepare(milliseconds);
  }

  private choose(choice: ThumbnailChoice | null): void {
    this.renderer?.setThumbnailChoice(choice);
    this.choice = choice;
  }
}

/** The grid over the points as the camera sees them; null while it is being made. */
export interface Sight {
  grid: PointGrid | null;
  camera: Camera;
  size: Size;
  /** which of two points in each other's way gets its picture: the lower; by default a fixed shuffle */
  rankOf?: (point: number) => number;
}

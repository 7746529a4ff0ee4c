/** Hands to the renderer what changed since the last frame; after a lost context, to a new one, everything. */
import type { Size } from './camera.ts';
import { WebGlRenderer } from './gl/webgl-renderer.ts';
import { ThumbnailChooser } from './level-of-detail.ts';
import type { PointGrid } from './point-grid.ts';
import type { PointState } from './point-state.ts';
import type { MapRenderer } from './renderer.ts';
import type { Backdrop, Camera, Line, MapTheme, Thumbnails } from './types.ts';

export type Part = 'positions' | 'style' | 'order' | 'thumbnails' | 'backdrop' | 'lines';
const PARTS: readonly Part[] = ['positions', 'style', 'order', 'thumbnails', 'backdrop', 'lines'];

export class Painter {
  renderer: MapRenderer | null = null;
  thumbnails: Thumbnails | null = null;
  backdrop: Backdrop | null = null;
  lines: readonly Line[] = [];
  /** whether some points have a picture now */
  hasPictures = false;
  private readonly points: PointState;
  private readonly chooser = new ThumbnailChooser();
  private readonly dirty = new Set<Part>();

  constructor(points: PointState) {
    this.points = points;
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

  sync(theme: MapTheme, camera: Camera, size: Size, grid: () => PointGrid): void {
    const { renderer, points, dirty, thumbnails } = this;
    if (!renderer) return;
    if (dirty.has('positions')) renderer.setPositions(points.from, points.to);
    if (dirty.has('style')) renderer.setStyle(points.style(theme));
    if (dirty.has('order')) {
      const { flags, order } = points.layers();
      renderer.setOrder(flags, order);
    }
    if (dirty.has('thumbnails')) renderer.setThumbnails(thumbnails);
    if (dirty.has('backdrop')) renderer.setBackdrop(this.backdrop);
    if (dirty.has('lines')) renderer.setLines(this.lines, theme.ink);
    dirty.clear();
    const choice = thumbnails && this.chooser.choose(grid(), camera, size, thumbnails.cells, points.visible);
    renderer.setThumbnailChoice(choice);
    this.hasPictures = choice !== null;
  }
}

/**
 * The map of a latent space on a page. It keeps the state (points, looks, camera), listens to gestures, and hands what
 * changed to a renderer, once a frame and only when something did.
 */
import { easeInOut, easeOut, extentOf, extentOfPoints, pixelAt, placeAt, zoomAbout } from './camera.ts';
import type { Size } from './camera.ts';
import { parseColor } from './colors.ts';
import { Emitter } from './emitter.ts';
import { mapToBlob, mapToSvg } from './export.ts';
import { Fitting, PADDING } from './fitting.ts';
import { graticuleLines } from './graticule.ts';
import type { Net } from './graticule.ts';
import { cursorOf, listenForGestures } from './gestures.ts';
import { CameraMotion, Clock } from './motion.ts';
import { drawOverlay } from './overlay.ts';
import type { OverlayScene, Pin } from './overlay.ts';
import { Painter } from './painter.ts';
import type { Part } from './painter.ts';
import { PointGrid } from './point-grid.ts';
import type { Direction } from './point-grid.ts';
import { PointState } from './point-state.ts';
import type { Frame } from './renderer.ts';
import { createStage } from './stage.ts';
import type { Stage } from './stage.ts';
import { lightTheme } from './theme.ts';
import type {
  Backdrop,
  Camera,
  Coloring,
  Extent,
  Line,
  MapEvents,
  MapTheme,
  Place,
  Thumbnails,
  Tool,
} from './types.ts';

export interface LatentMapOptions {
  theme?: Partial<MapTheme>;
  /** diameter of a point in CSS pixels when all are in view; by default from their number */
  pointSize?: number;
  /** nothing glides; by default what the system asks for */
  reducedMotion?: boolean;
  /** what the map shows, for screen readers */
  label?: string;
}

const GLIDE = 500;
const STEP = 180;
const REACH = 10;
const FADE = 260;
/** What faded points keep of their opacity. */
const FADED_OPACITY = 0.16;
/** Milliseconds to wait for a lost context to come back. */
const PATIENCE = 5000;

export class LatentMap {
  private readonly stage: Stage;
  private readonly events = new Emitter<MapEvents>();
  private readonly points = new PointState();
  private readonly glide = new Clock();
  private readonly fade = new Clock();
  private readonly motion = new CameraMotion({ x: 0, y: 0, scale: 100 });
  private readonly fitting: Fitting;
  private readonly painter = new Painter(this.points);
  private readonly stopListening: () => void;
  private readonly reducedMotion: boolean | undefined;
  private readonly pointSize: number | undefined;
  private theme: MapTheme;
  private size: Size;
  private scheduled = 0;
  private warming = 0;
  private waiting = 0;
  private grid: PointGrid | null = null;
  /** nobody has moved the camera since everything was last in view */
  private untouched = true;
  private pins: readonly Pin[] = [];
  private highlight = -1;
  private outline: readonly Place[] | null = null;
  private pointer: Place | null = null;
  private currentTool: Tool = 'pan';
  private wasMoving = false;
  /** the map itself, under its overlay, is not as it was drawn last */
  private stale = true;

  constructor(element: HTMLElement, { theme, pointSize, reducedMotion, label }: LatentMapOptions = {}) {
    this.theme = { ...lightTheme, ...theme };
    this.pointSize = pointSize;
    this.reducedMotion = reducedMotion;
    this.stage = createStage(element, label ?? 'Map of a latent space', {
      resize: () => this.resize(),
      lost: () => this.onLost(),
      restored: () => this.start(),
    });
    this.size = this.stage.measure();
    this.fitting = new Fitting(this.size);
    this.stage.paint(this.theme);
    this.start();
    this.stopListening = this.listen();
  }

  /**
   * Puts the points somewhere, [n * 2] in map units. As many points as before glide from where they are, keeping colours,
   * filter and selection; another number appears at once and forgets them.
   * @param fit  bring all into view; by default when the number changed or nobody has moved the camera
   * @param order  the points in the order they are drawn, the last on top
   * @throws InputError on an odd number of coordinates
   */
  setPoints(
    coordinates: Float32Array,
    {
      animate = true,
      durationMs = GLIDE,
      fit,
      order,
    }: { animate?: boolean; durationMs?: number; fit?: boolean; order?: Uint32Array } = {},
  ): void {
    const same = this.points.setCoordinates(coordinates, this.glide.value, order);
    const duration = same && animate ? this.duration(durationMs) : 0;
    this.glide.begin(duration);
    this.grid = null;
    this.painter.chooseAgain();
    this.fitting.measure(this.points.to);
    this.mark('positions', 'order', ...(same ? [] : (['style'] as const)));
    if (!same) {
      this.highlight = -1;
      this.stage.describe(this.points.count);
    }
    if (fit ?? (!same || this.untouched)) this.show(this.fitting.camera, duration);
    clearTimeout(this.warming);
    this.warming = window.setTimeout(() => this.picking(), 30);
  }

  /** @throws InputError when it is for another number of points */
  setColoring(coloring: Coloring | null): void {
    this.points.setColoring(coloring);
    this.mark('style');
  }

  /** Points with 0 turn grey and can't be picked. @throws InputError when it is for another number of points */
  setFilter(visible: Uint8Array | null): void {
    this.points.setVisible(visible);
    this.painter.chooseAgain();
    this.mark('order');
  }

  setSelection(indices: Uint32Array | null): void {
    this.points.selection = indices;
    this.mark('order');
  }

  /** Points that step back for a while, though they can be picked as before; they come back at once. Null for none. */
  setFaded(indices: Uint32Array | null): void {
    if (!indices && !this.points.faded) return;
    this.points.faded = indices;
    this.fade.begin(indices ? this.duration(FADE) : 0);
    this.mark('order');
  }

  /** Pictures for points, as many as fit without covering each other; the image is kept and must not be closed. */
  setThumbnails(thumbnails: Thumbnails | null): void {
    this.painter.thumbnails = thumbnails;
    this.painter.chooseAgain();
    this.mark('thumbnails');
  }

  /** A picture under the points; its first row lies at yMax. The image is kept and must not be closed. */
  setBackdrop(backdrop: Backdrop | null): void {
    this.painter.backdrop = backdrop;
    this.mark('backdrop');
  }

  setLines(lines: readonly Line[]): void {
    this.painter.lines = lines;
    this.mark('lines');
  }

  setPins(points: readonly Pin[]): void {
    this.pins = points;
    this.retouch();
  }

  /** The point that stands out; −1 for none. */
  setHighlight(point: number): void {
    if (point === this.highlight) return;
    this.highlight = point;
    this.retouch();
  }

  get tool(): Tool {
    return this.currentTool;
  }

  set tool(tool: Tool) {
    this.currentTool = tool;
    this.stage.root.style.cursor = cursorOf(tool);
  }

  get camera(): Camera {
    return { ...this.motion.current };
  }

  set camera(camera: Camera) {
    this.setCamera(camera);
  }

  setCamera({ x, y, scale }: Camera, { animate = false }: { animate?: boolean } = {}): void {
    this.untouched = false;
    this.show({ x, y, scale: this.fitting.withinScales(scale) }, animate ? this.duration(GLIDE) : 0);
  }

  /** Brings all points, or those listed, into view. */
  fit({ animate = true, indices }: { animate?: boolean; indices?: Uint32Array } = {}): void {
    const extent = indices ? extentOfPoints(this.points.to, indices) : this.fitting.extent;
    this.untouched = !indices;
    if (extent) this.show(this.fitting.cameraFor(extent), animate ? this.duration(GLIDE) : 0);
  }

  /** What is in view, map units. */
  get extent(): Extent {
    return extentOf(this.motion.current, this.size);
  }

  placeAt(pixel: Place): Place {
    return placeAt(this.motion.current, this.size, pixel);
  }

  pixelAt(place: Place): Place {
    return pixelAt(this.motion.current, this.size, place);
  }

  /** The nearest point that is not filtered out, at most `radius` pixels away, or −1. */
  pick(pixel: Place, radius = Math.max(REACH, this.pointRadius() + 4)): number {
    const [x, y] = this.placeAt(pixel);
    return this.picking().nearest(x, y, radius / this.motion.current.scale, this.points.visible);
  }

  setTheme(theme: Partial<MapTheme>): void {
    this.theme = { ...this.theme, ...theme };
    this.stage.paint(this.theme);
    this.mark('style', 'lines');
  }

  /** Listens; the function it gives back stops that. */
  on<K extends keyof MapEvents>(event: K, listener: (value: MapEvents[K]) => void): () => void {
    return this.events.on(event, listener);
  }

  /** The map as it is now as a PNG, `scale` pixels a CSS pixel. */
  toBlob({ scale = 1 }: { scale?: 1 | 2 | 4 } = {}): Promise<Blob> {
    if (!this.painter.renderer)
      return Promise.reject(new Error('view: the map cannot be drawn now: its graphics context is lost'));
    this.sync();
    const blob = mapToBlob(this.painter.renderer, this.frame(1), this.overlay(true), scale);
    this.draw();
    return blob;
  }

  /** The map as it is now as an SVG document; points outside the view are left out. */
  toSvg(): string {
    return mapToSvg({
      points: this.points,
      time: this.glide.value,
      frame: this.frame(1),
      overlay: this.overlay(true),
      lines: this.painter.lines,
      backdrop: this.painter.backdrop,
    });
  }

  /** Takes on the size of the element; called by itself when that changes. */
  resize(): void {
    const size = this.stage.measure();
    if (size.width === this.size.width && size.height === this.size.height) {
      this.invalidate();
      return;
    }
    this.size = size;
    this.fitting.resize(size);
    if (this.untouched && this.fitting.extent) this.show(this.fitting.camera, 0);
    this.painter.chooseAgain();
    this.draw();
  }

  destroy(): void {
    cancelAnimationFrame(this.scheduled);
    clearTimeout(this.warming);
    clearTimeout(this.waiting);
    this.stopListening();
    this.stage.destroy();
    this.painter.renderer?.destroy();
    this.painter.stop();
    this.events.clear();
  }

  private listen(): () => void {
    return listenForGestures(this.stage.root, {
      tool: () => this.currentTool,
      pan: (dx, dy) => this.pan(dx, dy),
      zoom: (pixel, factor, eased) => this.zoom(pixel, factor, eased),
      hover: (pixel) => this.hover(pixel),
      leave: () => {
        this.pointer = null;
        this.events.emit('leave', undefined);
      },
      click: (pixel, shiftKey) =>
        this.events.emit('click', { place: this.placeAt(pixel), pixel, point: this.pick(pixel), shiftKey }),
      outline: (ring) => {
        if (ring === this.outline && ring === null) return;
        this.outline = ring;
        this.retouch();
      },
      select: (ring) => {
        const indices = this.picking().inPolygon(
          ring.map((pixel) => this.placeAt(pixel)),
          this.points.visible,
        );
        this.setSelection(indices);
        this.events.emit('select', { indices });
      },
      travel: (direction) => this.travel(direction),
      press: (shiftKey) => {
        const place = this.points.placeOf(this.highlight, 1);
        if (place) {
          this.events.emit('click', { place, pixel: this.pixelAt(place), point: this.highlight, shiftKey });
        }
      },
      zoomMiddle: (factor) => this.zoom([this.size.width / 2, this.size.height / 2], factor, true),
      fit: () => this.fit(),
    });
  }

  private pan(dx: number, dy: number): void {
    const { scale } = this.motion.current;
    this.untouched = false;
    this.motion.shift(-dx / scale, dy / scale);
    this.cameraMoved();
  }

  private zoom(pixel: Place, factor: number, eased: boolean): void {
    this.untouched = false;
    const scale = this.fitting.withinScales(this.motion.target.scale * factor);
    // about the place that is under the pixel now: the glide keeps it there, and so does a second notch on the way
    const target = zoomAbout(this.motion.current, this.size, pixel, scale);
    this.show(target, eased ? this.duration(STEP) : 0, easeOut);
  }

  private hover(pixel: Place): void {
    this.pointer = pixel;
    if (this.events.has('hover')) {
      this.events.emit('hover', { place: this.placeAt(pixel), pixel, point: this.pick(pixel) });
    }
  }

  private travel(direction: Direction): void {
    const grid = this.picking();
    const { visible } = this.points;
    const { x, y } = this.motion.target;
    const here = this.points.placeOf(this.highlight, 1);
    const point = here
      ? grid.next(here[0], here[1], direction, this.highlight, visible)
      : grid.nearest(x, y, Infinity, visible);
    const place = this.points.placeOf(point, 1);
    if (!place) return;
    this.setHighlight(point);
    this.pointer = null;
    this.bringIntoView(place);
    this.events.emit('hover', { place, pixel: pixelAt(this.motion.target, this.size, place), point });
  }

  private bringIntoView([x, y]: Place): void {
    const camera = this.motion.target;
    const halfWidth = Math.max(0, this.size.width / 2 - PADDING) / camera.scale;
    const halfHeight = Math.max(0, this.size.height / 2 - PADDING) / camera.scale;
    const next = { ...camera, x: within(x, camera.x, halfWidth), y: within(y, camera.y, halfHeight) };
    if (next.x === camera.x && next.y === camera.y) return;
    this.untouched = false;
    this.show(next, this.duration(STEP), easeOut);
  }

  private show(camera: Camera, durationMs: number, ease = easeInOut): void {
    this.motion.moveTo(camera, durationMs, ease);
    if (!this.motion.running) this.cameraMoved();
    this.invalidate();
  }

  private cameraMoved(): void {
    this.events.emit('camera', this.camera);
    this.invalidate();
  }

  private duration(ms: number): number {
    const reduced = this.reducedMotion ?? window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    return reduced ? 0 : ms;
  }

  private picking(): PointGrid {
    return (this.grid ??= new PointGrid(this.points.to));
  }

  private pointRadius(): number {
    const radius = this.fitting.radius(this.motion.current.scale, this.pointSize);
    // among pictures points stay small
    return this.painter.hasPictures
      ? Math.min(radius, Math.max(3.5, this.fitting.fittedRadius(this.pointSize)))
      : radius;
  }

  // ---- drawing

  private mark(...parts: Part[]): void {
    this.painter.mark(...parts);
    this.invalidate();
  }

  /** Everything is drawn again at the next frame. */
  private invalidate(): void {
    this.stale = true;
    this.retouch();
  }

  /** What lies over the map is drawn again; the map itself only if it changed: it costs many times as much. */
  private retouch(): void {
    this.scheduled ||= requestAnimationFrame((now) => {
      this.scheduled = 0;
      this.glide.advance(now);
      this.fade.advance(now);
      if (this.motion.advance(now)) this.events.emit('camera', this.camera);
      const { stale } = this;
      this.stale = false;
      this.draw(stale);
      if (this.glide.running || this.motion.running || this.fade.running) this.invalidate();
      else if (this.wasMoving && this.pointer) this.hover(this.pointer);
      this.wasMoving = this.glide.running || this.motion.running;
    });
  }

  private sync(): void {
    this.painter.sync(this.theme, this.motion.current, this.size, () => this.picking());
  }

  private draw(stale = true): void {
    if (!this.painter.renderer || this.size.width < 1 || this.size.height < 1) return;
    try {
      if (stale) {
        this.sync();
        this.painter.renderer.draw(this.frame(window.devicePixelRatio || 1));
      }
    } catch (error) {
      this.events.emit('error', { message: error instanceof Error ? error.message : String(error) });
      return;
    }
    const context = this.stage.overlayContext(this.size, window.devicePixelRatio || 1);
    if (context) drawOverlay(context, this.overlay(false));
  }

  private frame(pixelRatio: number): Frame {
    const { theme, points } = this;
    const pointRadius = this.pointRadius();
    // where pictures stand among them, points step back
    const opacity =
      this.fitting.opacity(this.motion.current.scale, pointRadius) * (this.painter.hasPictures ? 0.55 : 1);
    return {
      camera: this.motion.current,
      width: this.size.width,
      height: this.size.height,
      pixelRatio,
      time: this.glide.value,
      pointRadius,
      opacity,
      unselectedOpacity: points.selection && points.selection.length > 0 ? opacity * 0.3 : opacity,
      fadedOpacity: 1 - this.fade.value * (1 - FADED_OPACITY),
      background: parseColor(theme.background),
      muted: parseColor(theme.muted),
      graticule: parseColor(theme.graticule),
      accent: parseColor(theme.accent),
      net: this.net(),
    };
  }

  private net(): Net {
    return graticuleLines(this.motion.current, this.size);
  }

  private overlay(forExport: boolean): OverlayScene {
    const place = forExport ? null : this.points.placeOf(this.highlight, this.glide.value);
    return {
      camera: this.motion.current,
      size: this.size,
      theme: this.theme,
      fontFamily: this.stage.fontFamily(),
      net: this.net(),
      pins: this.pins,
      highlight: place && {
        place,
        radius: this.pointRadius() * 1.3,
        color: this.points.colorOf(this.highlight, this.theme),
      },
      outline: forExport ? null : this.outline,
    };
  }

  private start(): void {
    clearTimeout(this.waiting);
    try {
      this.painter.start(this.stage.canvas);
      this.invalidate();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      // in a while, so that whoever made the map can listen first
      setTimeout(() => this.events.emit('error', { message }));
    }
  }

  private onLost(): void {
    this.painter.stop();
    this.waiting = window.setTimeout(() => {
      this.events.emit('error', { message: 'The graphics context was lost and did not come back; reload the page.' });
    }, PATIENCE);
  }
}

/** The least move of a middle that brings a value within `half` of it. */
function within(value: number, middle: number, half: number): number {
  return Math.min(value + half, Math.max(value - half, middle));
}

/** The map's frames: what has changed is drawn, once a frame and only then; and the same drawn into files. */
import { depthRange, isSpatial, perspectiveOf } from './camera.ts';
import type { Size } from './camera.ts';
import { parseColor } from './colors.ts';
import { densityScale, pointShare } from './density.ts';
import type { Emitter } from './emitter.ts';
import { savePng, saveSvg } from './export.ts';
import type { Exporter, PngPictureOptions, SvgPictureOptions } from './export.ts';
import { graticuleLines } from './graticule.ts';
import type { Net } from './graticule.ts';
import { LABEL_FADE, LabelLayer } from './labels.ts';
import type { DrawnLabel, LabelSurroundings } from './labels.ts';
import { Minimap } from './minimap.ts';
import { Clock } from './motion.ts';
import type { Navigation } from './navigation.ts';
import { drawOverlay, edgeBoxes, labelFont } from './overlay.ts';
import type { OverlayScene, Pin } from './overlay.ts';
import { Painter } from './painter.ts';
import type { Part } from './painter.ts';
import type { Picking } from './picking.ts';
import type { PointState } from './point-state.ts';
import type { Frame } from './renderer.ts';
import type { Stage } from './stage.ts';
import type { Camera, DensityScale, MapEvents, MapTheme, Marks, Place } from './types.ts';

/** What faded points keep of their opacity. */
const FADED_OPACITY = 0.16;
/** What shows in the overview. */
const OVERVIEWED: ReadonlySet<Part> = new Set<Part>(['positions', 'style', 'order']);
/** Milliseconds to wait for a lost context to come back. */
const PATIENCE = 5000;
/** Milliseconds of a frame that go into finding where labels stand. */
const ANCHORING = 8;
/** Milliseconds of a frame that go into taking over points. */
const TAKING_OVER = 30;
const NO_NET = { vertical: [], horizontal: [] };

interface DrawingParts {
  stage: Stage;
  points: PointState;
  navigation: Navigation;
  picking: Picking;
  events: Emitter<MapEvents>;
  theme: MapTheme;
  /** diameter of a point in CSS pixels when all are in view; undefined for one that suits their number */
  pointSize: number | undefined;
  /** nothing moves any more */
  rested(): void;
}

export class Drawing {
  readonly painter: Painter;
  /** of points on their way to another map, and of points that step back */
  readonly glide = new Clock();
  readonly fade = new Clock();
  readonly labels = new LabelLayer();
  theme: MapTheme;
  pins: readonly Pin[] = [];
  marks: Marks | null = null;
  /** the point that stands out; −1 for none */
  highlight = -1;
  /** a lasso or box being drawn, pixels */
  outline: readonly Place[] | null = null;
  private readonly parts: DrawingParts;
  private minimap: Minimap | null = null;
  private scheduled = 0;
  private waiting = 0;
  private wasMoving = false;
  /** all points given are with the renderer; until then it draws those before, where they were */
  private ready = true;
  private lastTime = 1;
  private drawnFor: Camera | null = null;
  private drawnAt: Size | null = null;
  /** the map itself, under its overlay, is not as it was drawn last */
  private stale = true;

  constructor(parts: DrawingParts) {
    this.parts = parts;
    this.theme = parts.theme;
    this.painter = new Painter(parts.points);
    parts.stage.paint(this.theme);
  }

  mark(...parts: Part[]): void {
    this.painter.mark(...parts);
    // the clock of a glide starts when its points are there
    if (parts.includes('positions')) this.ready = false;
    if (parts.some((part) => OVERVIEWED.has(part))) this.minimap?.touch(this.theme);
    this.invalidate();
  }

  /** Whether something is still to be drawn, or moves. */
  get busy(): boolean {
    return this.scheduled !== 0 || !this.ready;
  }

  /** Pictures are chosen anew: there are other points to choose from, or they are seen from elsewhere. */
  chooseAgain(): void {
    if (!this.painter.thumbnails) return;
    this.painter.chooseAgain();
    this.invalidate();
  }

  /** Everything is drawn again at the next frame. */
  invalidate(): void {
    this.stale = true;
    this.retouch();
  }

  /** What lies over the map is drawn again; the map itself only if it changed: it costs many times as much. */
  retouch(): void {
    const { motion } = this.parts.navigation;
    this.scheduled ||= requestAnimationFrame((now) => {
      this.scheduled = 0;
      const waits = this.glide.running && !this.ready;
      if (!waits) this.advanceGlide(now);
      this.fade.advance(now);
      if (!waits && motion.advance(now)) this.parts.events.emit('camera', { ...motion.current });
      const { stale } = this;
      this.stale = false;
      this.draw(stale);
      const moving = this.glide.running || motion.running;
      if (moving || this.fade.running) this.invalidate();
      else if (this.wasMoving) this.parts.rested();
      this.wasMoving = moving;
    });
  }

  draw(stale = true): void {
    const { stage, navigation, events } = this.parts;
    const { size } = navigation;
    if (!this.painter.renderer || size.width < 1 || size.height < 1) {
      this.ready = true;
      return;
    }
    const pixelRatio = window.devicePixelRatio || 1;
    try {
      if (stale) {
        this.ready = this.sync(TAKING_OVER);
        // while points are taken over, the old ones need not be drawn again where they are
        if (this.ready || this.drawnFor !== navigation.camera || this.drawnAt !== size) {
          this.painter.renderer.draw(this.frame(pixelRatio));
        }
        this.drawnFor = navigation.camera;
        this.drawnAt = size;
        if (!this.ready) this.invalidate();
      }
    } catch (error) {
      this.ready = true;
      events.emit('error', { message: error instanceof Error ? error.message : String(error) });
      return;
    }
    this.minimap?.look(isSpatial(navigation.camera) ? null : navigation.extent, this.theme);
    const context = stage.overlayContext(size, pixelRatio);
    if (!context) return;
    const { labels, running } = this.placeLabels(context);
    drawOverlay(context, { ...this.overlay(false), labels });
    if (running) this.retouch();
  }

  /** CSS pixels */
  get pointRadius(): number {
    const { navigation, pointSize } = this.parts;
    const { fitting } = navigation;
    const radius = fitting.radius(navigation.camera.scale, pointSize);
    // among pictures points stay small
    return this.painter.hasPictures ? Math.min(radius, Math.max(3.5, fitting.fittedRadius(pointSize))) : radius;
  }

  /** The map as it is now. */
  async toBlob(options: PngPictureOptions): Promise<Blob> {
    if (!this.painter.renderer) throw new Error('view: the map cannot be drawn now: its graphics context is lost');
    this.ready = this.sync(Infinity);
    const blob = savePng(this.exporter(), options);
    this.draw();
    return blob;
  }

  /** The map as it is now; points outside the view are left out. */
  toSvg(options: SvgPictureOptions): string {
    this.ready = this.sync(Infinity);
    const svg = saveSvg(this.exporter(), options);
    this.invalidate();
    return svg;
  }

  private exporter(): Exporter {
    const { points, navigation } = this.parts;
    return {
      theme: this.theme,
      painter: this.painter,
      points,
      time: this.glide.value,
      size: navigation.size,
      sceneOf: (size) => {
        const net = this.net(size);
        return { frame: { ...this.frame(1), ...size, net }, overlay: { ...this.overlay(true, size), net } };
      },
    };
  }

  /** @param moveTo  what is told where in map units the middle of the view should be */
  addMinimap(moveTo: (x: number, y: number) => void): void {
    const { stage, points } = this.parts;
    const source = () =>
      points.nComponents === 3
        ? null
        : {
            count: points.count,
            coordinates: points.to,
            visible: points.visible,
            colorOf: (point: number) => points.colorOf(point, this.theme),
          };
    this.minimap = new Minimap(stage.root, source, { moveTo, painted: () => this.retouch() });
  }

  /** Draws on the stage's canvas from now on, again after its context was lost. */
  start(): void {
    clearTimeout(this.waiting);
    try {
      this.painter.start(this.parts.stage.canvas);
      this.invalidate();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      // in a while, so that whoever made the map can listen first
      setTimeout(() => this.parts.events.emit('error', { message }));
    }
  }

  lost(): void {
    this.painter.stop();
    this.waiting = window.setTimeout(() => {
      const message = 'The graphics context was lost and did not come back; reload the page.';
      this.parts.events.emit('error', { message });
    }, PATIENCE);
  }

  destroy(): void {
    cancelAnimationFrame(this.scheduled);
    // nobody who waits for it waits for ever
    this.scheduled = 0;
    this.ready = true;
    clearTimeout(this.waiting);
    this.minimap?.destroy();
    this.painter.renderer?.destroy();
    this.painter.stop();
  }

  /** What the legend of a density says; null when none is drawn. */
  densityScale(): DensityScale | null {
    const { renderer, density } = this.painter;
    if (!renderer || !density) return null;
    const frame = this.frame(1);
    return densityScale(density, renderer.measureDensity(), frame);
  }

  private advanceGlide(now: number): void {
    if (!this.glide.running) return;
    this.glide.advance(now);
    if (this.glide.running) return;
    this.parts.points.arrive();
    // the renderer draws the end of the way once more, then lets go of its beginning
    this.painter.mark('arrival');
  }

  private sync(milliseconds: number): boolean {
    const { motion } = this.parts.navigation;
    const sight = motion.running && isSpatial(motion.current) ? null : this.parts.picking.sight;
    return this.painter.sync(this.theme, milliseconds, sight);
  }

  private frame(pixelRatio: number): Frame {
    const { theme, pointRadius } = this;
    const { points, navigation } = this.parts;
    const { camera, size, fitting } = navigation;
    // where pictures stand among them, points step back
    const opacity =
      fitting.opacity(camera.scale, pointRadius, points.coloring === null) * (this.painter.hasPictures ? 0.55 : 1);
    if (this.ready) this.lastTime = this.glide.value;
    return {
      camera,
      width: size.width,
      height: size.height,
      pixelRatio,
      perspective: perspectiveOf(camera, size),
      middle: [0, 0],
      isTile: false,
      box: isSpatial(camera) ? fitting.box : null,
      depths: depthRange(camera, size, fitting.box),
      time: this.lastTime,
      pointRadius,
      opacity,
      unselectedOpacity: points.selection && points.selection.length > 0 ? opacity * 0.3 : opacity,
      fadedOpacity: 1 - this.fade.value * (1 - FADED_OPACITY),
      pointShare: pointShare(this.painter.density, fitting.coverage(camera.scale, pointRadius)),
      ink: parseColor(theme.ink),
      background: parseColor(theme.background),
      muted: parseColor(theme.muted),
      graticule: parseColor(theme.graticule),
      accent: parseColor(theme.accent),
      net: this.net(),
    };
  }

  /** A map in space has no graticule: what lies on a line of it would depend on the depth. */
  private net(size = this.parts.navigation.size): Net {
    const { camera } = this.parts.navigation;
    return isSpatial(camera) ? NO_NET : graticuleLines(camera, size);
  }

  private overlay(forExport: boolean, size = this.parts.navigation.size): OverlayScene {
    const { points, navigation, stage } = this.parts;
    const { camera } = navigation;
    const place = forExport ? null : points.placeOf(this.highlight, this.glide.value);
    return {
      camera,
      size,
      theme: this.theme,
      fontFamily: stage.fontFamily(),
      net: this.net(),
      labels: forExport ? this.labelsFor(size) : [],
      pins: this.pins,
      marks: this.marks,
      highlight: place && {
        place,
        radius: this.pointRadius * 1.3,
        color: points.colorOf(this.highlight, this.theme),
      },
      outline: forExport ? null : this.outline,
    };
  }

  /** What labels must know of the map. @param size  of the picture they are for */
  private around(context: CanvasRenderingContext2D, size: Size): LabelSurroundings {
    const { points, navigation, stage } = this.parts;
    const family = stage.fontFamily();
    // a picture of another size has the same middle
    const dx = (size.width - navigation.size.width) / 2;
    const dy = (size.height - navigation.size.height) / 2;
    const pixelOf = (place: Place): Place => {
      const [x, y] = navigation.pixelAt(place);
      return [x + dx, y + dy];
    };
    const overview = this.minimap?.covers;
    return {
      size,
      pixelOf,
      pixelOfPoint: (point) => {
        const place = points.placeOf(point, this.glide.value);
        return place && pixelOf(place);
      },
      pointRadius: this.pointRadius,
      now: performance.now(),
      fadeMs: navigation.duration(LABEL_FADE),
      family,
      widthOf: (text, fontSize, bold) => {
        context.font = labelFont(fontSize, bold, family);
        return context.measureText(text).width;
      },
      obstacles: [
        ...edgeBoxes(this.net(size), size),
        ...(overview
          ? [{ x: size.width - overview.width / 2, y: size.height - overview.height / 2, ...overview }]
          : []),
      ],
      time: this.glide.value,
    };
  }

  private placeLabels(context: CanvasRenderingContext2D): { labels: DrawnLabel[]; running: boolean } {
    if (this.labels.isEmpty) return { labels: [], running: false };
    const { points, navigation } = this.parts;
    const anchored = this.labels.anchor(points, ANCHORING);
    const { labels, running } = this.labels.layOut(this.around(context, navigation.size));
    return { labels, running: running || !anchored };
  }

  private labelsFor(size: Size): DrawnLabel[] {
    const { points, navigation, stage } = this.parts;
    const context = stage.overlayContext(navigation.size, window.devicePixelRatio || 1);
    if (!context || this.labels.isEmpty) return [];
    this.labels.anchor(points);
    return this.labels.still(this.around(context, size));
  }
}

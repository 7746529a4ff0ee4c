/** The map's frames: what has changed is drawn, once a frame and only then; and the same drawn into files. */
import { parseColor } from './colors.ts';
import type { Emitter } from './emitter.ts';
import { mapToBlob, mapToSvg } from './export.ts';
import { graticuleLines } from './graticule.ts';
import { LABEL_FADE, LabelLayer } from './labels.ts';
import type { DrawnLabel } from './labels.ts';
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
import type { MapEvents, MapTheme, Place } from './types.ts';

/** What faded points keep of their opacity. */
const FADED_OPACITY = 0.16;
/** Milliseconds to wait for a lost context to come back. */
const PATIENCE = 5000;

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
  /** the point that stands out; −1 for none */
  highlight = -1;
  /** a lasso or box being drawn, pixels */
  outline: readonly Place[] | null = null;
  private readonly parts: DrawingParts;
  private scheduled = 0;
  private waiting = 0;
  private wasMoving = false;
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
      this.glide.advance(now);
      this.fade.advance(now);
      if (motion.advance(now)) this.parts.events.emit('camera', { ...motion.current });
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
    if (!this.painter.renderer || size.width < 1 || size.height < 1) return;
    const pixelRatio = window.devicePixelRatio || 1;
    try {
      if (stale) {
        this.sync();
        this.painter.renderer.draw(this.frame(pixelRatio));
      }
    } catch (error) {
      events.emit('error', { message: error instanceof Error ? error.message : String(error) });
      return;
    }
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

  /** The map as it is now, `scale` pixels a CSS pixel. */
  toBlob(scale: number): Promise<Blob> {
    if (!this.painter.renderer)
      return Promise.reject(new Error('view: the map cannot be drawn now: its graphics context is lost'));
    this.sync();
    const blob = mapToBlob(this.painter.renderer, this.frame(1), this.overlay(true), scale);
    this.draw();
    return blob;
  }

  /** The map as it is now; points outside the view are left out. */
  toSvg(): string {
    return mapToSvg({
      points: this.parts.points,
      time: this.glide.value,
      frame: this.frame(1),
      overlay: this.overlay(true),
      lines: this.painter.lines,
      backdrop: this.painter.backdrop,
    });
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
    clearTimeout(this.waiting);
    this.painter.renderer?.destroy();
    this.painter.stop();
  }

  private sync(): void {
    const { navigation, picking } = this.parts;
    this.painter.sync(this.theme, navigation.camera, navigation.size, () => picking.grid);
  }

  private frame(pixelRatio: number): Frame {
    const { theme, pointRadius } = this;
    const { points, navigation } = this.parts;
    const { camera, size, fitting } = navigation;
    // where pictures stand among them, points step back
    const opacity = fitting.opacity(camera.scale, pointRadius) * (this.painter.hasPictures ? 0.55 : 1);
    return {
      camera,
      width: size.width,
      height: size.height,
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
      net: graticuleLines(camera, size),
    };
  }

  private overlay(forExport: boolean): OverlayScene {
    const { points, navigation, stage } = this.parts;
    const { camera, size } = navigation;
    const place = forExport ? null : points.placeOf(this.highlight, this.glide.value);
    return {
      camera,
      size,
      theme: this.theme,
      fontFamily: stage.fontFamily(),
      net: graticuleLines(camera, size),
      labels: forExport ? this.placeLabels(stage.overlayContext(size, 1), 0).labels : [],
      pins: this.pins,
      highlight: place && {
        place,
        radius: this.pointRadius * 1.3,
        color: points.colorOf(this.highlight, this.theme),
      },
      outline: forExport ? null : this.outline,
    };
  }

  private placeLabels(
    context: CanvasRenderingContext2D | null,
    fadeMs = this.parts.navigation.duration(LABEL_FADE),
  ): { labels: DrawnLabel[]; running: boolean } {
    if (!context || this.labels.isEmpty) return { labels: [], running: false };
    const { points, navigation, stage } = this.parts;
    const { camera, size } = navigation;
    const family = stage.fontFamily();
    this.labels.anchor(points.to, points.visible);
    const around = {
      size,
      pixelOf: (place: Place) => navigation.pixelAt(place),
      pixelOfPoint: (point: number) => {
        const place = points.placeOf(point, this.glide.value);
        return place && navigation.pixelAt(place);
      },
      pointRadius: this.pointRadius,
      now: performance.now(),
      fadeMs,
      widthOf: (text: string, fontSize: number, bold: boolean) => {
        context.font = labelFont(fontSize, bold, family);
        return context.measureText(text).width;
      },
      obstacles: edgeBoxes(graticuleLines(camera, size), size),
      time: this.glide.value,
    };
    return this.labels.layOut(around, family);
  }
}

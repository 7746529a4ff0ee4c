/**
 * The map of a latent space on a page: what it is given and asked. The points and their looks are a `PointState`, the
 * camera is a `Navigation`, frames are made by a `Drawing`, and `Picking` says what is under a pixel.
 */
import { pixelAt } from './camera.ts';
import { Drawing } from './drawing.ts';
import { Emitter } from './emitter.ts';
import type { PngPictureOptions, SvgPictureOptions } from './export.ts';
import { cursorOf, listenForGestures } from './gestures.ts';
import { GLIDE, Navigation } from './navigation.ts';
import type { MapLabel } from './labels.ts';
import type { Pin } from './overlay.ts';
import { Picking } from './picking.ts';
import type { Direction } from './point-grid.ts';
import { boxRing } from './polygon.ts';
import { PointState } from './point-state.ts';
import { createStage } from './stage.ts';
import type { Stage } from './stage.ts';
import { lightTheme } from './theme.ts';
import type {
  Backdrop,
  Camera,
  Coloring,
  Density,
  DensityScale,
  Edges,
  Extent,
  Insets,
  Line,
  MapEvents,
  MapTheme,
  Marks,
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
  /** a point in words, said to screen readers when one travels there by keys; by default its number */
  describe?: (point: number) => string;
  /** an overview in the lower right corner while one looks at a part of a flat map */
  minimap?: boolean;
}

/** A camera counted from the one that shows all points: it means the same on maps of other extents and sizes. */
export type Viewpoint = Camera;

/** CSS pixels from which a point is reached. */
const REACH = 10;
const FADE = 260;

export class LatentMap {
  private readonly stage: Stage;
  private readonly events = new Emitter<MapEvents>();
  private readonly points = new PointState();
  private readonly navigation: Navigation;
  private readonly picking: Picking;
  private readonly drawing: Drawing;
  private readonly stopListening: () => void;
  private readonly describe: (point: number) => string;
  private pointer: Place | null = null;
  private currentTool: Tool = 'pan';

  constructor(
    element: HTMLElement,
    { theme, pointSize, reducedMotion, label, describe, minimap = false }: LatentMapOptions = {},
  ) {
    const { points, events } = this;
    this.describe = describe ?? ((point) => `point ${point} of ${points.count}`);
    const stage = createStage(element, label ?? 'Map of a latent space', {
      resize: () => this.resize(),
      lost: () => this.drawing.lost(),
      restored: () => this.drawing.start(),
    });
    const navigation = new Navigation(stage.measure(), reducedMotion, {
      moved: () => {
        events.emit('camera', this.camera);
        this.picking.moved();
        this.drawing.invalidate();
      },
      wanted: () => this.drawing.invalidate(),
    });
    const picking = new Picking(points, navigation, () => this.drawing.chooseAgain());
    this.stage = stage;
    this.navigation = navigation;
    this.picking = picking;
    this.drawing = new Drawing({
      stage,
      points,
      navigation,
      picking,
      events,
      theme: { ...lightTheme, ...theme },
      pointSize,
      rested: () => {
        picking.moved();
        if (this.pointer) this.hover(this.pointer);
      },
    });
    if (minimap) this.drawing.addMinimap((x, y) => this.setCamera({ ...this.camera, x, y }));
    this.drawing.start();
    this.stopListening = this.listen();
  }

  /**
   * Puts the points somewhere, [n * nComponents] in map units. As many points as before glide from where they are, also from
   * a flat map into space and back, keeping colours, filter and selection; another number appears at once and forgets them.
   * @param nComponents  3 for a map in space, seen by a camera that orbits it
   * @param fit  bring all into view; by default when the number changed or nobody has moved the camera
   * @param order  the points in the order they are drawn, the last on top; by default a shuffle, with rare categories last
   * @param copy  false: the array is kept instead of a copy of it, and must not be changed any more
   * @throws InputError unless there are nComponents coordinates for each point and `order` names each once
   */
  setPoints(
    coordinates: Float32Array,
    {
      nComponents = 2,
      animate = true,
      durationMs = GLIDE,
      fit,
      order,
      copy,
    }: {
      nComponents?: 2 | 3;
      animate?: boolean;
      durationMs?: number;
      fit?: boolean;
      order?: Uint32Array;
      copy?: boolean;
    } = {},
  ): void {
    const { points, navigation, drawing } = this;
    const turns = nComponents !== points.nComponents;
    const same = points.setCoordinates(coordinates, nComponents, drawing.glide.value, { order, copy });
    const duration = same && animate ? navigation.duration(durationMs) : 0;
    drawing.glide.begin(duration);
    if (duration === 0) points.arrive();
    drawing.painter.chooseAgain();
    navigation.fitting.measure(points.to, nComponents);
    drawing.mark('positions', 'order', ...(same ? [] : (['style'] as const)));
    if (!same) this.stage.describe(points.count);
    if (turns || (fit ?? (!same || navigation.untouched))) {
      const { box, camera } = navigation.fitting;
      const turned = navigation.isSpatial && nComponents === 3 && box ? navigation.motion.target : camera;
      navigation.show(box ? navigation.fitting.cameraFor(box, turned) : camera, duration);
      navigation.untouched = true;
    }
    drawing.labels.renew(same);
    if (!same) {
      this.setHighlight(-1);
      this.events.emit('selection', { indices: null });
    }
    this.events.emit('points', { count: points.count });
    this.picking.renew();
  }

  /** @throws InputError when it is for another number of points */
  setColoring(coloring: Coloring | null): void {
    this.points.setColoring(coloring);
    this.drawing.mark('style', 'order');
  }

  /** Points with 0 turn grey and can't be picked. @throws InputError when it is for another number of points */
  setFilter(visible: Uint8Array | null): void {
    this.points.setVisible(visible);
    this.drawing.labels.renew(false);
    this.drawing.painter.chooseAgain();
    this.drawing.mark('order');
  }

  setSelection(indices: Uint32Array | null): void {
    if (indices === this.points.selection) return;
    this.points.selection = indices;
    this.drawing.mark('order');
    this.events.emit('selection', { indices });
  }

  /** Points that step back for a while, though they can be picked as before; they come back at once. Null for none. */
  setFaded(indices: Uint32Array | null): void {
    if (!indices && !this.points.faded) return;
    this.points.faded = indices;
    this.drawing.fade.begin(indices ? this.navigation.duration(FADE) : 0);
    this.drawing.mark('order');
  }

  /** Pictures for points, as many as fit without covering each other; the image is kept and must not be closed. */
  setThumbnails(thumbnails: Thumbnails | null): void {
    this.drawing.painter.thumbnails = thumbnails;
    this.drawing.painter.chooseAgain();
    this.drawing.mark('thumbnails');
  }

  /** A picture under the points; its first row lies at yMax. The image is kept and must not be closed. */
  setBackdrop(backdrop: Backdrop | null): void {
    this.drawing.painter.backdrop = backdrop;
    this.drawing.mark('backdrop');
  }

  setLines(lines: readonly Line[]): void {
    this.drawing.painter.lines = lines;
    this.drawing.mark('lines');
  }

  /** Hairlines between points, such as a graph of neighbours; the pairs are kept and must not be changed. */
  setEdges(edges: Edges | null): void {
    this.drawing.painter.edges = edges;
    this.drawing.mark('edges');
  }

  /** How dense the points lie, drawn under them or instead of them. `densityScale` says what it means. */
  setDensity(density: Density | null): void {
    this.drawing.painter.density = density;
    this.drawing.mark('density');
  }

  /** What a legend says of the density as it was drawn last; null when there is none. Waits until it is drawn. */
  get densityScale(): DensityScale | null {
    return this.drawing.densityScale();
  }

  /** Words on the map, as many as find room; the first in priority first. */
  setLabels(labels: readonly MapLabel[]): void {
    this.drawing.labels.set(labels);
    this.drawing.retouch();
  }

  setPins(points: readonly Pin[]): void {
    this.drawing.pins = points;
    this.drawing.retouch();
  }

  /** Places that are none of the points, such as rows put on the map later; kept, and must not be changed. */
  setMarks(marks: Marks | null): void {
    this.drawing.marks = marks;
    this.drawing.retouch();
  }

  /** The point that stands out; −1 for none. */
  setHighlight(point: number): void {
    if (point === this.drawing.highlight) return;
    this.drawing.highlight = point;
    this.drawing.retouch();
    this.events.emit('highlight', { point });
  }

  get count(): number {
    return this.points.count;
  }

  /** The points selected; null when none ever were, or no more. */
  get selection(): Uint32Array | null {
    return this.points.selection;
  }

  /** The point that stands out; −1 for none. */
  get highlighted(): number {
    return this.drawing.highlight;
  }

  /** Where a point is, or is on its way to; null without a place. */
  placeOf(point: number): Place | null {
    return this.points.placeOf(point, 1);
  }

  /** The points in view that are not filtered out, ascending. */
  pointsInView(): Uint32Array {
    const { width, height } = this.navigation.size;
    return this.picking.inside(boxRing([0, 0], [width, height]));
  }

  /** Goes to a point as the arrow keys do: it stands out and comes into view, and `hover` tells. */
  travelTo(point: number): void {
    const { navigation } = this;
    const place = this.points.placeOf(point, 1);
    if (!place) return;
    this.pointer = null;
    navigation.bringIntoView(place);
    this.setHighlight(point);
    this.stage.say(this.describe(point));
    this.events.emit('hover', { place, pixel: pixelAt(navigation.motion.target, navigation.size, place), point });
  }

  get tool(): Tool {
    return this.currentTool;
  }

  set tool(tool: Tool) {
    this.currentTool = tool;
    this.stage.root.style.cursor = cursorOf(tool);
  }

  get camera(): Camera {
    return { ...this.navigation.camera };
  }

  set camera(camera: Camera) {
    this.setCamera(camera);
  }

  setCamera(camera: Camera, { animate = false }: { animate?: boolean } = {}): void {
    this.navigation.setCamera(camera, animate);
  }

  /** The camera by what shows all points: how far from its middle, in pixels at its scale, and how much nearer. */
  get viewpoint(): Viewpoint {
    const { fitting, camera } = this.navigation;
    const { x, y, scale } = fitting.camera;
    return { ...camera, x: (camera.x - x) * scale, y: (camera.y - y) * scale, scale: camera.scale / scale };
  }

  set viewpoint(viewpoint: Viewpoint) {
    const { x, y, scale } = this.navigation.fitting.camera;
    this.camera = {
      ...viewpoint,
      x: x + viewpoint.x / scale,
      y: y + viewpoint.y / scale,
      scale: viewpoint.scale * scale,
    };
  }

  /** What lies over the map at its edges is kept free of the points when they are brought into view. */
  setInsets(insets: Insets): void {
    this.navigation.setInsets(insets);
  }

  /** Brings all points, or those listed, into view. */
  fit({ animate = true, indices }: { animate?: boolean; indices?: Uint32Array } = {}): void {
    this.navigation.fit(this.points.to, indices, animate ? this.navigation.duration(GLIDE) : 0);
  }

  /** What is in view, map units. */
  get extent(): Extent {
    return this.navigation.extent;
  }

  placeAt(pixel: Place): Place {
    return this.navigation.placeAt(pixel);
  }

  pixelAt(place: Place): Place {
    return this.navigation.pixelAt(place);
  }

  /** The nearest point that is not filtered out, at most `radius` pixels away, or −1. */
  pick(pixel: Place, radius = Math.max(REACH, this.drawing.pointRadius + 4)): number {
    return this.picking.nearest(pixel, radius, this.drawing.pointRadius);
  }

  setTheme(theme: Partial<MapTheme>): void {
    this.drawing.theme = { ...this.drawing.theme, ...theme };
    this.stage.paint(this.drawing.theme);
    this.drawing.mark('style', 'lines');
  }

  /** Resolves when all is drawn that was given, and nothing glides any more. */
  async whenDrawn(): Promise<void> {
    while (this.drawing.busy) await new Promise((resolve) => requestAnimationFrame(resolve));
  }

  /** Resolves when all is drawn and every point can be picked in no time; soon after `whenDrawn`, where there are many. */
  async whenReady(): Promise<void> {
    while (this.drawing.busy || !this.picking.isReady) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  }

  /** Listens; the function it gives back stops that. */
  on<K extends keyof MapEvents>(event: K, listener: (value: MapEvents[K]) => void): () => void {
    return this.events.on(event, listener);
  }

  /**
   * The map as it is now as a PNG of any size.
   * @throws InputError on a size without pixels; AbortError when stopped; Error when it can't be drawn
   */
  toBlob(options: PngPictureOptions = {}): Promise<Blob> {
    return this.drawing.toBlob(options);
  }

  /** The map as it is now as an SVG document, text as text; points outside the view are left out. */
  toSvg(options: SvgPictureOptions = {}): string {
    return this.drawing.toSvg(options);
  }

  /** Takes on the size of the element; called by itself when that changes. */
  resize(): void {
    if (this.navigation.resize(this.stage.measure())) {
      this.picking.moved();
      this.drawing.painter.chooseAgain();
      this.drawing.draw();
    } else {
      this.drawing.invalidate();
    }
  }

  destroy(): void {
    this.stopListening();
    this.picking.stop();
    this.stage.destroy();
    this.drawing.destroy();
    this.events.clear();
  }

  private listen(): () => void {
    const { navigation, picking, points, drawing } = this;
    return listenForGestures(this.stage.root, {
      tool: () => this.currentTool,
      pan: (dx, dy) => navigation.pan(dx, dy),
      isSpatial: () => navigation.isSpatial,
      turn: (dx, dy) => navigation.turn(dx, dy),
      zoom: (pixel, factor, eased) => navigation.zoom(pixel, factor, eased),
      hover: (pixel) => this.hover(pixel),
      leave: () => {
        this.pointer = null;
        this.events.emit('leave', undefined);
      },
      click: (pixel, shiftKey) =>
        this.events.emit('click', { place: this.placeAt(pixel), pixel, point: this.pick(pixel), shiftKey }),
      outline: (ring) => {
        if (ring === drawing.outline && ring === null) return;
        drawing.outline = ring;
        drawing.retouch();
      },
      select: (ring) => {
        const indices = picking.inside(ring);
        this.setSelection(indices);
        this.stage.say(`${indices.length} points selected`);
        this.events.emit('select', { indices });
      },
      travel: (direction) => this.travel(direction),
      press: (shiftKey) => {
        const point = drawing.highlight;
        const place = points.placeOf(point, 1);
        if (place) this.events.emit('click', { place, pixel: this.pixelAt(place), point, shiftKey });
      },
      zoomMiddle: (factor) => navigation.zoomMiddle(factor),
      fit: () => this.fit(),
    });
  }

  private hover(pixel: Place): void {
    this.pointer = pixel;
    if (this.events.has('hover')) {
      this.events.emit('hover', { place: this.placeAt(pixel), pixel, point: this.pick(pixel) });
    }
  }

  private travel(direction: Direction): void {
    this.travelTo(this.picking.next(this.drawing.highlight, direction));
  }
}

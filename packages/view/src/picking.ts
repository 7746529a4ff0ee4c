/**
 * Which point is at a pixel, and which lie in a ring of pixels.
 *
 * A flat map has a grid over its points, made in slices after they came, so that two million of them never hold the page up;
 * in space there is one over the points as the camera sees them, made when it has come to rest. While there is none, all
 * points are looked through, which gives the same answer in some milliseconds more.
 *
 * Both grids lie in the plane of what is seen: map units on a flat map, else CSS pixels with y up.
 */
import { depthOf, isSpatial, NEAREST, projector } from './camera.ts';
import type { Size } from './camera.ts';
import type { Navigation } from './navigation.ts';
import type { Sight } from './painter.ts';
import { costTowards, PointGrid } from './point-grid.ts';
import type { Direction } from './point-grid.ts';
import type { PointState } from './point-state.ts';
import { polygonTest } from './polygon.ts';
import type { Camera, Place } from './types.ts';

/** Up to so many points a grid is made when it is needed. */
const FEW = 50_000;
/** Milliseconds that a slice of making a grid takes, and that the points or the camera must rest before. */
const SLICE = 8;
const REST = 60;
/** CSS pixels: no disc is drawn larger. */
const LARGEST = 48;

interface View {
  camera: Camera;
  size: Size;
}

/** What is told of a point: where it is seen, and how many times farther than the middle (1 on a flat map). */
type Visit = (point: number, x: number, y: number, far: number) => void;

export class Picking {
  private readonly points: PointState;
  private readonly navigation: Navigation;
  private readonly ready: () => void;
  private grid: PointGrid | null = null;
  /** the view that the grid in space is for */
  private seenBy: View | null = null;
  private timer = 0;
  private stopped = false;
  private job: Generator<void, PointGrid> | null = null;

  /** @param ready  called when a grid has been made that was awaited */
  constructor(points: PointState, navigation: Navigation, ready: () => void) {
    this.points = points;
    this.navigation = navigation;
    this.ready = ready;
  }

  /** What pictures are chosen by; null when that must wait until the camera rests. */
  get sight(): Sight | null {
    const { camera, size } = this.navigation;
    if (!isSpatial(camera)) return { grid: this.current(), camera, size };
    const grid = this.current();
    const project = projector(camera, size);
    const out = new Float64Array(3);
    const far = (point: number): number => {
      const place = this.points.placeOf(point, 1);
      return place ? project(place[0], place[1], depthOf(place), out)[2] : Infinity;
    };
    const flat = { x: size.width / 2, y: -size.height / 2, scale: 1 };
    return grid && { grid, camera: flat, size, rankOf: far };
  }

  /** Whether there is a grid for what is seen now, so that answers take no time. */
  get isReady(): boolean {
    return this.stopped || this.points.count === 0 || this.current() !== null;
  }

  /** The points are elsewhere now. */
  renew(): void {
    this.grid = null;
    this.seenBy = null;
    this.plan();
  }

  /** The camera has moved, or the view has another size. */
  moved(): void {
    if (isSpatial(this.navigation.camera)) this.plan();
  }

  /** Makes no more grids. */
  stop(): void {
    this.stopped = true;
    this.job = null;
    clearTimeout(this.timer);
  }

  /**
   * The nearest visible point at most `radius` pixels away, or −1. In space it is the one in front of those whose disc of
   * `pointRadius` (where the middle is) lies under the pixel, if there are any.
   */
  nearest(pixel: Place, radius: number, pointRadius: number): number {
    const { visible } = this.points;
    const { camera } = this.navigation;
    const [x, y] = this.seenAt(pixel);
    const grid = this.current();
    if (!isSpatial(camera)) {
      const reach = radius / camera.scale;
      return grid ? grid.nearest(x, y, reach, visible) : this.scan(x, y, reach);
    }
    let best = -1;
    let least = radius * radius;
    let front = -1;
    let frontFar = Infinity;
    const visit: Visit = (point, px, py, far) => {
      const square = (px - x) ** 2 + (py - y) ** 2;
      const disc = Math.min(LARGEST, pointRadius / far);
      if (far < frontFar && square <= disc * disc && (!visible || visible[point] !== 0)) {
        front = point;
        frontFar = far;
      }
      if (square > least || (square === least && best >= 0) || (visible && visible[point] === 0)) return;
      best = point;
      least = square;
    };
    if (grid) {
      const around = Math.max(radius, LARGEST);
      const found: number[] = [];
      grid.forEachIn({ xMin: x - around, xMax: x + around, yMin: y - around, yMax: y + around }, (id) =>
        found.push(id),
      );
      this.each(visit, found.sort((a, b) => a - b)); // prettier-ignore
    } else this.each(visit);
    return front >= 0 ? front : best;
  }

  /** The visible points inside a ring of pixels, ascending. */
  inside(ring: readonly Place[]): Uint32Array {
    const { visible } = this.points;
    const seen = ring.map((pixel) => this.seenAt(pixel));
    const grid = this.current();
    if (grid) return grid.inPolygon(seen, visible);
    const isInside = polygonTest(seen);
    const found = new Uint32Array(this.points.count);
    let count = 0;
    this.each((point, x, y) => {
      if ((!visible || visible[point] !== 0) && isInside(x, y)) found[count++] = point;
    });
    return found.slice(0, count);
  }

  /** The next visible point from one in a direction, as it is seen; from none, the one nearest the middle of the view. */
  next(from: number, direction: Direction): number {
    const { visible } = this.points;
    const { width, height } = this.navigation.size;
    const here = this.points.placeOf(from, 1);
    if (!here) return this.nearest([width / 2, height / 2], Math.hypot(width, height) * 4, 0);
    const [x, y] = this.seenAt(this.navigation.pixelAt(here));
    const grid = this.current();
    if (grid) return grid.next(x, y, direction, from, visible);
    const costOf = costTowards(direction);
    let best = -1;
    let least = Infinity;
    this.each((point, px, py) => {
      const cost = costOf(px - x, py - y);
      if (cost >= least || point === from || (visible && visible[point] === 0)) return;
      best = point;
      least = cost;
    });
    return best;
  }

  /** The nearest point of a flat map without a grid. */
  private scan(x: number, y: number, reach: number): number {
    const { to, nComponents, visible, count } = this.points;
    let best = -1;
    let least = reach * reach;
    for (let i = 0, at = 0; i < count; i++, at += nComponents) {
      const dx = to[at] - x;
      const dy = to[at + 1] - y;
      const square = dx * dx + dy * dy;
      if (!(square <= least) || (square === least && best >= 0) || (visible && visible[i] === 0)) continue;
      best = i;
      least = square;
    }
    return best;
  }

  /** Where a pixel is in the plane of the grids. */
  private seenAt(pixel: Place): Place {
    return isSpatial(this.navigation.camera) ? [pixel[0], -pixel[1]] : this.navigation.placeAt(pixel);
  }

  /** The grid for what is seen now; null when there is none yet. */
  private current(): PointGrid | null {
    const { camera, size } = this.navigation;
    if (isSpatial(camera)) return this.seenBy && isSameView(this.seenBy, { camera, size }) ? this.grid : null;
    if (this.points.nComponents === 3) return null;
    if (!this.grid && this.points.count <= FEW) this.grid = new PointGrid(this.points.to);
    return this.grid;
  }

  /** Calls back with every point that is in front of the eye, or with those listed. */
  private each(visit: Visit, only?: readonly number[]): void {
    const { to, nComponents, count } = this.points;
    const { camera, size } = this.navigation;
    const n = only ? only.length : count;
    if (!isSpatial(camera)) {
      for (let k = 0; k < n; k++) {
        const i = only ? only[k] : k;
        visit(i, to[nComponents * i], to[nComponents * i + 1], 1);
      }
      return;
    }
    const project = projector(camera, size);
    const out = new Float64Array(3);
    for (let k = 0; k < n; k++) {
      const i = only ? only[k] : k;
      project(to[nComponents * i], to[nComponents * i + 1], nComponents === 3 ? to[nComponents * i + 2] : 0, out);
      if (out[2] > NEAREST) visit(i, out[0], -out[1], out[2]);
    }
  }

  /** Where all points are seen, [n * 2]; NaN for those behind the eye. */
  private seen(): Float32Array {
    if (!isSpatial(this.navigation.camera) && this.points.nComponents === 2) return this.points.to;
    const seen = new Float32Array(2 * this.points.count).fill(NaN);
    this.each((point, x, y) => {
      seen[2 * point] = x;
      seen[2 * point + 1] = y;
    });
    return seen;
  }

  /** Makes the grid when things rest. */
  private plan(): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.job = null;
    this.timer = window.setTimeout(() => this.make(), REST);
  }

  private make(): void {
    const { camera, motion, size } = this.navigation;
    if (this.current()) return;
    if (motion.running) {
      this.plan();
      return;
    }
    const seenBy = isSpatial(camera) ? { camera, size } : null;
    this.job ??= filled(new PointGrid(this.seen(), { empty: true }));
    const end = performance.now() + SLICE;
    let step = this.job.next();
    while (!step.done && performance.now() < end) step = this.job.next();
    if (!step.done) {
      this.timer = window.setTimeout(() => this.make());
      return;
    }
    this.job = null;
    this.grid = step.value;
    this.seenBy = seenBy;
    this.ready();
  }
}

function* filled(grid: PointGrid): Generator<void, PointGrid> {
  yield* grid.filling();
  return grid;
}

function isSameView({ camera: a, size }: View, { camera: b, size: other }: View): boolean {
  return (
    a.x === b.x && a.y === b.y && a.z === b.z && a.scale === b.scale && a.yaw === b.yaw && a.pitch === b.pitch &&
    size.width === other.width && size.height === other.height
  ); // prettier-ignore
}

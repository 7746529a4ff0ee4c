/** Which point is at a pixel: a grid over the points, made when it is first asked for or soon after they came. */
import type { Navigation } from './navigation.ts';
import { PointGrid } from './point-grid.ts';
import type { Direction } from './point-grid.ts';
import type { PointState } from './point-state.ts';
import type { Place } from './types.ts';

export class Picking {
  private readonly points: PointState;
  private readonly navigation: Navigation;
  private made: PointGrid | null = null;
  private warming = 0;

  constructor(points: PointState, navigation: Navigation) {
    this.points = points;
    this.navigation = navigation;
  }

  get grid(): PointGrid {
    return (this.made ??= new PointGrid(this.points.to));
  }

  /** The points are elsewhere now. */
  renew(): void {
    this.made = null;
    clearTimeout(this.warming);
    this.warming = window.setTimeout(() => this.grid, 30);
  }

  stop(): void {
    clearTimeout(this.warming);
  }

  /** The nearest visible point at most `radius` pixels away, or −1. */
  nearest(pixel: Place, radius: number): number {
    const [x, y] = this.navigation.placeAt(pixel);
    return this.grid.nearest(x, y, radius / this.navigation.camera.scale, this.points.visible);
  }

  /** The visible points inside a ring of pixels, ascending. */
  inside(ring: readonly Place[]): Uint32Array {
    return this.grid.inPolygon(
      ring.map((pixel) => this.navigation.placeAt(pixel)),
      this.points.visible,
    );
  }

  /** The next visible point from one in a direction; from none, the one nearest the middle of the view. */
  next(from: number, direction: Direction): number {
    const { visible } = this.points;
    const { x, y } = this.navigation.motion.target;
    const here = this.points.placeOf(from, 1);
    return here
      ? this.grid.next(here[0], here[1], direction, from, visible)
      : this.grid.nearest(x, y, Infinity, visible);
  }
}

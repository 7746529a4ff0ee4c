/** The map on the page, for what acts on it from elsewhere: tools, keys, saving a picture. */
import type { Camera, DensityScale, Extent, LatentMap, Place } from '@portolan/view';

class MapHandle {
  map = $state.raw<LatentMap | null>(null);
  camera = $state.raw<Camera | null>(null);
  /** what is in view, once the view rests */
  extent = $state.raw<Extent | null>(null);
  /** what the density that is drawn says, once the view rests */
  density = $state.raw<DensityScale | null>(null);

  #touched = -Infinity;

  /** A person is moving the view. */
  touch(): void {
    this.#touched = performance.now();
  }

  /** The view is moved by the program now, whatever a person did to have it moved. */
  release(): void {
    this.#touched = -Infinity;
  }

  /** Whether the view moved because a person moved it, not by itself. */
  get movedByHand(): boolean {
    return performance.now() - this.#touched < 1500;
  }

  /** Where a place is on the map's element, as the camera stands. */
  pixelAt(place: Place): Place | null {
    void this.camera;
    return this.map?.pixelAt(place) ?? null;
  }
}

export const handle = new MapHandle();

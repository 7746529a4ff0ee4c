/** The map on the page, for what acts on it from elsewhere: tools, keys, saving a picture. */
import type { Camera, Extent, LatentMap, Place } from '@portolan/view';

class MapHandle {
  map = $state.raw<LatentMap | null>(null);
  camera = $state.raw<Camera | null>(null);
  /** what is in view, once the view rests */
  extent = $state.raw<Extent | null>(null);

  /** Where a place is on the map's element, as the camera stands. */
  pixelAt(place: Place): Place | null {
    void this.camera;
    return this.map?.pixelAt(place) ?? null;
  }
}

export const handle = new MapHandle();

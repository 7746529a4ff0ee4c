/** Maps of the same points side by side: what is selected or stands out on one is so on all. */
import { InputError } from '@portolan/core/base';
import type { LatentMap } from './latent-map.ts';

export interface LinkOptions {
  /** they also look at the same part: the middle by map units, the scale by what each fits as a whole */
  camera?: boolean;
}

/**
 * Links selection and highlight of maps that show the same points in the same order, from now on; those of the first
 * are taken over by the others.
 * @returns unlinks them
 * @throws InputError for fewer than two maps
 */
export function linkMaps(maps: readonly LatentMap[], { camera = false }: LinkOptions = {}): () => void {
  if (maps.length < 2) throw new InputError(`view: got ${maps.length} maps to link, expected two or more`);
  let busy = false;
  /** Tells the others, who don't tell back. */
  const others = (from: LatentMap, tell: (map: LatentMap) => void): void => {
    if (busy) return;
    busy = true;
    try {
      for (const map of maps) if (map !== from) tell(map);
    } finally {
      busy = false;
    }
  };
  const follow = (from: LatentMap): (() => void)[] => [
    from.on('selection', ({ indices }) => others(from, (map) => map.setSelection(indices))),
    from.on('highlight', ({ point }) => others(from, (map) => map.setHighlight(point))),
    ...(camera ? [from.on('camera', () => others(from, (map) => (map.viewpoint = from.viewpoint)))] : []),
  ];
  const [first] = maps;
  others(first, (map) => {
    map.setSelection(first.selection);
    map.setHighlight(first.highlighted);
    if (camera) map.viewpoint = first.viewpoint;
  });
  const stops = maps.flatMap(follow);
  return () => {
    for (const stop of stops) stop();
  };
}

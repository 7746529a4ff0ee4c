/** Maps in one frame: which they are, and what each is called on the time line. */
import type { MapInfo, SpaceInfo } from '@portolan/core/workbench';

/** In their order, itself among them; none where it was made alone or the others are gone. */
export function frameOf({ frame }: MapInfo, maps: readonly MapInfo[]): readonly MapInfo[] {
  if (!frame) return [];
  const all = maps.filter((map) => map.frame?.first === frame.first);
  all.sort((a, b) => a.frame!.place - b.frame!.place);
  return all.length > 1 ? all : [];
}

/** `epoch 4` of a checkpoint, else the space's name or the data's. */
export function nameInFrame({ space, data }: MapInfo, spaces: readonly SpaceInfo[]): string {
  const of = spaces.find(({ id }) => id === space);
  return of?.checkpoint ? `epoch ${of.checkpoint.epoch}` : (space ?? `rows of ${data}`);
}

/** The checkpoints of a space, first ones first. */
export function checkpointsOf(id: string, spaces: readonly SpaceInfo[]): SpaceInfo[] {
  return spaces
    .filter(({ checkpoint }) => checkpoint?.of === id)
    .sort((a, b) => a.checkpoint!.epoch - b.checkpoint!.epoch);
}

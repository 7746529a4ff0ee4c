/** A map's figures in plain words, for people. */
import type { MapInfo, MethodInfo } from '@portolan/core';
import { mapFacts } from './describe.ts';
import { facts } from './format.ts';

export function describeMap(info: MapInfo, method: MethodInfo): string {
  return facts([
    ['map', info.id],
    ...mapFacts(info),
    ...(method.cautions ?? []).map((caution) => ['caution', caution] as const),
  ]);
}

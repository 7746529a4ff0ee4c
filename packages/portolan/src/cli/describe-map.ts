/** A map just made, for people: its figures, what they mean, and what no figure says. */
import { explainQuality } from '@portolan/core';
import type { MapInfo, MethodInfo } from '@portolan/core';
import { mapFacts } from './describe.ts';
import { facts, wrap } from './format.ts';

const COLUMNS = 100;

export function describeMap(info: MapInfo, method: MethodInfo): string {
  const words = explainQuality(info.quality, info.method);
  return [
    facts([['map', info.id], ...mapFacts(info)]),
    '',
    ...words.flatMap((sentence) => wrap(sentence, COLUMNS)),
    ...(method.cautions?.length ? ['', 'To keep in mind:'] : []),
    ...(method.cautions ?? []).flatMap((caution) =>
      wrap(caution, COLUMNS - 2).map((line, i) => `${i === 0 ? '· ' : '  '}${line}`),
    ),
  ].join('\n');
}

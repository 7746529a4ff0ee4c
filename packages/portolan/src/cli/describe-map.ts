/** A map just made, for people: its figures, what they mean, and what no figure says. */
import { explainQuality } from '@portolan/core';
import type { MapInfo, MethodInfo } from '@portolan/core';
import { mapFacts } from './describe.ts';
import { facts, figure, table, wrap } from './format.ts';

const COLUMNS = 100;

/** Maps in one frame: a line each, and what goes for all. */
export function describeFrame(maps: readonly MapInfo[], method: MethodInfo): string {
  const share = (value: number | undefined): string => (value === undefined ? '' : figure(value));
  const rows = maps.map(({ id, space, data, quality }) => [
    id,
    space ?? `${data} (its rows)`,
    share(quality.trustworthiness),
    share(quality.neighborRecall),
    share(quality.labelAccuracy),
  ]);
  return [
    table(['map', 'of', 'trustworthiness>', 'neighbour recall>', 'label accuracy>'], rows),
    '',
    'They lie in one frame: what differs between two of them is change, not mere rotation.',
    ...cautionsOf(method),
  ].join('\n');
}

export function describeMap(info: MapInfo, method: MethodInfo): string {
  const words = explainQuality(info.quality, info.method);
  return [
    facts([['map', info.id], ...mapFacts(info)]),
    '',
    ...words.flatMap((sentence) => wrap(sentence, COLUMNS)),
    ...cautionsOf(method),
  ].join('\n');
}

function cautionsOf({ cautions = [] }: MethodInfo): string[] {
  if (cautions.length === 0) return [];
  const lines = cautions.flatMap((caution) =>
    wrap(caution, COLUMNS - 2).map((line, i) => `${i === 0 ? '· ' : '  '}${line}`),
  );
  return ['', 'To keep in mind:', ...lines];
}

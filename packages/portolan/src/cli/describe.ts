/** Items in words and tables, for people. */
import type { DataInfo, ItemInfo, MapInfo, Medium, SpaceInfo } from '@portolan/core';
import { bytes, count, date, duration, facts, figure, plural, table } from './format.ts';

export function medium(medium: Medium): string {
  if (medium.kind === 'vector') return 'vectors';
  if (medium.kind === 'text') return 'texts';
  if (medium.kind === 'sound') return `sounds, ${medium.sampleRate / 1000} kHz`;
  return `images ${medium.height} × ${medium.width}${medium.channels === 3 ? ' in colour' : ''}`;
}

export function itemTable(items: readonly ItemInfo[]): string {
  const rows = items.map((item) => [
    item.kind,
    item.id,
    item.kind === 'data' ? '' : item.method,
    essence(item),
    date(item.created),
  ]);
  return table(['kind', 'id', 'method', 'what it is', 'made'], rows);
}

export function dataTable(items: readonly DataInfo[]): string {
  const rows = items.map((item) => [
    item.id,
    count(item.nSamples),
    count(item.nFeatures),
    item.itemsOf ? itemsOf(item) : medium(item.medium),
    item.label ?? '',
    bytes(item.bytes),
    item.pack ? 'comes with Portolan' : date(item.created),
  ]);
  return table(['id', 'samples>', 'features>', 'medium', 'label', 'size>', 'added'], rows);
}

function essence(item: ItemInfo): string {
  switch (item.kind) {
    case 'data':
      if (item.itemsOf) return `${itemsOf(item)}, ${plural(item.nFeatures, 'dimension')}`;
      return `${plural(item.nSamples, 'sample')} of ${plural(item.nFeatures, 'feature')}, ${medium(item.medium)}`;
    case 'space':
      return `${plural(item.latentDim, 'dimension')} from ${item.data}${mse(item)}${item.stopped ? ', stopped early' : ''}`;
    case 'map':
      return `${item.nComponents}-D map of ${item.space ?? item.data}, trustworthiness ${figure(item.quality.trustworthiness)}`;
  }
}

/** `words of news-word2vec` */
function itemsOf({ itemsOf }: DataInfo): string {
  return `${itemsOf!.what} of ${itemsOf!.space ?? 'a space that was removed'}`;
}

const mse = ({ metrics }: SpaceInfo): string => (metrics.mse === undefined ? '' : `, mse ${figure(metrics.mse)}`);

export function itemFacts(item: ItemInfo): string {
  const own = { data: dataFacts, space: spaceFacts, map: mapFacts }[item.kind] as (item: ItemInfo) => Fact[];
  return facts([['id', item.id], ...own(item)]);
}

type Fact = readonly [name: string, value: string | undefined];

function dataFacts(item: DataInfo): Fact[] {
  const columns = item.columns.map((column) =>
    column.categories
      ? `${column.name} (${plural(column.categories.length, 'category').replace('ys', 'ies')})`
      : `${column.name} (${column.type})`,
  );
  return [
    ['samples', count(item.nSamples)],
    ['features', count(item.nFeatures)],
    ['rows are', item.itemsOf && itemsOf(item)],
    ['medium', medium(item.medium)],
    ['pixel values', item.range && `${item.range[0]} is black, ${item.range[1]} white`],
    ['columns', columns.join(', ')],
    ['label', item.label],
    ['size', bytes(item.bytes)],
    ['added', item.pack ? 'comes with Portolan' : date(item.created)],
    ...item.warnings.map((warning): Fact => ['note', warning]),
  ];
}

function figures(values: Record<string, number> | undefined): string {
  return Object.entries(values ?? {})
    .map(([name, value]) => `${name} ${figure(value)}`)
    .join(', ');
}

export function spaceFacts(item: SpaceInfo): Fact[] {
  const { metrics, history } = item;
  const { conditions } = item;
  const cpu = item.cpuSeconds === undefined ? '' : ` (${duration(item.cpuSeconds)} of CPU)`;
  // of a decoder alone no rows went through
  const pace = item.samplesPerSecond > 0 ? `, ${figure(item.samplesPerSecond)} samples/s` : '';
  return [
    ['method', item.method],
    ['data', item.data],
    ['given', conditions && `the class of each row: ${conditions.column}, ${conditions.categories.length} of them`],
    ['dimensions', `${item.latentDim}${item.nFeatures > 0 ? ` for ${plural(item.nFeatures, 'feature')}` : ''}`],
    ['mse', metrics.mse === undefined ? undefined : figure(metrics.mse)],
    ['train', figures(metrics.train)],
    ['validation', figures(metrics.validation)],
    ['epochs', history.length > 0 ? `${history.length}${item.stopped ? ', stopped early' : ''}` : undefined],
    ['time', `${duration(item.seconds)}${cpu}${pace}`],
    ['engine', item.runtime],
    ['made', date(item.created)],
    ...item.warnings.map((warning): Fact => ['note', warning]),
  ];
}

function nearness({ distance = 'euclidean', mapDistance }: MapInfo['quality']): string {
  const onMap = mapDistance ? `, on the map by ${mapDistance} ones` : '';
  return distance === 'euclidean' && !onMap ? '' : `, by ${distance} distances${onMap}`;
}

export function mapFacts(item: MapInfo): Fact[] {
  const { quality } = item;
  const cpu = item.cpuSeconds === undefined ? '' : ` (${duration(item.cpuSeconds)} of CPU)`;
  const share = (value: number | undefined): string | undefined => (value === undefined ? undefined : figure(value));
  const recalls = Object.entries(quality.neighborRecalls ?? {}).map(([k, recall]) => `${figure(recall)} of ${k}`);
  return [
    ['method', item.method],
    ['map of', item.space ?? `${item.data} (its rows)`],
    ['trustworthiness', share(quality.trustworthiness)],
    ['continuity', share(quality.continuity)],
    ['neighbour recall', share(quality.neighborRecall)],
    ['and of others', recalls.join(', ')],
    ['shepard', share(quality.shepard)],
    ['label accuracy', share(quality.labelAccuracy)],
    ['explained variance', share(quality.explainedVariance)],
    [
      'measured',
      `${plural(quality.nNeighbors, 'neighbour')} of ${plural(quality.sampleSize, 'sample')}${nearness(quality)}`,
    ],
    [
      'iterations',
      item.iterations !== undefined ? `${count(item.iterations)}${item.stopped ? ', stopped early' : ''}` : undefined,
    ],
    ['begun at', item.from],
    ['turned to', item.align],
    ['time', `${duration(item.seconds)}${cpu}`],
    ['made', date(item.created)],
    ...item.warnings.map((warning): Fact => ['note', warning]),
  ];
}

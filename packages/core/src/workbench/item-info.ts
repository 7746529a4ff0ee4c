/**
 * What an info.json says, checked once where it is read, so that everything else can rely on it: the file may have been
 * changed by hand, or come in a zip from anywhere.
 */
import { FormatError } from '../base/index.ts';
import { parseJson } from './project.ts';
import type { DataInfo, ItemInfo, Kind, MapInfo, SpaceInfo } from './workbench.ts';

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const finite: Check = (value) => Number.isFinite(value);
/** what was measured: JSON has null for what is not finite */
const measured: Check = (value) => value === null || typeof value === 'number';
const flag: Check = (value) => typeof value === 'boolean';
const record: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const figures: Check = (value) => record(value) && Object.values(value as object).every(measured);
const fields =
  (checks: Record<string, Check>): Check =>
  (value) =>
    record(value) && wrongField(value as object, checks) === undefined;

const MEDIA: Record<string, Check> = {
  vector: () => true,
  text: () => true,
  image: fields({ height: count, width: count, channels: (n) => n === 1 || n === 3 }),
  sound: fields({ sampleRate: count }),
};
const medium: Check = (value) => {
  const { kind } = record(value) ? (value as { kind: string }) : { kind: '' };
  return Object.hasOwn(MEDIA, kind) && MEDIA[kind](value);
};
const range = optional((value) => Array.isArray(value) && value.length === 2 && value.every(finite));
const column = fields({
  name: text,
  type: (type) => ['category', 'number', 'text', 'time'].includes(type as string),
  categories: optional(listOf(text)),
});

type Fields<T> = { [K in keyof Omit<T, 'id' | 'kind' | 'pack'>]-?: Check };

const DATA: Fields<DataInfo> = {
  created: text,
  nSamples: count,
  nFeatures: count,
  medium,
  featureNames: optional(listOf(text)),
  scale: optional(finite),
  range,
  columns: listOf(column),
  label: optional(text),
  itemsOf: optional(fields({ what: text, space: optional(text) })),
  warnings: listOf(text),
  bytes: count,
};
const SPACE: Fields<SpaceInfo> = {
  created: text,
  data: text,
  learnedFrom: optional(text),
  method: text,
  latentDim: count,
  nFeatures: count,
  medium,
  range,
  encodes: flag,
  decodes: flag,
  samples: flag,
  coded: optional(flag),
  encodesTexts: optional(flag),
  recommends: optional(flag),
  conditions: optional(fields({ column: text, categories: listOf(text) })),
  geometry: optional(fields({ name: (name) => ['euclidean', 'sphere', 'hyperbolic'].includes(name as string) })),
  options: record,
  metrics: fields({ mse: optional(measured), train: figures, validation: optional(figures) }),
  history: listOf(fields({ epoch: count, train: figures, validation: optional(figures) })),
  seconds: finite,
  cpuSeconds: optional(finite),
  samplesPerSecond: measured,
  stopped: flag,
  checkpoint: optional(fields({ of: text, epoch: count })),
  warnings: listOf(text),
  runtime: text,
};
const MAP: Fields<MapInfo> = {
  created: text,
  space: optional(text),
  data: text,
  method: text,
  options: record,
  nComponents: count,
  geometry: optional((geometry) => geometry === 'hyperbolic'),
  quality: (value) =>
    fields({
      trustworthiness: measured,
      continuity: measured,
      neighborRecall: measured,
      neighborRecalls: optional(figures),
      shepard: optional(measured),
      labelAccuracy: optional(measured),
      explainedVariance: optional(measured),
      nNeighbors: count,
      sampleSize: count,
      distance: optional(text),
      mapDistance: optional(text),
    })(value),
  label: optional(text),
  figures: optional(figures),
  iterations: optional(count),
  stopped: optional(flag),
  from: optional(text),
  align: optional(text),
  frame: optional(fields({ first: text, place: count, count })),
  keepNeighbors: optional(count),
  warnings: optional(listOf(text)),
  seconds: finite,
  cpuSeconds: optional(finite),
};
/** What info.json did not say from the first version on. */
const LATER: Partial<Record<Kind, object>> = { map: { stopped: false, warnings: [] } };
const FIELDS: Record<Kind, Record<string, Check>> = { data: DATA, space: SPACE, map: MAP };

/**
 * @param what  how messages name the file
 * @throws FormatError when it is not JSON, is of another kind, or lacks a field or has one of another type
 */
export function parseInfo(bytes: Uint8Array, kind: Kind, what: string): ItemInfo {
  const info = parseJson(bytes, what) as (ItemInfo & Record<string, unknown>) | null;
  if (!record(info) || info?.kind !== kind) throw malformed(what, `does not describe a ${kind}`);
  const wrong = wrongField(info, FIELDS[kind]);
  if (wrong === undefined) return { ...LATER[kind], ...info };
  throw malformed(
    what,
    `${Object.hasOwn(info, wrong) ? `has a field ${wrong} that is not as it should be` : `has no ${wrong}`}`,
  );
}

function wrongField(value: object, checks: Record<string, Check>): string | undefined {
  return Object.keys(checks).find((name) => !checks[name]((value as Record<string, unknown>)[name]));
}

function malformed(what: string, why: string): FormatError {
  return new FormatError(`${what} ${why}; restore it from a copy, or remove the item`, { details: { name: what } });
}

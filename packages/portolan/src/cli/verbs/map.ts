import { jobControl } from '@portolan/core/base';
import { UsageError } from '../usage-error.ts';
import { explainQuality } from '@portolan/core';
import type { Control, Matrix } from '@portolan/core';
import { describeMap } from '../describe-map.ts';
import { readCoordinatesFile, readMatrixFile } from '../matrix-files.ts';
import { methodNamed, methodOptions, number } from '../method-options.ts';
import { textFlag } from '../verb.ts';
import type { Context, Verb } from '../verb.ts';
import { REPRODUCIBLE } from '../verb.ts';

export const map: Verb = {
  name: 'map',
  summary: 'Draw up a map: a space’s codes, or a data set’s rows, in the plane or in space',
  positionals: [{ name: 'DATA-OR-SPACE', summary: 'a data set’s id (its rows are mapped), or a space’s (its codes)' }],
  flags: [
    { name: 'method', value: 'METHOD', summary: 'the projection', default: 'pca' },
    { name: 'name', value: 'NAME', summary: 'the map’s id', default: 'SPACE-METHOD' },
    {
      name: 'label',
      value: 'COLUMN',
      summary: 'the column of categories that methods with labels use and label accuracy is measured by',
      default: 'the data’s label',
    },
    {
      name: 'neighbors',
      value: 'FILE',
      summary: 'each row’s neighbours where they are known: a table of row numbers, as portolan neighbors writes it',
    },
    { name: 'distances', value: 'FILE', summary: 'and how far they are; without it that is computed' },
    { name: 'coordinates', value: 'FILE', summary: 'coordinates from elsewhere, one row a sample: .npy, .csv, …' },
    {
      name: 'from',
      value: 'MAP',
      summary: 'begin at an earlier map; one of the same method and options that was stopped is gone on with',
    },
    { name: 'align', value: 'MAP', summary: 'turn the map to an earlier one of the same points' },
    { name: 'stop-after', value: 'SECONDS', summary: 'stop there and keep the map as far as it has come' },
    REPRODUCIBLE,
  ],
  methods: 'maps',
  json: 'map (its id), method, quality (trustworthiness, continuity, neighborRecall, labelAccuracy, explainedVariance, nNeighbors, sampleSize), space, data, options, nComponents, figures, iterations, stopped, warnings, explanation, cautions, seconds, cpuSeconds, created',
  examples: [
    'map digits --method umap --n-neighbors 15 --min-dist 0.1 --seed 0 --json',
    'map digits-autoencoder --method pca',
    'map digits --coordinates mine.csv',
    'map mammals-poincare --method coordinates',
  ],
  async run(context) {
    const { args, project, job } = context;
    const { maps } = await project.methods();
    const [of] = args.positionals;
    const brought = textFlag(context, 'coordinates');
    const wanted = textFlag(context, 'method');
    if (brought !== undefined && wanted !== undefined && wanted !== 'coordinates') {
      throw new UsageError(`--coordinates are a map already; leave out --method ${wanted}`);
    }
    const method = methodNamed(maps, brought !== undefined ? 'coordinates' : (wanted ?? 'pca'));
    const options = methodOptions(method, maps, args);
    if (method.name === 'coordinates' && brought === undefined && (await project.show({ id: of })).kind !== 'space') {
      throw new UsageError('--coordinates FILE is missing: a map of coordinates from elsewhere needs them');
    }
    const stopping = stopAfter(textFlag(context, 'stop-after'));
    try {
      const info = await project.map(
        {
          of,
          method: method.name,
          options,
          name: textFlag(context, 'name'),
          label: textFlag(context, 'label'),
          from: textFlag(context, 'from'),
          align: textFlag(context, 'align'),
          neighbors: await neighborsFrom(context),
          ...(brought !== undefined && { coordinates: await readCoordinatesFile(brought, job) }),
        },
        { ...job, ...stopping },
      );
      const { id, kind: _, ...rest } = info;
      const cautions = method.cautions ?? [];
      const explanation = explainQuality(info.quality, info.method);
      return { json: { map: id, ...rest, explanation, cautions }, text: describeMap(info, method) };
    } finally {
      stopping.end();
    }
  },
};

function stopAfter(seconds: string | undefined): { control?: Control; end(): void } {
  if (seconds === undefined) return { end: () => {} };
  const control = jobControl();
  const timer = setTimeout(() => control.stop(), 1000 * number('--stop-after', seconds, { min: 0.001, max: 1e6 }));
  return { control, end: () => clearTimeout(timer) };
}

async function neighborsFrom(
  context: Context,
): Promise<{ indices: Uint32Array; distances?: Float32Array } | undefined> {
  const file = textFlag(context, 'neighbors');
  const far = textFlag(context, 'distances');
  if (file === undefined) {
    if (far !== undefined) throw new UsageError('--distances need --neighbors FILE');
    return undefined;
  }
  const table = await readMatrixFile(file, undefined, context.job);
  const distances = far === undefined ? undefined : (await readMatrixFile(far, undefined, context.job)).data;
  return { indices: rowNumbersIn(table, file), distances };
}

/** Row numbers up to 2²⁴ are exact as single-precision numbers. */
function rowNumbersIn({ data }: Matrix, file: string): Uint32Array {
  const wrong = data.find((value) => !Number.isInteger(value) || value < 0);
  if (wrong !== undefined) throw new UsageError(`${file} has ${wrong}, expected row numbers from 0`);
  return Uint32Array.from(data);
}

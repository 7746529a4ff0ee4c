import { jobControl } from '@portolan/core/base';
import { UsageError } from '../usage-error.ts';
import { explainQuality } from '@portolan/core';
import type { Control, MapInfo, Matrix, MethodInfo, SpaceInfo, Workbench } from '@portolan/core';
import { describeFrame, describeMap } from '../describe-map.ts';
import { readCoordinatesFile, readMatrixFile } from '../matrix-files.ts';
import { flagName, methodNamed, methodOptions, number } from '../method-options.ts';
import { textFlag } from '../verb.ts';
import type { Context, Verb } from '../verb.ts';
import { REPRODUCIBLE } from '../verb.ts';

export const map: Verb = {
  name: 'map',
  summary: 'Draw up a map: a space’s codes, or a data set’s rows, in the plane or in space',
  positionals: [
    {
      name: 'DATA-OR-SPACE',
      summary:
        'a data set’s id (its rows are mapped), or a space’s (its codes); several of the same rows are mapped in one frame',
      many: true,
    },
  ],
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
    {
      name: 'checkpoints',
      summary: 'of a space that was learned with them: map each in one frame with it, first ones first',
    },
    { name: 'stop-after', value: 'SECONDS', summary: 'stop there and keep the map as far as it has come' },
    REPRODUCIBLE,
  ],
  methods: 'maps',
  json: 'map (its id), method, quality (trustworthiness, continuity, neighborRecall, labelAccuracy, explainedVariance, nNeighbors, sampleSize), space, data, options, nComponents, figures, iterations, stopped, warnings, explanation, cautions, seconds, cpuSeconds, created; of several in one frame also maps: all of them, in order',
  examples: [
    'map digits --method umap --n-neighbors 15 --min-dist 0.1 --seed 0 --json',
    'map digits-autoencoder --method pca',
    'map digits --coordinates mine.csv',
    'map mammals-poincare --method coordinates',
    'map digits-vae digits-autoencoder --method umap --alignment 0.1',
    'map digits-vae --checkpoints --method umap',
  ],
  async run(context) {
    const { args, project, job } = context;
    const { maps } = await project.methods();
    const [of, ...together] = await sources(context);
    const brought = textFlag(context, 'coordinates');
    const wanted = textFlag(context, 'method');
    if (brought !== undefined && wanted !== undefined && wanted !== 'coordinates') {
      throw new UsageError(`--coordinates are a map already; leave out --method ${wanted}`);
    }
    const method = methodNamed(maps, brought !== undefined ? 'coordinates' : (wanted ?? 'pca'));
    if (together.length === 0) refuseFurther(method, args.flags);
    const options = methodOptions(inOneFrame(method), maps.map(inOneFrame), args);
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
          ...(together.length > 0 && { together }),
          neighbors: await neighborsFrom(context),
          ...(brought !== undefined && { coordinates: await readCoordinatesFile(brought, job) }),
        },
        { ...job, ...stopping },
      );
      if (info.frame === undefined) return { json: told(info, method), text: describeMap(info, method) };
      const all = await inFrame(project, info);
      return {
        json: { ...told(info, method), maps: all.map((map) => told(map, method)) },
        text: describeFrame(all, method),
      };
    } finally {
      stopping.end();
    }
  },
};

function told(info: MapInfo, { cautions = [] }: MethodInfo): Record<string, unknown> {
  const { id, kind: _, ...rest } = info;
  return { map: id, ...rest, explanation: explainQuality(rest.quality, rest.method), cautions };
}

/** A method with what can be chosen beside when several maps are made. */
const inOneFrame = (method: MethodInfo): MethodInfo => ({
  ...method,
  options: [...method.options, ...(method.together ?? [])],
});

/** @throws UsageError for an option of several maps where one is made */
function refuseFurther({ together = [] }: MethodInfo, flags: Context['args']['flags']): void {
  const further = together.find(({ name }) => flags.has(flagName(name)));
  if (further === undefined) return;
  throw new UsageError(
    `--${flagName(further.name)} needs several maps in one frame: name further spaces of the same rows, or --checkpoints`,
  );
}

/** What is to be mapped: the items named, or a space's checkpoints and the space. */
async function sources({ args, project }: Context): Promise<string[]> {
  if (args.flags.get('checkpoints') !== true) return args.positionals;
  if (args.positionals.length > 1) throw new UsageError('--checkpoints are those of one space; name one');
  const [of] = args.positionals;
  const states = ((await project.list({ kind: 'space' })) as SpaceInfo[])
    .filter(({ checkpoint }) => checkpoint?.of === of)
    .sort((a, b) => a.checkpoint!.epoch - b.checkpoint!.epoch);
  if (states.length > 0) return [...states.map(({ id }) => id), of];
  await project.show({ id: of });
  throw new UsageError(`${of} has no checkpoints; learn it with some: portolan learn DATA --checkpoints 5`);
}

/** The maps that were made in one frame with it. */
async function inFrame(project: Workbench, { frame }: MapInfo): Promise<MapInfo[]> {
  const maps = (await project.list({ kind: 'map' })) as MapInfo[];
  return maps.filter((map) => map.frame?.first === frame!.first).sort((a, b) => a.frame!.place - b.frame!.place);
}

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

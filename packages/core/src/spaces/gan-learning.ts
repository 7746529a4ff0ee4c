/** The learning of a GAN as a job: previews, checkpoints, and at the end of each epoch how many modes are covered. */
import { matrix, random } from '../base/index.ts';
import type { Options } from '../base/index.ts';
import { classesOf, readRows } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import { compile, concat, input, reshape } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { constantScope } from '../nn/index.ts';
import type { AdversarialResult, AdversarialTrainer, Parameter, Scope } from '../nn/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { driveTraining } from './drive-training.ts';
import { coverage, modesOf, SAMPLES_PER_MODE } from './gan-modes.ts';
import { asProbability } from './gan-networks.ts';
import type { GanNetworks } from './gan-networks.ts';
import type { Gan } from './gan-players.ts';
import { ganPreviews } from './gan-previews.ts';
import type { GanShown } from './gan-previews.ts';
import type { Figures, LearnJob } from './latent-space.ts';
import { restore, standardise } from './networks.ts';

/** Widest rows whose classes are counted as modes. */
const MODE_FEATURES = 3;

/** Drives the two, with previews, checkpoints and figures of modes at the end of each epoch. */
export async function learnGan(
  { options, rows, condition, networks }: Gan,
  training: AdversarialTrainer,
  dataset: Dataset,
  runtime: Runtime,
  job: LearnJob,
): Promise<AdversarialResult> {
  const latentDim = options.latentDim as number;
  const nClasses = condition?.conditions.categories.length ?? 0;
  const { nFeatures } = dataset.rows;
  const shown = {
    decode: (scope: Scope, z: Tensor, y?: Tensor) => restore(networks.generate(scope, z, y), rows.scaler),
    judge: (scope: Scope, x: Tensor, y?: Tensor) => judged(networks, options, scope, standardise(x, rows.scaler), y),
    latentDim,
    nFeatures,
    nClasses,
    seed: options.seed as number,
  };
  const preview =
    job.onProgress && job.previews !== false
      ? await ganPreviews(
          runtime,
          training.parameters(),
          nFeatures === 2 ? readRows(dataset.rows) : matrix(0, nFeatures),
          shown,
        )
      : undefined;
  const figures = modeFigures(dataset, options, shown, runtime);
  try {
    return await driveTraining(
      training,
      {
        nEpochs: options.epochs as number,
        preview: async () => preview?.due(training.parameters(), training.averaged()),
        onEpoch: async (record) => void Object.assign(record.train, await figures?.(training.averaged())),
      },
      job,
    );
  } finally {
    await preview?.dispose();
  }
}

/** How real a place is; where the discriminator judges several rows together, so many of the same. */
function judged({ discriminate }: GanNetworks, options: Options, scope: Scope, x: Tensor, y?: Tensor): Tensor {
  const size = options.packing as number;
  if (size === 1) return asProbability(discriminate(scope, x, y, true));
  return asProbability(discriminate(scope, repeated(x, size), y && repeated(y, size), true));
}

/** Each row `size` times in a row. */
function repeated(x: Tensor, size: number): Tensor {
  const [n, d] = x.shape as readonly number[];
  return reshape(
    concat(
      Array.from({ length: size }, () => x),
      1,
    ),
    [n * size, d],
  );
}

/** Of data of few features with classes: what counts the modes that the averaged generator covers. */
function modeFigures(
  dataset: Dataset,
  { label, seed }: Options,
  { decode, latentDim, nClasses }: GanShown,
  runtime: Runtime,
): ((averaged: readonly Parameter[]) => Promise<Figures>) | undefined {
  const known = label !== '' || dataset.label !== undefined;
  if (!known || dataset.rows.nFeatures > MODE_FEATURES) return undefined;
  const column = dataset.columns.find(({ name }) => name === (label || dataset.label));
  if (column?.type !== 'category') return undefined;
  const { codes, categories } = classesOf(dataset, label as string);
  const modes = modesOf(readRows(dataset.rows), codes, categories.length);
  if (modes.count < 2) return undefined;
  const n = SAMPLES_PER_MODE * modes.count;
  const z = random(seed as number)
    .fork(0x30de)
    .fillNormal(new Float32Array(n * latentDim));
  const y = new Float32Array(n * nClasses);
  for (let i = 0; i < n && nClasses > 0; i++) y[i * nClasses + (i % nClasses)] = 1;
  return async (averaged) => {
    const classes = nClasses > 0 ? input('y', [n, nClasses]) : undefined;
    const samples = decode(constantScope(averaged), input('z', [n, latentDim]), classes);
    const executable = await compile(runtime, { samples });
    const out = await executable.run({
      z: { dtype: 'float32', shape: [n, latentDim], data: z },
      ...(classes && { y: { dtype: 'float32', shape: [n, nClasses], data: y } }),
    });
    await executable.dispose();
    return coverage(matrix(n, dataset.rows.nFeatures, out.samples.data as Float32Array), modes);
  };
}

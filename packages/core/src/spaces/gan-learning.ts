/** The learning of a GAN as a job: previews, checkpoints, and at the end of each epoch how many modes are covered. */
import { matrix, NumericalError } from '../base/index.ts';
import type { Options } from '../base/index.ts';
import { readRows } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import { concat, reshape } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { AdversarialResult, AdversarialTrainer, Scope } from '../nn/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { driveTraining } from './drive-training.ts';
import { ganCoverage } from './gan-coverage.ts';
import { asProbability } from './gan-networks.ts';
import type { GanNetworks } from './gan-networks.ts';
import type { Gan } from './gan-players.ts';
import { ganPreviews } from './gan-previews.ts';
import type { GanPreviews } from './gan-previews.ts';
import type { LearnJob } from './latent-space.ts';
import { restore, standardise } from './networks.ts';

export interface GameResult extends AdversarialResult {
  /** how many modes there were to cover, where that is known */
  modes?: number;
  /** what to say of a divergence after which the last whole epoch was gone back to */
  diverged: string[];
}

/**
 * Drives the two, with previews, checkpoints and figures of modes at the end of each epoch. When they diverge, what the
 * last whole epoch had is kept as if they had been stopped there.
 * @throws NumericalError, code `diverged`, when they diverge before the first epoch is over
 */
export async function learnGan(
  { options, rows, condition, networks }: Gan,
  training: AdversarialTrainer,
  dataset: Dataset,
  runtime: Runtime,
  job: LearnJob,
): Promise<GameResult> {
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
  const parameters = training.parameters();
  const covered = await ganCoverage(runtime, parameters, dataset, rows, options, shown);
  let preview: GanPreviews | undefined;
  const diverged: string[] = [];
  try {
    if (job.onProgress && job.previews !== false) {
      const plane = nFeatures === 2 ? readRows(dataset.rows) : matrix(0, nFeatures);
      preview = await ganPreviews(runtime, parameters, plane, shown, covered);
    }
    const result = await driveTraining(
      training,
      {
        nEpochs: options.epochs as number,
        preview: async (asked) => preview?.due(training.parameters(), training.averaged(), asked),
        onEpoch: async (record) => void Object.assign(record.train, await covered?.figures(training.averaged())),
      },
      job,
    ).catch(async (error: unknown) => {
      if (!(error instanceof NumericalError) || error.code !== 'diverged' || training.done === 0) throw error;
      diverged.push(error.message);
      const kept = await training.result();
      // the state that was gone back to is from before the epoch was judged
      Object.assign(kept.history.at(-1)?.train ?? {}, await covered?.figures(kept.averaged));
      return kept;
    });
    return { ...result, modes: covered?.modes, diverged };
  } finally {
    await covered?.dispose();
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

/** A trainer driven as a job of learning: checkpoints, previews, cancelling; and the measuring after it. */
import { breathe, isAbort, run, stopwatch } from '../base/index.ts';
import type { Options, StepOf, Stepper } from '../base/index.ts';
import { adam, adamw, constantRate, cosineDecay, sgd, warmUp } from '../nn/index.ts';
import type { Losses, Optimiser, Schedule, TrainOptions } from '../nn/index.ts';
import type { EpochRecord, LearnDetail, LearnJob, LearnPreview } from './latent-space.ts';

/** What trainers of one network and of two players have in common. */
export interface Training<R> extends Stepper<Unit, R> {
  checkpoint(): Uint8Array;
}

interface Unit {
  epoch: number;
  losses: Losses;
  samplesPerSecond: number;
  players?: LearnDetail['players'];
  record?: EpochRecord;
}

export interface Driving {
  nEpochs: number;
  /** what there is to show now; unless it was asked for, only if it was not shown a moment ago */
  preview?: (asked: boolean) => Promise<LearnPreview | undefined>;
  /** told of each finished epoch, before it is kept */
  onEpoch?: (record: EpochRecord) => Promise<void>;
}

/** Keeps a checkpoint after each epoch, and where learning was stopped or cancelled. */
export async function driveTraining<R>(
  training: Training<R>,
  { nEpochs, preview, onEpoch }: Driving,
  job: LearnJob,
): Promise<R> {
  const keep = async (): Promise<void> => job.onCheckpoint?.(training.checkpoint());
  const stepper = {
    phase: training.phase,
    get done() {
      return training.done;
    },
    get total() {
      return training.total;
    },
    players: training.players,
    get betweenRounds() {
      return training.betweenRounds;
    },
    async step(of?: StepOf): Promise<LearnDetail | undefined> {
      const unit = await training.step(of === 'unit' ? undefined : of);
      if (!unit) return undefined;
      const { epoch, losses, samplesPerSecond, players, record } = unit;
      if (record) {
        await onEpoch?.(record);
        await keep();
      }
      await breathe();
      job.signal?.throwIfAborted();
      const shown = await preview?.(of !== undefined);
      const always = { epoch, nEpochs, losses, samplesPerSecond, ...(players && { players }) };
      return { ...always, ...(record && { record }), ...(shown && { preview: shown }) };
    },
    result: () => training.result(),
  };
  const trained = await run(stepper, job).catch(async (error: unknown) => {
    if (isAbort(error)) await keep();
    throw error;
  });
  if (training.done < training.total) await keep();
  return trained;
}

/** What TRAINING_OPTIONS say, as a trainer takes it. */
export function trainerOptions(
  options: Options,
): Pick<
  TrainOptions,
  | 'epochs'
  | 'batchSize'
  | 'learningRate'
  | 'optimiser'
  | 'schedule'
  | 'clipNorm'
  | 'validationShare'
  | 'patience'
  | 'batchesPerCall'
  | 'seed'
> {
  const number = (name: string): number => options[name] as number;
  return {
    epochs: number('epochs'),
    batchSize: number('batchSize'),
    learningRate: number('learningRate'),
    optimiser: optimiserOf(options.optimizer as string),
    schedule: scheduleOf(options.schedule as string),
    clipNorm: number('clipNorm') || Infinity,
    validationShare: number('validationShare'),
    patience: number('earlyStopping'),
    batchesPerCall: number('batchesPerCall'),
    seed: number('seed'),
  };
}

export function optimiserOf(name: string): Optimiser {
  return name === 'sgd' ? sgd({ momentum: 0.9 }) : name === 'adamw' ? adamw() : adam();
}

export function scheduleOf(name: string): Schedule {
  if (name === 'constant') return constantRate();
  if (name === 'cosine') return cosineDecay();
  return (iteration, total) => warmUp(Math.ceil(total / 20), cosineDecay())(iteration, total);
}

/** Reports how many rows have been measured, lets events in and looks at the signal. */
export function measuring(total: number, { signal, onProgress }: LearnJob): (nRows: number) => Promise<void> {
  const clock = stopwatch();
  let done = 0;
  return async (nRows) => {
    done += nRows;
    onProgress?.({ phase: 'measuring', ...clock.read(done, total) });
    await breathe();
    signal?.throwIfAborted();
  };
}

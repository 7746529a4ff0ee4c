/**
 * The training loop, as a stepper: a unit is one call of the runtime, which is one or several mini-batches, or one
 * chunk of an evaluation. `run` of base drives it.
 *
 * How many mini-batches are one call is measured (as many as take 150 ms, at most eight) and changes nothing in the
 * result, bit for bit: see optimisers.ts. Iterations beyond the last, which fill its call, get a learning rate of 0.
 */
import { NumericalError, random, writeSafetensors } from '../base/index.ts';
import type { Random, Stepper } from '../base/index.ts';
import { compile, input } from '../graph/index.ts';
import type { Executable, Runtime, TensorValue } from '../runtime/index.ts';
import { rowStream, splitRows } from './batches.ts';
import { callSize } from './call-size.ts';
import { openCheckpoint } from './open-checkpoint.ts';
import type { RunKey } from './open-checkpoint.ts';
import { adam, PERIOD } from './optimisers.ts';
import type { Optimiser } from './optimisers.ts';
import { constantRate } from './schedules.ts';
import type { Schedule } from './schedules.ts';
import { declaringScope } from './scope.ts';
import type { Parameter } from './scope.ts';
import { callBuffers, countOf, only } from './train-call.ts';
import type { Call } from './train-call.ts';
import { batchName, batchShape, HEALTH, lossName, stepGraph } from './train-step.ts';
import type { BatchInput, Model } from './train-step.ts';
import { copies, PLAIN_MEMORY, savedValue, trainState } from './train-state.ts';

/** A loss and its parts, as numbers. */
export type Losses = Record<string, number>;

/** An epoch: means over its mini-batches while it was learned from, and over the held-out rows at its end. */
export interface TrainRecord {
  epoch: number;
  train: Losses;
  validation?: Losses;
}

/** What one unit has to show. */
export interface TrainUnit {
  /** counted from 1 */
  epoch: number;
  /** mean over the latest call's mini-batches */
  losses: Losses;
  samplesPerSecond: number;
  record?: TrainRecord;
}

export interface Trained {
  /** of the best epoch where there is early stopping, else the last; copies */
  parameters: Parameter[];
  history: TrainRecord[];
  /** the epoch whose parameters these are, counted from 1; 0 before the first has ended */
  epoch: number;
}

export interface TrainOptions {
  model: Model;
  /** what a mini-batch is made of */
  inputs: readonly BatchInput[];
  nSamples: number;
  /**
   * Writes the rows with these indices into the buffers, one a batch input. Noise comes from `rng`, a stream of this
   * batch's own; evaluations of the same rows get the same stream each time. `progress` is the share of the iterations
   * that are done, in [0, 1), and 1 in evaluations.
   */
  fill(
    indices: Uint32Array,
    buffers: Record<string, Float32Array>,
    rng: Random,
    training: boolean,
    progress: number,
  ): void;
  epochs?: number;
  batchSize?: number;
  learningRate?: number;
  optimiser?: Optimiser;
  schedule?: Schedule;
  /** gradients longer than this in all are scaled down to it */
  clipNorm?: number;
  /** share of the rows held out, in [0, 1) */
  validationShare?: number;
  /** stop after so many epochs without a better validation loss, and keep the best parameters; 0: never */
  patience?: number;
  /** 1, 2, 4 or 8; 0: measured */
  batchesPerCall?: number;
  seed?: number;
  /** what `checkpoint` gave, for the same options and data; it goes on from there, bit-equal */
  checkpoint?: Uint8Array;
}

export interface Trainer extends Stepper<TrainUnit, Trained> {
  readonly warnings: readonly string[];
  /** rows learned from, and rows held out, ascending */
  readonly trainRows: Uint32Array;
  readonly validationRows: Uint32Array;
  /** the current parameters, views that the next step overwrites; after a divergence the last good ones */
  parameters(): Parameter[];
  /** parameters, slots, position and history in one safetensors blob */
  checkpoint(): Uint8Array;
  /** mean losses over rows, by given parameters or the current ones, in chunks; `tick` is awaited after each */
  evaluate(
    rows: Uint32Array,
    parameters?: readonly Parameter[],
    tick?: (nRows: number) => Promise<void> | void,
  ): Promise<Losses>;
  /** afterwards what `parameters` gave is no longer good */
  dispose(): Promise<void>;
}

const EVALUATION_ROWS = 512;
const FORMAT = 'portolan-checkpoint';
const VERSION = 1;

const bestName = (parameter: string): string => `best/${parameter}`;

/** What a checkpoint has beside tensors. */
interface Position extends RunKey {
  iteration: number;
  sums: Losses;
  count: number;
  lastLoss: number;
  history: TrainRecord[];
  best: { epoch: number; loss: number };
  waiting: TrainRecord | null;
}

/**
 * @throws InputError when a checkpoint is of another model; FormatError when it is damaged; from `step`,
 *   NumericalError when a loss or a parameter is no longer finite: the parameters are then those before the call
 */
export async function trainer(runtime: Runtime, options: TrainOptions): Promise<Trainer> {
  const { model, inputs, nSamples, fill, optimiser = adam(), schedule = constantRate(), seed = 0 } = options;
  const { epochs = 10, learningRate = 1e-3, clipNorm = Infinity, validationShare = 0, patience = 0 } = options;
  const warnings: string[] = [];
  const { train: trainRows, validation: validationRows } = splitRows(nSamples, validationShare, seed);
  const nRows = trainRows.length;
  const batchSize = Math.min(options.batchSize ?? 256, nRows);
  if ((options.batchSize ?? batchSize) > nRows) {
    warnings.push(
      `batchSize ${options.batchSize} is more than the ${nRows} rows to learn from; each batch is all of them`,
    );
  }
  const iterations = Math.ceil((epochs * nRows) / batchSize);
  const perEpoch = Math.floor(nRows / batchSize);
  const stream = rowStream(trainRows, seed);
  const noise = random(seed).fork(0x9015e);
  const evaluationNoise = random(seed).fork(0xe7a1);

  const { scope, parameters: initial } = declaringScope(random(seed).fork(0x1417));
  const evaluation = model(
    scope,
    Object.fromEntries(inputs.map((own) => [own.name, input(batchName(own.name, 0), batchShape(own, 'batch'))])),
  );
  const parts = Object.keys(evaluation);
  const memory = runtime.memory?.() ?? PLAIN_MEMORY;
  const state = trainState(initial, optimiser, memory);
  let at: Position = {
    seed,
    nRows,
    batchSize,
    iteration: 0,
    sums: zeroes(),
    count: 0,
    lastLoss: NaN,
    history: [],
    best: { epoch: 0, loss: Infinity },
    waiting: null,
  };
  let best: Parameter[] | undefined;
  let finished = false;
  if (options.checkpoint) restore(options.checkpoint);
  let evaluated = 0;
  let validationSums = zeroes();
  let recent = zeroes();
  let rowsLearned = 0;
  let msLearning = 0;
  const size = callSize(options.batchesPerCall || 'measured', Math.min(PERIOD, perEpoch));
  const calls = new Map<number, Call>();
  let evaluator: Executable | undefined;

  function zeroes(): Losses {
    return Object.fromEntries(parts.map((part) => [part, 0]));
  }

  async function callOf(k: number): Promise<Call> {
    const known = calls.get(k);
    if (known) return known;
    const graph = stepGraph({ model, parameters: initial, optimiser, inputs, batchSize, batchesPerCall: k, clipNorm });
    const call = callBuffers(await compile(runtime, graph), optimiser, inputs, batchSize, k, memory);
    calls.set(k, call);
    return call;
  }

  /**
   * As many mini-batches as are wanted where they fit: the position is aligned to them, and they do not go beyond an
   * epoch that is judged at its end, nor, if it can be helped, beyond the last. Else the most of a size that there is
   * already: it takes longer to make a graph for a few calls than to do them one mini-batch at a time.
   */
  function batchesNow(): number {
    const { wanted } = size;
    const epoch = Math.floor((at.iteration * batchSize) / nRows);
    const judged = validationRows.length > 0 ? Math.ceil(((epoch + 1) * nRows) / batchSize) : Infinity;
    const fits = (k: number, end: number): boolean => at.iteration % k === 0 && at.iteration + k <= end;
    if (fits(wanted, Math.min(judged, iterations))) return wanted;
    const made = Math.max(0, ...[...calls.keys()].filter((k) => k < wanted && fits(k, Math.min(judged, iterations))));
    return made || (fits(wanted, judged) ? wanted : 1);
  }

  /** One call of several mini-batches. */
  async function learn(): Promise<TrainUnit> {
    const k = batchesNow();
    const call = await callOf(k);
    const began = performance.now();
    for (let i = 0; i < k; i++) {
      const iteration = at.iteration + i;
      const rate = iteration < iterations ? learningRate * schedule(iteration, iterations) : 0;
      optimiser.factors(iteration, rate).forEach((factor, f) => (call.factors[i][f][0] = factor));
      stream.read(iteration * batchSize, call.indices);
      fill(call.indices, call.batches[i], noise.fork(iteration), true, Math.min(iteration / iterations, 1));
    }
    const outputs = await call.executable.run({ ...call.feeds(state.current()) }, state.next());
    checkFinite(outputs, k);
    state.swap();
    const ms = performance.now() - began;
    rowsLearned += k * batchSize;
    msLearning += ms;
    size.took(ms, k);
    return account(outputs, k);
  }

  function checkFinite(outputs: Record<string, TensorValue>, k: number): void {
    const losses = outputs[lossName('loss')].data as Float32Array;
    const bad = losses.findIndex((loss) => !Number.isFinite(loss));
    const healthy = Number.isFinite((outputs[HEALTH].data as Float32Array)[0]);
    if (bad < 0 && healthy) return;
    const iteration = at.iteration + (bad < 0 ? k - 1 : bad);
    const lastLoss = bad > 0 ? losses[bad - 1] : bad < 0 ? losses[k - 1] : at.lastLoss;
    const what = bad < 0 ? 'a parameter is no longer finite' : `the loss is ${losses[bad]}`;
    throw new NumericalError(
      `learning diverged at iteration ${iteration + 1} of ${iterations}: ${what}, the last finite loss was ` +
        `${Number.isNaN(lastLoss) ? 'none' : lastLoss.toPrecision(4)}; try learningRate ${Number((learningRate / 10).toPrecision(2))} ` +
        `instead of ${learningRate}${clipNorm === Infinity ? ', or clipNorm 1' : ''}`,
      { code: 'diverged', details: { iteration: iteration + 1, lastLoss, learningRate } },
    );
  }

  /** Adds the call's losses to the epoch's, and closes the epoch if it has ended. */
  function account(outputs: Record<string, TensorValue>, k: number): TrainUnit {
    let record: TrainRecord | undefined;
    const sums = zeroes();
    let count = 0;
    for (let i = 0; i < k && at.iteration < iterations; i++) {
      for (const part of parts) {
        const loss = (outputs[lossName(part)].data as Float32Array)[i];
        at.sums[part] += loss;
        sums[part] += loss;
      }
      at.count++;
      count++;
      at.lastLoss = (outputs[lossName('loss')].data as Float32Array)[i];
      const epoch = Math.floor((at.iteration * batchSize) / nRows);
      at.iteration++;
      if (at.iteration * batchSize < (epoch + 1) * nRows) continue;
      record = { epoch: Math.min(epoch + 1, epochs), train: means(at.sums, at.count) };
      at.sums = zeroes();
      at.count = 0;
    }
    const epoch = record?.epoch ?? Math.floor(((at.iteration - 1) * batchSize) / nRows) + 1;
    if (record && validationRows.length > 0) {
      at.waiting = record;
      record = undefined;
    } else if (record) {
      at.history.push(record);
    }
    recent = means(sums, count);
    return { epoch, losses: recent, samplesPerSecond: pace(), record };
  }

  const pace = (): number => (msLearning > 0 ? (1000 * rowsLearned) / msLearning : 0);

  /** One chunk of the validation at the end of an epoch; after the last one, the epoch's record. */
  async function validate(waiting: TrainRecord): Promise<TrainUnit> {
    const chunk = validationRows.subarray(evaluated, evaluated + EVALUATION_ROWS);
    await addLosses(validationSums, chunk, evaluated, state.current());
    evaluated += chunk.length;
    const unit: TrainUnit = { epoch: waiting.epoch, losses: recent, samplesPerSecond: pace() };
    if (evaluated < validationRows.length) return unit;
    const validation = means(validationSums, validationRows.length);
    const record: TrainRecord = { ...waiting, validation };
    at.history.push(record);
    at.waiting = null;
    evaluated = 0;
    validationSums = zeroes();
    if (patience > 0 && validation.loss < at.best.loss) {
      at.best = { epoch: record.epoch, loss: validation.loss };
      best = copies(state.parameters());
    } else if (patience > 0 && record.epoch - at.best.epoch >= patience) {
      finished = true;
    }
    return { ...unit, record };
  }

  /** Adds the summed losses of a chunk of rows. */
  async function addLosses(
    sums: Losses,
    rows: Uint32Array,
    offset: number,
    feeds: Record<string, TensorValue>,
  ): Promise<void> {
    evaluator ??= await compile(runtime, Object.fromEntries(parts.map((part) => [lossName(part), evaluation[part]])));
    const buffers = Object.fromEntries(
      inputs.map((own) => [own.name, new Float32Array(countOf(batchShape(own, rows.length)))]),
    );
    fill(rows, buffers, evaluationNoise.fork(offset), false, 1);
    const all: Record<string, TensorValue> = { ...feeds };
    for (const own of inputs) {
      const shape = batchShape(own, rows.length);
      all[batchName(own.name, 0)] = { dtype: 'float32', shape, data: buffers[own.name] };
    }
    const outputs = await evaluator.run(only(all, evaluator));
    for (const part of parts) sums[part] += (outputs[lossName(part)].data as Float32Array)[0] * rows.length;
  }

  function restore(bytes: Uint8Array): void {
    const { tensors, position } = openCheckpoint<Position>(bytes, {
      format: FORMAT,
      version: VERSION,
      of: 'training',
      own: { seed, nRows, batchSize },
      complete: ({ iteration, history, best }) =>
        Number.isInteger(iteration) && Array.isArray(history) && Boolean(best),
    });
    state.restore(tensors);
    at = position;
    finished = patience > 0 && (at.history.at(-1)?.epoch ?? 0) - at.best.epoch >= patience;
    if (at.best.epoch > 0) {
      best = initial.map((own) => ({ ...own, value: savedValue(tensors, bestName(own.name), own.shape).slice() }));
    }
  }

  // an epoch that waits for its validation is not done
  const done = (): number => (at.waiting ? Math.min(at.iteration, iterations - 1) : at.iteration);

  return {
    phase: 'learning',
    warnings,
    trainRows,
    validationRows,
    get done() {
      return done();
    },
    get total() {
      return finished ? done() : iterations;
    },
    step: () => (at.waiting ? validate(at.waiting) : learn()),
    result: () => ({
      parameters: copies(best ?? state.parameters()),
      history: at.history,
      epoch: best ? at.best.epoch : (at.history.at(-1)?.epoch ?? 0),
    }),
    parameters: () => state.parameters(),
    checkpoint() {
      const position = JSON.stringify(at, (_, value: unknown) =>
        typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
      );
      const kept = (best ?? []).map((parameter) => ({ ...parameter, name: bestName(parameter.name) }));
      const tensors = [...state.tensors(), ...kept].map(
        ({ name, shape, value }) => [name, { shape, data: value }] as const,
      );
      return writeSafetensors(Object.fromEntries(tensors), { format: FORMAT, version: String(VERSION), position });
    },
    async evaluate(rows, parameters, tick) {
      const feeds = parameters ? feedsOf(parameters) : state.current();
      const sums = zeroes();
      for (let i = 0; i < rows.length; i += EVALUATION_ROWS) {
        const chunk = rows.subarray(i, i + EVALUATION_ROWS);
        await addLosses(sums, chunk, i, feeds);
        await tick?.(chunk.length);
      }
      return means(sums, rows.length);
    },
    async dispose() {
      await Promise.all([...calls.values()].map(({ executable }) => executable.dispose()));
      await evaluator?.dispose();
      calls.clear();
      evaluator = undefined;
      memory.release();
    },
  };
}

function feedsOf(parameters: readonly Parameter[]): Record<string, TensorValue> {
  return Object.fromEntries(
    parameters.map(({ name, shape, value }) => [name, { dtype: 'float32', shape, data: value } as const]),
  );
}

function means(sums: Losses, count: number): Losses {
  return Object.fromEntries(Object.entries(sums).map(([part, sum]) => [part, sum / count]));
}

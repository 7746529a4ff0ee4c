/**
 * Two players who learn against each other, as a stepper: a unit is one step of one of them, `nCritic` of the
 * discriminator to each of the generator. An epoch is a pass of the discriminator over the data.
 *
 * Either can also be made to step alone, outside the schedule. Parameters and moments lie in two sets of buffers that
 * change places, as in trainer.ts. A running average of the generator's parameters is kept, whose samples change less from
 * step to step than those of the parameters themselves (Yazıcı et al. 2019); it warms up as min(decay, (1 + t) / (10 + t)).
 */
import { InputError, NumericalError, random, readSafetensors, writeSafetensors } from '../base/index.ts';
import type { Random, Stepper } from '../base/index.ts';
import { compile } from '../graph/index.ts';
import type { Executable, Runtime, TensorValue } from '../runtime/index.ts';
import { averageName, DECAY, declarePlayers, playerStep, ROLES } from './adversarial-step.ts';
import type { PlayerLoss, Role } from './adversarial-step.ts';
import { rowStream } from './batches.ts';
import { openCheckpoint } from './open-checkpoint.ts';
import type { RunKey } from './open-checkpoint.ts';
import { adam, sgd } from './optimisers.ts';
import type { Optimiser } from './optimisers.ts';
import { constantRate } from './schedules.ts';
import type { Schedule } from './schedules.ts';
import type { Parameter } from './scope.ts';
import { countOf } from './train-call.ts';
import { batchName, batchShape, factorName, HEALTH, lossName } from './train-step.ts';
import type { BatchInput } from './train-step.ts';
import { copies, PLAIN_MEMORY, trainState } from './train-state.ts';
import type { TrainState } from './train-state.ts';
import type { Losses } from './trainer.ts';

/** One of the two players. */
export interface PlayerOptions {
  loss: PlayerLoss;
  /** what its mini-batches are made of */
  inputs: readonly BatchInput[];
  learningRate?: number;
  optimiser?: Optimiser;
  /** gradients longer than this in all are scaled down to it */
  clipNorm?: number;
}

export interface AdversarialOptions {
  generator: PlayerOptions;
  discriminator: PlayerOptions;
  nSamples: number;
  /** Writes what a player's mini-batch is made of; the rows with these indices, noise from `rng`, this batch's own. */
  fill(role: Role, indices: Uint32Array, buffers: Record<string, Float32Array>, rng: Random): void;
  epochs?: number;
  batchSize?: number;
  /** steps of the discriminator to one of the generator */
  nCritic?: number;
  /** of both players' learning rates */
  schedule?: Schedule;
  /** what to change after a divergence, in place of a tenth of a player's rate, clipNorm and a penalty */
  advice?: string;
  /** the share of the generator's average that is kept at a step, in [0, 1); 0 keeps no average */
  averageDecay?: number;
  seed?: number;
  /** what `checkpoint` gave, for the same options and data; it goes on from there, bit-equal */
  checkpoint?: Uint8Array;
}

/** An epoch: means of both players' losses and their parts. */
export interface AdversarialRecord {
  epoch: number;
  train: Losses;
}

export interface AdversarialUnit {
  role: Role;
  /** counted from 1 */
  epoch: number;
  /** of the latest step of each: `discriminator`, `generator` and the parts by their names */
  losses: Losses;
  /** that each has made, alone or by turns, and whose turn is next */
  players: { steps: Readonly<Record<Role, number>>; next: Role };
  /** rows shown to the discriminator */
  samplesPerSecond: number;
  record?: AdversarialRecord;
}

export interface AdversarialResult {
  parameters: Parameter[];
  /** the generator's, averaged; as they are where no average is kept. Copies, as `parameters` */
  averaged: Parameter[];
  history: AdversarialRecord[];
}

export interface AdversarialTrainer extends Stepper<AdversarialUnit, AdversarialResult> {
  readonly warnings: readonly string[];
  /** The next unit; or, with a role, a step of that player alone, which `done` does not count. */
  step(role?: Role): Promise<AdversarialUnit>;
  /** whose turn the next unit is */
  readonly turn: Role;
  /** of both, and the generator's averaged ones under their own names; views that the next steps overwrite */
  parameters(): Parameter[];
  averaged(): Parameter[];
  checkpoint(): Uint8Array;
  dispose(): Promise<void>;
}

const FORMAT = 'portolan-adversarial-checkpoint';
const VERSION = 1;
/** losses this many times as large as in a player's first steps have run away */
const RUNAWAY = 1000;
const FIRST_STEPS = 10;
const MESSAGE_DIGITS = 4;

interface Position extends RunKey {
  /** units of the schedule */
  done: number;
  /** steps of each player, whether scheduled or alone */
  steps: Record<Role, number>;
  /** sums of |loss| over each player's first steps */
  first: Record<Role, number>;
  latest: Losses;
  sums: Losses;
  counts: Losses;
  history: AdversarialRecord[];
}

/**
 * @throws InputError when a checkpoint is of another run; FormatError when it is damaged; from `step`, NumericalError,
 *   code `diverged`, when a loss is not finite or has run away, or a parameter is not finite: everything is then again
 *   as it was at the end of the last whole epoch
 */
export async function adversarialTrainer(runtime: Runtime, options: AdversarialOptions): Promise<AdversarialTrainer> {
  const { nSamples, fill, epochs = 10, nCritic = 1, averageDecay = 0, seed = 0, schedule = constantRate() } = options;
  if (!Number.isInteger(nCritic) || nCritic < 1) {
    throw new InputError(`nCritic is ${nCritic}, expected a whole number from 1`, { code: 'option' });
  }
  if (!(averageDecay >= 0 && averageDecay < 1)) {
    throw new InputError(`averageDecay is ${averageDecay}, expected 0 ≤ averageDecay < 1`, { code: 'option' });
  }
  const batchSize = Math.min(options.batchSize ?? 64, nSamples);
  const warnings: string[] = [];
  if ((options.batchSize ?? batchSize) > nSamples) {
    warnings.push(
      `batchSize ${options.batchSize} is more than the ${nSamples} rows to learn from; each batch is all of them`,
    );
  }
  const criticSteps = Math.ceil((epochs * nSamples) / batchSize);
  const total = criticSteps + Math.floor(criticSteps / nCritic);
  const rows = Uint32Array.from({ length: nSamples }, (_, i) => i);
  const streams = { discriminator: rowStream(rows, seed), generator: rowStream(rows, seed + 1) };
  const noise = random(seed).fork(0x9a115e);
  const memory = runtime.memory?.() ?? PLAIN_MEMORY;

  const losses = { discriminator: options.discriminator.loss, generator: options.generator.loss };
  const inputs = { discriminator: options.discriminator.inputs, generator: options.generator.inputs };
  const declared = declarePlayers(losses, inputs, batchSize, random(seed).fork(0x1417));
  const players = Object.fromEntries(ROLES.map((role) => [role, player(role)])) as Record<Role, Player>;
  const averages =
    averageDecay > 0
      ? trainState(
          declared.parameters.generator.map(({ name, ...rest }) => ({ ...rest, name: averageName(name) })),
          sgd(),
          memory,
        )
      : undefined;
  const states = [...ROLES.map((role) => players[role].state), ...(averages ? [averages] : [])];
  let at: Position = {
    seed,
    nRows: nSamples,
    batchSize,
    done: 0,
    steps: { discriminator: 0, generator: 0 },
    first: { discriminator: 0, generator: 0 },
    latest: {},
    sums: {},
    counts: {},
    history: [],
  };
  if (options.checkpoint) restore(options.checkpoint);
  let good = checkpoint();
  let rowsLearned = 0;
  let msLearning = 0;

  function player(role: Role): Player {
    const { optimiser = adam(), learningRate = 1e-3, clipNorm = Infinity } = options[role];
    const buffers = Object.fromEntries(
      inputs[role].map((own) => [own.name, memory.float32(countOf(batchShape(own, batchSize)))]),
    );
    const decay = new Float32Array(1);
    const factors = optimiser.factorNames.map(() => new Float32Array(1));
    const feeds: Record<string, TensorValue> = { [DECAY]: { dtype: 'float32', shape: [], data: decay } };
    optimiser.factorNames.forEach((name, f) => {
      feeds[factorName(name, 0)] = { dtype: 'float32', shape: [], data: factors[f] };
    });
    for (const own of inputs[role]) {
      const { name } = own;
      feeds[batchName(name, 0)] = { dtype: 'float32', shape: batchShape(own, batchSize), data: buffers[name] };
    }
    return {
      optimiser,
      learningRate,
      clipNorm,
      state: trainState(declared.parameters[role], optimiser, memory),
      buffers,
      indices: new Uint32Array(batchSize),
      factors,
      decay,
      feeds,
    };
  }

  const executables = new Map<Role, Executable>();
  async function executableOf(role: Role): Promise<Executable> {
    const known = executables.get(role);
    if (known) return known;
    const { optimiser, clipNorm } = players[role];
    const graph = playerStep({
      role,
      loss: losses[role],
      parameters: declared.parameters,
      optimiser,
      inputs: inputs[role],
      batchSize,
      clipNorm,
      averaged: role === 'generator' && averages !== undefined,
    });
    const made = await compile(runtime, graph);
    executables.set(role, made);
    return made;
  }

  const turnNow = (): Role => (at.done % (nCritic + 1) === nCritic ? 'generator' : 'discriminator');

  async function stepOf(role: Role, scheduled: boolean): Promise<AdversarialUnit> {
    const own = players[role];
    const executable = await executableOf(role);
    const began = performance.now();
    const iteration = at.steps[role];
    const rate = own.learningRate * schedule(Math.min(at.done, total - 1), total);
    own.optimiser.factors(iteration, rate).forEach((factor, f) => (own.factors[f][0] = factor));
    own.decay[0] = Math.min(averageDecay, (1 + iteration) / (10 + iteration));
    streams[role].read(iteration * batchSize, own.indices);
    fill(role, own.indices, own.buffers, noise.fork(2 * iteration + ROLES.indexOf(role)));
    const moved = [own.state, ...(role === 'generator' && averages ? [averages] : [])];
    const feeds = Object.assign({}, own.feeds, ...states.map((state) => state.current())) as Record<
      string,
      TensorValue
    >;
    const into = Object.assign({}, ...moved.map((state) => state.next())) as Record<string, TensorValue>;
    const outputs = await executable.run(
      Object.fromEntries(executable.inputs.map(({ name }) => [name, feeds[name]])),
      into,
    );
    check(role, outputs);
    for (const state of moved) state.swap();
    at.steps[role]++;
    msLearning += performance.now() - began;
    if (role === 'discriminator') rowsLearned += batchSize;
    for (const part of declared.parts[role]) {
      const name = part === 'loss' ? role : part;
      const value = (outputs[lossName(part)].data as Float32Array)[0];
      at.latest = { ...at.latest, [name]: value };
      at.sums[name] = (at.sums[name] ?? 0) + value;
      at.counts[name] = (at.counts[name] ?? 0) + 1;
    }
    const epoch = Math.min(Math.floor((scheduledSteps() * batchSize) / nSamples) + 1, epochs);
    const record = scheduled ? advance() : undefined;
    return {
      role,
      epoch,
      losses: at.latest,
      players: { steps: { ...at.steps }, next: turnNow() },
      samplesPerSecond: msLearning > 0 ? (1000 * rowsLearned) / msLearning : 0,
      record,
    };
  }

  /** The discriminator's steps among the units done. */
  const scheduledSteps = (): number => at.done - Math.floor(at.done / (nCritic + 1));

  /** Counts a unit, and closes the epoch when the discriminator has seen all rows. */
  function advance(): AdversarialRecord | undefined {
    const before = Math.floor((scheduledSteps() * batchSize) / nSamples);
    at.done++;
    const after = Math.floor((scheduledSteps() * batchSize) / nSamples);
    const last = at.done === total;
    if (!last && (after === before || after >= epochs)) return undefined;
    const train = Object.fromEntries(Object.entries(at.sums).map(([name, sum]) => [name, sum / at.counts[name]]));
    const record: AdversarialRecord = { epoch: last ? epochs : after, train };
    at.history.push(record);
    at.sums = {};
    at.counts = {};
    good = checkpoint();
    return record;
  }

  /** @throws NumericalError when the step went wrong; everything is then as it was at the last good place */
  function check(role: Role, outputs: Record<string, TensorValue>): void {
    const loss = (outputs[lossName('loss')].data as Float32Array)[0];
    const step = at.steps[role] + 1;
    const healthy = Number.isFinite((outputs[HEALTH].data as Float32Array)[0]);
    const usual = at.first[role] / Math.max(1, Math.min(step - 1, FIRST_STEPS));
    const ranAway = step > 1 && Math.abs(loss) > RUNAWAY * (1 + usual);
    if (Number.isFinite(loss) && healthy && !ranAway) {
      if (step <= FIRST_STEPS) at.first[role] += Math.abs(loss);
      return;
    }
    const what = !Number.isFinite(loss)
      ? `its loss is ${loss}`
      : healthy
        ? `its loss ran away to ${loss.toPrecision(MESSAGE_DIGITS)}, from about ${usual.toPrecision(2)}`
        : 'a parameter is no longer finite';
    const { learningRate, clipNorm } = players[role];
    const lastLoss = at.latest[role] ?? NaN;
    readState(good);
    const epoch = at.history.length;
    const kept = epoch > 0 ? `kept is the state after epoch ${epoch}` : 'no epoch was whole, so nothing is kept';
    const advice =
      options.advice ??
      `try learningRate ${Number((learningRate / 10).toPrecision(2))} instead of ${learningRate}` +
        `${clipNorm === Infinity ? ', clipNorm 1' : ''}, or a penalty on the discriminator's gradient`;
    throw new NumericalError(`learning diverged at step ${step} of the ${role}: ${what}; ${kept}; ${advice}`, {
      code: 'diverged',
      details: { role, step, lastLoss, learningRate },
    });
  }

  function checkpoint(): Uint8Array {
    const tensors = states
      .flatMap((state) => state.tensors())
      .map(({ name, shape, value }) => [name, { shape, data: value }] as const);
    const metadata = { format: FORMAT, version: String(VERSION), position: JSON.stringify(at) };
    return writeSafetensors(Object.fromEntries(tensors), metadata);
  }

  function readState(bytes: Uint8Array): void {
    const { tensors, metadata } = readSafetensors(bytes, 'checkpoint');
    for (const state of states) state.restore(tensors);
    at = JSON.parse(metadata.position) as Position;
  }

  function restore(bytes: Uint8Array): void {
    openCheckpoint<Position>(bytes, {
      format: FORMAT,
      version: VERSION,
      of: 'two players',
      own: { seed, nRows: nSamples, batchSize },
      complete: ({ done, history, steps }) => Number.isInteger(done) && Array.isArray(history) && Boolean(steps),
    });
    readState(bytes);
  }

  const all = (): Parameter[] => ROLES.flatMap((role) => players[role].state.parameters());
  const averaged = (): Parameter[] => {
    const own = players.generator.state.parameters();
    return averages ? averages.parameters().map(({ value }, i) => ({ ...own[i], value })) : own;
  };

  return {
    phase: 'learning',
    warnings,
    total,
    players: ROLES,
    get betweenRounds() {
      return at.done % (nCritic + 1) === 0;
    },
    get done() {
      return at.done;
    },
    get turn() {
      return turnNow();
    },
    step: (role) => stepOf(role ?? turnNow(), role === undefined),
    result: () => ({ parameters: copies(all()), averaged: copies(averaged()), history: at.history }),
    parameters: all,
    averaged,
    checkpoint,
    async dispose() {
      await Promise.all([...executables.values()].map((executable) => executable.dispose()));
      executables.clear();
      memory.release();
    },
  };
}

/** A player's buffers and settings. */
interface Player {
  readonly optimiser: Optimiser;
  readonly learningRate: number;
  readonly clipNorm: number;
  readonly state: TrainState;
  readonly buffers: Record<string, Float32Array>;
  readonly indices: Uint32Array;
  readonly factors: Float32Array[];
  readonly decay: Float32Array;
  readonly feeds: Record<string, TensorValue>;
}

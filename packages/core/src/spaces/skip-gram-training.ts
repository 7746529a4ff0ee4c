/**
 * Skip-gram or CBOW as a training: rounds of learning, joined shards, checkpoints. A round is never left half done, so
 * that where learning is cancelled it can go on.
 */
import {
  FormatError,
  InputError,
  NumericalError,
  matrix,
  random,
  readSafetensors,
  writeSafetensors,
} from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import type { Workspace } from '../kernels/index.ts';
import type { Training } from './drive-training.ts';
import type { EpochRecord } from './latent-space.ts';
import { countPieces, sequenceReader } from './sequences.ts';
import type { ReadingPlace, Sequences, StreamedSequences } from './sequences.ts';
import { aliasTable, keepShares } from './word2vec-draws.ts';

export interface SkipGramSettings {
  readonly latentDim: number;
  /** how far away a neighbour in the sequence may be; how far one looks is drawn anew at each place, from 1 to this */
  readonly window: number;
  /** items drawn by chance for each pair */
  readonly negative: number;
  readonly epochs: number;
  /** falls in a line to 1/250 of this, with the sequences that were gone through */
  readonly learningRate: number;
  /** items whose share of all is above this are left out at random, the more the commoner; 0 leaves out none */
  readonly subsample: number;
  /** the power of the frequency by which items are drawn by chance */
  readonly power: number;
  /** an item from the mean of those around it (CBOW), instead of each of these from the item */
  readonly cbow: boolean;
  /** how many learn side by side; changes the result, and more than there are threads costs time */
  readonly shards: number;
  readonly seed: number;
  /** rows of which items are means (their n-grams, the row of the item itself among them); by default their own row */
  readonly parts?: { readonly nRows: number; readonly offsets: Uint32Array; readonly rows: Uint32Array };
}

export interface SkipGramVectors {
  /** [nItems, latentDim], or one row a part where there are parts: what is meant by the vector of an item */
  readonly inputs: Matrix;
  /** [nItems, latentDim]: the vectors by which items are foretold */
  readonly outputs: Matrix;
  /** the loss is −log σ, mean over the true and drawn items of all pairs, in nats */
  readonly history: readonly EpochRecord[];
  /** tokens learned from a second, those left out by subsampling counted too */
  readonly tokensPerSecond: number;
}

/** What is learned by now. */
export interface SkipGramTraining extends Training<SkipGramVectors> {
  /** the vectors of some items, [items.length, latentDim]: means of their parts where they have parts */
  vectorsOf(items: Uint32Array): Matrix;
}

const STATE_BYTES = 64;
const TABLE = 4096;
const MERGED_ROWS = 64;
const LEAST_RATE = 1 / 250;
const FORMAT = 'portolan-skip-gram';

/** What the course of learning follows from, beside the length of it. */
interface Own {
  seed: number;
  nItems: number;
  nTokens: number;
  nRows: number;
  latentDim: number;
  window: number;
  negative: number;
  shards: number;
  cbow: boolean;
}

/** What a checkpoint has beside vectors. */
interface Position extends Own {
  /** tokens and pieces of sequences that were learned from */
  done: number;
  pieces: number;
  epoch: number;
  place: ReadingPlace;
  /** the state of each shard's random numbers, two words each */
  chance: number[];
  /** losses and targets of this epoch */
  ofEpoch: [number, number];
  history: EpochRecord[];
}

/**
 * @param space  a workspace with the module `word2vec`
 * @throws InputError when the checkpoint is of another run; FormatError when it is none; from `step`, NumericalError
 *   when learning diverges
 */
export function skipGramTraining(
  space: Workspace,
  sequences: Sequences | StreamedSequences,
  counts: Float64Array,
  nTokens: number,
  options: SkipGramSettings,
  checkpoint?: Uint8Array,
): SkipGramTraining {
  const { latentDim, window, negative, epochs, learningRate, subsample, power, cbow, shards, seed, parts } = options;
  const { nItems } = sequences;
  const nRows = parts?.nRows ?? nItems;
  const own: Own = { seed, nItems, nTokens, nRows, latentDim, window, negative, shards, cbow };
  const saved = checkpoint && openCheckpoint(checkpoint, own);
  const stride = Math.ceil(latentDim / 8) * 8;
  const rng = random(seed);
  // rounds of about 20 ms a shard, so that one can stop and look between them
  const reach = cbow ? 2 : window;
  const room = Math.round(Math.min(50_000, Math.max(500, 5e7 / (reach * (negative + 1) * stride))));

  const inputs = space.float32(nRows * stride);
  const outputs = space.float32(nItems * stride);
  const width = 1 / latentDim;
  for (let i = 0, view = inputs.view; i < nRows; i++) {
    rng.fillUniform(view.subarray(i * stride, i * stride + latentDim), -width, width);
  }
  if (saved) {
    fillPadded(inputs.view, saved.inputs, stride);
    fillPadded(outputs.view, saved.outputs, stride);
  }
  const copies = shards > 1 ? [inputs, outputs].map((block) => copiesOf(space, block.view, shards)) : [inputs, outputs];
  const tokens = space.uint32(shards * room);
  const lengths = space.int32(shards);
  const states = space.float64((shards * STATE_BYTES) / 8);
  /** of each shard, over the workspace's memory as it is now */
  const chanceOf = (s: number) => new Uint32Array(states.view.buffer, states.pointer + s * STATE_BYTES, 2);
  for (let s = 0; s < shards; s++) {
    const drawn = [rng.uint32(), rng.uint32()];
    chanceOf(s).set(saved?.position.chance.slice(2 * s, 2 * s + 2) ?? drawn);
  }
  const keeps = subsample > 0 ? space.uint32(keepShares(counts, nTokens, subsample)) : 0;
  const { shares, aliases } = aliasTable(counts, power);
  const [shareBlock, aliasBlock] = [space.uint32(shares), space.uint32(aliases)];
  const offsets = parts ? space.uint32(parts.offsets) : 0;
  const partRows = parts ? space.uint32(parts.rows) : 0;
  const mostRows = (cbow ? 2 * window : 1) * (parts ? longest(parts.offsets) : 1);
  const scratchBytes = Math.ceil((2 * stride + 2 * (negative + 1) + room + mostRows + 16) / 16) * 64;
  const scratch = space.uint8(shards * scratchBytes);
  const [sigmoids, losses] = [space.float32(TABLE), space.float32(TABLE)];
  space.call('fillTables', sigmoids, losses);

  const [ownInputs, ownOutputs] = copies;
  const [inputBytes, outputBytes] = [nRows * stride * 4, nItems * stride * 4];
  const vectors = [ownInputs, ownOutputs, inputBytes, outputBytes, stride];
  const places = [tokens, lengths, room, states, ...vectors, keeps, shareBlock, aliasBlock, nItems, window, negative];
  const others = [offsets, partRows, scratch, scratchBytes, sigmoids, losses];

  const total = epochs * nTokens;
  const nPieces = epochs * countPieces(sequences);
  const reader = sequenceReader(sequences, saved?.position.place);
  let { done, pieces, epoch } = saved?.position ?? { done: 0, pieces: 0, epoch: 1 };
  let ofEpoch = saved?.position.ofEpoch ?? [0, 0];
  const history = [...(saved?.position.history ?? [])];
  const worked = { tokens: 0, ms: 0 };
  const pace = (): number => (1000 * worked.tokens) / (worked.ms || 1);

  async function merge(): Promise<void> {
    for (const [base, of, rows] of [
      [inputs, ownInputs, nRows],
      [outputs, ownOutputs, nItems],
    ] as const) {
      const args = [base, of, rows * stride * 4, shards, rows, stride];
      await space.parallel('mergeRows', Math.ceil(rows / MERGED_ROWS), args);
    }
  }

  return {
    phase: 'learning',
    get done() {
      return done;
    },
    total,
    async step() {
      const began = performance.now();
      let taken = 0;
      // the rate falls with the sequences that were gone through, each as much as the other
      const alpha = learningRate * (1 - (1 - LEAST_RATE) * (pieces / nPieces));
      for (let s = 0; s < shards; s++) {
        const slice = await reader.next(tokens.view.subarray(s * room, (s + 1) * room));
        lengths.view[s] = slice.length;
        taken += slice.items;
        pieces += slice.pieces;
      }
      await space.parallel('learnTokens', shards, [...places, alpha, Number(cbow), ...others]);
      if (shards > 1) await merge();
      done += taken;
      const sums = takeSums(states.view, shards);
      const loss = sums[0] / Math.max(1, sums[1]);
      if (!Number.isFinite(loss)) {
        throw new NumericalError(`learning diverged in epoch ${epoch}; try a learningRate below ${learningRate}`, {
          code: 'diverged',
          details: { epoch, iteration: done },
        });
      }
      ofEpoch = [ofEpoch[0] + sums[0], ofEpoch[1] + sums[1]];
      worked.tokens += taken;
      worked.ms += performance.now() - began;
      const unit = { epoch, losses: { loss }, samplesPerSecond: pace() };
      if (!reader.atEnd) return unit;
      const record: EpochRecord = { epoch, train: { loss: ofEpoch[0] / Math.max(1, ofEpoch[1]) } };
      history.push(record);
      reader.rewind();
      ofEpoch = [0, 0];
      epoch++;
      return { ...unit, record };
    },
    vectorsOf(items) {
      const out = matrix(items.length, latentDim);
      const { view } = inputs;
      items.forEach((item, i) => {
        const [from, to] = parts ? [parts.offsets[item], parts.offsets[item + 1]] : [0, 1];
        for (let k = from; k < to; k++) {
          const at = (parts ? parts.rows[k] : item) * stride;
          for (let j = 0; j < latentDim; j++) out.data[i * latentDim + j] += view[at + j] / (to - from);
        }
      });
      return out;
    },
    checkpoint() {
      const chance = Array.from({ length: shards }, (_, s) => [...chanceOf(s)]).flat();
      const position: Position = { ...own, done, pieces, epoch, place: reader.place, chance, ofEpoch, history };
      const tensor = ({ rows, cols, data }: Matrix) => ({ shape: [rows, cols], data });
      return writeSafetensors(
        {
          inputs: tensor(unpadded(inputs.view, nRows, stride, latentDim)),
          outputs: tensor(unpadded(outputs.view, nItems, stride, latentDim)),
        },
        { format: FORMAT, version: '1', position: JSON.stringify(position) },
      );
    },
    result: () => ({
      inputs: unpadded(inputs.view, nRows, stride, latentDim),
      outputs: unpadded(outputs.view, nItems, stride, latentDim),
      history,
      tokensPerSecond: pace(),
    }),
  };
}

function openCheckpoint(bytes: Uint8Array, own: Own): { inputs: Matrix; outputs: Matrix; position: Position } {
  const { tensors, metadata } = readSafetensors(bytes, 'checkpoint');
  if (metadata.format !== FORMAT || metadata.version !== '1') {
    throw new FormatError('checkpoint: these safetensors are not a checkpoint of word2vec or node2vec');
  }
  const position = JSON.parse(metadata.position) as Position;
  const other = (Object.keys(own) as (keyof Own)[]).find((key) => position[key] !== own[key]);
  if (other) {
    throw new InputError(
      `the checkpoint is of another run: its ${other} is ${position[other]}, expected ${own[other]}; it goes on with the options and data it began with`,
      { code: 'checkpoint' },
    );
  }
  const table = (name: string, rows: number): Matrix => {
    const { shape = [], data } = tensors[name] ?? {};
    if (data instanceof Float32Array && shape.join() === `${rows},${own.latentDim}`) {
      return matrix(rows, own.latentDim, data);
    }
    throw new FormatError(`checkpoint: it has no ${name} of ${rows} × ${own.latentDim}; it may be damaged`);
  };
  return { inputs: table('inputs', own.nRows), outputs: table('outputs', own.nItems), position };
}

function copiesOf(space: Workspace, content: Float32Array, shards: number) {
  const start = content.slice();
  const block = space.float32(shards * start.length);
  for (let s = 0; s < shards; s++) block.view.set(start, s * start.length);
  return block;
}

/** Sums of losses and numbers of targets of all shards, set back to 0. */
function takeSums(states: Float64Array, shards: number): [number, number] {
  let [loss, targets] = [0, 0];
  for (let s = 0; s < shards; s++) {
    const at = (s * STATE_BYTES) / 8;
    loss += states[at + 1];
    targets += states[at + 2];
    states.fill(0, at + 1, at + 4);
  }
  return [loss, targets];
}

const longest = (offsets: Uint32Array): number =>
  offsets.reduce((most, offset, i) => (i === 0 ? 0 : Math.max(most, offset - offsets[i - 1])), 0);

function fillPadded(to: Float32Array, { data, rows, cols }: Matrix, stride: number): void {
  for (let i = 0; i < rows; i++) to.set(data.subarray(i * cols, (i + 1) * cols), i * stride);
}

function unpadded(data: Float32Array, rows: number, stride: number, cols: number): Matrix {
  const out = matrix(rows, cols);
  for (let i = 0; i < rows; i++) out.data.set(data.subarray(i * stride, i * stride + cols), i * cols);
  return out;
}

/**
 * Vectors of things by the company they keep: skip-gram or CBOW with negative sampling over sequences of whole
 * numbers, be they words of sentences or nodes of random walks.
 *
 * Skip-gram maximises log σ(v_c · u_w) + Σ_k log σ(−v_c · u_k) over pairs of a word w and a word c near it, k drawn by
 * frequency to the power ¾ (Mikolov et al. 2013); CBOW puts the mean of all v_c around w in place of v_c.
 *
 * The reference programs let threads write over each other, so that no two runs agree. Here the sequences are dealt to
 * a fixed number of shards, each learns in vectors of its own, and after every round they are joined in a fixed order:
 * the result depends on the number of shards and not on the threads that did the work.
 */
import { InputError, NumericalError, breathe, matrix, random, run } from '../base/index.ts';
import type { Matrix, Stepper } from '../base/index.ts';
import { singleThread } from '../kernels/index.ts';
import type { Workspace } from '../kernels/index.ts';
import type { EpochRecord, LearnDetail, LearnJob } from './latent-space.ts';

/** Between sequences. */
export const SEQUENCE_END = 0xffffffff;

/** Sequences of whole numbers below `nItems`, SEQUENCE_END between them; no sequence goes over from chunk to chunk. */
export interface Sequences {
  readonly nItems: number;
  readonly chunks: readonly Uint32Array[];
}

export interface SkipGramOptions {
  latentDim?: number;
  /** how far away a neighbour in the sequence may be; how far one looks is drawn anew at each place, from 1 to this */
  window?: number;
  /** items drawn by chance for each pair */
  negative?: number;
  epochs?: number;
  /** falls in a line to 1/250 of this */
  learningRate?: number;
  /** items whose share of all is above this are left out at random, the more the commoner; 0 leaves out none */
  subsample?: number;
  /** the power of the frequency by which items are drawn by chance */
  power?: number;
  /** an item from the mean of those around it (CBOW), instead of each of these from the item */
  cbow?: boolean;
  /** how many learn side by side; changes the result, and more than there are threads costs time */
  shards?: number;
  seed?: number;
  /** rows of which items are means (their n-grams, the row of the item itself among them); by default their own row */
  parts?: { readonly nRows: number; readonly offsets: Uint32Array; readonly rows: Uint32Array };
}

export interface SkipGram {
  /** [nItems, latentDim], or one row a part where there are parts: what is meant by the vector of an item */
  readonly inputs: Matrix;
  /** [nItems, latentDim]: the vectors by which items are foretold */
  readonly outputs: Matrix;
  /** the loss is −log σ, mean over the true and drawn items of all pairs, in nats */
  readonly history: readonly EpochRecord[];
  readonly stopped: boolean;
  /** tokens learned from a second, those left out by subsampling counted too */
  readonly tokensPerSecond: number;
}

const STATE_BYTES = 64;
const TABLE = 4096;
const MERGED_ROWS = 64;
const LEAST_RATE = 1 / 250;
const MOST_WINDOW = 100;

/** Lists of items as sequences, in chunks of about a million. */
export function sequencesOf(lists: Iterable<ArrayLike<number>>, nItems: number, chunkLength = 2 ** 20): Sequences {
  const chunks: Uint32Array[] = [];
  let chunk = new Uint32Array(chunkLength);
  let at = 0;
  for (const list of lists) {
    if (at > 0 && at + list.length + 1 > chunk.length) {
      chunks.push(chunk.slice(0, at));
      at = 0;
    }
    if (list.length + 1 > chunk.length) chunk = new Uint32Array(list.length + 1);
    chunk.set(list, at);
    at += list.length;
    chunk[at++] = SEQUENCE_END;
  }
  if (at > 0) chunks.push(chunk.slice(0, at));
  return { nItems, chunks };
}

/** How often each item is in the sequences. @throws InputError when one is not below nItems */
export function countItems({ nItems, chunks }: Sequences): Float64Array {
  const counts = new Float64Array(nItems);
  for (const chunk of chunks) {
    for (const item of chunk) {
      if (item < nItems) counts[item]++;
      else if (item !== SEQUENCE_END) {
        throw new InputError(`sequences: item ${item}, expected less than ${nItems}`, { code: 'sequences' });
      }
    }
  }
  return counts;
}

/**
 * @throws InputError when there is nothing to learn from: fewer than two items, no sequence of two
 * @throws NumericalError when it diverges
 */
export async function fitSkipGram(
  sequences: Sequences,
  options: SkipGramOptions = {},
  job: LearnJob = {},
): Promise<SkipGram> {
  const { nItems } = sequences;
  const counts = countItems(sequences);
  const nTokens = counts.reduce((sum, count) => sum + count, 0);
  if (nItems < 2 || nTokens < 2) {
    throw new InputError(
      `there ${nItems === 1 ? 'is 1 item' : `are ${nItems} items`} in ${nTokens} places to learn from, expected at least 2 that stand together`,
      { code: 'vocabulary', details: { nItems, nTokens } },
    );
  }
  const space = await (job.kernels ?? singleThread()).open('word2vec');
  try {
    const stepper = skipGramStepper(space, sequences, counts, nTokens, options, job.signal);
    const fitted = await run(stepper, job);
    return { ...fitted, stopped: stepper.done < stepper.total };
  } finally {
    space.close();
  }
}

function skipGramStepper(
  space: Workspace,
  { nItems, chunks }: Sequences,
  counts: Float64Array,
  nTokens: number,
  {
    latentDim = 100,
    window = 5,
    negative = 5,
    epochs = 5,
    learningRate = 0.025,
    subsample = 1e-3,
    power = 0.75,
    cbow = false,
    shards = 1,
    seed = 0,
    parts,
  }: SkipGramOptions,
  signal?: AbortSignal,
): Stepper<LearnDetail, Omit<SkipGram, 'stopped'>> {
  if (!(window >= 1 && window <= MOST_WINDOW)) {
    throw new InputError(`window is ${window}, expected 1 to ${MOST_WINDOW}`, { code: 'option' });
  }
  const nRows = parts?.nRows ?? nItems;
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
  const copies = shards > 1 ? [inputs, outputs].map((block) => copiesOf(space, block.view, shards)) : [inputs, outputs];
  const tokens = space.uint32(shards * room);
  const lengths = space.int32(shards);
  const states = space.float64((shards * STATE_BYTES) / 8);
  for (let s = 0; s < shards; s++) {
    const words = new Uint32Array(states.view.buffer, states.pointer + s * STATE_BYTES, 2);
    words.set([rng.uint32(), rng.uint32()]);
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

  const reader = roundReader(chunks);
  const history: EpochRecord[] = [];
  const total = epochs * nTokens;
  let done = 0;
  let epoch = 1;
  /** losses and targets of the round and of the epoch */
  let ofEpoch = [0, 0];
  let began: number | undefined;
  const pace = (): number => (began === undefined ? 0 : (done / Math.max(1, performance.now() - began)) * 1000);

  return {
    phase: 'learning',
    get done() {
      return done;
    },
    total,
    async step() {
      began ??= performance.now();
      const into = tokens.view;
      let taken = 0;
      for (let s = 0; s < shards; s++) {
        const slice = reader.next(into.subarray(s * room, (s + 1) * room));
        lengths.view[s] = slice.length;
        taken += slice.items;
      }
      const alpha = learningRate * (1 - (1 - LEAST_RATE) * (done / total));
      await space.parallel('learnTokens', shards, [...places, alpha, Number(cbow), ...others], { signal });
      if (shards > 1) {
        for (const [base, own, rows] of [
          [inputs, ownInputs, nRows],
          [outputs, ownOutputs, nItems],
        ] as const) {
          // prettier-ignore
          const bytes = rows * stride * 4;
          await space.parallel('mergeRows', Math.ceil(rows / MERGED_ROWS), [base, own, bytes, shards, rows, stride], {
            signal,
          });
        }
      }
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
      const detail: LearnDetail = { epoch, nEpochs: epochs, losses: { loss }, samplesPerSecond: pace() };
      if (reader.atEnd) {
        reader.rewind();
        detail.record = { epoch, train: { loss: ofEpoch[0] / Math.max(1, ofEpoch[1]) } };
        history.push(detail.record);
        ofEpoch = [0, 0];
        epoch++;
      }
      await breathe();
      return detail;
    },
    result: () => ({
      inputs: unpadded(inputs.view, nRows, stride, latentDim),
      outputs: unpadded(outputs.view, nItems, stride, latentDim),
      history,
      tokensPerSecond: pace(),
    }),
  };
}

/** Goes through the chunks a slice at a time, sequences whole where they fit. */
function roundReader(chunks: readonly Uint32Array[]) {
  let chunk = 0;
  let at = 0;
  return {
    get atEnd() {
      return chunk >= chunks.length;
    },
    rewind(): void {
      chunk = 0;
      at = 0;
    },
    /** the next tokens: how many were written, and how many of them are items */
    next(into: Uint32Array): { length: number; items: number } {
      if (chunk >= chunks.length) return { length: 0, items: 0 };
      const source = chunks[chunk];
      let end = Math.min(source.length, at + into.length);
      if (end < source.length) {
        const whole = source.lastIndexOf(SEQUENCE_END, end - 1);
        if (whole >= at) end = whole + 1;
      }
      const slice = source.subarray(at, end);
      into.set(slice);
      let items = 0;
      for (const item of slice) if (item !== SEQUENCE_END) items++;
      at = end;
      if (at === source.length) {
        chunk++;
        at = 0;
      }
      return { length: slice.length, items };
    },
  };
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

/** The share of each item that is kept, √(t / f) + t / f of its frequency f, as a 32-bit fraction. */
function keepShares(counts: Float64Array, nTokens: number, threshold: number): Uint32Array {
  return Uint32Array.from(counts, (count) => {
    const ratio = (threshold * nTokens) / Math.max(1, count);
    return Math.min(0xffffffff, Math.floor((Math.sqrt(ratio) + ratio) * 2 ** 32));
  });
}

/** Draws from counts to a power in constant time (Walker 1977, Vose 1991): of cell i, i by its share, else its alias. */
export function aliasTable(counts: ArrayLike<number>, power: number): { shares: Uint32Array; aliases: Uint32Array } {
  const n = counts.length;
  const weights = Float64Array.from(counts, (count) => (count > 0 ? count ** power : 0));
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / n;
  const shares = new Uint32Array(n).fill(0xffffffff);
  const aliases = Uint32Array.from({ length: n }, (_, i) => i);
  const small: number[] = [];
  const large: number[] = [];
  for (let i = 0; i < n; i++) (weights[i] < mean ? small : large).push(i);
  while (small.length > 0 && large.length > 0) {
    const [less, more] = [small.pop()!, large.pop()!];
    shares[less] = Math.min(0xffffffff, Math.floor((weights[less] / mean) * 2 ** 32));
    aliases[less] = more;
    weights[more] -= mean - weights[less];
    (weights[more] < mean ? small : large).push(more);
  }
  return { shares, aliases };
}

const longest = (offsets: Uint32Array): number =>
  offsets.reduce((most, offset, i) => (i === 0 ? 0 : Math.max(most, offset - offsets[i - 1])), 0);

function unpadded(data: Float32Array, rows: number, stride: number, cols: number): Matrix {
  const out = matrix(rows, cols);
  for (let i = 0; i < rows; i++) out.data.set(data.subarray(i * stride, i * stride + cols), i * cols);
  return out;
}

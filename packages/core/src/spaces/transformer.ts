/**
 * A small transformer encoder for short texts, learned from one's own corpus: some of the words are hidden and have to
 * be foretold from the others (Devlin et al. 2019). Words are parted by byte-pair encoding, learned on the same texts, so
 * that none is unknown. A text's code is the mean of the vectors that a layer gives its tokens.
 */
import { InputError, drive, resolveOptions } from '../base/index.ts';
import type { JobOptions, Matrix, Options, OptionSpec, Random, Steps } from '../base/index.ts';
import { textsOf } from '../data/index.ts';
import { concat, input, reshape, toOnnx } from '../graph/index.ts';
import { constantScope, trainer } from '../nn/index.ts';
import type { Parameter } from '../nn/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { driveTraining, optimiserOf, scheduleOf } from './drive-training.ts';
import { bytePairSteps } from './byte-pairs.ts';
import { encodeAllTexts } from './encode-texts.ts';
import { gaussianOf } from './gaussian-prior.ts';
import type { FittedSpace, LearnJob, SpaceMethod } from './latent-space.ts';
import { readManifest } from './manifest.ts';
import { MASK, PAD, SPECIAL, encodeTokens, maskedTokenLoss, pooled } from './transformer-network.ts';
import type { TransformerShape } from './transformer-network.ts';
import { FIRST_PIECE, TRANSFORMER_FORM, tokeniser, transformerParts, transformerSpace } from './transformer-space.ts';
import type { TransformerParts, TransformerSpace } from './transformer-space.ts';
import { TRAINING_OPTIONS } from './training-options.ts';
import { TOKEN_OPTIONS, corpusSteps } from './vocabulary.ts';
import type { Tokenising } from './vocabulary.ts';

const TRAINING: Record<string, Partial<OptionSpec>> = {
  epochs: {
    default: 30,
    min: 1,
    summary: 'How often learning goes over the texts. More fits closer and takes longer.',
  },
  batchSize: {
    default: 64,
    min: 1,
    summary: 'Texts per update. Larger batches run faster but update less often.',
  },
  schedule: { default: 'warmUp' },
  clipNorm: { default: 1 },
};

const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'latentDim',
    type: 'integer',
    default: 64,
    min: 2,
    max: 1024,
    main: true,
    summary: 'Numbers in a code, and in the vector of each word on its way. More learn more, and slower.',
  },
  {
    name: 'layers',
    type: 'integer',
    default: 2,
    min: 1,
    max: 12,
    main: true,
    summary: 'How often words look at each other. Two or three do for some thousand short texts.',
  },
  {
    name: 'heads',
    type: 'integer',
    default: 4,
    min: 1,
    max: 32,
    summary: 'In how many ways at once words look at each other; must divide latentDim.',
  },
  {
    name: 'layer',
    type: 'integer',
    default: -1,
    min: -1,
    max: 12,
    summary: 'The layer whose vectors make the code: 0 for the tokens by themselves, -1 for the last.',
  },
  {
    name: 'from',
    type: 'text',
    default: '',
    summary: 'A space that a transformer learned: takes another layer of it as a space, and learns nothing.',
  },
  {
    name: 'maxLength',
    type: 'integer',
    default: 32,
    min: 2,
    max: 512,
    summary: 'Tokens of a text that are looked at; what is beyond is not. Twice as many cost more than twice the time.',
  },
  {
    name: 'vocabularySize',
    type: 'integer',
    default: 2000,
    min: 2,
    max: 50_000,
    summary: 'Tokens to part texts into: letters, pieces of words and common words whole. More want more texts.',
  },
  {
    name: 'maskShare',
    type: 'number',
    default: 0.15,
    min: 0.01,
    max: 0.9,
    summary: 'Share of the tokens that are hidden and have to be foretold.',
  },
  ...TOKEN_OPTIONS,
  ...TRAINING_OPTIONS.map((spec): OptionSpec => ({ ...spec, ...TRAINING[spec.name] })),
];

interface TransformerOptions extends Tokenising {
  latentDim: number;
  layers: number;
  heads: number;
  layer: number;
  maxLength: number;
  from: string;
  vocabularySize: number;
  maskShare: number;
  column: string;
  epochs: number;
  batchSize: number;
  learningRate: number;
  optimizer: string;
  schedule: string;
  clipNorm: number;
  validationShare: number;
  earlyStopping: number;
  batchesPerCall: number;
  seed: number;
}

/** Of hidden words, BERT shows one in ten as another word and one in ten as it is. */
const [AS_MASK, AS_OTHER] = [0.8, 0.9];

export const transformer: SpaceMethod = {
  name: 'transformer',
  title: 'Transformer encoder',
  summary: 'Learns to foretell hidden words of short texts from the others; texts that say alike things lie near.',
  family: 'text',
  takes: 'texts',
  options: OPTIONS,
  async fit(dataset, given, runtime, job = {}) {
    const resolved = resolveOptions('transformer', OPTIONS, given);
    const options = resolved as unknown as TransformerOptions;
    const { latentDim, heads, layers, layer, vocabularySize, batchSize } = options;
    if (latentDim % heads !== 0) refuse('heads', `latentDim ${latentDim} is not a multiple of heads ${heads}`);
    if (layer > layers && !options.from)
      refuse('layer', `layer ${layer} is beyond the ${layers} there are; -1 is the last`);
    const plain = job as JobOptions;
    const texts = textsOf(dataset, options.column);
    if (options.from) return otherLayer(texts, resolved, runtime, job);
    const how = { ...options, minCount: 1, phrases: 0, phraseThreshold: 0 };
    const corpus = await drive('reading', corpusSteps(dataset.name, texts, how), plain);
    const pieces = await drive('parting words', bytePairSteps(corpus.words, corpus.counts, vocabularySize), plain);
    const rows = await drive('reading', tokenRows(texts, pieces, options), plain);
    if (rows.nSamples < 2) {
      throw new InputError(`${dataset.name} has one text with words in it; expected at least two, better thousands`, {
        code: 'too-few-rows',
      });
    }
    const shape: TransformerShape = {
      nTokens: FIRST_PIECE + pieces.length,
      length: rows.length,
      width: latentDim,
      heads,
      layers,
    };
    const masked = Math.max(1, Math.round(options.maskShare * rows.length));
    const training = await trainer(runtime, {
      ...options,
      model: (scope, batch) => maskedTokenLoss(scope, batch, shape),
      inputs: [
        { name: 'tokens', shape: [rows.length] },
        ...['places', 'answers', 'weights'].map((name) => ({ name, shape: [masked] })),
      ],
      fill: (indices, buffers, rng) => fillMasked(rows, indices, buffers, rng, shape, masked, options.maskShare),
      nSamples: rows.nSamples,
      batchSize: Math.min(batchSize, rows.nSamples),
      optimiser: optimiserOf(options.optimizer),
      schedule: scheduleOf(options.schedule),
      clipNorm: options.clipNorm || Infinity,
      patience: options.earlyStopping,
      checkpoint: job.checkpoint,
    });
    try {
      const trained = await driveTraining(training, { nEpochs: options.epochs }, job);
      const parts = {
        encoder: encoderOf(trained.parameters, shape, dataset.name),
        layer: layer < 0 ? layers : layer,
        pieces,
        latentDim,
        length: rows.length,
        layers,
        heads,
        tokens: options.tokens,
        lowercase: options.lowercase,
      };
      const { space, codes } = await encodedSpace(parts, texts, runtime, plain);
      const { train = {}, validation } = trained.history.at(-1) ?? {};
      return {
        space,
        codes,
        metrics: {
          train: { ...train, words: corpus.words.length, tokens: pieces.length },
          ...(validation && { validation }),
        },
        history: trained.history,
        warnings: [...corpus.warnings, ...rows.warnings, ...training.warnings],
        options: resolved,
        stopped: training.done < training.total,
      };
    } finally {
      await training.dispose();
    }
  },
};

/** The space of another layer of a transformer that was learned already: nothing is learned. */
async function otherLayer(
  texts: readonly string[],
  resolved: Options,
  runtime: Runtime,
  job: LearnJob,
): Promise<FittedSpace> {
  const { from, layer } = resolved as { from: string; layer: number };
  if (!job.files) refuse('from', `from names the space ${from}, but no project is at hand to find it in`);
  const files = await job.files(from);
  const manifest = readManifest(files['space.json']);
  if (manifest.form !== TRANSFORMER_FORM)
    refuse('from', `${from} was learned by ${manifest.method}, not by a transformer`);
  const { layers } = manifest.parameters as { layers: number };
  if (layer > layers) refuse('layer', `layer ${layer} is beyond the ${layers} that ${from} has; -1 is the last`);
  const parts = transformerParts(files, manifest, layer < 0 ? layers : layer);
  return {
    ...(await encodedSpace(parts, texts, runtime, job as JobOptions)),
    metrics: { train: { tokens: parts.pieces.length } },
    history: [],
    warnings: [],
    options: resolved,
    stopped: false,
  };
}

/** The space with a prior, which is the Gaussian of its texts' codes, and these. */
async function encodedSpace(
  parts: TransformerParts,
  texts: readonly string[],
  runtime: Runtime,
  job: JobOptions,
): Promise<{ space: TransformerSpace; codes: Matrix }> {
  const first = await transformerSpace(parts, runtime);
  let codes: Matrix;
  try {
    codes = await encodeAllTexts(first, texts, job);
  } finally {
    await first.dispose();
  }
  return { space: await transformerSpace(parts, runtime, await gaussianOf(codes, job)), codes };
}

function refuse(option: string, why: string): never {
  throw new InputError(`transformer: ${why}`, { code: 'option', details: { option } });
}

/** Texts as rows of tokens, PAD behind their end; those without words are left out. */
interface TokenRows {
  readonly data: Uint16Array;
  readonly nSamples: number;
  /** tokens in a row: those of the longest text, at most maxLength */
  readonly length: number;
  readonly warnings: readonly string[];
}

function* tokenRows(
  texts: readonly string[],
  pieces: readonly string[],
  { maxLength, tokens: kind, lowercase }: TransformerOptions,
): Steps<TokenRows> {
  const tokenise = tokeniser({ pieces, tokens: kind, lowercase });
  let data = new Uint16Array(texts.length * maxLength);
  let [nSamples, longest, cut] = [0, 1, 0];
  for (let i = 0; i < texts.length; i++) {
    const { tokens } = tokenise(texts[i]);
    const n = Math.min(maxLength, tokens.length);
    if (tokens.length > maxLength) cut++;
    if (n > 0) data.set(tokens.subarray(0, n), nSamples++ * maxLength);
    longest = Math.max(longest, n);
    if (i % 512 === 511) yield i / texts.length;
  }
  if (longest < maxLength) {
    const narrow = new Uint16Array(nSamples * longest);
    for (let i = 0; i < nSamples; i++) narrow.set(data.subarray(i * maxLength, i * maxLength + longest), i * longest);
    data = narrow;
  }
  const warnings =
    cut * 2 > nSamples
      ? [`${cut} of ${texts.length} texts are longer than ${maxLength} tokens; what is beyond is not looked at`]
      : [];
  return { data, nSamples, length: longest, warnings };
}

/** A mini-batch: tokens with some hidden, where these are, and what they were. */
function fillMasked(
  { data }: TokenRows,
  indices: Uint32Array,
  buffers: Record<string, Float32Array>,
  rng: Random,
  { length, nTokens }: TransformerShape,
  masked: number,
  share: number,
): void {
  const { tokens, places, answers, weights } = buffers;
  const order = new Uint16Array(length);
  // of texts whose letters are all too rare there are no pieces, only bytes
  const first = nTokens > FIRST_PIECE ? FIRST_PIECE : SPECIAL;
  indices.forEach((index, i) => {
    const row = tokens.subarray(i * length, (i + 1) * length);
    row.set(data.subarray(index * length, (index + 1) * length));
    const end = row.indexOf(PAD);
    const n = end < 0 ? length : end;
    // the first places of a random order of the text's own, then others, which count for nothing
    for (let k = 0; k < length; k++) order[k] = k;
    const hidden = Math.min(masked, Math.max(1, Math.round(share * n)));
    for (let k = 0; k < masked; k++) {
      if (k < hidden) {
        const other = k + rng.below(n - k);
        [order[k], order[other]] = [order[other], order[k]];
      }
      const at = order[k];
      places[i * masked + k] = i * length + at;
      answers[i * masked + k] = row[at];
      weights[i * masked + k] = k < hidden ? 1 : 0;
    }
    for (let k = 0; k < hidden; k++) {
      const drawn = rng.uniform();
      if (drawn < AS_MASK) row[order[k]] = MASK;
      else if (drawn < AS_OTHER) row[order[k]] = first + rng.below(nTokens - first);
    }
  });
}

/** encoder.onnx: tokens → the mean vector after each layer, and what attends to what. */
function encoderOf(parameters: readonly Parameter[], shape: TransformerShape, data: string): Uint8Array {
  const tokens = input('tokens', ['batch', shape.length]);
  const { hidden, attention, present } = encodeTokens(constantScope(parameters), tokens, shape);
  const { heads, length, width } = shape;
  const means = hidden.map((states) => reshape(pooled(states, present), ['batch', 1, width]));
  const each = attention.map((weights) => reshape(weights, ['batch', 1, heads, length, length]));
  return toOnnx(
    { layers: concat(means, 1), attention: each.length === 1 ? each[0] : concat(each, 1) },
    { inputs: [tokens], metadata: { producer: 'portolan', method: 'transformer', data } },
  );
}

/**
 * word2vec (Mikolov et al. 2013) as a method: texts → vectors of their words, by which words lie near that are used
 * alike. The words are the items of the space.
 */
import { drive, matrix, resolveOptions, row } from '../base/index.ts';
import type { JobOptions, Matrix, OptionSpec } from '../base/index.ts';
import { textsOf } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import type { SpaceMethod } from './latent-space.ts';
import { streamedCorpus } from './streamed-corpus.ts';
import { subwordParts } from './subwords.ts';
import { gaussianOf } from './gaussian-prior.ts';
import { unitRows } from './vectors-space.ts';
import { TOKEN_OPTIONS, corpusSteps } from './vocabulary.ts';
import type { VocabularyOptions } from './vocabulary.ts';
import { fitSkipGram } from './word2vec-fit.ts';
import { word2vecSpace } from './word2vec-space.ts';

/** Words that learning goes over when epochs are left to it. */
const ENOUGH = 1e7;
const [FEWEST_EPOCHS, MOST_EPOCHS] = [5, 200];

const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'latentDim',
    type: 'integer',
    default: 100,
    min: 1,
    max: 4096,
    main: true,
    summary: 'Numbers in a vector. 50 to 300 are usual; more want more text.',
  },
  {
    name: 'algorithm',
    type: 'choice',
    default: 'skipGram',
    choices: ['skipGram', 'cbow'],
    main: true,
    summary: 'skipGram foretells the words around a word, better on rare ones; cbow the word from them, faster.',
  },
  {
    name: 'window',
    type: 'integer',
    default: 5,
    min: 1,
    max: 100,
    main: true,
    summary: 'How far neighbours may be. Small: words of the same kind are near; large: words of the same subject.',
  },
  {
    name: 'epochs',
    type: 'integer',
    default: 0,
    min: 0,
    max: 100_000,
    main: true,
    summary: 'How often learning goes over the texts; 0 goes over ten million words, but 5 to 200 times.',
  },
  {
    name: 'minCount',
    type: 'integer',
    default: 0,
    min: 0,
    summary: 'Rarer words are left out; 0 takes 5, 2 below 200,000 words of text and 1 below 20,000.',
  },
  {
    name: 'negative',
    type: 'integer',
    default: 5,
    min: 1,
    max: 100,
    summary: 'Words drawn by chance to tell each neighbour from. More help on small texts and take longer.',
  },
  {
    name: 'subsample',
    type: 'number',
    default: 1e-3,
    min: 0,
    max: 1,
    summary: 'Words above this share of the text are passed over at times, the more the commoner; 0 passes over none.',
  },
  {
    name: 'learningRate',
    type: 'number',
    default: 0.025,
    min: 1e-8,
    max: 10,
    summary: 'The length of each update at the start; it falls in a line to 1/250 of it.',
  },
  ...TOKEN_OPTIONS,
  {
    name: 'phrases',
    type: 'integer',
    default: 0,
    min: 0,
    max: 3,
    summary: 'How often to look for pairs that stand together like one word (new_york); twice finds up to four words.',
  },
  {
    name: 'phraseThreshold',
    type: 'number',
    default: 100,
    min: 0,
    summary: 'How much more often than by chance the words of a phrase stand together. Higher gives fewer phrases.',
  },
  {
    name: 'subwords',
    type: 'boolean',
    default: false,
    summary: 'Learns parts of words too, as fastText does: better on rare words, and unknown words have vectors.',
  },
  { name: 'minN', type: 'integer', default: 3, min: 1, max: 20, summary: 'Letters in the shortest part of a word.' },
  { name: 'maxN', type: 'integer', default: 6, min: 1, max: 20, summary: 'Letters in the longest part of a word.' },
  {
    name: 'buckets',
    type: 'integer',
    default: 50_000,
    min: 1,
    max: 4_000_000,
    summary: 'Vectors that the parts of words share. More confuse fewer parts and take memory.',
  },
  {
    name: 'normalise',
    type: 'boolean',
    default: true,
    summary: 'Brings each vector to length 1, so that distances rank as cosine similarities do.',
  },
  {
    name: 'shards',
    type: 'integer',
    default: 1,
    min: 1,
    max: 64,
    summary:
      'Parts of the text learned side by side, each on a thread; faster on several threads, a little less exact.',
  },
  { name: 'seed', type: 'integer', default: 0, min: 0, max: 2 ** 32 - 1, summary: 'The same seed, the same vectors.' },
];

interface Word2vecOptions extends VocabularyOptions {
  latentDim: number;
  algorithm: 'skipGram' | 'cbow';
  window: number;
  epochs: number;
  negative: number;
  subsample: number;
  learningRate: number;
  column: string;
  subwords: boolean;
  minN: number;
  maxN: number;
  buckets: number;
  normalise: boolean;
  shards: number;
  seed: number;
}

export const word2vec: SpaceMethod = {
  name: 'word2vec',
  title: 'word2vec',
  summary: 'Learns vectors of words from texts, by which words lie near that stand among the same words.',
  family: 'text',
  takes: 'texts',
  streams: true,
  options: OPTIONS,
  async fit(dataset, given, _, job = {}) {
    const resolved = resolveOptions('word2vec', OPTIONS, given);
    const options = resolved as unknown as Word2vecOptions;
    const { latentDim, normalise, subwords, minN, maxN, buckets, tokens, lowercase } = options;
    const plain = job as JobOptions;
    const corpus = dataset.texts
      ? await streamedCorpus(dataset.texts, options, plain)
      : await drive('reading', corpusSteps(dataset.name, textsOf(dataset, options.column), options), plain);
    const { words, counts, sequences } = corpus;
    const cut = { minN, maxN: Math.max(minN, maxN), buckets };
    const parts = subwords ? subwordParts(words, cut) : undefined;
    const nTokens = counts.reduce((sum, count) => sum + count, 0);
    const fitted = await fitSkipGram(
      sequences,
      {
        ...options,
        cbow: options.algorithm === 'cbow',
        epochs: options.epochs || Math.min(MOST_EPOCHS, Math.max(FEWEST_EPOCHS, Math.round(ENOUGH / nTokens))),
        parts,
        show: { names: words, normalise },
      },
      job,
    );
    const vectors = parts ? meansOf(fitted.inputs, parts, words.length) : fitted.inputs;
    const codes = matrix(vectors.rows, latentDim, vectors.data.slice());
    if (normalise) unitRows(codes);
    const table = fitted.inputs.data.slice(words.length * latentDim);
    const space = word2vecSpace(
      {
        words,
        vectors,
        normalise,
        tokens,
        lowercase,
        ...(parts && { subwords: { options: cut, vectors: matrix(buckets, latentDim, table) } }),
      },
      await gaussianOf(codes, job as JobOptions),
    );
    const last = fitted.history.at(-1)?.train ?? {};
    return {
      space,
      items: itemsOf(dataset, words, counts, codes),
      metrics: { train: { ...last, words: words.length, tokens: corpus.nTokens } },
      history: fitted.history,
      warnings: [...corpus.warnings, ...warningsOf(words.length, nTokens)],
      options: resolved,
      stopped: fitted.stopped,
    };
  },
};

/** The words as a data set: their codes, and how often each occurs. */
function itemsOf({ name }: Dataset, words: readonly string[], counts: Float64Array, codes: Matrix): Dataset {
  return {
    name: `${name} words`,
    rows: { data: codes.data, nSamples: codes.rows, nFeatures: codes.cols, scale: 1 },
    columns: [
      { name: 'word', type: 'text', values: [...words] },
      { name: 'count', type: 'number', values: counts },
    ],
    medium: { kind: 'vector' },
    warnings: [],
  };
}

function warningsOf(nWords: number, nTokens: number): string[] {
  if (nTokens >= 100_000) return [];
  return [
    `${nWords} words in ${nTokens} places are few to learn from; vectors get good from about a million words of text on`,
  ];
}

/** Each word's vector, the mean of its rows. */
function meansOf(
  inputs: Matrix,
  { offsets, rows }: { offsets: Uint32Array; rows: Uint32Array },
  nWords: number,
): Matrix {
  const out = matrix(nWords, inputs.cols);
  for (let i = 0; i < nWords; i++) {
    const to = row(out, i);
    const n = offsets[i + 1] - offsets[i];
    for (let k = offsets[i]; k < offsets[i + 1]; k++) {
      const part = row(inputs, rows[k]);
      for (let j = 0; j < to.length; j++) to[j] += part[j] / n;
    }
  }
  return out;
}

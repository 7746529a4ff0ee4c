/**
 * The space of word2vec: words are its items, a text is the mean of its words. Kept as words.txt, one a line, and
 * vectors.safetensors: `words` [nWords, latentDim] and, where words were learned with their n-grams, `buckets`.
 */
import { FormatError, matrix, readSafetensors, row, writeSafetensors } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import type { LatentSpace, SpaceFiles } from './latent-space.ts';
import { readManifest, writeManifest } from './manifest.ts';
import type { SpaceManifest } from './manifest.ts';
import type { PriorSpec } from './prior.ts';
import { subwordBuckets } from './subwords.ts';
import type { SubwordOptions } from './subwords.ts';
import { unitRows, vectorsSpace } from './vectors-space.ts';
import { tokensOf } from './vocabulary.ts';
import type { Tokenising } from './vocabulary.ts';

/** The form's name in space.json. */
export const WORD2VEC_FORM = 'word2vec';

export interface WordVectors extends Tokenising {
  readonly words: readonly string[];
  /** [nWords, latentDim], as a text's mean takes them */
  readonly vectors: Matrix;
  /** [buckets, latentDim] and how words are cut; of words learned with their n-grams */
  readonly subwords?: { readonly options: SubwordOptions; readonly vectors: Matrix };
  /** whether codes have length 1 */
  readonly normalise: boolean;
}

export function word2vecSpace(parts: WordVectors, prior?: PriorSpec): LatentSpace {
  const { words, vectors, subwords, normalise, tokens, lowercase } = parts;
  const latentDim = vectors.cols;
  const place = new Map(words.map((word, i) => [word, i]));
  const plain = vectorsSpace({ method: 'word2vec', latentDim, normalise, prior });
  return {
    ...plain,
    encodeTexts(texts) {
      const z = matrix(texts.length, latentDim);
      texts.forEach((text, i) => addMean(row(z, i), phrased(tokensOf(text, parts), place), parts, place));
      if (normalise) unitRows(z);
      return Promise.resolve(z);
    },
    toFiles() {
      const shape = (x: Matrix) => ({ shape: [x.rows, x.cols], data: x.data });
      const manifest = readManifest(plain.toFiles()['space.json']);
      const parameters = { normalise, tokens, lowercase, ...(subwords && { subwords: subwords.options }) };
      return {
        'space.json': writeManifest({ ...manifest, form: WORD2VEC_FORM, parameters }),
        'words.txt': new TextEncoder().encode(`${words.join('\n')}\n`),
        'vectors.safetensors': writeSafetensors({
          words: shape(vectors),
          ...(subwords && { buckets: shape(subwords.vectors) }),
        }),
      };
    },
  };
}

/** @throws FormatError when a file is missing, or the words are not as many as the vectors */
export function loadWord2vec(files: SpaceFiles, manifest: SpaceManifest): Promise<LatentSpace> {
  for (const name of ['words.txt', 'vectors.safetensors']) {
    if (!files[name]) throw new FormatError(`a space of words needs a ${name}`, { details: { name } });
  }
  const { tensors } = readSafetensors(files['vectors.safetensors'], 'vectors.safetensors');
  const { latentDim, prior, parameters = {} } = manifest;
  const tableOf = (name: string): Matrix => {
    const { shape = [], data } = tensors[name] ?? {};
    if (data instanceof Float32Array && shape.length === 2 && shape[1] === latentDim)
      return matrix(shape[0], shape[1], data);
    throw new FormatError(`vectors.safetensors has no float32 table ${name} of ${latentDim} columns`, {
      details: { name: 'vectors.safetensors' },
    });
  };
  const words = new TextDecoder().decode(files['words.txt']).replace(/\n$/, '').split('\n');
  const vectors = tableOf('words');
  if (words.length !== vectors.rows) {
    throw new FormatError(`words.txt has ${words.length} words, expected ${vectors.rows}`, {
      details: { name: 'words.txt', offset: files['words.txt'].length },
    });
  }
  const options = parameters.subwords as SubwordOptions | undefined;
  const space = word2vecSpace(
    {
      words,
      vectors,
      normalise: parameters.normalise === true,
      tokens: parameters.tokens === 'blanks' ? 'blanks' : 'words',
      lowercase: parameters.lowercase !== false,
      ...(options && { subwords: { options, vectors: tableOf('buckets') } }),
    },
    prior,
  );
  return Promise.resolve(space);
}

/** Tokens, those that stand together as a phrase of the vocabulary joined, the longest first. */
function phrased(tokens: readonly string[], place: ReadonlyMap<string, number>): string[] {
  const out: string[] = [];
  for (let i = 0; i < tokens.length;) {
    let n = Math.min(4, tokens.length - i);
    while (n > 1 && !place.has(tokens.slice(i, i + n).join('_'))) n--;
    out.push(tokens.slice(i, i + n).join('_'));
    i += n;
  }
  return out;
}

/** The mean of what the words mean; words that are not known count for nothing, unless their n-grams are. */
function addMean(
  out: Float32Array,
  tokens: readonly string[],
  { vectors, subwords }: WordVectors,
  place: ReadonlyMap<string, number>,
): void {
  let known = 0;
  const add = (values: Float32Array, share: number): void => {
    for (let j = 0; j < out.length; j++) out[j] += values[j] * share;
  };
  for (const token of tokens) {
    const at = place.get(token);
    if (at !== undefined) add(row(vectors, at), 1);
    else if (subwords) {
      const buckets = subwordBuckets(token, subwords.options);
      for (const bucket of buckets) add(row(subwords.vectors, bucket), 1 / buckets.length);
      if (buckets.length === 0) continue;
    } else continue;
    known++;
  }
  for (let j = 0; j < out.length; j++) out[j] /= Math.max(1, known);
}

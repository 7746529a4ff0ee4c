/**
 * The space of a transformer: texts, encoded as the mean of a layer's vectors. Kept as encoder.onnx (tokens
 * [batch, length] as float32 → layers [batch, layers + 1, latentDim], the mean after each, and attention [batch, layers, heads, length, length]) and
 * pieces.txt, the pieces of words by which texts are parted, one a line. Tokens 0 and 1 are none and the mask, then come
 * the 256 bytes, then the pieces.
 */
import { FormatError, InputError, matrix } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { euclidean } from './geometry.ts';
import type { LatentSpace, SpaceFiles } from './latent-space.ts';
import { writeManifest } from './manifest.ts';
import type { SpaceManifest } from './manifest.ts';
import { makePrior } from './prior.ts';
import type { PriorSpec } from './prior.ts';
import { BYTES, bytePairs } from './byte-pairs.ts';
import { SPECIAL } from './transformer-network.ts';
import { tokensOf } from './vocabulary.ts';
import type { Tokenising } from './vocabulary.ts';

/** The form's name in space.json. */
export const TRANSFORMER_FORM = 'transformer';
/** The first token that is a piece. */
export const FIRST_PIECE = SPECIAL + BYTES;

/** Texts encoded in one call. */
const CHUNK = 64;

/** What of a text attends to what. */
export interface Attention {
  /** the pieces of words that were looked at; of a letter that is in no piece, its bytes as <0xE6> */
  readonly tokens: readonly string[];
  /** [n], of each which word of the text it is of, counted from 0 */
  readonly words: Uint32Array;
  readonly layers: number;
  readonly heads: number;
  /** [layers, heads, n, n] of the n tokens: how much the third axis attends to the fourth; each row sums to 1 */
  readonly weights: Float32Array;
}

export interface TransformerSpace extends LatentSpace {
  encodeTexts(texts: readonly string[]): Promise<Matrix>;
  attention(text: string): Promise<Attention>;
}

export interface TransformerParts extends Tokenising {
  readonly encoder: Uint8Array;
  /** of words, as byte-pair encoding found them */
  readonly pieces: readonly string[];
  readonly latentDim: number;
  readonly length: number;
  readonly layers: number;
  readonly heads: number;
  /** whose mean vector is the code, 0 for the tokens by themselves */
  readonly layer: number;
}

export async function transformerSpace(
  parts: TransformerParts,
  runtime: Runtime,
  prior?: PriorSpec,
): Promise<TransformerSpace> {
  const { encoder, pieces, latentDim, length, layers, heads, layer, tokens: kind, lowercase } = parts;
  const tokenise = tokeniser(parts);
  const executable = await load(encoder, length, runtime);
  const run = async (texts: readonly string[]) => {
    const data = new Float32Array(texts.length * length);
    texts.forEach((text, i) => data.set(tokenise(text).tokens.subarray(0, length), i * length));
    return executable.run({ tokens: { dtype: 'float32', shape: [texts.length, length], data } });
  };
  return {
    method: 'transformer',
    latentDim,
    nFeatures: 0,
    geometry: euclidean,
    medium: { kind: 'text' },
    prior: prior && makePrior(prior, latentDim),
    async encodeTexts(texts) {
      const z = matrix(texts.length, latentDim);
      for (let from = 0; from < texts.length; from += CHUNK) {
        const outputs = await run(texts.slice(from, from + CHUNK));
        const means = outputs.layers.data as Float32Array;
        for (let i = from; i < Math.min(from + CHUNK, texts.length); i++) {
          const at = ((i - from) * (layers + 1) + layer) * latentDim;
          z.data.set(means.subarray(at, at + latentDim), i * latentDim);
        }
      }
      return z;
    },
    async attention(text) {
      const { tokens, words } = tokenise(text);
      const n = Math.min(length, tokens.length);
      const all = (await run([text])).attention.data as Float32Array;
      const weights = new Float32Array(layers * heads * n * n);
      for (let h = 0; h < layers * heads; h++) {
        for (let i = 0; i < n; i++) {
          const at = (h * length + i) * length;
          weights.set(all.subarray(at, at + n), (h * n + i) * n);
        }
      }
      const written = Array.from(tokens.subarray(0, n), (token) => nameOf(token, pieces));
      return { tokens: written, words: words.slice(0, n), layers, heads, weights };
    },
    toFiles: () => ({
      'space.json': writeManifest({
        form: TRANSFORMER_FORM,
        method: 'transformer',
        latentDim,
        nFeatures: 0,
        geometry: { name: 'euclidean' },
        medium: { kind: 'text' },
        prior,
        parameters: { length, layers, heads, layer, tokens: kind, lowercase },
      }),
      'encoder.onnx': encoder,
      'pieces.txt': new TextEncoder().encode(`${pieces.join('\n')}\n`),
    }),
    dispose: () => executable.dispose(),
  };
}

/**
 * What of a text attends to what, in a space learned by a transformer.
 * @throws InputError when the space is of another kind
 */
export function attentionOf(space: LatentSpace, text: string): Promise<Attention> {
  if ('attention' in space) return (space as TransformerSpace).attention(text);
  throw new InputError(`a space of ${space.method} has no attention; a transformer has`, { code: 'no-attention' });
}

/** @throws FormatError when a file is missing, damaged or says something else than space.json */
export async function loadTransformer(
  files: SpaceFiles,
  manifest: SpaceManifest,
  runtime: Runtime,
): Promise<LatentSpace> {
  return transformerSpace(transformerParts(files, manifest), runtime, manifest.prior);
}

/** What a space was made of, from its files. @param layer  another one than it has */
export function transformerParts(files: SpaceFiles, manifest: SpaceManifest, layer?: number): TransformerParts {
  for (const name of ['encoder.onnx', 'pieces.txt']) {
    if (!files[name]) throw new FormatError(`a space of a transformer needs a ${name}`, { details: { name } });
  }
  const { latentDim, parameters = {} } = manifest;
  const counts = [parameters.length, parameters.layers, parameters.heads, latentDim];
  const saved = parameters.layer as number;
  const whole = counts.every((count) => Number.isInteger(count) && (count as number) > 0);
  if (!whole || !(Number.isInteger(saved) && saved >= 0 && saved <= (parameters.layers as number))) {
    throw new FormatError('space.json does not say the length, layers, heads and layer of its transformer', {
      details: { name: 'space.json' },
    });
  }
  const [length, layers, heads] = counts as number[];
  return {
    encoder: files['encoder.onnx'],
    pieces: new TextDecoder().decode(files['pieces.txt']).replace(/\n$/, '').split('\n'),
    latentDim,
    length,
    layers,
    heads,
    layer: layer ?? saved,
    tokens: parameters.tokens === 'blanks' ? 'blanks' : 'words',
    lowercase: parameters.lowercase !== false,
  };
}

/** A text as tokens, and of each which word it is of. */
export interface Tokenised {
  readonly tokens: Uint32Array;
  readonly words: Uint32Array;
}

/** Texts → their tokens. */
export function tokeniser({
  pieces,
  ...how
}: Tokenising & Pick<TransformerParts, 'pieces'>): (text: string) => Tokenised {
  const partsOf = bytePairs(pieces);
  return (text) => {
    const parted = tokensOf(text, how).map(partsOf);
    return {
      tokens: Uint32Array.from(parted.flat(), (part) => SPECIAL + part),
      words: Uint32Array.from(parted.flatMap((parts, word) => parts.map(() => word))),
    };
  };
}

function nameOf(token: number, pieces: readonly string[]): string {
  if (token >= FIRST_PIECE) return pieces[token - FIRST_PIECE].trimStart();
  return `<0x${(token - SPECIAL).toString(16).toUpperCase().padStart(2, '0')}>`;
}

async function load(bytes: Uint8Array, length: number, runtime: Runtime) {
  const name = 'encoder.onnx';
  const executable = await runtime.load(bytes).catch((cause: unknown) => {
    throw new FormatError(`${name} is not a model that can be loaded (damaged or cut short?)`, {
      code: 'onnx',
      details: { name },
      cause,
    });
  });
  const { inputs, outputs } = executable;
  const given = ['layers', 'attention'].every((wanted) => outputs.some((output) => output.name === wanted));
  if (given && inputs[0]?.name === 'tokens' && inputs[0].shape[1] === length) return executable;
  await executable.dispose();
  throw new FormatError(`${name} is no transformer over ${length} tokens, as space.json says`, {
    code: 'onnx',
    details: { name },
  });
}

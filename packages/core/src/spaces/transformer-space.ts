/**
 * The space of a transformer: texts, encoded as the mean of a layer's vectors. Kept as encoder.onnx (tokens
 * [batch, length] as float32 → z [batch, latentDim] and attention [batch, layers, heads, length, length]) and
 * words.txt, the vocabulary, a word a line, the three special tokens first.
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
import { SPECIAL, UNKNOWN } from './transformer-network.ts';
import { tokensOf } from './vocabulary.ts';
import type { Tokenising } from './vocabulary.ts';

/** The form's name in space.json. */
export const TRANSFORMER_FORM = 'transformer';
export const SPECIAL_WORDS = ['[pad]', '[mask]', '[unknown]'];

/** Texts encoded in one call. */
const CHUNK = 64;

/** What of a text attends to what. */
export interface Attention {
  /** the tokens that were looked at; those that the vocabulary lacks as they were written */
  readonly tokens: readonly string[];
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
  /** the vocabulary, the special tokens first */
  readonly words: readonly string[];
  readonly latentDim: number;
  readonly length: number;
  readonly layers: number;
  readonly heads: number;
}

export async function transformerSpace(
  parts: TransformerParts,
  runtime: Runtime,
  prior?: PriorSpec,
): Promise<TransformerSpace> {
  const { encoder, words, latentDim, length, layers, heads, tokens: kind, lowercase } = parts;
  const place = placesOf(words);
  const executable = await load(encoder, length, runtime);
  const run = async (texts: readonly string[]) => {
    const data = new Float32Array(texts.length * length);
    texts.forEach((text, i) => fillTokens(data.subarray(i * length, (i + 1) * length), tokensOf(text, parts), place));
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
        z.data.set(outputs.z.data as Float32Array, from * latentDim);
      }
      return z;
    },
    async attention(text) {
      const tokens = tokensOf(text, parts).slice(0, length);
      const n = tokens.length;
      const all = (await run([text])).attention.data as Float32Array;
      const weights = new Float32Array(layers * heads * n * n);
      for (let h = 0; h < layers * heads; h++) {
        for (let i = 0; i < n; i++) {
          const at = (h * length + i) * length;
          weights.set(all.subarray(at, at + n), (h * n + i) * n);
        }
      }
      return { tokens, layers, heads, weights };
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
        parameters: { length, layers, heads, tokens: kind, lowercase },
      }),
      'encoder.onnx': encoder,
      'words.txt': new TextEncoder().encode(`${words.join('\n')}\n`),
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
export function loadTransformer(files: SpaceFiles, manifest: SpaceManifest, runtime: Runtime): Promise<LatentSpace> {
  for (const name of ['encoder.onnx', 'words.txt']) {
    if (!files[name]) throw new FormatError(`a space of a transformer needs a ${name}`, { details: { name } });
  }
  const { latentDim, prior, parameters = {} } = manifest;
  const counts = [parameters.length, parameters.layers, parameters.heads, latentDim];
  if (!counts.every((count) => Number.isInteger(count) && (count as number) > 0)) {
    throw new FormatError('space.json does not say the length, layers and heads of its transformer', {
      details: { name: 'space.json' },
    });
  }
  const [length, layers, heads] = counts as number[];
  const words = new TextDecoder().decode(files['words.txt']).replace(/\n$/, '').split('\n');
  const tokens = parameters.tokens === 'blanks' ? 'blanks' : 'words';
  const lowercase = parameters.lowercase !== false;
  const encoder = files['encoder.onnx'];
  return transformerSpace({ encoder, words, latentDim, length, layers, heads, tokens, lowercase }, runtime, prior);
}

/** Words → their places. */
export const placesOf = (words: readonly string[]): ReadonlyMap<string, number> =>
  new Map(words.map((word, i) => [word, i] as const).slice(SPECIAL));

/** Writes the places of tokens, as many as fit; zeros beyond them. Returns how many. */
export function fillTokens(out: Float32Array, tokens: readonly string[], place: ReadonlyMap<string, number>): number {
  const n = Math.min(out.length, tokens.length);
  out.fill(0);
  for (let i = 0; i < n; i++) out[i] = place.get(tokens[i]) ?? UNKNOWN;
  return n;
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
  const given = ['z', 'attention'].every((wanted) => outputs.some((output) => output.name === wanted));
  if (given && inputs[0]?.name === 'tokens' && inputs[0].shape[1] === length) return executable;
  await executable.dispose();
  throw new FormatError(`${name} is no transformer over ${length} tokens, as space.json says`, {
    code: 'onnx',
    details: { name },
  });
}

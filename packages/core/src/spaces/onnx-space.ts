/**
 * The latent space that lives in files: encoder.onnx and decoder.onnx, run by whatever runtime there is, and
 * space.json, which says what they are. Every network that is learned here is one, and so is one from elsewhere.
 *
 * Conventions: the encoder takes rows, [batch, nFeatures] or [batch, …] of as many values, and gives codes (the
 * posterior's mean where there is one) as its first output; the decoder takes codes as its only input and gives rows
 * as its first output.
 */
import { FormatError, InputError, matrix, random } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import type { Medium } from '../data/index.ts';
import type { Executable, Runtime } from '../runtime/index.ts';
import type { LatentSpace, Prior, SpaceFiles } from './latent-space.ts';

/** The version of space.json that is written; older ones are read. */
export const SPACE_VERSION = 1;
const FORMAT = 'portolan-space';
const CHUNK = 1024;

/** A distribution over codes, as space.json has it. The Cholesky factor is lower, row-major, [latentDim, latentDim]. */
export type PriorSpec = { kind: 'standardNormal' } | { kind: 'gaussian'; mean: number[]; cholesky: number[] };

/** space.json. */
export interface SpaceManifest {
  format: typeof FORMAT;
  version: number;
  method: string;
  latentDim: number;
  nFeatures: number;
  geometry: 'euclidean';
  medium: Medium;
  prior?: PriorSpec;
}

export interface OnnxSpaceOptions {
  method?: string;
  medium?: Medium;
  prior?: PriorSpec;
}

/**
 * A latent space over an encoder, a decoder or both.
 * @throws InputError when neither is given or they do not fit each other; FormatError when one is not an ONNX model
 *   or has not the inputs and outputs of one
 */
export async function onnxSpace(
  { encoder, decoder }: { encoder?: Uint8Array; decoder?: Uint8Array },
  runtime: Runtime,
  { method = 'onnx', medium = { kind: 'vector' }, prior }: OnnxSpaceOptions = {},
): Promise<LatentSpace> {
  if (!encoder && !decoder) {
    throw new InputError('a space needs an encoder.onnx, a decoder.onnx or both; got neither', { code: 'no-model' });
  }
  const encoding = encoder && (await side('encoder.onnx', encoder, runtime));
  const decoding = decoder && (await side('decoder.onnx', decoder, runtime));
  const latentDim = encoding?.to ?? (decoding as Side).from;
  const nFeatures = encoding?.from ?? (decoding as Side).to;
  if (encoding && decoding && (decoding.from !== latentDim || decoding.to !== nFeatures)) {
    throw new InputError(
      `encoder.onnx maps ${encoding.from} features to ${encoding.to} latents, decoder.onnx ${decoding.from} latents ` +
        `to ${decoding.to} features; expected a pair that fits`,
      { code: 'models-differ' },
    );
  }
  checkMedium(medium, nFeatures);
  const manifest: SpaceManifest = {
    format: FORMAT,
    version: SPACE_VERSION,
    method,
    latentDim,
    nFeatures,
    geometry: 'euclidean',
    medium,
    prior,
  };
  return {
    method,
    latentDim,
    nFeatures,
    geometry: { name: 'euclidean' },
    medium,
    encode: encoding && ((x) => apply(encoding, x, 'encode', 'features')),
    decode: decoding && ((z) => apply(decoding, z, 'decode', 'latent dimensions')),
    prior: prior && makePrior(prior, latentDim),
    toFiles: () => ({
      'space.json': new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`),
      ...(encoder && { 'encoder.onnx': encoder }),
      ...(decoder && { 'decoder.onnx': decoder }),
    }),
    async dispose() {
      await encoding?.executable.dispose();
      await decoding?.executable.dispose();
    },
  };
}

/**
 * A saved space. Without a space.json, the two models alone make one.
 * @throws FormatError when a file is missing, damaged or, code `newer-version`, of a later version
 */
export async function loadSpace(files: SpaceFiles, runtime: Runtime): Promise<LatentSpace> {
  const models = { encoder: files['encoder.onnx'], decoder: files['decoder.onnx'] };
  if (!models.encoder && !models.decoder) {
    const found = Object.keys(files).join(', ') || 'nothing';
    throw new FormatError(`a space needs an encoder.onnx, a decoder.onnx or both; found ${found}`, {
      code: 'no-model',
    });
  }
  if (!files['space.json']) return onnxSpace(models, runtime);
  const { method, medium, prior } = readManifest(files['space.json']);
  return onnxSpace(models, runtime, { method, medium, prior });
}

/** @throws FormatError when the bytes are no space.json, or one of a later version */
export function readManifest(bytes: Uint8Array): SpaceManifest {
  let manifest: Partial<SpaceManifest> | null;
  try {
    manifest = JSON.parse(new TextDecoder().decode(bytes)) as Partial<SpaceManifest> | null;
  } catch (cause) {
    throw new FormatError('space.json is not JSON; it may be cut short', { details: { name: 'space.json' }, cause });
  }
  if (manifest?.format !== FORMAT || !Number.isInteger(manifest.version) || typeof manifest.method !== 'string') {
    throw new FormatError(`space.json does not describe a space; expected format ${FORMAT} with version and method`, {
      details: { name: 'space.json' },
    });
  }
  if ((manifest.version as number) > SPACE_VERSION) {
    throw new FormatError(
      `space.json is of version ${manifest.version}, newer than ${SPACE_VERSION}, which this program knows; update it`,
      { code: 'newer-version', details: { name: 'space.json', version: manifest.version } },
    );
  }
  return { medium: { kind: 'vector' }, ...manifest } as SpaceManifest;
}

/** A Gaussian over codes from its manifest. */
export function makePrior(spec: PriorSpec, latentDim: number): Prior {
  return {
    name: spec.kind === 'standardNormal' ? 'standard normal' : 'Gaussian fitted to the codes',
    sample(n, seed) {
      const z = matrix(n, latentDim);
      random(seed).fillNormal(z.data);
      if (spec.kind === 'standardNormal') return z;
      const { mean, cholesky } = spec;
      for (let i = 0; i < n; i++) {
        const row = z.data.subarray(i * latentDim, (i + 1) * latentDim);
        // from the last coordinate up, as each uses those before it
        for (let j = latentDim - 1; j >= 0; j--) {
          let sum = mean[j];
          for (let k = 0; k <= j; k++) sum += cholesky[j * latentDim + k] * row[k];
          row[j] = sum;
        }
      }
      return z;
    },
  };
}

/** A loaded model that maps rows of width `from` to rows of width `to`. */
interface Side {
  readonly executable: Executable;
  readonly input: string;
  readonly output: string;
  /** of one row, as the model takes it: [784], or [1, 28, 28] */
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

async function side(name: string, bytes: Uint8Array, runtime: Runtime): Promise<Side> {
  if (bytes.length === 0) throw new FormatError(`${name} is empty`, { details: { name } });
  let executable: Executable;
  try {
    executable = await runtime.load(bytes);
  } catch (cause) {
    const why = cause instanceof Error ? `: ${cause.message.split('\n')[0]}` : '';
    throw new FormatError(`${name} is not a model that can be loaded (damaged or cut short?)${why}`, {
      code: 'onnx',
      details: { name },
      cause,
    });
  }
  const { inputs, outputs } = executable;
  const [input, output] = [inputs[0], outputs[0]];
  const shape = input?.shape.slice(1) ?? [];
  const from = sizeOf(shape);
  const to = sizeOf(output?.shape.slice(1) ?? []);
  const fits = inputs.length === 1 && from > 0 && to > 0 && input.dtype === 'float32' && output.dtype === 'float32';
  if (!fits) {
    const got = inputs.map((t) => `${t.name} ${t.dtype} [${t.shape.join(', ')}]`).join(', ');
    await executable.dispose();
    throw new FormatError(
      `${name} takes ${got || 'nothing'} and gives ${output?.dtype} [${output?.shape.join(', ')}]; ` +
        'expected one float32 input [batch, …] and a float32 output [batch, …], of known sizes but for the batch',
      { code: 'onnx', details: { name } },
    );
  }
  return { executable, input: input.name, output: output.name, shape: shape as number[], from, to };
}

async function apply(
  { executable, input, output, shape, from, to }: Side,
  x: Matrix,
  verb: string,
  unit: string,
): Promise<Matrix> {
  if (x.cols !== from) {
    throw new InputError(`${verb}: got rows of ${x.cols} numbers, expected ${from} ${unit}`, { code: 'width' });
  }
  const out = matrix(x.rows, to);
  for (let start = 0; start < x.rows; start += CHUNK) {
    const end = Math.min(start + CHUNK, x.rows);
    const data = x.data.subarray(start * from, end * from);
    const result = await executable.run({ [input]: { dtype: 'float32', shape: [end - start, ...shape], data } });
    out.data.set(result[output].data as Float32Array, start * to);
  }
  return out;
}

/** The number of values in a row of a shape; 0 when there is none, or it is not known. */
function sizeOf(shape: readonly (number | string)[]): number {
  if (shape.length === 0) return 0;
  return shape.reduce<number>((size, dim) => (typeof dim === 'number' ? size * dim : 0), 1);
}

function checkMedium(medium: Medium, nFeatures: number): void {
  if (medium.kind !== 'image') return;
  const { height, width, channels } = medium;
  if (height * width * channels === nFeatures) return;
  throw new FormatError(
    `space.json says rows are ${height} × ${width} × ${channels} images, but the model has ${nFeatures} features`,
    { details: { name: 'space.json' } },
  );
}

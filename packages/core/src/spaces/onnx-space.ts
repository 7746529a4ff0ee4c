/**
 * The latent space that lives in files: encoder.onnx and decoder.onnx, run by whatever runtime there is, and
 * space.json, which says what they are. Every network that is learned here is one, and so is one from elsewhere.
 *
 * Conventions: the encoder takes rows, [batch, nFeatures] or [batch, …] of as many values, and gives codes (the
 * posterior's mean where there is one) as its first output; the decoder takes codes and gives rows as its first output.
 * Models that were learned given a class take a second input `condition`, [batch, classes], which sums to 1 in a row.
 */
import { FormatError, InputError, matrix } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import type { Medium } from '../data/index.ts';
import type { Executable, Runtime, TensorValue } from '../runtime/index.ts';
import { geometryOf } from './geometry.ts';
import type { GeometrySpec } from './geometry.ts';
import { CONDITION, classesFor, oneHot } from './condition.ts';
import type { Conditions, LatentSpace, SpaceFiles } from './latent-space.ts';
import { writeManifest } from './manifest.ts';
import type { SpaceManifest } from './manifest.ts';
import { makePrior } from './prior.ts';
import type { PriorSpec } from './prior.ts';

const CHUNK = 1024;

export interface OnnxSpaceOptions {
  method?: string;
  medium?: Medium;
  prior?: PriorSpec;
  /** of the codes; Euclidean when left out */
  geometry?: GeometrySpec;
  /** the classes by which the models encode and decode */
  conditions?: Conditions;
}

/**
 * A latent space over an encoder, a decoder or both.
 * @throws InputError when neither is given or they do not fit each other; FormatError when one is not an ONNX model
 *   or has not the inputs and outputs of one
 */
export async function onnxSpace(
  { encoder, decoder }: { encoder?: Uint8Array; decoder?: Uint8Array },
  runtime: Runtime,
  options: OnnxSpaceOptions = {},
): Promise<LatentSpace> {
  const { method = 'onnx', medium = { kind: 'vector' }, prior, geometry = { name: 'euclidean' }, conditions } = options;
  const nClasses = conditions?.categories.length ?? 0;
  if (!encoder && !decoder) {
    throw new InputError('a space needs an encoder.onnx, a decoder.onnx or both; got neither', { code: 'no-model' });
  }
  const encoding = encoder && (await side('encoder.onnx', encoder, runtime, nClasses));
  const decoding = decoder && (await side('decoder.onnx', decoder, runtime, nClasses));
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
  const manifest = { method, latentDim, nFeatures, geometry, medium, prior, ...(conditions && { conditions }) };
  return {
    method,
    latentDim,
    nFeatures,
    geometry: geometryOf(geometry),
    medium,
    ...(conditions && { conditions }),
    encode: encoding && ((x, classes) => apply(encoding, x, 'encode', 'features', classes)),
    decode: decoding && ((z, classes) => apply(decoding, z, 'decode', 'latent dimensions', classes)),
    prior: prior && makePrior(prior, latentDim),
    toFiles: () => ({
      'space.json': writeManifest(manifest),
      ...(encoder && { 'encoder.onnx': encoder }),
      ...(decoder && { 'decoder.onnx': decoder }),
    }),
    async dispose() {
      await encoding?.executable.dispose();
      await decoding?.executable.dispose();
    },
  };
}

/** encoder.onnx, decoder.onnx or both, as files of a space. */
export async function loadOnnxSpace(
  files: SpaceFiles,
  manifest: SpaceManifest | undefined,
  runtime: Runtime,
): Promise<LatentSpace> {
  const models = { encoder: files['encoder.onnx'], decoder: files['decoder.onnx'] };
  if (!models.encoder && !models.decoder) {
    const found = Object.keys(files).join(', ') || 'nothing';
    throw new FormatError(`a space needs an encoder.onnx, a decoder.onnx or both; found ${found}`, {
      code: 'no-model',
    });
  }
  return onnxSpace(models, runtime, manifest);
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
  /** of the condition it takes; 0 when it takes none */
  readonly nClasses: number;
}

async function side(name: string, bytes: Uint8Array, runtime: Runtime, nClasses: number): Promise<Side> {
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
  const { inputs: taken, outputs } = executable;
  const given = taken.find((input) => nClasses > 0 && input.name === CONDITION);
  const inputs = taken.filter((input) => input !== given);
  const [input, output] = [inputs[0], outputs[0]];
  const shape = input?.shape.slice(1) ?? [];
  const from = sizeOf(shape);
  const to = sizeOf(output?.shape.slice(1) ?? []);
  const fits =
    inputs.length === 1 &&
    from > 0 &&
    to > 0 &&
    input.dtype === 'float32' &&
    output.dtype === 'float32' &&
    (nClasses === 0 || given?.shape[1] === nClasses);
  if (!fits) {
    const got = taken.map((t) => `${t.name} ${t.dtype} [${t.shape.join(', ')}]`).join(', ');
    await executable.dispose();
    throw new FormatError(
      `${name} takes ${got || 'nothing'} and gives ${output?.dtype} [${output?.shape.join(', ')}]; ` +
        `expected one float32 input [batch, …]${nClasses > 0 ? ` beside a condition [batch, ${nClasses}]` : ''} and a ` +
        'float32 output [batch, …], of known sizes but for the batch',
      { code: 'onnx', details: { name } },
    );
  }
  return { executable, input: input.name, output: output.name, shape: shape as number[], from, to, nClasses };
}

async function apply(
  { executable, input, output, shape, from, to, nClasses }: Side,
  x: Matrix,
  verb: string,
  unit: string,
  given?: Int32Array,
): Promise<Matrix> {
  if (x.cols !== from) {
    throw new InputError(`${verb}: got rows of ${x.cols} numbers, expected ${from} ${unit}`, { code: 'width' });
  }
  const classes = nClasses > 0 ? classesFor(verb, x.rows, nClasses, given) : new Int32Array();
  const out = matrix(x.rows, to);
  for (let start = 0; start < x.rows; start += CHUNK) {
    const end = Math.min(start + CHUNK, x.rows);
    const data = x.data.subarray(start * from, end * from);
    const feeds: Record<string, TensorValue> = { [input]: { dtype: 'float32', shape: [end - start, ...shape], data } };
    if (nClasses > 0) {
      const condition = new Float32Array((end - start) * nClasses);
      oneHot(classes.subarray(start, end), nClasses, condition);
      feeds[CONDITION] = { dtype: 'float32', shape: [end - start, nClasses], data: condition };
    }
    const result = await executable.run(feeds);
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

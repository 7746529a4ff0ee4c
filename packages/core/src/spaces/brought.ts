/**
 * A space over models from elsewhere, any encoder or decoder as .onnx. They are kept as they came; how they are fed and
 * read is in space.json. What is not known of them is found by `inferBrought`.
 */
import { FormatError, InputError } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import type { Medium } from '../data/index.ts';
import type { Runtime } from '../runtime/index.ts';
import type { ClassInput } from './brought-classes.ts';
import { inferBrought } from './brought-infer.ts';
import type { BroughtSpec, SideSpec } from './brought-infer.ts';
import { product, rowModel } from './brought-model.ts';
import type { ModelFile, RowModel } from './brought-model.ts';
import type { BroughtOptions } from './brought-ports.ts';
import { checkForm, fromModel, toModel } from './brought-rows.ts';
import type { BroughtData } from './brought-scale.ts';
import { classesFor } from './condition.ts';
import { euclidean } from './geometry.ts';
import type { LatentSpace, SpaceFiles } from './latent-space.ts';
import { writeManifest } from './manifest.ts';
import type { SpaceManifest } from './manifest.ts';
import { makePrior } from './prior.ts';
import type { PriorSpec } from './prior.ts';

export interface BroughtSpace extends LatentSpace {
  readonly spec: BroughtSpec;
  /** the same space, of whose codes something is known */
  withPrior(prior: PriorSpec): BroughtSpace;
}

/**
 * @param options.data  the data whose rows are encoded; a decoder, or a pair that says its shapes, does without
 * @throws InputError, code `tell`, where something can't be inferred: `details.ask` is `range`, `layout`, `latent`,
 *   `inputs` or `data`; code `shape` or `models-differ` where sizes don't fit; FormatError for what is no model, or uses
 *   operators that the runtime does not know (code `operator`)
 */
export async function bringSpace(
  files: { encoder?: ModelFile; decoder?: ModelFile },
  runtime: Runtime,
  options: { data?: BroughtData; told?: BroughtOptions } = {},
): Promise<BroughtSpace> {
  const spec = await inferBrought(files, runtime, options);
  return broughtSpace(files, spec, runtime);
}

async function broughtSpace(
  files: { encoder?: ModelFile; decoder?: ModelFile },
  spec: BroughtSpec,
  runtime: Runtime,
  prior?: PriorSpec,
): Promise<BroughtSpace> {
  const encoder = files.encoder && spec.encoder && (await rowModel(files.encoder, spec.encoder, runtime));
  const decoder = files.decoder && spec.decoder && (await rowModel(files.decoder, spec.decoder, runtime));
  return overModels(files, spec, { encoder, decoder }, prior);
}

function overModels(
  files: { encoder?: ModelFile; decoder?: ModelFile },
  spec: BroughtSpec,
  models: { encoder?: RowModel; decoder?: RowModel },
  prior?: PriorSpec,
): BroughtSpace {
  const { medium, latentDim, nFeatures, conditions } = spec;
  const nClasses = conditions?.categories.length ?? 0;
  const classed = (verb: string, { rows }: Matrix, classes?: Int32Array): Int32Array | undefined =>
    conditions && classesFor(verb, rows, nClasses, classes);
  const { encoder, decoder } = models;
  const width = (verb: string, x: Matrix, expected: number, unit: string): void => {
    if (x.cols === expected) return;
    throw new InputError(`${verb}: got rows of ${x.cols} numbers, expected ${expected} ${unit}`, { code: 'width' });
  };
  return {
    spec,
    method: 'brought',
    latentDim,
    nFeatures,
    geometry: euclidean,
    medium,
    ...(conditions && { conditions }),
    ...(encoder && {
      async encode(x: Matrix, classes?: Int32Array) {
        width('encode', x, nFeatures, 'features');
        return encoder.run(toModel(x, spec.encoder!.rows, medium), classed('encode', x, classes));
      },
    }),
    ...(decoder && {
      async decode(z: Matrix, classes?: Int32Array) {
        width('decode', z, latentDim, 'latent dimensions');
        return fromModel(await decoder.run(z, classed('decode', z, classes)), spec.decoder!.rows, medium);
      },
    }),
    ...(prior && { prior: makePrior(prior, latentDim) }),
    withPrior: (known) => overModels(files, spec, models, known),
    toFiles: () => ({
      'space.json': writeManifest({
        form: 'brought',
        method: 'brought',
        latentDim,
        nFeatures,
        geometry: { name: 'euclidean' },
        medium,
        prior,
        ...(conditions && { conditions }),
        parameters: {
          ...(encoder && { encoder: spec.encoder }),
          ...(decoder && { decoder: spec.decoder }),
        },
      }),
      ...(encoder && { 'encoder.onnx': files.encoder!.bytes }),
      ...(decoder && { 'decoder.onnx': files.decoder!.bytes }),
    }),
    async dispose() {
      await encoder?.dispose();
      await decoder?.dispose();
    },
  };
}

/** A brought space as it was kept. @throws FormatError when what space.json says is not usable */
export async function loadBroughtSpace(
  files: SpaceFiles,
  { latentDim, nFeatures, medium, prior, conditions, parameters = {} }: SpaceManifest,
  runtime: Runtime,
): Promise<BroughtSpace> {
  const file = (name: string): ModelFile | undefined => (files[name] ? { name, bytes: files[name] } : undefined);
  const models = { encoder: file('encoder.onnx'), decoder: file('decoder.onnx') };
  const spec: BroughtSpec = {
    medium,
    latentDim,
    nFeatures,
    notes: [],
    ...(conditions && { conditions }),
    ...(models.encoder && { encoder: sideOf(parameters.encoder, [nFeatures, latentDim], medium, nFeatures) }),
    ...(models.decoder && { decoder: sideOf(parameters.decoder, [latentDim, nFeatures], medium, nFeatures) }),
  };
  for (const side of [spec.encoder, spec.decoder]) checkClassInput(side?.classes, conditions?.categories.length);
  if (models.encoder || models.decoder) return broughtSpace(models, spec, runtime, prior);
  throw new FormatError(
    `a space needs an encoder.onnx, a decoder.onnx or both; found ${Object.keys(files).join(', ')}`,
    { code: 'no-model' },
  );
}

/** What space.json says of a model, checked. */
function sideOf(value: unknown, [from, to]: readonly number[], medium: Medium, nFeatures: number): SideSpec {
  const side = value as SideSpec | undefined;
  const sizes = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((n) => Number.isInteger(n) && n > 0 && n < 2 ** 31);
  const numbers = (list: unknown): boolean => Array.isArray(list) && list.every(Number.isFinite);
  const sound =
    typeof side?.input === 'string' &&
    typeof side.output === 'string' &&
    sizes(side.takes) &&
    sizes(side.gives) &&
    product(side.takes) === from &&
    product(side.gives) === to &&
    Number.isInteger(side.batch) &&
    numbers(side.rows?.mean) &&
    numbers(side.rows.deviation) &&
    (side.rows.whole === undefined || numbers(side.rows.whole)) &&
    Object.values(side.inputs ?? {}).every(
      ({ shape, values }) => numbers(shape) && numbers(values) && values.length > 0,
    );
  if (!sound) throw unsound();
  checkForm(side.rows, medium, nFeatures);
  return side;
}

function checkClassInput(side: ClassInput | undefined, nClasses: number | undefined): void {
  if (side === undefined) return;
  const { input, as, shape, batched, nClasses: own } = side;
  const sound =
    typeof input === 'string' &&
    ['oneHot', 'index'].includes(as) &&
    typeof batched === 'boolean' &&
    Array.isArray(shape) &&
    own === nClasses &&
    product(shape) === (as === 'oneHot' ? own : 1);
  if (!sound) throw unsound();
}

const unsound = (): FormatError =>
  new FormatError('space.json does not say how its models are fed; bring them again', {
    details: { name: 'space.json' },
  });

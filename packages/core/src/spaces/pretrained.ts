/**
 * Encoders that others have trained on much more than anybody has at hand: of sentences, of pictures. They come in
 * packages that the host finds if they are installed (`Runtime.pretrained`); what is kept of such a space is the name of
 * its model. It encodes only: nothing leads back from its codes.
 */
import { InputError, matrix, resolveOptions } from '../base/index.ts';
import type { Matrix, OptionSpec } from '../base/index.ts';
import { textsOf } from '../data/index.ts';
import type { Dataset, Medium } from '../data/index.ts';
import type { PretrainedEncoder, Runtime } from '../runtime/index.ts';
import { euclidean } from './geometry.ts';
import type { LatentSpace, SpaceFiles, SpaceMethod } from './latent-space.ts';
import { writeManifest } from './manifest.ts';
import type { SpaceManifest } from './manifest.ts';

const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'model',
    type: 'text',
    default: '',
    main: true,
    summary:
      'sentences, images, or hf: and a folder or a name on the Hugging Face hub; the first two are chosen by the data when left out.',
  },
  { name: 'column', type: 'text', default: '', summary: 'The column of texts; the first one when left out.' },
];
/** texts at once: between two such batches learning can be cancelled */
const BATCH = 64;

export const pretrained: SpaceMethod = {
  name: 'pretrained',
  title: 'Pretrained encoder',
  summary: 'A model that others have trained, of sentences or pictures; nothing is learned, and nothing decoded.',
  family: 'text',
  takes: 'texts',
  options: OPTIONS,
  async fit(dataset, given, runtime, job = {}) {
    const options = resolveOptions('pretrained', OPTIONS, given);
    const model = (options.model as string) || usualModel(dataset);
    const encoder = await openEncoder(model, runtime);
    try {
      checkTakes(model, encoder, dataset);
      const texts = dataset.medium.kind === 'image' ? undefined : textsOf(dataset, options.column as string);
      const codes = texts && (await encodeTexts(encoder, texts, job.signal));
      const empty = texts?.filter((text) => text.trim() === '').length ?? 0;
      job.signal?.throwIfAborted();
      return {
        space: spaceOver(model, dataset.medium, dataset.rows.nFeatures, encoder.latentDim, () =>
          Promise.resolve(encoder),
        ),
        ...(codes && { codes }),
        metrics: { train: {} },
        history: [],
        warnings:
          empty > 0 ? [`${empty} ${empty === 1 ? 'text is' : 'texts are'} empty; they all get the same code`] : [],
        options: { ...options, model },
        stopped: false,
      };
    } catch (error) {
      await encoder.dispose();
      throw error;
    }
  },
};

/** A pretrained space by the name of its model, which is opened when it is first used. */
export async function loadPretrained(
  _files: SpaceFiles,
  { medium, nFeatures, latentDim, parameters }: SpaceManifest,
  runtime: Runtime,
): Promise<LatentSpace> {
  const { model } = (parameters ?? {}) as { model?: string };
  return spaceOver(String(model), medium, nFeatures, latentDim, () => openEncoder(String(model), runtime));
}

function spaceOver(
  model: string,
  medium: Medium,
  nFeatures: number,
  latentDim: number,
  open: () => Promise<PretrainedEncoder>,
  here?: PretrainedEncoder,
): LatentSpace {
  let opened = here && Promise.resolve(here);
  const encoder = (): Promise<PretrainedEncoder> => {
    opened ??= open();
    opened.catch(() => (opened = undefined));
    return opened;
  };
  return {
    method: 'pretrained',
    latentDim,
    nFeatures,
    geometry: euclidean,
    medium,
    ...(medium.kind === 'image'
      ? {
          async encode(x: Matrix) {
            if (x.cols === nFeatures) return (await encoder()).images!(x, medium);
            throw new InputError(`encode: got rows of ${x.cols} numbers, expected ${nFeatures} features`, {
              code: 'width',
            });
          },
        }
      : { encodeTexts: async (texts: readonly string[]) => encodeTexts(await encoder(), texts) }),
    toFiles: () => ({
      'space.json': writeManifest({
        form: 'pretrained',
        method: 'pretrained',
        latentDim,
        nFeatures,
        geometry: { name: 'euclidean' },
        medium,
        parameters: { model },
      }),
    }),
    async dispose() {
      const was = opened;
      opened = undefined;
      await (await was?.catch(() => undefined))?.dispose();
    },
  };
}

async function encodeTexts(
  encoder: PretrainedEncoder,
  texts: readonly string[],
  signal?: AbortSignal,
): Promise<Matrix> {
  const out = matrix(texts.length, encoder.latentDim);
  for (let from = 0; from < texts.length; from += BATCH) {
    signal?.throwIfAborted();
    out.data.set((await encoder.texts!(texts.slice(from, from + BATCH))).data, from * out.cols);
  }
  return out;
}

function openEncoder(model: string, runtime: Runtime): Promise<PretrainedEncoder> {
  if (runtime.pretrained) return runtime.pretrained(model);
  throw new InputError(
    `the pretrained encoder ${model} runs in Node, not in a page; use the command line, or the studio that it opens`,
    { code: 'missing-package', details: { model } },
  );
}

function usualModel(dataset: Dataset): string {
  return dataset.medium.kind === 'image' ? 'images' : 'sentences';
}

function checkTakes(model: string, encoder: PretrainedEncoder, { name, medium, columns }: Dataset): void {
  const has = medium.kind === 'image' ? 'pictures' : 'texts';
  if (medium.kind === 'image' ? encoder.images : encoder.texts) {
    if (medium.kind === 'image' || medium.kind === 'text' || columns.some(({ type }) => type === 'text')) return;
    throw new InputError(`${name} has neither pictures nor a column of texts for ${model} to encode`, {
      code: 'no-texts',
    });
  }
  const takes = encoder.images ? 'pictures' : 'texts';
  throw new InputError(`${model} encodes ${takes}, and ${name} has ${has}`, {
    code: 'option',
    details: { option: 'model' },
  });
}

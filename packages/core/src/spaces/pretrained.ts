/**
 * Encoders that others have trained on much more than anybody has at hand: of sentences, of pictures. They come in
 * packages that the host finds if they are installed (`Runtime.pretrained`); what is kept of such a space is the name of
 * its model. It encodes only: nothing leads back from its codes.
 */
import { InputError, resolveOptions } from '../base/index.ts';
import type { JobOptions, Matrix, OptionSpec } from '../base/index.ts';
import { textsOf } from '../data/index.ts';
import type { Dataset, Medium } from '../data/index.ts';
import type { PretrainedEncoder, Runtime } from '../runtime/index.ts';
import { encodeAllTexts } from './encode-texts.ts';
import type { TextsEncoder } from './encode-texts.ts';
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
    examples: ['sentences', 'images', 'hf:Xenova/all-MiniLM-L6-v2', 'hf:Xenova/clip-vit-base-patch32'],
  },
  {
    name: 'column',
    type: 'text',
    default: '',
    summary: 'The column of texts; the first one when left out. Of pictures: the texts beside them are read instead.',
  },
];

export const pretrained: SpaceMethod = {
  name: 'pretrained',
  title: 'Pretrained encoder',
  summary: 'A model that others have trained, of sentences or pictures; nothing is learned, and nothing decoded.',
  family: 'pretrained',
  takes: 'texts',
  alsoTakes: 'pictures',
  options: OPTIONS,
  async fit(dataset, given, runtime, job = {}) {
    const options = resolveOptions('pretrained', OPTIONS, given);
    const column = options.column as string;
    const model = (options.model as string) || usualModel(dataset, column);
    const encoder = await openEncoder(model, runtime);
    try {
      const bySight = takesPictures(model, encoder, dataset, column);
      const texts = bySight ? undefined : textsOf(dataset, column);
      const codes = texts && (await encodeAllTexts(textsBy(encoder), texts, job as JobOptions));
      const empty = texts?.filter((text) => text.trim() === '').length ?? 0;
      job.signal?.throwIfAborted();
      const about: About = {
        model: encoder.model ?? model,
        latentDim: encoder.latentDim,
        // what was read is texts, whatever numbers stand beside them
        medium: bySight ? dataset.medium : { kind: 'text' },
        nFeatures: bySight ? dataset.rows.nFeatures : 0,
        texts: encoder.texts !== undefined,
      };
      return {
        space: spaceOver(about, runtime, encoder),
        ...(codes && { codes }),
        metrics: { train: {} },
        history: [],
        warnings:
          empty > 0 ? [`${empty} ${empty === 1 ? 'text is' : 'texts are'} empty; they all get the same code`] : [],
        options: { ...options, model: about.model },
        stopped: false,
      };
    } catch (error) {
      await encoder.dispose();
      throw error;
    }
  },
};

/** What a pretrained space is, as space.json keeps it. */
interface About {
  readonly model: string;
  readonly latentDim: number;
  readonly medium: Medium;
  readonly nFeatures: number;
  /** whether it encodes texts: those it was learned from, or, of a CLIP-like model, texts beside pictures */
  readonly texts: boolean;
}

/** A pretrained space by the name of its model, which is opened when it is first used. */
export async function loadPretrained(
  _files: SpaceFiles,
  { medium, nFeatures, latentDim, parameters }: SpaceManifest,
  runtime: Runtime,
): Promise<LatentSpace> {
  const { model, texts } = (parameters ?? {}) as { model?: string; texts?: boolean };
  const about = { model: String(model), latentDim, medium, nFeatures, texts: texts ?? medium.kind !== 'image' };
  return spaceOver(about, runtime);
}

/** @param here  the encoder, where it is open already */
function spaceOver(about: About, runtime: Runtime, here?: PretrainedEncoder): LatentSpace {
  const { model, latentDim, medium, nFeatures, texts } = about;
  let opened = here && Promise.resolve(here);
  const encoder = (): Promise<PretrainedEncoder> => {
    opened ??= openEncoder(model, runtime);
    opened.catch(() => (opened = undefined));
    return opened;
  };
  return {
    method: 'pretrained',
    latentDim,
    nFeatures,
    geometry: euclidean,
    medium,
    ...(medium.kind === 'image' && {
      async encode(x: Matrix) {
        if (x.cols === nFeatures) return (await encoder()).images!(x, medium);
        throw new InputError(`encode: got rows of ${x.cols} numbers, expected ${nFeatures} features`, {
          code: 'width',
        });
      },
    }),
    ...(texts && { encodeTexts: async (asked: readonly string[]) => encodeAllTexts(textsBy(await encoder()), asked) }),
    toFiles: () => ({
      'space.json': writeManifest({
        form: 'pretrained',
        method: 'pretrained',
        latentDim,
        nFeatures,
        geometry: { name: 'euclidean' },
        medium,
        parameters: { model, texts },
      }),
    }),
    async dispose() {
      const was = opened;
      opened = undefined;
      await (await was?.catch(() => undefined))?.dispose();
    },
  };
}

/** The half of an encoder that takes texts. */
const textsBy = (encoder: PretrainedEncoder): TextsEncoder => ({
  latentDim: encoder.latentDim,
  encodeTexts: (texts) => encoder.texts!(texts),
});

function openEncoder(model: string, runtime: Runtime): Promise<PretrainedEncoder> {
  if (runtime.pretrained) return runtime.pretrained(model);
  throw new InputError(
    `the pretrained encoder ${model} runs in Node, not in a page; use the command line, or the studio that it opens`,
    { code: 'missing-package', details: { model } },
  );
}

/** By sight what is pictures, unless a column of texts is named. */
function usualModel({ medium }: Dataset, column: string): string {
  return medium.kind === 'image' && column === '' ? 'images' : 'sentences';
}

/** Whether the model is to see the data's pictures, not to read its texts. */
function takesPictures(model: string, encoder: PretrainedEncoder, dataset: Dataset, column: string): boolean {
  const { name, medium, columns } = dataset;
  const hasTexts = column !== '' || columns.some(({ type }) => type === 'text');
  if (encoder.images && medium.kind === 'image' && !(encoder.texts && column !== '')) return true;
  if (encoder.texts && hasTexts) return false;
  if (medium.kind !== 'image' && !hasTexts) {
    throw new InputError(`${name} has neither pictures nor a column of texts for ${model} to encode`, {
      code: 'no-texts',
    });
  }
  const [takes, has] = encoder.images ? ['pictures', 'texts'] : ['texts', 'pictures'];
  throw new InputError(`${model} encodes ${takes}, and ${name} has ${has}`, {
    code: 'option',
    details: { option: 'model' },
  });
}

/** Saved spaces of every form. */
import type { Runtime } from '../runtime/index.ts';
import { FormatError } from '../base/index.ts';
import type { LatentSpace, SpaceFiles } from './latent-space.ts';
import { readManifest } from './manifest.ts';
import type { SpaceManifest } from './manifest.ts';
import { loadOnnxSpace } from './onnx-space.ts';

/** From files and their manifest to the space. */
export type LoadSpace = (files: SpaceFiles, manifest: SpaceManifest, runtime: Runtime) => Promise<LatentSpace>;

/**
 * The forms in which spaces are kept; each is loaded with the first space that has it. A new one joins by a line here.
 */
const FORMS: Readonly<Record<string, () => Promise<LoadSpace>>> = {
  brought: async () => (await import('./brought.ts')).loadBroughtSpace,
  factors: async () => (await import('./factors-space.ts')).loadFactorsSpace,
  onnx: () => Promise.resolve(loadOnnxSpace),
  pretrained: async () => (await import('./pretrained.ts')).loadPretrained,
  vectors: async () => (await import('./vectors-space.ts')).loadVectorsSpace,
  word2vec: async () => (await import('./word2vec-space.ts')).loadWord2vec,
  transformer: async () => (await import('./transformer-space.ts')).loadTransformer,
};

/**
 * A saved space. Without a space.json, the two models alone make one.
 * @throws FormatError when a file is missing, damaged or, code `newer-version`, of a later version
 */
export async function loadSpace(files: SpaceFiles, runtime: Runtime): Promise<LatentSpace> {
  if (!files['space.json']) return loadOnnxSpace(files, undefined, runtime);
  const manifest = readManifest(files['space.json']);
  const { form = 'onnx' } = manifest;
  if (!Object.hasOwn(FORMS, form)) {
    throw new FormatError(
      `space.json says its form is ${JSON.stringify(form)}; this program knows ${Object.keys(FORMS).join(', ')}`,
      { code: 'space-form', details: { name: 'space.json', form } },
    );
  }
  return (await FORMS[form]())(files, manifest, runtime);
}

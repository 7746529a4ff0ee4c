/** Saved spaces of every form. */
import type { Runtime } from '../runtime/index.ts';
import { FormatError } from '../base/index.ts';
import { loadBroughtSpace } from './brought.ts';
import { FACTORS_FORM, loadFactorsSpace } from './factors-space.ts';
import type { LatentSpace, SpaceFiles } from './latent-space.ts';
import { readManifest } from './manifest.ts';
import type { SpaceManifest } from './manifest.ts';
import { loadOnnxSpace } from './onnx-space.ts';
import { loadPretrained } from './pretrained.ts';
import { loadVectorsSpace } from './vectors-space.ts';
import { loadTransformer } from './transformer-space.ts';
import { loadWord2vec } from './word2vec-space.ts';

/** From files and their manifest to the space. */
export type LoadSpace = (files: SpaceFiles, manifest: SpaceManifest, runtime: Runtime) => Promise<LatentSpace>;

/** The forms in which spaces are kept. A new one joins by a line here. */
const FORMS: Readonly<Record<string, LoadSpace>> = {
  brought: loadBroughtSpace,
  [FACTORS_FORM]: loadFactorsSpace,
  onnx: loadOnnxSpace,
  pretrained: loadPretrained,
  vectors: loadVectorsSpace,
  word2vec: loadWord2vec,
  transformer: loadTransformer,
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
  return FORMS[form](files, manifest, runtime);
}

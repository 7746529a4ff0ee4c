/**
 * Pretrained encoders from packages that a person may install beside Portolan, and that it does not depend on: they are
 * large, and most projects need none. Each is imported when it is first asked for.
 */
import { InputError } from '@portolan/core';
import type { PretrainedEncoder } from '@portolan/core';
import { openHuggingFace } from './pretrained/hugging-face.ts';
import { openImages } from './pretrained/images.ts';
import { openSentences } from './pretrained/sentences.ts';

/**
 * @param model  `sentences`, `images`, or `hf:` and a folder or a name on the hub
 * @throws InputError, code `missing-package`, that says what to install; code `option` for another name
 */
export async function openPretrained(model: string): Promise<PretrainedEncoder> {
  if (model === 'sentences') return openSentences();
  if (model === 'images') return openImages();
  const [, name] = /^hf:(.+)$/s.exec(model) ?? [];
  if (name !== undefined) return openHuggingFace(name);
  throw new InputError(
    `model is ${JSON.stringify(model)}, expected sentences, images, or hf: and a folder or a name, as hf:Xenova/all-MiniLM-L6-v2`,
    { code: 'option', details: { option: 'model' } },
  );
}

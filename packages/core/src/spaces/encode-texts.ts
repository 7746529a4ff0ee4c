/** Many texts as codes, some at a time. */
import { inBatches } from '../base/index.ts';
import type { JobOptions, Matrix } from '../base/index.ts';

/** What turns texts into codes at one go: texts → [texts.length, latentDim]. */
export interface TextsEncoder {
  readonly latentDim: number;
  encodeTexts(texts: readonly string[]): Promise<Matrix>;
}

/** Texts at once: a model takes long over each. */
const BATCH = 64;

/** [texts.length, latentDim]; can be followed and cancelled. */
export function encodeAllTexts(encoder: TextsEncoder, texts: readonly string[], job: JobOptions = {}): Promise<Matrix> {
  return inBatches(
    { phase: 'encoding', n: texts.length, cols: encoder.latentDim, size: BATCH },
    (from, to) => encoder.encodeTexts(texts.slice(from, to)),
    job,
  );
}

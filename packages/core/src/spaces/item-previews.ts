/** What learning shows of things that are no rows of the data, the words of a text or the nodes of a graph. */
import { matrix } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import type { LearnPreview } from './latent-space.ts';
import { planeOf, seldom } from './preview.ts';
import { unitRows } from './vectors-space.ts';

/** As many are shown at most, the commonest. */
const SHOWN = 2000;

export interface ShownItems {
  readonly names: readonly string[];
  /** whether codes have length 1 */
  readonly normalise: boolean;
}

/**
 * @param counts  how often each item occurs
 * @param vectorsOf  the vectors of some items as they are now
 */
export function itemPreviews(
  { names, normalise }: ShownItems,
  counts: Float64Array,
  vectorsOf: (items: Uint32Array) => Matrix,
): () => Promise<LearnPreview | undefined> {
  const order = Uint32Array.from(names.keys()).sort((a, b) => counts[b] - counts[a] || a - b);
  const indices = order.slice(0, SHOWN).sort();
  const shown = Array.from(indices, (item) => names[item]);
  let before: Matrix | undefined;
  return seldom(() => {
    const z = vectorsOf(indices);
    if (normalise) unitRows(z);
    before = planeOf(z, before);
    const none = matrix(0, 0);
    return Promise.resolve({
      indices,
      coordinates: before,
      names: shown,
      originals: none,
      reconstructions: none,
    });
  });
}

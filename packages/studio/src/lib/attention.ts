/** What of a text attends to what, as it is shaded: a word on the page is the pieces it was parted into. */
import type { Attention } from '@portolan/core/spaces';

export interface ShadedToken {
  token: string;
  /** its place among all */
  index: number;
  /** attention paid to it, in [0, 1] */
  share: number;
}

/**
 * The tokens word by word, each with the attention that is paid to it: by one of them, or by all in the mean.
 * @param layer  counted from 0; shares are the mean of its heads
 */
export function shadedWords(
  { tokens, words, heads, weights }: Attention,
  layer: number,
  from: number | null,
): ShadedToken[][] {
  const n = tokens.length;
  const shares = new Float64Array(n);
  const rows = from === null ? Array.from(tokens.keys()) : [from];
  for (let h = 0; h < heads; h++) {
    for (const i of rows) {
      const at = ((layer * heads + h) * n + i) * n;
      for (let j = 0; j < n; j++) shares[j] += weights[at + j] / (heads * rows.length);
    }
  }
  const out: ShadedToken[][] = [];
  tokens.forEach((token, index) => {
    const own = { token, index, share: shares[index] };
    if (index > 0 && words[index] === words[index - 1]) out.at(-1)!.push(own);
    else out.push([own]);
  });
  return out;
}

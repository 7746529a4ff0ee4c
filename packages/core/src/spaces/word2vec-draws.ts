/** What skip-gram draws by: which items are kept, and which are held against the true ones. */

/** The share of each item that is kept, √(t / f) + t / f of its frequency f, as a 32-bit fraction. */
export function keepShares(counts: Float64Array, nTokens: number, threshold: number): Uint32Array {
  return Uint32Array.from(counts, (count) => {
    const ratio = (threshold * nTokens) / Math.max(1, count);
    return Math.min(0xffffffff, Math.floor((Math.sqrt(ratio) + ratio) * 2 ** 32));
  });
}

/** Draws from counts to a power in constant time (Walker 1977, Vose 1991): of cell i, i by its share, else its alias. */
export function aliasTable(counts: ArrayLike<number>, power: number): { shares: Uint32Array; aliases: Uint32Array } {
  const n = counts.length;
  const weights = Float64Array.from(counts, (count) => (count > 0 ? count ** power : 0));
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / n;
  const shares = new Uint32Array(n).fill(0xffffffff);
  const aliases = Uint32Array.from({ length: n }, (_, i) => i);
  const small: number[] = [];
  const large: number[] = [];
  for (let i = 0; i < n; i++) (weights[i] < mean ? small : large).push(i);
  while (small.length > 0 && large.length > 0) {
    const [less, more] = [small.pop()!, large.pop()!];
    shares[less] = Math.min(0xffffffff, Math.floor((weights[less] / mean) * 2 ** 32));
    aliases[less] = more;
    weights[more] -= mean - weights[less];
    (weights[more] < mean ? small : large).push(more);
  }
  return { shares, aliases };
}

/** Latent dimensions in the order of how much they vary: those that a model left unused come last. */
export function byDeviation(deviation: ArrayLike<number>): number[] {
  return Array.from(deviation, (_, i) => i).sort((a, b) => deviation[b] - deviation[a] || a - b);
}

/** Places for the lines of the graticule: multiples of 1, 2 or 5 times a power of ten. */

export interface Ticks {
  step: number;
  values: number[];
  /** the same as text, with as many decimals as the step needs */
  labels: string[];
}

/** The multiples of a nice step within [low, high], at most `count` of them, or a few less. */
export function ticks(low: number, high: number, count: number): Ticks {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span) || count < 1) return { step: 0, values: [], labels: [] };
  const step = niceStep(span / count);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const decimals = Math.min(20, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  const values: number[] = [];
  const labels: string[] = [];
  for (let k = first; k <= last && values.length <= 2 * count; k++) {
    const value = k * step;
    values.push(value);
    labels.push(label(value, step, decimals));
  }
  return { step, values, labels };
}

/** The least of 1, 2, 5 · 10ᵏ that is not below `least`. */
export function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least) + 1e-9);
  for (const factor of [1, 2, 5]) if (factor * power >= least * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

function label(value: number, step: number, decimals: number): string {
  if (Math.abs(value) < step / 2) return '0';
  const text = step >= 1e6 || step < 1e-6 ? value.toExponential(2).replace(/\.?0+e/, 'e') : value.toFixed(decimals);
  return text.replace('-', '\u2212');
}

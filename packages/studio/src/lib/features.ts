/** The features of a table's rows as columns, so that they can be read, coloured by and saved beside the others. */
import type { Column, Rows } from '@portolan/core/data';

/** As many features are offered as columns; of more, nobody wants a list. */
export const MAX_FEATURES = 200;

/** How a feature spreads over the samples. */
export interface Spread {
  mean: Float32Array;
  deviation: Float32Array;
}

/** A feature's name, its own or by its place. */
export function featureName(names: readonly string[] | undefined, feature: number): string {
  return names?.[feature] ?? `x${feature}`;
}

export function featureColumn(rows: Rows, feature: number, name: string): Column {
  const { data, nSamples, nFeatures, scale } = rows;
  const values = new Float64Array(nSamples);
  for (let i = 0; i < nSamples; i++) values[i] = data[i * nFeatures + feature] * scale;
  return { name, type: 'number', values };
}

/** Spread of features that are not of one kind (metres beside years); null when they share a scale. */
export function mixedSpread({ data, nSamples, nFeatures, scale }: Rows): Spread | null {
  const mean = new Float32Array(nFeatures);
  const deviation = new Float32Array(nFeatures);
  const step = Math.max(1, Math.floor(nSamples / 2000));
  for (let j = 0; j < nFeatures; j++) {
    let n = 0;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < nSamples; i += step) {
      const value = data[i * nFeatures + j] * scale;
      n++;
      sum += value;
      squares += value * value;
    }
    mean[j] = sum / n;
    deviation[j] = Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2));
  }
  const sizes = Array.from(mean, (m, j) => Math.hypot(m, deviation[j])).filter((size) => size > 0);
  return nFeatures > 1 && Math.max(...sizes) > 8 * Math.min(...sizes) ? { mean, deviation } : null;
}

/** A row by how far it is from the mean, in standard deviations, at most three. */
export function standardised(row: ArrayLike<number>, { mean, deviation }: Spread): Float32Array {
  return Float32Array.from(mean, (m, j) => Math.max(-3, Math.min(3, deviation[j] ? (row[j] - m) / deviation[j] : 0)));
}

/**
 * How many modes a generator covers, of data whose classes are clouds about their centres: a sample is near a mode
 * when it lies within three deviations of the nearest centre, and a mode is covered when at least a tenth of what falls
 * to it by rights is near it. A hundred samples are drawn for each mode, as in Lin et al. 2018 (PacGAN).
 */
import type { Matrix } from '../base/index.ts';
import type { Figures } from './latent-space.ts';

export const SAMPLES_PER_MODE = 100;
const COVERED = 10;
const DEVIATIONS = 3;

export interface Modes {
  /** [modes, nFeatures] */
  readonly centers: Float64Array;
  /** of each mode: the deviation along an axis */
  readonly deviations: Float64Array;
  readonly count: number;
  readonly nFeatures: number;
}

/** The modes of rows by their classes; classes without a row are none, nor are rows without a class. */
export function modesOf({ data, rows, cols }: Matrix, codes: Int32Array, nClasses: number): Modes {
  const counts = new Float64Array(nClasses);
  const sums = new Float64Array(nClasses * cols);
  for (let i = 0; i < rows; i++) {
    if (codes[i] < 0) continue;
    counts[codes[i]]++;
    for (let j = 0; j < cols; j++) sums[codes[i] * cols + j] += data[i * cols + j];
  }
  const squares = new Float64Array(nClasses);
  for (let i = 0; i < rows; i++) {
    const c = codes[i];
    if (c < 0) continue;
    for (let j = 0; j < cols; j++) squares[c] += (data[i * cols + j] - sums[c * cols + j] / counts[c]) ** 2;
  }
  const known = Array.from(counts.keys()).filter((c) => counts[c] > 0);
  return {
    centers: Float64Array.from(
      known.flatMap((c) => Array.from({ length: cols }, (_, j) => sums[c * cols + j] / counts[c])),
    ),
    deviations: Float64Array.from(known, (c) => Math.sqrt(squares[c] / Math.max(1, counts[c] - 1) / cols)),
    count: known.length,
    nFeatures: cols,
  };
}

/** Whether there are several, and no two reach into each other, each being three deviations wide. */
export function apart({ centers, deviations, count, nFeatures }: Modes): boolean {
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < a; b++) {
      let squared = 0;
      for (let j = 0; j < nFeatures; j++) squared += (centers[a * nFeatures + j] - centers[b * nFeatures + j]) ** 2;
      if (Math.sqrt(squared) < DEVIATIONS * (deviations[a] + deviations[b])) return false;
    }
  }
  return count > 1;
}

/** `modesCovered`, and `nearModes`, the share of the samples that are near one. */
export function coverage({ data, rows }: Matrix, { centers, deviations, count, nFeatures }: Modes): Figures {
  const near = new Float64Array(count);
  for (let i = 0; i < rows; i++) {
    let best = Infinity;
    let mode = 0;
    for (let m = 0; m < count; m++) {
      let squared = 0;
      for (let j = 0; j < nFeatures; j++) squared += (data[i * nFeatures + j] - centers[m * nFeatures + j]) ** 2;
      if (squared < best) [best, mode] = [squared, m];
    }
    if (Math.sqrt(best) <= DEVIATIONS * deviations[mode]) near[mode]++;
  }
  const wanted = (COVERED * rows) / (SAMPLES_PER_MODE * count);
  return {
    modesCovered: near.reduce((sum, value) => sum + (value >= wanted ? 1 : 0), 0),
    nearModes: near.reduce((sum, value) => sum + value, 0) / rows,
  };
}

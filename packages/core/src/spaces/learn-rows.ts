/**
 * Rows as a network learns them: checked, and standardised unless they are images, which are in [0, 1] already. The
 * scaler goes into the saved models, so that they take and give rows as they are in the data.
 */
import { InputError, checkFinite, matrix } from '../base/index.ts';
import { readRows } from '../data/index.ts';
import type { Dataset, Rows } from '../data/index.ts';

/** x → (x − mean) / scale, feature by feature. */
export interface Scaler {
  readonly mean: Float32Array;
  /** the standard deviation; 1 where a feature is constant */
  readonly scale: Float32Array;
}

export interface LearnRows {
  readonly rows: Rows;
  /** undefined where rows are learned as they are */
  readonly scaler?: Scaler;
  readonly warnings: readonly string[];
}

/** What a network says, which learns all the same; methods that solve for directions refuse. */
export const ALL_EQUAL = 'all rows are equal; there is nothing to tell them apart by';

const CHUNK = 4096;

/** Up to so many numbers (128 MB) are held as floats: a mini-batch is then copied row by row, not converted. */
const MOST_HELD = 2 ** 25;

/**
 * @throws InputError when there are fewer than two rows, a value is not finite (named by row and column), or pixels leave
 *   [0, 1]
 */
export function learnRows({ name, rows, medium, warnings: noticed }: Dataset): LearnRows {
  const { nSamples, nFeatures } = rows;
  if (nSamples === 0 || nFeatures === 0) {
    throw new InputError(`${name} has ${nSamples} rows and ${nFeatures} columns; there is nothing to learn from`, {
      code: 'empty',
    });
  }
  if (nSamples === 1) {
    throw new InputError(`${name} has one row; a space is learned from at least two, better from hundreds`, {
      code: 'too-few-rows',
    });
  }
  if (rows.data instanceof Float32Array) checkFinite(matrix(nSamples, nFeatures, rows.data), name);
  if (medium.kind === 'image') {
    checkPixels(name, rows);
    return { rows: held(rows), warnings: [] };
  }
  const { mean, deviation } = moments(rows);
  const constant: number[] = [];
  const scale = Float32Array.from(deviation, (value, j) => {
    // what is left of a constant column's variance is rounding
    if (value > 1e-6 * Math.abs(mean[j]) && value > 1e-30) return value;
    constant.push(j);
    return 1;
  });
  const warnings: string[] = [];
  if (constant.length === nFeatures) warnings.push(ALL_EQUAL);
  else if (constant.length > 0 && !noticed.some((text) => text.includes('constant'))) {
    const list = constant.slice(0, 5).join(', ') + (constant.length > 5 ? ', …' : '');
    warnings.push(`${constant.length} of ${nFeatures} columns are constant (${list}); nothing is learned from them`);
  }
  return { rows: held(rows), scaler: { mean: Float32Array.from(mean), scale }, warnings };
}

/** Writes rows into a buffer as they are learned, [indices.length, nFeatures]. */
export function readLearnRows({ rows, scaler }: LearnRows, indices: Uint32Array, out: Float32Array): void {
  readRows(rows, indices, out);
  if (!scaler) return;
  const { mean, scale } = scaler;
  const d = rows.nFeatures;
  for (let i = 0, at = 0; i < indices.length; i++) {
    for (let j = 0; j < d; j++, at++) out[at] = (out[at] - mean[j]) / scale[j];
  }
}

function held(rows: Rows): Rows {
  const { data, nSamples, nFeatures, scale } = rows;
  if ((data instanceof Float32Array && scale === 1) || nSamples * nFeatures > MOST_HELD) return rows;
  return { data: readRows(rows).data, nSamples, nFeatures, scale: 1 };
}

/** A sigmoid gives nothing outside [0, 1], and a likelihood of such values has no bound. */
function checkPixels(name: string, { data, scale }: Rows): void {
  let low = 0;
  let high = 0;
  for (let i = 0; i < data.length; i++) {
    if (data[i] < low) low = data[i];
    else if (data[i] > high) high = data[i];
  }
  if (low * scale >= -1e-3 && high * scale <= 1 + 1e-3) return;
  throw new InputError(
    `${name}: pixels range from ${low * scale} to ${high * scale}, expected 0 to 1; divide them by ${high * scale}` +
      ', or add the rows as plain vectors',
    { code: 'pixels', details: { low: low * scale, high: high * scale } },
  );
}

/** Means, then standard deviations about them, in double precision. */
function moments(rows: Rows): { mean: Float64Array; deviation: Float64Array } {
  const { nSamples: n, nFeatures: d } = rows;
  const mean = new Float64Array(d);
  const deviation = new Float64Array(d);
  overRows(rows, (x, j) => (mean[j] += x / n));
  overRows(rows, (x, j) => (deviation[j] += (x - mean[j]) ** 2 / n));
  return { mean, deviation: deviation.map(Math.sqrt) };
}

function overRows(rows: Rows, visit: (value: number, column: number) => void): void {
  for (let from = 0; from < rows.nSamples; from += CHUNK) {
    const indices = Uint32Array.from({ length: Math.min(CHUNK, rows.nSamples - from) }, (_, i) => from + i);
    const { data, cols } = readRows(rows, indices);
    for (let i = 0; i < data.length; i++) visit(data[i], i % cols);
  }
}

/**
 * The mutual information gap (Chen, Li, Grosse & Duvenaud 2018): whether each factor that made the data is told by one
 * latent alone. For each factor, how much more the latent that tells most of it tells than the next one, as a share of
 * what there is to tell:
 *
 *     gap(v) = (I(z_first; v) − I(z_second; v)) / H(v)
 *
 * Information is estimated from counts, as Locatello et al. 2019 do (disentanglement_lib), not from the posterior's
 * density as the paper does: codes are cut into bins of equal width between each latent's least and greatest value. So
 * it works on the codes of any space. Counting finds a little where there is nothing, about
 * (bins − 1)(classes − 1) / 2n nats; the gap, a difference, loses most of that, the single figures keep it.
 */
import { InputError } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import type { Column } from '../data/index.ts';

/** What latents tell of one factor. */
export interface FactorInformation {
  readonly factor: string;
  /** in [0, 1] */
  readonly gap: number;
  /** of the factor as it was counted, nats */
  readonly entropy: number;
  /** of each latent with the factor, nats; [latentDim] */
  readonly information: Float64Array;
  /** the latent that tells most */
  readonly latent: number;
}

export interface MutualInformationGap {
  /** mean over factors, in [0, 1]: 1 when each factor has a latent that tells all of it and no other tells any */
  readonly gap: number;
  readonly factors: readonly FactorInformation[];
}

export interface MutualInformationGapOptions {
  /** bins for each latent, and for a factor of more different numbers than that */
  nBins?: number;
}

/** Codes of rows, and how many different ones there are; −1 where a value is missing. */
interface Classes {
  readonly codes: Int32Array;
  readonly size: number;
}

/**
 * Rows whose factor is missing count for no information on it. A single latent has no second: its gap is its share.
 * @param z  codes, [n, latentDim]; the posterior's mean where there is a posterior
 * @param factors  n categories or numbers each, as the columns of generated data are
 * @throws InputError when there are no rows, latents or factors, a factor has not n values, is a text, or has one value
 *   only (nothing to tell), or a code is not finite
 */
export function mutualInformationGap(
  z: Matrix,
  factors: readonly Column[],
  { nBins = 20 }: MutualInformationGapOptions = {},
): MutualInformationGap {
  if (!Number.isInteger(nBins) || nBins < 2) {
    throw new InputError(`mutual information gap: got ${nBins} bins, expected a whole number from 2`);
  }
  if (z.rows === 0 || z.cols === 0 || factors.length === 0) {
    throw new InputError(
      `mutual information gap: got codes of ${z.rows} × ${z.cols} and ${factors.length} factors, expected some of each`,
    );
  }
  const latents = Array.from({ length: z.cols }, (_, j) => latentBins(z, j, nBins));
  const found = factors.map((column) => {
    const factor = factorClasses(column, z.rows, nBins);
    const entropy = entropyOf(factor);
    if (entropy > 0) return informationOf(column.name, factor, entropy, latents);
    throw new InputError(
      `mutual information gap: the factor ${column.name} has a single value, so there is nothing to tell; leave it out`,
      { code: 'factor', details: { factor: column.name } },
    );
  });
  return { gap: found.reduce((sum, { gap }) => sum + gap, 0) / found.length, factors: found };
}

function informationOf(name: string, factor: Classes, entropy: number, latents: readonly Classes[]): FactorInformation {
  const information = Float64Array.from(latents, (latent) => mutualInformation(latent, factor));
  const latent = information.indexOf(Math.max(...information));
  const second = Math.max(0, ...information.filter((_, j) => j !== latent));
  return { factor: name, gap: (information[latent] - second) / entropy, entropy, information, latent };
}

/** H in nats by counts, over the rows where it is known. */
function entropyOf({ codes, size }: Classes): number {
  const counts = new Float64Array(size);
  for (const code of codes) if (code >= 0) counts[code]++;
  const n = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count) => (count > 0 ? sum - (count / n) * Math.log(count / n) : sum), 0);
}

/** I(a; b) in nats by counts, over the rows where both are known. */
function mutualInformation(a: Classes, b: Classes): number {
  const joint = new Float64Array(a.size * b.size);
  const [ofA, ofB] = [new Float64Array(a.size), new Float64Array(b.size)];
  let n = 0;
  for (let i = 0; i < a.codes.length; i++) {
    if (a.codes[i] < 0 || b.codes[i] < 0) continue;
    joint[a.codes[i] * b.size + b.codes[i]]++;
    ofA[a.codes[i]]++;
    ofB[b.codes[i]]++;
    n++;
  }
  let sum = 0;
  for (let i = 0; i < joint.length; i++) {
    const count = joint[i];
    if (count > 0) sum += count * Math.log((count * n) / (ofA[Math.floor(i / b.size)] * ofB[i % b.size]));
  }
  return n === 0 ? 0 : Math.max(0, sum / n);
}

function latentBins(z: Matrix, latent: number, nBins: number): Classes {
  const values = Float64Array.from({ length: z.rows }, (_, i) => z.data[i * z.cols + latent]);
  const row = values.findIndex((value) => !Number.isFinite(value));
  if (row < 0) return bins(values, nBins);
  throw new InputError(`mutual information gap: the code of row ${row}, latent ${latent} is ${values[row]}`, {
    code: 'not-finite',
    details: { row, column: latent },
  });
}

function factorClasses(column: Column, n: number, nBins: number): Classes {
  const size = column.type === 'category' ? column.codes.length : column.values.length;
  if (size !== n) {
    throw new InputError(`mutual information gap: the factor ${column.name} has ${size} values for ${n} codes`);
  }
  if (column.type === 'category') return { codes: column.codes, size: column.categories.length };
  if (column.type === 'text') {
    throw new InputError(`mutual information gap: ${column.name} holds texts, expected a category or numbers`, {
      code: 'factor',
      details: { factor: column.name },
    });
  }
  const known = [...new Set(column.values.filter(Number.isFinite))];
  if (known.length > nBins) return bins(column.values, nBins);
  const codeOf = new Map(known.map((value, code) => [value, code]));
  return { codes: Int32Array.from(column.values, (value) => codeOf.get(value) ?? -1), size: known.length };
}

/** Bins of equal width from the least value to the greatest, which is in the last. */
function bins(values: Float64Array, nBins: number): Classes {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const width = (high - low) / nBins || 1;
  const codes = Int32Array.from(values, (value) =>
    Number.isFinite(value) ? Math.min(nBins - 1, Math.floor((value - low) / width)) : -1,
  );
  return { codes, size: nBins };
}

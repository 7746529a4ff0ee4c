/**
 * Priors of many parts: a mixture of Gaussians (`mixture`), the posteriors of learned rows (`vamp`, see vamp-prior.ts), and the rows of a codebook, place by place (`codebook`). The first is drawn by weight, then within it.
 */
import { InputError, matrix, random } from '../base/index.ts';
import type { Matrix, Options, Random } from '../base/index.ts';
import type { Prior } from './latent-space.ts';
import { mixtureSteps } from './mixture.ts';

/** As space.json has them. */
export type MixturePriorSpec =
  /** Cholesky factors are lower, row-major, [latentDim, latentDim] */
  | { kind: 'mixture'; weights: number[]; means: number[][]; choleskys: number[][] }
  /** deviations are the square roots of the posteriors' variances */
  | { kind: 'vamp'; weights: number[]; means: number[][]; deviations: number[][] }
  /** `frequencies[p][j]`: the share of rows whose p-th part is row j of the codebook */
  | { kind: 'codebook'; codebook: number[][]; frequencies: number[][] };

const NAMES: Record<MixturePriorSpec['kind'], string> = {
  mixture: 'mixture of Gaussians fitted to the codes',
  vamp: 'VampPrior, posteriors of learned rows',
  codebook: 'rows of the codebook as often as in the data',
};

/** @throws InputError when a part does not fit latentDim */
export function mixturePrior(spec: MixturePriorSpec, latentDim: number): Prior {
  const width = spec.kind === 'codebook' ? spec.codebook[0].length * spec.frequencies.length : spec.means[0].length;
  if (width !== latentDim) {
    throw new InputError(`the prior has ${width} dimensions, expected the space's ${latentDim}`, { code: 'prior' });
  }
  return {
    name: NAMES[spec.kind],
    sample(n, seed) {
      const z = matrix(n, latentDim);
      const rng = random(seed);
      for (let i = 0; i < n; i++) draw(spec, rng, z.data.subarray(i * latentDim, (i + 1) * latentDim));
      return z;
    },
  };
}

function draw(spec: MixturePriorSpec, rng: Random, out: Float32Array): void {
  if (spec.kind === 'codebook') {
    const { codebook, frequencies } = spec;
    frequencies.forEach((shares, p) => out.set(codebook[choose(shares, rng)], p * codebook[0].length));
    return;
  }
  const c = choose(spec.weights, rng);
  const mean = spec.means[c];
  rng.fillNormal(out);
  if (spec.kind === 'vamp') {
    for (let j = 0; j < out.length; j++) out[j] = mean[j] + spec.deviations[c][j] * out[j];
    return;
  }
  const factor = spec.choleskys[c];
  // from the last coordinate up, as each uses those before it
  for (let j = out.length - 1; j >= 0; j--) {
    let sum = mean[j];
    for (let a = 0; a <= j; a++) sum += factor[j * out.length + a] * out[a];
    out[j] = sum;
  }
}

/** An index, as often as its share of the sum says. */
function choose(shares: readonly number[], rng: Random): number {
  let left = rng.uniform() * shares.reduce((a, b) => a + b, 0);
  for (let c = 0; c < shares.length; c++) {
    left -= shares[c];
    if (left < 0) return c;
  }
  return shares.findLastIndex((share) => share > 0);
}

/** Codes that rows were given, and how wide their posteriors are where they have any. */
export interface Encoded {
  /** [n, latentDim] */
  readonly means: Matrix;
  readonly logVars?: Matrix;
}

const MOST_ROWS = 5000;
/** when none are asked for */
const COMPONENTS = 10;

/**
 * A mixture of Gaussians fitted to codes as they are drawn, so that it has the width of the posteriors.
 * @param tick  awaited after each step
 */
export async function gaussianMixture(
  { priorComponents, seed }: Options,
  { means, logVars }: Encoded,
  tick: () => Promise<void>,
): Promise<MixturePriorSpec> {
  const rng = random(seed as number).fork(0x9f10f);
  const k = means.cols;
  const order = rng.shuffle(Uint32Array.from({ length: means.rows }, (_, i) => i));
  const rows = order.subarray(0, MOST_ROWS);
  const drawn = matrix(rows.length, k);
  rows.forEach((row, i) => {
    for (let j = 0; j < k; j++) {
      const spread = logVars ? Math.exp(logVars.data[row * k + j] / 2) * rng.normal() : 0;
      drawn.data[i * k + j] = means.data[row * k + j] + spread;
    }
  });
  const steps = mixtureSteps(drawn, { components: (priorComponents as number) || COMPONENTS, seed: seed as number });
  for (;;) {
    const { done, value } = steps.next();
    await tick();
    if (!done) continue;
    return {
      kind: 'mixture',
      weights: Array.from(value.weights),
      means: value.means.map((mean) => Array.from(mean)),
      choleskys: value.choleskys.map((factor) => Array.from(factor)),
    };
  }
}

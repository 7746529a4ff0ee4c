/** Distributions over codes: what sampling draws from. */
import { matrix, random } from '../base/index.ts';
import { curvedPrior } from './geometry-priors.ts';
import type { CurvedPriorSpec } from './geometry-priors.ts';
import type { Prior } from './latent-space.ts';
import { mixturePrior } from './mixture-prior.ts';
import type { MixturePriorSpec } from './mixture-prior.ts';

/**
 * A distribution over codes, as space.json has it. The Cholesky factor is lower, row-major, [latentDim, latentDim];
 * `nonNegative` takes 0 for what is below it, of codes that are amounts.
 */
export type PriorSpec =
  | CurvedPriorSpec
  | MixturePriorSpec
  | { kind: 'standardNormal' }
  | { kind: 'gaussian'; mean: number[]; cholesky: number[]; nonNegative?: boolean };

/** A distribution over codes from its manifest. */
export function makePrior(spec: PriorSpec, latentDim: number): Prior {
  if (spec.kind === 'mixture' || spec.kind === 'vamp' || spec.kind === 'codebook') return mixturePrior(spec, latentDim);
  if (spec.kind === 'uniformSphere' || spec.kind === 'wrappedNormal') return curvedPrior(spec, latentDim);
  return {
    name: spec.kind === 'standardNormal' ? 'standard normal' : 'Gaussian fitted to the codes',
    sample(n, seed) {
      const z = matrix(n, latentDim);
      random(seed).fillNormal(z.data);
      if (spec.kind === 'standardNormal') return z;
      const { mean, cholesky, nonNegative = false } = spec;
      for (let i = 0; i < n; i++) {
        const row = z.data.subarray(i * latentDim, (i + 1) * latentDim);
        // from the last coordinate up, as each uses those before it
        for (let j = latentDim - 1; j >= 0; j--) {
          let sum = mean[j];
          for (let k = 0; k <= j; k++) sum += cholesky[j * latentDim + k] * row[k];
          row[j] = nonNegative ? Math.max(0, sum) : sum;
        }
      }
      return z;
    },
  };
}

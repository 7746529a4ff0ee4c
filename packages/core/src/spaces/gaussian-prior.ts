/** The Gaussian of codes: their mean and covariance, as a prior to draw from. */
import { drive, finish } from '../base/index.ts';
import type { JobOptions, Matrix, Steps } from '../base/index.ts';
import { cholesky, covarianceSteps } from '../linalg/index.ts';
import type { PriorSpec } from './prior.ts';

type Gaussian = Extract<PriorSpec, { kind: 'gaussian' }>;

/** Wider codes get no Gaussian in a job: its factor would outweigh them. */
const MOST_GAUSSIAN = 256;

/** @param nonNegative  take 0 for what is drawn below it, of codes that are amounts */
export function fitPrior(codes: Matrix, nonNegative = false): PriorSpec {
  const spec = finish(gaussianSteps(codes));
  return nonNegative ? { ...spec, nonNegative } : spec;
}

/** As a job; undefined of codes wider than 256, or of fewer than two. */
export async function gaussianOf(codes: Matrix, job: JobOptions = {}): Promise<PriorSpec | undefined> {
  if (codes.cols > MOST_GAUSSIAN || codes.rows < 2) return undefined;
  return drive('measuring', gaussianSteps(codes), job as JobOptions<never>);
}

function* gaussianSteps(codes: Matrix): Steps<Gaussian> {
  const k = codes.cols;
  const mean = Array.from({ length: k }, () => 0);
  for (let i = 0; i < codes.data.length; i++) mean[i % k] += codes.data[i] / codes.rows;
  const covariance = yield* covarianceSteps(codes);
  let trace = 0;
  for (let j = 0; j < k; j++) trace += covariance.data[j * k + j];
  // a latent that is always the same has no variance; a little keeps the matrix positive definite
  for (let j = 0; j < k; j++) covariance.data[j * k + j] += (1e-6 * trace) / k + 1e-12;
  return { kind: 'gaussian', mean, cholesky: Array.from(cholesky(covariance).data) };
}

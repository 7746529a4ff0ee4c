/**
 * Kernel PCA: the principal directions of rows that a kernel has bent into a space of very many dimensions, where curved
 * things may lie straight (Schölkopf, Smola & Müller 1998). Rows are scaled to unit spread, column by column, unless
 * they are images.
 *
 * With more rows than `nLandmarks` the space is spanned by that many of them, drawn at random, and the directions are
 * those of all rows within it (Nyström; Williams & Seeger 2001, Sterge et al. 2020). There is no exact way back: the
 * decoder is a kernel ridge regression from codes to rows (Bakır, Weston & Schölkopf 2004).
 */
import { breathe, drive, finish, matrix, permutation, random, resolveOptions, takeRows } from '../base/index.ts';
import type { Matrix, OptionSpec, Steps } from '../base/index.ts';
import { singleThread } from '../kernels/index.ts';
import { eigenSteps, fixSigns, leadingEigen, matrix64, multiply, transposed } from '../linalg/index.ts';
import type { Matrix64 } from '../linalg/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { kernelDecoder } from './kernel-pca-decoder.ts';
import { encoderOf, kernelSums, typicalSquare } from './kernel-pca-graphs.ts';
import type { Directions, KernelSpec } from './kernel-pca-graphs.ts';
import type { LearnJob, SpaceMethod } from './latent-space.ts';
import { learnRows } from './learn-rows.ts';
import type { Scaler } from './learn-rows.ts';
import { classicalRows, finishedSpace, latentDimOption, seedOption } from './linear-space.ts';

/** Directions of the landmarks' span that are kept, at least; those below this share of the greatest are rounding. */
const LEAST_SPAN = 128;
const SPAN_SHARE = 1e-4;
/** Rows whose distances decide gamma. */
const SOME = 500;
/** Multiplications between two breaths. */
const STEP = 4e6;

const OPTIONS: readonly OptionSpec[] = [
  latentDimOption('How many directions of the bent space are kept.'),
  {
    name: 'kernel',
    type: 'choice',
    default: 'rbf',
    choices: ['rbf', 'poly', 'cosine'],
    main: true,
    summary: 'What makes two rows alike: nearness (rbf), a power of their product (poly), or their angle (cosine).',
  },
  {
    name: 'gamma',
    type: 'number',
    default: 0,
    min: 0,
    summary:
      'How fast likeness falls with distance (rbf), or the factor of the product (poly); 0 finds it from the data.',
  },
  { name: 'degree', type: 'integer', default: 3, min: 1, max: 10, summary: 'The power of the poly kernel.' },
  { name: 'coef0', type: 'number', default: 1, summary: 'What the poly kernel adds before it takes the power.' },
  {
    name: 'nLandmarks',
    type: 'integer',
    default: 1000,
    min: 2,
    max: 5000,
    summary: 'Rows that the bent space is spanned by; with no more rows than this, it is exact. More take longer.',
  },
  {
    name: 'ridge',
    type: 'number',
    default: 0.001,
    min: 1e-9,
    max: 1000,
    summary: 'How smooth the way back from codes to rows is; more is smoother and less exact.',
  },
  seedOption('Start of the random numbers that landmarks are drawn by.'),
];

/** Kernel PCA as a latent space: encoder over the landmarks, decoder over some of their codes. */
export const kernelPca: SpaceMethod = {
  name: 'kernel-pca',
  title: 'Kernel PCA',
  summary: 'PCA of bent data: rings, arcs and clouds that no straight line tells apart.',
  family: 'linear',
  takes: 'rows',
  options: OPTIONS,
  async fit(dataset, given, runtime, job = {}) {
    const options = resolveOptions('kernel-pca', OPTIONS, given);
    const { latentDim, nLandmarks, seed, ridge } = options as Record<string, number>;
    const { x, warnings } = classicalRows('Kernel PCA', dataset, latentDim);
    await breathe();
    job.signal?.throwIfAborted();
    const report = reporter(job);
    const order = permutation(x.rows, random(seed));
    const exact = x.rows <= nLandmarks;
    const landmarks = exact ? x : takeRows(x, order.slice(0, nLandmarks).sort());
    if (!exact) {
      warnings.push(
        `The space is spanned by ${nLandmarks} of the ${x.rows} rows, drawn at random; ` +
          'raise nLandmarks to come nearer to all of them',
      );
    }
    const some = takeRows(x, order.slice(0, SOME));
    const { scaler } = learnRows(dataset);
    await breathe();
    const spec = kernelSpec(options, { landmarks, some }, scaler);
    await breathe();
    report(0.1);
    const directions = await (exact ? directionsOfAll : directionsOfMany)(x, spec, latentDim, { runtime, job, report });
    const encoder = encoderOf(spec, directions);
    await breathe();
    job.signal?.throwIfAborted();
    report(0.7);
    const decoder = await kernelDecoder(x, encoder, { ridge, order, kept: warnings }, runtime, job);
    await breathe();
    job.signal?.throwIfAborted();
    report(1);
    const { explained } = directions;
    const figures = { explainedVariance: explained, gamma: spec.gamma };
    const done = { method: 'kernel-pca', models: { encoder, decoder }, x, dataset, options, figures, warnings };
    return finishedSpace(done, runtime, job);
  },
};

type Report = (share: number) => void;

function reporter({ onProgress }: LearnJob): Report {
  const began = performance.now();
  return (share) => onProgress?.({ phase: 'learning', done: share, total: 1, elapsed: performance.now() - began });
}

/** @param some  rows whose distances decide gamma, unless it is given */
function kernelSpec(
  { kernel, gamma, degree, coef0 }: Record<string, unknown>,
  { landmarks, some }: { landmarks: Matrix; some: Matrix },
  scaler: Scaler | undefined,
): KernelSpec {
  const d = landmarks.cols;
  const mean = scaler?.mean ?? Float32Array.from(columnMeans(landmarks));
  const scale = scaler?.scale ?? new Float32Array(d).fill(1);
  const typical = typicalSquare(scaled(some, { mean, scale }), kernel === 'rbf');
  return {
    ...({ kernel, degree, coef0 } as Pick<KernelSpec, 'kernel' | 'degree' | 'coef0'>),
    gamma: (gamma as number) > 0 ? (gamma as number) : 1 / Math.max(typical, 1e-30),
    mean,
    scale,
    landmarks: scaled(landmarks, { mean, scale }),
  };
}

const scaled = (x: Matrix, scaler: Scaler): Matrix => finish(scaledSteps(x, scaler));

function* scaledSteps({ data, rows, cols }: Matrix, { mean, scale }: Scaler): Steps<Matrix> {
  const out = matrix(rows, cols);
  const pause = Math.ceil(STEP / cols);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, at++) out.data[at] = (data[at] - mean[j]) / scale[j];
    if (i % pause === pause - 1) yield i / rows;
  }
  return out;
}

function columnMeans({ data, rows, cols }: Matrix): Float64Array {
  const mean = new Float64Array(cols);
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < cols; j++, at++) mean[j] += data[at] / rows;
  return mean;
}

/** A kernel between the same rows, symmetric to the last bit, with zeros to a multiple of four beside and below it. */
function* symmetricSteps(
  { data, rows: n }: Matrix,
  take: (value: number, i: number, j: number) => number = (value) => value,
): Steps<Matrix64> {
  const padded = 4 * Math.ceil(n / 4);
  const out = matrix64(padded, padded);
  const pause = Math.ceil(STEP / (4 * n));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) out.data[i * padded + j] = take((data[i * n + j] + data[j * n + i]) / 2, i, j);
    if (i % pause === pause - 1) yield i / n;
  }
  return out;
}

interface Work {
  runtime: Runtime;
  job: LearnJob;
  report: Report;
}

/** Where the landmarks are all rows: eigenvectors of the centred kernel matrix. */
async function directionsOfAll(
  x: Matrix,
  spec: KernelSpec,
  k: number,
  { runtime, job, report }: Work,
): Promise<Directions> {
  const n = x.rows;
  const { kernel } = await kernelSums(spec, spec.landmarks, runtime, job, 'matrix');
  report(0.3);
  const mean = columnMeans(kernel);
  const whole = mean.reduce((sum, value) => sum + value / n, 0);
  const centred = await drive(
    'learning',
    symmetricSteps(kernel, (value, i, j) => value - mean[i] - mean[j] + whole),
    { signal: job.signal },
  );
  const { values, vectors, trace } = await leading(centred, k, job);
  const weights = matrix64(n, k);
  for (let c = 0; c < k; c++) {
    for (let i = 0; i < n; i++) {
      weights.data[i * k + c] = values[c] > 0 ? vectors.data[c * vectors.cols + i] / Math.sqrt(values[c]) : 0;
    }
  }
  return { weights, mean, explained: shareOf(values, k, trace) };
}

/** Where landmarks stand for many rows: the principal directions of all rows in the landmarks' span. */
async function directionsOfMany(
  x: Matrix,
  spec: KernelSpec,
  k: number,
  { runtime, job, report }: Work,
): Promise<Directions> {
  const m = spec.landmarks.rows;
  const { kernel } = await kernelSums(spec, spec.landmarks, runtime, job, 'matrix');
  const own = await drive('learning', symmetricSteps(kernel), { signal: job.signal });
  const span = await leading(own, Math.min(m, Math.max(LEAST_SPAN, 4 * k)), job);
  const cut = span.values.findIndex((value) => !(value > SPAN_SHARE * span.values[0]));
  const r = cut < 0 ? span.values.length : cut;
  report(0.3);
  const basis = matrix64(m, r); // φ(x) = k(x) · basis
  for (let c = 0; c < r; c++) {
    const length = Math.sqrt(span.values[c]);
    for (let i = 0; i < m; i++) basis.data[i * r + c] = span.vectors.data[c * own.cols + i] / length;
  }
  const all = await drive('learning', scaledSteps(x, spec), { signal: job.signal });
  const { mean, products, trace } = await kernelSums(spec, all, runtime, job, 'products');
  report(0.6);
  const half = await product(products, basis, job);
  const inside = await product(transposed(basis), half, job);
  const { values, vectors } = await drive('learning', eigenSteps(inside), { signal: job.signal });
  const few = Math.min(k, r);
  const turned = multiply(basis, transposed(matrix64(few, r, vectors.data.slice(0, few * r))));
  const rows = transposed(turned);
  fixSigns(rows);
  const weights = matrix64(m, k);
  for (let c = 0; c < few; c++) for (let i = 0; i < m; i++) weights.data[i * k + c] = rows.data[c * m + i];
  return { weights, mean, explained: shareOf(values, few, trace) };
}

async function leading(
  a: Matrix64,
  k: number,
  { kernels = singleThread(), signal }: LearnJob,
): Promise<{ values: Float64Array; vectors: Matrix64; trace: number }> {
  let trace = 0;
  for (let i = 0; i < a.rows; i++) trace += a.data[i * (a.rows + 1)];
  const space = await kernels.open('matrix');
  try {
    const { values, vectors } = await leadingEigen(space, a, k, { signal, tolerance: 1e-5 });
    // what rounding leaves of directions that are not there
    return { values: values.map((value) => (value > 1e-6 * values[0] ? value : 0)), vectors, trace };
  } finally {
    space.close();
  }
}

/** a · b, some rows at a time. */
async function product(a: Matrix64, b: Matrix64, { signal }: LearnJob): Promise<Matrix64> {
  const out = matrix64(a.rows, b.cols);
  const step = Math.max(1, Math.floor(STEP / (a.cols * b.cols)));
  for (let from = 0; from < a.rows; from += step) {
    signal?.throwIfAborted();
    const to = Math.min(a.rows, from + step);
    const some = matrix64(to - from, a.cols, a.data.subarray(from * a.cols, to * a.cols));
    out.data.set(multiply(some, b).data, from * b.cols);
    await breathe();
  }
  return out;
}

function shareOf(values: Float64Array, k: number, trace: number): number {
  return trace > 0 ? Math.min(1, values.slice(0, k).reduce((sum, value) => sum + value, 0) / trace) : 0;
}

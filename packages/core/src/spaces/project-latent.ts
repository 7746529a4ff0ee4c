/**
 * Latent projection: codes whose decoded rows come as near as they can to given rows, for any space that decodes
 * (Zhu et al. 2016 do so for GANs). Least squares by Levenberg–Marquardt, with derivatives by differences of decoded
 * rows, so that it needs no more of the decoder than that it decodes; each row has its own damping.
 *
 * It begins at the nearest of many codes drawn from the prior, and of what the space's own encoder says, if it has one.
 */
import { breathe, InputError, matrix } from '../base/index.ts';
import type { JobOptions, Matrix } from '../base/index.ts';
import type { LatentSpace } from './latent-space.ts';

export interface ProjectLatentOptions {
  nIter?: number;
  /** codes drawn from the prior to begin at the nearest of */
  nStarts?: number;
  /** weight of ‖z‖² beside the squared error, which keeps codes where the prior is; 0 leaves it out */
  priorWeight?: number;
  /** of each row, where the space is learned given classes */
  classes?: Int32Array;
  seed?: number;
}

export interface LatentProjection {
  /** [n, latentDim] */
  codes: Matrix;
  /** of each row: mean over features of the squared error of what its code decodes to */
  mse: Float64Array;
}

/** rows that are projected together */
const BLOCK = 64;
const STEP = 1e-3;
const FIRST_DAMPING = 1e-2;

/**
 * @param x  rows, [n, nFeatures]
 * @throws InputError when the space does not decode, has neither prior nor encoder to begin at, or rows are of another width
 */
export async function projectLatent(
  space: LatentSpace,
  x: Matrix,
  { nIter = 20, nStarts = 500, priorWeight = 0, classes, seed = 0 }: ProjectLatentOptions = {},
  { signal, onProgress }: JobOptions = {},
): Promise<LatentProjection> {
  const { decode, prior, latentDim, nFeatures } = space;
  if (!decode) throw new InputError('projectLatent: this space does not decode', { code: 'no-decoder' });
  if (x.cols !== nFeatures) {
    throw new InputError(`projectLatent: got rows of ${x.cols} numbers, expected ${nFeatures} features`, {
      code: 'width',
    });
  }
  if (!space.encode && !(prior && nStarts > 0)) {
    throw new InputError('projectLatent: this space has neither an encoder nor a prior to begin at', {
      code: 'no-start',
    });
  }
  const began = performance.now();
  const codes = matrix(x.rows, latentDim);
  const mse = new Float64Array(x.rows);
  const drawn = prior && nStarts > 0 ? prior.sample(nStarts, seed) : matrix(0, latentDim);
  const made = drawn.rows > 0 && !classes ? await decode(drawn) : undefined;
  for (let from = 0; from < x.rows; from += BLOCK) {
    const n = Math.min(BLOCK, x.rows - from);
    const rows = matrix(n, nFeatures, x.data.subarray(from * nFeatures, (from + n) * nFeatures));
    const own = classes?.subarray(from, from + n);
    const start = await nearest(space, rows, drawn, made, own);
    const tick = async (share: number): Promise<void> => {
      const elapsed = performance.now() - began;
      onProgress?.({ phase: 'projecting', done: from + Math.floor(n * share), total: x.rows, elapsed });
      await breathe();
      signal?.throwIfAborted();
    };
    const found = await descend(decode.bind(space), rows, start, { nIter, priorWeight, classes: own }, tick);
    codes.data.set(found.codes.data, from * latentDim);
    mse.set(found.mse, from);
  }
  return { codes, mse };
}

/** For each row the best code to begin at: the encoder's, or of those drawn the one that decodes nearest. */
async function nearest(
  space: LatentSpace,
  rows: Matrix,
  drawn: Matrix,
  made: Matrix | undefined,
  classes?: Int32Array,
): Promise<Matrix> {
  const { rows: n, cols: d } = rows;
  const k = drawn.cols;
  const best = new Float64Array(n).fill(Infinity);
  const codes = matrix(n, k);
  if (space.encode) {
    const encoded = await space.encode(rows, classes);
    const back = await space.decode!(encoded, classes);
    codes.data.set(encoded.data);
    for (let i = 0; i < n; i++) best[i] = squared(rows.data, i * d, back.data, i * d, d);
  }
  for (let i = 0; i < n && drawn.rows > 0; i++) {
    // what the same codes decode to depends on the row's class
    const decoded = made ?? (await space.decode!(drawn, new Int32Array(drawn.rows).fill(classes![i])));
    for (let s = 0; s < drawn.rows; s++) {
      const error = squared(rows.data, i * d, decoded.data, s * d, d);
      if (!(error < best[i])) continue;
      best[i] = error;
      codes.data.set(drawn.data.subarray(s * k, (s + 1) * k), i * k);
    }
  }
  return codes;
}

/** Levenberg–Marquardt over a block of rows at once. */
async function descend(
  decode: NonNullable<LatentSpace['decode']>,
  rows: Matrix,
  start: Matrix,
  { nIter, priorWeight, classes }: { nIter: number; priorWeight: number; classes?: Int32Array },
  tick: (share: number) => Promise<void>,
): Promise<LatentProjection> {
  const { rows: n, cols: d } = rows;
  const k = start.cols;
  const codes = matrix(n, k, start.data.slice());
  const repeated = classes && Int32Array.from({ length: n * (k + 1) }, (_, i) => classes[Math.floor(i / (k + 1))]);
  const damping = new Float64Array(n).fill(FIRST_DAMPING);
  let decoded = (await decode(codes, classes)).data;
  const cost = (data: Float32Array, z: Float32Array, i: number): number => {
    let norm = 0;
    for (let a = 0; a < k; a++) norm += z[i * k + a] ** 2;
    return squared(rows.data, i * d, data, i * d, d) + priorWeight * norm;
  };
  for (let iteration = 0; iteration < nIter; iteration++) {
    await tick(iteration / nIter);
    // each row's code and the codes a step along each axis: [n · (k + 1), k]
    const around = matrix(n * (k + 1), k);
    for (let i = 0; i < n; i++) {
      for (let a = 0; a <= k; a++) {
        const to = (i * (k + 1) + a) * k;
        around.data.set(codes.data.subarray(i * k, (i + 1) * k), to);
        if (a > 0) around.data[to + a - 1] += STEP;
      }
    }
    const near = (await decode(around, repeated)).data;
    const tried = matrix(n, k);
    for (let i = 0; i < n; i++) {
      const step = levenberg(
        rows.data.subarray(i * d, (i + 1) * d),
        near,
        i * (k + 1),
        codes.data.subarray(i * k, (i + 1) * k),
        priorWeight,
        damping[i],
      );
      for (let a = 0; a < k; a++) tried.data[i * k + a] = codes.data[i * k + a] + step[a];
    }
    const after = (await decode(tried, classes)).data;
    const next = decoded.slice();
    for (let i = 0; i < n; i++) {
      if (cost(after, tried.data, i) < cost(decoded, codes.data, i)) {
        codes.data.set(tried.data.subarray(i * k, (i + 1) * k), i * k);
        next.set(after.subarray(i * d, (i + 1) * d), i * d);
        damping[i] /= 4;
      } else damping[i] *= 8;
    }
    decoded = next;
  }
  await tick(1);
  const mse = Float64Array.from({ length: n }, (_, i) => squared(rows.data, i * d, decoded, i * d, d) / d);
  return { codes, mse };
}

/** (JᵀJ + priorWeight I + damping diag) step = Jᵀ r − priorWeight z, for one row. */
function levenberg(
  target: Float32Array,
  near: Float32Array,
  at: number,
  z: Float32Array,
  priorWeight: number,
  damping: number,
): Float64Array {
  const d = target.length;
  const k = z.length;
  const jacobian = new Float64Array(k * d);
  for (let a = 0; a < k; a++) {
    for (let j = 0; j < d; j++) jacobian[a * d + j] = (near[(at + a + 1) * d + j] - near[at * d + j]) / STEP;
  }
  const system = new Float64Array(k * (k + 1));
  for (let a = 0; a < k; a++) {
    let right = -priorWeight * z[a];
    for (let j = 0; j < d; j++) right += jacobian[a * d + j] * (target[j] - near[at * d + j]);
    for (let b = 0; b < k; b++) {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += jacobian[a * d + j] * jacobian[b * d + j];
      system[a * (k + 1) + b] = sum + (a === b ? priorWeight : 0);
    }
    system[a * (k + 1) + k] = right;
  }
  // an axis that moves nothing still needs a pivot
  let trace = 0;
  for (let a = 0; a < k; a++) trace += system[a * (k + 2)];
  for (let a = 0; a < k; a++) system[a * (k + 2)] += damping * (system[a * (k + 2)] + trace / k) + 1e-12;
  return eliminated(system, k);
}

/** Solves a positive definite system [k, k + 1] whose last column is the right side. */
function eliminated(system: Float64Array, k: number): Float64Array {
  const w = k + 1;
  for (let a = 0; a < k; a++) {
    for (let b = a + 1; b < k; b++) {
      const factor = system[b * w + a] / system[a * w + a];
      for (let c = a; c <= k; c++) system[b * w + c] -= factor * system[a * w + c];
    }
  }
  const out = new Float64Array(k);
  for (let a = k - 1; a >= 0; a--) {
    let sum = system[a * w + k];
    for (let b = a + 1; b < k; b++) sum -= system[a * w + b] * out[b];
    out[a] = sum / system[a * w + a];
  }
  return out;
}

function squared(a: Float32Array, atA: number, b: Float32Array, atB: number, d: number): number {
  let sum = 0;
  for (let j = 0; j < d; j++) sum += (a[atA + j] - b[atB + j]) ** 2;
  return sum;
}

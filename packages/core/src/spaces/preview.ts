/** What learning shows while it runs: where a fixed subset of rows lies now, and how well a few come back. */
import { finish, matrix, permutation, random } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { readRows } from '../data/index.ts';
import type { Rows } from '../data/index.ts';
import { compile, constant, input } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { covarianceSteps, procrustes, symmetricEigen } from '../linalg/index.ts';
import { boundScope } from '../nn/index.ts';
import type { Parameter, Scope } from '../nn/index.ts';
import type { Runtime, TensorValue } from '../runtime/index.ts';
import type { LearnPreview } from './latent-space.ts';

const ROWS = 2000;
/** how many rows are shown beside their reconstructions, and how many are made of nothing */
export const PAIRS = 12;
/** at most three a second, and a twentieth of the time */
const INTERVAL_MS = 333;
const TIME_SHARE = 1 / 20;

export interface Previews {
  /** a preview by these parameters, unless the last was a moment ago */
  due(parameters: readonly Parameter[]): Promise<LearnPreview | undefined>;
  dispose(): Promise<void>;
}

/** A network's two halves, and the classes of rows where it is learned given them. */
export interface Halves {
  /** rows as they are in the data → codes */
  encode(scope: Scope, x: Tensor, classes?: Tensor): Tensor;
  /** codes → rows as they are in the data; where there is no way back, nothing is shown beside the codes */
  decode?(scope: Scope, z: Tensor, classes?: Tensor): Tensor;
  /** [indices.length, classes] */
  classesOf?: (indices: Uint32Array) => Matrix;
  /** codes from the prior, of a network whose prior is known before it is learned: what they decode to is shown */
  drawn?: Matrix;
}

export async function previews(
  runtime: Runtime,
  rows: Rows,
  parameters: readonly Parameter[],
  { encode, decode, classesOf, drawn }: Halves,
  seed: number,
): Promise<Previews> {
  const indices = permutation(rows.nSamples, random(seed).fork(0x9e3)).slice(0, ROWS).sort();
  const x = readRows(rows, indices);
  const originals = readRows(rows, indices.subarray(0, decode ? PAIRS : 0));
  const scope = boundScope(new Map(parameters.map(({ name, shape }) => [name, input(name, shape)])));
  const all = input('all', ['all', rows.nFeatures]);
  const few = input('few', ['few', rows.nFeatures]);
  const classes = classesOf && [classesOf(indices), classesOf(indices.subarray(0, PAIRS))];
  const [ofAll, ofFew] = ['all', 'few'].map((name, i) => classes && input(`${name} classes`, [name, classes[i].cols]));
  const made = decode && drawn;
  const ofDrawn = classes && constant(byTurns(PAIRS, classes[0].cols), [PAIRS, classes[0].cols]);
  const executable = await compile(runtime, {
    codes: encode(scope, all, ofAll),
    ...(made && { samples: decode(scope, constant(made.data, [made.rows, made.cols]), ofDrawn) }),
    ...(decode && { reconstructions: decode(scope, encode(scope, few, ofFew), ofFew) }),
  });
  const needed = new Set(executable.inputs.map(({ name }) => name));
  let before: Matrix | undefined;
  return {
    due: seldom(async (current: readonly Parameter[]) => {
      const feeds: Record<string, TensorValue> = { all: tensor(x), ...(decode && { few: tensor(originals) }) };
      classes?.forEach((each, i) => (feeds[`${i === 0 ? 'all' : 'few'} classes`] = tensor(each)));
      for (const { name, shape, value } of current) {
        // what only the loss depends on (the posterior's variance) is not in this graph
        if (needed.has(name)) feeds[name] = { dtype: 'float32', shape, data: value };
      }
      const { codes, reconstructions, samples } = await executable.run(feeds);
      const z = matrix(x.rows, codes.shape[1], codes.data as Float32Array);
      before = planeOf(z, before);
      return {
        indices,
        coordinates: before,
        originals,
        reconstructions: matrix(originals.rows, originals.cols, reconstructions?.data as Float32Array | undefined),
        ...(made && { samples: matrix(made.rows, rows.nFeatures, samples.data as Float32Array) }),
      };
    }),
    dispose: () => executable.dispose(),
  };
}

/** What shows something, but not if it did a moment ago, nor for more than its share of the time. */
export function seldom<A extends unknown[], R>(
  show: (...args: A) => Promise<R>,
): (...args: A) => Promise<R | undefined> {
  let next = 0;
  return async (...args) => {
    const began = performance.now();
    if (began < next) return undefined;
    const shown = await show(...args);
    const ended = performance.now();
    next = Math.max(began + INTERVAL_MS, ended + (ended - began) / TIME_SHARE);
    return shown;
  };
}

/** One class a row, one after another. */
function byTurns(n: number, nClasses: number): Float32Array {
  return Float32Array.from({ length: n * nClasses }, (_, at) =>
    at % nClasses === Math.floor(at / nClasses) % nClasses ? 1 : 0,
  );
}

/** Codes in the plane: as they are when there are two, else on their two main axes, turned to fit those before. */
export function planeOf(z: Matrix, before: Matrix | undefined): Matrix {
  if (z.cols === 2) return z;
  const y = matrix(z.rows, 2);
  if (z.cols === 1) {
    for (let i = 0; i < z.rows; i++) y.data[2 * i] = z.data[i];
    return y;
  }
  const { vectors } = symmetricEigen(finish(covarianceSteps(z)));
  for (let i = 0; i < z.rows; i++) {
    for (let c = 0; c < 2; c++) {
      let sum = 0;
      for (let j = 0; j < z.cols; j++) sum += z.data[i * z.cols + j] * vectors.data[c * z.cols + j];
      y.data[2 * i + c] = sum;
    }
  }
  return before ? procrustes(y, before).coordinates : y;
}

function tensor({ data, rows, cols }: Matrix): TensorValue {
  return { dtype: 'float32', shape: [rows, cols], data };
}

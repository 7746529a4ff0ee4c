/**
 * How much of the data's variety a generator covers, where the data have classes: of few features each class may be a
 * cloud apart from the others (gan-modes.ts); else, as of pictures, a sample is of the class of the nearest among some
 * rows of the data, as they are learned. A class is covered when at least a tenth of what is due to it, by its share of the data, is of it.
 */
import { matrix, random } from '../base/index.ts';
import type { Matrix, Options } from '../base/index.ts';
import { classesOf, readRows } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import { compile, constant, input, matmul, sub } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { boundScope } from '../nn/index.ts';
import type { Parameter, Scope } from '../nn/index.ts';
import type { Executable, Runtime, TensorValue } from '../runtime/index.ts';
import { apart, coverage, modesOf, SAMPLES_PER_MODE } from './gan-modes.ts';
import type { GanShown } from './gan-networks.ts';
import type { Figures } from './latent-space.ts';
import type { LearnRows } from './learn-rows.ts';
import { readLearnRows } from './learn-rows.ts';
import { standardise } from './networks.ts';

/** Widest rows whose classes are clouds. */
const CLOUD_FEATURES = 3;
/** Samples that are judged by their nearest row, and rows that they are compared with. */
const JUDGED = 400;
const COMPARED = 2000;
/** A class of which fewer samples are due can't be told to be missing. */
const LEAST_DUE = 10;
const COVERED = 1 / 10;

export interface Coverage {
  /** how many modes there are to cover */
  readonly modes: number;
  /** of what a generator with these parameters makes: `modesCovered`, and `nearModes` or `rarestMode`, shares in [0, 1] */
  figures(generator: readonly Parameter[]): Promise<Figures>;
  dispose(): Promise<void>;
}

/** Undefined for data without classes, or with too many to judge by few samples. */
export async function ganCoverage(
  runtime: Runtime,
  parameters: readonly Parameter[],
  dataset: Dataset,
  rows: LearnRows,
  { label }: Options,
  { decode, latentDim, nClasses, seed }: Omit<GanShown, 'judge'>,
): Promise<Coverage | undefined> {
  const name = (label as string) || dataset.label;
  if (dataset.columns.find((column) => column.name === name)?.type !== 'category') return undefined;
  const judge = judgeOf(dataset, rows, classesOf(dataset, label as string));
  if (!judge) return undefined;
  const { n } = judge;
  const z: TensorValue = {
    dtype: 'float32',
    shape: [n, latentDim],
    data: random(seed)
      .fork(0x30de)
      .fillNormal(new Float32Array(n * latentDim)),
  };
  const y = new Float32Array(n * nClasses);
  for (let i = 0; i < n && nClasses > 0; i++) y[i * nClasses + (i % nClasses)] = 1;
  const classes = nClasses > 0 ? input('y', [n, nClasses]) : undefined;
  const scope: Scope = boundScope(new Map(parameters.map(({ name, shape }) => [name, input(name, shape)])));
  const executable = await compile(runtime, { out: judge.graph(decode(scope, input('z', [n, latentDim]), classes)) });
  return {
    modes: judge.modes,
    async figures(generator) {
      const feeds: Record<string, TensorValue> = { z, y: { dtype: 'float32', shape: [n, nClasses], data: y } };
      for (const { name, shape, value } of generator) feeds[name] = { dtype: 'float32', shape, data: value };
      return judge.figures(await run(executable, feeds));
    },
    dispose: () => executable.dispose(),
  };
}

interface Judge {
  /** how many samples it judges */
  readonly n: number;
  readonly modes: number;
  /** what of the samples, as they are in the data, it looks at */
  graph(samples: Tensor): Tensor;
  figures(out: Matrix): Figures;
}

function judgeOf(
  dataset: Dataset,
  rows: LearnRows,
  { codes, categories }: { codes: Int32Array; categories: readonly string[] },
): Judge | undefined {
  if (dataset.rows.nFeatures > CLOUD_FEATURES) return nearestJudge(rows, codes, categories.length);
  const modes = modesOf(readRows(dataset.rows), codes, categories.length);
  if (!apart(modes)) return nearestJudge(rows, codes, categories.length);
  return {
    n: SAMPLES_PER_MODE * modes.count,
    modes: modes.count,
    graph: (samples) => samples,
    figures: (samples) => coverage(samples, modes),
  };
}

/** Each sample beside its nearest row, by the greatest r·s − ½|r|². */
function nearestJudge(rows: LearnRows, codes: Int32Array, nClasses: number): Judge | undefined {
  const known = Uint32Array.from(codes.keys()).filter((i) => codes[i] >= 0);
  const counts = new Float64Array(nClasses);
  for (const i of known) counts[codes[i]]++;
  const present = counts.filter((count) => count > 0).length;
  if (present < 2 || present > JUDGED / LEAST_DUE) return undefined;
  const step = Math.max(1, known.length / COMPARED);
  const chosen = Uint32Array.from({ length: Math.floor(known.length / step) }, (_, i) => known[Math.floor(i * step)]);
  const d = rows.rows.nFeatures;
  const m = chosen.length;
  const x = new Float32Array(m * d);
  readLearnRows(rows, chosen, x);
  const turned = new Float32Array(d * m);
  const halves = new Float32Array(m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < d; j++) {
      turned[j * m + i] = x[i * d + j];
      halves[i] += x[i * d + j] ** 2 / 2;
    }
  }
  return {
    n: JUDGED,
    modes: present,
    graph: (samples) =>
      sub(matmul(standardise(samples, rows.scaler), constant(turned, [d, m])), constant(halves, [1, m])),
    figures({ data, rows: n }) {
      const made = new Float64Array(nClasses);
      for (let i = 0; i < n; i++) {
        let best = i * m;
        for (let k = i * m; k < (i + 1) * m; k++) if (data[k] > data[best]) best = k;
        made[codes[chosen[best - i * m]]]++;
      }
      const due = (c: number): number => (counts[c] / known.length) * n;
      const classes = [...made.keys()].filter((c) => counts[c] > 0);
      return {
        modesCovered: classes.filter((c) => made[c] >= COVERED * due(c)).length,
        rarestMode: Math.min(...classes.map((c) => made[c])) / n,
      };
    },
  };
}

async function run(executable: Executable, feeds: Record<string, TensorValue>): Promise<Matrix> {
  const { out } = await executable.run(Object.fromEntries(executable.inputs.map(({ name }) => [name, feeds[name]])));
  const [n, cols] = out.shape;
  return matrix(n, cols, out.data as Float32Array);
}

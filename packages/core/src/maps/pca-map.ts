/**
 * PCA as a map: the flat shadow of greatest variance. Of a space that is flat and 2-D already it is merely a rotation.
 * Where the data have fewer directions than the map, the rest of its coordinates are zero.
 */
import { FormatError, matrix, readSafetensors, writeSafetensors, resolveOptions } from '../base/index.ts';
import type { Matrix, OptionSpec } from '../base/index.ts';
import { fitPcaJob, pcaOf, SOLVER_OPTIONS } from '../spaces/index.ts';
import type { Pca, PcaSolver } from '../spaces/index.ts';
import { COMPONENTS_OPTION } from './layout-map.ts';
import type { MapMethod, Projection } from './projection.ts';
import { projectionJson } from './projection-json.ts';

const TENSORS = 'pca.safetensors';

const OPTIONS: readonly OptionSpec[] = [COMPONENTS_OPTION, ...SOLVER_OPTIONS];

export const pcaMap: MapMethod = {
  name: 'pca',
  title: 'PCA',
  summary: 'The flat shadow that keeps most of the variance; it never tears or bends, and any place leads back.',
  options: OPTIONS,
  cautions: [],
  async fit(x, given, job = {}) {
    const options = resolveOptions('pca', OPTIONS, given);
    const { nComponents, solver, seed } = options as { nComponents: number; solver: PcaSolver; seed: number };
    const pca = await fitPcaJob(x, { nComponents, solver, seed, truncate: true }, 'mapping', job);
    return projectionOf(pca, padded(pca.transform(x), nComponents));
  },
  load(files, coordinates) {
    if (!files[TENSORS]) {
      const found = Object.keys(files).join(', ') || 'nothing';
      throw new FormatError(`a PCA map needs ${TENSORS}; found ${found}`, { details: { name: TENSORS } });
    }
    const { tensors } = readSafetensors(files[TENSORS], TENSORS);
    const mean = tensors.mean?.data;
    const components = tensors.components;
    const explainedVariance = tensors.explained_variance?.data;
    const explainedVarianceRatio = tensors.explained_variance_ratio?.data;
    const [k, d] = components?.shape ?? [];
    const whole =
      mean instanceof Float32Array &&
      components?.data instanceof Float32Array &&
      explainedVariance instanceof Float64Array &&
      explainedVarianceRatio instanceof Float64Array &&
      components.shape.length === 2 &&
      mean.length === d &&
      explainedVariance.length === k &&
      explainedVarianceRatio.length === k;
    if (!whole) {
      throw new FormatError(
        `${TENSORS} needs mean [d], components [k, d], explained_variance [k] and explained_variance_ratio [k]`,
        { details: { name: TENSORS } },
      );
    }
    const parts = { mean, explainedVariance, explainedVarianceRatio };
    return projectionOf(pcaOf({ ...parts, components: matrix(k, d, components.data as Float32Array) }), coordinates);
  },
};

function projectionOf(pca: Pca, coordinates: Matrix): Projection {
  const { mean, components, explainedVariance, explainedVarianceRatio } = pca;
  const nComponents = coordinates.cols;
  return {
    method: 'pca',
    coordinates,
    transform: async (x) => padded(pca.transform(x), nComponents),
    inverse: (y) => pca.inverse(leading(y, components.rows)),
    warnings: [],
    figures: { explainedVariance: explainedVarianceRatio.reduce((sum, value) => sum + value, 0) },
    toFiles: () => ({
      'projection.json': projectionJson({ method: 'pca', nComponents, nFeatures: components.cols }),
      [TENSORS]: writeSafetensors({
        mean: { dtype: 'F32', shape: [mean.length], data: mean },
        components: { dtype: 'F32', shape: [components.rows, components.cols], data: components.data },
        explained_variance: { dtype: 'F64', shape: [explainedVariance.length], data: explainedVariance },
        explained_variance_ratio: { dtype: 'F64', shape: [explainedVariance.length], data: explainedVarianceRatio },
      }),
    }),
  };
}

/** More columns, of zeros. */
function padded(y: Matrix, cols: number): Matrix {
  if (y.cols === cols) return y;
  const out = matrix(y.rows, cols);
  for (let i = 0; i < y.rows; i++) out.data.set(y.data.subarray(i * y.cols, (i + 1) * y.cols), i * cols);
  return out;
}

/** The first columns. */
function leading(y: Matrix, cols: number): Matrix {
  if (y.cols <= cols) return y;
  const out = matrix(y.rows, cols);
  for (let i = 0; i < y.rows; i++) out.data.set(y.data.subarray(i * y.cols, i * y.cols + cols), i * cols);
  return out;
}

/** Linear discriminant analysis (spaces/lda-discriminants.ts) as a map. */
import {
  FormatError,
  InputError,
  checkFinite,
  matrix,
  readSafetensors,
  writeSafetensors,
  resolveOptions,
} from '../base/index.ts';
import type { Matrix, OptionSpec } from '../base/index.ts';
import { SHRINKAGE_OPTIONS, discriminants, inBands, labelWarnings, labelledClasses } from '../spaces/index.ts';
import type { Discriminants, Figures } from '../spaces/index.ts';
import { COMPONENTS_OPTION } from './layout-map.ts';
import type { MapJob, MapMethod, Projection } from './projection.ts';
import { projectionJson } from './projection-json.ts';

const TENSORS = 'lda.safetensors';

const OPTIONS: readonly OptionSpec[] = [COMPONENTS_OPTION, ...SHRINKAGE_OPTIONS];

export const lda: MapMethod = {
  name: 'lda',
  title: 'LDA',
  summary: 'The flat shadow in which labelled classes stand furthest apart; it needs labels.',
  options: OPTIONS,
  cautions: [
    'LDA was shown the labels and pulls the classes apart as far as it can: gaps here are wider than they look without the labels.',
  ],
  labels: 'needed',
  async fit(x, given, job = {}) {
    const options = resolveOptions('lda', OPTIONS, given);
    const { nComponents, autoShrinkage, shrinkage } = options as {
      nComponents: number;
      autoShrinkage: boolean;
      shrinkage: number;
    };
    job.signal?.throwIfAborted();
    if (x.rows < 2) throw new InputError(`LDA needs at least 2 rows, got ${x.rows}`, { code: 'too-few-rows' });
    checkFinite(x, 'LDA');
    const classes = await labelledClasses(x, job.labels, job.signal);
    job.onProgress?.({ phase: 'mapping', done: 0, total: 1, elapsed: 0 });
    const { parts, figures } = await discriminants(x, classes, nComponents, autoShrinkage ? undefined : shrinkage, job);
    const warnings: string[] = [];
    const count = classes.means.rows;
    if (count - 1 < nComponents) {
      const directions = count === 2 ? '1 direction' : `${count - 1} directions`;
      warnings.push(`${count} classes are told apart by ${directions}; the other coordinates are 0`);
    }
    warnings.push(...labelWarnings(classes, x));
    return projectionOf(parts, figures, warnings, await place(parts, x, job));
  },
  load,
};

async function place(
  { nComponents, mean, components }: Discriminants,
  x: Matrix,
  { signal }: MapJob = {},
): Promise<Matrix> {
  const { rows: k, cols: d } = components;
  if (x.cols !== d) throw new InputError(`LDA transform: got ${x.cols} columns, expected ${d}`, { code: 'width' });
  const y = matrix(x.rows, nComponents);
  const take = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      for (let c = 0; c < k; c++) {
        let sum = 0;
        for (let j = 0, at = i * d; j < d; j++, at++) sum += (x.data[at] - mean[j]) * components.data[c * d + j];
        y.data[i * nComponents + c] = sum;
      }
    }
  };
  await inBands(x.rows, k * d, take, signal);
  return y;
}

function projectionOf(
  parts: Discriminants,
  figures: Figures,
  warnings: readonly string[],
  coordinates: Matrix,
): Projection {
  const { nComponents, mean, components, back } = parts;
  const { rows: k, cols: d } = components;
  return {
    method: 'lda',
    coordinates,
    transform: (x, job) => place(parts, x, job),
    inverse(y) {
      const x = matrix(y.rows, d);
      for (let i = 0; i < y.rows; i++) {
        for (let j = 0; j < d; j++) {
          let sum = mean[j];
          for (let c = 0; c < k; c++) sum += y.data[i * y.cols + c] * back.data[c * d + j];
          x.data[i * d + j] = sum;
        }
      }
      return x;
    },
    figures,
    warnings,
    toFiles: () => ({
      'projection.json': projectionJson({ method: 'lda', nComponents, nFeatures: d }),
      [TENSORS]: writeSafetensors(
        {
          mean: { shape: [d], data: mean },
          components: { shape: [k, d], data: components.data },
          back: { shape: [k, d], data: back.data },
        },
        { figures: JSON.stringify(figures), warnings: JSON.stringify(warnings) },
      ),
    }),
  };
}

function load(files: Record<string, Uint8Array>, coordinates: Matrix): Projection {
  const details = { name: TENSORS };
  if (!files[TENSORS]) {
    const found = Object.keys(files).join(', ') || 'nothing';
    throw new FormatError(`an LDA map needs ${TENSORS}; found ${found}`, { details });
  }
  const { tensors, metadata } = readSafetensors(files[TENSORS], TENSORS);
  const { mean, components, back } = tensors;
  const [k, d] = components?.shape ?? [];
  const whole =
    mean?.data instanceof Float32Array &&
    components?.data instanceof Float32Array &&
    back?.data instanceof Float32Array &&
    components.shape.length === 2 &&
    mean.data.length === d &&
    back.data.length === k * d &&
    k <= coordinates.cols;
  if (!whole) {
    throw new FormatError(`${TENSORS} needs mean [d], components [k, d] and back [k, d]`, { details });
  }
  const parts = {
    nComponents: coordinates.cols,
    mean: mean.data as Float32Array,
    components: matrix(k, d, components.data as Float32Array),
    back: matrix(k, d, back.data as Float32Array),
  };
  try {
    const figures = JSON.parse(metadata.figures) as Figures;
    return projectionOf(parts, figures, JSON.parse(metadata.warnings) as string[], coordinates);
  } catch (cause) {
    throw new FormatError(`${TENSORS} needs figures and warnings as JSON in its metadata`, { details, cause });
  }
}

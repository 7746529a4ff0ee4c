/** Linear discriminant analysis as a latent space: linear both ways, the way back by least squares. */
import { InputError, resolveOptions } from '../base/index.ts';
import type { OptionSpec } from '../base/index.ts';
import { classesOf } from '../data/index.ts';
import type { SpaceMethod } from './latent-space.ts';
import { SHRINKAGE_OPTIONS, discriminants, labelWarnings, labelledClasses } from './lda-discriminants.ts';
import { classicalRows, finishedSpace, latentDimOption, linearModels } from './linear-space.ts';

const OPTIONS: readonly OptionSpec[] = [
  latentDimOption('How many directions are kept, at most one less than there are classes.'),
  {
    name: 'label',
    type: 'text',
    default: '',
    summary: "The column that holds the classes; the data's own label when left out.",
  },
  ...SHRINKAGE_OPTIONS,
];

/** Codes have unit spread within classes; the prior is a Gaussian over all of them. */
export const lda: SpaceMethod = {
  name: 'lda',
  title: 'LDA',
  summary: 'The flat space in which labelled classes stand furthest apart, measured by how wide they are themselves.',
  family: 'linear',
  takes: 'rows',
  labels: 'needed',
  options: OPTIONS,
  async fit(dataset, given, runtime, job = {}) {
    const options = resolveOptions('lda', OPTIONS, given);
    const { latentDim, shrinkage } = options as Record<string, number>;
    const { x, warnings } = classicalRows('LDA', dataset, latentDim);
    const { codes, column } = classesOf(dataset, options.label as string);
    job.signal?.throwIfAborted();
    job.onProgress?.({ phase: 'learning', done: 0, total: 1, elapsed: 0 });
    const classes = await labelledClasses(x, codes, job.signal);
    const count = classes.means.rows;
    if (latentDim > count - 1) {
      throw new InputError(
        `LDA: latentDim ${latentDim} is more than the ${count - 1} ${count === 2 ? 'direction that parts' : 'directions that part'} ` +
          `the ${count} classes of ${column}; try at most ${count - 1}`,
        { code: 'latent-dim', details: { latentDim, most: count - 1 } },
      );
    }
    const share = options.autoShrinkage ? undefined : shrinkage;
    const { parts, figures } = await discriminants(x, classes, latentDim, share, job);
    const { mean, components: encode, back: decode } = parts;
    if (encode.rows < latentDim) {
      throw new InputError(
        `LDA: the means of the ${count} classes of ${column} differ along ${encode.rows} independent ` +
          `${encode.rows === 1 ? 'direction' : 'directions'}, got latentDim ${latentDim}`,
        { code: 'rank', details: { most: encode.rows } },
      );
    }
    warnings.push(...labelWarnings(classes, x));
    const models = linearModels('lda', { mean, encode, decode });
    return finishedSpace({ method: 'lda', models, x, dataset, options, figures, warnings }, runtime, job);
  },
};

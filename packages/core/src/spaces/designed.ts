/** From a design to a method of the registry: the options that all autoencoders share, and what is checked for all. */
import { resolveOptions } from '../base/index.ts';
import type { Options, OptionSpec } from '../base/index.ts';
import type { Dataset } from '../data/index.ts';
import { CONDITION_OPTIONS } from './condition.ts';
import { checkLatentDim, LATENT_DIM } from './fit-network.ts';
import type { LearnJob, SpaceMethod } from './latent-space.ts';
import { learnRows } from './learn-rows.ts';
import type { LearnRows } from './learn-rows.ts';
import { ARCHITECTURE_OPTIONS } from './networks.ts';
import { priorOptions } from './prior-options.ts';
import { settleTraining, TRAINING_OPTIONS } from './training-options.ts';
import { fitDesign } from './variational.ts';
import type { Design } from './variational.ts';

/** What a design is made for. */
export interface Occasion {
  /** in full */
  readonly options: Options;
  readonly latentDim: number;
  readonly dataset: Dataset;
  readonly rows: LearnRows;
  readonly job: LearnJob;
}

export interface DesignedMethod extends Pick<SpaceMethod, 'name' | 'title' | 'summary' | 'family'> {
  /** dimensions when none are asked for, fewer where the data have no more features; 2 when left out */
  readonly latentDim?: number;
  /** whether it can be learned given classes; true when left out */
  readonly conditional?: boolean;
  /** what sampling may draw from, the usual first; all of them when left out, no choice when empty */
  readonly priors?: readonly string[];
  /** the options that are its own */
  readonly options: readonly OptionSpec[];
  /** other defaults of shared options, by name */
  readonly defaults?: Options;
  design(occasion: Occasion): Omit<Design, 'method'> | Promise<Omit<Design, 'method'>>;
}

/** A method that is a design, with the options of every autoencoder beside its own. */
export function designed(method: DesignedMethod): SpaceMethod {
  const { name, title, summary, family, latentDim: usual = 2, conditional = true, defaults = {}, design } = method;
  const { priors = ['normal', 'mixture', 'vamp'] } = method;
  const options = [
    LATENT_DIM,
    ...method.options,
    ...(priors.length > 0 ? priorOptions(priors) : []),
    ...(conditional ? CONDITION_OPTIONS : []),
    ...ARCHITECTURE_OPTIONS,
    ...TRAINING_OPTIONS,
  ].map((spec) => ({ ...spec, default: { latentDim: usual, ...defaults }[spec.name] ?? spec.default }));
  return {
    name,
    title,
    summary,
    family,
    takes: 'rows',
    ...(conditional && { labels: 'used' as const }),
    options,
    async fit(dataset, given, runtime, job = {}) {
      const { nFeatures, nSamples } = dataset.rows;
      const full = settleTraining(resolveOptions(name, options, given), nSamples);
      const rows = learnRows(dataset);
      // a default is no wish: of few features fewer latents are made
      if (given.latentDim === undefined) full.latentDim = Math.max(1, Math.min(usual, nFeatures - 1));
      const latentDim = full.latentDim as number;
      checkLatentDim(latentDim, nFeatures);
      const made = await design({ options: full, latentDim, dataset, rows, job });
      return fitDesign({ ...made, method: name }, full, rows, dataset, runtime, job);
    },
  };
}

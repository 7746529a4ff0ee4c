/** Data that is made on the fly, with the factors that made it known. A new generator joins by a line in the list. */
import type { JobOptions, Options, OptionSpec } from '../../base/index.ts';
import type { Dataset } from '../dataset.ts';
import { gaussians } from './gaussians.ts';
import { ratings } from './ratings.ts';
import { sounds } from './sounds.ts';
import { sprites } from './sprites.ts';
import { moons, spiral } from './toys.ts';

/** A way to make a data set; its true factors are columns beside the rows. */
export interface DataGenerator {
  readonly name: string;
  readonly title: string;
  /** one sentence for people */
  readonly summary: string;
  readonly options: readonly OptionSpec[];
  /** the same data for the same options, whose `seed` is one */
  make(options: Partial<Options>, job?: JobOptions): Promise<Dataset>;
}

export const dataGenerators: readonly DataGenerator[] = [sprites, sounds, gaussians, moons, spiral, ratings];

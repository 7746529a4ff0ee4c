import type { JobOptions, Options, OptionSpec } from '../../base/index.ts';
import type { Dataset } from '../dataset.ts';

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

/**
 * Weights that change while learning: a number, or a schedule over the share of learning that is done. A schedule is
 * fed to the training graph as a scalar; evaluations use its end.
 *
 * Linear: from 0 to the value (Bowman et al. 2016). Cyclic: again and again, each cycle rising over its first half
 * (Fu et al. 2019).
 */
import type { Options, OptionSpec } from '../base/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { BatchInput } from '../nn/index.ts';

export type Weight = number | ScheduledWeight;

export interface ScheduledWeight {
  /** the name of the input it is fed as; no two of a design share one */
  readonly name: string;
  /** @param progress  share of the iterations that are done, in [0, 1] */
  at(progress: number): number;
}

export const ANNEALING_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'annealing',
    type: 'choice',
    default: 'none',
    choices: ['none', 'linear', 'cyclic'],
    summary:
      'How beta comes to its value: at once, in a line from 0, or from 0 again and again, which wakes up latents.',
  },
  {
    name: 'annealingShare',
    type: 'number',
    default: 0.5,
    min: 0.01,
    max: 1,
    summary: 'The share of learning over which beta, or the capacity, rises.',
  },
  {
    name: 'cycles',
    type: 'integer',
    default: 4,
    min: 1,
    max: 1000,
    summary: 'How many times beta rises from 0 when its annealing is cyclic.',
  },
];

/** A weight with that end, as the options of annealing have it. */
export function annealed(name: string, end: number, { annealing, annealingShare, cycles }: Options): Weight {
  const share = annealingShare as number;
  if (annealing === 'linear') return { name, at: (progress) => end * Math.min(1, progress / share) };
  if (annealing !== 'cyclic') return end;
  return {
    name,
    at(progress) {
      if (progress >= 1) return end;
      const within = (progress * (cycles as number)) % 1;
      return end * Math.min(1, within / share);
    },
  };
}

/** From 0 in a line to `end`, over that share of learning. */
export function rising(name: string, end: number, share: number): Weight {
  return { name, at: (progress) => end * Math.min(1, progress / share) };
}

/** How a scheduled weight is fed and read; undefined for a number. */
export function weightOf(weight: Weight):
  | {
      input: BatchInput;
      fill(buffers: Record<string, Float32Array>, progress: number): void;
      read(batch: Readonly<Record<string, Tensor>>): Tensor;
    }
  | undefined {
  if (typeof weight === 'number') return undefined;
  const { name } = weight;
  return {
    input: { name, shape: [], once: true },
    fill: (buffers, progress) => void (buffers[name][0] = weight.at(progress)),
    read: (batch) => batch[name],
  };
}

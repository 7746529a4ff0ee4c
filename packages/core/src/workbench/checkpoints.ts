/**
 * States on the way of learning, kept as spaces of their own: each encodes, decodes and is mapped like the finished one,
 * so that maps of them in one frame show how it came about. A state is what `onCheckpoint` is given; a method that goes
 * on from it and is stopped at once gives the space as it was then.
 */
import { InputError, jobControl, resolveOptions } from '../base/index.ts';
import type { LearnJob, SpaceMethod } from '../spaces/index.ts';
import type { LearnArgs } from './workbench.ts';

const MOST = 100;

export interface LearnState {
  /** epochs passed */
  epoch: number;
  checkpoint: Uint8Array;
}

export interface StateKeeper {
  /** those that were met, first ones first */
  readonly states: readonly LearnState[];
  onCheckpoint(checkpoint: Uint8Array): void;
  /** what to say of it, a sentence each, when learning has ended */
  notes(): string[];
}

/**
 * Takes so many states, evenly over the epochs, the last epoch left out: that is the space itself.
 * @throws InputError when the method has no epochs, or the number is none
 */
export function stateKeeper(
  method: Pick<SpaceMethod, 'name' | 'options'>,
  options: LearnArgs['options'],
  wanted: number,
  { control }: LearnJob,
): StateKeeper {
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > MOST) {
    throw new InputError(`checkpoints is ${wanted}, expected a whole number from 1 to ${MOST}`, { code: 'option' });
  }
  const { epochs } = resolveOptions(method.name, method.options, options);
  if (typeof epochs !== 'number') {
    throw new InputError(`${method.name} is solved in one piece, so there are no checkpoints on the way`, {
      code: 'option',
    });
  }
  const picked = new Set<number>();
  for (let i = 1; i <= wanted; i++) picked.add(Math.max(1, Math.round((i * epochs) / (wanted + 1))));
  picked.delete(epochs);
  const states: LearnState[] = [];
  let epoch = 0;
  return {
    states,
    onCheckpoint(checkpoint) {
      // one that was stopped within an epoch gives another state, which is the space's own
      if (control?.stopped) return;
      epoch++;
      if (picked.has(epoch)) states.push({ epoch, checkpoint });
    },
    notes() {
      if (epoch === 0) return [`${method.name} tells no states on the way, so no checkpoints were kept`];
      if (states.length === wanted) return [];
      return [`checkpoints kept: ${states.length} instead of ${wanted}, for there were no more epochs`];
    },
  };
}

/** The job that fits a space as it was at a state. */
export function atState({ checkpoint }: LearnState, { signal, onProgress }: LearnJob): LearnJob {
  const control = jobControl();
  control.stop();
  return { signal, onProgress, control, checkpoint, previews: false };
}

/**
 * States on the way of learning, kept as spaces of their own: each encodes, decodes and is mapped like the finished one,
 * so that maps of them in one frame show how it came about. A state is what `onCheckpoint` is given; a method that goes
 * on from it and is stopped at once gives the space as it was then.
 */
import { InputError, jobControl, resolveOptions } from '../base/index.ts';
import type { LearnJob, SpaceMethod } from '../spaces/index.ts';
import type { LearnArgs } from './workbench.ts';

const MOST = 100;
/** States that are held to choose from, where it is not known how many epochs there will be. */
const FEW = 8;

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
  const picked = evenly(wanted, epochs);
  let kept: LearnState[] = [];
  /** of a method that settles its epochs by itself: every so many are kept, and chosen from at the end */
  let stride = 1;
  let epoch = 0;
  const statesNow = (): LearnState[] => {
    if (epochs > 0) return kept;
    const earlier = kept.filter((state) => state.epoch < epoch);
    const chosen = evenly(wanted, earlier.length + 1);
    return earlier.filter((_, i) => chosen.has(i + 1));
  };
  return {
    get states() {
      return statesNow();
    },
    onCheckpoint(checkpoint) {
      // one that was stopped within an epoch gives another state, which is the space's own
      if (control?.stopped) return;
      epoch++;
      if (epochs > 0 ? picked.has(epoch) : epoch % stride === 0) kept.push({ epoch, checkpoint });
      if (epochs > 0 || kept.length <= Math.max(FEW, 3 * wanted)) return;
      stride *= 2;
      kept = kept.filter((state) => state.epoch % stride === 0);
    },
    notes() {
      if (epoch === 0) return [`${method.name} tells no states on the way, so no checkpoints were kept`];
      const { length } = statesNow();
      if (length === wanted) return [];
      return [`checkpoints kept: ${length} instead of ${wanted}, for there were no more epochs`];
    },
  };
}

/** So many of the whole numbers from 1 to the last, evenly, the last left out. */
function evenly(wanted: number, last: number): Set<number> {
  const picked = new Set<number>();
  for (let i = 1; i <= wanted; i++) picked.add(Math.max(1, Math.round((i * last) / (wanted + 1))));
  picked.delete(last);
  return picked;
}

/** The job that fits a space as it was at a state. */
export function atState({ checkpoint }: LearnState, { signal, onProgress }: LearnJob): LearnJob {
  const control = jobControl();
  control.stop();
  return { signal, onProgress, control, checkpoint, previews: false };
}

/** PaCMAP's descent: three phases, of which the first draws the broad lines and the last the fine grain. */
import type { Matrix } from '../base/index.ts';
import type { Workspace } from '../kernels/index.ts';
import type { Layout } from './layout-map.ts';
import type { Pairs } from './pacmap-pairs.ts';
import { layoutRunner } from './layout-runner.ts';
import { fromPlaces, toPlaces } from './places.ts';

/** Shares of the iterations that the first and the second phase take; of 450, a hundred each. */
const PHASE = 100 / 450;
const BETA1 = 0.9;
const BETA2 = 0.999;

/** Weights of neighbours, mid-near and further pairs. */
export function pacmapWeights(iteration: number, nIter: number): [number, number, number] {
  const first = Math.round(nIter * PHASE);
  if (iteration < first) {
    const done = iteration / first;
    return [2, (1 - done) * 1000 + done * 3, 1];
  }
  return iteration < 2 * first ? [3, 3, 1] : [1, 0, 1];
}

export interface PacmapLayout extends Layout {
  /** @param most  iterations at once */
  advance(signal?: AbortSignal, most?: number): Promise<void>;
}

/**
 * @param start  [n, 2 or 3]
 * @param space  with the module `pacmap`
 */
export function pacmapLayout(
  pairs: Pairs,
  start: Matrix,
  { nIter, learningRate }: { nIter: number; learningRate: number },
  space: Workspace,
  iteration = 0,
): PacmapLayout {
  const { rows: n, cols: dims } = start;
  const own = space.float32(toPlaces(start));
  const other = space.float32(toPlaces(start));
  const [momenta, squares] = [space.float32(own.length), space.float32(own.length)];
  const [starts, partners] = [space.uint32(pairs.starts), space.uint32(pairs.partners)];
  const schedule = space.float32(scheduleOf(nIter, learningRate, iteration));
  const runner = layoutRunner(space, dims === 2 ? 'pacmap2' : 'pacmap3', { n, nIter, iteration }, [
    own,
    other,
    starts,
    partners,
    schedule,
    momenta,
    squares,
  ]);
  return {
    get iteration() {
      return runner.iteration;
    },
    nIter,
    advance: runner.advance,
    coordinates: () => fromPlaces((runner.iteration % 2 === 0 ? own : other).view, n, dims),
  };
}

/** [nIter, 4]: the weights, and Adam's rate with its correction for means that began at zero. */
function scheduleOf(nIter: number, learningRate: number, first: number): Float32Array {
  const out = new Float32Array(4 * nIter);
  let [rest1, rest2] = [1, 1];
  for (let i = first; i < nIter; i++) {
    rest1 *= BETA1;
    rest2 *= BETA2;
    out.set([...pacmapWeights(i, nIter), (learningRate * Math.sqrt(1 - rest2)) / (1 - rest1)], 4 * i);
  }
  return out;
}

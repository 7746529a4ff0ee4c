/**
 * The layout of UMAP: points that are neighbours attract, random ones repel, by stochastic gradient descent.
 *
 * The reference implementation draws edges at random and moves both ends of each, so that its result depends on the
 * order of the edges and, on several threads, on chance. Here a point is moved by its own edges and its own random
 * points alone, from where the others stood when the epoch began, so that the result is the same on any number of
 * threads; and all its edges act in each epoch in proportion to their weights, which is the mean of the draw without
 * its noise. An edge then moves each end once where the reference moves it twice, as its repulsion does: the loss as it
 * is written down, in which attraction and repulsion act on both ends alike. On 50,000 word vectors this keeps 1.6
 * times as many neighbours.
 */
import { random } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import type { Workspace } from '../kernels/index.ts';
import type { SparseGraph } from '../linalg/index.ts';
import { forceTables } from './layout-forces.ts';
import type { Layout } from './layout-map.ts';
import { layoutRunner } from './layout-runner.ts';
import { fromPlaces, toPlaces } from './places.ts';
import type { UmapCurve } from './umap-curve.ts';

export interface LayoutOptions {
  curve: UmapCurve;
  nEpochs: number;
  learningRate: number;
  negativeSampleRate: number;
  repulsionStrength: number;
  seed: number;
}

export interface UmapLayout extends Layout {
  advance(signal?: AbortSignal, most?: number): Promise<void>;
  /** where the points are, as `toPlaces` has it: to be moved between iterations, and asked for anew after each */
  places(): Float32Array;
}

/**
 * @param graph  edges from both ends; for `fixed`, from each point to those that do not move
 * @param start  [n, 2 or 3]
 * @param space  with the module `umap`
 */
export function umapLayout(
  graph: SparseGraph,
  start: Matrix,
  options: LayoutOptions,
  space: Workspace,
  { fixed, epoch = 0 }: { fixed?: Matrix; epoch?: number } = {},
): UmapLayout {
  const { curve, nEpochs, learningRate, negativeSampleRate, repulsionStrength, seed } = options;
  const { n } = graph;
  const dims = start.cols;
  const { offsets, targets, rates } = actingEdges(graph, nEpochs);
  const tables = forceTables(curve, repulsionStrength);
  const own = space.float32(toPlaces(start));
  const other = fixed ? own : space.float32(own.length);
  const anchors = fixed && space.float32(toPlaces(fixed));
  const edges = [space.uint32(offsets), space.uint32(targets), space.float32(rates)] as const;
  const attraction = space.float32(tables.attraction);
  const repulsion = space.float32(tables.repulsion);
  if (!fixed && epoch % 2 === 1) other.view.set(own.view);
  const runner = layoutRunner(space, dims === 2 ? 'layout2' : 'layout3', { n, nIter: nEpochs, iteration: epoch }, [
    nEpochs,
    own,
    other,
    anchors ?? 0,
    fixed?.rows ?? 0,
    ...edges,
    attraction,
    repulsion,
    negativeSampleRate,
    learningRate,
    random(seed).uint32(),
  ]);
  return {
    get iteration() {
      return runner.iteration;
    },
    nIter: nEpochs,
    advance: runner.advance,
    places: () => (runner.iteration % 2 === 0 ? own : other).view,
    coordinates: () => fromPlaces((runner.iteration % 2 === 0 ? own : other).view, n, dims),
  };
}

/** Edges too weak to act even once are left out; an edge acts in proportion to its weight, the strongest each epoch. */
function actingEdges({ n, offsets, targets, weights }: SparseGraph, nEpochs: number) {
  let most = 0;
  for (let e = 0; e < weights.length; e++) if (weights[e] > most) most = weights[e];
  const least = most / nEpochs;
  let count = 0;
  for (let e = 0; e < weights.length; e++) if (weights[e] >= least) count++;
  const kept = new Uint32Array(n + 1);
  const leads = new Uint32Array(count + 4);
  const rates = new Float32Array(count + 4);
  let at = 0;
  for (let i = 0; i < n; i++) {
    for (let e = offsets[i]; e < offsets[i + 1]; e++) {
      if (!(weights[e] >= least)) continue;
      leads[at] = targets[e];
      rates[at++] = weights[e] / most;
    }
    kept[i + 1] = at;
  }
  return { offsets: kept, targets: leads, rates };
}

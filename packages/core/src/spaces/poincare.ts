/**
 * Poincaré embeddings of a hierarchy (Nickel & Kiela 2017): things are placed in hyperbolic space, whose room grows
 * with the distance from the centre as fast as a tree's branches do, so that what is general lies in the middle, what is
 * special near the rim, and few dimensions hold a large tree.
 */
import { drive, matrix, resolveOptions, run } from '../base/index.ts';
import { isAbort } from '../base/index.ts';
import type { JobOptions, Matrix, OptionSpec } from '../base/index.ts';
import { hyperbolic } from './geometry.ts';
import { ancestorsOf, depthsOf } from './hierarchy.ts';
import type { SpaceMethod } from './latent-space.ts';
import { adjacencyOf, degreesOf, LINK_OPTIONS, linksOf, nodeItems } from './links.ts';
import { linksQualitySteps } from './links-quality.ts';
import { poincareDescent } from './poincare-descent.ts';
import type { DescentOptions } from './poincare-descent.ts';
import type { PriorSpec } from './prior.ts';
import { vectorsSpace } from './vectors-space.ts';

const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'latentDim',
    type: 'integer',
    default: 2,
    min: 1,
    max: 1000,
    main: true,
    summary: 'Dimensions of the ball. Two can be drawn as they are; five or ten keep nearly all of a hierarchy.',
  },
  {
    name: 'epochs',
    type: 'integer',
    default: 200,
    min: 1,
    max: 100_000,
    main: true,
    summary: 'How often learning goes over all pairs. More fits closer and takes longer.',
  },
  {
    name: 'learningRate',
    type: 'number',
    default: 0.2,
    min: 1e-6,
    max: 100,
    main: true,
    summary: 'The length of each update. Higher spreads nodes sooner; too high leaves them thrown about at the rim.',
  },
  {
    name: 'negative',
    type: 'integer',
    default: 50,
    min: 1,
    max: 10_000,
    summary: 'Nodes that each pair is held against. More tell near from far better, and take longer.',
  },
  {
    name: 'burnIn',
    type: 'number',
    default: 0.5,
    min: 0,
    max: 1,
    summary:
      'Share of the epochs in which the learning rate rises: more lets branches sort themselves out in the middle.',
  },
  {
    name: 'closure',
    type: 'boolean',
    default: true,
    summary: 'Learns from each node with all that lie above it, not only with those it is linked to.',
  },
  ...LINK_OPTIONS,
  { name: 'seed', type: 'integer', default: 0, min: 0, max: 2 ** 32 - 1, summary: 'The same seed, the same space.' },
];

export const poincare: SpaceMethod = {
  name: 'poincare',
  title: 'Poincaré embedding',
  summary: 'A hierarchy in hyperbolic space: what is general in the middle, what is special near the rim.',
  family: 'graph',
  takes: 'links',
  options: OPTIONS,
  async fit(dataset, given, _, job = {}) {
    const options = resolveOptions('poincare', OPTIONS, given);
    job.signal?.throwIfAborted();
    const links = linksOf(dataset, options);
    const pairs = options.closure ? ancestorsOf(links) : adjacencyOf(links.nodes.length, links);
    const descent = poincareDescent(pairs, options as unknown as DescentOptions, job.checkpoint);
    const keep = async (): Promise<void> => job.onCheckpoint?.(descent.checkpoint());
    const stepper = {
      ...descent,
      get done() {
        return descent.done;
      },
      async step() {
        const detail = await descent.step();
        if (detail?.record) await keep();
        return detail;
      },
    };
    const x = await run(stepper, job).catch(async (error: unknown) => {
      if (isAbort(error)) await keep();
      throw error;
    });
    const stopped = descent.done < descent.total;
    if (stopped) await keep();
    const latentDim = options.latentDim as number;
    const codes = matrix(links.nodes.length, latentDim, Float32Array.from(x));
    const quiet = { signal: job.signal, onProgress: job.onProgress as JobOptions<never>['onProgress'] };
    const quality = await drive('measuring', linksQualitySteps(codes, pairs, 'hyperbolic'), quiet);
    const { history } = descent;
    const space = vectorsSpace({
      method: 'poincare',
      latentDim,
      geometry: hyperbolic(),
      prior: wrappedNormalOf(codes),
    });
    return {
      space,
      items: nodeItems(dataset.name, links.nodes, codes, [
        { name: 'depth', type: 'number', values: depthsOf(links) },
        { name: 'degree', type: 'number', values: degreesOf(links) },
      ]),
      metrics: { train: { ...history.at(-1)?.train, ...quality } },
      history,
      warnings: links.warnings,
      options,
      stopped,
    };
  },
};

/** The wrapped normal about the centre whose distances from it have the codes' mean square. */
function wrappedNormalOf({ data, rows, cols }: Matrix): PriorSpec {
  let squares = 0;
  for (let i = 0; i < rows; i++) {
    let length = 0;
    for (let c = 0; c < cols; c++) length += data[i * cols + c] ** 2;
    squares += (2 * Math.atanh(Math.sqrt(length))) ** 2;
  }
  return { kind: 'wrappedNormal', scale: Math.sqrt(squares / (rows * cols)) };
}

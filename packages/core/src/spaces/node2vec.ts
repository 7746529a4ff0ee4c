/**
 * Node embeddings of any graph (node2vec, Grover & Leskovec 2016; DeepWalk, Perozzi et al. 2014): random walks are taken
 * for sentences and nodes for words, and skip-gram gives those that are met together like vectors.
 */
import { drive, resolveOptions } from '../base/index.ts';
import type { JobOptions, Options, OptionSpec } from '../base/index.ts';
import { euclidean, sphere } from './geometry.ts';
import type { SpaceMethod } from './latent-space.ts';
import { adjacencyOf, degreesOf, LINK_OPTIONS, linksOf, nodeItems, WEIGHT_OPTION } from './links.ts';
import type { Adjacency, Links } from './links.ts';
import { linksQualitySteps } from './links-quality.ts';
import { walkSteps } from './node2vec-walks.ts';
import type { WalkOptions } from './node2vec-walks.ts';
import type { PriorSpec } from './prior.ts';
import { gaussianOf } from './gaussian-prior.ts';
import { unitRows, vectorsSpace } from './vectors-space.ts';
import { sequencesOf } from './sequences.ts';
import { fitSkipGram } from './word2vec-fit.ts';
import type { SkipGramOptions } from './word2vec-fit.ts';

const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'latentDim',
    type: 'integer',
    default: 64,
    min: 1,
    max: 1000,
    main: true,
    summary: 'Numbers in the vector of each node. More tell finer groups apart and need more walks.',
  },
  {
    name: 'epochs',
    type: 'integer',
    default: 5,
    min: 1,
    max: 1000,
    main: true,
    summary: 'How often learning goes over all walks.',
  },
  {
    name: 'nWalks',
    type: 'integer',
    default: 10,
    min: 1,
    max: 1000,
    main: true,
    summary: 'Walks that begin at each node.',
  },
  { name: 'walkLength', type: 'integer', default: 40, min: 2, max: 1000, summary: 'Nodes that a walk comes to.' },
  {
    name: 'window',
    type: 'integer',
    default: 5,
    min: 1,
    max: 100,
    summary: 'How many steps apart two nodes of a walk still count as met together. More sees larger groups.',
  },
  {
    name: 'p',
    type: 'number',
    default: 1,
    min: 0.01,
    max: 100,
    summary: 'How unwilling a walk is to step straight back. Raise it to go further, lower it to stay near.',
  },
  {
    name: 'q',
    type: 'number',
    default: 1,
    min: 0.01,
    max: 100,
    summary: 'How unwilling a walk is to leave a neighbourhood. Above 1 it shows roles, below 1 communities.',
  },
  { name: 'negative', type: 'integer', default: 5, min: 1, max: 100, summary: 'Nodes that each pair is held against.' },
  {
    name: 'learningRate',
    type: 'number',
    default: 0.025,
    min: 1e-6,
    max: 1,
    summary: 'The length of the first updates; it falls in a line to nearly nothing.',
  },
  {
    name: 'directed',
    type: 'boolean',
    default: false,
    summary: 'Walks only from source to target, instead of both ways.',
  },
  {
    name: 'normalise',
    type: 'boolean',
    default: true,
    summary: 'Brings each vector to length 1: what is compared is with whom a node is met, not how often.',
  },
  ...LINK_OPTIONS,
  WEIGHT_OPTION,
  { name: 'seed', type: 'integer', default: 0, min: 0, max: 2 ** 32 - 1, summary: 'The same seed, the same space.' },
];

export const node2vec: SpaceMethod = {
  name: 'node2vec',
  title: 'Node embedding by random walks',
  summary: 'Nodes of a graph that random walks meet together lie together: communities, or roles.',
  family: 'graph',
  takes: 'links',
  options: OPTIONS,
  async fit(dataset, given, _, job = {}) {
    const options = resolveOptions('node2vec', OPTIONS, given);
    const settings = options as unknown as Required<SkipGramOptions> & WalkOptions;
    job.signal?.throwIfAborted();
    const links = linksOf(dataset, options);
    const graph = graphOf(links, options);
    const quiet = { signal: job.signal, onProgress: job.onProgress as JobOptions<never>['onProgress'] };
    const walks = await drive('walking', walkSteps(graph, settings), quiet);
    const show = { names: links.nodes, normalise: options.normalise as boolean };
    const { latentDim, epochs, window, negative, learningRate, seed } = settings;
    const skipGram = { latentDim, epochs, window, negative, learningRate, seed, subsample: 0, show };
    const fitted = await fitSkipGram(sequencesOf(walks, links.nodes.length), skipGram, job);
    const codes = fitted.inputs;
    const normalise = options.normalise as boolean;
    if (normalise) unitRows(codes);
    const quality = await drive('measuring', linksQualitySteps(codes, graph, 'cosine'), quiet);
    const prior: PriorSpec | undefined = normalise
      ? { kind: 'uniformSphere' }
      : await gaussianOf(codes, { signal: job.signal });
    const alone = Array.from(degreesOf(links)).filter((degree) => degree === 0).length;
    return {
      space: vectorsSpace({ method: 'node2vec', latentDim, geometry: normalise ? sphere : euclidean, prior }),
      items: nodeItems(dataset.name, links.nodes, codes, [
        { name: 'degree', type: 'number', values: degreesOf(links) },
      ]),
      metrics: { train: { ...fitted.history.at(-1)?.train, ...quality } },
      history: fitted.history,
      warnings: [
        ...links.warnings,
        ...(alone > 0 ? [`${alone} of ${links.nodes.length} nodes are linked to no other, and lie anywhere`] : []),
      ],
      options,
      stopped: fitted.stopped,
    };
  },
};

/** Links as walks may take them; what leads both ways weighs as much as both. */
function graphOf({ nodes, from, to, weights }: Links, { directed }: Options): Adjacency {
  const n = nodes.length;
  if (directed) return adjacencyOf(n, { from, to, weights });
  const both = new Map<number, number>();
  for (let i = 0; i < from.length; i++) {
    for (const end of [from[i] * n + to[i], to[i] * n + from[i]]) {
      both.set(end, (both.get(end) ?? 0) + (weights?.[i] ?? 1));
    }
  }
  const ends = Float64Array.from(both.keys());
  return adjacencyOf(n, {
    from: Uint32Array.from(ends, (end) => Math.floor(end / n)),
    to: Uint32Array.from(ends, (end) => end % n),
    ...(weights && { weights: Float64Array.from(both.values()) }),
  });
}

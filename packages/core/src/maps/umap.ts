/**
 * UMAP (McInnes, Healy & Melville 2018): a map whose neighbourhoods, as a fuzzy graph, are those of the data.
 *
 * The graph: fuzzy-graph.ts; the start: layout-start.ts; the curve: umap-curve.ts; the descent: umap-layout.ts;
 * density: densmap.ts; new points: umap-transform.ts. As in the authors' own program a point counts among its own neighbours.
 */
import { resolveOptions } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { singleThread } from '../kernels/index.ts';
import type { Workspace } from '../kernels/index.ts';
import type { SparseGraph } from '../linalg/index.ts';
import type { Neighbors } from '../neighbors/index.ts';
import { densmapLayout, densmapRadii } from './densmap.ts';
import { fuzzyUnion, meetLabels, smoothKnn } from './fuzzy-graph.ts';
import { checkRows, keptProjection, layoutNeighbors, plainReport, readKept, runLayout } from './layout-map.ts';
import type { Fitted } from './layout-map.ts';
import { layoutStart } from './layout-start.ts';
import type { MapJob, MapMethod, Projection } from './projection.ts';
import { fitUmapCurve } from './umap-curve.ts';
import { umapLayout } from './umap-layout.ts';
import { UMAP_OPTIONS, checkUmapOptions, isUmapOptions, settleUmap } from './umap-options.ts';
import type { UmapOptions } from './umap-options.ts';
import { transformUmap } from './umap-transform.ts';

export const umap: MapMethod = {
  name: 'umap',
  title: 'UMAP',
  summary: 'Keeps neighbourhoods and something of the whole, quickly and for very many points; the usual first look.',
  options: UMAP_OPTIONS,
  labels: 'used',
  cautions: [
    'The size of a cluster says nothing: UMAP measures distance by the local density, so dense and loose clusters look alike.',
    'Gaps between clusters mean little: which lie side by side is only roughly kept (Coenen & Pearce 2019).',
    'Another seed or another nNeighbors can give another picture; look at several before believing one (Wattenberg et al. 2016).',
  ],
  async fit(x, given, job = {}) {
    const options = resolveOptions('umap', UMAP_OPTIONS, given) as unknown as UmapOptions;
    checkRows('UMAP', x, options.nComponents, job);
    checkUmapOptions(options, job);
    job.signal?.throwIfAborted();
    const warnings: string[] = [];
    const settled = settleUmap(options, x.rows, warnings);
    const neighbors = await layoutNeighbors(x, settled.nNeighbors - 1, options, job, warnings);
    const space = await (job.kernels ?? singleThread()).open('umap');
    try {
      const graph = await umapGraph(neighbors, settled, space, job);
      const start = job.start?.coordinates ?? (await startOf(x, graph, settled, job, warnings));
      job.signal?.throwIfAborted();
      const curve = fitUmapCurve(options.minDist, options.spread);
      const plain = umapLayout(graph, start, { ...settled, curve }, space, { epoch: job.start?.iteration });
      const layout = settled.densMap
        ? densmapLayout(plain, graph, densmapRadii(graph, neighbors), curve, settled, settled.nComponents)
        : plain;
      await runLayout(layout, job);
      const figures = { iterations: layout.iteration, nIter: layout.nIter };
      return umapProjection({ x, coordinates: layout.coordinates(), options: { ...settled }, figures, warnings });
    } finally {
      space.close();
    }
  },
  load(files, coordinates) {
    return umapProjection(readKept('umap', files, coordinates, isUmapOptions));
  },
};

/** The fuzzy graph of the rows' neighbours, and of their labels where they have a say. */
export async function umapGraph(
  neighbors: Neighbors,
  { localConnectivity, setOpMixRatio, targetWeight }: UmapOptions,
  space: Workspace,
  { labels, signal }: MapJob,
): Promise<SparseGraph> {
  const { strengths } = await smoothKnn(neighbors, { localConnectivity, space, signal });
  const graph = fuzzyUnion(neighbors.indices, strengths, neighbors.nNeighbors, setOpMixRatio);
  return labels && targetWeight > 0 ? meetLabels(graph, labels, targetWeight) : graph;
}

function startOf(
  x: Matrix,
  graph: SparseGraph,
  { start, nComponents, seed }: UmapOptions,
  { signal, onProgress }: MapJob,
  warnings: string[],
): Promise<Matrix> {
  return layoutStart(start, x, graph, { nComponents, seed, signal, onProgress: plainReport(onProgress) }, warnings);
}

/** The projection of what was fitted. */
export function umapProjection(fitted: Fitted): Projection {
  const options = fitted.options as unknown as UmapOptions;
  return keptProjection('umap', fitted, (news, job) => transformUmap({ ...fitted, options }, news, job));
}

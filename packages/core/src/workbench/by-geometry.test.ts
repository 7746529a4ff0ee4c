/** Curved spaces as people meet them: their maps and neighbours go by their own distance. */
import { beforeAll, describe, expect, it } from 'vitest';
import { row } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { bytesSource } from '../data/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { geometryOf } from '../spaces/index.ts';
import { createWorkbench } from './create-workbench.ts';
import { memoryStore } from './memory-store.ts';
import type { SpaceInfo } from './workbench.ts';

const project = createWorkbench({ store: memoryStore(), runtime: nodeRuntime() });
let space: SpaceInfo;
let codes: Matrix;

beforeAll(async () => {
  // a tree of 1 + 3 + 9 + 27 nodes
  const lines = Array.from({ length: 39 }, (_, i) => `n${i + 1},n${Math.floor(i / 3)}`);
  await project.addData({
    files: [bytesSource('tree.csv', new TextEncoder().encode(`child,parent\n${lines.join('\n')}\n`))],
  });
  space = await project.learn({ data: 'tree', method: 'poincare', options: { epochs: 60, negative: 10 } });
  codes = await project.codes({ space: space.id });
});

/** Rows by their distance from one, itself left out. */
function byDistance(of: number, distance: (a: ArrayLike<number>, b: ArrayLike<number>) => number): number[] {
  const far = (i: number): number => distance(row(codes, of), row(codes, i));
  return Array.from({ length: codes.rows }, (_, i) => i)
    .filter((i) => i !== of)
    .sort((a, b) => far(a) - far(b));
}

describe('a hyperbolic space', () => {
  it('says so, and places nodes instead of links', async () => {
    expect(space).toMatchObject({ geometry: { name: 'hyperbolic' }, learnedFrom: 'tree', latentDim: 2 });
    expect([codes.rows, codes.cols]).toEqual([40, 2]);
    const text = new TextDecoder().decode(await project.file({ id: space.id, name: 'space.json' }));
    expect(JSON.parse(text)).toMatchObject({ geometry: { name: 'hyperbolic', c: 1 }, form: 'vectors' });
  });

  it('finds neighbours by its own distance, unless another is named', async () => {
    const { distance } = geometryOf(space.geometry!);
    const euclidean = geometryOf({ name: 'euclidean' }).distance;
    const [own, flat] = [distance, euclidean].map((by) => byDistance(0, by).slice(0, 12));
    expect(own).not.toEqual(flat);
    const ask = { of: space.id, row: 0, k: 12 };
    expect([...(await project.neighbors(ask)).indices]).toEqual(own);
    expect([...(await project.neighbors({ ...ask, distance: 'euclidean' })).indices]).toEqual(flat);
    const table = await project.neighborTable({ of: space.id, k: 12 });
    expect([...table.indices.subarray(0, 12)]).toEqual(own);
    expect(table.distances[0]).toBeCloseTo(distance(row(codes, 0), row(codes, own[0])), 4);
  });

  it('is mapped by its own distance, unless another is named', async () => {
    const quick = { of: space.id, method: 'umap', options: { nEpochs: 20, nNeighbors: 5 } };
    expect((await project.map(quick)).options.distance).toBe('hyperbolic');
    const flat = await project.map({ ...quick, options: { ...quick.options, distance: 'euclidean' } });
    expect(flat.options.distance).toBe('euclidean');
    for (const method of ['tsne', 'pacmap', 'mds', 'poincare']) {
      const options = { tsne: { nIter: 20, perplexity: 5 }, pacmap: { nIter: 20 }, poincare: { nIter: 5 } }[method];
      const map = await project.map({ of: space.id, method, options });
      expect(map.options.distance, method).toBe('hyperbolic');
      expect(map.quality.distance, method).toBe('hyperbolic');
      expect(map.warnings.filter((said) => said.includes('flat'))).toEqual([]);
    }
    expect(flat.quality.distance).toBe('euclidean');
    const pca = await project.map({ of: space.id, method: 'pca' });
    expect(pca.quality.distance).toBe('hyperbolic');
    expect(pca.warnings).toEqual([`${space.id} is curved, and this method maps it as if it were flat`]);
  });

  it('is a map already where its codes have two dimensions', async () => {
    const info = await project.map({ of: space.id, method: 'coordinates' });
    expect((await project.coordinates({ map: info.id })).data).toEqual(codes.data);
    expect(info.warnings).toEqual([]);
    // drawn as it is, a hyperbolic plane is a disc that keeps everything
    expect(info.geometry).toBe('hyperbolic');
    expect(info.quality).toMatchObject({ trustworthiness: 1, neighborRecall: 1, mapDistance: 'hyperbolic' });
    expect((await project.keep({ map: info.id })).every((share) => share === 1)).toBe(true);
    await project.learn({ data: 'tree', method: 'poincare', name: 'five', options: { epochs: 1, latentDim: 5 } });
    await expect(project.map({ of: 'five', method: 'coordinates' })).rejects.toThrow(/needs them: a table of 2 or 3/);
  });

  it('is judged flat where it is flat', async () => {
    const { distances } = await project.neighbors({ of: `${space.data}`, point: [0, 0], k: 1 });
    const nearest = Math.min(...Array.from({ length: 40 }, (_, i) => Math.hypot(...row(codes, i))));
    expect(distances[0]).toBeCloseTo(nearest, 5);
  });
});

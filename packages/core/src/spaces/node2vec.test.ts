/** Node embeddings: walks against their definition, communities, roles of p and q, bad input. */
import { describe, expect, it } from 'vitest';
import { finish, isAbort, matrix, random } from '../base/index.ts';
import { readRows, rowsOf } from '../data/index.ts';
import type { Options } from '../base/index.ts';
import type { Dataset } from '../data/index.ts';
import { createKernels } from '../kernels/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { adjacencyOf } from './links.ts';
import { loadSpace } from './load-space.ts';
import { node2vec } from './node2vec.ts';
import { walkSteps } from './node2vec-walks.ts';

const runtime = nodeRuntime();

const linked = (pairs: readonly (readonly [number, number])[]): Dataset => ({
  name: 'graph',
  rows: rowsOf(matrix(pairs.length, 0)),
  columns: [
    { name: 'source', type: 'text', values: pairs.map(([a]) => `n${a}`) },
    { name: 'target', type: 'text', values: pairs.map(([, b]) => `n${b}`) },
  ],
  medium: { kind: 'text' },
  warnings: [],
});

/** Three communities of 20: half of the links within, one in fifty between. */
const communities = ((): Dataset => {
  const rng = random(8);
  const pairs: [number, number][] = [];
  for (let a = 0; a < 60; a++) {
    for (let b = 0; b < a; b++) if (rng.uniform() < (a % 3 === b % 3 ? 0.5 : 0.02)) pairs.push([a, b]);
  }
  return linked(pairs);
})();
const QUICK = { latentDim: 8, nWalks: 5, walkLength: 20, epochs: 10, seed: 2 };

describe('walks', () => {
  // a triangle 0 1 2 with a tail 2 – 3
  const ends = [[0, 1], [1, 2], [0, 2], [2, 3]]; // prettier-ignore
  const both = [...ends, ...ends.map(([a, b]) => [b, a])];
  const graph = adjacencyOf(4, {
    from: Uint32Array.from(both, ([a]) => a),
    to: Uint32Array.from(both, ([, b]) => b),
  });
  const walk = (p: number, q: number) => finish(walkSteps(graph, { nWalks: 2000, walkLength: 10, p, q, seed: 1 }));

  it('begin everywhere, are as long as asked, and follow links', () => {
    const walks = walk(0.5, 2);
    expect(walks.length).toBe(8000);
    for (let node = 0; node < 4; node++) expect(walks.filter((steps) => steps[0] === node).length).toBe(2000);
    const isLink = (a: number, b: number): boolean => both.some((end) => end[0] === a && end[1] === b);
    expect(walks.every((steps) => steps.length === 10)).toBe(true);
    expect(walks.every((steps) => steps.every((node, i) => i === 0 || isLink(steps[i - 1], node)))).toBe(true);
  });

  it.each([
    [1, 1],
    [0.25, 4],
    [4, 0.5],
  ])('step with the weights of p = %f, q = %f', (p, q) => {
    // from 2, reached from 0: back to 0 by 1/p, to 1, which 0 is linked to, by 1, to 3 by 1/q
    const counts = [0, 0, 0, 0];
    for (const steps of walk(p, q)) {
      for (let i = 2; i < steps.length; i++) if (steps[i - 2] === 0 && steps[i - 1] === 2) counts[steps[i]]++;
    }
    const weights = [1 / p, 1, 0, 1 / q];
    const [total, sum] = [counts, weights].map((list) => list.reduce((a, b) => a + b, 0));
    expect(total).toBeGreaterThan(2000);
    counts.forEach((count, i) => expect(Math.abs(count / total - weights[i] / sum)).toBeLessThan(0.03));
  });

  it.each([
    [1, 1],
    [0.25, 4],
    [4, 0.5],
  ])('step with the weights of links, times those of p = %f, q = %f', (p, q) => {
    // each way of each link weighs something else
    const weigh = (a: number, b: number): number => 1 + 3 * a + b * b;
    const weighted = adjacencyOf(4, {
      from: Uint32Array.from(both, ([a]) => a),
      to: Uint32Array.from(both, ([, b]) => b),
      weights: Float64Array.from(both, ([a, b]) => weigh(a, b)),
    });
    const isLink = (a: number, b: number): boolean => both.some((end) => end[0] === a && end[1] === b);
    const walks = finish(walkSteps(weighted, { nWalks: 6000, walkLength: 12, p, q, seed: 3 }));
    const counts = new Map<string, Float64Array>();
    for (const steps of walks) {
      for (let i = 1; i < steps.length; i++) {
        const key = `${i > 1 ? steps[i - 2] : 'none'} ${steps[i - 1]}`;
        if (!counts.has(key)) counts.set(key, new Float64Array(4));
        counts.get(key)![steps[i]]++;
      }
    }
    expect(counts.size).toBe(4 + 8); // every first node, every link that was taken
    for (const [key, seen] of counts) {
      const [before, at] = key.split(' ').map(Number);
      const expected = [0, 1, 2, 3].map((x) => {
        if (!isLink(at, x)) return 0;
        const turn = Number.isNaN(before) ? 1 : x === before ? 1 / p : isLink(before, x) ? 1 : 1 / q;
        return weigh(at, x) * turn;
      });
      const [total, sum] = [[...seen], expected].map((list) => list.reduce((a, b) => a + b, 0));
      // within five standard deviations of what the weights say
      seen.forEach((count, x) => {
        const share = expected[x] / sum;
        expect(Math.abs(count / total - share)).toBeLessThanOrEqual(5 * Math.sqrt((share * (1 - share)) / total));
      });
    }
  });

  it('end where nothing leads on', () => {
    const chain = adjacencyOf(3, { from: Uint32Array.of(0, 1), to: Uint32Array.of(1, 2) });
    const walks = finish(walkSteps(chain, { nWalks: 1, walkLength: 9, p: 1, q: 1, seed: 0 }));
    expect(walks.map((steps) => [...steps]).sort()).toEqual([[0, 1, 2], [1, 2], [2]]);
  });
});

describe('node2vec', () => {
  it('puts communities together', async () => {
    const { space, items, metrics, history } = await node2vec.fit(communities, QUICK, runtime);
    const [name] = items!.columns;
    const groups = (name as { values: string[] }).values.map((text) => Number(text.slice(1)) % 3);
    const z = readRows(items!.rows);
    const at = (i: number): Float32Array => z.data.subarray(8 * i, 8 * i + 8);
    let right = 0;
    for (let i = 0; i < 60; i++) {
      const near = Array.from({ length: 60 }, (_, j) => j)
        .filter((j) => j !== i)
        .sort((a, b) => space.geometry.distance(at(i), at(a)) - space.geometry.distance(at(i), at(b)));
      right += near.slice(0, 10).filter((j) => groups[j] === groups[i]).length / 600;
    }
    expect(right).toBeGreaterThan(0.95);
    expect(metrics.train.meanAveragePrecision).toBeGreaterThan(0.45);
    expect(history.length).toBe(10);
    expect(history[9].train.loss).toBeLessThan(history[0].train.loss);
    expect(space.geometry.name).toBe('sphere');
  });

  it('is the same for the same seed and any number of threads, and after it was saved and loaded', async () => {
    const quick = { ...QUICK, epochs: 1 };
    const first = await node2vec.fit(communities, quick, runtime);
    const again = await node2vec.fit(communities, quick, runtime, { kernels: createKernels({ reproducible: false }) });
    const codes = readRows(first.items!.rows);
    expect(readRows(again.items!.rows).data).toEqual(codes.data);
    const loaded = await loadSpace(first.space.toFiles(), runtime);
    const z = await loaded.encode!(
      matrix(
        codes.rows,
        8,
        codes.data.map((x) => 3 * x),
      ),
    );
    z.data.forEach((x, i) => expect(x).toBeCloseTo(codes.data[i], 6));
    expect(loaded.prior!.sample(3, 1).data).toEqual(first.space.prior!.sample(3, 1).data);
    const flat = await node2vec.fit(communities, { ...quick, normalise: false }, runtime);
    expect(flat.space.geometry.name).toBe('euclidean');
  });

  it('keeps to links that weigh more', async () => {
    // two rings of 12 over the same nodes: a node's neighbours in the heavy one are at i ± 1, in the light one at i ± 5
    const pairs = Array.from({ length: 12 }, (_, i) => [[i, (i + 1) % 12], [i, (i + 5) % 12]] as const).flat(); // prettier-ignore
    const weights = Float64Array.from(pairs, (_, i) => (i % 2 === 0 ? 50 : 1));
    const graph = linked(pairs);
    const nearness = async (more: Partial<Options>): Promise<number> => {
      const columns = [...graph.columns, { name: 'weight', type: 'number' as const, values: weights }];
      const options = { ...QUICK, nWalks: 20, window: 2, ...more };
      const { space, items } = await node2vec.fit({ ...graph, columns }, options, runtime);
      const z = readRows(items!.rows).data;
      const names = (items!.columns[0] as { values: string[] }).values;
      const codeOf = (i: number): Float32Array => z.subarray(8 * names.indexOf(`n${i}`)).subarray(0, 8);
      const apart = (a: number, b: number): number => space.geometry.distance(codeOf(a % 12), codeOf(b % 12));
      return Array.from({ length: 12 }, (_, i) => apart(i, i + 5) - apart(i, i + 1)).reduce((a, b) => a + b, 0) / 12;
    };
    expect(await nearness({})).toBeGreaterThan(0.5);
    expect(Math.abs(await nearness({ weight: 'none' }))).toBeLessThan(0.3);
  });

  it.each([
    [[1, NaN], 'graph: the weight in row 1, column weight, is missing; expected a number of at least 0'],
    [[-1, 1], 'the weight in row 0, column weight, is -1; expected'],
    [[1, Infinity], 'the weight in row 1, column weight, is Infinity; expected'],
  ])('refuses weights %o', async (values, message) => {
    const graph = linked([[0, 1], [1, 2]]); // prettier-ignore
    const columns = [...graph.columns, { name: 'weight', type: 'number' as const, values: Float64Array.from(values) }];
    await expect(node2vec.fit({ ...graph, columns }, QUICK, runtime)).rejects.toThrow(message);
    await expect(node2vec.fit(graph, { weight: 'strength' }, runtime)).rejects.toThrow('graph has no column strength');
  });

  it('tells of nodes that are linked to no other, refuses what are no links, can be cancelled', async () => {
    const { warnings } = await node2vec.fit(linked([[0, 1], [1, 2], [3, 3]]), QUICK, runtime); // prettier-ignore
    expect(warnings).toEqual([
      '1 of 3 links lead from a node to itself and were left out',
      '1 of 4 nodes are linked to no other, and lie anywhere',
    ]);
    await expect(node2vec.fit({ ...communities, columns: [] }, QUICK, runtime)).rejects.toThrow(/table of links/);
    await expect(node2vec.fit(communities, { p: 0 }, runtime)).rejects.toThrow(/p is 0, expected a number/);
    const controller = new AbortController();
    const job = { signal: controller.signal, onProgress: () => controller.abort() };
    await expect(node2vec.fit(communities, QUICK, runtime, job)).rejects.toSatisfy(isAbort);
  });
});

/** Poincaré embeddings: gradients, a tree, real mammals, checkpoints, bad input. */
import { readFile, readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { finish, isAbort, jobControl, matrix } from '../base/index.ts';
import type { Progress } from '../base/index.ts';
import { readPack, readRows, rowsOf } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { hyperbolic } from './geometry.ts';
import { ancestorsOf } from './hierarchy.ts';
import type { LearnDetail } from './latent-space.ts';
import { linksOf } from './links.ts';
import { linksQualitySteps } from './links-quality.ts';
import { loadSpace } from './load-space.ts';
import { poincare } from './poincare.ts';
import { poincareDescent } from './poincare-descent.ts';

const runtime = nodeRuntime();
const PACK = new URL('../../../../packs/mammals/', import.meta.url);

const linked = (pairs: [string, string][]): Dataset => ({
  name: 'tree',
  rows: rowsOf(matrix(pairs.length, 0)),
  columns: [
    { name: 'source', type: 'text', values: pairs.map(([child]) => child) },
    { name: 'target', type: 'text', values: pairs.map(([, parent]) => parent) },
  ],
  medium: { kind: 'text' },
  warnings: [],
});

/** A tree of three levels, four children each: 1 + 4 + 16 + 64 nodes. */
const tree = linked(Array.from({ length: 84 }, (_, i): [string, string] => [`n${i + 1}`, `n${Math.floor(i / 4)}`]));
const QUICK = { epochs: 60, negative: 20, seed: 3 };

describe('a Poincaré embedding', () => {
  it('puts the root of a tree in the middle, leaves near the rim, and parents next to children', async () => {
    const { space, items, metrics, history, options } = await poincare.fit(tree, { ...QUICK, latentDim: 3 }, runtime);
    expect(metrics.train.meanAveragePrecision).toBeGreaterThan(0.9);
    expect(metrics.train.meanRank).toBeLessThan(1.5);
    expect(history.length).toBe(60);
    expect(history[59].train.loss).toBeLessThan(0.5 * history[0].train.loss);
    expect(Object.keys(options).sort()).toEqual(poincare.options.map(({ name }) => name).sort());
    const codes = readRows(items!.rows);
    expect([codes.rows, codes.cols, items!.columns.map(({ name }) => name)]).toEqual([
      85,
      3,
      ['name', 'depth', 'degree'],
    ]);
    const [name, depth] = items!.columns;
    const depths = (depth as { values: Float64Array }).values;
    const mean = [0, 1, 2, 3].map((level) => {
      const own = Array.from(depths.keys()).filter((i) => depths[i] === level);
      return own.reduce((sum, i) => sum + Math.hypot(...codes.data.subarray(3 * i, 3 * i + 3)), 0) / own.length;
    });
    expect((name as { values: string[] }).values[depths.indexOf(0)]).toBe('n0');
    expect(mean).toEqual([...mean].sort((a, b) => a - b));
    expect(mean[0]).toBeLessThan(0.3);
    expect(mean[3]).toBeGreaterThan(0.8);
    expect(space.geometry.name).toBe('hyperbolic');
  });

  it('is the same for the same seed, and another for another', async () => {
    const codes = async (seed: number): Promise<Float32Array> =>
      readRows((await poincare.fit(tree, { ...QUICK, epochs: 3, seed }, runtime)).items!.rows).data;
    expect(await codes(1)).toEqual(await codes(1));
    expect(await codes(1)).not.toEqual(await codes(2));
  });

  it('is the same after it was saved and loaded; what lies outside the ball is brought to it', async () => {
    const { space } = await poincare.fit(tree, { ...QUICK, epochs: 5 }, runtime);
    const loaded = await loadSpace(space.toFiles(), runtime);
    expect(loaded).toMatchObject({ method: 'poincare', latentDim: 2, nFeatures: 2 });
    expect(loaded.geometry.distance([0, 0], [0.5, 0])).toBeCloseTo(Math.log(3), 12);
    const sample = loaded.prior!.sample(50, 4);
    expect(sample.data).toEqual(space.prior!.sample(50, 4).data);
    for (let i = 0; i < 50; i++) expect(Math.hypot(...sample.data.subarray(2 * i, 2 * i + 2))).toBeLessThan(1);
    const outside = await loaded.encode!(matrix(1, 2, Float32Array.of(3, 4)));
    expect(Math.hypot(...outside.data)).toBeLessThan(1);
    expect((await loaded.decode!(sample)).data).toEqual(sample.data);
  });

  it('goes on from where it was cancelled or stopped, bit for bit', async () => {
    const options = { ...QUICK, epochs: 8 };
    const whole = await poincare.fit(tree, options, runtime);
    for (const end of ['cancel', 'stop']) {
      const [controller, control] = [new AbortController(), jobControl()];
      let checkpoint: Uint8Array | undefined;
      const onProgress = ({ detail }: Progress<LearnDetail>): void => {
        if ((detail?.epoch ?? 0) < 4) return;
        if (end === 'stop') control.stop();
        else controller.abort();
      };
      const onCheckpoint = (bytes: Uint8Array): void => void (checkpoint = bytes);
      const job = { signal: controller.signal, control, onProgress, onCheckpoint };
      await poincare.fit(tree, options, runtime, job).then(
        ({ stopped }) => expect(stopped).toBe(true),
        (error: unknown) => expect(isAbort(error)).toBe(true),
      );
      const resumed = await poincare.fit(tree, options, runtime, { checkpoint });
      expect(readRows(resumed.items!.rows).data).toEqual(readRows(whole.items!.rows).data);
      expect([resumed.history, resumed.metrics]).toEqual([whole.history, whole.metrics]);
      await expect(poincare.fit(tree, { ...options, seed: 9 }, runtime, { checkpoint })).rejects.toThrow(
        /of another run: its seed is 3, expected 9/,
      );
    }
  });

  it('refuses a hierarchy that leads round, unless its links are to be learned as they are', async () => {
    const round = linked([['a', 'b'], ['b', 'c'], ['c', 'a'], ['d', 'a']]); // prettier-ignore
    await expect(poincare.fit(round, QUICK, runtime)).rejects.toMatchObject({ name: 'InputError', code: 'cyclic' });
    const { metrics } = await poincare.fit(round, { ...QUICK, closure: false }, runtime);
    expect(metrics.train.meanRank).toBeLessThan(2);
  });

  it('bears a tree of two nodes, where nothing is to be held against', async () => {
    const { items, metrics } = await poincare.fit(linked([['a', 'b']]), QUICK, runtime);
    expect(readRows(items!.rows).data.every(Number.isFinite)).toBe(true);
    expect(metrics.train.loss).toBe(0);
  });

  it('tells what is wrong with its input in a line', async () => {
    const one = (dataset: Dataset, options = {}) => poincare.fit(dataset, options, runtime);
    await expect(one({ ...tree, columns: [] })).rejects.toThrow(/table of links/);
    await expect(one(tree, { target: 'above' })).rejects.toThrow(/no column above; its columns: source, target/);
    await expect(one(tree, { burnIn: 2 })).rejects.toThrow(/burnIn is 2, expected a number from 0 to 1/);
  });
});

describe('a step of descent', () => {
  it('goes down the gradient of the loss in the metric of the ball', () => {
    // one pair (1 above 0) held against node 2, from a known place: the loss falls as the squared gradient says
    const links = { start: Uint32Array.of(0, 1, 1, 1), to: Uint32Array.of(1) };
    const options = { latentDim: 2, epochs: 1, learningRate: 1e-4, negative: 1, burnIn: 0, seed: 5 };
    const ball = hyperbolic();
    const begin = poincareDescent(links, options).result() as Float64Array;
    begin.set([0.3, 0.5, -0.4, 0.2, 0.1, -0.7]);
    const at = (x: Float64Array, i: number): Float64Array => x.slice(2 * i, 2 * i + 2);
    const loss = (x: Float64Array): number => {
      const [near, other] = [1, 2].map((i) => Math.exp(-ball.distance(at(x, 0), at(x, i))));
      return -Math.log(near / (near + other));
    };
    const descent = poincareDescent(links, options);
    const x = descent.result() as Float64Array;
    x.set(begin);
    const before = loss(x);
    const reported = (descent.step() as LearnDetail).losses.loss;
    expect(reported).toBeCloseTo(before, 10);
    for (let i = 0; i < 6; i++) {
      const node = i >> 1;
      const room = ((1 - Math.hypot(...at(begin, node)) ** 2) / 2) ** 2;
      const moved = (step: number): number => loss(begin.map((value, j) => (j === i ? value + step : value)));
      const slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
      expect((begin[i] - x[i]) / 1e-4).toBeCloseTo(room * slope, 6);
    }
  });
});

describe('the mammals of WordNet', async () => {
  const names = (await readdir(PACK)).filter((name) => !name.endsWith('.mjs'));
  const files = await Promise.all(
    names.map(async (name) => [name, new Uint8Array(await readFile(new URL(name, PACK)))]),
  );
  const mammals = await readPack(Object.fromEntries(files) as Record<string, Uint8Array>);

  it('are 1,182, in a hierarchy with one root and 6,542 pairs', () => {
    const links = linksOf(mammals, { source: '', target: '' });
    expect([links.nodes.length, ancestorsOf(links).to.length, links.warnings]).toEqual([1182, 6542, []]);
    expect(links.nodes.filter((_, i) => !links.from.includes(i))).toEqual(['mammal']);
  });

  it('find their places in five dimensions, far better than by chance and after a few epochs already', async () => {
    const { metrics } = await poincare.fit(mammals, { latentDim: 5, epochs: 30, negative: 20 }, runtime);
    expect(metrics.train.meanAveragePrecision).toBeGreaterThan(0.75);
    const ancestors = ancestorsOf(linksOf(mammals, { source: '', target: '' }));
    const start = poincareDescent(ancestors, {
      latentDim: 5,
      epochs: 1,
      learningRate: 1,
      negative: 1,
      burnIn: 0,
      seed: 0,
    });
    const chance = matrix(1182, 5, Float32Array.from((await start.result()) as Float64Array));
    expect(finish(linksQualitySteps(chance, ancestors, 'hyperbolic')).meanAveragePrecision).toBeLessThan(0.05);
  });
});

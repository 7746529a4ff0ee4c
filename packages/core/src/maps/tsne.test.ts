import { beforeAll, describe, expect, test } from 'vitest';
import { jobControl, matrix, matrixOf, random, takeRows } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { readRows } from '../data/index.ts';
import { digits } from '../data/digits.fixture.ts';
import { createKernels } from '../kernels/index.ts';
import { spawn } from '../kernels/threads.fixture.ts';
import { labelAccuracy, measureMap } from '../measures/index.ts';
import { findNeighbors, nearestNeighbors } from '../neighbors/index.ts';
import { loadProjection, tsne } from './index.ts';
import type { MapDetail, Projection } from './index.ts';
import { conditionalProbabilities, symmetricGraph } from './tsne-affinities.ts';
import { tsneLayout } from './tsne-layout.ts';

/** Clumps of unit width, far apart. */
function clumps(n: number, d: number, seed: number): Matrix {
  const rng = random(seed);
  const centres = rng.fillNormal(new Float32Array(4 * d), 6);
  return matrix(
    n,
    d,
    Float32Array.from({ length: n * d }, (_, at) => centres[(Math.floor(at / d) % 4) * d + (at % d)] + rng.normal()),
  );
}

const SCHEDULE = { earlyExaggeration: 12, earlyIterations: 100, exaggeration: 1, nIter: 200, learningRate: 0 };

describe('affinities', () => {
  test.each([
    [7, 1.5],
    [31, 10],
    [46, 15],
    [90, 30],
    [92, 89],
  ])('of %i neighbours have the entropy of perplexity %f', async (k, perplexity) => {
    const neighbors = nearestNeighbors(clumps(301, 5, k), k);
    const { probabilities } = await conditionalProbabilities(neighbors, [perplexity]);
    for (let i = 0; i < 301; i++) {
      const row = probabilities.subarray(i * k, (i + 1) * k);
      let [entropy, sum] = [0, 0];
      for (const p of row) {
        sum += p;
        if (p > 0) entropy -= p * Math.log2(p);
      }
      expect(sum).toBeCloseTo(1, 5);
      expect(entropy).toBeCloseTo(Math.log2(perplexity), 3);
      expect([...row]).toEqual([...row].sort((a, b) => b - a));
    }
  });

  test('are the Gaussians of their widths, and averages of several', async () => {
    const k = 45;
    const neighbors = nearestNeighbors(clumps(260, 6, 1), k);
    const one = await conditionalProbabilities(neighbors, [5]);
    let error = 0;
    const worst = (difference: number): void => void (error = Math.max(error, Math.abs(difference)));
    for (let i = 0; i < 260; i++) {
      const weights = Array.from(neighbors.distances.subarray(i * k, (i + 1) * k), (d) =>
        Math.exp(-one.betas[i] * d ** 2),
      );
      const total = weights.reduce((sum, value) => sum + value);
      weights.forEach((value, j) => worst(one.probabilities[i * k + j] - value / total));
    }
    const other = await conditionalProbabilities(neighbors, [15]);
    const both = await conditionalProbabilities(neighbors, [5, 15]);
    both.probabilities.forEach((p, e) => worst(p - (one.probabilities[e] + other.probabilities[e]) / 2));
    expect(error).toBeLessThan(2e-6);
  });

  test('of doubles are equal', async () => {
    const neighbors = { nNeighbors: 3, indices: Uint32Array.of(1, 2, 3), distances: Float32Array.of(0, 0, 0) };
    const { probabilities } = await conditionalProbabilities(neighbors, [1]);
    probabilities.forEach((p) => expect(p).toBeCloseTo(1 / 3, 6));
    const half = { nNeighbors: 4, indices: Uint32Array.of(1, 2, 3, 4), distances: Float32Array.of(0, 0, 0, 1) };
    const { probabilities: rest } = await conditionalProbabilities(half, [2]);
    expect(rest.every(Number.isFinite)).toBe(true);
    expect(rest.reduce((sum, p) => sum + p)).toBeCloseTo(1, 5);
  });

  test('make a symmetric graph that holds each pair once, and weighs n', async () => {
    const n = 203;
    const k = 10;
    const neighbors = nearestNeighbors(clumps(n, 4, 3), k);
    const conditional = await conditionalProbabilities(neighbors, [3]);
    const { offsets, targets, weights } = symmetricGraph(neighbors.indices, k, conditional);
    const dense = new Float64Array(n * n);
    let [sum, loops, twice] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      expect(offsets[i] % 4).toBe(0);
      for (let e = offsets[i]; e < offsets[i + 1]; e++) {
        if (targets[e] === i) loops += weights[e];
        else if (dense[i * n + targets[e]] > 0) twice++;
        dense[i * n + targets[e]] += weights[e];
        sum += weights[e];
      }
    }
    expect(sum).toBeCloseTo(n, 3);
    expect([loops, twice]).toEqual([0, 0]);
    let skew = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) skew = Math.max(skew, Math.abs(dense[i * n + j] - dense[j * n + i]));
    }
    expect(skew).toBeLessThan(1e-7);
  });
});

describe('the descent', () => {
  /** KL and its gradient by their definitions. */
  function byHand(
    y: Matrix,
    graph: { offsets: ArrayLike<number>; targets: ArrayLike<number>; weights: ArrayLike<number> },
  ) {
    const { rows: n, cols: dims, data } = y;
    const k = new Float64Array(n * n);
    let z = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        if (i === j) continue;
        let r2 = 0;
        for (let c = 0; c < dims; c++) r2 += (data[i * dims + c] - data[j * dims + c]) ** 2;
        k[i * n + j] = 1 / (1 + r2);
        z += k[i * n + j];
      }
    }
    const p = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let e = graph.offsets[i]; e < graph.offsets[i + 1]; e++) p[i * n + graph.targets[e]] += graph.weights[e] / n;
    }
    let kl = 0;
    const gradient = new Float64Array(n * dims);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const [here, q] = [p[i * n + j], k[i * n + j] / z];
        if (here > 0) kl += here * Math.log(here / q);
        for (let c = 0; c < dims; c++) {
          gradient[i * dims + c] += 4 * (here - q) * k[i * n + j] * (data[i * dims + c] - data[j * dims + c]);
        }
      }
    }
    return { kl, gradient };
  }

  test.each([
    [2, 61, 5, undefined, 1e-4],
    [3, 203, 10, undefined, 1e-4],
    [2, 1201, 25, false, 1e-2],
    [3, 1103, 12, false, 1e-2],
  ] as const)(
    'in %i dimensions, %i points: divergence and gradient as by hand',
    async (dims, n, extent, exact, error) => {
      const x = clumps(n, 4, n);
      const neighbors = nearestNeighbors(x, 16);
      const graph = symmetricGraph(neighbors.indices, 16, await conditionalProbabilities(neighbors, [5]));
      const y = matrix(n, dims, random(1).fillNormal(new Float32Array(n * dims), extent / 3));
      const layout = await tsneLayout({ graph, start: y, schedule: SCHEDULE, kernels: createKernels(), exact });
      const { kl, gradient } = byHand(y, graph);
      expect(await layout.divergence()).toBeCloseTo(kl, 3);
      const got = (await layout.gradient()).data;
      let [difference, size] = [0, 0];
      gradient.forEach((value, i) => {
        difference += (got[i] - value) ** 2;
        size += value ** 2;
      });
      expect(Math.sqrt(difference / size)).toBeLessThan(error);
      expect(layout.coordinates()).toEqual(y);
      layout.close();
    },
  );

  test('lowers the divergence', async () => {
    const neighbors = nearestNeighbors(clumps(500, 4, 9), 31);
    const graph = symmetricGraph(neighbors.indices, 31, await conditionalProbabilities(neighbors, [10]));
    const start = matrix(500, 2, random(1).fillNormal(new Float32Array(1000), 1e-4));
    const layout = await tsneLayout({ graph, start, schedule: SCHEDULE, kernels: createKernels() });
    const before = await layout.divergence();
    for (let i = 0; i < 200; i++) await layout.iterate();
    expect(await layout.divergence()).toBeLessThan(before / 2.5);
    layout.close();
  });
});

describe('the map', () => {
  test('is the same on any number of threads, from numbers that every engine has', async () => {
    const x = clumps(1300, 12, 4);
    const options = { nIter: 120, earlyIterations: 60, perplexity: 12 };
    const one = await tsne.fit(x, options, { kernels: createKernels({ reproducible: true }) });
    const three = await tsne.fit(x, options, { kernels: createKernels({ reproducible: true, threads: 3, spawn }) });
    expect(three.coordinates).toEqual(one.coordinates);
    expect(three.figures).toEqual(one.figures);
    const news = clumps(70, 12, 8);
    expect(await three.transform?.(news, { kernels: createKernels({ threads: 3, spawn }) })).toEqual(
      await one.transform?.(news, { kernels: createKernels() }),
    );
  });

  test.each(['pca', 'spectral', 'random'])('parts clumps from a %s start, in 2-D and 3-D', async (start) => {
    const x = clumps(400, 6, 5);
    const labels = Int32Array.from({ length: 400 }, (_, i) => i % 4);
    for (const nComponents of [2, 3]) {
      const { coordinates } = await tsne.fit(x, { start, nComponents, nIter: 300 });
      expect(labelAccuracy(coordinates, labels)).toBeGreaterThan(0.98);
    }
  });

  test('takes given neighbours, other distances and several perplexities', async () => {
    const x = clumps(300, 6, 5);
    const neighbors = await findNeighbors(x, 91, { distance: 'cosine' });
    const given = await tsne.fit(x, { nIter: 60, distance: 'cosine' }, { neighbors });
    expect(given.coordinates).toEqual((await tsne.fit(x, { nIter: 60, distance: 'cosine' })).coordinates);
    const few = await tsne.fit(x, { nIter: 60 }, { neighbors: nearestNeighbors(x, 15) });
    expect(few.warnings.join()).toMatch('the 15 neighbours given are fewer than the 91 that perplexity 30 asks for');
    const several = await tsne.fit(x, { nIter: 60, perplexities: [5, 50] });
    expect(several.coordinates).not.toEqual(given.coordinates);
    await expect(tsne.fit(x, { nIter: 5 }, { neighbors: nearestNeighbors(clumps(9, 2, 1), 2) })).rejects.toThrow(
      'neighbours of 9 rows, expected 300',
    );
  });

  test('is seen unfolding, can be stopped, and goes on from there', async () => {
    const x = clumps(1500, 10, 6);
    const control = jobControl();
    const seen: MapDetail[] = [];
    const half = await tsne.fit(
      x,
      { nIter: 100000 },
      {
        control,
        onProgress({ detail }) {
          if (!detail) return;
          seen.push(detail);
          // not while it unfolds so fast that the sum of the step before is of another map
          if (detail.coordinates && detail.iteration > 250) control.stop();
        },
      },
    );
    const last = seen[seen.length - 1];
    expect([last.coordinates?.rows, last.nIter]).toEqual([1500, 100000]);
    expect(last.loss).toBeCloseTo(half.figures.klDivergence, 1);
    expect(half.figures.iterations).toBe(last.iteration);
    const on = await tsne.fit(
      x,
      { nIter: last.iteration + 200, earlyIterations: 0 },
      { start: { coordinates: half.coordinates, iteration: last.iteration } },
    );
    expect(on.figures.iterations).toBe(last.iteration + 200);
    expect(on.figures.klDivergence).toBeLessThan(half.figures.klDivergence);
    const near = await tsne.fit(x, { nIter: 151 }, { start: { coordinates: on.coordinates } });
    near.coordinates.data.forEach((value, i) => expect(Math.abs(value - on.coordinates.data[i])).toBeLessThan(6));
  });

  test('is cancelled while it unfolds', async () => {
    const controller = new AbortController();
    const fit = tsne.fit(
      clumps(1200, 8, 2),
      { nIter: 100000 },
      { signal: controller.signal, onProgress: ({ phase }) => phase === 'mapping' && controller.abort() },
    );
    await expect(fit).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('refuses what cannot be, and says what was odd', async () => {
    const sixty = clumps(60, 3, 1);
    await expect(tsne.fit(sixty, { perplexity: 50 })).rejects.toThrow(
      'perplexity 50 needs more than 150 samples, got 60; try at most 19',
    );
    await expect(tsne.fit(sixty, { perplexities: [5, 50] })).rejects.toThrow('try at most 19');
    expect((await tsne.fit(sixty, { perplexity: 19, nIter: 5 })).warnings).toEqual([]);
    expect((await tsne.fit(sixty, { nIter: 5 })).warnings).toEqual([
      'perplexity 19 instead of 30: 60 samples are too few for more',
    ]);
    await expect(tsne.fit(sixty, {}, { start: { coordinates: matrix(60, 3) } })).rejects.toThrow(
      'the map to go on from is 60 × 3, expected 60 × 2',
    );
    const far = matrix(60, 2, new Float32Array(120).fill(1e12, 60));
    await expect(tsne.fit(sixty, {}, { start: { coordinates: far } })).rejects.toThrow('reaches to 1.0e+12');

    const equal = await tsne.fit(matrix(120, 3), { nIter: 50 });
    expect(equal.coordinates.data.every(Number.isFinite)).toBe(true);
    expect(equal.warnings.join()).toMatch('all rows have only equal neighbours');
    const doubled = takeRows(sixty, [...Array(60).keys(), ...Array(60).keys()]);
    const twice = await tsne.fit(doubled, { nIter: 200, perplexity: 10 });
    expect(twice.warnings.join()).toMatch('120 of 120 rows equal another row');
    const apart = await tsne.fit(
      matrixOf(Array.from({ length: 80 }, (_, i) => [i % 2 === 0 ? i / 80 : 1e4 + i / 80, i % 7])),
      { perplexity: 5, nIter: 50 },
    );
    expect(apart.warnings.join()).toMatch('fall into 2 pieces');
  });

  test('stays finite at any learning rate', async () => {
    const { coordinates } = await tsne.fit(clumps(90, 3, 1), { learningRate: 1e7, nIter: 200 });
    expect(coordinates.data.every(Number.isFinite)).toBe(true);
  });
});

describe('digits', () => {
  let x: Matrix;
  let labels: Int32Array;
  let fitted: Projection;
  let held: { x: Matrix; labels: Int32Array };

  beforeAll(async () => {
    const { rows, columns } = await digits(2750);
    const all = readRows(rows);
    const column = columns.find(({ type }) => type === 'category');
    const codes = Int32Array.from((column as unknown as { codes: ArrayLike<number> }).codes);
    const [ins, outs] = [0, 1].map((out) => [...Array(2750).keys()].filter((i) => (i % 11 === 0) === (out === 1)));
    [x, labels] = [takeRows(all, ins), Int32Array.from(ins, (i) => codes[i])];
    held = { x: takeRows(all, outs), labels: Int32Array.from(outs, (i) => codes[i]) };
    fitted = await tsne.fit(x, { nIter: 400 });
  }, 120_000);

  test('keep their neighbourhoods', async () => {
    const quality = await measureMap(x, fitted.coordinates, { labels });
    expect(quality.trustworthiness).toBeGreaterThan(0.955);
    expect(quality.labelAccuracy).toBeGreaterThan(0.885);
    expect(fitted.figures.klDivergence).toBeLessThan(1.45);
  });

  test('that are new are placed as well as those that were fitted', async () => {
    const placed = (await fitted.transform?.(held.x)) as Matrix;
    const vote = nearestNeighbors(fitted.coordinates, 15, { queries: placed });
    let right = 0;
    for (let i = 0; i < placed.rows; i++) {
      const counts = new Int32Array(10);
      for (const j of vote.indices.subarray(i * 15, (i + 1) * 15)) counts[labels[j]]++;
      if (counts.indexOf(Math.max(...counts)) === held.labels[i]) right++;
    }
    expect(right / placed.rows).toBeGreaterThan(labelAccuracy(fitted.coordinates, labels) - 0.03);
    // each for itself: alone, among a few, among all
    for (const some of [[17], [3, 17, 90], [...Array(60).keys()]]) {
      const again = (await fitted.transform?.(takeRows(held.x, some))) as Matrix;
      expect(again).toEqual(takeRows(placed, some));
    }
    // a hair beside a fitted row is a hair beside its place
    const moved = takeRows(x, [...Array(200).keys()]);
    for (let i = 0; i < 200; i++) moved.data[i * x.cols + 300] += 1e-3;
    const back = (await fitted.transform?.(moved)) as Matrix;
    for (let i = 0; i < 200; i++) {
      const [dx, dy] = [0, 1].map((c) => back.data[2 * i + c] - fitted.coordinates.data[2 * i + c]);
      expect(Math.sqrt(dx * dx + dy * dy)).toBeLessThan(1.5);
    }
  });

  test('come back from their places', () => {
    const loaded = loadProjection(fitted.toFiles());
    const places = takeRows(fitted.coordinates, [3, 99]);
    const back = loaded.inverse?.(places) as Matrix;
    expect(back.data.slice(0, x.cols)).toEqual(takeRows(x, [3]).data);
  });
});

import { beforeAll, describe, expect, test } from 'vitest';
import { jobControl, matrix, matrixOf, random, takeRows } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { readRows } from '../data/index.ts';
import { digits } from '../data/digits.fixture.ts';
import { createKernels, singleThread } from '../kernels/index.ts';
import { spawn } from '../kernels/threads.fixture.ts';
import type { SparseGraph } from '../linalg/index.ts';
import { labelAccuracy, measureMap } from '../measures/index.ts';
import { nearestNeighbors } from '../neighbors/index.ts';
import { fuzzyUnion, meetLabels, smoothKnn } from './fuzzy-graph.ts';
import { attractionAt, repulsionAt } from './layout-forces.ts';
import { layoutStart } from './layout-start.ts';
import { exp, log, pow } from './portable-math.ts';
import type { MapDetail, Projection } from './projection.ts';
import { fitUmapCurve } from './umap-curve.ts';
import { umapLayout } from './umap-layout.ts';
import { pacmap, umap } from './index.ts';

describe('portable exp, log and pow', () => {
  test('are those of Math, to the last few digits', () => {
    const rng = random(1);
    for (let i = 0; i < 2000; i++) {
      const [x, y] = [rng.uniform() * 40 - 20, rng.uniform() * 4 - 2];
      expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(1e-14);
      expect(Math.abs(log(Math.exp(x)) - x)).toBeLessThan(2e-14 * Math.max(1, Math.abs(x)));
      expect(Math.abs(pow(Math.exp(x), y) / Math.exp(x) ** y - 1)).toBeLessThan(1e-13);
    }
    expect([exp(0), log(1), pow(0, 0.5), pow(0, 0), exp(-1000), exp(1000)]).toEqual([1, 0, 0, 1, 0, Infinity]);
  });
});

test.each([
  // umap-learn 0.5.3, find_ab_params
  [0.1, 1, 1.5769434601962196, 0.8950608779914887],
  [0.5, 1, 0.583030020479462, 1.3341669929263487],
  [0.25, 2, 0.41627349693884963, 0.9218551322340262],
  [0, 1, 1.9328083975546724, 0.7904949734010681],
])('the curve for minDist %f and spread %f', (minDist, spread, a, b) => {
  const curve = fitUmapCurve(minDist, spread);
  expect(curve.a).toBeCloseTo(a, 4);
  expect(curve.b).toBeCloseTo(b, 4);
});

/** Smooth kNN in double precision. */
function smoothRow(row: number[], target: number): { rho: number; sigma: number } {
  const rho = row.find((d) => d > 0) ?? 0;
  let [low, high, sigma] = [0, Infinity, 1];
  for (let turn = 0; turn < 64; turn++) {
    const sum = row.reduce((s, d) => s + Math.exp(-Math.max(0, d - rho) / sigma), 0);
    if (Math.abs(sum - target) < 1e-5) break;
    if (sum > target) [high, sigma] = [sigma, (low + sigma) / 2];
    else [low, sigma] = [sigma, high === Infinity ? sigma * 2 : (sigma + high) / 2];
  }
  return { rho, sigma };
}

describe('smooth kNN', () => {
  const ofDistances = async (rows: number[][], localConnectivity = 1) => {
    const space = await singleThread().open('umap');
    const k = rows[0].length;
    const indices = new Uint32Array(rows.length * k);
    const distances = Float32Array.from(rows.flat());
    return smoothKnn({ nNeighbors: k, indices, distances }, { space, localConnectivity });
  };

  test('has the closed form of two distances', async () => {
    // 1 + 3 e^(−(2 − 1) / σ) = log₂ 5
    const { rhos, sigmas, strengths } = await ofDistances([[1, 2, 2, 2]]);
    expect(rhos[0]).toBe(1);
    const expected = 1 / Math.log(3 / (Math.log2(5) - 1));
    expect(sigmas[0]).toBeCloseTo(expected, 3);
    expect(strengths[0]).toBe(1);
    expect(strengths[3]).toBeCloseTo(Math.exp(-1 / expected), 4);
  });

  test.each([
    [1, 3],
    [257, 7],
    [300, 14],
    [5, 1],
  ])('of %i rows of %i is that of plain TypeScript', async (n, k) => {
    const rng = random(n + k);
    const rows = Array.from({ length: n }, () =>
      Array.from({ length: k }, () => Math.fround(0.5 + rng.uniform() * 4)).sort((a, b) => a - b),
    );
    const { rhos, sigmas, strengths } = await ofDistances(rows);
    rows.forEach((row, i) => {
      const { rho, sigma } = smoothRow(row, Math.log2(k + 1));
      expect(rhos[i]).toBe(rho);
      // one neighbour, or all near alike, has no scale that reaches the target
      if (k > 1 && sigma > 0.01 && sigma < 100) expect(sigmas[i] / sigma).toBeCloseTo(1, 2);
      row.forEach((d, j) => {
        const expected = d > rho ? Math.exp(-(d - rho) / sigmas[i]) : 1;
        expect(strengths[i * k + j]).toBeCloseTo(expected, 5);
      });
    });
  });

  test('counts from the nearest that is not in the same place; equal rows are at full strength', async () => {
    const { rhos, strengths } = await ofDistances([[0, 0, 3, 4], [0, 0, 0, 0]]); // prettier-ignore
    expect([...rhos]).toEqual([3, 0]);
    expect([...strengths.subarray(4)]).toEqual([1, 1, 1, 1]);
    expect((await ofDistances([[1, 2, 4, 8]], 2.5)).rhos[0]).toBe(3);
    expect((await ofDistances([[1, 2, 4, 8]], 0.5)).rhos[0]).toBe(0.5);
  });
});

function dense({ n, offsets, targets, weights }: SparseGraph): number[][] {
  const out = Array.from({ length: n }, () => Array.from({ length: n }, () => 0));
  for (let i = 0; i < n; i++) for (let e = offsets[i]; e < offsets[i + 1]; e++) out[i][targets[e]] += weights[e];
  return out;
}

describe('the fuzzy graph', () => {
  const x = matrixOf([[0, 0], [1, 0], [0, 2], [3, 1], [4, 4], [5, 3], [6, 6], [0, 5]]); // prettier-ignore

  test('of eight points is that of umap-learn 0.5.3', async () => {
    // its choice among equally near points, and fuzzy_simplicial_set with n_neighbors = 4
    const indices = Uint32Array.of(1, 2, 3, 0, 2, 3, 0, 1, 7, 1, 5, 0, 5, 6, 3, 4, 3, 6, 4, 5, 3, 2, 4, 0);
    const distances = Float32Array.from(indices, (j, e) => {
      const [a, b] = [x.data.subarray(2 * Math.floor(e / 3)), x.data.subarray(2 * j)];
      return Math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2);
    });
    const space = await singleThread().open('umap');
    const { strengths, sigmas } = await smoothKnn({ nNeighbors: 3, indices, distances }, { space });
    expect(sigmas[0]).toBeCloseTo(2.17017, 3);
    expect(sigmas[6]).toBeCloseTo(1.72705, 3);
    const graph = dense(fuzzyUnion(indices, strengths, 3));
    const golden: [number, number, number][] = [
      [0, 1, 1],
      [0, 3, 0.6361],
      [0, 7, 0.40121],
      [1, 2, 0.86625],
      [1, 3, 1],
      [3, 4, 0.46334],
      [3, 5, 0.80396],
      [3, 6, 0.17578],
      [4, 6, 1],
      [4, 7, 0.59879],
      [5, 6, 0.90567],
      [0, 4, 0],
    ];
    for (const [i, j, weight] of golden) {
      expect(graph[i][j]).toBeCloseTo(weight, 3);
      expect(graph[j][i]).toBe(graph[i][j]);
    }
  });

  test('mixes union and intersection', () => {
    const strengths = Float32Array.of(0.5, 0.25, 1, 0.75);
    const indices = Uint32Array.of(1, 2, 0, 0); // 0→1, 1→2, 2→0, 3→0
    const union = dense(fuzzyUnion(indices, strengths, 1));
    expect(union[0][1]).toBeCloseTo(0.5, 6);
    const both = dense(fuzzyUnion(Uint32Array.of(1, 0), Float32Array.of(0.5, 0.8), 1, 0.25));
    expect(both[0][1]).toBeCloseTo(0.25 * (0.5 + 0.8 - 0.4) + 0.75 * 0.4, 6);
    expect(
      dense(fuzzyUnion(indices, strengths, 1, 0))
        .flat()
        .every((weight) => weight === 0),
    ).toBe(true);
  });

  test('meets labels: other labels part, missing ones hardly', () => {
    const full = fuzzyUnion(Uint32Array.of(1, 2, 0, 2, 0, 1), new Float32Array(6).fill(0.9), 2);
    const met = dense(meetLabels(full, Int32Array.of(0, 0, 1), 0.5));
    expect(met[0][1]).toBeCloseTo(1, 6);
    expect(met[0][2]).toBeGreaterThan(0.99); // the only ties of 2 are to other labels, and each keeps a strongest tie
    expect(dense(meetLabels(full, Int32Array.of(0, 0, 1), 1))[0][2]).toBe(0);
    const unknown = dense(meetLabels(full, Int32Array.of(0, 0, -1), 0.5));
    expect(unknown[0][2]).toBeCloseTo(1, 6);
  });
});

/** Runs whole epochs of the layout in plain TypeScript, in double precision, without repulsion. */
function attractedEpoch(graph: SparseGraph, y: Matrix, curve: { a: number; b: number }, rate: number): number[] {
  const { cols: dims } = y;
  const most = Math.max(...graph.weights);
  const out: number[] = [];
  for (let i = 0; i < graph.n; i++) {
    const p = [...y.data.subarray(i * dims, (i + 1) * dims)];
    for (let e = graph.offsets[i]; e < graph.offsets[i + 1]; e += 4) {
      const moves = p.map(() => 0);
      for (let f = e; f < Math.min(e + 4, graph.offsets[i + 1]); f++) {
        const apart = p.map((value, c) => value - y.data[graph.targets[f] * dims + c]);
        const force = attractionAt(curve, apart.reduce((sum, d) => sum + d * d, 0)); // prettier-ignore
        apart.forEach((d, c) => {
          moves[c] += (graph.weights[f] / most) * Math.max(-4, Math.min(4, force * d));
        });
      }
      moves.forEach((move, c) => (p[c] += rate * move));
    }
    out.push(...p);
  }
  return out;
}

describe('the layout', () => {
  const curve = { a: 1.5769434, b: 0.8950608 };
  const options = { curve, nEpochs: 10, learningRate: 0.5, negativeSampleRate: 5, repulsionStrength: 0, seed: 1 };
  const graphOf = (n: number, k: number): SparseGraph => {
    const rng = random(n);
    const indices = Uint32Array.from({ length: n * k }, (_, e) => (Math.floor(e / k) + 1 + (e % k) * 3 + rng.below(3)) % n); // prettier-ignore
    const strengths = Float32Array.from({ length: n * k }, () => 0.2 + 0.8 * rng.uniform());
    return fuzzyUnion(indices, strengths, k);
  };

  test.each([
    [5, 1, 2],
    [131, 3, 2],
    [300, 7, 2],
    [131, 5, 3],
  ])('of %i points tied to %i, in %i dimensions, without repulsion is that of plain TypeScript', async (n, k, dims) => {
    const graph = graphOf(n, k);
    const start = matrix(n, dims, random(3).fillNormal(new Float32Array(n * dims), 3));
    const space = await singleThread().open('umap');
    const layout = umapLayout(graph, start, options, space);
    await layout.advance();
    const expected = attractedEpoch(graph, start, curve, 0.5);
    expect(layout.iteration).toBe(1);
    layout.coordinates().data.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(0.005));
    space.close();
  });

  test.each([2, 3])('in %i dimensions random points push with the force of the loss, in the mean', async (dims) => {
    // one point that moves, tied to one beside it and pushed by two: the mean over seeds is the force of a draw
    const start = matrix(1, dims);
    const anchors = matrix(2, dims);
    anchors.data[0] = 2;
    anchors.data[dims + 1] = 3;
    const graph = { n: 1, offsets: Uint32Array.of(0, 1), targets: Uint32Array.of(0), weights: Float32Array.of(1) };
    const seeds = 400;
    const sums = [0, 0, 0];
    for (let seed = 0; seed < seeds; seed++) {
      const space = await singleThread().open('umap');
      const once = { ...options, learningRate: 0.01, nEpochs: 1, repulsionStrength: 1, seed };
      const layout = umapLayout(graph, start, once, space, { fixed: anchors });
      await layout.advance();
      layout.coordinates().data.forEach((value, c) => (sums[c] += value / seeds / 0.01));
      space.close();
    }
    // pulled to the first anchor by itself, pushed from each by half of five draws
    expect(Math.abs(sums[0] - -2 * (attractionAt(curve, 4) + 2.5 * repulsionAt(curve, 4)))).toBeLessThan(0.1);
    expect(Math.abs(sums[1] - -3 * 2.5 * repulsionAt(curve, 9))).toBeLessThan(0.05);
    expect(sums[2]).toBe(0);
  });
});

test('pieces of a graph start side by side, and it is said', async () => {
  const rng = random(2);
  const n = 90;
  const x = matrix(
    n,
    4,
    Float32Array.from({ length: n * 4 }, (_, i) => rng.normal() + 100 * Math.floor(i / 120)),
  );
  const { indices, distances } = nearestNeighbors(x, 8);
  const graph = fuzzyUnion(indices, distances.fill(0.5), 8);
  const warnings: string[] = [];
  const start = await layoutStart('spectral', x, graph, { nComponents: 2, seed: 0 }, warnings);
  expect(warnings.join()).toMatch(/fall into 3 pieces .*the largest has 30 of 90 points/);
  // every point is nearer to its own piece's mean than to another's
  const means = [0, 1, 2].map((p) =>
    [0, 1].map(
      (c) => Array.from({ length: 30 }, (_, i) => start.data[2 * (30 * p + i) + c]).reduce((a, b) => a + b) / 30,
    ),
  );
  for (let i = 0; i < n; i++) {
    const apart = means.map(([a, b]) => (start.data[2 * i] - a) ** 2 + (start.data[2 * i + 1] - b) ** 2);
    expect(apart.indexOf(Math.min(...apart))).toBe(Math.floor(i / 30));
  }
});

describe.each([
  ['UMAP', umap, { trustworthiness: 0.94, accuracy: 0.87 }],
  ['PaCMAP', pacmap, { trustworthiness: 0.91, accuracy: 0.82 }],
] as const)('%s of 2,000 digits', (_, method, floors) => {
  let x: Matrix;
  let held: Matrix;
  let labels: Int32Array;
  let heldLabels: Int32Array;
  let fitted: Projection;

  beforeAll(async () => {
    const some = await digits(3000);
    const all = readRows(some.rows);
    const column = some.columns.find(({ type }) => type === 'category');
    const codes = column?.type === 'category' ? column.codes : new Int32Array(3000);
    x = matrix(2000, all.cols, all.data.slice(0, 2000 * all.cols));
    held = matrix(1000, all.cols, all.data.slice(2000 * all.cols));
    [labels, heldLabels] = [codes.slice(0, 2000), codes.slice(2000)];
    fitted = await method.fit(x, { seed: 1 });
  });

  test('keeps neighbourhoods and tells the digits apart', async () => {
    const { trustworthiness } = await measureMap(x, fitted.coordinates);
    expect(trustworthiness).toBeGreaterThan(floors.trustworthiness);
    expect(labelAccuracy(fitted.coordinates, labels)).toBeGreaterThan(floors.accuracy);
  });

  test('places held-out digits as well as those fitted', async () => {
    const placed = (await fitted.transform?.(held)) as Matrix;
    const { indices } = nearestNeighbors(fitted.coordinates, 15, { queries: placed });
    let right = 0;
    for (let i = 0; i < held.rows; i++) {
      const counts = new Int32Array(10);
      for (const j of indices.subarray(i * 15, (i + 1) * 15)) counts[labels[j]]++;
      if (counts.indexOf(Math.max(...counts)) === heldLabels[i]) right++;
    }
    // a standard error of 1,000 is 0.01 by itself
    expect(right / held.rows).toBeGreaterThan(labelAccuracy(fitted.coordinates, labels) - 0.03);
  });

  test('leads places back to digits', () => {
    const back = fitted.inverse?.(takeRows(fitted.coordinates, [7])) as Matrix;
    back.data.forEach((value, j) => expect(value).toBeCloseTo(x.data[7 * x.cols + j], 5));
  });
});

describe('UMAP', () => {
  const rng = random(6);
  const blobs = matrix(
    400,
    5,
    Float32Array.from({ length: 2000 }, (_, i) => rng.normal() + 3 * (Math.floor(i / 5) % 4)),
  );

  test.each([
    ['UMAP', umap, { nEpochs: 12 }],
    ['PaCMAP', pacmap, { nIter: 12, nNeighbors: 5 }],
  ] as const)(
    '%s has the same bits on any number of threads, in the reproducible mode as well',
    async (_, method, few) => {
      const many = matrix(3200, 5, random(9).fillNormal(new Float32Array(16_000)));
      for (const mode of [{}, { reproducible: true }]) {
        const one = await method.fit(many, few, { kernels: createKernels(mode) });
        const three = await method.fit(many, few, { kernels: createKernels({ ...mode, threads: 3, spawn }) });
        expect(three.coordinates).toEqual(one.coordinates);
      }
    },
  );

  test('stopped and continued it is the map that was not stopped', async () => {
    const control = jobControl();
    const onProgress = ({ detail }: { detail?: MapDetail }): void => {
      if (detail && detail.iteration > 20) control.stop();
    };
    const stopped = await umap.fit(blobs, { nEpochs: 200 }, { control, onProgress });
    const { iterations } = stopped.figures;
    expect(iterations).toBeLessThan(200);
    const start = { coordinates: stopped.coordinates, iteration: iterations };
    const continued = await umap.fit(blobs, { nEpochs: 200 }, { start });
    expect(continued.coordinates).toEqual((await umap.fit(blobs, { nEpochs: 200 })).coordinates);
  });

  test('uses neighbours that are given, cut to those asked for', async () => {
    const neighbors = nearestNeighbors(blobs, 20);
    const { coordinates } = await umap.fit(blobs, {}, { neighbors });
    const { coordinates: own } = await umap.fit(blobs, {}, { neighbors: nearestNeighbors(blobs, 14) });
    expect(coordinates).toEqual(own);
    const { warnings } = await umap.fit(blobs, {}, { neighbors: nearestNeighbors(blobs, 5) });
    expect(warnings.join()).toContain('the 5 neighbours given are fewer than the 14');
    await expect(umap.fit(takeRows(blobs, [0, 1, 2]), {}, { neighbors })).rejects.toThrow('neighbours of 400 rows');
  });

  test('labels part what the data do not, some of them missing', async () => {
    const noise = matrix(300, 4, random(8).fillNormal(new Float32Array(1200)));
    const labels = Int32Array.from({ length: 300 }, (_, i) => (i % 10 === 9 ? -1 : i % 2));
    const known = [...labels.keys()].filter((i) => labels[i] >= 0);
    const accuracy = (y: Matrix): number =>
      labelAccuracy(
        takeRows(y, known),
        Int32Array.from(known, (i) => labels[i]),
      );
    const plain = await umap.fit(noise, {}, { labels });
    const guided = await umap.fit(noise, { targetWeight: 0.9 }, { labels });
    expect(accuracy(plain.coordinates)).toBeLessThan(0.65);
    expect(accuracy(guided.coordinates)).toBeGreaterThan(0.9);
    await expect(umap.fit(noise, { targetWeight: 0.5 })).rejects.toThrow('targetWeight 0.5 needs labels');
  });

  test('says what it had to do otherwise', async () => {
    const few = await umap.fit(takeRows(blobs, [0, 1, 2, 3, 4]), {});
    expect(few.warnings.join()).toContain('nNeighbors is 5 instead of 15');
    const equal = await umap.fit(matrix(30, 3, new Float32Array(90).fill(2)), {});
    expect(equal.warnings.join()).toContain('all rows have only equal neighbours');
    expect(equal.coordinates.data.every(Number.isFinite)).toBe(true);
    const doubled = await umap.fit(takeRows(blobs, [...Array(60).keys(), 0, 1]), {});
    expect(doubled.warnings.join()).toContain('4 of 62 rows equal another row');
    await expect(umap.fit(blobs, { minDist: 2 })).rejects.toThrow('minDist 2 is greater than spread 1');
  });

  test('densMap makes loose clusters wide and dense ones small', async () => {
    const cloud = random(12);
    const wide = matrix(300, 5, Float32Array.from({ length: 1500 }, (_, i) => (i < 750 ? 0.2 : 2) * cloud.normal() + (i < 750 ? 0 : 20))); // prettier-ignore
    const widthOf = ({ data }: Matrix, from: number): number => {
      const half = data.subarray(2 * from, 2 * from + 300);
      const mean = [0, 1].map((c) => half.reduce((sum, value, i) => sum + (i % 2 === c ? value : 0), 0) / 150);
      return Math.sqrt(half.reduce((sum, value, i) => sum + (value - mean[i % 2]) ** 2, 0) / 150);
    };
    const ratio = ({ coordinates }: Projection): number => widthOf(coordinates, 150) / widthOf(coordinates, 0);
    const [plain, dense] = [await umap.fit(wide, {}), await umap.fit(wide, { densMap: true })];
    expect(ratio(dense)).toBeGreaterThan(1.5 * ratio(plain));
    const three = await umap.fit(wide, { densMap: true, nComponents: 3 });
    expect(three.coordinates.data.every(Number.isFinite)).toBe(true);
  });
});

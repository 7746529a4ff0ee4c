import { describe, expect, it } from 'vitest';
import { isAbort, jobControl, random } from '../base/index.ts';
import type { Progress } from '../base/index.ts';
import { createKernels } from '../kernels/index.ts';
import { spawn } from '../kernels/threads.fixture.ts';
import type { LearnDetail } from './latent-space.ts';
import { aliasTable, countItems, fitSkipGram, SEQUENCE_END, sequencesOf } from './word2vec-fit.ts';
import type { SkipGram } from './word2vec-fit.ts';

/** Two halves of 10 items each; a sequence stays in one half. */
const halves = sequencesOf(
  Array.from({ length: 400 }, (_, i) => {
    const rng = random(i);
    return Array.from({ length: 12 }, () => (i % 2) * 10 + rng.below(10));
  }),
  20,
);
const quick = { latentDim: 12, window: 3, epochs: 4, subsample: 0, learningRate: 0.05 };

const cosine = ({ inputs: { data, cols } }: SkipGram, i: number, j: number): number => {
  const [a, b] = [data.subarray(i * cols, (i + 1) * cols), data.subarray(j * cols, (j + 1) * cols)];
  const dot = (x: Float32Array, y: Float32Array): number => x.reduce((sum, value, k) => sum + value * y[k], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};
/** Mean cosine within the halves less that between them. */
const contrast = (fitted: SkipGram): number => {
  let [within, between] = [0, 0];
  for (let i = 0; i < 10; i++) {
    for (let j = 0; j < 10; j++) {
      if (i !== j) within += (cosine(fitted, i, j) + cosine(fitted, i + 10, j + 10)) / 180;
      between += cosine(fitted, i, j + 10) / 100;
    }
  }
  return within - between;
};

describe('skip-gram', () => {
  it.each([
    ['skip-gram', {}],
    ['CBOW', { cbow: true, epochs: 40 }],
    ['skip-gram on three shards', { shards: 3, epochs: 12 }],
    ['an odd number of negatives and dimensions', { negative: 7, latentDim: 13 }],
    ['subsampling', { subsample: 0.02, epochs: 12 }],
  ])('puts together what stands together: %s', async (_, options) => {
    const fitted = await fitSkipGram(halves, { ...quick, ...options });
    expect(contrast(fitted)).toBeGreaterThan(0.6);
    const losses = fitted.history.map(({ train }) => train.loss);
    expect(losses.at(-1)!).toBeLessThan(losses[0]);
    expect(fitted.stopped).toBe(false);
  });

  it('makes one step as the formula says', async () => {
    // one pair in each direction, one item to draw besides: of two items each pair is (0, 1) and (1, 0)
    const two = sequencesOf([[0, 1]], 2);
    const options = { latentDim: 3, window: 1, negative: 1, epochs: 1, subsample: 0, learningRate: 0.5, seed: 5 };
    const start = (await fitSkipGram(two, { ...options, learningRate: 0 })).inputs.data;
    const { inputs, outputs, history } = await fitSkipGram(two, options);
    // all u are 0 at first, so v of the first pair (word 0, context 1) does not move and u moves by ½ · rate · v
    const [v0, v1] = [start.subarray(0, 3), start.subarray(3)];
    const plain = {
      rate: 0.5,
      u: [new Float64Array(3), new Float64Array(3)],
      v: [v0, v1].map((v) => Float64Array.from(v)),
    };
    const learned = [inputs, outputs].map(({ data }) => [...data].map((x) => Math.round(x * 1e5) / 1e5));
    // the drawn item is either the true one, and left out, or the other one: four ways it can have gone
    const ways = [0, 1, 2, 3].map((way) => {
      const u = plain.u.map((row) => row.slice());
      const v = plain.v.map((row) => row.slice());
      [0, 1].forEach((word, pair) => {
        const context = 1 - word;
        const targets = (way >> pair) & 1 ? [word, context] : [word];
        const error = new Float64Array(3);
        for (const target of targets) {
          const f = v[context].reduce((sum, x, k) => sum + x * u[target][k], 0);
          const g = ((target === word ? 1 : 0) - 1 / (1 + Math.exp(-f))) * plain.rate;
          for (let k = 0; k < 3; k++) {
            error[k] += g * u[target][k];
            u[target][k] += g * v[context][k];
          }
        }
        for (let k = 0; k < 3; k++) v[context][k] += error[k];
      });
      return [v, u].map((rows) => rows.flatMap((row) => [...row].map((x) => Math.round(x * 1e5) / 1e5)));
    });
    const close = (a: number[], b: number[]): boolean => a.every((x, i) => Math.abs(x - b[i]) < 3e-4);
    expect(ways.some(([v, u]) => close(learned[0], v) && close(learned[1], u))).toBe(true);
    expect(history[0].train.loss).toBeCloseTo(Math.LN2, 2);
  });

  it.each([1, 3])('is the same for the same seed on any number of threads: %i shards', async (shards) => {
    const options = { ...quick, epochs: 2, shards, seed: 4 };
    const one = await fitSkipGram(halves, options);
    const kernels = createKernels({ threads: 3, spawn });
    const three = await fitSkipGram(halves, options, { kernels });
    expect(three.inputs.data).toEqual(one.inputs.data);
    expect(three.outputs.data).toEqual(one.outputs.data);
    expect(three.history).toEqual(one.history);
    expect((await fitSkipGram(halves, { ...options, seed: 5 })).inputs.data).not.toEqual(one.inputs.data);
  });

  it('learns the same without fused multiply-add, but for rounding', async () => {
    const options = { ...quick, epochs: 1 };
    const plain = await fitSkipGram(halves, options, { kernels: createKernels({ reproducible: true }) });
    const fused = await fitSkipGram(halves, options);
    plain.inputs.data.forEach((value, i) => expect(Math.abs(value - fused.inputs.data[i])).toBeLessThan(1e-3));
  });

  it('takes the mean of an item’s parts', async () => {
    // items 0 … 19 share a part by half: that alone tells the halves apart
    const rows = Uint32Array.from({ length: 40 }, (_, k) => (k % 2 === 0 ? k / 2 : 20 + Number(k > 20)));
    const offsets = Uint32Array.from({ length: 21 }, (_, i) => 2 * i);
    const { inputs } = await fitSkipGram(halves, { ...quick, parts: { nRows: 22, offsets, rows } });
    expect([inputs.rows, inputs.cols]).toEqual([22, 12]);
    const length = (i: number): number => Math.hypot(...inputs.data.subarray(i * 12, (i + 1) * 12));
    expect(length(20)).toBeGreaterThan(2 * length(3));
  });

  it('can be cancelled, and stopped with what it has', async () => {
    const controller = new AbortController();
    const abort = { signal: controller.signal, onProgress: () => controller.abort() };
    await expect(fitSkipGram(halves, quick, abort)).rejects.toSatisfy(isAbort);
    const control = jobControl();
    const seen: Progress<LearnDetail>[] = [];
    const onProgress = (progress: Progress<LearnDetail>): void => {
      seen.push(progress);
      control.stop();
    };
    const { stopped, inputs } = await fitSkipGram(halves, { ...quick, epochs: 50 }, { control, onProgress });
    expect(stopped).toBe(true);
    expect(inputs.data.every(Number.isFinite)).toBe(true);
    expect(seen[0].detail).toMatchObject({ epoch: 1, nEpochs: 50, losses: { loss: expect.any(Number) } });
  });

  it('refuses what there is nothing to learn from', async () => {
    await expect(fitSkipGram(sequencesOf([[0, 0, 0]], 1))).rejects.toThrow(/there is 1 item in 3 places/);
    await expect(fitSkipGram(sequencesOf([], 3))).rejects.toThrow(/3 items in 0 places/);
    await expect(fitSkipGram(sequencesOf([[0, 5]], 3))).rejects.toThrow('item 5, expected less than 3');
    await expect(fitSkipGram(halves, { window: 0 })).rejects.toThrow('window is 0');
  });
});

it.each([8, 24])(
  'joins shards: moves at right angles add up, moves alike are averaged, of %i numbers',
  async (stride) => {
    const space = await createKernels().open('word2vec');
    try {
      const rows = 70; // more than a chunk
      const rng = random(stride);
      const start = rng.fillNormal(new Float32Array(rows * stride));
      const base = space.float32(start);
      const copies = space.float32(3 * rows * stride);
      for (let s = 0; s < 3; s++) copies.view.set(start, s * rows * stride);
      const move = (shard: number, row: number, k: number, by: number): void =>
        void (copies.view[(shard * rows + row) * stride + k] += by);
      [0, 1, 2].forEach((shard) => move(shard, 0, 3, 0.5)); // alike
      [0, 1, 2].forEach((shard) => move(shard, 1, shard, 0.5)); // at right angles
      move(2, 69, 4, -1); // one alone
      for (let chunk = 0; chunk < 2; chunk++) {
        space.call('mergeRows', chunk, 0, base, copies, rows * stride * 4, 3, rows, stride);
      }
      const joined = base.view.map((value, i) => value - start[i]);
      expect(joined[3]).toBeCloseTo(0.5, 5);
      [0, 1, 2].forEach((k) => expect(joined[stride + k]).toBeCloseTo(0.5, 5));
      expect(joined[69 * stride + 4]).toBeCloseTo(-1, 5);
      expect(joined.filter((value) => Math.abs(value) > 1e-6)).toHaveLength(5);
      for (let s = 0; s < 3; s++) {
        expect(copies.view.slice(s * rows * stride, (s + 1) * rows * stride)).toEqual(base.view.slice());
      }
    } finally {
      space.close();
    }
  },
);

it('counts items, keeps sequences whole over chunks', () => {
  const sequences = sequencesOf([[0, 1], [2, 2, 1], [], [0]], 3, 5); // prettier-ignore
  expect(sequences.chunks.map((chunk) => [...chunk])).toEqual([
    [0, 1, SEQUENCE_END],
    [2, 2, 1, SEQUENCE_END, SEQUENCE_END],
    [0, SEQUENCE_END],
  ]);
  expect([...countItems(sequences)]).toEqual([2, 2, 2]);
});

it('draws by the power of the counts', () => {
  const counts = [16, 1, 0, 81, 16, 2];
  const { shares, aliases } = aliasTable(counts, 0.75);
  const mass = new Float64Array(6);
  for (let i = 0; i < 6; i++) {
    const share = shares[i] === 0xffffffff ? 1 : shares[i] / 2 ** 32;
    mass[i] += share / 6;
    mass[aliases[i]] += (1 - share) / 6;
  }
  const total = counts.reduce((sum, count) => sum + count ** 0.75, 0);
  counts.forEach((count, i) => expect(mass[i]).toBeCloseTo(count === 0 ? 0 : count ** 0.75 / total, 6));
});

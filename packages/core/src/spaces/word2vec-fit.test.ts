import { describe, expect, it } from 'vitest';
import { FormatError, isAbort, jobControl, random, writeSafetensors } from '../base/index.ts';
import type { Progress } from '../base/index.ts';
import { createKernels } from '../kernels/index.ts';
import { spawn } from '../kernels/threads.fixture.ts';
import type { LearnDetail, LearnPreview } from './latent-space.ts';
import { countItems, countPieces, SEQUENCE_END, sequenceReader, sequencesOf } from './sequences.ts';
import { aliasTable } from './word2vec-draws.ts';
import { fitSkipGram } from './word2vec-fit.ts';
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

  it.each([
    ['cancelled', { shards: 1 }],
    ['stopped', { shards: 3, cbow: true }],
  ])('goes on from where it was %s as if nothing had happened, bit for bit', async (end, more) => {
    // long enough for several rounds an epoch
    const long = sequencesOf(
      Array.from({ length: 150 }, (_, i) => Array.from({ length: 40 }, (_, k) => (i * 7 + k * k) % 20)),
      20,
      2500,
    );
    const options = { ...quick, ...more, latentDim: 300, negative: 20, window: 5, epochs: 3, seed: 3 };
    const whole = await fitSkipGram(long, options);
    const [controller, control] = [new AbortController(), jobControl()];
    const kept: Uint8Array[] = [];
    const job = {
      signal: controller.signal,
      control,
      onProgress: ({ done, total }: Progress) =>
        void (done > 0.4 * total && (end === 'stopped' ? control.stop() : controller.abort())),
      onCheckpoint: (bytes: Uint8Array) => void kept.push(bytes),
    };
    await fitSkipGram(long, options, job).catch((error: unknown) => expect(isAbort(error)).toBe(true));
    expect(kept.length).toBeGreaterThan(1); // after the first epoch, and where it ended
    for (const checkpoint of kept) {
      const resumed = await fitSkipGram(long, options, { checkpoint });
      expect(resumed.inputs.data).toEqual(whole.inputs.data);
      expect(resumed.outputs.data).toEqual(whole.outputs.data);
      expect(resumed.history).toEqual(whole.history);
    }
    const other = fitSkipGram(long, { ...options, seed: 4 }, { checkpoint: kept[0] });
    await expect(other).rejects.toThrow('its seed is 3, expected 4');
    const wrong = fitSkipGram(long, options, { checkpoint: writeSafetensors({}, {}) });
    await expect(wrong).rejects.toThrow(FormatError);
  });

  it('shows where the commonest items lie, by name, while it learns', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `item ${i}`);
    const seen: LearnPreview[] = [];
    const onProgress = ({ detail }: Progress<LearnDetail>): void => void (detail?.preview && seen.push(detail.preview));
    const options = { ...quick, show: { names, normalise: true } };
    await fitSkipGram(halves, options, { onProgress, previews: true });
    expect(seen.length).toBeGreaterThan(0);
    const [{ indices, coordinates, names: shown, originals }] = seen;
    expect([...indices]).toEqual([...names.keys()]);
    expect(shown).toEqual(names);
    expect([coordinates.rows, coordinates.cols, originals.rows]).toEqual([20, 2, 0]);
    expect(coordinates.data.every(Number.isFinite)).toBe(true);
    seen.length = 0;
    await fitSkipGram(halves, options, { onProgress });
    expect(seen).toEqual([]);
  });

  it('refuses what there is nothing to learn from', async () => {
    await expect(fitSkipGram(sequencesOf([[0, 0, 0]], 1))).rejects.toThrow(/there is 1 item in 3 places/);
    await expect(fitSkipGram(sequencesOf([], 3))).rejects.toThrow(/3 items in 0 places/);
    await expect(fitSkipGram(sequencesOf([[0, 5]], 3))).rejects.toThrow('item 5, expected less than 3');
    await expect(fitSkipGram(halves, { window: 0 })).rejects.toThrow('window is 0');
  });
});

/** The algorithm as it is written down, in doubles, with the kernel's random numbers. */
function plainSkipGram(
  sequence: readonly number[],
  inputs: Float32Array,
  outputs: Float32Array,
  how: { d: number; stride: number; window: number; negative: number; alpha: number; cbow: boolean; state: bigint },
): { v: Float64Array; u: Float64Array } {
  const { d, stride, window, negative, alpha, cbow } = how;
  const [v, u] = [Float64Array.from(inputs), Float64Array.from(outputs)];
  const n = outputs.length / stride;
  let { state } = how;
  const next = (): number => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number(state >> 32n);
  };
  const below = (count: number): number => Math.floor((next() * count) / 2 ** 32);
  sequence.forEach((word, i) => {
    const reach = window - below(window);
    const near = sequence.map((_, c) => c).filter((c) => c !== i && Math.abs(c - i) <= reach);
    for (const around of cbow ? [near] : near.map((c) => [c])) {
      const targets = [word];
      for (let k = 0; k < negative; k++) {
        const drawn = below(n);
        next(); // all items are as common: none is exchanged for its alias
        if (drawn !== word) targets.push(drawn);
      }
      const rows = around.map((c) => sequence[c] * stride);
      const hidden = Float64Array.from(
        { length: d },
        (_, j) => rows.reduce((sum, at) => sum + v[at + j], 0) / rows.length,
      );
      const error = new Float64Array(d);
      targets.forEach((target, t) => {
        const f = hidden.reduce((sum, x, j) => sum + x * u[target * stride + j], 0);
        const g = ((t === 0 ? 1 : 0) - 1 / (1 + Math.exp(-f))) * alpha;
        for (let j = 0; j < d; j++) {
          error[j] += g * u[target * stride + j];
          u[target * stride + j] += g * hidden[j];
        }
      });
      for (const at of rows) for (let j = 0; j < d; j++) v[at + j] += error[j];
    }
  });
  return { v, u };
}

describe.each([false, true])('the kernel, CBOW %s', (cbow) => {
  it.each([1, 2, 3, 4, 6])('moves vectors as the algorithm does, with %i negatives', async (negative) => {
    const [n, d, stride, window, alpha, state] = [9, 11, 16, 3, 0.1, 123456789n];
    const space = await createKernels().open('word2vec');
    try {
      const rng = random(negative);
      const sequence = Array.from({ length: 60 }, () => rng.below(n));
      const block = (): ReturnType<typeof space.float32> => {
        const made = space.float32(n * stride);
        for (let i = 0; i < n; i++) rng.fillNormal(made.view.subarray(i * stride, i * stride + d), 0.3);
        return made;
      };
      const [inputs, outputs] = [block(), block()];
      const how = { d, stride, window, negative, alpha, cbow, state };
      const { v, u } = plainSkipGram(sequence, inputs.view.slice(), outputs.view.slice(), how);
      const tokens = space.uint32(Uint32Array.from([...sequence, SEQUENCE_END]));
      const lengths = space.int32(Int32Array.of(sequence.length + 1));
      const states = space.float64(8);
      new BigUint64Array(states.view.buffer, states.pointer, 1)[0] = state;
      const [shares, aliases] = [space.uint32(new Uint32Array(n).fill(0xffffffff)), space.uint32(n)];
      const [sigmoids, losses, scratch] = [space.float32(4096), space.float32(4096), space.uint8(8192)];
      space.call('fillTables', sigmoids, losses);
      const room = sequence.length + 1;
      const places = [tokens, lengths, room, states, inputs, outputs, 0, 0, stride, 0, shares, aliases, n, window];
      space.call('learnTokens', 0, 0, ...places, negative, alpha, Number(cbow), 0, 0, scratch, 8192, sigmoids, losses);
      // dots of one place are taken before any of its three targets moves, and σ is read from a table
      inputs.view.forEach((value, k) => expect(Math.abs(value - v[k])).toBeLessThan(6e-3));
      outputs.view.forEach((value, k) => expect(Math.abs(value - u[k])).toBeLessThan(6e-3));
    } finally {
      space.close();
    }
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

it('reads slices of whole sequences, counts long ones by pieces of a thousand, and goes on from a place', async () => {
  const lists = [[0, 1], [], Array.from({ length: 2500 }, (_, i) => i % 3), [2]];
  const sequences = sequencesOf(lists, 3, 100);
  expect(countPieces(sequences)).toBe(1 + 3 + 1);
  const reader = sequenceReader(sequences);
  const [into, read] = [new Uint32Array(700), [] as number[]];
  let [items, pieces, halfway] = [0, 0, reader.place];
  while (!reader.atEnd) {
    const slice = await reader.next(into);
    read.push(...into.subarray(0, slice.length));
    items += slice.items;
    pieces += slice.pieces;
    if (items === 1402) halfway = reader.place;
  }
  expect(read).toEqual(sequences.chunks.flatMap((chunk) => [...chunk]));
  expect([items, pieces]).toEqual([2503, 5]);
  expect(halfway).toEqual({ chunk: 1, at: 1400, within: 400 });
  const rest = sequenceReader(sequences, halfway);
  expect(await rest.next(into)).toEqual({ length: 700, items: 700, pieces: 1 });
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

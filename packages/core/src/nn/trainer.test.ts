import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { FormatError, InputError, NumericalError, random, run } from '../base/index.ts';
import { add, gradients, matmul, mean, mul, sqrt, square, sub, sum, tanh } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { dense } from './layers.ts';
import { bernoulli, squaredError } from './losses.ts';
import { adam, adamw, sgd } from './optimisers.ts';
import { cosineDecay } from './schedules.ts';
import { trainer } from './trainer.ts';
import type { Trained, Trainer, TrainOptions, TrainUnit } from './trainer.ts';

const runtime = nodeRuntime();

describe('optimisers take the path that PyTorch takes', () => {
  const golden = JSON.parse(readFileSync(new URL('golden.json', import.meta.url), 'utf8')) as {
    tool: string;
    logistic: { rows: number[]; target: number[]; weights: number[]; paths: Record<string, number[][]> };
  };
  const { rows, target, weights, paths } = golden.logistic;
  const CASES: Record<string, Partial<TrainOptions>> = {
    sgd: { optimiser: sgd(), learningRate: 0.1 },
    momentum: { optimiser: sgd({ momentum: 0.9 }), learningRate: 0.1 },
    adam: { optimiser: adam(), learningRate: 0.05 },
    adamw: { optimiser: adamw({ weightDecay: 0.1 }), learningRate: 0.05 },
    clipped: { optimiser: sgd({ momentum: 0.9 }), learningRate: 0.1, clipNorm: 0.05 },
    adamClipped: { optimiser: adam(), learningRate: 0.05, clipNorm: 0.05 },
    cosine: { optimiser: adam(), learningRate: 0.05, schedule: cosineDecay() },
  };

  test.each(Object.keys(paths))(`%s (${golden.tool})`, async (name) => {
    const training = await trainer(runtime, {
      model: (scope, { x, y }) => {
        const w = scope.parameter('w', [3, 1], () => Float32Array.from(weights), { fanIn: 3, fanOut: 1 });
        return bernoulli(matmul(x, w), y);
      },
      inputs: [
        { name: 'x', shape: [3] },
        { name: 'y', shape: [1] },
      ],
      nSamples: 12,
      batchSize: 12,
      epochs: 30,
      fill(indices, { x, y }) {
        indices.forEach((row, i) => {
          x.set(rows.slice(3 * row, 3 * row + 3), 3 * i);
          y[i] = target[row];
        });
      },
      ...CASES[name],
    });
    for (const expected of paths[name]) {
      await training.step();
      const [{ value }] = training.parameters();
      expected.forEach((w, i) => expect(Math.abs(value[i] - w)).toBeLessThan(2e-5));
    }
    expect(training.done).toBe(training.total);
    await training.dispose();
  });
});

/** A little autoencoder of 100 points near a curve, 7 mini-batches an epoch. */
function curve(more: Partial<TrainOptions> = {}): Promise<Trainer> {
  const rng = random(5);
  const points = Array.from({ length: 100 }, () => {
    const t = rng.normal();
    return [t, t * t - 1, Math.sin(2 * t), 0.1 * rng.normal()];
  });
  return trainer(runtime, {
    model: (scope, { x, noise }) => {
      const z = dense(scope.child('in'), x, 8, { activation: 'tanh' });
      const y = dense(scope.child('out'), tanh(mul(z, noise)), 4);
      return squaredError(y, x);
    },
    inputs: [
      { name: 'x', shape: [4] },
      { name: 'noise', shape: [8] },
    ],
    nSamples: 100,
    batchSize: 14,
    epochs: 6,
    learningRate: 0.01,
    fill(indices, { x, noise }, stream, training) {
      indices.forEach((row, i) => x.set(points[row], 4 * i));
      for (let i = 0; i < noise.length; i++) noise[i] = training ? 1 + 0.1 * stream.normal() : 1;
    },
    seed: 1,
    ...more,
  });
}

const values = (training: Trainer): number[] => training.parameters().flatMap(({ value }) => [...value]);

describe('trainer', () => {
  it.each([
    // 20 mini-batches an epoch: enough for calls of 8
    ['all rows', { batchSize: 5 }],
    ['held-out rows and early stopping', { validationShare: 0.2, patience: 2, batchSize: 4, learningRate: 0.2 }],
  ])('gives the same, bit for bit, however many mini-batches are one call: %s', async (_, options) => {
    const results: Trained[] = [];
    for (const batchesPerCall of [1, 2, 4, 8]) {
      const training = await curve({ ...options, batchesPerCall });
      results.push(await run(training));
      await training.dispose();
    }
    for (const result of results) expect(result).toEqual(results[0]);
  });

  it.each([
    ['adam', { optimiser: adam() }],
    ['sgd', { optimiser: sgd({ momentum: 0.9 }) }],
    ['adam, best kept', { optimiser: adam(), validationShare: 0.2, patience: 3 }],
  ])('goes on from a checkpoint as if nothing had happened, bit for bit: %s', async (_, options) => {
    const whole = await curve({ ...options, batchesPerCall: 2 });
    const expected = await run(whole);
    for (const stopAt of [4, 20]) {
      const first = await curve({ ...options, batchesPerCall: 2 });
      while (first.done < stopAt) await first.step();
      const checkpoint = first.checkpoint();
      await first.dispose();
      const second = await curve({ ...options, batchesPerCall: 2, checkpoint });
      expect(second.done).toBe(first.done);
      expect(await run(second)).toEqual(expected);
      expect(values(second)).toEqual(values(whole));
      await second.dispose();
    }
  });

  it('refuses a checkpoint of another model, of a newer version, or cut short', async () => {
    const training = await curve();
    const bytes = training.checkpoint();
    await expect(curve({ optimiser: sgd({ momentum: 0.5 }), checkpoint: bytes })).rejects.toThrow(InputError);
    await expect(curve({ checkpoint: bytes.subarray(0, bytes.length - 5) })).rejects.toThrow(FormatError);
    await expect(curve({ checkpoint: new Uint8Array(3) })).rejects.toThrow(FormatError);
    const text = new TextDecoder('latin1').decode(bytes).replace('"version":"1"', '"version":"9"');
    const newer = Uint8Array.from(text, (c) => c.charCodeAt(0));
    await expect(curve({ checkpoint: newer })).rejects.toMatchObject({ code: 'newer-version' });
    await expect(curve({ seed: 2, checkpoint: bytes })).rejects.toThrow('its seed is 1, expected 2');
    await expect(curve({ batchSize: 20, checkpoint: bytes })).rejects.toThrow('its batchSize is 14, expected 20');
    const without = Uint8Array.from(
      text.replace('"version":"9"', '"version":"1"').replace('"position"', '"nothing_"'),
      (c) => c.charCodeAt(0),
    );
    await expect(curve({ checkpoint: without })).rejects.toThrow('does not say how far');
  });

  it('stays at its end when it goes on from there', async () => {
    const options = { validationShare: 0.3, patience: 2, epochs: 400, learningRate: 0.3 };
    const training = await curve(options);
    const expected = await run(training);
    const again = await curve({ ...options, checkpoint: training.checkpoint() });
    expect(again.done).toBe(again.total);
    expect(await run(again)).toEqual(expected);
  });

  it('catches divergence, keeps the last good parameters and says what to try', async () => {
    const training = await curve({ optimiser: sgd(), learningRate: 1e9, epochs: 50, batchesPerCall: 1 });
    let good: number[] = [];
    const error: NumericalError = await (async () => {
      for (;;) {
        good = values(training);
        await training.step();
      }
    })().catch((error: NumericalError) => error);
    expect(error).toBeInstanceOf(NumericalError);
    expect(error.code).toBe('diverged');
    expect(error.message).toMatch(/iteration \d+ of 358.*last finite loss was.*try learningRate 100000000 instead/);
    expect(error.details).toMatchObject({ iteration: expect.any(Number), learningRate: 1e9 });
    expect(values(training)).toEqual(good);
    expect(good.every(Number.isFinite)).toBe(true);
  });

  it('uses every row once an epoch, and the rest of a batch for the next', async () => {
    const seen: number[] = [];
    const training = await curve({
      batchesPerCall: 1,
      fill: (indices, { x, noise }, _, isTraining) => {
        if (isTraining) seen.push(...indices);
        x.fill(0.1);
        noise.fill(1);
      },
    });
    await run(training);
    for (let epoch = 0; epoch < 6; epoch++) {
      const rows = seen.slice(100 * epoch, 100 * (epoch + 1));
      expect(new Set(rows).size).toBe(100);
      expect(rows).not.toEqual(seen.slice(0, 100).sort((a, b) => a - b));
    }
    expect(seen.length).toBe(43 * 14);
  });

  it('ends each epoch with one record, held-out rows never learned from', async () => {
    const learned = new Set<number>();
    const inner = await curve({ validationShare: 0.25 });
    const records: TrainUnit['record'][] = [];
    const training = await curve({
      validationShare: 0.25,
      fill(indices, { x, noise }, rng, isTraining) {
        if (isTraining) indices.forEach((row) => learned.add(row));
        rng.fillNormal(x);
        noise.fill(1);
      },
    });
    expect([training.validationRows.length, training.trainRows.length]).toEqual([25, 75]);
    expect(training.validationRows).toEqual(inner.validationRows);
    await run(training, { onProgress: ({ detail }) => detail?.record && records.push(detail.record) });
    expect(records.map((record) => record?.epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(records.every((record) => Number.isFinite(record?.validation?.loss))).toBe(true);
    for (const row of training.validationRows) expect(learned.has(row)).toBe(false);
  });

  it('stops early and gives the parameters of the best epoch', async () => {
    const training = await curve({ validationShare: 0.3, patience: 2, epochs: 400, learningRate: 0.3 });
    const { history, epoch, parameters } = await run(training);
    expect(history.length).toBeLessThan(400);
    expect(history.length).toBe(epoch + 2);
    const losses = history.map(({ validation }) => validation!.loss);
    expect(losses[epoch - 1]).toBe(Math.min(...losses));
    expect((await training.evaluate(training.validationRows, parameters)).loss).toBeCloseTo(losses[epoch - 1], 6);
  });

  it('takes all rows as the batch, and says so, when it is larger than the data', async () => {
    const training = await curve({ batchSize: 1000, epochs: 2 });
    expect(training.warnings.join()).toMatch(/batchSize 1000 is more than the 100 rows/);
    expect((await run(training)).history.length).toBe(2);
  });

  it('learns with a gradient in its loss: a critic whose slope is held at 1', async () => {
    const rng = random(1);
    const n = 256;
    const [near, far] = [0, 2].map((shift) => Float32Array.from({ length: 2 * n }, () => rng.normal() + shift));
    const training = await trainer(runtime, {
      model(scope, { x, y, share }) {
        const hidden = (v: Tensor): Tensor => dense(scope.child('in'), v, 16, { activation: 'relu' });
        const critic = (v: Tensor): Tensor => dense(scope.child('out'), hidden(v), 1);
        const between = add(mul(share, x), mul(sub(1, share), y));
        const [slope] = gradients(sum(critic(between)), [between]);
        const penalty = mean(square(sub(sqrt(add(sum(square(slope), { axes: 1 }), 1e-12)), 1)));
        const gap = sub(mean(critic(x)), mean(critic(y)));
        return { loss: add(gap, mul(penalty, 10)), gap, penalty };
      },
      inputs: [
        { name: 'x', shape: [2] },
        { name: 'y', shape: [2] },
        { name: 'share', shape: [1] },
      ],
      nSamples: n,
      batchSize: 64,
      epochs: 40,
      learningRate: 5e-3,
      validationShare: 0.2,
      fill(indices, { x, y, share }, stream) {
        indices.forEach((row, i) => {
          x.set(near.subarray(2 * row, 2 * row + 2), 2 * i);
          y.set(far.subarray(2 * row, 2 * row + 2), 2 * i);
        });
        stream.fillUniform(share);
      },
    });
    const { history } = await run(training);
    await training.dispose();
    const last = history.at(-1)!.validation!;
    expect(history[0].train.penalty).toBeGreaterThan(0.1);
    expect(last.penalty).toBeLessThan(0.05);
    // the distance between the two clouds, which a slope of 1 can't exceed (Kantorovich & Rubinstein 1958)
    expect(Math.abs(-last.gap - 2 * Math.SQRT2)).toBeLessThan(0.5);
  });

  it('learns', async () => {
    const training = await curve({ epochs: 60 });
    const { history } = await run(training);
    expect(history.at(-1)!.train.loss).toBeLessThan(history[0].train.loss / 5);
  });
});

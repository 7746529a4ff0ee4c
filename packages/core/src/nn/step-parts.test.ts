/** What models may ask of a training step beside gradients: values once a mini-batch, changes by hand, frozen parts. */
import { expect, it } from 'vitest';
import { random } from '../base/index.ts';
import { add, compile, constant, detach, gradients, input, mean, mul, square, sub, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { filled } from './initialisers.ts';
import { sgd } from './optimisers.ts';
import { declaringScope, frozenScope } from './scope.ts';
import { trainer } from './trainer.ts';
import type { TrainOptions, Trainer } from './trainer.ts';

const runtime = nodeRuntime();
const ROWS = Float32Array.from({ length: 24 }, (_, i) => Math.sin(3 * i));
const FANS = { fanIn: 1, fanOut: 1 };

/** Learns w by (w − x)² · weight; `average` is a running mean of the batches' means, by hand. */
function learn(more: Partial<TrainOptions> = {}): Promise<Trainer> {
  return trainer(runtime, {
    model(scope, { x, weight }) {
      const w = scope.parameter('w', [1], filled(2), FANS);
      const average = scope.child('running').parameter('average', [1], filled(0), FANS);
      const now = mean(x, { axes: [0] });
      scope.child('running').change('average', () => add(mul(average, 0.75), mul(now, 0.25)));
      const loss = mul(mean(square(sub(x, w))), weight);
      return { loss, weight, average: sum(average) };
    },
    inputs: [
      { name: 'x', shape: [1] },
      { name: 'weight', shape: [], once: true },
    ],
    nSamples: 24,
    batchSize: 6,
    epochs: 4,
    learningRate: 0.1,
    optimiser: sgd(),
    fill(indices, { x, weight }, _rng, _training, progress) {
      indices.forEach((row, i) => (x[i] = ROWS[row]));
      weight[0] = progress;
    },
    ...more,
  });
}

it('a value once a mini-batch follows the progress of learning, and is at its end in evaluations', async () => {
  const training = await learn({ batchesPerCall: 1 });
  for (let i = 0; i < 16; i++) expect((await training.step())!.losses.weight).toBeCloseTo(i / 16, 6);
  expect((await training.evaluate(training.trainRows)).weight).toBe(1);
  await training.dispose();
});

it('a parameter that is changed by hand follows its own rule, whatever the optimiser would', async () => {
  const order: number[][] = [];
  const training = await learn({
    batchesPerCall: 1,
    fill(indices, { x, weight }, _rng, training) {
      if (training) order.push(Array.from(indices, (row) => ROWS[row]));
      indices.forEach((row, i) => (x[i] = ROWS[row]));
      weight[0] = 1;
    },
  });
  let average = 0;
  let w = 2;
  for (let i = 0; i < 16; i++) {
    await training.step();
    const now = order[i].reduce((a, b) => a + b) / 6;
    average = 0.75 * average + 0.25 * now;
    w -= 0.1 * 2 * (w - now);
    const [first, running] = training.parameters();
    expect([first.value[0], running.value[0]].map((v) => v.toFixed(5))).toEqual([w.toFixed(5), average.toFixed(5)]);
  }
  await training.dispose();
});

it('both are the same however many mini-batches are one call, and after a checkpoint', async () => {
  const end = async (training: Trainer): Promise<number[]> => {
    while (training.done < training.total) await training.step();
    const values = training.parameters().map(({ value }) => value[0]);
    await training.dispose();
    return values;
  };
  const whole = await end(await learn({ batchesPerCall: 1 }));
  expect(await end(await learn({ batchesPerCall: 4 }))).toEqual(whole);
  const half = await learn({ batchesPerCall: 2 });
  for (let i = 0; i < 3; i++) await half.step();
  const checkpoint = half.checkpoint();
  await half.dispose();
  expect(await end(await learn({ batchesPerCall: 1, checkpoint }))).toEqual(whole);
});

it('no gradient passes what is detached or frozen, and values do', async () => {
  const x = input('x', [1]);
  const { scope, tensors } = declaringScope(random(0));
  const w = scope.parameter('w', [1], filled(3), FANS);
  const frozen = frozenScope(scope).child('inner').parameter('v', [1], filled(5), FANS);
  const y = sum(add(mul(detach(mul(x, w)), x), mul(frozen, x)));
  const v = tensors.get('inner.v') as Tensor;
  const [dx, dw, dv] = gradients(y, [x, w, v]);
  const executable = await compile(runtime, { y, dx, dw: add(dw, constant(0)), dv: add(dv, constant(0)) });
  const one = (value: number) => ({ dtype: 'float32', shape: [1], data: Float32Array.of(value) }) as const;
  const feeds = { x: one(2), w: one(3), 'inner.v': one(5) };
  const got = await executable.run(Object.fromEntries(executable.inputs.map(({ name }) => [name, feeds[name as 'x']])));
  // y = (x w) x + v x; the product counts as the constant 6
  expect([got.y, got.dx, got.dw, got.dv].map(({ data }) => Number(data[0]))).toEqual([22, 11, 0, 0]);
  await executable.dispose();
});

import { describe, expect, it } from 'vitest';
import { InputError, isAbort, matrix, NumericalError, random, run } from '../base/index.ts';
import { add, compile, constant, detach, mean } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { adversarialTrainer } from './adversarial.ts';
import type { AdversarialOptions, AdversarialTrainer, AdversarialUnit } from './adversarial.ts';
import { discriminatorLoss, generatorLoss, spectralScope, zeroCenteredPenalty } from './adversarial-losses.ts';
import { dense } from './layers.ts';
import { sgd } from './optimisers.ts';
import { constantScope } from './scope.ts';
import type { Parameter, Scope } from './scope.ts';

const runtime = nodeRuntime();
const points = matrix(60, 2);
random(2).fillNormal(points.data);

const generate = (scope: Scope, z: Tensor): Tensor =>
  dense(scope.child('out'), dense(scope.child('in'), z, 8, { activation: 'tanh' }), 2);
const discriminate = (scope: Scope, x: Tensor): Tensor => {
  const inner = spectralScope(scope);
  return dense(inner.child('out'), dense(inner.child('in'), x, 8, { activation: 'leakyRelu' }), 1);
};

/** A little GAN of 60 points, 5 mini-batches an epoch. */
function little(more: Partial<AdversarialOptions> = {}): Promise<AdversarialTrainer> {
  return adversarialTrainer(runtime, {
    generator: {
      inputs: [{ name: 'z', shape: [2] }],
      learningRate: 0.01,
      loss: ({ generator, discriminator }, { z }) => ({
        loss: generatorLoss('nonSaturating', discriminate(discriminator, generate(generator, z))),
      }),
    },
    discriminator: {
      inputs: [
        { name: 'x', shape: [2] },
        { name: 'z', shape: [2] },
      ],
      learningRate: 0.01,
      loss({ generator, discriminator }, { x, z }) {
        const [real, fake] = [x, detach(generate(generator, z))].map((rows) => discriminate(discriminator, rows));
        const penalty = zeroCenteredPenalty((rows) => discriminate(discriminator, rows), x);
        return { loss: add(discriminatorLoss('nonSaturating', real, fake), penalty), penalty };
      },
    },
    nSamples: 60,
    batchSize: 12,
    epochs: 4,
    nCritic: 2,
    averageDecay: 0.9,
    fill(_, indices, { x, z }, rng) {
      rng.fillNormal(z);
      if (x) indices.forEach((row, i) => x.set(points.data.subarray(2 * row, 2 * row + 2), 2 * i));
    },
    seed: 3,
    ...more,
  });
}

/** Where the generator's rows lie in the mean, of 200 codes. */
async function meanOf(parameters: readonly Parameter[]): Promise<Float32Array> {
  const z = random(1).fillNormal(new Float32Array(400));
  const y = generate(constantScope(parameters).child('generator'), constant(z, [200, 2]));
  const executable = await compile(runtime, { y: mean(y, { axes: 0 }) });
  return (await executable.run({})).y.data as Float32Array;
}

const copy = (parameters: Parameter[]): Record<string, number[]> =>
  Object.fromEntries(parameters.map(({ name, value }) => [name, [...value]]));

describe('adversarialTrainer', () => {
  it('lets the discriminator step nCritic times to each step of the generator, an epoch being its pass over the data', async () => {
    const training = await little();
    const units: AdversarialUnit[] = [];
    expect(training.total).toBe(30);
    while (training.done < training.total) {
      expect(training.turn).toBe(units.length % 3 === 2 ? 'generator' : 'discriminator');
      units.push(await training.step());
    }
    expect(units.map(({ role }) => role[0]).join('')).toBe('ddg'.repeat(10));
    expect(units.flatMap(({ record }) => (record ? [record.epoch] : []))).toEqual([1, 2, 3, 4]);
    // of 20 steps of the discriminator, 5 are an epoch
    expect(units.map(({ epoch, role }) => (role === 'discriminator' ? epoch : 0)).filter(Boolean)).toEqual(
      Array.from({ length: 20 }, (_, i) => Math.floor(i / 5) + 1),
    );
    expect(Object.keys(units[29].losses).sort()).toEqual(['discriminator', 'generator', 'penalty']);
    const { history } = await training.result();
    const seen = units
      .slice(0, 7)
      .filter(({ role }) => role === 'discriminator')
      .map(({ losses }) => losses.discriminator);
    expect(history[0].train.discriminator).toBeCloseTo(seen.slice(0, 5).reduce((a, b) => a + b) / 5, 6);
    await training.dispose();
  });

  it('moves one player alone when asked, whichever, and counts it not', async () => {
    const training = await little();
    for (const role of ['generator', 'discriminator', 'generator'] as const) {
      const before = copy(training.parameters());
      expect((await training.step(role)).role).toBe(role);
      const after = copy(training.parameters());
      for (const name of Object.keys(before)) {
        if (name.startsWith(role)) expect(after[name]).not.toEqual(before[name]);
        else expect(after[name]).toEqual(before[name]);
      }
    }
    expect(training.done).toBe(0);
    expect(training.turn).toBe('discriminator');
    await training.dispose();
  });

  it('keeps the average of the generator, warming up', async () => {
    const training = await little({ nCritic: 1 });
    let average = copy(training.averaged());
    let t = 0;
    expect(Object.keys(average).every((name) => name.startsWith('generator.'))).toBe(true);
    while (training.done < training.total) {
      const { role } = await training.step();
      if (role === 'generator') {
        const decay = Math.min(0.9, (1 + t) / (10 + t));
        t++;
        const now = copy(training.parameters());
        average = Object.fromEntries(
          Object.entries(average).map(([name, values]) => [
            name,
            values.map((value, i) => now[name][i] + decay * (value - now[name][i])),
          ]),
        );
      }
      for (const { name, value } of training.averaged()) {
        value.forEach((got, i) => expect(got).toBeCloseTo(average[name][i], 5));
      }
    }
    expect(t).toBe(20);
    await training.dispose();
  });

  it('without an average gives the generator as it is', async () => {
    const training = await little({ averageDecay: 0, epochs: 1 });
    const { parameters, averaged } = await run(training);
    expect(averaged).toEqual(parameters.filter(({ name }) => name.startsWith('generator.')));
    await training.dispose();
  });

  it.each([
    ['scheduled', { alone: false }],
    ['one alone before', { alone: true }],
  ])('goes on from a checkpoint as if nothing had happened, bit for bit: %s', async (_, { alone }) => {
    const whole = await little();
    if (alone) await whole.step('generator');
    const expected = await run(whole);
    for (const stopAt of [2, 16]) {
      const first = await little();
      if (alone) await first.step('generator');
      while (first.done < stopAt) await first.step();
      const checkpoint = first.checkpoint();
      await first.dispose();
      const second = await little({ checkpoint });
      expect(second.done).toBe(stopAt);
      expect(await run(second)).toEqual(expected);
      expect(copy(second.parameters())).toEqual(copy(whole.parameters()));
      await second.dispose();
    }
    await whole.dispose();
  });

  it('is the same for the same seed, another for another', async () => {
    const results = [];
    for (const seed of [5, 5, 6]) {
      const training = await little({ seed, epochs: 1 });
      results.push(copy((await run(training)).averaged));
      await training.dispose();
    }
    expect(results[0]).toEqual(results[1]);
    expect(results[0]).not.toEqual(results[2]);
  });

  it('refuses checkpoints of another run and settings that make no sense', async () => {
    const training = await little();
    const checkpoint = training.checkpoint();
    await expect(little({ seed: 4, checkpoint })).rejects.toThrow('its seed is 3, expected 4');
    await expect(little({ averageDecay: 0.5, checkpoint: checkpoint.subarray(0, 40) })).rejects.toThrow(/checkpoint/);
    await expect(little({ nCritic: 0 })).rejects.toThrow(InputError);
    await expect(little({ averageDecay: 1 })).rejects.toThrow('expected 0 ≤ averageDecay < 1');
    const whole = await little({ batchSize: 500 });
    expect(whole.warnings.join()).toContain('batchSize 500 is more than the 60 rows');
    await Promise.all([training.dispose(), whole.dispose()]);
  });

  it.each([
    ['a step out of all bounds', 1e30, /its loss ran away to|is no longer finite|its loss is/],
    ['a loss that runs away', 300, /its loss ran away to|is no longer finite|its loss is/],
  ])('catches %s, goes back to the last whole epoch and says what to change', async (_, rate, message) => {
    const players = (learningRate: number): Partial<AdversarialOptions> => {
      const player = (role: 'generator' | 'discriminator'): AdversarialOptions['generator'] => ({
        inputs: [{ name: 'z', shape: [2] }, ...(role === 'discriminator' ? [{ name: 'x', shape: [2] }] : [])],
        learningRate,
        optimiser: sgd(),
        // unbounded: each pushes the product of its own and the other's numbers its way
        loss({ generator, discriminator }, { z }) {
          const own = dense(generator.child('a'), z, 4);
          const other = dense(discriminator.child('a'), own, 1);
          const value = mean(other);
          return { loss: role === 'generator' ? value : generatorLoss('wasserstein', other) };
        },
      });
      return { generator: player('generator'), discriminator: player('discriminator') };
    };
    const training = await little({ ...players(rate), epochs: 200 });
    let good = copy(training.parameters());
    let atEpoch = 0;
    const error: NumericalError = await (async () => {
      for (;;) {
        const { record } = await training.step();
        if (!record) continue;
        good = copy(training.parameters());
        atEpoch = training.done;
      }
    })().catch((error: NumericalError) => error);
    expect(error).toBeInstanceOf(NumericalError);
    expect(error.code).toBe('diverged');
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/try learningRate .* instead of/);
    expect(copy(training.parameters())).toEqual(good);
    expect(training.done).toBe(atEpoch);
    expect(Object.values(good).flat().every(Number.isFinite)).toBe(true);
    await training.dispose();
  });

  it('can be cancelled between any two steps', async () => {
    const training = await little({ epochs: 1000 });
    const controller = new AbortController();
    const onProgress = (): void => {
      if (training.done === 7) controller.abort();
    };
    await expect(run(training, { signal: controller.signal, onProgress })).rejects.toSatisfy(isAbort);
    expect(training.done).toBe(7);
    await training.dispose();
  });

  it('learns where the data lie', async () => {
    const training = await little({
      epochs: 120,
      nCritic: 1,
      fill(_, indices, { x, z }, rng) {
        rng.fillNormal(z);
        if (x) indices.forEach((row, i) => x.set([3 + points.data[2 * row], points.data[2 * row + 1] - 1], 2 * i));
      },
    });
    const { averaged } = await run(training);
    const generated = await meanOf(averaged);
    expect(Math.abs(generated[0] - 3)).toBeLessThan(1.5);
    expect(Math.abs(generated[1] + 1)).toBeLessThan(1);
    await training.dispose();
  });
});

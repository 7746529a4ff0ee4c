/** The VAE family and its relatives: their losses against plain arithmetic, and what their parts are for. */
import { beforeAll, describe, expect, it } from 'vitest';
import { random } from '../base/index.ts';
import type { Matrix, Options } from '../base/index.ts';
import { readRows } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import { digits } from '../data/digits.fixture.ts';
import { compile, gradients, input } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { declaringScope, trainer } from '../nn/index.ts';
import type { Parameter } from '../nn/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { autoencoder } from './autoencoder.ts';
import { codebookPosterior } from './codebook.ts';
import { contractive } from './contractive.ts';
import { factorVae } from './factor-vae.ts';
import type { FittedSpace, LearnDetail, LearnPreview, SpaceMethod } from './latent-space.ts';
import { learnRows } from './learn-rows.ts';
import { likelihoodOf } from './likelihood.ts';
import { loadSpace } from './load-space.ts';
import { readManifest } from './manifest.ts';
import { normalPosterior } from './posterior.ts';
import { rae } from './rae.ts';
import { criticTerm, klTerm } from './regulariser.ts';
import { sparse } from './sparse.ts';
import { vae } from './vae.ts';
import { networkOf } from './variational.ts';
import type { Design } from './variational.ts';
import { vqVae } from './vq-vae.ts';
import { wae } from './wae.ts';
import { annealed, rising } from './weights.ts';
import type { ScheduledWeight } from './weights.ts';

const runtime = nodeRuntime();
const some = await digits(600);
const x = readRows(some.rows);
const QUICK = { epochs: 4, batchSize: 32, layers: [48], seed: 2 };

/** Learns quickly; gives figures and lets the space go. */
async function figures(method: SpaceMethod, options: Partial<Options> = {}): Promise<Record<string, number>> {
  const { space, metrics } = await method.fit(some, { ...QUICK, ...options }, runtime);
  await space.dispose();
  return { ...metrics.train, mse: metrics.mse! };
}

/** A design's loss on some rows by fresh parameters, and its gradients for those whose names begin so. */
async function lossOf(
  design: Design,
  data: Dataset,
  feeds: Record<string, Matrix>,
  begin?: string,
): Promise<{ outputs: Record<string, Float32Array>; parameters: Parameter[] }> {
  const options = { ...QUICK, architecture: 'dense', activation: 'relu', channels: [], validationShare: 0 };
  const network = networkOf(design, options, learnRows(data), data);
  const { scope, parameters, tensors } = declaringScope(random(5));
  const shapes = new Map(network.inputs.map(({ name, shape }) => [name, shape]));
  const inputs = Object.fromEntries(
    network.inputs.map(({ name, shape }) => [name, input(`batch ${name}`, [feeds.x.rows, ...shape])]),
  );
  const parts = network.model(scope, inputs) as Record<string, Tensor>;
  const wanted = begin === undefined ? [] : [...tensors].filter(([name]) => name.startsWith(begin));
  const slopes = gradients(
    parts.loss,
    wanted.map(([, tensor]) => tensor),
  );
  const encoded = network.encode(scope, inputs.x);
  const executable = await compile(runtime, {
    ...parts,
    ...Object.fromEntries(Object.entries(encoded).map(([name, tensor]) => [`encoded ${name}`, tensor])),
    ...Object.fromEntries(wanted.map(([name], i) => [`d ${name}`, slopes[i]])),
  });
  const all = Object.fromEntries(
    executable.inputs.map(({ name }) => {
      const own = parameters.find((parameter) => parameter.name === name);
      if (own) return [name, { dtype: 'float32', shape: own.shape, data: own.value } as const];
      const { data, rows } = feeds[name.slice('batch '.length)];
      return [name, { dtype: 'float32', shape: [rows, ...shapes.get(name.slice(6))!], data } as const];
    }),
  );
  const got = await executable.run(all);
  await executable.dispose();
  return {
    outputs: Object.fromEntries(Object.entries(got).map(([name, { data }]) => [name, data as Float32Array])),
    parameters,
  };
}

describe('weights that change while learning', () => {
  const at = (weight: unknown, progress: number): number => (weight as ScheduledWeight).at(progress);

  it('rise in a line, in cycles, or not at all; at the end they are what was asked for', () => {
    const linear = annealed('beta', 4, { annealing: 'linear', annealingShare: 0.5, cycles: 1 });
    expect([0, 0.25, 0.5, 0.9, 1].map((p) => at(linear, p))).toEqual([0, 2, 4, 4, 4]);
    const cyclic = annealed('beta', 4, { annealing: 'cyclic', annealingShare: 0.5, cycles: 2 });
    expect([0, 0.125, 0.25, 0.49, 0.5, 0.625, 1].map((p) => at(cyclic, p))).toEqual([0, 2, 4, 4, 0, 2, 4]);
    expect(annealed('beta', 4, { annealing: 'none', annealingShare: 0.5, cycles: 1 })).toBe(4);
    expect(at(rising('capacity', 10, 0.8), 0.4)).toBe(5);
  });

  it('are judged by their end, and let codes hold more at first', async () => {
    const { loss, reconstruction, kl } = await figures(vae, { beta: 8, annealing: 'linear' });
    expect(loss).toBeCloseTo(reconstruction + 8 * kl, 2);
    const { space, history } = await vae.fit(some, { ...QUICK, beta: 8, annealing: 'linear' }, runtime);
    await space.dispose();
    expect(history[0].train.loss).toBeLessThan(history[0].train.reconstruction + 4 * history[0].train.kl);
  });

  it('a capacity is what the KL comes to', async () => {
    const { kl } = await figures(vae, { capacity: 6, beta: 30, latentDim: 6, epochs: 8 });
    expect(Math.abs(kl - 6)).toBeLessThan(1);
  });
});

describe('importance samples', () => {
  it('give −log of the mean weight, as plain arithmetic does', async () => {
    const rows = { rows: 3, cols: 784, data: x.data.slice(0, 3 * 784) };
    const noise = random(8).fillNormal(new Float32Array(3 * 4 * 2));
    const parts = { method: 'vae', posterior: normalPosterior(2), likelihood: likelihoodOf('auto', some.medium) };
    const feeds = { x: rows, epsilon: { rows: 3, cols: 8, data: noise } };
    const { outputs } = await lossOf({ ...parts, importance: { samples: 4, beta: 1 } }, some, feeds);
    const [mean, logVar] = [outputs['encoded mean'], outputs['encoded logVar']];
    let bound = 0;
    let gaps = 0;
    for (let i = 0; i < 3; i++) {
      let weight = 0;
      for (let k = 0; k < 4; k++) {
        const epsilon = noise.slice((i * 4 + k) * 2, (i * 4 + k) * 2 + 2);
        const one = { rows: 1, cols: 784, data: rows.data.slice(i * 784, (i + 1) * 784) };
        const single = await lossOf({ ...parts, regularisers: [] }, some, {
          x: one,
          epsilon: { rows: 1, cols: 2, data: epsilon },
        });
        // log q(z|x) − log p(z) = ½ Σ (z² − ε² − logVar)
        let gap = 0;
        for (let j = 0; j < 2; j++) {
          const z = mean[i * 2 + j] + epsilon[j] * Math.exp(logVar[i * 2 + j] / 2);
          gap += 0.5 * (z * z - epsilon[j] ** 2 - logVar[i * 2 + j]);
        }
        gaps += gap / 12;
        weight += Math.exp(-(single.outputs.reconstruction[0] - 600) - gap) / 4;
      }
      bound += (600 - Math.log(weight)) / 3;
    }
    expect(outputs.loss[0]).toBeCloseTo(bound, 2);
    expect(outputs.kl[0]).toBeCloseTo(gaps, 4);
  });

  it('make the bound tighter, and are refused beside what they leave no meaning to', async () => {
    const one = await figures(vae);
    const many = await figures(vae, { importanceSamples: 8 });
    expect(many.loss).toBeLessThan(one.loss);
    const options = { ...QUICK, importanceSamples: 2, capacity: 3 };
    await expect(vae.fit(some, options, runtime)).rejects.toThrow(/capacity has no meaning with importance samples/);
  });
});

describe('a critic', () => {
  const parts = { method: 'factor-vae', posterior: normalPosterior(3), likelihood: likelihoodOf('auto', some.medium) };
  const rows = { rows: 16, cols: 784, data: x.data.slice(0, 16 * 784) };
  const order = Float32Array.from({ length: 48 }, (_, at) => ((Math.floor(at / 3) * 5 + (at % 3)) % 16) * 3 + (at % 3));
  const feeds = {
    x: rows,
    epsilon: { rows: 16, cols: 3, data: random(1).fillNormal(new Float32Array(48)) },
    shuffled: { rows: 16, cols: 3, data: order },
  };

  it('learns by its own loss alone, and does not show in the one that is told', async () => {
    const [weak, strong] = await Promise.all(
      [0, 50].map((gamma) => lossOf({ ...parts, regularisers: [criticTerm(3, gamma, [8])] }, some, feeds, 'critic')),
    );
    const names = Object.keys(weak.outputs).filter((name) => name.startsWith('d critic'));
    expect(names.length).toBe(4);
    for (const name of names) expect(strong.outputs[name]).toEqual(weak.outputs[name]);
    expect(weak.outputs['d critic.out.weight'].some((slope) => slope !== 0)).toBe(true);
    expect(weak.outputs.loss[0]).toBeCloseTo(weak.outputs.reconstruction[0], 3);
    const { loss, reconstruction, tc } = strong.outputs;
    expect(loss[0]).toBeCloseTo(reconstruction[0] + 50 * tc[0], 2);
  });

  it('moves the encoder by its judgement only, not by its loss', async () => {
    const plain = await lossOf({ ...parts, regularisers: [klTerm(1)] }, some, feeds, 'encoder');
    const judged = await lossOf({ ...parts, regularisers: [klTerm(1), criticTerm(3, 0, [8])] }, some, feeds, 'encoder');
    for (const [name, slopes] of Object.entries(plain.outputs).filter(([name]) => name.startsWith('d '))) {
      slopes.forEach((slope, i) => expect(Math.abs(slope - judged.outputs[name][i])).toBeLessThan(1e-4));
    }
    const { critic } = await figures(factorVae, { latentDim: 3 });
    expect(critic).toBeLessThan(0.8);
  });
});

describe('a codebook', () => {
  it('follows the means of the parts that chose each vector, and puts those nobody chose where parts lie', async () => {
    const rows = random(3).fillNormal(new Float32Array(12 * 2));
    const [nCodes, decay] = [5, 0.5];
    const family = codebookPosterior({ latentDim: 2, codeDim: 1, nCodes, commitment: 1, update: 'average', decay });
    let order: Uint32Array = new Uint32Array(0);
    const training = await trainer(runtime, {
      model(scope, { x }) {
        const { loss, parts } = family.infer(scope, x).terms!;
        return { loss: loss!, ...parts };
      },
      inputs: [{ name: 'x', shape: [2] }],
      nSamples: 12,
      batchSize: 12,
      epochs: 4,
      learningRate: 0,
      batchesPerCall: 1,
      fill(indices, { x }) {
        order = indices.slice();
        indices.forEach((row, i) => x.set(rows.subarray(2 * row, 2 * row + 2), 2 * i));
      },
    });
    for (let step = 0; step < 4; step++) {
      const before = Object.fromEntries(training.parameters().map(({ name, value }) => [name, value.slice()]));
      const { losses } = (await training.step())!;
      const after = Object.fromEntries(training.parameters().map(({ name, value }) => [name, value.slice()]));
      const { 'code.weight': w, 'code.bias': b, 'codebook.vectors': vectors, 'codebook.shares': shares } = before;
      // 24 parts of one number each
      const parts = Array.from(order).flatMap((row) =>
        [0, 1].map((j) => rows[2 * row] * w[j] + rows[2 * row + 1] * w[2 + j] + b[j]),
      );
      const gaps = parts.map((part) => Array.from(vectors, (vector) => (part - vector) ** 2));
      const chosen = gaps.map((each) => each.indexOf(Math.min(...each)));
      const counts = Array.from({ length: nCodes }, (_, c) => chosen.filter((one) => one === c).length / 24);
      counts.forEach((now, c) => {
        const kept = decay * shares[c] + (1 - decay) * now;
        const sum = parts.reduce((total, part, i) => total + (chosen[i] === c ? part / 24 : 0), 0);
        const mean = (decay * shares[c] * vectors[c] + (1 - decay) * sum) / kept;
        const dead = kept < 0.1 / nCodes;
        expect(after['codebook.vectors'][c]).toBeCloseTo(dead ? parts[c] : mean, 4);
        expect(after['codebook.shares'][c]).toBeCloseTo(dead ? 1 / nCodes : kept, 5);
      });
      const entropy = counts.reduce((total, p) => total - (p > 0 ? p * Math.log(p) : 0), 0);
      expect(losses.perplexity).toBeCloseTo(Math.exp(entropy), 4);
      expect(losses.commitment).toBeCloseTo(gaps.reduce((total, each) => total + Math.min(...each), 0) / 12, 4);
    }
    await training.dispose();
  });

  it('gives codes that are made of its vectors, and draws such', async () => {
    const options = { ...QUICK, latentDim: 6, nCodes: 8 };
    const { space, metrics, warnings } = await vqVae.fit(some, options, runtime);
    const { prior } = readManifest(space.toFiles()['space.json']);
    if (prior?.kind !== 'codebook') return expect.unreachable();
    expect([prior.codebook.length, prior.codebook[0].length, prior.frequencies.length]).toEqual([8, 3, 2]);
    for (const shares of prior.frequencies) expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    const known = new Set(prior.codebook.map((vector) => vector.map((v) => v.toFixed(4)).join()));
    for (const { data } of [await space.encode!(x), space.prior!.sample(50, 1)]) {
      for (let i = 0; i < data.length; i += 3) {
        expect(known).toContain(Array.from(data.subarray(i, i + 3), (v) => v.toFixed(4)).join());
      }
    }
    expect(metrics.train.perplexity).toBeGreaterThan(2);
    expect(warnings.join()).not.toMatch(/codebook/);
    await space.dispose();
  });

  it.each(['average', 'loss'])('is brought to life when most of it would die: %s', async (codebookUpdate) => {
    const { perplexity, deadCodes } = await figures(vqVae, { codebookUpdate, latentDim: 8, nCodes: 32, epochs: 6 });
    // 9.6 to 18.6 over six seeds
    expect(perplexity).toBeGreaterThan(8);
    expect(deadCodes).toBeLessThan(8);
  });

  it('says so when more codes were asked for than the rows can use', async () => {
    const options = { ...QUICK, latentDim: 4, codeDim: 4, nCodes: 2000, epochs: 3 };
    const { space, warnings } = await vqVae.fit(some, options, runtime);
    expect(warnings.join()).toMatch(/of the 2000 codes of the codebook are in use.*try fewer codes/);
    await space.dispose();
    await expect(vqVae.fit(some, { ...QUICK, latentDim: 5, codeDim: 2 }, runtime)).rejects.toThrow(/cannot be cut/);
  });
});

describe('given the class of each row', () => {
  let fitted: FittedSpace;
  const labels = some.columns[0] as { codes: Int32Array };
  beforeAll(async () => {
    fitted = await vae.fit(some, { ...QUICK, conditional: true, epochs: 10 }, runtime, { onProgress: () => undefined });
  });

  it('a VAE need not hold it in its codes', async () => {
    const { mse } = await figures(vae, { epochs: 10 });
    expect(fitted.metrics.mse!).toBeLessThan(0.95 * mse);
    expect(fitted.space.conditions).toMatchObject({ categories: { length: 10 } });
  });

  it('one code decodes to any class, and without one to all in equal parts; saved and loaded alike', async () => {
    const files = fitted.space.toFiles();
    const loaded = await loadSpace(files, runtime);
    expect(loaded.conditions).toEqual(fitted.space.conditions);
    const z = { rows: 3, cols: 2, data: new Float32Array(6) };
    const classes = Int32Array.of(0, 1, -1);
    const rows = await loaded.decode!(z, classes);
    expect(rows.data).toEqual((await fitted.space.decode!(z, classes)).data);
    const [zero, one, any] = [0, 1, 2].map((i) => rows.data.subarray(784 * i, 784 * (i + 1)));
    const gap = (a: Float32Array, b: Float32Array): number => a.reduce((sum, v, i) => sum + (v - b[i]) ** 2, 0);
    expect(gap(zero, one)).toBeGreaterThan(3);
    expect(gap((await loaded.decode!(z)).data.subarray(0, 784), any)).toBe(0);
    const given = await loaded.encode!(x, labels.codes.slice(0, x.rows));
    expect(given.data).not.toEqual((await loaded.encode!(x)).data);
    await expect(loaded.decode!(z, Int32Array.of(0, 1, 10))).rejects.toThrow(/expected one of 10 for each/);
    await expect(loaded.decode!(z, Int32Array.of(0))).rejects.toThrow(/got 1 classes/);
    await loaded.dispose();
    await fitted.space.dispose();
  });

  it('is refused where there are no classes', async () => {
    const plain = { ...some, columns: [], label: undefined };
    await expect(vae.fit(plain, { ...QUICK, conditional: true }, runtime)).rejects.toThrow(/has no label/);
  });

  it('works for convolutions', async () => {
    const options = { conditional: true, architecture: 'convolutional', channels: [4, 8], epochs: 1 };
    expect((await figures(vae, options)).loss).toBeGreaterThan(0);
  });
});

describe('what each regulariser is for', () => {
  it('WAE: codes as a whole come to look like the prior', async () => {
    const [free, held] = [await figures(wae, { mmdWeight: 0 }), await figures(wae)];
    expect(held.mmd).toBeLessThan(0.3 * free.mmd);
    expect(Object.keys(await figures(wae, { encoder: 'gaussian' }))).toContain('kl');
  });

  it('contractive: the slope of the encoder falls', async () => {
    const [free, held] = [
      await figures(contractive, { contraction: 0 }),
      await figures(contractive, { contraction: 1 }),
    ];
    expect(held.encoderSlope).toBeLessThan(0.3 * free.encoderSlope);
  });

  it('sparse: units are on for the share of rows that was asked for', async () => {
    const { activation } = await figures(sparse, { sparsity: 0.05, sparsityWeight: 1 });
    expect(Math.abs(activation - 0.05)).toBeLessThan(0.02);
  });

  it.each([
    ['gradientPenalty', 'decoderSlope'],
    ['l2', 'decoderSize'],
  ])('RAE, %s: what it holds down goes down', async (form, part) => {
    const [free, held] = [
      await figures(rae, { form, decoderWeight: 0 }),
      await figures(rae, { form, decoderWeight: 30 }),
    ];
    expect(held[part]).toBeLessThan(0.7 * free[part]);
  });

  it('smoothness: neighbours come nearer to each other', async () => {
    const free = await figures(autoencoder, { smoothness: 'neighbors', smoothnessWeight: 0 });
    const held = await figures(autoencoder, { smoothness: 'neighbors', smoothnessWeight: 0.1 });
    expect(held.neighbors).toBeLessThan(0.7 * free.neighbors);
    expect((await figures(vae, { smoothness: 'slope' })).encoderSlope).toBeGreaterThan(0);
  });
});

describe('what is drawn from', () => {
  it('is shown while a VAE learns: what the same codes decode to, of each class by turns', async () => {
    for (const conditional of [false, true]) {
      const seen: LearnPreview[] = [];
      const onProgress = ({ detail }: { detail?: LearnDetail }): void => {
        if (detail?.preview) seen.push(detail.preview);
      };
      const { space } = await vae.fit(some, { ...QUICK, conditional }, runtime, { onProgress });
      const last = seen.at(-1)!.samples!;
      expect([last.rows, last.cols]).toEqual([12, 784]);
      expect(last.data.every((value) => value >= 0 && value <= 1)).toBe(true);
      await space.dispose();
    }
  });

  it.each([
    ['mixture', vae],
    ['vamp', vae],
    ['mixture', rae],
  ] as const)('%s: saved, loaded and drawn alike', async (prior, method) => {
    const options = { ...QUICK, latentDim: 2, prior, priorComponents: 4 };
    const { space } = await method.fit(some, options, runtime);
    const loaded = await loadSpace(space.toFiles(), runtime);
    expect(readManifest(space.toFiles()['space.json']).prior).toMatchObject({ kind: prior, weights: { length: 4 } });
    expect(loaded.prior!.sample(20, 3).data).toEqual(space.prior!.sample(20, 3).data);
    await loaded.dispose();
    await space.dispose();
  });

  it('a VampPrior is refused without posteriors', async () => {
    await expect(wae.fit(some, { ...QUICK, prior: 'vamp' }, runtime)).rejects.toThrow(/no posterior.*try mixture/);
  });
});

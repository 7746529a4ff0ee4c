import { describe, expect, it } from 'vitest';
import { matrix, random } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { digits } from '../data/digits.fixture.ts';
import { readRows } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import type { MixturePriorSpec } from './mixture-prior.ts';
import { readManifest } from './manifest.ts';
import { vae } from './vae.ts';

const runtime = nodeRuntime();
const all = await digits(1000);
const some = { ...all, rows: { ...all.rows, data: all.rows.data.subarray(0, 600 * 784), nSamples: 600 } };
const heldOut = readRows(
  all.rows,
  Uint32Array.from({ length: 400 }, (_, i) => 600 + i),
);

type Vamp = Extract<MixturePriorSpec, { kind: 'vamp' }>;

/** The mean over codes of log Σ weight · N(mean, deviation²), in double precision. */
function logDensity({ weights, means, deviations }: Vamp, z: Matrix): number {
  let total = 0;
  for (let i = 0; i < z.rows; i++) {
    const each = weights.map((weight, c) =>
      means[c].reduce((sum, mean, j) => {
        const gap = (z.data[i * z.cols + j] - mean) / deviations[c][j];
        return sum - 0.5 * (gap * gap + Math.log(2 * Math.PI)) - Math.log(deviations[c][j]);
      }, Math.log(weight)),
    );
    const most = Math.max(...each);
    total += most + Math.log(each.reduce((sum, one) => sum + Math.exp(one - most), 0));
  }
  return total / z.rows;
}

describe('a VampPrior', () => {
  it('gives codes of rows that were not learned from a higher density than the posteriors of any rows do', async () => {
    const options = {
      latentDim: 3,
      epochs: 12,
      batchSize: 32,
      layers: [64],
      seed: 1,
      prior: 'vamp',
      priorComponents: 12,
    };
    const { space } = await vae.fit(some, options, runtime);
    const learned = readManifest(space.toFiles()['space.json']).prior as Vamp;
    const encoder = await runtime.load(space.toFiles()['encoder.onnx'] as Uint8Array);
    const posteriors = async (x: Matrix): Promise<{ mean: Float32Array; logVar: Float32Array }> => {
      const { mean, logVar } = await encoder.run({ x: { dtype: 'float32', shape: [x.rows, x.cols], data: x.data } });
      return { mean: mean.data as Float32Array, logVar: logVar.data as Float32Array };
    };
    const { mean, logVar } = await posteriors(heldOut);
    const rng = random(5);
    const z = matrix(heldOut.rows, 3, mean.map((value, i) => value + Math.exp(logVar[i] / 2) * rng.normal())); // prettier-ignore
    const unlearned: number[] = [];
    for (let seed = 0; seed < 5; seed++) {
      const order = random(seed).shuffle(Uint32Array.from({ length: 600 }, (_, i) => i));
      const chosen = await posteriors(readRows(some.rows, order.subarray(0, 12)));
      const rows = Array.from({ length: 12 }, (_, k) => [...chosen.mean.subarray(3 * k, 3 * k + 3)]);
      const widths = Array.from({ length: 12 }, (_, k) => Array.from(chosen.logVar.subarray(3 * k, 3 * k + 3), (v) => Math.exp(v / 2))); // prettier-ignore
      unlearned.push(logDensity({ ...learned, means: rows, deviations: widths }, z));
    }
    const density = logDensity(learned, z);
    expect(density).toBeGreaterThan(Math.max(...unlearned) + 0.5);
    await encoder.dispose();
    await space.dispose();
  });

  it('is learned given classes, and from columns of any scale', async () => {
    const quick = { latentDim: 2, epochs: 2, batchSize: 16, layers: [16], seed: 1, prior: 'vamp', priorComponents: 5 };
    const rng = random(3);
    const values = Float32Array.from({ length: 80 * 3 }, (_, i) => rng.normal() * [1, 1000, 1e-3][i % 3]);
    const table: Dataset = {
      name: 'table',
      rows: { data: values, nSamples: 80, nFeatures: 3, scale: 1 },
      columns: [],
      medium: { kind: 'vector' },
      warnings: [],
    };
    const given = { ...quick, conditional: true };
    for (const { space } of [await vae.fit(table, quick, runtime), await vae.fit(some, given, runtime)]) {
      const { means, deviations } = readManifest(space.toFiles()['space.json']).prior as Vamp;
      expect(means.flat().every(Number.isFinite)).toBe(true);
      expect(deviations.flat().every((value) => value > 0)).toBe(true);
      await space.dispose();
    }
  });
});

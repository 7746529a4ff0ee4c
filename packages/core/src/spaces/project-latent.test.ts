import { expect, it } from 'vitest';
import { isAbort, matrix, random } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { add, constant, input, matmul, mul, tanh, toOnnx } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { onnxSpace } from './onnx-space.ts';
import { projectLatent } from './project-latent.ts';
import type { LatentSpace } from './latent-space.ts';

const runtime = nodeRuntime();
const rng = random(4);
const [a, b] = [
  [2, 7],
  [7, 7],
].map((shape) => constant(rng.fillNormal(new Float32Array(shape[0] * shape[1])), shape));

/** A space that only decodes, from two numbers to seven. */
function decoderOf(build: (z: Tensor) => Tensor): Promise<LatentSpace> {
  const z = input('z', ['batch', 2]);
  const decoder = toOnnx({ x: build(z) }, { inputs: [z] });
  return onnxSpace({ decoder }, runtime, { prior: { kind: 'standardNormal' } });
}

const linear = (z: Tensor): Tensor => add(matmul(z, a), 0.5);
const curved = (z: Tensor): Tensor => matmul(tanh(mul(matmul(z, a), 0.7)), b);

it('finds the codes that rows were decoded from', async () => {
  const space = await decoderOf(curved);
  const z = space.prior!.sample(70, 8);
  const { codes, mse } = await projectLatent(space, await space.decode!(z), { nIter: 30 });
  expect([...mse].filter((value) => value < 1e-6).length).toBeGreaterThan(66);
  let near = 0;
  for (let i = 0; i < 70; i++) {
    if (Math.hypot(codes.data[2 * i] - z.data[2 * i], codes.data[2 * i + 1] - z.data[2 * i + 1]) < 0.05) near++;
  }
  expect(near).toBeGreaterThan(63);
  await space.dispose();
});

it('is the least squares solution of a linear decoder, and the ridge one with a prior', async () => {
  const space = await decoderOf(linear);
  const x = matrix(5, 7);
  random(2).fillNormal(x.data);
  for (const priorWeight of [0, 3]) {
    const { codes, mse } = await projectLatent(space, x, { nIter: 40, priorWeight });
    const away = async (da: number, db: number): Promise<number[]> => {
      const moved: Matrix = matrix(
        5,
        2,
        codes.data.map((value, i) => value + (i % 2 === 0 ? da : db)),
      );
      const back = await space.decode!(moved);
      return Array.from({ length: 5 }, (_, i) => {
        let cost = 0;
        for (let j = 0; j < 7; j++) cost += (x.data[7 * i + j] - back.data[7 * i + j]) ** 2;
        for (let j = 0; j < 2; j++) cost += priorWeight * moved.data[2 * i + j] ** 2;
        return cost;
      });
    };
    const here = await away(0, 0);
    for (const [da, db] of [
      [0.02, 0],
      [-0.02, 0],
      [0, 0.02],
      [0, -0.02],
    ]) {
      (await away(da, db)).forEach((cost, i) => expect(cost).toBeGreaterThan(here[i]));
    }
    if (priorWeight === 0) here.forEach((cost, i) => expect(mse[i]).toBeCloseTo(cost / 7, 4));
  }
  await space.dispose();
});

it('is the same for the same seed, can be cancelled, and refuses what it cannot do', async () => {
  const space = await decoderOf(curved);
  const x = await space.decode!(space.prior!.sample(4, 1));
  const [one, two] = [await projectLatent(space, x), await projectLatent(space, x)];
  expect(one).toEqual(two);
  const controller = new AbortController();
  const job = { signal: controller.signal, onProgress: () => controller.abort() };
  await expect(projectLatent(space, x, {}, job)).rejects.toSatisfy(isAbort);
  await expect(projectLatent(space, matrix(2, 3))).rejects.toThrow('got rows of 3 numbers, expected 7');
  await expect(projectLatent({ ...space, decode: undefined }, x)).rejects.toThrow('does not decode');
  await expect(projectLatent({ ...space, prior: undefined }, x)).rejects.toThrow('neither an encoder nor a prior');
  await space.dispose();
});

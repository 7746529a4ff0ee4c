/** Models from elsewhere by the command line; they are those of packages/core/src/spaces/brought-models. */
import { copyFileSync, existsSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { writeNpy } from '@portolan/core/data';
import { run, runJson, scratchFolder } from './portolan.fixture.ts';

const model = (name: string): string =>
  fileURLToPath(new URL(`../../packages/core/src/spaces/brought-models/${name}`, import.meta.url));

it('brings a PyTorch VAE and works with it', async () => {
  const folder = scratchFolder();
  const added = await runJson(
    folder,
    'space',
    'add',
    model('vae-encoder.onnx'),
    model('vae-decoder.onnx'),
    '--data',
    'digits',
  );
  expect(added).toMatchObject({ space: 'digits-vae', method: 'brought', latentDim: 2, nFeatures: 784 });
  expect(added.metrics).toMatchObject({ mse: expect.any(Number) as number });
  writeFileSync(join(folder, 'codes.npy'), writeNpy({ shape: [3, 2], data: Float32Array.of(0, 0, 1, 0, 0, 1) }));
  expect(await runJson(folder, 'decode', 'digits-vae', 'codes.npy', '--out', 'rows.npy')).toMatchObject({
    nSamples: 3,
  });
  const alone = await runJson(folder, 'space', 'add', model('vae-encoder.onnx'), '--data', 'digits', '--range', '-1,1');
  expect(alone).toMatchObject({ space: 'digits-vae-2', decodes: false, options: { mean: [0.5], deviation: [0.5] } });
  await runJson(folder, 'export', 'digits-vae', '--out', 'kept');
  const again = await runJson(folder, 'space', 'add', 'kept', '--data', 'digits', '--name', 'again');
  expect(again).toMatchObject({ space: 'again', method: 'brought', decodes: true });
});

it.each([
  [['vae-encoder.onnx', '--data', 'digits'], 1, /does not say how pixels are scaled; .* \(--range LOW,HIGH, or /],
  [
    ['noisy-encoder.onnx', '--data', 'digits', '--range', '0,1'],
    1,
    /"domain" float32 \[batch, 4\], .* \(--inputs NAME/,
  ],
  [['unknown-operator.onnx'], 1, /uses the operator Warp of com.example, opset 3, which onnxruntime-node .* can't run/],
  [['wine-encoder.onnx', '--data', 'digits'], 1, /input "X" float32 \[\?, 13\] does not take what digits has/],
  [['vae-encoder.onnx', '--data', 'digits', '--range', '1'], 2, /--range is "1", expected two numbers/],
  [
    ['vae-encoder.onnx', '--data', 'digits', '--layout', 'sideways'],
    2,
    /--layout is "sideways", expected channelsFirst/,
  ],
  [['vae-encoder.onnx', '--data', 'digits', '--inputs', '3'], 2, /--inputs is "3", expected NAME=X,X/],
  [
    ['vae-encoder.onnx', '--data', 'digits', '--range', '0,1', '--mean', '0'],
    2,
    /range and mean or deviation were given/,
  ],
])('says in a line what is wrong: %j', async ([file, ...flags], code, message) => {
  const folder = scratchFolder();
  const result = await run(folder, 'space', 'add', model(file), ...flags, '--quiet');
  expect(result).toMatchObject({ code, stdout: '' });
  expect(result.stderr.trim().split('\n')).toHaveLength(1);
  expect(result.stderr).toMatch(message);
  expect(existsSync(join(folder, 'portolan-project/spaces'))).toBe(false);
});

it('says so of a file that is cut short', async () => {
  const folder = scratchFolder();
  copyFileSync(model('vae-decoder.onnx'), join(folder, 'cut.onnx'));
  truncateSync(join(folder, 'cut.onnx'), 5000);
  const result = await run(folder, 'space', 'add', 'cut.onnx', '--quiet');
  expect(result).toMatchObject({ code: 1, stdout: '' });
  expect(result.stderr).toMatch(/^portolan: cut.onnx: .* is the file cut off\? \(at byte \d+\)\n$/);
});

/**
 * Pictures → 576 numbers: MobileNetV2 (Sandler et al. 2018), as nsfwjs ships it (MIT). Of its layers
 * block_13_expand_relu, averaged over the picture: the last ones know only what they were tuned for.
 */
import { dirname, join } from 'node:path';
import { InputError, matrix } from '@portolan/core';
import type { PretrainedEncoder } from '@portolan/core';
import { importOptional, resolveOptional } from './optional.ts';

const LAYER = 'block_13_expand_relu';
const SIZE = 224;
const BATCH = 16;
const WASM = '@tensorflow/tfjs-backend-wasm';
const NEEDS = { model: 'images', install: `nsfwjs buffer @tensorflow/tfjs ${WASM}` };

/** TensorFlow.js, as far as it is used here. */
interface Tensor {
  readonly shape: readonly (number | null)[];
  data(): Promise<Float32Array>;
}
interface TensorFlow {
  enableProdMode(): void;
  setBackend(name: string): Promise<boolean>;
  tidy<T>(work: () => T): T;
  dispose(tensor: unknown): void;
  tensor4d(data: Float32Array, shape: readonly number[]): Tensor;
  concat(tensors: readonly Tensor[], axis: number): Tensor;
  image: { resizeBilinear(x: Tensor, size: readonly [number, number], alignCorners: boolean): Tensor };
  model(graph: { inputs: unknown; outputs: unknown }): { predict(x: Tensor): Tensor; dispose(): void };
  layers: { globalAveragePooling2d(options: object): { apply(x: unknown): unknown } };
}
interface Network {
  inputs: unknown;
  getLayer(name: string): { output: Tensor };
}

export async function openImages(): Promise<PretrainedEncoder> {
  const tf = await importOptional<TensorFlow>('@tensorflow/tfjs', NEEDS);
  const { load } = await importOptional<{ load(name: string, options: object): Promise<{ model: Network }> }>(
    'nsfwjs/core',
    NEEDS,
  );
  const { MobileNetV2Model } = await importOptional<{ MobileNetV2Model: object }>('nsfwjs/models/mobilenet_v2', NEEDS);
  tf.enableProdMode();
  await useWasm(tf);
  const { model } = await quietly(() => load('MobileNetV2', { modelDefinitions: [MobileNetV2Model] }));
  const { output } = model.getLayer(LAYER);
  const latentDim = output.shape.at(-1);
  if (typeof latentDim !== 'number')
    throw new InputError('images: this version of nsfwjs has another model', { code: 'model' });
  const features = tf.model({ inputs: model.inputs, outputs: tf.layers.globalAveragePooling2d({}).apply(output) });
  return {
    latentDim,
    async images(x, { height, width, channels }) {
      const out = matrix(x.rows, latentDim);
      for (let from = 0; from < x.rows; from += BATCH) {
        const n = Math.min(BATCH, x.rows - from);
        const codes = tf.tidy(() => {
          const pixels = tf.tensor4d(x.data.slice(from * x.cols, (from + n) * x.cols), [n, height, width, channels]);
          const colour = channels === 3 ? pixels : tf.concat([pixels, pixels, pixels], 3);
          return features.predict(tf.image.resizeBilinear(colour, [SIZE, SIZE], true));
        });
        out.data.set(await codes.data(), from * latentDim);
        tf.dispose(codes);
      }
      return out;
    },
    async dispose() {
      features.dispose();
    },
  };
}

/** What a package says to the console would stand among the results. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { log, info, warn } = console;
  Object.assign(console, { log: nothing, info: nothing, warn: nothing });
  try {
    return await work();
  } finally {
    Object.assign(console, { log, info, warn });
  }
}
const nothing = (): void => {};

/** Ten times as fast as plain JavaScript, which does where this is not installed. */
async function useWasm(tf: TensorFlow): Promise<void> {
  const file = resolveOptional(WASM);
  if (file === undefined) return void (await tf.setBackend('cpu'));
  const { setWasmPaths } = await importOptional<{ setWasmPaths(folder: string): void }>(WASM, NEEDS);
  setWasmPaths(join(dirname(file), '/'));
  await tf.setBackend('wasm');
}

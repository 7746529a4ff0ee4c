import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FormatError } from '../base/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { inlineWeights, onnxPorts } from './index.ts';

const folder = new URL('../spaces/brought-models/', import.meta.url);
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));
const model = read('split-encoder.onnx');
const weights = read('split-encoder.onnx.data');

test('puts weights into the model, as they were before they were taken out', async () => {
  expect(onnxPorts(model).external).toBe(true);
  const whole = inlineWeights(model, { 'split-encoder.onnx.data': weights });
  expect(onnxPorts(whole).external).toBe(false);
  const runtime = nodeRuntime();
  const [a, b] = [await runtime.load(whole), await runtime.load(read('bytes-encoder.onnx'))];
  const x = {
    dtype: 'uint8',
    shape: [2, 28, 28, 1],
    data: Uint8Array.from({ length: 1568 }, (_, i) => i % 251),
  } as const;
  expect((await a.run({ x })).codes.data).toEqual((await b.run({ x })).codes.data);
});

test('leaves a model that is whole as it is', () => {
  const whole = read('vae-encoder.onnx');
  expect(inlineWeights(whole, {})).toEqual(whole);
});

test('names the file that is missing or too short', () => {
  expect(() => inlineWeights(model, {}, { name: 'e.onnx' })).toThrow(
    'e.onnx keeps its weights in split-encoder.onnx.data, which is not here; bring both',
  );
  const cut = { 'split-encoder.onnx.data': weights.subarray(0, 100) };
  expect(() => inlineWeights(model, cut)).toThrow('split-encoder.onnx.data has 100 bytes');
  for (let end = 0; end < model.length; end += 7) {
    expect(() => onnxPorts(inlineWeights(model.subarray(0, end), cut))).toThrow(FormatError);
  }
});

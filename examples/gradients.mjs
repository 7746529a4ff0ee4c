// Graphs alone: a function, its gradient, the gradient of its gradient, as one ONNX model. node examples/gradients.mjs
import * as ort from 'onnxruntime-node';
import { graph, ortRuntime } from '@portolan/core';

const { compile, gradients, input, mul, sum, tanh } = graph;
const x = input('x', ['batch']);
const y = tanh(mul(x, x));
const [dy] = gradients(sum(y), [x]);
const [d2y] = gradients(sum(dy), [x]);

const model = await compile(ortRuntime(ort), { y, dy, d2y });
const at = new Float32Array([-1, 0, 0.5, 2]);
const results = await model.run({ x: { dtype: 'float32', shape: [at.length], data: at } });
for (const [name, { data }] of Object.entries(results)) {
  console.log(name.padEnd(4), Array.from(data, (value) => value.toFixed(4)).join('  '));
}

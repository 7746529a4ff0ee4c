import { expect, test } from 'vitest';
import { engineSentence } from './engine.ts';

test.each([
  ['onnxruntime-web 1.30.0, 2 threads', false, 'Learning runs on this computer’s processor, in 2 threads.'],
  ['onnxruntime-web 1.30.0, 1 thread', false, 'Learning runs on this computer’s processor.'],
  [
    'onnxruntime-web 1.30.0, WebGPU',
    true,
    'Learning runs on the graphics card; operations that it lacks, and the lens, stay on the processor.',
  ],
  [
    'onnxruntime-web 1.30.0, 2 threads (no WebGPU adapter here)',
    true,
    'This browser offers no graphics card (no WebGPU adapter), so learning stays on this computer’s processor, in 2 threads.',
  ],
  [
    'onnxruntime-web 1.30.0, WebGPU (a model that it refused: on the processor)',
    true,
    'Learning runs on the graphics card; a model that it refused ran on the processor.',
  ],
])('%s', (name, webgpu, said) => {
  expect(engineSentence(name, webgpu)).toBe(said);
});

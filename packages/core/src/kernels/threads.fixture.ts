/** Threads for the tests: Node's own, from the text of `serveKernels`. */
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { serveKernels } from './serve.ts';
import type { SpawnThread } from './spare-threads.ts';

setFlagsFromString('--experimental-wasm-relaxed-simd');

export const spawn: SpawnThread = () => {
  const worker = new Worker(`(${serveKernels})(require('node:worker_threads').parentPort)`, { eval: true });
  return {
    postMessage: (message) => worker.postMessage(message),
    onFailure(listener) {
      worker.on('message', ({ message }: { message: string }) => listener(message));
      worker.on('error', ({ message }) => listener(message));
      // hearing of messages would keep the process alive
      worker.unref();
    },
    terminate: () => worker.terminate(),
  };
};

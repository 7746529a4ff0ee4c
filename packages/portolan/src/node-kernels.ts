/** The kernels on Node's threads. */
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { createKernels, serveKernels } from '@portolan/core/kernels';
import type { Kernels, SpawnThread } from '@portolan/core/kernels';

export interface NodeKernelOptions {
  /** by default one for each core this process may use */
  threads?: number;
  /** the same bits on every machine, at up to a third of the speed */
  reproducible?: boolean;
}

/**
 * Kernels for the library's maps and neighbours: `findNeighbors(x, 15, { kernels: nodeKernels() })`. Threads start with
 * the first work and keep no process alive.
 */
export function nodeKernels({ threads = availableParallelism(), reproducible }: NodeKernelOptions = {}): Kernels {
  // Node 20 has relaxed SIMD behind a flag, to be set before the first module is compiled; later ones have it
  if (!reproducible && !createKernels().relaxed) setFlagsFromString('--experimental-wasm-relaxed-simd');
  return createKernels({ threads, spawn, reproducible });
}

/** A thread from the function's own text: it needs no file beside this one, so that bundling loses nothing. */
const spawn: SpawnThread = () => {
  const worker = new Worker(`(${serveKernels})(require('node:worker_threads').parentPort)`, {
    eval: true,
    execArgv: [],
    name: 'portolan kernels',
  });
  return {
    postMessage: (message) => worker.postMessage(message),
    onFailure(listener) {
      worker.on('message', ({ message }: { message: string }) => listener(message));
      worker.on('error', ({ message }) => listener(message));
      worker.on('exit', (code) => listener(`it ended with code ${code}`));
      // hearing of messages would keep the process alive
      worker.unref();
    },
    terminate: () => worker.terminate(),
  };
};

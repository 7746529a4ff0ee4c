/** The kernels in a page: on Workers where it is cross-origin isolated, else on the caller's thread alone. */
import { createKernels } from '@portolan/core/kernels';
import type { Kernels, SpawnThread } from '@portolan/core/kernels';

const MAX_THREADS = 8;

export function webKernels(): Kernels {
  if (!globalThis.crossOriginIsolated) return createKernels();
  return createKernels({ threads: Math.max(1, Math.min(MAX_THREADS, navigator.hardwareConcurrency ?? 1)), spawn });
}

const spawn: SpawnThread = () => {
  const worker = new Worker(new URL('./kernel.worker.ts', import.meta.url), { type: 'module', name: 'kernels' });
  return {
    postMessage: (message) => worker.postMessage(message),
    onFailure(listener) {
      worker.onmessage = ({ data }: MessageEvent<{ message: string }>) => listener(data.message);
      worker.onerror = ({ message }) => listener(message || 'its script did not load');
    },
    terminate: () => worker.terminate(),
  };
};

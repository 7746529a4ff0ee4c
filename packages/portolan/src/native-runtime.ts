/** ONNX Runtime's native binding, loaded when the first model is: listing a project should not wait for it. */
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { ortRuntime } from '@portolan/core';
import type { Ort, Runtime } from '@portolan/core';

export interface NativeRuntimeOptions {
  /** by default one for each core this process may use */
  threads?: number;
}

export function nativeRuntime({ threads = availableParallelism() }: NativeRuntimeOptions = {}): Runtime {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  const name = `onnxruntime-node ${version}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  // a thread that waits for work spins for a while before it sleeps: long enough for the gaps within a training step,
  // too short to take from others a core that it has no use for
  const extra = { session: { intra_op: { spin_duration_us: '200' } } };
  const sessionOptions = { intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 4, extra };
  const options = { name, sessionOptions, writesInPlace: true };
  let loaded: Promise<Runtime> | undefined;
  return {
    name,
    async load(model) {
      loaded ??= import('onnxruntime-node').then((ort) => ortRuntime(ort as unknown as Ort, options));
      return (await loaded).load(model);
    },
    pretrained: async (model) => (await import('./pretrained.ts')).openPretrained(model),
  };
}

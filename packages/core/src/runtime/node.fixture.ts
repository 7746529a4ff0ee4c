/** For tests: ONNX Runtime's native binding. */
import * as ort from 'onnxruntime-node';
import { ortRuntime } from './ort.ts';
import type { Ort } from './ort.ts';
import type { Runtime } from './runtime.ts';

export interface NodeOptions {
  threads?: number;
  writesInPlace?: boolean;
  sessionOptions?: Record<string, unknown>;
}

export function nodeRuntime({ threads = 1, writesInPlace = true, sessionOptions }: NodeOptions = {}): Runtime {
  return ortRuntime(ort as unknown as Ort, {
    name: `onnxruntime-node ${ort.env.versions.node}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    writesInPlace,
    sessionOptions: { intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 4, ...sessionOptions },
  });
}

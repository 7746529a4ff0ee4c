/**
 * The one place that loads onnxruntime-web, so that it is a chunk of its own and is fetched when first needed.
 *
 * WebAssembly by default: on threads where the page is cross-origin isolated, else on one. WebGPU on request: operations
 * that it lacks run in WebAssembly, and so do whole models that it refuses; where the browser has no adapter, everything
 * does. The runtime's name says which it is.
 */
import type { Ort, Runtime } from '@portolan/core/runtime';
import { ortRuntime } from '@portolan/core/runtime';
import glueUrl from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import webgpuGlueUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import webgpuWasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import { ortWasm } from './ort-wasm.ts';
import type { OrtFactory } from './ort-wasm.ts';

/** As the build sets it. */
declare const __ORT_VERSION__: string;

export interface WebRuntimeOptions {
  /** WebAssembly threads; by default one a core up to eight, and always one without cross-origin isolation */
  threads?: number;
  /** run on the GPU where there is one */
  webgpu?: boolean;
}

const MAX_THREADS = 8;
const loaded = new Map<string, Promise<Runtime>>();

/** The runtime of this page or Worker; the same one for the same options. */
export function webRuntime({ threads, webgpu = false }: WebRuntimeOptions = {}): Promise<Runtime> {
  const nThreads = globalThis.crossOriginIsolated
    ? Math.max(1, Math.min(MAX_THREADS, threads ?? navigator.hardwareConcurrency ?? 1))
    : 1;
  const key = `${nThreads} ${webgpu}`;
  let runtime = loaded.get(key);
  if (!runtime) {
    runtime = load(nThreads, webgpu);
    loaded.set(key, runtime);
    runtime.catch(() => loaded.delete(key));
  }
  return runtime;
}

async function load(threads: number, webgpu: boolean): Promise<Runtime> {
  if (webgpu && (await hasGpu())) return loadWebGpu(() => webRuntime({ threads }));
  const { default: factory } = (await import(/* @vite-ignore */ glueUrl)) as { default: OrtFactory };
  const ort = await ortWasm(factory, { wasmUrl, threads });
  const place = `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return ortRuntime(ort, {
    name: `onnxruntime-web ${__ORT_VERSION__}, ${webgpu ? `${place} (no WebGPU adapter here)` : place}`,
    writesInPlace: true,
    memory: ort.memory,
  });
}

async function loadWebGpu(processor: () => Promise<Runtime>): Promise<Runtime> {
  const ort = await import('onnxruntime-web/webgpu');
  ort.env.wasm.wasmPaths = { mjs: webgpuGlueUrl, wasm: webgpuWasmUrl };
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  const gpu = ortRuntime(withoutGivenOutputs(ort as unknown as Ort), {
    name: `onnxruntime-web ${__ORT_VERSION__}, WebGPU`,
    sessionOptions: { executionProviders: ['webgpu', 'wasm'] },
  });
  let refused = false;
  return {
    get name() {
      return refused ? `${gpu.name} (a model that it refused: on the processor)` : gpu.name;
    },
    async load(model) {
      try {
        return await gpu.load(model);
      } catch {
        const executable = await (await processor()).load(model);
        refused = true;
        return executable;
      }
    },
  };
}

/**
 * onnxruntime-web 1.30 takes output tensors in CPU memory and gives them back as they were, unwritten. So none are
 * given to it, and the runtime copies the results.
 */
function withoutGivenOutputs({ Tensor, InferenceSession }: Ort): Ort {
  return {
    Tensor,
    InferenceSession: {
      async create(model, options) {
        const session = await InferenceSession.create(model, options);
        return {
          run: (feeds, fetches) => session.run(feeds, Object.keys(fetches) as never),
          release: () => session.release(),
        };
      },
    },
  };
}

async function hasGpu(): Promise<boolean> {
  const gpu = (navigator as { gpu?: { requestAdapter(): Promise<object | null> } }).gpu;
  try {
    return !!(await gpu?.requestAdapter());
  } catch {
    return false;
  }
}

/**
 * The hot loops that JavaScript is too slow for: written in AssemblyScript (assembly/), compiled to WebAssembly with
 * SIMD, run on as many threads as the host gives.
 */
import type { JobOptions } from '../base/index.ts';
import type { SpawnThread } from './spare-threads.ts';
import { hasRelaxedSimd, kernelModule } from './modules.ts';
import type { KernelName } from './modules.ts';
import { openWorkspace } from './workspace.ts';
import type { Workspace } from './workspace.ts';

export interface Kernels {
  /** how many run at once, the caller among them */
  readonly threads: number;
  /** with fused multiply-add, whose rounding differs from that of engines without it */
  readonly relaxed: boolean;
  /** Fresh memory for some modules; to be closed after use. */
  open(...names: KernelName[]): Promise<Workspace>;
}

export interface KernelOptions {
  /** more than one needs `spawn`, and a page that is cross-origin isolated */
  threads?: number;
  /** starts a thread: of `portolan` in Node, a Worker in a page */
  spawn?: SpawnThread;
  /** the same bits on every machine, by doing without fused multiply-add; costs up to a third of the speed */
  reproducible?: boolean;
}

/** A long job that calls kernels. */
export interface KernelJob<T = unknown> extends JobOptions<T> {
  /** by default those of one thread */
  kernels?: Kernels;
}

/** What a workspace is for, by the first of these modules that is in it. */
const PURPOSES: readonly (readonly [KernelName, string])[] = [
  ['neighbors', 'the search for neighbours'],
  ['umap', 'laying out the map'],
  ['tsne', 'laying out the map'],
  ['pacmap', 'laying out the map'],
  ['word2vec', 'learning the words'],
  ['matrix', 'finding the principal directions'],
];

export function createKernels({ threads = 1, spawn, reproducible = false }: KernelOptions = {}): Kernels {
  const several = spawn !== undefined && threads > 1 && typeof SharedArrayBuffer === 'function';
  const relaxed = !reproducible && hasRelaxedSimd();
  return {
    threads: several ? threads : 1,
    relaxed,
    async open(...names) {
      const modules = await Promise.all(names.map((name) => kernelModule(name, relaxed, several)));
      const what = PURPOSES.find(([name]) => names.includes(name))?.[1] ?? 'the calculation';
      return openWorkspace({ what, modules, threads: several ? threads : 1, spawn: several ? spawn : undefined });
    },
  };
}

let single: Kernels | undefined;

/** The kernels on the caller's thread alone: what is used where none are given. */
export const singleThread = (): Kernels => (single ??= createKernels());

export { createKernels, singleThread } from './kernels.ts';
export type { KernelJob, KernelOptions, Kernels } from './kernels.ts';
export type { KernelName } from './modules.ts';
export { serveKernels } from './serve.ts';
export type { ThreadScope } from './serve.ts';
export type { ParallelJob } from './crew.ts';
export type { SpawnThread, Thread } from './spare-threads.ts';
export type { Block, KernelArgument, Workspace } from './workspace.ts';

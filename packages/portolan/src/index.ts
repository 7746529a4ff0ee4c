export { openProject, cpuTime } from './open-project.ts';
export type { ProjectOptions } from './open-project.ts';
export { nodeKernels } from './node-kernels.ts';
export type { NodeKernelOptions } from './node-kernels.ts';
export { nativeRuntime } from './native-runtime.ts';
export type { NativeRuntimeOptions } from './native-runtime.ts';
export { folderPacks } from './folder-packs.ts';
export { fileSource, folderStore } from './store/folder-store.ts';

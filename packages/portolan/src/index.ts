export { openProject, cpuTime } from './open-project.ts';
export { nativeRuntime } from './native-runtime.ts';
export type { NativeRuntimeOptions } from './native-runtime.ts';
export { folderPacks } from './folder-packs.ts';
export { fileSource, folderStore } from './store/folder-store.ts';

/** A project folder → its Workbench, run by this process. */
import { createWorkbench } from '@portolan/core';
import type { ImageDecoder, Workbench } from '@portolan/core';
import { folderPacks } from './folder-packs.ts';
import { nativeRuntime } from './native-runtime.ts';
import type { NativeRuntimeOptions } from './native-runtime.ts';
import { folderStore } from './store/folder-store.ts';

/**
 * @param folder  the project's; it need not exist, and is made when the first item is kept
 * @example
 *   const project = openProject('voyage');
 *   const { id } = await project.learn({ data: 'digits', method: 'autoencoder', options: { latentDim: 2 } });
 */
export function openProject(folder: string, options: NativeRuntimeOptions = {}): Workbench {
  return createWorkbench({
    store: folderStore(folder),
    runtime: nativeRuntime(options),
    decoder: lazyDecoder,
    packs: folderPacks(),
    cpuTime,
  });
}

/** Milliseconds of CPU time of this process, all threads. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The image libraries are loaded with the first image. */
export const lazyDecoder: ImageDecoder = {
  async decode(bytes, name) {
    const { imageDecoder } = await import('./images.ts');
    return imageDecoder.decode(bytes, name);
  },
};

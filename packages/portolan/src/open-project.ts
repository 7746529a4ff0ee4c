/** A project folder → its Workbench, run by this process. */
import { createWorkbench } from '@portolan/core';
import type { ImageDecoder, Workbench } from '@portolan/core';
import { publicData } from './downloads/public-data.ts';
import { folderPacks } from './folder-packs.ts';
import { folderZoo } from './folder-zoo.ts';
import { nativeRuntime } from './native-runtime.ts';
import { nodeKernels } from './node-kernels.ts';
import { folderStore } from './store/folder-store.ts';

export interface ProjectOptions {
  /** to compute with; by default one for each core this process may use */
  threads?: number;
  /** maps and neighbours that are the same bits on every machine, at up to a third of the speed */
  reproducible?: boolean;
}

/**
 * @param folder  the project's; it need not exist, and is made when the first item is kept
 * @example
 *   const project = openProject('voyage');
 *   const { id } = await project.learn({ data: 'digits', method: 'autoencoder', options: { latentDim: 2 } });
 */
export function openProject(folder: string, { threads, reproducible }: ProjectOptions = {}): Workbench {
  return createWorkbench({
    store: folderStore(folder),
    runtime: nativeRuntime({ threads }),
    kernels: nodeKernels({ threads, reproducible }),
    decoder: lazyDecoder,
    packs: folderPacks(),
    zoo: folderZoo(),
    publicData: publicData(),
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

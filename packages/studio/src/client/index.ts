import { httpClient } from './http.ts';
import type { WorkbenchClient } from './client.ts';

export { blobSource } from './client.ts';
export type { BlobSource, WorkbenchClient } from './client.ts';
export { remoteControl } from './control.ts';
export type { RemoteControl } from './control.ts';

/** As the build sets it: whether this is the static site. */
declare const __WEB__: boolean;

export interface ConnectOptions {
  /** on the static site: run models on the GPU where there is one */
  webgpu?: boolean;
}

/** The Workbench of this page: the server that sent it, or on the static site one in a Worker. */
export async function connect({ webgpu }: ConnectOptions = {}): Promise<WorkbenchClient> {
  if (__WEB__) return (await import('./worker-client.ts')).workerClient({ webgpu });
  return httpClient({ base: globalThis.location.origin });
}

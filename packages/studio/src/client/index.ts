import { httpClient } from './http.ts';
import type { WorkbenchClient } from './client.ts';

export { blobSource } from './client.ts';
export type { BlobSource, WorkbenchClient } from './client.ts';
export { remoteControl } from './control.ts';
export type { RemoteControl } from './control.ts';

/** The Workbench of this page: the server that sent it, or on the static site one in a Worker. */
export async function connect(): Promise<WorkbenchClient> {
  if (__WEB__) return (await import('./worker-client.ts')).workerClient();
  return httpClient({ base: globalThis.location.origin });
}

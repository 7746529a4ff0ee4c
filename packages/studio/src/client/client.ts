/** What the studio talks to: a Workbench, served over HTTP or in a Worker of the page, with its running jobs. */
import type { JobOptions } from '@portolan/core/base';
import type { ByteSource } from '@portolan/core/data';
import type { JobInfo, Workbench } from '@portolan/core/workbench';

export interface WorkbenchClient extends Workbench {
  /** `served`: by a program on this machine; `local`: in a Worker of this page, projects in the browser's own files */
  readonly kind: 'served' | 'local';
  /** jobs that run, and those that ended a short while ago; oldest first */
  jobs(): Promise<JobInfo[]>;
  /**
   * Joins a job that this page, or an earlier one, has started: every finished epoch is reported again, then what
   * comes. Gives what the verb gives.
   */
  attach(id: string, job?: JobOptions): Promise<unknown>;
  /** on the static site: where models run from now on; gives the runtime's name, which says what came of it */
  useWebGpu?(webgpu: boolean): Promise<string>;
  close(): void;
}

/** A file, or anything else the browser holds, as a source; only what is asked for is read. */
export interface BlobSource extends ByteSource {
  readonly blob: Blob;
}

/** @param name  with folders, `/` between them; by default the file's own */
export function blobSource(blob: Blob, name: string = pathOf(blob)): BlobSource {
  return {
    name,
    byteLength: blob.size,
    blob,
    slice: async (start, end = blob.size) =>
      new Uint8Array(await blob.slice(start, Math.max(start, end)).arrayBuffer()),
  };
}

/** Any source as a Blob, to be sent; one that has none is read in pieces. */
export async function toBlob(source: ByteSource): Promise<Blob> {
  if ('blob' in source) return (source as BlobSource).blob;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < source.byteLength; at += PIECE) {
    parts.push(new Uint8Array(await source.slice(at, Math.min(at + PIECE, source.byteLength))));
  }
  return new Blob(parts);
}

const PIECE = 8 * 2 ** 20;

function pathOf(blob: Blob): string {
  const { webkitRelativePath, name } = blob as Partial<File>;
  return webkitRelativePath || name || 'file';
}

/** What a page and the Worker that holds its Workbench say to each other. */
import type { ErrorMessage } from '@portolan/core/base';
import type { CallVerb, JobAction, JobVerb } from '@portolan/core/workbench';

/** A byte source on its way: the Worker reads the Blob. */
export interface SentSource {
  name: string;
  blob: Blob;
}

export interface OpenOptions {
  /** the project's name in this browser */
  project: string;
  webgpu: boolean;
}

/** Each gets one answer with its number. */
export type Request =
  | { type: 'open'; options: OpenOptions }
  /** where models run from now on; the answer is the runtime's name */
  | { type: 'engine'; webgpu: boolean }
  | { type: 'call'; verb: CallVerb; args: unknown }
  | { type: 'start'; verb: JobVerb; args: unknown }
  | { type: 'jobs' }
  | { type: 'act'; id: string; action: JobAction; of?: string }
  /** waits for what `after` has not seen; empty when the job has ended */
  | { type: 'events'; id: string; after: number }
  | { type: 'result'; id: string };

export interface ToWorker {
  number: number;
  request: Request;
}

export type FromWorker = { number: number } & ({ value: unknown } | { error: ErrorMessage });

/** The Workbench in a Worker of this page as if it were here. Its jobs end with the page. */
import { StoreError, errorFromMessage } from '@portolan/core/base';
import type { JobOptions } from '@portolan/core/base';
import type { ByteSource } from '@portolan/core/data';
import { VERBS, mapSources } from '@portolan/core/workbench';
import type { CallVerb, JobAction, JobEvent, JobInfo, JobVerb, Verb } from '@portolan/core/workbench';
import { toBlob } from './client.ts';
import type { WorkbenchClient } from './client.ts';
import { watchControl } from './control.ts';
import type { FromWorker, OpenOptions, Request, SentSource, ToWorker } from './worker-protocol.ts';

/** Verbs after which there is something that the browser had better not clear away. */
const KEEPS: readonly Verb[] = ['learn', 'map', 'addData', 'addSpace', 'importProject'];

export async function workerClient({
  project = 'portolan',
  webgpu = false,
}: Partial<OpenOptions> = {}): Promise<WorkbenchClient> {
  const worker = new Worker(new URL('./workbench.worker.ts', import.meta.url), { type: 'module', name: 'workbench' });
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: unknown) => void }>();
  let count = 0;

  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    const asked = waiting.get(data.number);
    waiting.delete(data.number);
    if ('error' in data) asked?.reject(errorFromMessage(data.error));
    else asked?.resolve(data.value as never);
  };
  worker.onerror = ({ message }) => {
    const error = new StoreError(`the Workbench of this page failed: ${message || 'its script did not load'}; reload`);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };

  const ask = <T>(request: Request): Promise<T> =>
    new Promise((resolve, reject) => {
      const number = count++;
      waiting.set(number, { resolve, reject });
      worker.postMessage({ number, request } satisfies ToWorker);
    });

  async function attach(id: string, { signal, onProgress, control }: JobOptions = {}): Promise<unknown> {
    const act = (action: JobAction, of?: string): void => {
      ask({ type: 'act', id, action, of }).catch(() => undefined); // ended meanwhile
    };
    const cancel = (): void => act('cancel');
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    const unwatch = watchControl(control, act);
    try {
      for (let after = 0; ;) {
        const events = await ask<JobEvent[]>({ type: 'events', id, after });
        for (const event of events) if (event.type === 'progress') onProgress?.(event.progress);
        const last = events.at(-1);
        if (!last || (last.type === 'state' && last.state !== 'running' && last.state !== 'paused')) break;
        after = last.number;
      }
      return await ask({ type: 'result', id });
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    } finally {
      unwatch();
      signal?.removeEventListener('abort', cancel);
    }
  }

  async function run(verb: Verb, args: unknown, job: JobOptions = {}): Promise<unknown> {
    job.signal?.throwIfAborted();
    const sent = await sendable(verb, args);
    const asCall = VERBS[verb] === 'call' || (VERBS[verb] === 'both' && !job.signal && !job.onProgress);
    if (asCall) return ask({ type: 'call', verb: verb as CallVerb, args: sent });
    const { id } = await ask<JobInfo>({ type: 'start', verb: verb as JobVerb, args: sent });
    const result = await attach(id, job);
    if (KEEPS.includes(verb)) void navigator.storage?.persist?.();
    return result;
  }

  await ask({ type: 'open', options: { project, webgpu } });
  const verbs = Object.fromEntries(
    (Object.keys(VERBS) as Verb[]).map((verb) => [verb, (args?: unknown, job?: JobOptions) => run(verb, args, job)]),
  );
  return {
    ...(verbs as unknown as WorkbenchClient),
    kind: 'local',
    jobs: () => ask<JobInfo[]>({ type: 'jobs' }),
    attach,
    useWebGpu: (webgpu) => ask<string>({ type: 'engine', webgpu }),
    close: () => worker.terminate(),
  };
}

async function sendable(verb: Verb, args: unknown): Promise<unknown> {
  const sources: ByteSource[] = [];
  mapSources<ByteSource>(verb, args, (source) => sources.push(source));
  const blobs = await Promise.all(sources.map(toBlob));
  let index = 0;
  return mapSources<ByteSource>(verb, args, ({ name }): SentSource => ({ name, blob: blobs[index++] }));
}

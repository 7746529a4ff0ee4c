/**
 * The Workbench of a server (packages/portolan/src/server/app.ts) as if it were here.
 *
 * A job goes on when the connection breaks: its events are taken up again where they were left, until the server has
 * not answered for half a minute.
 */
import { StoreError, errorFromMessage } from '@portolan/core/base';
import type { ErrorMessage, JobOptions, Matrix } from '@portolan/core/base';
import type { ByteSource } from '@portolan/core/data';
import { VERBS, decodeMessage, encodeMessage, mapSources } from '@portolan/core/workbench';
import type { JobEvent, JobInfo, Verb } from '@portolan/core/workbench';
import { toBlob } from './client.ts';
import type { WorkbenchClient } from './client.ts';
import { watchControl } from './control.ts';
import { serverEvents } from './sse.ts';

export interface HttpOptions {
  /** where the server is: `http://127.0.0.1:7784` */
  base: string;
  /** in a page the cookie stands for it */
  token?: string;
  fetch?: typeof globalThis.fetch;
}

/** More numbers than this are encoded or decoded as a job, which can be followed and cancelled. */
const CALL_NUMBERS = 1_000_000;
const GIVE_UP = 30_000;

export function httpClient({ base, token, fetch = globalThis.fetch.bind(globalThis) }: HttpOptions): WorkbenchClient {
  const authorization: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};

  async function request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...authorization, ...(init.headers as Record<string, string>) };
    const response = await fetch(`${base}${path}`, { ...init, headers, cache: 'no-store' });
    if (response.ok) return response;
    throw await refusal(response);
  }

  async function ask<T>(path: string, init?: RequestInit): Promise<T> {
    const response = await reaching(base, request(path, init));
    return decodeMessage(new Uint8Array(await response.arrayBuffer())) as T;
  }

  const post = <T>(path: string, args: unknown, signal?: AbortSignal): Promise<T> =>
    ask<T>(path, {
      method: 'POST',
      body: encodeMessage(args),
      headers: { 'Content-Type': 'application/x-portolan-message' },
      signal,
    });

  const act = (id: string, action: string, of?: string): void => {
    const query = of === undefined ? '' : `?of=${encodeURIComponent(of)}`;
    ask(`/api/jobs/${encodeURIComponent(id)}/${action}${query}`, { method: 'POST' }).catch(() => undefined); // ended meanwhile
  };

  async function runJob(verb: Verb, args: unknown, job: JobOptions = {}): Promise<unknown> {
    job.signal?.throwIfAborted();
    const { id } = await post<JobInfo>(`/api/jobs/${verb}`, await upload(verb, args, job.signal));
    return attach(id, job);
  }

  async function attach(id: string, { signal, onProgress, control }: JobOptions = {}): Promise<unknown> {
    const cancel = (): void => act(id, 'cancel');
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    const unwatch = watchControl(control, (action, of) => act(id, action, of));
    try {
      for await (const event of jobEvents(id, signal)) if (event.type === 'progress') onProgress?.(event.progress);
      return await ask(`/api/jobs/${encodeURIComponent(id)}/result`, { signal });
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    } finally {
      unwatch();
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** A job's events to its end, over as many connections as it takes. */
  async function* jobEvents(id: string, signal?: AbortSignal): AsyncGenerator<JobEvent> {
    let seen = 0;
    let lastHeard = performance.now();
    for (;;) {
      try {
        const headers = { 'Last-Event-ID': String(seen) };
        const response = await request(`/api/jobs/${encodeURIComponent(id)}/events`, { headers, signal });
        for await (const { data } of serverEvents(response.body!)) {
          const event = decodeMessage(fromBase64(data)) as JobEvent;
          lastHeard = performance.now();
          seen = event.number;
          yield event;
          if (event.type === 'state' && event.state !== 'running' && event.state !== 'paused') return;
        }
        if (!(await isRunning(id))) return;
      } catch (error) {
        if (signal?.aborted || !isBroken(error)) throw error;
        if (performance.now() - lastHeard > GIVE_UP) throw unreachable(base, error);
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  async function isRunning(id: string): Promise<boolean> {
    const jobs = await ask<JobInfo[]>('/api/jobs');
    return jobs.some((job) => job.id === id && (job.state === 'running' || job.state === 'paused'));
  }

  /** Sends the files that the arguments hold, all in one request, and puts references in their place. */
  async function upload(verb: Verb, args: unknown, signal?: AbortSignal): Promise<unknown> {
    const sources: ByteSource[] = [];
    mapSources<ByteSource>(verb, args, (source) => sources.push(source));
    if (sources.length === 0) return args;
    const list = sources.map(({ name, byteLength }) => ({ name, bytes: byteLength }));
    const names = new TextEncoder().encode(JSON.stringify(list));
    const length = new DataView(new ArrayBuffer(4));
    length.setUint32(0, names.byteLength, true);
    const body = new Blob([length, names, ...(await Promise.all(sources.map(toBlob)))]);
    const sent = await ask<{ upload: string }>('/api/uploads', {
      method: 'POST',
      body,
      headers: { 'Content-Type': 'application/x-portolan-upload' },
      signal,
    });
    let index = 0;
    return mapSources(verb, args, () => ({ upload: sent.upload, index: index++ }));
  }

  function run(verb: Verb, args: unknown, job?: JobOptions): Promise<unknown> {
    const isJob = VERBS[verb] === 'job' || (VERBS[verb] === 'both' && size(args) > CALL_NUMBERS);
    return isJob ? runJob(verb, args, job) : post(`/api/call/${verb}`, args, job?.signal);
  }

  const verbs = Object.fromEntries(
    (Object.keys(VERBS) as Verb[]).map((verb) => [verb, (args?: unknown, job?: JobOptions) => run(verb, args, job)]),
  );
  return {
    ...(verbs as unknown as WorkbenchClient),
    kind: 'served',
    jobs: () => ask<JobInfo[]>('/api/jobs'),
    attach,
    close: () => undefined,
  };
}

async function refusal(response: Response): Promise<Error> {
  const text = await response.text();
  try {
    return errorFromMessage((JSON.parse(text) as { error: ErrorMessage }).error);
  } catch {
    const line = text.split('\n', 1)[0].slice(0, 200);
    return new StoreError(line || `the server answered ${response.status}`, { code: `http-${response.status}` });
  }
}

/** A connection that could not be made becomes a sentence. */
async function reaching<T>(base: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw isBroken(error) ? unreachable(base, error) : error;
  }
}

/** fetch and its streams say so with a TypeError, in every engine. */
function isBroken(error: unknown): boolean {
  return error instanceof TypeError || (error as { code?: string } | null)?.code === 'unreachable';
}

function unreachable(base: string, cause: unknown): StoreError {
  return new StoreError(`Portolan at ${base} does not answer; is \`portolan studio\` still running?`, {
    code: 'unreachable',
    cause,
  });
}

function size(args: unknown): number {
  const { rows, codes } = args as { rows?: Matrix; codes?: Matrix };
  return (rows ?? codes)?.data?.length ?? 0;
}

function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** The Workbench in a Worker, for the static site: ONNX Runtime for the web, projects in the browser's own files. */
import { InputError, errorToMessage } from '@portolan/core/base';
import { createJobs, createWorkbench, mapSources, memoryStore } from '@portolan/core/workbench';
import type { JobEvent, Store, Verb, Workbench } from '@portolan/core/workbench';
import type { Runtime } from '@portolan/core/runtime';
import { blobSource } from './client.ts';
import { pageImageDecoder } from './image-decoder.ts';
import { opfsStore } from './opfs-store.ts';
import { webRuntime } from './ort-web.ts';
import { sitePacks } from './site-packs.ts';
import { siteZoo } from './site-zoo.ts';
import { webKernels } from './web-kernels.ts';
import type { FromWorker, OpenOptions, Request, SentSource, ToWorker } from './worker-protocol.ts';

const jobs = createJobs();
let workbench: Workbench | undefined;
let engine: Runtime;

/** The engine of the moment, which may be changed between jobs. */
const runtime: Runtime = {
  get name() {
    return engine.name;
  },
  load: (model) => engine.load(model),
  get memory() {
    return engine.memory;
  },
};

globalThis.onmessage = async ({ data: { number, request } }: MessageEvent<ToWorker>): Promise<void> => {
  let answer: FromWorker;
  try {
    answer = { number, value: await respond(request) };
  } catch (error) {
    answer = { number, error: errorToMessage(error) };
  }
  postMessage(answer);
};

async function respond(request: Request): Promise<unknown> {
  switch (request.type) {
    case 'open':
      workbench = await open(request.options);
      return undefined;
    case 'engine':
      engine = await webRuntime({ webgpu: request.webgpu });
      return engine.name;
    case 'call':
      return verbOf(request.verb)(received(request.verb, request.args));
    case 'start': {
      const args = received(request.verb, request.args);
      return jobs.start(request.verb, args, (job) => verbOf(request.verb)(args, job));
    }
    case 'jobs':
      return jobs.list();
    case 'act':
      return jobs.act(request.id, request.action, request.of);
    case 'events':
      return nextEvents(request.id, request.after);
    case 'result':
      return jobs.result(request.id);
  }
}

async function open({ project, webgpu }: OpenOptions): Promise<Workbench> {
  const [store, chosen] = await Promise.all([openStore(project), webRuntime({ webgpu })]);
  engine = chosen;
  return createWorkbench({
    store,
    runtime,
    kernels: webKernels(),
    decoder: pageImageDecoder,
    packs: sitePacks,
    zoo: siteZoo,
  });
}

/** In the browser's files; where it keeps none, in memory, and the place says so. */
async function openStore(project: string): Promise<Store> {
  try {
    return await opfsStore(project);
  } catch {
    return { ...memoryStore(project), place: 'memory of this page: export the project before you close it' };
  }
}

function verbOf(verb: Verb): (args: unknown, job?: object) => Promise<unknown> {
  if (!workbench) throw new InputError('the project is not open yet');
  return (workbench[verb] as (args: unknown, job?: object) => Promise<unknown>).bind(workbench);
}

function received(verb: Verb, args: unknown): unknown {
  return mapSources<SentSource>(verb, args, ({ blob, name }) => blobSource(blob, name));
}

/** The page asks again when it has shown what it got, so nothing queues up for a slow one. */
async function nextEvents(id: string, after: number): Promise<JobEvent[]> {
  const { state } = jobs.info(id);
  const events = jobs.events(id, after);
  if (events.length > 0 || (state !== 'running' && state !== 'paused')) return events;
  await new Promise<void>((resolve) => {
    const unsubscribe = jobs.subscribe(id, () => {
      unsubscribe();
      resolve();
    });
  });
  return jobs.events(id, after);
}

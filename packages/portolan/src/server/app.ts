/**
 * The Workbench over HTTP.
 *
 *     POST /api/call/:verb          short verbs: arguments in, result out
 *     POST /api/jobs/:verb          long ones: arguments in, JobInfo out
 *     GET  /api/jobs                the jobs there are, so that a page that comes back finds them
 *     GET  /api/jobs/:id/events     Server-Sent Events, each an encoded JobEvent; `Last-Event-ID` goes on from there
 *     GET  /api/jobs/:id/result     waits for the end
 *     POST /api/jobs/:id/:action    pause, resume, stop (keeps what is done), cancel; step, `?of=` unit, round or a player
 *     POST /api/uploads             files, to be named in the arguments of a job
 *
 * Bodies are messages (core's messages.ts); an error is JSON with its code.
 */
import { InputError, NumericalError, StoreError, FormatError, errorToMessage, isAbort } from '@portolan/core/base';
import type { JobOptions } from '@portolan/core/base';
import type { ByteSource } from '@portolan/core/data';
import {
  JOB_ACTIONS,
  createJobs,
  decodeMessage,
  encodeMessage,
  isCallVerb,
  isJobVerb,
  mapSources,
} from '@portolan/core/workbench';
import type { JobAction, Verb, Workbench } from '@portolan/core/workbench';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { checkArguments } from './arguments.ts';
import { TooLarge, readBody } from './body.ts';
import { eventStream } from './events.ts';
import { guard } from './guard.ts';
import type { GuardOptions } from './guard.ts';
import { staticFiles } from './static-files.ts';
import { createUploads } from './uploads.ts';
import type { UploadReference } from './uploads.ts';

export const MESSAGE_TYPE = 'application/x-portolan-message';
export const UPLOAD_TYPE = 'application/x-portolan-upload';

/** How long jobs that were cancelled may take to end, ms. */
const CLOSING = 3000;

export interface AppOptions extends GuardOptions {
  workbench: Workbench;
  /** the studio's build; without it only the API is served */
  studioDir?: string;
  /** bytes of arguments */
  maxMessage?: number;
  /** bytes of one upload */
  maxUpload?: number;
}

export function createApp({ workbench, studioDir, maxMessage = 2 ** 28, maxUpload = 2 ** 31, ...access }: AppOptions) {
  const jobs = createJobs();
  const uploads = createUploads({ limit: maxUpload });
  const app = new Hono();

  app.use(guard(access));
  app.onError((error, c) => failure(c, error));
  app.notFound((c) => c.text('not found\n', 404));

  app.post('/api/call/:verb', async (c) => {
    const verb = c.req.param('verb');
    if (!isCallVerb(verb)) return c.notFound();
    const args = await readArguments(c, verb);
    return message(c, await invoke(verb, args, { signal: c.req.raw.signal }));
  });

  app.get('/api/jobs', (c) => message(c, jobs.list()));
  app.get('/api/jobs/:id/events', (c) => {
    const id = c.req.param('id');
    jobs.info(id);
    const after = Number(c.req.header('last-event-id') ?? 0);
    c.header('Content-Type', 'text/event-stream');
    c.header('Cache-Control', 'no-store');
    return c.body(eventStream(jobs, id, Number.isSafeInteger(after) ? after : 0));
  });
  app.get('/api/jobs/:id/result', async (c) => message(c, await jobs.result(c.req.param('id'))));

  app.post('/api/jobs/:verb', async (c) => {
    const verb = c.req.param('verb');
    if (!isJobVerb(verb)) return c.notFound();
    const used = new Set<string>();
    const args = await readArguments(c, verb, used);
    const work = (job: JobOptions): Promise<unknown> =>
      invoke(verb, args, job).finally(() => Promise.all([...used].map(uploads.release)));
    return message(c, jobs.start(verb, args, work), 202);
  });
  app.post('/api/jobs/:id/:action', (c) => {
    const { id, action } = c.req.param();
    if (!(JOB_ACTIONS as readonly string[]).includes(action)) return c.notFound();
    jobs.act(id, action as JobAction, c.req.query('of'));
    return message(c, jobs.info(id));
  });

  app.post('/api/uploads', async (c) => {
    if (!isType(c, UPLOAD_TYPE)) return unsupported(c, UPLOAD_TYPE);
    return message(c, await uploads.receive(c.req.raw), 201);
  });

  app.all('/api/*', (c) => c.notFound());
  if (studioDir !== undefined) app.get('*', staticFiles(studioDir));
  else app.get('/', (c) => c.text('the studio is not built yet: run `npm run build`, then start again\n', 503));

  function invoke(verb: Verb, args: unknown, job: JobOptions): Promise<unknown> {
    return (workbench[verb] as (args: unknown, job: JobOptions) => Promise<unknown>)(args, job);
  }

  /** The arguments that came, with a source for each file they name. */
  async function readArguments(c: Context, verb: Verb, used?: Set<string>): Promise<unknown> {
    if (!isType(c, MESSAGE_TYPE)) throw new WrongType(MESSAGE_TYPE);
    const sent = decodeMessage(await readBody(c.req.raw, maxMessage, 'a call'));
    const args = mapSources<UploadReference>(verb, sent, (reference): ByteSource => {
      const source = uploads.source(reference);
      used?.add(reference.upload);
      return source;
    });
    checkArguments(verb, args);
    return args;
  }

  return {
    fetch: app.fetch,
    jobs,
    async close(): Promise<void> {
      // a job that does not look at its signal is left behind
      await Promise.race([jobs.close(), new Promise((resolve) => setTimeout(resolve, CLOSING).unref())]);
      await uploads.close();
    },
  };
}

class WrongType extends InputError {
  constructor(expected: string) {
    super(`the body must be ${expected}`, { code: 'content-type' });
  }
}

function isType(c: Context, type: string): boolean {
  return c.req.header('content-type') === type;
}

function unsupported(c: Context, expected: string): Response {
  return failure(c, new WrongType(expected));
}

function message(c: Context, value: unknown, status: 200 | 201 | 202 = 200): Response {
  c.header('Content-Type', MESSAGE_TYPE);
  c.header('Cache-Control', 'no-store');
  return c.body(encodeMessage(value), status);
}

/** An error as JSON. What is left of its body is not read, so the connection ends with it. */
function failure(c: Context, error: unknown): Response {
  c.header('Cache-Control', 'no-store');
  if (error instanceof TooLarge) c.header('Connection', 'close');
  return c.json({ error: errorToMessage(error) }, statusOf(error));
}

const STATUS: Readonly<Record<string, 404 | 413 | 415 | 429>> = {
  'no-such-item': 404,
  'no-such-job': 404,
  'no-such-upload': 404,
  'too-large': 413,
  'content-type': 415,
  'too-many-jobs': 429,
};

function statusOf(error: unknown): 400 | 404 | 409 | 413 | 415 | 422 | 429 | 500 {
  if (isAbort(error)) return 409;
  if (error instanceof NumericalError) return 422;
  if (error instanceof InputError || error instanceof FormatError || error instanceof StoreError) {
    if (Object.hasOwn(STATUS, error.code)) return STATUS[error.code];
    return error instanceof StoreError ? 500 : error instanceof FormatError ? 422 : 400;
  }
  return 500;
}

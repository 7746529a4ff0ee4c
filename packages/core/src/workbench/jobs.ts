/**
 * Long jobs that outlive whoever asked for them: a page that closes, a connection that breaks.
 *
 * Each job keeps a log from which any reader, however late or slow, can catch up: every finished epoch, and of passing
 * progress and previews only the latest, so the log stays small however long nobody reads. Who begins to read late also
 * gets some moments of learning, spread over all of its time.
 */
import { InputError, errorToMessage, isAbort, jobControl } from '../base/index.ts';
import type { ErrorMessage, JobOptions, Progress, StepOf } from '../base/index.ts';
import type { LearnDetail } from '../spaces/index.ts';
import { encodeMessage } from './messages.ts';
import type { MapPreview } from './workbench.ts';
import type { JobVerb } from './verbs.ts';

export type JobState = 'running' | 'paused' | 'done' | 'failed' | 'cancelled';
export const JOB_ACTIONS = ['pause', 'resume', 'step', 'stop', 'cancel'] as const;
export type JobAction = (typeof JOB_ACTIONS)[number];

export interface JobInfo {
  id: string;
  verb: JobVerb;
  /** the arguments that are short: ids, names, options */
  args: Record<string, unknown>;
  state: JobState;
  created: string;
  /** the latest, without previews */
  progress?: Progress;
  error?: ErrorMessage;
}

/** Numbers rise within a job, so `after` the last one read is where to go on. */
export type JobEvent = { number: number } & (
  { type: 'progress'; progress: Progress } | { type: 'state'; state: JobState; error?: ErrorMessage }
);

export interface Jobs {
  /** @throws InputError, code `too-many-jobs` */
  start(verb: JobVerb, args: unknown, work: (job: Required<JobOptions>) => Promise<unknown>): JobInfo;
  /** oldest first; finished ones stay for a while */
  list(): JobInfo[];
  info(id: string): JobInfo;
  /** what a reader has not seen yet, in order */
  events(id: string, after: number): JobEvent[];
  /** @returns a function that ends the subscription */
  subscribe(id: string, listener: () => void): () => void;
  /**
   * @param of  of what to make a `step`: `unit`, the default, `round`, or a player by name
   * @throws InputError, code `no-such-step`, for a player that what runs does not have
   */
  act(id: string, action: JobAction, of?: StepOf): void;
  /** what the job gave, once it ends; rows and files are given once and then let go */
  result(id: string): Promise<unknown>;
  /** cancels all that run, and waits for their end */
  close(): Promise<void>;
}

interface Job {
  info: JobInfo;
  number: number;
  epochs: JobEvent[];
  moments: Moments;
  preview?: JobEvent;
  latest?: JobEvent;
  state?: JobEvent;
  listeners: Set<() => void>;
  act: Record<JobAction, (of?: StepOf) => void>;
  ended: Promise<unknown>;
}

/** Previews of learning from its begin on, one of every `stride`. */
interface Moments {
  kept: JobEvent[];
  stride: number;
  count: number;
  /** above so many, every other one is let go */
  limit: number;
}

/** Enough for a time line, and what they may weigh: previews of large pictures are kept more sparsely. */
const MAX_MOMENTS = 48;
const MAX_MOMENT_BYTES = 1 << 25;
/** Jobs whose result is an item's description; the others give large things. */
const SMALL: readonly JobVerb[] = [
  'learn',
  'map',
  'addData',
  'makeData',
  'openZoo',
  'fetchData',
  'addSpace',
  'importProject',
];

/**
 * @param maxRunning  more at once are refused
 * @param maxKept  finished jobs that are remembered
 */
export function createJobs({ maxRunning = 8, maxKept = 20 } = {}): Jobs {
  const jobs = new Map<string, Job>();
  const birth = Date.now().toString(36);
  let count = 0;

  function find(id: string): Job {
    const job = jobs.get(id);
    if (!job)
      throw new InputError(`there is no job ${id}; it has ended long ago, or with the program that ran it`, {
        code: 'no-such-job',
      });
    return job;
  }

  function forget(): void {
    const finished = [...jobs.values()].filter((job) => !isRunning(job.info));
    for (const job of finished.slice(0, Math.max(0, finished.length - maxKept))) jobs.delete(job.info.id);
  }

  return {
    start(verb, args, work) {
      if ([...jobs.values()].filter((job) => isRunning(job.info)).length >= maxRunning) {
        throw new InputError(`${maxRunning} jobs are running already; wait for one or cancel it`, {
          code: 'too-many-jobs',
        });
      }
      const id = `${birth}-${++count}`;
      const info: JobInfo = { id, verb, args: short(args), state: 'running', created: new Date().toISOString() };
      const job = startJob(info, work);
      jobs.set(id, job);
      job.ended.then(forget, forget);
      return { ...info };
    },
    list: () => [...jobs.values()].map(({ info }) => ({ ...info })),
    info: (id) => ({ ...find(id).info }),
    events(id, after) {
      const { epochs, moments, preview, latest, state } = find(id);
      return [...new Set([...epochs, ...(after === 0 ? moments.kept : []), preview, latest, state])]
        .filter((event) => event !== undefined)
        .filter((event) => event.number > after)
        .sort((a, b) => a.number - b.number);
    },
    subscribe(id, listener) {
      const { listeners } = find(id);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    act: (id, action, of) => find(id).act[action](of),
    async result(id) {
      const job = find(id);
      const value = await job.ended;
      if (!SMALL.includes(job.info.verb)) jobs.delete(id);
      return value;
    },
    async close() {
      for (const job of jobs.values()) if (isRunning(job.info)) job.act.cancel();
      await Promise.allSettled([...jobs.values()].map((job) => job.ended));
    },
  };
}

function startJob(info: JobInfo, work: (job: Required<JobOptions>) => Promise<unknown>): Job {
  const controller = new AbortController();
  const control = jobControl();
  const tell = (state: JobState, error?: ErrorMessage): void => {
    info.state = state;
    if (error) info.error = error;
    job.state = { number: ++job.number, type: 'state', state, error };
    notify(job);
  };
  const job: Job = {
    info,
    number: 0,
    epochs: [],
    moments: { kept: [], stride: 1, count: 0, limit: MAX_MOMENTS },
    listeners: new Set(),
    act: {
      pause: () => {
        if (info.state !== 'running') return;
        control.pause();
        tell('paused');
      },
      resume: () => {
        if (info.state !== 'paused') return;
        control.resume();
        tell('running');
      },
      step: (of = 'unit') => {
        if (!isRunning(info)) return;
        checkStep(of, info.progress);
        control.step(of);
        if (info.state === 'running') tell('paused');
      },
      stop: () => {
        control.stop();
        if (info.state === 'paused') tell('running');
      },
      cancel: () => controller.abort(),
    },
    ended: Promise.resolve(),
  };
  job.ended = Promise.resolve()
    .then(() => {
      controller.signal.throwIfAborted();
      return work({ signal: controller.signal, control, onProgress: (progress) => note(job, progress) });
    })
    .then(
      (value) => {
        tell('done');
        return value;
      },
      (error: unknown) => {
        tell(isAbort(error) ? 'cancelled' : 'failed', errorToMessage(error));
        throw error;
      },
    );
  job.ended.catch(() => undefined); // whoever asks for the result gets it; nobody has to
  return job;
}

/** Puts progress where a later reader needs it: epochs and some moments are kept, the rest replaces what was before. */
function note(job: Job, progress: Progress): void {
  const { preview, coordinates, rows, record, ...rest } = (progress.detail ?? {}) as Partial<LearnDetail & MapPreview>;
  const event = (detail: unknown): JobEvent => ({
    number: ++job.number,
    type: 'progress',
    progress: progress.detail === undefined ? progress : { ...progress, detail },
  });
  const plain = event({ ...rest, ...(record && { record }) });
  if (record) job.epochs.push(plain);
  job.latest = record ? undefined : plain;
  if (preview) keepMoment(job.moments, (job.preview = event({ ...rest, preview })));
  if (coordinates) job.preview = event({ ...rest, coordinates, ...(rows && { rows }) });
  job.info.progress = plain.type === 'progress' ? plain.progress : undefined;
  notify(job);
}

function checkStep(of: StepOf, progress: Progress | undefined): void {
  const { players } = (progress?.detail ?? {}) as Partial<LearnDetail>;
  const known = ['unit', 'round', ...Object.keys(players?.steps ?? {})];
  if (known.includes(of)) return;
  throw new InputError(`there is no step of ${JSON.stringify(of.slice(0, 40))} now; it takes ${known.join(', ')}`, {
    code: 'no-such-step',
  });
}

function keepMoment(moments: Moments, event: JobEvent): void {
  if (moments.count === 0) moments.limit = Math.min(MAX_MOMENTS, MAX_MOMENT_BYTES / encodeMessage(event).byteLength);
  if (moments.count++ % moments.stride === 0) moments.kept.push(event);
  if (moments.kept.length <= moments.limit) return;
  moments.kept = moments.kept.filter((_, i) => i % 2 === 0);
  moments.stride *= 2;
}

function notify(job: Job): void {
  for (const listener of job.listeners) listener();
}

function isRunning({ state }: JobInfo): boolean {
  return state === 'running' || state === 'paused';
}

function short(args: unknown): Record<string, unknown> {
  const entries = typeof args === 'object' && args !== null ? Object.entries(args) : [];
  return Object.fromEntries(entries.filter(([key, value]) => key === 'options' || typeof value !== 'object'));
}

import { expect, test } from 'vitest';
import { InputError } from '../base/index.ts';
import type { JobOptions, Progress } from '../base/index.ts';
import { createJobs } from './jobs.ts';

const at = (done: number, detail?: unknown): Progress => ({
  phase: 'learning',
  done,
  total: 10,
  elapsed: done,
  detail,
});
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A job in the test's hands: what it was given, and how it ends. */
function held() {
  let end!: { resolve: (value: unknown) => void; reject: (error: unknown) => void };
  let job!: Required<JobOptions>;
  const work = (given: Required<JobOptions>): Promise<unknown> => {
    job = given;
    return new Promise((resolve, reject) => {
      end = { resolve, reject };
      given.signal.addEventListener('abort', () => reject(given.signal.reason));
    });
  };
  return { work, end: () => end, job: () => job };
}

test('a late reader gets every epoch and preview, and of passing progress the latest', async () => {
  const jobs = createJobs();
  const one = held();
  const { id } = jobs.start('learn', { data: 'digits', method: 'pca', options: { seed: 1 } }, one.work);
  await tick();
  const { onProgress } = one.job();
  for (let epoch = 1; epoch <= 3; epoch++) {
    for (let i = 0; i < 1000; i++) onProgress(at(epoch, { epoch, i }));
    onProgress(at(epoch, { epoch, preview: `preview ${epoch}` }));
    onProgress(at(epoch, { epoch, record: { epoch } }));
  }
  onProgress(at(4, { epoch: 4 }));
  const events = jobs.events(id, 0);
  const details = events.map((event) => event.type === 'progress' && event.progress.detail);
  expect(details).toEqual([
    { epoch: 1, preview: 'preview 1' },
    { epoch: 1, record: { epoch: 1 } },
    { epoch: 2, preview: 'preview 2' },
    { epoch: 2, record: { epoch: 2 } },
    { epoch: 3, preview: 'preview 3' },
    { epoch: 3, record: { epoch: 3 } },
    { epoch: 4 },
  ]);
  expect(jobs.events(id, events[5].number)).toEqual([events[6]]);
  one.end().resolve({ id: 'space' });
  expect(await jobs.result(id)).toEqual({ id: 'space' });
  expect(jobs.events(id, events[6].number)).toMatchObject([{ type: 'state', state: 'done' }]);
  expect(jobs.list()).toMatchObject([{ id, args: { data: 'digits', options: { seed: 1 } }, state: 'done' }]);
});

test('of many moments of learning some are kept, from the first to the latest, evenly', async () => {
  const jobs = createJobs();
  const one = held();
  const { id } = jobs.start('learn', {}, one.work);
  await tick();
  for (let i = 1; i <= 1000; i++) one.job().onProgress(at(i, { epoch: 1, preview: i }));
  const shown = jobs
    .events(id, 0)
    .flatMap((event) => (event.type === 'progress' ? [(event.progress.detail as { preview?: number }).preview] : []))
    .filter((i) => i !== undefined);
  expect(shown.length).toBeGreaterThan(24);
  expect(shown.length).toBeLessThanOrEqual(49);
  expect([shown[0], shown.at(-1)]).toEqual([1, 1000]);
  expect(new Set(shown.slice(1, -1).map((i, k) => i - shown[k])).size).toBe(1);
  one.end().resolve(null);
});

test('moments that weigh much are kept more sparsely', async () => {
  const jobs = createJobs();
  const one = held();
  const { id } = jobs.start('learn', {}, one.work);
  await tick();
  for (let i = 0; i < 100; i++) one.job().onProgress(at(i, { preview: new Uint8Array(1 << 22) }));
  const shown = jobs.events(id, 0).filter((e) => e.type === 'progress' && 'preview' in (e.progress.detail as object));
  expect(shown.length).toBeGreaterThan(3);
  expect(shown.length).toBeLessThanOrEqual(9);
  one.end().resolve(null);
});

test('pause, resume, stop and cancel reach the job, and are told', async () => {
  const jobs = createJobs();
  const one = held();
  const { id } = jobs.start('learn', {}, one.work);
  await tick();
  let told = 0;
  const unsubscribe = jobs.subscribe(id, () => told++);
  jobs.act(id, 'pause');
  expect([one.job().control.paused, jobs.info(id).state, told]).toEqual([true, 'paused', 1]);
  jobs.act(id, 'resume');
  expect([one.job().control.paused, jobs.info(id).state, told]).toEqual([false, 'running', 2]);
  unsubscribe();
  jobs.act(id, 'stop');
  expect([one.job().control.stopped, told]).toEqual([true, 2]);
  jobs.act(id, 'cancel');
  await expect(jobs.result(id)).rejects.toThrow(/abort/i);
  expect(jobs.info(id)).toMatchObject({ state: 'cancelled', error: { name: 'AbortError' } });
});

test('a step pauses; one of a player is refused where what runs has no such player', async () => {
  const jobs = createJobs();
  const one = held();
  const { id } = jobs.start('learn', {}, one.work);
  await tick();
  expect(() => jobs.act(id, 'step', 'generator')).toThrow(/no step of "generator" now; it takes unit, round$/);
  expect(jobs.info(id).state).toBe('running');
  one.job().onProgress(at(1, { epoch: 1, players: { steps: { discriminator: 2, generator: 1 }, next: 'generator' } }));
  jobs.act(id, 'step', 'generator');
  jobs.act(id, 'step', 'round');
  jobs.act(id, 'step');
  const { control } = one.job();
  expect([control.paused, jobs.info(id).state]).toEqual([true, 'paused']);
  expect([control.takeStep!(), control.takeStep!(), control.takeStep!()]).toEqual(['generator', 'round', 'unit']);
  for (const of of ['', '__proto__', 'constructor']) expect(() => jobs.act(id, 'step', of)).toThrow(/it takes unit/);
  one.end().resolve(null);
  await jobs.result(id);
  jobs.act(id, 'step', 'whatever'); // it has ended: nothing to step, as with the others
  expect(jobs.info(id).state).toBe('done');
});

test('a failure is kept as data and thrown as it was; large results are given once', async () => {
  const jobs = createJobs();
  const bad = jobs.start('learn', {}, () => Promise.reject(new InputError('no such data', { code: 'no-such-item' })));
  await expect(jobs.result(bad.id)).rejects.toThrow(InputError);
  expect(jobs.info(bad.id)).toMatchObject({ state: 'failed', error: { code: 'no-such-item' } });
  const big = jobs.start('encode', {}, () => Promise.resolve('codes'));
  expect(await jobs.result(big.id)).toBe('codes');
  expect(() => jobs.info(big.id)).toThrow(/no job/);
  expect(() => jobs.info('__proto__')).toThrow(/no job/);
});

test('no more jobs at once than allowed; old ones are forgotten; closing cancels the rest', async () => {
  const jobs = createJobs({ maxRunning: 1, maxKept: 2 });
  const one = held();
  const { id } = jobs.start('map', {}, one.work);
  expect(() => jobs.start('map', {}, one.work)).toThrow(/running already/);
  await jobs.close();
  expect(jobs.info(id).state).toBe('cancelled');
  for (let i = 0; i < 4; i++) await jobs.result(jobs.start('map', {}, () => Promise.resolve(i)).id);
  await tick();
  expect(jobs.list()).toHaveLength(2);
});

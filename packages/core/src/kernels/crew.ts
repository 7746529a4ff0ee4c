/**
 * The threads beside the caller. They join whatever task is open as soon as they are up (see serve.ts), and the caller
 * takes chunks as well, so that a thread that starts late, or never, costs time and nothing else.
 */
import { breathe } from '../base/index.ts';
import type { JobOptions } from '../base/index.ts';
import { CONTROL } from './serve.ts';
import type { ThreadStart } from './serve.ts';
import { hire } from './spare-threads.ts';
import type { Helper, SpawnThread } from './spare-threads.ts';

export interface ParallelJob extends Pick<JobOptions, 'signal'> {
  /** after each chunk of the caller's own: chunks taken so far */
  onChunk?: (done: number) => void;
}

export interface CrewParts extends Omit<ThreadStart, 'thread' | 'control'> {
  /** the caller among them */
  threads: number;
  spawn: SpawnThread;
}

export interface CrewTask {
  /** the number of the function among `names` */
  fn: number;
  /** the same function of the caller's own */
  call: (...args: number[]) => number;
  total: number;
  args: readonly number[];
}

export interface Crew {
  /** Does all chunks of a task; one task at a time. The threads start with the first. */
  run(task: CrewTask, job: ParallelJob): Promise<void>;
  /** Lets the threads go; a task that is running is refused. */
  close(): void;
}

export function startCrew({ modules, memory, names, threads, spawn }: CrewParts): Crew {
  const words = new Int32Array(memory.buffer, 0, CONTROL.states + CONTROL.most);
  const doubles = new Float64Array(memory.buffer, 0, 64);
  /** of threads by number: why they are no more */
  const failures = new Map<number, string>();
  let crew: Helper[] | undefined;
  let generation = 0;
  let running = false;
  let closed = false;

  function start(): Helper[] {
    const out: Helper[] = [];
    for (let number = 1; number < threads; number++) {
      try {
        const helper = hire(spawn);
        out.push(helper);
        helper.serve({ modules, memory, names, thread: number, control: CONTROL }, (message) => {
          if (!failures.has(number)) failures.set(number, message);
        });
      } catch (error) {
        failures.set(number, error instanceof Error ? error.message : String(error));
      }
    }
    return out;
  }

  /** Ends the task: no chunk is begun any more, and none is at work in the end. */
  async function rest(total: number): Promise<void> {
    Atomics.store(words, CONTROL.next, total);
    Atomics.store(words, CONTROL.open, 0);
    for (let number = 1; number < threads; number++) {
      const state = CONTROL.states + number;
      lookFor(words, state);
      while (Atomics.load(words, state) === 1 && !closed) {
        // a thread says by a message that it failed, and waiting lets messages in
        const failure = failures.get(number);
        if (failure !== undefined) throw new Error(`a thread of the kernels failed: ${failure}`);
        await waitFor(words, state, 1);
      }
    }
    if (closed) throw new Error('the workspace of the kernels was closed while it was at work');
  }

  return {
    async run({ fn, call, total, args }, { signal, onChunk }) {
      crew ??= start();
      running = true;
      Atomics.store(words, CONTROL.fn, fn);
      Atomics.store(words, CONTROL.total, total);
      Atomics.store(words, CONTROL.next, 0);
      doubles[CONTROL.args] = args.length;
      doubles.set(args, CONTROL.args + 1);
      generation++;
      Atomics.store(words, CONTROL.open, generation);
      Atomics.store(words, CONTROL.generation, generation);
      Atomics.notify(words, CONTROL.generation);
      try {
        for (let chunk; !closed && (chunk = Atomics.add(words, CONTROL.next, 1)) < total;) {
          call(chunk, 0, ...args);
          onChunk?.(Math.min(total, Atomics.load(words, CONTROL.next)));
          const pause = breathe();
          if (pause) await pause;
          signal?.throwIfAborted();
        }
      } catch (error) {
        await rest(total).then(
          () => (running = false),
          () => undefined,
        );
        throw error;
      }
      await rest(total);
      running = false;
      onChunk?.(total);
      signal?.throwIfAborted();
    },
    close() {
      closed = true;
      Atomics.store(words, CONTROL.closed, 1);
      Atomics.add(words, CONTROL.generation, 1);
      Atomics.notify(words, CONTROL.generation);
      // one that has a chunk in its hands may be long about it, and one that is kept keeps the memory it last saw
      const keeps = !running && memory.buffer.byteLength <= MOST_KEPT;
      for (const helper of crew?.splice(0) ?? []) {
        if (keeps) helper.release();
        else helper.end();
      }
    },
  };
}

/** Until a thread is at work no more, or for some 15 µs. */
function lookFor(words: Int32Array, state: number): void {
  for (let look = 0; look < CONTROL.looks && Atomics.load(words, state) === 1;) look++;
}

/** Bytes of a workspace whose threads are kept for the next. */
const MOST_KEPT = 2 ** 28;

/** Milliseconds asleep before events are let in again. */
const NAP = 20;
let maySleep = true;

type WaitAsync = (
  words: Int32Array,
  at: number,
  value: number,
  timeout: number,
) => { async: boolean; value: Promise<string> | string };

/** Waits until a word is no longer `value`, or a little less. A page's main thread must not sleep. */
async function waitFor(words: Int32Array, at: number, value: number): Promise<void> {
  if (maySleep) {
    try {
      if (Atomics.wait(words, at, value, NAP) !== 'timed-out') return;
    } catch {
      maySleep = false;
    }
  }
  const { waitAsync } = Atomics as { waitAsync?: WaitAsync };
  if (!maySleep && waitAsync) await waitAsync(words, at, value, NAP).value;
  else await breathe();
}

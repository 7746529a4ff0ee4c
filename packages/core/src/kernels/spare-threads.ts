/**
 * Threads between two workspaces. Starting one takes longer than many a task, and a map opens half a dozen workspaces,
 * so a thread whose workspace was closed waits for the next that is opened with the same `spawn`.
 */
import type { ThreadStart } from './serve.ts';

/** A thread that runs `serveKernels`. */
export interface Thread {
  postMessage(message: unknown): void;
  /** hears of a failure: what the thread posts, or why it did not start */
  onFailure(listener: (message: string) => void): void;
  terminate(): unknown;
}

/** Starts a thread; the host's to give, since threads are not core's to make. */
export type SpawnThread = () => Thread;

/** A thread that serves one workspace at a time. */
export interface Helper {
  serve(start: ThreadStart, onFailure: (message: string) => void): void;
  /** Lets it go: to serve again, unless it failed. */
  release(): void;
  /** Ends it, whatever it is at. */
  end(): void;
}

/** Threads that wait at once, at most, for each `spawn`. */
const MOST_SPARE = 64;

const spare = new WeakMap<SpawnThread, Helper[]>();

/** One that waits, else a new one. */
export const hire = (spawn: SpawnThread): Helper => spare.get(spawn)?.pop() ?? helperOf(spawn);

function helperOf(spawn: SpawnThread): Helper {
  const thread = spawn();
  let failure: string | undefined;
  let listener: ((message: string) => void) | undefined;
  const leave = (): void => {
    const waiting = spare.get(spawn);
    if (waiting?.includes(helper)) waiting.splice(waiting.indexOf(helper), 1);
  };
  const helper: Helper = {
    serve(start, onFailure) {
      listener = onFailure;
      if (failure === undefined) thread.postMessage(start);
      else onFailure(failure);
    },
    release() {
      listener = undefined;
      const waiting = spare.get(spawn) ?? [];
      spare.set(spawn, waiting);
      if (failure === undefined && waiting.length < MOST_SPARE) waiting.push(helper);
      else thread.terminate();
    },
    end() {
      thread.terminate();
    },
  };
  thread.onFailure((message) => {
    failure ??= message;
    leave();
    listener?.(message);
  });
  return helper;
}

/**
 * Progress, cancelling and stopping, the same for every long job.
 *
 * An iterative fit is a stepper: `step()` does one unit of work. `run` drives it, reports, and looks at the signal
 * between units, so a unit must be short (well under 200 ms).
 */

/** Where a long job is. */
export interface Progress<T = unknown> {
  /** what is happening, in a word or two: `reading`, `learning`, `encoding` */
  phase: string;
  done: number;
  total: number;
  /** milliseconds since the job began */
  elapsed: number;
  /** milliseconds still to go by the pace of this phase; undefined until it can be told */
  remaining?: number;
  /** losses, previews: whatever the job has to show */
  detail?: T;
}

/**
 * What a paused job may be asked for all the same: its next `unit`, the rest of a `round` (each player's turn), or a step
 * of one player alone, by the player's name.
 */
export type StepOf = string;

/**
 * What a person may do with a running job beside cancelling it.
 * `pause` waits between units until `resume`; `step` pauses and does a little; `stop` ends it early and keeps what is done.
 */
export interface Control {
  readonly stopped: boolean;
  readonly paused: boolean;
  /** resolves at once unless paused; then when resumed, stopped, aborted or asked for a step */
  whileRunning(): Promise<void>;
  /** what the paused job was asked for next, each once; undefined when there is nothing */
  takeStep?(): StepOf | undefined;
}

/** What every long job takes. */
export interface JobOptions<T = unknown> {
  signal?: AbortSignal;
  onProgress?: (progress: Progress<T>) => void;
  control?: Control;
}

/** A fit in small units. `T` is what a unit has to show, `R` the fitted thing. */
export interface Stepper<T, R> {
  readonly phase: string;
  readonly total: number;
  readonly done: number;
  /** who may be made to step alone, outside the schedule, which `done` does not count */
  readonly players?: readonly string[];
  /** whether each player has had its turn; of a stepper without players, always */
  readonly betweenRounds?: boolean;
  /** @param of  of a step that a person asked for while it was paused: `unit`, or the player who is to step alone */
  step(of?: StepOf): Promise<T | undefined> | T | undefined;
  result(): Promise<R> | R;
}

/**
 * Drives a stepper to its end, or to where it was stopped.
 * @throws AbortError when the signal is aborted; the stepper is then left as it was after its last whole unit
 */
export async function run<T, R>(
  stepper: Stepper<T, R>,
  { signal, onProgress, control }: JobOptions<T> = {},
): Promise<R> {
  const clock = stopwatch(stepper.done);
  let inRound = false;
  let cancelled: Promise<void> | undefined; // one listener, however often it is paused
  while (stepper.done < stepper.total && !control?.stopped) {
    signal?.throwIfAborted();
    let of: StepOf | undefined;
    if (control?.paused) {
      of = inRound ? 'round' : control.takeStep?.();
      if (of === undefined) {
        await clock.pausedWhile(Promise.race([control.whileRunning(), (cancelled ??= aborted(signal))]));
        continue;
      }
      inRound = of === 'round';
      if (inRound) of = 'unit';
      if (of !== 'unit' && !stepper.players?.includes(of)) continue; // those it was meant for play no longer
    }
    const detail = await stepper.step(of);
    inRound &&= stepper.betweenRounds === false;
    onProgress?.({ phase: stepper.phase, ...clock.read(stepper.done, stepper.total), detail });
    await breathe();
  }
  signal?.throwIfAborted();
  return stepper.result();
}

/**
 * Work in small units for code that is one long calculation: `yield` gives the share done, in [0, 1]. Loops stay
 * plain, and the same work can be finished at once (`finish`) or in a job (`drive`).
 */
export type Steps<R> = Generator<number, R, undefined>;

/** Does the work in one go. */
export function finish<R>(steps: Steps<R>): R {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/**
 * Does the work as a job: reports and looks at the signal after each unit, and lets events in a few times a second.
 * @throws AbortError when the signal is aborted
 */
export async function drive<R>(
  phase: string,
  steps: Steps<R>,
  { signal, onProgress }: JobOptions<never> = {},
): Promise<R> {
  const clock = stopwatch();
  for (;;) {
    signal?.throwIfAborted();
    const { done, value } = steps.next();
    if (done) return value;
    onProgress?.({ phase, ...clock.read(value, 1) });
    await breathe();
  }
}

let lastBreath = -Infinity;

/**
 * Lets events in (a cancel, a message, a frame), at most every 40 ms: a chain of awaits alone is microtasks, in which
 * a Worker or a server hears nothing. A message to oneself is the one macrotask that Node, Workers and pages share and
 * that background tabs don't slow down.
 */
export function breathe(): Promise<void> | void {
  const now = performance.now();
  if (now - lastBreath < 40) return;
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      lastBreath = performance.now();
      resolve();
    };
    port2.postMessage(0);
  });
}

/** Resolves when the signal is aborted; never without one. */
function aborted(signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Elapsed and remaining time by the pace so far; time spent paused does not count. */
export function stopwatch(from = 0) {
  let start = performance.now();
  return {
    read(done: number, total: number): { done: number; total: number; elapsed: number; remaining?: number } {
      const elapsed = performance.now() - start;
      const remaining = done > from ? (elapsed / (done - from)) * (total - done) : undefined;
      return { done, total, elapsed, remaining };
    },
    async pausedWhile(pause: Promise<void>): Promise<void> {
      const began = performance.now();
      await pause;
      start += performance.now() - began;
    },
  };
}

/** More that were asked for and not yet done are not kept. */
const MAX_STEPS_ASKED = 32;

/** A control with its handles. */
export function jobControl(): Control & { pause(): void; resume(): void; step(of?: StepOf): void; stop(): void } {
  let stopped = false;
  let paused = false;
  let steps: StepOf[] = [];
  let waiting: (() => void)[] = [];
  const wake = (): void => {
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  return {
    get stopped() {
      return stopped;
    },
    get paused() {
      return paused && !stopped;
    },
    whileRunning: () =>
      paused && !stopped && steps.length === 0 ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(),
    takeStep: () => (paused && !stopped ? steps.shift() : undefined),
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      steps = [];
      wake();
    },
    step(of = 'unit') {
      paused = true;
      if (steps.length < MAX_STEPS_ASKED) steps.push(of);
      wake();
    },
    stop() {
      stopped = true;
      wake();
    },
  };
}

/**
 * What a thread does: it runs chunks of whatever task lies in the shared memory, until the workspace is closed.
 *
 * The function is whole in itself, without imports, so that a host may start a thread from its text
 * (`new Worker(`(${serveKernels})(…)`, { eval: true })` in Node) as well as from a file that calls it.
 *
 * A thread says that it is at work (`states`) before it looks whether the task is open; the caller closes the task
 * before it looks who is at work. All this is atomic and so in one order for all: either the thread finds the task
 * closed, or the caller waits for it. A thread that was asleep while tasks came and went thus joins none that is over.
 */

/** Places in the control block, a 32-bit word each, at the start of the memory. */
export const CONTROL = {
  /** rises with each task; threads sleep on it */
  generation: 16,
  /** the generation that may be joined, 0 for none */
  open: 17,
  /** the next chunk nobody has taken */
  next: 18,
  total: 19,
  /** which of the modules' functions */
  fn: 20,
  closed: 21,
  /** the number of arguments and then these, as doubles, from this double word on */
  args: 32,
  /** 1 for each thread that is at work, from this word on; the caller sleeps on them */
  states: 256,
  /** how many threads there may be */
  most: 512,
  /** how often a thread looks for the next task, and the caller for the end of one, before sleeping: some 15 µs */
  looks: 4000,
} as const;

/** What a thread is started with. */
export interface ThreadStart {
  modules: readonly WebAssembly.Module[];
  memory: WebAssembly.Memory;
  /** 1 … threads − 1; the caller is thread 0 */
  thread: number;
  /** names of all functions, in the order of `fn` */
  names: readonly string[];
  control: typeof CONTROL;
}

/** The end of a thread's channel: `parentPort` in Node, `self` in a Worker. */
export interface ThreadScope {
  onmessage: ((event: { data: ThreadStart }) => void) | null;
  postMessage(message: unknown): void;
}

export function serveKernels(scope: ThreadScope): void {
  scope.onmessage = ({ data: { modules, memory, thread, names, control } }) => {
    try {
      const exported: Record<string, unknown> = {};
      for (const module of modules)
        Object.assign(exported, new WebAssembly.Instance(module, { env: { memory } }).exports);
      const words = new Int32Array(memory.buffer, 0, control.states + control.most);
      const doubles = new Float64Array(memory.buffer, 0, 64);
      const state = control.states + thread;
      let seen = 0;
      for (;;) {
        // tasks follow each other closely, and being woken takes longer than many of them
        for (let look = 0; look < control.looks && Atomics.load(words, control.generation) === seen;) look++;
        Atomics.wait(words, control.generation, seen);
        seen = Atomics.load(words, control.generation);
        if (Atomics.load(words, control.closed) === 1) return;
        Atomics.store(words, state, 1);
        if (Atomics.load(words, control.open) === seen) {
          const run = exported[names[Atomics.load(words, control.fn)]] as (...args: number[]) => void;
          const args = [...doubles.subarray(control.args + 1, control.args + 1 + doubles[control.args])];
          const total = Atomics.load(words, control.total);
          for (let chunk; (chunk = Atomics.add(words, control.next, 1)) < total;) run(chunk, thread, ...args);
        }
        Atomics.store(words, state, 0);
        Atomics.notify(words, state);
      }
    } catch (error) {
      // the state is left as it is: a thread that fails at work has a chunk that nobody else will do
      scope.postMessage({ message: error instanceof Error ? error.message : String(error) });
    }
  };
}

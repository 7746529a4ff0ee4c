/**
 * A workspace: memory that the kernels of some modules share, and the threads that run them.
 *
 * A kernel is called in chunks, `kernel(chunk, thread, …args)`, and each chunk writes only what is its own, so that the
 * result is the same whichever thread takes which chunk, and for any number of threads. The caller takes chunks too,
 * and between them lets events in and looks at the signal.
 */
import { InputError, breathe } from '../base/index.ts';
import { startCrew } from './crew.ts';
import type { ParallelJob } from './crew.ts';
import { zeroing } from './modules.ts';
import type { SpawnThread } from './spare-threads.ts';
import { CONTROL } from './serve.ts';

export type BlockArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;
type BlockType = 'float32' | 'float64' | 'int32' | 'uint32' | 'uint8';

/** A stretch of a workspace's memory. */
export interface Block<A extends BlockArray = BlockArray> {
  /** byte address, for kernels */
  readonly pointer: number;
  readonly length: number;
  /** the numbers, where they are: to be asked for anew after anything was allocated, which may move the memory */
  readonly view: A;
  /** sets all numbers to zero */
  clear(): void;
  /** gives the memory back */
  free(): void;
}

export type KernelArgument = number | Block;

export interface Workspace {
  readonly threads: number;
  /** zeros, or a copy of the numbers given; at an address divisible by 64 */
  float32(content: number | ArrayLike<number>): Block<Float32Array>;
  float64(content: number | ArrayLike<number>): Block<Float64Array>;
  int32(content: number | ArrayLike<number>): Block<Int32Array>;
  uint32(content: number | ArrayLike<number>): Block<Uint32Array>;
  uint8(content: number | ArrayLike<number>): Block<Uint8Array>;
  /** Calls a function of the modules here and now. */
  call(name: string, ...args: KernelArgument[]): number;
  /**
   * Calls `name(chunk, thread, …args)` for each chunk in [0, chunks), on all threads; one such call at a time.
   * @throws AbortError when the signal is aborted; chunks that had begun are then done, the others not
   * @throws Error when a thread fails at its work, or the workspace is closed meanwhile
   */
  parallel(name: string, chunks: number, args: readonly KernelArgument[], job?: ParallelJob): Promise<void>;
  /** Lets the threads go; what the blocks' views hold stays readable as long as somebody holds them. */
  close(): void;
}

const PAGE = 65536;
const MOST_PAGES = 65536;
/** The first pages hold the control block and the modules' constants (scripts/kernels.mjs). */
const FIRST_PAGES = 16;
const ALIGNMENT = 64;
/** A memory grows by 32 MB at least, and by a quarter of what it has. */
const AMPLE_PAGES = 512;

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  uint8: Uint8Array,
};

interface WorkspaceParts {
  /** for messages: what the memory is needed for */
  what: string;
  modules: readonly WebAssembly.Module[];
  threads: number;
  spawn?: SpawnThread;
}

export async function openWorkspace({ what, modules, threads, spawn }: WorkspaceParts): Promise<Workspace> {
  const shared = spawn !== undefined && threads > 1;
  const count = shared ? Math.min(threads, CONTROL.most) : 1;
  const memory = newMemory(shared, what);
  const exported: Record<string, unknown> = {};
  for (const module of modules) {
    Object.assign(exported, (await WebAssembly.instantiate(module, { env: { memory } })).exports);
  }
  const names = modules.flatMap((module) =>
    WebAssembly.Module.exports(module)
      .filter(({ kind }) => kind === 'function')
      .map(({ name }) => name),
  );
  const space = freeSpace(memory, what);
  const zero = shared
    ? zeroing(memory)
    : (from: number, bytes: number): void => void new Uint8Array(memory.buffer, from, bytes).fill(0);
  let crew = shared ? startCrew({ modules, memory, names, threads: count, spawn }) : undefined;
  let running: string | undefined;

  function block<A extends BlockArray>(type: BlockType, content: number | ArrayLike<number>): Block<A> {
    const length = typeof content === 'number' ? content : content.length;
    const ArrayType = ARRAYS[type];
    const bytes = length * ArrayType.BYTES_PER_ELEMENT;
    const { at: pointer, used } = space.take(bytes);
    let taken = true;
    let view = new ArrayType(memory.buffer, pointer, length);
    if (typeof content === 'number') zero(pointer, used);
    else view.set(content);
    return {
      pointer,
      length,
      get view() {
        if (view.buffer !== memory.buffer) view = new ArrayType(memory.buffer, pointer, length);
        return view as BlockArray as A;
      },
      clear: () => zero(pointer, bytes),
      free() {
        // once: by the second time the place may be another block's
        if (taken) space.give(pointer);
        taken = false;
      },
    };
  }

  function functionOf(name: string): (...args: number[]) => number {
    const run = exported[name];
    if (typeof run !== 'function') throw new Error(`no kernel ${name}; there are ${names.join(', ')}`);
    return run as (...args: number[]) => number;
  }

  return {
    threads: count,
    float32: (content) => block('float32', content),
    float64: (content) => block('float64', content),
    int32: (content) => block('int32', content),
    uint32: (content) => block('uint32', content),
    uint8: (content) => block('uint8', content),
    call: (name, ...args) => functionOf(name)(...numbers(args)),
    async parallel(name, chunks, args, job = {}) {
      job.signal?.throwIfAborted();
      const call = functionOf(name);
      const values = numbers(args);
      if (running)
        throw new Error(`kernel ${name} is called while ${running} is at work; wait for it, or open another workspace`);
      running = name;
      try {
        if (crew && chunks > 1) await crew.run({ fn: names.indexOf(name), call, total: chunks, args: values }, job);
        else await alone(call, chunks, values, job);
      } finally {
        running = undefined;
      }
    },
    close() {
      crew?.close();
      crew = undefined;
    },
  };
}

/** All chunks on the caller's thread. */
async function alone(
  call: (...args: number[]) => number,
  chunks: number,
  args: readonly number[],
  { signal, onChunk }: ParallelJob,
): Promise<void> {
  for (let chunk = 0; chunk < chunks; chunk++) {
    call(chunk, 0, ...args);
    onChunk?.(chunk + 1);
    const pause = breathe();
    if (pause) await pause;
    signal?.throwIfAborted();
  }
}

const numbers = (args: readonly KernelArgument[]): number[] =>
  args.map((arg) => (typeof arg === 'number' ? arg : arg.pointer));

/** Engines that have not the address space for 4 GB give less. */
function newMemory(shared: boolean, what: string): WebAssembly.Memory {
  for (let maximum = MOST_PAGES; ; maximum /= 2) {
    try {
      return new WebAssembly.Memory({ initial: FIRST_PAGES, maximum, shared });
    } catch (cause) {
      if (maximum > FIRST_PAGES) continue;
      throw new InputError(`there is no memory to be had for ${what}; close other pages or programs`, {
        code: 'no-memory',
        cause,
      });
    }
  }
}

/** Memory by first fit; whole pages are asked for as they are needed. */
function freeSpace(memory: WebAssembly.Memory, what: string) {
  let end = FIRST_PAGES * PAGE;
  /** the furthest that was ever taken: what is beyond is zero */
  let touched = end;
  const sizes = new Map<number, number>();
  /** free stretches, by address */
  let holes: { at: number; bytes: number }[] = [];
  return {
    /** an address, and how many of the bytes may hold what was there before */
    take(bytes: number): { at: number; used: number } {
      const size = Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
      const hole = holes.findIndex((free) => free.bytes >= size);
      let at = end;
      if (hole >= 0) {
        at = holes[hole].at;
        if (holes[hole].bytes === size) holes.splice(hole, 1);
        else holes[hole] = { at: at + size, bytes: holes[hole].bytes - size };
      } else {
        const missing = Math.ceil((end + size) / PAGE) - memory.buffer.byteLength / PAGE;
        if (missing > 0) grow(memory, missing, { what, needed: end + size });
        end += size;
      }
      sizes.set(at, size);
      const used = Math.max(0, Math.min(bytes, touched - at));
      touched = Math.max(touched, at + size);
      return { at, used };
    },
    give(at: number): void {
      const bytes = sizes.get(at);
      if (bytes === undefined) return;
      sizes.delete(at);
      holes.push({ at, bytes });
      holes.sort((a, b) => a.at - b.at);
      holes = holes.reduce<typeof holes>((joined, hole) => {
        const last = joined.at(-1);
        if (last && last.at + last.bytes === hole.at) last.bytes += hole.bytes;
        else joined.push({ ...hole });
        return joined;
      }, []);
      const last = holes.at(-1);
      if (last && last.at + last.bytes === end) {
        end = last.at;
        holes.pop();
      }
    },
  };
}

/**
 * By more than is missing, where it is to be had: what isn't touched takes no room, and engines see to their garbage
 * each time a memory grows.
 */
function grow(memory: WebAssembly.Memory, missing: number, { what, needed }: { what: string; needed: number }): void {
  const ample = Math.max(missing, AMPLE_PAGES, Math.ceil(memory.buffer.byteLength / PAGE / 4));
  try {
    if (ample > missing) return void memory.grow(ample);
  } catch {
    // then no more than is missing
  }
  try {
    memory.grow(missing);
  } catch (cause) {
    const available = mostOf(memory, missing);
    throw new InputError(
      `${what} needs at least ${megabytes(needed)} MB of memory, and there are ${megabytes(available)} MB to be had; take a sample of the rows, or fewer columns by a PCA first`,
      { code: 'no-memory', details: { needed, available }, cause },
    );
  }
}

/** Bytes that a memory has when it has grown as far as it can, by less than `pages`. */
function mostOf(memory: WebAssembly.Memory, pages: number): number {
  for (let more = pages >> 1; more > 0; more >>= 1) {
    try {
      memory.grow(more);
    } catch {
      // less, then
    }
  }
  return memory.buffer.byteLength;
}

const megabytes = (bytes: number): string => Math.ceil(bytes / 2 ** 20).toLocaleString('en');

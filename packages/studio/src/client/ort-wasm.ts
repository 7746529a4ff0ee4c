/**
 * ONNX Runtime's WebAssembly build by its C functions, in the shape of its JavaScript API as far as core uses it.
 *
 * The JavaScript API copies every input into the module's memory and every output out of it, into arrays that are new
 * each time: for the 11 MB of parameters and moments of a small autoencoder that is a third of a training step. Here
 * buffers can be had in the module's memory (`memory`); those are read and written where they are, all others copied.
 *
 * The functions are those that onnxruntime-web's own `wasm-core-impl` calls, so a new version of it has to be tried.
 */
import type { Ort, OrtSession, OrtTensor, RuntimeMemory } from '@portolan/core/runtime';

/** What Emscripten's module has, as far as it is used here; pointers are byte offsets into `HEAPU8`. */
interface OrtModule {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  stackSave(): number;
  stackAlloc(bytes: number): number;
  stackRestore(stack: number): void;
  getValue(pointer: number, type: 'i8' | 'i32' | '*'): number;
  setValue(pointer: number, value: number, type: 'i32' | '*'): void;
  lengthBytesUTF8(text: string): number;
  stringToUTF8(text: string, pointer: number, bytes: number): void;
  UTF8ToString(pointer: number): string;
  _OrtInit(threads: number, logLevel: number): number;
  _OrtGetLastError(code: number, message: number): number;
  _OrtCreateSessionOptions(...options: (number | boolean)[]): number;
  _OrtReleaseSessionOptions(options: number): number;
  _OrtCreateSession(model: number, bytes: number, options: number): number;
  _OrtReleaseSession(session: number): number;
  _OrtCreateRunOptions(severity: number, verbosity: number, terminate: boolean, tag: number): number;
  _OrtReleaseRunOptions(options: number): number;
  _OrtCreateTensor(type: number, data: number, bytes: number, dims: number, rank: number, location: number): number;
  _OrtGetTensorData(tensor: number, type: number, data: number, dims: number, rank: number): number;
  _OrtReleaseTensor(tensor: number): number;
  _OrtFree(pointer: number): number;
  _OrtRun(
    session: number,
    inputNames: number,
    inputs: number,
    nInputs: number,
    outputNames: number,
    nOutputs: number,
    outputs: number,
    options: number,
  ): number;
}

export type OrtFactory = (config: { numThreads: number; locateFile: () => string }) => Promise<OrtModule>;

type Data = Float32Array | BigInt64Array | Int32Array | Uint8Array;

/** Element types by ONNX's numbers. */
const TYPES: Record<string, number> = { float32: 1, bool: 9, int32: 6, int64: 7, uint8: 2 };
const ARRAYS: Record<number, new (length: number) => Data> = {
  1: Float32Array,
  2: Uint8Array,
  6: Int32Array,
  7: BigInt64Array,
  9: Uint8Array,
};
const POINTER = 4;
const CPU = 1;
const LOG_ERRORS = 3;
const ALL_OPTIMISATIONS = 99;
const ALIGNMENT = 64;

class Tensor implements OrtTensor {
  readonly type: string;
  readonly data: Data;
  readonly dims: readonly number[];

  constructor(type: string, data: Data, dims: readonly number[]) {
    this.type = type;
    this.data = data;
    this.dims = dims;
  }
}

/** @param factory  the default export of onnxruntime-web's `ort-wasm-simd-threaded.mjs` */
export async function ortWasm(
  factory: OrtFactory,
  { wasmUrl, threads }: { wasmUrl: string; threads: number },
): Promise<Ort & { memory(): RuntimeMemory }> {
  const module = await factory({ numThreads: threads, locateFile: () => wasmUrl });
  /** buffers in the module's memory, by `memory` */
  const placed = new WeakSet<object>();
  /** buffers that were there and are no longer: what lies there now belongs to something else */
  const released = new WeakSet<object>();
  check(module._OrtInit(threads, LOG_ERRORS));

  function check(failed: number): void {
    if (failed !== 0) throw lastError();
  }

  function lastError(): Error {
    const stack = module.stackSave();
    const at = module.stackAlloc(2 * POINTER);
    module._OrtGetLastError(at, at + POINTER);
    const message = module.getValue(at + POINTER, '*');
    module.stackRestore(stack);
    return new Error(message ? module.UTF8ToString(message) : 'ONNX Runtime failed');
  }

  /** The module's memory, which may have grown. */
  function heap(): Uint8Array {
    module.getValue(0, 'i8');
    return module.HEAPU8;
  }

  function allocate(bytes: number): number {
    const pointer = module._malloc(Math.max(1, bytes));
    if (pointer === 0) throw new Error(`no memory for ${bytes} bytes more`);
    return pointer;
  }

  function copyIn(data: Data): number {
    const pointer = allocate(data.byteLength);
    heap().set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), pointer);
    return pointer;
  }

  function refuseReleased(data: Data): void {
    if (released.has(data)) throw new Error('a buffer was used after its memory was released; ask for a new one');
  }

  /** An ORT value over a buffer; what had to be copied for it goes to `copied`. */
  function valueOf({ type, data, dims }: Tensor, copied: number[]): number {
    refuseReleased(data);
    let pointer = data.byteOffset;
    if (!placed.has(data)) copied.push((pointer = copyIn(data)));
    const stack = module.stackSave();
    const shape = module.stackAlloc(POINTER * Math.max(1, dims.length));
    dims.forEach((dim, i) => module.setValue(shape + POINTER * i, dim, 'i32'));
    const value = module._OrtCreateTensor(TYPES[type], pointer, data.byteLength, shape, dims.length, CPU);
    module.stackRestore(stack);
    if (value === 0) throw lastError();
    return value;
  }

  /** What came out, copied: into the array that was given, else a new one. */
  function readOut(value: number, given: Tensor | null): Tensor {
    const stack = module.stackSave();
    try {
      const at = module.stackAlloc(4 * POINTER);
      check(module._OrtGetTensorData(value, at, at + POINTER, at + 2 * POINTER, at + 3 * POINTER));
      const [type, pointer, shape, rank] = [0, 1, 2, 3].map((i) => module.getValue(at + i * POINTER, '*'));
      const dims = Array.from({ length: rank }, (_, i) => module.getValue(shape + i * POINTER, 'i32'));
      check(module._OrtFree(shape));
      const data = given?.data ?? new ARRAYS[type](dims.reduce((size, dim) => size * dim, 1));
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      bytes.set(heap().subarray(pointer, pointer + data.byteLength));
      const name = Object.keys(TYPES).find((key) => TYPES[key] === type) as string;
      return given ?? new Tensor(name, data, dims);
    } finally {
      module.stackRestore(stack);
    }
  }

  async function create(model: Uint8Array): Promise<OrtSession> {
    const options = module._OrtCreateSessionOptions(
      ALL_OPTIMISATIONS,
      false, // no arena: what is free can be used by other models
      false,
      0, // one operation after another
      false, // no profile
      0,
      0, // no name
      LOG_ERRORS,
      0,
      0, // the optimised model is not written anywhere
    );
    if (options === 0) throw lastError();
    const bytes = copyIn(model);
    const session = module._OrtCreateSession(bytes, model.byteLength, options);
    module._free(bytes);
    module._OrtReleaseSessionOptions(options);
    if (session === 0) throw lastError();
    const runOptions = module._OrtCreateRunOptions(LOG_ERRORS, 0, false, 0);
    const names = new Map<string, number>();

    const nameOf = (name: string): number => {
      let pointer = names.get(name);
      if (pointer === undefined) {
        const length = module.lengthBytesUTF8(name) + 1;
        pointer = allocate(length);
        module.stringToUTF8(name, pointer, length);
        names.set(name, pointer);
      }
      return pointer;
    };
    const list = (pointers: readonly number[]): number => {
      const at = module.stackAlloc(POINTER * Math.max(1, pointers.length));
      pointers.forEach((pointer, i) => module.setValue(at + POINTER * i, pointer, '*'));
      return at;
    };

    async function run(
      feeds: Readonly<Record<string, Tensor>>,
      fetches: Readonly<Record<string, Tensor | null>>,
    ): Promise<Record<string, OrtTensor>> {
      const [inputNames, outputNames] = [Object.keys(feeds), Object.keys(fetches)];
      const copied: number[] = [];
      const inputs: number[] = [];
      let outputs: number[] = [];
      const stack = module.stackSave();
      try {
        for (const name of inputNames) inputs.push(valueOf(feeds[name], copied));
        for (const name of outputNames) {
          const given = fetches[name];
          if (given) refuseReleased(given.data);
          outputs.push(given && placed.has(given.data) ? valueOf(given, copied) : 0);
        }
        const at = list(outputs);
        const failed = module._OrtRun(
          session,
          list(inputNames.map(nameOf)),
          list(inputs),
          inputs.length,
          list(outputNames.map(nameOf)),
          outputs.length,
          at,
          runOptions,
        );
        const made = outputs.map((_, i) => module.getValue(at + POINTER * i, '*'));
        const inPlace = outputs.map((output) => output !== 0);
        outputs = made;
        check(failed);
        return Object.fromEntries(
          outputNames.map((name, i) => [
            name,
            inPlace[i] ? (fetches[name] as Tensor) : readOut(made[i], fetches[name]),
          ]),
        );
      } finally {
        module.stackRestore(stack);
        for (const value of [...inputs, ...outputs]) if (value !== 0) module._OrtReleaseTensor(value);
        for (const pointer of copied) module._free(pointer);
      }
    }

    return {
      run: run as OrtSession['run'],
      async release() {
        module._OrtReleaseSession(session);
        module._OrtReleaseRunOptions(runOptions);
        for (const pointer of names.values()) module._free(pointer);
      },
    };
  }

  return {
    Tensor: Tensor as unknown as Ort['Tensor'],
    InferenceSession: { create },
    memory() {
      const pointers: number[] = [];
      const views: Float32Array[] = [];
      return {
        float32(length) {
          const pointer = allocate(4 * length + ALIGNMENT);
          const aligned = Math.ceil(pointer / ALIGNMENT) * ALIGNMENT;
          const view = new Float32Array(heap().buffer, aligned, length).fill(0);
          pointers.push(pointer);
          views.push(view);
          placed.add(view);
          return view;
        },
        release() {
          for (const view of views.splice(0)) {
            placed.delete(view);
            released.add(view);
          }
          for (const pointer of pointers.splice(0)) module._free(pointer);
        },
      };
    },
  };
}

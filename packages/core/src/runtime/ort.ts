/**
 * A runtime on ONNX Runtime's JavaScript API. The API is given, not imported, so that the same code serves
 * onnxruntime-node and onnxruntime-web; the types below are the part of it that is used.
 */
import { FormatError, InputError, NumericalError } from '../base/index.ts';
import { readOnnx } from '../graph/index.ts';
import type { Executable, Runtime, RuntimeMemory, TensorInfo, TensorValue } from './runtime.ts';

/** ONNX Runtime's Tensor, as far as it is used here. */
export interface OrtTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

/** ONNX Runtime's InferenceSession, as far as it is used here. */
export interface OrtSession {
  run(
    feeds: Readonly<Record<string, never>>,
    fetches: Readonly<Record<string, never>>,
  ): Promise<Readonly<Record<string, OrtTensor>>>;
  release(): Promise<void>;
}

/** `onnxruntime-node`, `onnxruntime-web`: what they have in common. */
export interface Ort {
  readonly InferenceSession: { create(model: Uint8Array, options?: never): Promise<OrtSession> };
  readonly Tensor: new (type: never, data: never, dims: readonly number[]) => OrtTensor;
}

export interface OrtOptions {
  /** engine and place, to be shown */
  name?: string;
  /** ONNX Runtime's own session options: threads, execution providers, optimisation level */
  sessionOptions?: Readonly<Record<string, unknown>>;
  /**
   * Whether the binding writes into output buffers that it is given, as onnxruntime-node does (it returns a copy
   * besides, which is left alone). onnxruntime-web does not, though it gives the buffers back: results are then copied.
   */
  writesInPlace?: boolean;
  /** buffers that the binding takes without a copy */
  memory?: () => RuntimeMemory;
}

/** ONNX Runtime as a runtime. */
export function ortRuntime(
  ort: Ort,
  { name = 'onnxruntime', sessionOptions = {}, writesInPlace = false, memory }: OrtOptions = {},
): Runtime {
  return {
    name,
    ...(memory && { memory }),
    async load(model) {
      const { inputs, outputs } = readOnnx(model);
      let session: OrtSession;
      try {
        session = await ort.InferenceSession.create(model, sessionOptions as never);
      } catch (cause) {
        throw new FormatError(`${name} does not accept the model: ${oneLine(cause)}`, { code: 'model', cause });
      }
      return executable(ort, session, inputs, outputs, writesInPlace);
    },
  };
}

function executable(
  ort: Ort,
  session: OrtSession,
  inputs: readonly TensorInfo[],
  outputs: readonly TensorInfo[],
  writesInPlace: boolean,
): Executable {
  // the same value objects come back at every training step, so their wrappers are kept
  const wrappers = new WeakMap<TensorValue, OrtTensor>();
  const wrap = (value: TensorValue): OrtTensor => {
    let tensor = wrappers.get(value);
    if (!tensor) {
      tensor = new ort.Tensor(value.dtype as never, value.data as never, value.shape);
      wrappers.set(value, tensor);
    }
    return tensor;
  };
  const wrapAll = (values: Record<string, TensorValue>): Record<string, OrtTensor> =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, wrap(value)]));
  let released = false;

  return {
    inputs,
    outputs,
    async run(feeds, into = {}) {
      if (released) throw new InputError('run: the model was disposed of; load it again');
      const sizes = new Map<string, number>();
      check('input', feeds, inputs, sizes);
      check('output', into, outputs, sizes);
      const missing = inputs.find((i) => !Object.hasOwn(feeds, i.name));
      if (missing) throw new InputError(`run: input "${missing.name}" ${show(missing)} is missing`);
      const fetches: Record<string, OrtTensor | null> = writesInPlace ? wrapAll(into) : {};
      for (const { name } of outputs) fetches[name] ??= null;
      const results = await runSession(session, wrapAll(feeds), fetches);
      const given: Record<string, TensorValue> = {};
      for (const { name, dtype } of outputs) {
        const buffer = into[name];
        if (buffer && !writesInPlace) copyInto(buffer, results[name]);
        given[name] = buffer ?? asValue(results[name], dtype);
      }
      return given;
    },
    async dispose() {
      if (released) return;
      released = true;
      await session.release();
    },
  };
}

async function runSession(
  session: OrtSession,
  feeds: Record<string, OrtTensor>,
  fetches: Record<string, OrtTensor | null>,
): Promise<Readonly<Record<string, OrtTensor>>> {
  try {
    return await session.run(feeds as never, fetches as never);
  } catch (cause) {
    throw new NumericalError(`the model could not be run: ${oneLine(cause)}`, { code: 'run', cause });
  }
}

const asValue = ({ dims, data }: OrtTensor, dtype: TensorInfo['dtype']): TensorValue => ({
  dtype,
  shape: dims,
  data: data as TensorValue['data'],
});

function copyInto(buffer: TensorValue, { data }: OrtTensor): void {
  (buffer.data as { set(from: ArrayLike<unknown>): void }).set(data as ArrayLike<unknown>);
}

/** @throws InputError unless every value belongs to a port and fits it; a size that varies must be the same in all */
function check(
  kind: string,
  values: Record<string, TensorValue>,
  ports: readonly TensorInfo[],
  sizes: Map<string, number>,
): void {
  for (const [name, { dtype, shape, data }] of Object.entries(values)) {
    const port = ports.find((p) => p.name === name);
    if (!port) {
      throw new InputError(`run: got ${kind} "${name}", expected one of ${ports.map((p) => p.name).join(', ')}`);
    }
    const fits =
      dtype === port.dtype &&
      shape.length === port.shape.length &&
      port.shape.every((dim, i) => {
        if (typeof dim === 'number') return dim === shape[i];
        const size = sizes.get(dim) ?? shape[i];
        if (dim !== '') sizes.set(dim, size);
        return dim === '' || size === shape[i];
      });
    const count = shape.reduce((a, b) => a * b, 1);
    if (!fits || data.length !== count) {
      const varying = [...sizes].map(([dim, size]) => `${dim} = ${size}`).join(', ');
      throw new InputError(
        `run: got ${kind} "${name}" ${dtype} [${shape.join(', ')}] with ${data.length} numbers, ` +
          `expected ${show(port)}${varying && ` where ${varying}`}`,
      );
    }
  }
}

const show = ({ dtype, shape }: TensorInfo): string => `${dtype} [${shape.map((d) => d || '?').join(', ')}]`;

function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 300);
}

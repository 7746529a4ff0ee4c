/**
 * One model from elsewhere as a function of rows: [n, from] → [n, to]. It may take one row at a time, a fixed number of
 * them or any, rows may have a shape of their own, and inputs beside the rows are fed what was found or told.
 */
import { FormatError, InputError, matrix } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { onnxPorts, withFloatPorts } from '../graph/index.ts';
import type { OnnxPort, OnnxPorts } from '../graph/index.ts';
import type { Executable, Runtime, TensorValue } from '../runtime/index.ts';
import { classValues, countClasses } from './brought-classes.ts';
import type { ClassInput } from './brought-classes.ts';

/** How a model is fed and read, as space.json keeps it. */
export interface ModelSpec {
  readonly input: string;
  readonly output: string;
  /** the shape of a row as the model takes it, and of one that it gives: [1, 28, 28] */
  readonly takes: readonly number[];
  readonly gives: readonly number[];
  /** rows a call, where the model says how many; 0 where it takes any; −1 where its input has no dimension for them */
  readonly batch: number;
  /** what the inputs beside the rows are fed; a dimension of −1 is that of the rows, which all get the same values */
  readonly inputs?: Readonly<Record<string, { shape: readonly number[]; values: readonly number[] }>>;
  /** the input that takes the class of each row */
  readonly classes?: ClassInput;
}

export interface RowModel {
  readonly from: number;
  readonly to: number;
  /** @param classes  of each row, where it takes them; negative for none: all in equal parts */
  run(x: Matrix, classes?: Int32Array): Promise<Matrix>;
  dispose(): Promise<void>;
}

/** A model's bytes, and how messages name them. */
export interface ModelFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** numbers that go in or out at once, and rows at most */
const CHUNK_NUMBERS = 2 ** 22;
const CHUNK_ROWS = 1024;
/** numbers of one call, where a model fixes them */
const MOST_NUMBERS = 2 ** 27;

/** @throws FormatError when the bytes are no model, or one whose weights are elsewhere */
export function portsOf({ name, bytes }: ModelFile): OnnxPorts {
  if (bytes.length === 0) throw new FormatError(`${name} is empty`, { code: 'onnx', details: { name } });
  const ports = onnxPorts(bytes, { name });
  if (!ports.external) return ports;
  throw new FormatError(`${name} keeps its weights in a file of their own; bring that file too, or export it as one`, {
    code: 'onnx',
    details: { name },
  });
}

/** Loads a model with one output. @throws FormatError in one line that names an operator the runtime does not know */
export async function loadModel(
  { name, bytes }: ModelFile,
  output: string,
  runtime: Runtime,
): Promise<{ executable: Executable; feed(input: string): string; output: string }> {
  const ports = withFloatPorts(bytes, [output], { name });
  let executable: Executable;
  try {
    executable = await runtime.load(ports.bytes);
  } catch (cause) {
    throw refused(name, bytes, runtime, cause);
  }
  return { executable, feed: (input) => ports.inputs[input], output: ports.outputs[output] };
}

/** A loaded model by its spec. */
export async function rowModel(file: ModelFile, spec: ModelSpec, runtime: Runtime): Promise<RowModel> {
  const { executable, feed, output } = await loadModel(file, spec.output, runtime);
  const { takes, gives, batch, inputs = {}, classes: byClass } = spec;
  const from = product(takes);
  const to = product(gives);
  const beside = (n: number): Record<string, TensorValue> =>
    Object.fromEntries(
      Object.entries(inputs).map(([name, { shape, values }]) => [feed(name), filled(shape, values, n)]),
    );
  const most = Math.max(1, Math.min(CHUNK_ROWS, Math.floor(CHUNK_NUMBERS / Math.max(from, to))));
  const chunk = batch === 0 ? most : Math.max(1, batch);
  let kept: { n: number; values: Record<string, TensorValue> } | undefined;

  async function call(data: Float32Array, n: number, classes?: Int32Array): Promise<Float32Array> {
    if (kept?.n !== n) kept = { n, values: beside(n) };
    const shape = batch === -1 ? takes : [n, ...takes];
    const results = await executable.run({
      [feed(spec.input)]: { dtype: 'float32', shape, data },
      ...kept.values,
      ...(classes && byClass && { [feed(byClass.input)]: classValues(byClass, classes) }),
    });
    const result = results[output];
    if (result.data.length === n * to) return result.data as Float32Array;
    throw new InputError(
      `${file.name}: output "${spec.output}" has shape [${result.shape.join(', ')}] for ${n} rows, ` +
        `expected ${n} × ${gives.join(' × ')}`,
      { code: 'shape', details: { name: file.name, output: spec.output } },
    );
  }

  async function runAll(x: Matrix, classes?: Int32Array): Promise<Matrix> {
    const out = matrix(x.rows, to);
    for (let start = 0; start < x.rows; start += chunk) {
      const n = Math.min(chunk, x.rows - start);
      let data = x.data.subarray(start * from, (start + n) * from);
      let own = classes?.subarray(start, start + n);
      const whole = batch > 0 && n < batch;
      if (whole) {
        data = padded(data, from, batch);
        own = own && Int32Array.from({ length: batch }, (_, i) => own![Math.min(i, n - 1)]);
      }
      const rows = await call(data, whole ? batch : n, own);
      out.data.set(rows.subarray(0, n * to), start * to);
    }
    return out;
  }

  return {
    from,
    to,
    async run(x, given) {
      if (!byClass) return runAll(x);
      const classes = given ?? new Int32Array(x.rows).fill(-1);
      if (byClass.as === 'oneHot' || classes.every((code) => code >= 0)) return runAll(x, classes);
      // a class number has no neutral value: the mean over all classes stands for it
      const out = matrix(x.rows, to);
      for (let code = 0; code < byClass.nClasses; code++) {
        const { data } = await runAll(
          x,
          classes.map((own) => (own < 0 ? code : own)),
        );
        for (let i = 0; i < data.length; i++) out.data[i] += data[i] / byClass.nClasses;
      }
      return out;
    },
    dispose: () => executable.dispose(),
  };
}

/** What a model takes, as far as it is known before it has run. */
export type ModelEntry = Omit<ModelSpec, 'gives'>;

/**
 * Runs a model once to see what it gives. One that says it takes any number of rows is tried with two, and where that
 * fails, which is how a batch that was frozen on export shows, with one.
 * @param row  a row as the model takes it
 * @throws FormatError when it can't be run
 */
export async function probe(
  file: ModelFile,
  entry: ModelEntry,
  row: Float32Array,
  runtime: Runtime,
): Promise<{ spec: ModelSpec; one: Matrix }> {
  const { takes, inputs = {}, classes } = entry;
  if (product(takes) * Math.max(1, entry.batch) > MOST_NUMBERS) {
    throw new FormatError(
      `${file.name}: input "${entry.input}" takes ${Math.max(1, entry.batch)} rows of [${takes.join(', ')}] at once, ` +
        'more than can be fed here; export it with fewer rows a call',
      { code: 'shape', details: { name: file.name, input: entry.input } },
    );
  }
  const { executable, feed, output } = await loadModel(file, entry.output, runtime);
  const attempt = async (batch: number, n: number): Promise<{ spec: ModelSpec; one: Matrix }> => {
    const data = padded(row, row.length, n);
    const feeds: Record<string, TensorValue> = {
      [feed(entry.input)]: { dtype: 'float32', shape: batch === -1 ? takes : [n, ...takes], data },
    };
    for (const [name, { shape, values }] of Object.entries(inputs)) feeds[feed(name)] = filled(shape, values, n);
    // the last class, so that a model that knows fewer shows it
    if (classes) feeds[feed(classes.input)] = classValues(classes, new Int32Array(n).fill(classes.nClasses - 1));
    const { shape, data: given } = (await executable.run(feeds))[output];
    const size = given.length / n;
    const byRow = batch !== -1 && shape[0] === n;
    if (!Number.isInteger(size) || size === 0 || (batch === 0 && !byRow)) {
      throw new Error(`output "${entry.output}" has shape [${shape.join(', ')}] for ${n} rows`);
    }
    const gives = byRow ? shape.slice(1) : batch === -1 && shape[0] !== 1 ? shape : [size];
    const spec = { ...entry, batch, gives: gives.length === 0 || product(gives) !== size ? [size] : [...gives] };
    return { spec, one: matrix(1, size, (given as Float32Array).slice(0, size)) };
  };
  try {
    if (entry.batch !== 0) return await attempt(entry.batch, Math.max(1, entry.batch));
    return await attempt(0, 2).catch(() => attempt(1, 1));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace('the model could not be run: ', '') : String(cause);
    throw new FormatError(
      `${file.name} can't be run on rows of shape [${takes.join(', ')}] at input "${entry.input}"` +
        `${classes ? `, class ${classes.nClasses - 1} at input "${classes.input}"` : ''}: ${why}`,
      { code: 'shape', details: { name: file.name, input: entry.input, shape: [...takes] }, cause },
    );
  } finally {
    await executable.dispose();
  }
}

/** `x` float32 [batch, 1, 28, 28], for messages. */
export function showPort({ name, type, shape }: OnnxPort): string {
  return `"${name}" ${type} ${shape ? `[${shape.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]` : 'of no known shape'}`;
}

export const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** The last rows of a fixed batch: what is missing is filled with the last one, which is as valid as any. */
function padded(data: Float32Array, width: number, rows: number): Float32Array {
  const out = new Float32Array(rows * width);
  out.set(data);
  const last = data.subarray(data.length - width);
  for (let at = data.length; at < out.length; at += width) out.set(last, at);
  return out;
}

/** One number for all, or as many as a row of the shape has. */
function filled(shape: readonly number[], values: readonly number[], n: number): TensorValue {
  const full = shape.map((dim) => (dim === -1 ? n : dim));
  const data = Float32Array.from({ length: product(full) }, (_, i) => values[i % values.length]);
  return { dtype: 'float32', shape: full, data };
}

/**
 * How many classes a model knows that takes their numbers, by trial.
 * @throws FormatError when it fails at the first
 */
export async function classesKnown(
  file: ModelFile,
  entry: ModelEntry & { classes: ClassInput },
  row: Float32Array,
  runtime: Runtime,
): Promise<number | undefined> {
  let refusal: unknown;
  const known = await countClasses(async (code) => {
    try {
      await probe(file, { ...entry, classes: { ...entry.classes, nClasses: code + 1 } }, row, runtime);
      return true;
    } catch (error) {
      if (code === 0) refusal = error;
      return false;
    }
  });
  if (known === 0) throw refusal;
  return known;
}

/** Why an engine refused a model, as far as it can be told in a line. */
function refused(name: string, bytes: Uint8Array, runtime: Runtime, cause: unknown): FormatError {
  const said = deepest(cause).replaceAll(/\s+/g, ' ').trim();
  const { opsets } = onnxPorts(bytes, { name });
  const engine = runtime.name.replace(/,.*/, '');
  const error = (message: string, details: Record<string, unknown>, code: string): FormatError =>
    new FormatError(`${name} ${message}`, { code, details: { name, ...details }, cause });

  const unknown =
    /Fatal error: ([\w.:-]+)\(-?\d+\) is not a registered/.exec(said)?.[1] ??
    /No Op registered for (\w+)/.exec(said)?.[1] ??
    /Could not find an implementation for (\w+)/.exec(said)?.[1];
  if (unknown !== undefined) {
    const [operator, domain = ''] = unknown.split(':').reverse();
    const opset = opsets[domain === 'ai.onnx' ? '' : domain];
    return error(
      `uses the operator ${operator} of ${domain && domain !== 'ai.onnx' ? `${domain}, ` : ''}opset ${opset ?? '?'}, ` +
        `which ${engine} can't run; export it in ONNX's standard operators, opset 17`,
      { operator, domain, opset },
      'operator',
    );
  }
  const until = /domain (\S+) is till opset (\d+)/.exec(said);
  if (until) {
    const opset = opsets[until[1] === 'ai.onnx' ? '' : until[1]];
    return error(
      `is of opset ${opset}; ${engine} knows up to ${until[2]}: export it with opset 17`,
      { opset },
      'operator',
    );
  }
  const short = said.replace(/^.*(does not accept the model|void onnxruntime::\S+): /, '').slice(0, 200);
  return error(`is not a model that can be loaded (damaged or cut short?): ${short}`, {}, 'onnx');
}

/** What the engine itself said. */
function deepest(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : deepest(error.cause);
}

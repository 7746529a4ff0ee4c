/**
 * A model whose weights lie in a file beside it → one file with all. Exporters write large models so, and some all of
 * them: encoder.onnx and encoder.onnx.data.
 */
import { PbfWriter } from 'pbf';
import { FormatError, joinBytes } from '../base/index.ts';
import { Reader } from './proto-reader.ts';

/** Numbers of fields in ModelProto, GraphProto and TensorProto. */
const GRAPH = 7;
const INITIALIZER = 5;
const RAW_DATA = 9;
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;

/**
 * @param beside  the files beside the model, by name
 * @throws FormatError that names a file that is missing or too short
 */
export function inlineWeights(
  bytes: Uint8Array,
  beside: Readonly<Record<string, Uint8Array>>,
  { name = 'model.onnx' }: { name?: string } = {},
): Uint8Array {
  const reader = new Reader(bytes, name);
  const slice = (from: number, to: number): Uint8Array => bytes.subarray(from, to);
  const model: Uint8Array[] = [];
  let graph: Uint8Array[] = [];
  let tensor: Uint8Array[] | undefined;
  reader.fields(
    bytes.length,
    (tag) => {
      if (tag !== GRAPH) return;
      graph = [];
      reader.message(
        (field) => {
          tensor = field === INITIALIZER ? inlinedTensor(reader, slice, beside, name) : undefined;
        },
        (_, from, to) => graph.push(...(tensor ? message(INITIALIZER, tensor) : [slice(from, to)])),
      );
    },
    (tag, from, to) => model.push(...(tag === GRAPH ? message(GRAPH, graph) : [slice(from, to)])),
  );
  return joinBytes(model);
}

/** The pieces of a tensor with its numbers in it; undefined where they are in it already. */
function inlinedTensor(
  reader: Reader,
  slice: (from: number, to: number) => Uint8Array,
  beside: Readonly<Record<string, Uint8Array>>,
  name: string,
): Uint8Array[] | undefined {
  const entries: Record<string, string> = {};
  const kept: Uint8Array[] = [];
  let external = false;
  reader.message(
    (tag) => {
      if (tag === DATA_LOCATION) external = reader.number() === 1;
      else if (tag === EXTERNAL_DATA) {
        let key = '';
        let value = '';
        reader.message((field) => {
          if (field === 1) key = reader.text();
          else if (field === 2) value = reader.text();
        });
        entries[key] = value;
      }
    },
    (tag, from, to) => {
      if (tag !== DATA_LOCATION && tag !== EXTERNAL_DATA) kept.push(slice(from, to));
    },
  );
  if (!external) return undefined;
  const location = (entries.location ?? '').replace(/^.*[/\\]/, '');
  const file = Object.hasOwn(beside, location) ? beside[location] : undefined;
  const details = { name, location };
  if (!file) {
    throw new FormatError(`${name} keeps its weights in ${location || 'another file'}, which is not here; bring both`, {
      code: 'onnx',
      details,
    });
  }
  const offset = Number(entries.offset ?? 0);
  const length = Number(entries.length ?? file.length - offset);
  if (!(offset >= 0 && length >= 0 && offset + length <= file.length)) {
    throw new FormatError(
      `${location} has ${file.length} bytes, but ${name} keeps weights up to byte ${offset + length} there; is it cut off?`,
      { code: 'onnx', details },
    );
  }
  return [...kept, ...message(RAW_DATA, [file.subarray(offset, offset + length)])];
}

/** A field of bytes, its key and length in front. */
function message(tag: number, parts: readonly Uint8Array[]): Uint8Array[] {
  const head = new PbfWriter();
  head.writeTag(tag, 2);
  head.writeVarint(parts.reduce((sum, part) => sum + part.length, 0));
  return [head.finish(), ...parts];
}

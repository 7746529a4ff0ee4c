import { PbfWriter } from 'pbf';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../base/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import * as g from './index.ts';
import type { DType } from './index.ts';

const runtime = nodeRuntime();

describe('withFloatPorts', () => {
  test.each<[DType, number[], number[]]>([
    ['float32', [1.5, -2], [1.5, -2]],
    ['int64', [3, -4], [3, -4]],
    ['int32', [3, -4], [3, -4]],
    ['uint8', [200, 7], [200, 7]],
    ['bool', [5, 0], [1, 0]],
  ])('feeds and reads %s as float32', async (dtype, fed, read) => {
    const x = g.input('x', ['batch', 2], dtype);
    // a cast there and back keeps the ports of that type
    const bytes = g.toOnnx({ y: g.reshape(x, ['batch', 2, 1]), other: g.cast(x, 'float32') });
    expect(g.onnxPorts(bytes).inputs).toEqual([{ name: 'x', type: dtype, shape: ['batch', 2] }]);
    const ports = g.withFloatPorts(bytes, ['y']);
    const model = await runtime.load(ports.bytes);
    expect(model.inputs.map((port) => port.dtype)).toEqual(['float32']);
    expect(model.outputs.map((port) => port.name)).toEqual([ports.outputs.y]);
    const out = await model.run({
      [ports.inputs.x]: { dtype: 'float32', shape: [1, 2], data: Float32Array.from(fed) },
    });
    expect([...out[ports.outputs.y].data]).toEqual(read);
    await model.dispose();
  });

  test('refuses texts, and names the port', () => {
    const bytes = retyped(g.toOnnx({ y: g.exp(g.input('words', ['batch'])) }), 'words', 8);
    expect(() => g.withFloatPorts(bytes, ['y'])).toThrow(FormatError);
    expect(() => g.withFloatPorts(bytes, ['y'], { name: 'e.onnx' })).toThrow('e.onnx: "words" is of type string');
  });
});

describe('onnxPorts', () => {
  test('sees how outputs end, whatever moves them afterwards', () => {
    const x = g.input('x', ['batch', 4]);
    const bytes = g.toOnnx({
      a: g.reshape(g.sigmoid(x), ['batch', 2, 2]),
      b: g.transpose(g.reshape(g.tanh(x), ['batch', 2, 2]), [0, 2, 1]),
      c: g.add(g.sigmoid(x), 1),
    });
    const { endings, opsets, external } = g.onnxPorts(bytes);
    expect(endings).toEqual({ a: 'Sigmoid', b: 'Tanh', c: 'Add' });
    expect([opsets, external]).toEqual([{ '': 17 }, false]);
  });

  test('refuses what is no model, at every length', () => {
    const bytes = g.toOnnx({ y: g.matmul(g.input('x', ['batch', 3]), g.constant(new Float32Array(9), [3, 3])) });
    for (let end = 0; end < bytes.length; end++) {
      expect(() => g.onnxPorts(bytes.subarray(0, end))).toThrow(FormatError);
    }
  });
});

/** The model with an input of another element type: its number is the one byte after the name's own message begins. */
function retyped(bytes: Uint8Array, name: string, type: number): Uint8Array {
  const port = new PbfWriter();
  port.writeStringField(1, name);
  const head = port.finish();
  const text = new TextDecoder('latin1').decode(bytes);
  const at = text.lastIndexOf(new TextDecoder('latin1').decode(head));
  // name | type { tensor { elem_type } }: three keys with their lengths, then the number
  const out = bytes.slice();
  out[at + head.length + 5] = type;
  return out;
}

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../base/index.ts';
import * as g from './index.ts';

const x = g.input('x', ['batch', 8]);
const weights = g.constant(Float32Array.from({ length: 8 * 40 }, Math.sin), [8, 40]);
const model = g.toOnnx(
  { code: g.relu(g.matmul(x, weights)), rows: g.shapeOf(x) },
  { name: 'encoder', metadata: { title: 'Ein Modell für Ziffern', portolan: '{"version":1}' } },
);

describe('readOnnx', () => {
  test('gives back what was written', () => {
    expect(g.readOnnx(model)).toEqual({
      inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 8] }],
      outputs: [
        { name: 'code', dtype: 'float32', shape: ['batch', 40] },
        { name: 'rows', dtype: 'int64', shape: [2] },
      ],
      metadata: { title: 'Ein Modell für Ziffern', portolan: '{"version":1}' },
      opsets: { '': 17 },
      irVersion: 8,
      producer: 'portolan',
      name: 'encoder',
      operations: { Gemm: 1, Relu: 1, Shape: 1 },
    });
  });

  test('the same graph gives the same bytes', () => {
    const again = g.toOnnx({ y: g.exp(g.add(x, 1)) });
    expect(g.toOnnx({ y: g.exp(g.add(x, 1)) })).toEqual(again);
  });

  test('every truncation is refused, with its name and an offset within the bytes', () => {
    for (let length = 0; length < model.length; length++) {
      // the metadata come last, so a cut between two of their entries leaves a whole model
      try {
        const { outputs } = g.readOnnx(model.subarray(0, length), { name: 'cut.onnx' });
        expect(outputs).toHaveLength(2);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
        expect((error as FormatError).message).toContain('cut.onnx');
        expect((error as FormatError).details.name).toBe('cut.onnx');
        expect((error as FormatError).details.offset).toBeLessThanOrEqual(length);
      }
    }
    expect(() => g.readOnnx(model.subarray(0, model.length / 2))).toThrow('is the file cut off?');
  });

  test('mutated bytes are read or refused, never worse', () => {
    const edits = fc.array(fc.tuple(fc.nat(model.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(edits, (list) => {
        const bytes = model.slice();
        for (const [at, byte] of list) bytes[at] = byte;
        try {
          g.readOnnx(bytes);
        } catch (error) {
          if (!(error instanceof FormatError)) throw error;
        }
      }),
      { seed: 1, numRuns: 3000 },
    );
  });

  test('random bytes are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(() => g.readOnnx(bytes)).toThrow(FormatError);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, readSafetensors, writeSafetensors } from '../../base/index.ts';
import { bytesSource } from '../source.ts';
import { readSafetensorsHead, readTensor } from './safetensors.ts';

/** A file from its parts, as the format's description has them. */
function file(head: unknown, data: number[] = []): Uint8Array {
  const json = typeof head === 'string' ? head : JSON.stringify(head);
  return Uint8Array.from([json.length & 255, json.length >> 8, 0, 0, 0, 0, 0, 0, ...Buffer.from(json), ...data]);
}
const entry = (dtype: string, shape: number[], start: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [start, end],
});

describe('safetensors', () => {
  it('reads each kind of float, unaligned', () => {
    const { tensors, metadata } = readSafetensors(
      file(
        { __metadata__: { by: 'hand' }, f: entry('F32', [2], 0, 8), h: entry('F16', [1], 8, 10), b: entry('BF16', [1], 10, 12) }, // prettier-ignore
        [0, 0, 128, 63, 0, 0, 32, 192, 0x00, 0xc1, 0x20, 0xc0],
      ),
    );
    expect(metadata).toEqual({ by: 'hand' });
    expect([...tensors.f.data]).toEqual([1, -2.5]);
    expect([...tensors.h.data]).toEqual([-2.5]);
    expect([...tensors.b.data]).toEqual([-2.5]);
  });

  it('gives back what was written, bit for bit, whole or a tensor at a time', async () => {
    const tensors = {
      bytes: { shape: [3], data: Uint8Array.of(1, 2, 3) },
      'layer.0.weight': { shape: [2, 2], data: Float32Array.of(1.1, -0, NaN, 1e-45) },
      step: { shape: [], data: BigInt64Array.of(-7n) },
      wide: { shape: [1, 2], data: Float64Array.of(Math.PI, -Infinity) },
      empty: { shape: [0, 4], data: new Float32Array(0) },
    };
    const bytes = writeSafetensors(tensors, { epoch: '3' });
    const read = readSafetensors(bytes);
    expect(read.metadata).toEqual({ epoch: '3' });
    for (const [key, { shape, data }] of Object.entries(tensors))
      expect(read.tensors[key]).toMatchObject({ shape, data });
    const source = bytesSource('a.safetensors', bytes);
    const head = await readSafetensorsHead(source);
    expect((await readTensor(source, head, 'wide')).data).toEqual(tensors.wide.data);
    await expect(readTensor(source, head, 'other')).rejects.toThrow('has no tensor other; it has');
  });

  it.each([
    ['nothing', new Uint8Array(0), /ends before the length/],
    ['a head past the end', file({ a: entry('F32', [1], 0, 4) }).subarray(0, 30), /ends inside its head/],
    ['a head beyond belief', Uint8Array.of(255, 255, 255, 255, 255, 255, 0, 0, 1), /claims a head/],
    ['no JSON', file('{"a"'), /not JSON/],
    ['an unknown type', file({ a: entry('F8', [1], 0, 1) }, [0]), /of type "F8"/],
    [
      'a shape that does not fit',
      file({ a: entry('F32', [3], 0, 4) }, [0, 0, 0, 0]),
      /has 4 bytes for tensor a, expected 12/,
    ],
    ['cut data', file({ a: entry('F32', [2], 0, 8) }, [0, 0, 0]), /ends inside tensor a/],
    ['a negative place', file({ a: entry('F32', [1], -4, 0) }, [0]), /readable shape or place/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes, 'w.safetensors')).toThrow(FormatError);
    expect(() => readSafetensors(bytes, 'w.safetensors')).toThrow(message);
  });

  it('refuses to write what does not fit', () => {
    expect(() => writeSafetensors({ a: { shape: [2], data: new Float32Array(3) } })).toThrow(/does not fit 3 numbers/);
  });

  it('survives mutation: it reads or says what is wrong', () => {
    const bytes = writeSafetensors({
      a: { shape: [2, 2], data: new Float32Array(4) },
      b: { shape: [1], data: new Int32Array(1) },
    });
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, byte, length) => {
        const changed = bytes.slice(0, length);
        changed[at] = byte;
        try {
          readSafetensors(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});

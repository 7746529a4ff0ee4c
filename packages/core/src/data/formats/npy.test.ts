import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matrixOf } from '../../base/index.ts';
import { readNpy, readNpyMatrix, readNpyStream, writeNpy } from './npy.ts';
import type { NpyArray } from './npy.ts';

/** A file as NumPy writes it, from its dictionary and the items' bytes. */
function npyFile(descr: string, fortran: boolean, shape: string, items: number[]): Uint8Array {
  const dict = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }\n`;
  const head = [0x93, ...Buffer.from('NUMPY'), 1, 0, dict.length & 255, dict.length >> 8, ...Buffer.from(dict)];
  return Uint8Array.from([...head, ...items]);
}

describe('readNpy', () => {
  it.each([
    ['<f2', [0x00, 0x3c, 0x00, 0xc1, 0x01, 0x00, 0xff, 0x7b], [1, -2.5, 2 ** -24, 65504]],
    ['>f2', [0x3c, 0x00, 0xc1, 0x00, 0x00, 0x01, 0x7b, 0xff], [1, -2.5, 2 ** -24, 65504]],
    ['|u1', [0, 1, 127, 255], [0, 1, 127, 255]],
    ['|i1', [0, 1, 127, 255], [0, 1, 127, -1]],
    ['|b1', [0, 1, 1, 0], [0, 1, 1, 0]],
    ['<i2', [1, 0, 255, 255, 0, 1, 0, 128], [1, -1, 256, -32768]],
    ['>u2', [0, 1, 255, 255, 1, 0, 0, 128], [1, 65535, 256, 128]],
    ['>i4', [0, 0, 0, 1, 255, 255, 255, 254], [1, -2]],
    ['<u4', [1, 0, 0, 0, 254, 255, 255, 255], [1, 4294967294]],
    ['<i8', [5, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255], [5, -1]],
    ['>u8', [0, 0, 0, 0, 0, 0, 1, 0], [256]],
    ['<f4', [0, 0, 128, 63, 0, 0, 32, 192], [1, -2.5]],
    ['>f4', [63, 128, 0, 0, 192, 32, 0, 0], [1, -2.5]],
    ['>f8', [63, 240, 0, 0, 0, 0, 0, 0], [1]],
  ])('reads %s', async (descr, bytes, expected) => {
    const { shape, data } = await readNpy(npyFile(descr, false, `(${expected.length},)`, bytes));
    expect(shape).toEqual([expected.length]);
    expect([...data]).toEqual(expected);
  });

  it('turns Fortran order round, in two and three dimensions', async () => {
    // numpy.asfortranarray([[1, 2, 3], [4, 5, 6]]): the columns one after the other
    const two = await readNpy(npyFile('|u1', true, '(2, 3)', [1, 4, 2, 5, 3, 6]));
    expect([...two.data]).toEqual([1, 2, 3, 4, 5, 6]);
    // numpy.asfortranarray(numpy.arange(12).reshape(2, 3, 2)).tobytes('A')
    const three = await readNpy(npyFile('|u1', true, '(2, 3, 2)', [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11]));
    expect([...three.data]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('flattens to a matrix', async () => {
    const x = await readNpyMatrix(npyFile('|u1', false, '(2, 2, 2)', [0, 1, 2, 3, 4, 5, 6, 7]));
    expect([x.rows, x.cols, ...x.data]).toEqual([2, 4, 0, 1, 2, 3, 4, 5, 6, 7]);
    expect(await readNpyMatrix(npyFile('|u1', false, '(3,)', [7, 8, 9]))).toMatchObject({ rows: 3, cols: 1 });
    expect(await readNpyMatrix(npyFile('|u1', false, '(0, 5)', []))).toMatchObject({ rows: 0 });
  });

  it('reads a Buffer, whose slices share its memory', async () => {
    const data = Float32Array.from({ length: 6 }, (_, i) => i / 2);
    const bytes = Buffer.from(writeNpy({ shape: [3, 2], data }));
    expect((await readNpyMatrix(bytes)).data).toEqual(data);
  });

  it('reads texts', async () => {
    const items = ['ab', 'ç🦆'].flatMap((text) => {
      const points = [...text].map((c) => c.codePointAt(0)!);
      return [0, 1].flatMap((i) => [...new Uint8Array(Uint32Array.of(points[i] ?? 0).buffer)]);
    });
    const bytes = npyFile('<U2', false, '(2,)', items);
    const stream = { name: 'a.npy', byteLength: bytes.length, open: async function* () { yield bytes; } }; // prettier-ignore
    expect(await readNpyStream(stream)).toEqual({ shape: [2], strings: ['ab', 'ç🦆'] });
    await expect(readNpy(bytes)).rejects.toThrow(/holds text/);
  });

  it.each([
    ['nothing', new Uint8Array(0), /ends at byte 0/],
    ['no magic', new Uint8Array(64), /not an npy file.*byte 0/],
    ['a cut head', npyFile('|u1', false, '(4,)', []).subarray(0, 20), /ends at byte 20/],
    ['cut items', npyFile('<f4', false, '(4,)', [1, 2, 3]), /has 3 bytes of items, expected 16 for shape \(4\)/],
    ['a shape beyond belief', npyFile('|u1', false, '(9999999999, 9999999999)', []), /too large/],
    ['a large shape without items', npyFile('|u1', false, '(2000000000,)', []), /has 0 bytes/],
    ['objects', npyFile('|O', false, '(1,)', [0]), /pickle/],
    ['complex numbers', npyFile('<c8', false, '(1,)', [0]), /type <c8/],
    ['integers past 2^53', npyFile('<i8', false, '(1,)', [1, 0, 0, 0, 0, 0, 0, 64]), /too large to be kept exactly/],
  ])('refuses %s', async (_, bytes, message) => {
    await expect(readNpy(bytes, 'x.npy')).rejects.toMatchObject({
      name: 'FormatError',
      message: expect.stringMatching(message),
      details: { name: 'x.npy' },
    });
  });
});

describe('writeNpy', () => {
  it('gives back what was written, for every type', async () => {
    const types = [Int8Array, Uint8Array, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...types),
        fc.array(fc.nat(5), { maxLength: 4 }),
        fc.integer(),
        async (Type, shape, seed) => {
          const data = new Type(shape.reduce((product, dim) => product * dim, 1)).map(
            (_, i) => (seed + i * 7919) % 251,
          );
          const array: NpyArray = { shape, data };
          expect(await readNpy(writeNpy(array))).toEqual(array);
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  it('refuses a shape that does not fit', () => {
    expect(() => writeNpy({ shape: [2, 2], data: new Float32Array(3) })).toThrow('shape (2, 2) holds 4 numbers, got 3');
  });

  it('is read by NumPy, where there is one', () => {
    const bytes = writeNpy(matrixOf([[1, 2.5], [-3, 4], [5, 6]])); // prettier-ignore
    const script = 'import sys, io, numpy; print(numpy.load(io.BytesIO(sys.stdin.buffer.read())).tolist())';
    let printed: string;
    try {
      printed = execFileSync('python3', ['-c', script], {
        input: bytes,
        encoding: 'utf8',
        stdio: ['pipe', 'pipe', 'ignore'],
      });
    } catch {
      return;
    }
    expect(printed.trim()).toBe('[[1.0, 2.5], [-3.0, 4.0], [5.0, 6.0]]');
  });
});

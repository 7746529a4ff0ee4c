/** Small files of every format, made by hand or by other libraries, for the tests of readers. */
import { gzipSync, zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { writeNpy } from './formats/npy.ts';
import { writeParquet } from './formats/parquet.ts';
import { writeSafetensors } from '../base/index.ts';
import { bytesSource } from './source.ts';
import type { ByteSource, ImageDecoder } from './source.ts';

/** A source from text, bytes or a plain list of them. */
export function file(name: string, content: string | Uint8Array | number[]): ByteSource {
  if (typeof content === 'string') return bytesSource(name, new TextEncoder().encode(content));
  return bytesSource(name, Uint8Array.from(content));
}

/** 6 samples of 4 × 4 bytes with their labels. */
export const pixels = Uint8Array.from({ length: 96 }, (_, i) => (i * 37) % 256);
export const digits = Uint8Array.of(3, 1, 4, 1, 5, 9);

export function idx(type: number, shape: number[], items: ArrayLike<number>): Uint8Array {
  const dims = shape.flatMap((dim) => [0, 0, dim >> 8, dim & 255]);
  return Uint8Array.from([0, 0, type, shape.length, ...dims, ...Array.from(items)]);
}

export const npy = (data: Uint8Array | Float32Array, ...shape: number[]): Uint8Array => writeNpy({ shape, data });

const WORDS = ['the', ',', '. . .', 'été', '1999', 'word'];

/** word2vec's binary table; number j of word i is i + j / 4. */
export function wordVectorsBytes(words: readonly string[], dim: number, end = ''): Uint8Array {
  const vectors = words.map((_, i) => new Uint8Array(Float32Array.from({ length: dim }, (_, j) => i + j / 4).buffer));
  const text = new TextEncoder();
  return Uint8Array.from([
    ...text.encode(`${words.length} ${dim}\n`),
    ...words.flatMap((word, i) => [
      ...text.encode(`${word.replaceAll(' ', '_')} `),
      ...vectors[i],
      ...text.encode(end),
    ]),
  ]);
}

/** One file of each format that is read, with 6 samples. */
export const FILES: Record<string, () => ByteSource> = {
  npy: () => file('a.npy', npy(pixels, 6, 4, 4)),
  npz: () => file('a.npz', zipSync({ 'x.npy': npy(pixels, 6, 4, 4), 'y.npy': npy(digits, 6) })),
  'npz stored': () => file('a.npz', zipSync({ 'x.npy': npy(pixels, 6, 4, 4), 'y.npy': npy(digits, 6) }, { level: 0 })),
  idx: () => file('a-idx3-ubyte', idx(8, [6, 4, 4], pixels)),
  'idx.gz': () => file('a-idx3-ubyte.gz', gzipSync(idx(8, [6, 4, 4], pixels))),
  safetensors: () =>
    file(
      'a.safetensors',
      writeSafetensors({
        vectors: { shape: [6, 4], data: Float32Array.from(pixels.subarray(0, 24)) },
        labels: { shape: [6], data: BigInt64Array.from([...digits].map(BigInt)) },
      }),
    ),
  csv: () =>
    file('a.csv', 'name,x,y,class\nann,1,2,a\nbob,3,4,b\n"c, d",5,6,a\ndan,7,8.5,b\neve,9,10,a\nfay,-1,1e3,b\n'),
  tsv: () => file('a.tsv', '1\t2\n3\t4\n5\t6\n7\t8\n9\t10\n11\t12\n'),
  json: () =>
    file('a.json', JSON.stringify([1, 2, 3, 4, 5, 6].map((x) => ({ x, y: -x, label: x % 2 ? 'odd' : 'even' })))),
  jsonl: () =>
    file('a.jsonl', [1, 2, 3, 4, 5, 6].map((x) => JSON.stringify({ v: [x, x + 1], label: x % 2 })).join('\n')),
  text: () =>
    file('a.txt', 'The cat sat.\nThe dog ran, too.\n\nA third line\nfour\nfive\nsix words, and then it ends\n'),
  vec: () => file('a.vec', `6 4\n${WORDS.map((word, i) => `${word} ${i} 0.5 -1e-3 ${i / 8} \n`).join('')}`),
  'glove txt': () => file('a.50d.txt', WORDS.map((word, i) => `${word} ${i}.25 0.5 -1e-3 ${i / 8}\n`).join('')),
  'word2vec bin': () => file('a.bin', wordVectorsBytes(WORDS, 4, '\n')),
  parquet: () =>
    file(
      'a.parquet',
      writeParquet({
        name: 'a',
        rows: { data: Float32Array.from(pixels.subarray(0, 24)), nSamples: 6, nFeatures: 4, scale: 1 },
        columns: [
          { name: 'label', type: 'category', codes: Int32Array.of(0, 1, 2, 0, 1, -1), categories: ['a', 'b', 'c'] },
          { name: 'age', type: 'number', values: Float64Array.of(1, 2, 3, 4, NaN, 6) },
          { name: 'note', type: 'text', values: ['p', 'q', 'r', 's', 't', ''] },
          { name: 'when', type: 'time', values: Float64Array.of(0, 1e12, NaN, 1, 2, 3) },
        ],
        medium: { kind: 'vector' },
        warnings: [],
      }),
    ),
  'parquet of another kind': () =>
    file(
      'a.parquet',
      new Uint8Array(
        parquetWriteBuffer({
          columnData: [
            { name: 'delta', type: 'INT32', encoding: 'DELTA_BINARY_PACKED', data: Int32Array.of(5, 7, 100, -3, 2, 2) },
            { name: 'wide', type: 'INT64', data: [1n, 2n, 3n, 4n, 5n, 7n] },
            { name: 'split', type: 'DOUBLE', encoding: 'BYTE_STREAM_SPLIT', data: Float64Array.of(1, 2, 3, 4, 5, 6.5) },
            { name: 'label', type: 'STRING', data: ['a', 'a', 'a', 'b', 'b', 'b'] },
            { name: 'ok', type: 'BOOLEAN', data: [true, false, true, true, false, false] },
          ],
          codec: 'GZIP',
          compressors: { GZIP: (input) => gzipSync(input) },
          rowGroupSize: 4,
        }),
      ),
    ),
  'zip of images': () =>
    file(
      'a.zip',
      zipSync({
        'one/1.png': pngOf(4, 4, 10),
        'one/2.png': pngOf(4, 4, 20),
        'two/1.png': pngOf(4, 4, 30),
        '__MACOSX/one/._1.png': new Uint8Array(3),
      }),
    ),
};

/** A file with a png's head and the fake decoder's own content: every pixel has one value. */
export function pngOf(width: number, height: number, value: number, colour = 0): Uint8Array {
  const head = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52];
  return Uint8Array.from([
    ...head,
    0,
    0,
    width >> 8,
    width & 255,
    0,
    0,
    height >> 8,
    height & 255,
    8,
    colour,
    0,
    0,
    0,
    value,
    1,
    2,
    3,
  ]);
}

/** Decodes the files that `pngOf` makes; colour type 2 gives the colour (value, 0, 0). */
export const flatDecoder: ImageDecoder = {
  decode(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const [width, height, channels] = [view.getUint32(16), view.getUint32(20), bytes[25] === 2 ? 3 : 1] as const;
    if (width * height > 1e6) throw new Error('too large');
    const data = new Uint8Array(width * height * channels);
    for (let p = 0; p < width * height; p++) data[p * channels] = bytes[29];
    return Promise.resolve({ width, height, channels, data });
  },
};

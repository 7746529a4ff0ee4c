import { gzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { FILES, digits, file, flatDecoder, idx, npy, pixels, pngOf } from './files.fixture.ts';
import { csvPieces, jsonLinesPieces, readDataset, readRows, writeNpy, writeParquet } from './index.ts';
import type { ByteSource, Column, Dataset, ReadOptions } from './index.ts';

const read = (name: string, content: string | Uint8Array, options?: ReadOptions): Promise<Dataset> =>
  readDataset([file(name, content)], options);
const decoded = { decoder: flatDecoder };

/** A column as plain values. */
function values(dataset: Dataset, name: string): unknown[] {
  const column = dataset.columns.find((column) => column.name === name) as Column;
  return column.type === 'category'
    ? Array.from(column.codes, (code) => column.categories[code] ?? null)
    : Array.from(column.values as ArrayLike<unknown>);
}
const rows = (dataset: Dataset): number[][] => {
  const x = readRows(dataset.rows);
  return Array.from({ length: x.rows }, (_, i) => [...x.data.subarray(i * x.cols, (i + 1) * x.cols)]);
};

/** Two images of 4 × 4 in which the values repeat. */
const ofPixels = (...values: number[]): Promise<Dataset> =>
  read(
    'a.npy',
    npy(
      Float32Array.from({ length: 32 }, (_, i) => values[i % values.length]),
      2,
      4,
      4,
    ),
  );
const joined = (pieces: Iterable<Uint8Array>): Uint8Array => new Uint8Array(Buffer.concat([...pieces]));
const folder = (): ByteSource[] => [
  file('pets/dog/2.png', pngOf(4, 4, 40)),
  file('pets/cat/10.png', pngOf(4, 4, 30)),
  file('pets/cat/9.png', pngOf(4, 4, 20)),
  file('pets/.DS_Store', 'x'),
];

describe('arrays', () => {
  it('knows images by their shape and keeps bytes as bytes', async () => {
    const { rows, medium, name } = await readDataset([FILES.npy()]);
    expect({ ...rows, data: [...rows.data] }).toEqual({
      data: [...pixels],
      nSamples: 6,
      nFeatures: 16,
      scale: 1 / 255,
    });
    expect(medium).toEqual({ kind: 'image', height: 4, width: 4, channels: 1 });
    expect(name).toBe('a');
  });

  it('reads colour, also when planes come first', async () => {
    const planes = npy(
      Uint8Array.from({ length: 2 * 3 * 16 }, (_, i) => Math.floor((i % 48) / 16) + 3),
      2,
      3,
      4,
      4,
    );
    const { rows, medium } = await read('a.npy', planes);
    expect(medium).toEqual({ kind: 'image', height: 4, width: 4, channels: 3 });
    expect([...rows.data.subarray(0, 6)]).toEqual([3, 4, 5, 3, 4, 5]);
  });

  it('brings pixels into [0, 1] whatever they were', async () => {
    expect(rows(await ofPixels(0, 0.5, 1))[0].slice(0, 3)).toEqual([0, 0.5, 1]);
    const bytes = await ofPixels(0, 51, 255);
    expect(bytes.rows.data).toBeInstanceOf(Uint8Array);
    expect(rows(bytes)[0][1]).toBeCloseTo(0.2);
    const signed = await ofPixels(-1, 0, 1);
    expect(rows(signed)[0].slice(0, 3)).toEqual([0, 0.5, 1]);
    expect(signed.warnings).toEqual([
      'a.npy: pixel values are from -1 to 1, so -1 is taken for black and 1 for white; add it with another range if that is wrong.',
    ]);
  });

  it('makes images of flat rows when a size is given, and says when it does not fit', async () => {
    const { medium } = await read('a.npy', npy(pixels, 6, 16), { image: { height: 4, width: 4 } });
    expect(medium).toEqual({ kind: 'image', height: 4, width: 4, channels: 1 });
    await expect(read('a.npy', npy(pixels, 6, 16), { image: { height: 5, width: 5 } })).rejects.toThrow(
      'a.npy has 16 numbers a row, which is not 5 × 5 pixels of 1 or 3 channels',
    );
  });

  it.each(['npz', 'npz stored'])('finds rows and labels in an %s', async (kind) => {
    const dataset = await readDataset([FILES[kind]()]);
    expect([dataset.rows.nSamples, dataset.rows.nFeatures, dataset.label]).toEqual([6, 16, 'y']);
    expect(dataset.columns[0]).toMatchObject({ type: 'category', categories: ['1', '3', '4', '5', '9'] });
    expect(values(dataset, 'y')).toEqual(['3', '1', '4', '1', '5', '9']);
  });

  it('reads safetensors: the table as rows, whole numbers as labels', async () => {
    const dataset = await readDataset([FILES.safetensors()]);
    expect(rows(dataset)[1]).toEqual([...pixels.subarray(4, 8)]);
    expect(values(dataset, 'labels')).toEqual(['3', '1', '4', '1', '5', '9']);
    expect(dataset.label).toBe('labels');
  });

  it('reads the pair of files that MNIST comes in, in either order, packed or not', async () => {
    const images = file('train-images-idx3-ubyte.gz', gzipSync(idx(8, [6, 4, 4], pixels)));
    const labels = file('train-labels-idx1-ubyte', idx(8, [6], digits));
    for (const files of [
      [images, labels],
      [labels, images],
    ]) {
      const dataset = await readDataset(files);
      expect([dataset.rows.nSamples, dataset.label]).toEqual([6, 'label']);
      expect(values(dataset, 'label')).toEqual(['3', '1', '4', '1', '5', '9']);
      expect(dataset.rows.data).toEqual(pixels);
    }
  });

  it('takes labels from a table or an array with one row a sample', async () => {
    const people = file('people.csv', 'who,age\nann,30\nbob,40\nann,50\nbob,60\nann,70\nbob,80\n');
    const dataset = await readDataset([FILES.npy()], { labels: people, label: 'who' });
    expect(values(dataset, 'who')).toEqual(['ann', 'bob', 'ann', 'bob', 'ann', 'bob']);
    expect(values(dataset, 'age')).toEqual([30, 40, 50, 60, 70, 80]);
    expect(dataset.label).toBe('who');
    const plain = await readDataset([FILES.npy()], { labels: file('l.csv', 'cat\ndog\ncat\ncat\ndog\ncat') });
    expect(values(plain, plain.label!)).toEqual(['cat', 'dog', 'cat', 'cat', 'dog', 'cat']);
    const array = await readDataset([FILES.npy()], { labels: file('y.npy', npy(digits, 6)) });
    expect(values(array, 'label')).toEqual(['3', '1', '4', '1', '5', '9']);
    await expect(readDataset([FILES.npy()], { labels: file('l.csv', 'label\na\nb\n') })).rejects.toMatchObject({
      message: 'l.csv has 2 labels, a.npy has 6 samples: one label a sample is needed',
      details: { labels: 2, samples: 6 },
    });
  });

  it('names a value that is not finite by row and column', async () => {
    const data = new Float32Array(12);
    data[7] = NaN;
    await expect(read('a.npy', npy(data, 4, 3))).rejects.toMatchObject({
      code: 'not-finite',
      message: expect.stringContaining('value NaN in row 2, column 1'),
    });
    data[7] = 1;
    const wide = writeNpy({ shape: [2, 2], data: Float64Array.of(1, 2, 3, 1e300) });
    await expect(read('a.npy', wide)).rejects.toThrow('value Infinity in row 1, column 1');
  });

  it('warns of features that never change', async () => {
    const { warnings } = await read('a.npy', npy(Float32Array.of(1, 2, 5, 1, 3, 5), 2, 3));
    expect(warnings).toEqual(['2 of 3 features are the same in every row and will teach nothing: 0, 2.']);
  });
});

describe('tables', () => {
  it('keeps the names of the features, and writes them again', async () => {
    const dataset = await read('a.csv', 'height,kind,weight\n1,a,3\n2,b,5\n3,a,4\n');
    expect(dataset.featureNames).toEqual(['height', 'weight']);
    expect(new TextDecoder().decode(joined(csvPieces(dataset)))).toMatch(/^kind,height,weight\n/);
    const unnamed = await readDataset([file('a.npy', npy(new Float32Array([1, 2, 3, 4, 5, 6]), 3, 2))]);
    expect(unnamed.featureNames).toBeUndefined();
  });

  it('types columns: numbers are features, the rest stands beside', async () => {
    const dataset = await readDataset([FILES.csv()]);
    expect(rows(dataset)).toEqual([[1, 2], [3, 4], [5, 6], [7, 8.5], [9, 10], [-1, 1000]]); // prettier-ignore
    expect(dataset.columns.map(({ name, type }) => [name, type])).toEqual([['name', 'text'], ['class', 'category']]); // prettier-ignore
    expect(values(dataset, 'name')).toEqual(['ann', 'bob', 'c, d', 'dan', 'eve', 'fay']);
    expect([dataset.label, values(dataset, 'class').join('')]).toEqual(['class', 'ababab']);
  });

  it('reads times, booleans, missing values and row numbers for what they are', async () => {
    const text =
      'id,x,when,ok,gap,digit\n0,1,2024-05-01,true,5,7\n1,2,2024-05-02 10:00,false,,8\n2,3,,true,6,7\n3,4,2024-05-04T00:00:00+02:00,true,NA,9\n';
    const dataset = await read('a.csv', text);
    expect(dataset.rows.nFeatures).toBe(1);
    expect(values(dataset, 'when')).toEqual([
      Date.UTC(2024, 4, 1),
      Date.UTC(2024, 4, 2, 10),
      NaN,
      Date.UTC(2024, 4, 3, 22),
    ]);
    expect(values(dataset, 'ok')).toEqual(['true', 'false', 'true', 'true']);
    expect(values(dataset, 'gap')).toEqual([5, NaN, 6, NaN]);
    expect(values(dataset, 'digit')).toEqual(['7', '8', '7', '9']);
    expect(dataset.label).toBe('digit');
    expect(dataset.warnings).toEqual([
      'Column id only counts the rows: it stands beside them and is not learned from.',
      'Column gap has 2 missing values, the first in row 1 (line 3): it stands beside the rows and is not learned from.',
    ]);
  });

  it('sorts number categories by value and keeps columns beside when told to', async () => {
    const dataset = await read('a.csv', 'a,b,y\n1,2,10\n3,4,9\n5,6,10\n', { columns: ['b'] });
    expect(dataset.columns.find(({ name }) => name === 'y')).toMatchObject({ categories: ['9', '10'] });
    expect([dataset.rows.nFeatures, ...values(dataset, 'b')]).toEqual([1, 2, 4, 6]);
    await expect(read('a.csv', 'a,b\n1,2\n3,4\n', { label: 'c' })).rejects.toThrow(
      'a.csv has no column c; its columns: a, b',
    );
  });

  it.each([
    [
      'no header',
      '1,2\n3,4\n',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      'a header of counting numbers',
      ',0,1,2\n0,5,6,7\n1,8,9,10\n',
      [
        [5, 6, 7],
        [8, 9, 10],
      ],
    ],
    [
      'semicolons, Windows line ends and a mark',
      '\ufeffa;b\r\n1;2\r\n3;4\r\n',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      'old Mac line ends',
      'a,b\r1,2\r3,4',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      'blank lines',
      'a,b\n\n1,2\n\n3,4\n\n',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['line ends within quotes', 'n,a\n"x\ny",2\n"z",4\n', [[2], [4]]],
  ])('reads a csv with %s', async (_, text, expected) => {
    expect(rows(await read('a.csv', text))).toEqual(expected);
  });

  it.each([
    ['a line too short', 'a,b\n1,2\n"x\ny",4\n5\n', 'a.csv: line 5 has 1 field, expected 2: "5"'],
    ['a line too long', 'a,b\n1,2\n1,2,3\n', 'a.csv: line 3 has 3 fields, expected 2: "1,2,3"'],
    ['an open quote', 'a,b\n1,2\n"3,4\n5,6\n', 'a.csv: line 3: a quote is opened and not closed'],
    ['a number that is none', 'a,b\n1,2\n3,nan\n5,6\n', 'a.csv: value NaN in row 1 (line 3), column b'],
    [
      'no numbers',
      'a,b\n2020-01-01,2021-01-01\n2020-01-02,2021-01-03\n',
      'a.csv has no column of numbers to learn from; its columns: a, b',
    ],
    ['one row', 'a,b\n1,2\n', 'a.csv has 1 row, at least 2 are needed'],
    ['a header alone', 'a,b\n', 'a.csv has one row and no number in it: are the rows under its header missing?'],
    ['nothing', '', 'a.csv is empty'],
    ['blanks', ' \n\n', 'a.csv is empty'],
    ['zero bytes', 'a,b\n1,\0\n', /is of no known format.*byte 6/],
  ])('refuses a csv with %s', async (_, text, message) => {
    await expect(read('a.csv', text)).rejects.toThrow(message);
  });

  it('makes images of 784 columns, by their names or when told', async () => {
    const names = Array.from({ length: 784 }, (_, i) => `pixel${i}`);
    const line = (label: number) => [label, ...names.map((_, i) => (i * label) % 256)].join(',');
    const named = await read('train.csv', `label,${names}\n${line(1)}\n${line(2)}\n`);
    expect(named.medium).toEqual({ kind: 'image', height: 28, width: 28, channels: 1 });
    expect(named.rows).toMatchObject({ nFeatures: 784, scale: 1 / 255 });
    expect(named.rows.data).toBeInstanceOf(Uint8Array);
    expect(named.label).toBe('label');
    const plain = `${line(1)}\n${line(2)}\n${line(3)}\n`;
    const told = await read('t.csv', plain, { image: { height: 28, width: 28 }, label: 'column 1' });
    expect([told.medium.kind, told.rows.nFeatures, told.rows.data[1]]).toEqual(['image', 784, 1]);
  });

  it('warns of a column of numbers with something else in it', async () => {
    const { rows, columns, warnings } = await read('a.csv', 'a,b,c\n1,2,x\n3,?,y\n5,6,7\n7,-,z\n8,9,w\n');
    expect([rows.nFeatures, columns.map(({ name }) => name)]).toEqual([1, ['b', 'c']]);
    expect(warnings).toEqual([
      'Column b has 2 values that are not numbers, the first in row 1 (line 3): it stands beside the rows and is not learned from.',
    ]);
  });

  it.each([
    ['a.json', '[[1, 2], [3, NaN]]', 'a.json: value NaN in row 1, column column 2'],
    ['a.json', '[{"a": 1, "NaN": "is NaN"}, {"a": -Infinity, "NaN": "\\"NaN"}]', 'value -Infinity in row 1, column a'],
    ['a.jsonl', '{"v": [1, 2]}\n{"v": [NaN, 2]}\n', 'value NaN in row 1 (line 2), column v[0]'],
    ['a.json', '[[1, 2], [3, NaN]', /^a\.json is not JSON/],
    ['a.npy', npy(Float32Array.of(1, 2, -Infinity, 4), 2, 2), 'row 1, column 0; expected finite numbers below 3.4e38'],
  ])('names what is not finite in %s %j', async (name, content, message) => {
    await expect(read(name, content)).rejects.toThrow(message);
  });

  it('reads each layout of JSON', async () => {
    const expected = [[1, 2], [3, 4]]; // prettier-ignore
    for (const json of [
      [
        { a: 1, b: 2 },
        { b: 4, a: 3 },
      ],
      expected,
      { a: [1, 3], b: [2, 4] },
      { columns: { a: [1, 3], b: [2, 4] } },
      { columns: ['a', 'b'], data: expected },
      { data: expected },
    ]) {
      expect(rows(await read('a.json', JSON.stringify(json, null, 1)))).toEqual(expected);
    }
    expect(rows(await read('a.jsonl', '[1,2]\n\n[3,4]\n'))).toEqual(expected);
    expect(rows(await read('a.json', '{"a":1,"b":2}\n{"a":3,"b":4}\n'))).toEqual(expected);
  });

  it('takes a column of vectors as the rows', async () => {
    const dataset = await readDataset([FILES.jsonl()]);
    expect(rows(dataset)[2]).toEqual([3, 4]);
    expect(values(dataset, 'label')).toEqual(['1', '0', '1', '0', '1', '0']);
    await expect(read('a.jsonl', '{"v":[1,2]}\n{"v":[1,2,3]}\n')).rejects.toThrow(
      'a.jsonl: row 1 (line 2) has a vector of 3 numbers in column v, expected 2',
    );
    await expect(read('a.jsonl', '{"v":[1,2]}\n{"v":[1,null]}\n')).rejects.toThrow(
      'the vector in row 1 has no number at 1',
    );
  });

  it.each([
    ['broken JSON', 'a.json', '[{"a": 1}, {"a": ]', /a\.json is not JSON/],
    ['a broken line', 'a.jsonl', '{"a":1}\n{"a":2}\n{"a":\n', /a\.jsonl is not JSON on line 3/],
    ['columns of two lengths', 'a.json', '{"a":[1,2],"b":[1]}', 'column b has 1 values, column a has 2'],
    ['a lone number', 'a.json', '5', /expected an array of rows/],
    [
      'a new key in every row',
      'a.jsonl',
      Array.from({ length: 40_000 }, (_, i) => `{"k${i}":1}`).join('\n'),
      /a\.jsonl has \d+ different keys by row \d+/,
    ],
    ['an empty list', 'a.json', '[]', 'a.json is empty'],
  ])('refuses %s', async (_, name, text, message) => {
    await expect(read(name, text)).rejects.toMatchObject({
      name: 'FormatError',
      message: expect.stringMatching(message),
    });
  });

  it('reads Parquet back as it was written, rows as a list', async () => {
    const dataset = await readDataset([FILES.parquet()]);
    expect(dataset.columns.map(({ name, type }) => [name, type])).toEqual([
      ['label', 'category'],
      ['age', 'number'],
      ['note', 'text'],
      ['when', 'time'],
    ]);
    expect(rows(dataset)[5]).toEqual([...pixels.subarray(20, 24)]);
    expect(values(dataset, 'label')).toEqual(['a', 'b', 'c', 'a', 'b', null]);
    expect(values(dataset, 'age')).toEqual([1, 2, 3, 4, NaN, 6]);
    expect(values(dataset, 'when')).toEqual([0, 1e12, NaN, 1, 2, 3]);
  });

  it('reads Parquet in several row groups, packed and encoded otherwise', async () => {
    const dataset = await readDataset([FILES['parquet of another kind']()]);
    expect(rows(dataset)).toEqual([[5, 1, 1], [7, 2, 2], [100, 3, 3], [-3, 4, 4], [2, 5, 5], [2, 7, 6.5]]); // prettier-ignore
    expect(values(dataset, 'label').join('')).toBe('aaabbb');
    expect(values(dataset, 'ok')).toEqual(['true', 'false', 'true', 'true', 'false', 'false']);
  });

  it('writes what it reads: csv, JSON lines and Parquet agree', async () => {
    const dataset = await readDataset([FILES.csv()]);
    for (const again of [
      await read('b.csv', joined(csvPieces(dataset))),
      await read('b.jsonl', joined(jsonLinesPieces(dataset))),
      await read('b.parquet', writeParquet(dataset)),
    ]) {
      expect(rows(again)).toEqual(rows(dataset));
      expect(again.columns).toEqual(dataset.columns);
      expect(again.label).toBe('class');
    }
  });

  it("reads the Embedding Projector's pair", async () => {
    const vectors = file('vectors.tsv', '1\t2\n3\t4\n5\t6\n');
    const one = await readDataset([file('metadata.tsv', 'cat\ndog\ncow\n'), vectors]);
    expect([one.rows.nSamples, one.rows.nFeatures, values(one, one.columns[0].name).join()]).toEqual([
      3,
      2,
      'cat,dog,cow',
    ]);
    const words = Array.from({ length: 60 }, (_, i) => `w${i}`);
    const many = [file('words.tsv', words.join('\n')), file('v.tsv', words.map((_, i) => `1\t${i}`).join('\n'))];
    const named = await readDataset(many);
    expect(named.columns, 'names group nothing').toEqual([{ name: 'column 1', type: 'text', values: words }]);
    expect(named.label).toBeUndefined();
    const two = await readDataset([vectors, file('metadata.tsv', 'word\tclass\ncat\ta\ndog\tb\ncow\ta\n')]);
    expect([two.label, values(two, 'word').join(), values(two, 'class').join('')]).toEqual([
      'class',
      'cat,dog,cow',
      'aba',
    ]);
  });
});

describe('images', () => {
  it('reads a folder in natural order, folders as labels', async () => {
    const dataset = await readDataset(folder(), decoded);
    expect(values(dataset, 'file')).toEqual(['pets/cat/9.png', 'pets/cat/10.png', 'pets/dog/2.png']);
    expect(values(dataset, 'label')).toEqual(['cat', 'cat', 'dog']);
    expect(dataset.label).toBe('label');
    expect(dataset.medium).toEqual({ kind: 'image', height: 4, width: 4, channels: 1 });
    expect([dataset.rows.data[0], dataset.rows.data[16], dataset.rows.data[32]]).toEqual([20, 30, 40]);
    expect(dataset.name).toBe('pets');
  });

  it('reads a zip of them, without what a Mac adds', async () => {
    const dataset = await readDataset([FILES['zip of images']()], decoded);
    expect(values(dataset, 'label')).toEqual(['one', 'one', 'two']);
  });

  it('resizes to the commonest size or the one asked for, and says so', async () => {
    const mixed = [...folder(), file('pets/dog/big.png', pngOf(8, 6, 50)), file('pets/readme.txt', 'hello')];
    const { medium, warnings, rows } = await readDataset(mixed, decoded);
    expect(medium).toMatchObject({ height: 4, width: 4 });
    expect([...rows.data.subarray(48)]).toEqual(Array.from({ length: 16 }, () => 50));
    expect(warnings).toEqual([
      '1 of 4 images had another size and were resized to 4 × 4 pixels.',
      '1 file is not an image and was left out.',
    ]);
    const asked = await readDataset(folder(), { ...decoded, image: { height: 2, width: 3, channels: 3 } });
    expect(asked.medium).toEqual({ kind: 'image', height: 2, width: 3, channels: 3 });
    expect(asked.rows.nFeatures).toBe(18);
  });

  it('keeps colour when there is some, and drops it when there is none', async () => {
    const red = await readDataset([file('a/1.png', pngOf(4, 4, 200, 2)), file('a/2.png', pngOf(4, 4, 9))], decoded);
    expect(red.medium).toMatchObject({ channels: 3 });
    expect([...red.rows.data.subarray(0, 3), ...red.rows.data.subarray(48, 51)]).toEqual([200, 0, 0, 9, 9, 9]);
    const black = await readDataset([file('a/1.png', pngOf(4, 4, 0, 2)), file('a/2.png', pngOf(4, 4, 7))], decoded);
    expect(black.medium).toMatchObject({ channels: 1 });
    expect([black.rows.data.length, black.rows.data[16]]).toEqual([32, 7]);
  });

  it('names the file that is damaged, and what would be too large', async () => {
    await expect(
      readDataset([...folder(), file('pets/bad.png', pngOf(4, 4, 1).slice(0, 20))], decoded),
    ).rejects.toMatchObject({
      name: 'FormatError',
      details: { name: 'pets/bad.png' },
    });
    const huge = [1, 2].map((i) => file(`${i}.png`, pngOf(1000, 1000, i)));
    await expect(readDataset(huge, { ...decoded, limit: 1e6 })).rejects.toThrow(/give a smaller size, as 64x64/);
    await expect(readDataset([file('1.png', pngOf(60_000, 60_000, 1))], decoded)).rejects.toThrow(/at most 100000000/);
    await expect(readDataset(folder())).rejects.toThrow(/no image decoder/);
  });
});

describe('the door', () => {
  it('knows formats by content, whatever the name', async () => {
    for (const [kind, make] of Object.entries(FILES)) {
      if (['tsv', 'csv', 'text'].includes(kind)) continue;
      const source = { ...make(), name: 'download' };
      const dataset = await readDataset([source], decoded);
      expect([kind, dataset.rows.nSamples]).toEqual([kind, kind === 'zip of images' ? 3 : 6]);
    }
    expect((await read('data.csv.gz', gzipSync(new TextEncoder().encode('a,b\n1,2\n3,4\n')))).rows.nSamples).toBe(2);
    expect(
      (await read('data.zip', zipSync({ 'in/data.csv': new TextEncoder().encode('a,b\n1,2\n3,4\n') }))).rows.nSamples,
    ).toBe(2);
  });

  it.each([
    ['a.npy', 'hello', 'a.npy is not an npy file, as its name says; is it damaged or cut off? (byte 0)'],
    ['a.parquet', 'hello', /a\.parquet is not a Parquet file/],
    ['a.bin', '\0\x01\x02\x03', /a\.bin is of no known format; read are npy, npz, csv/],
    ['a.npy', '', 'a.npy is empty'],
  ])('refuses %s when it is something else', async (name, text, message) => {
    await expect(read(name, text)).rejects.toThrow(message);
  });

  it('refuses a zip whose names lead out of it', async () => {
    for (const path of ['../x.npy', 'a/../../x.npy', '..\\x.npy', 'a/..']) {
      const zip = zipSync({ [path]: npy(new Float32Array(4), 2, 2) });
      for (const name of ['x.npz', 'x.zip']) await expect(read(name, zip)).rejects.toThrow(/"[^"]+" leads out of it/);
    }
  });

  it('refuses bombs: gzip that declares or holds too much, zip likewise', async () => {
    const zeros = new Uint8Array(3e6);
    await expect(read('a.npy.gz', gzipSync(npy(zeros, 3000, 1000)), { limit: 1e6 })).rejects.toMatchObject({
      code: 'too-large',
    });
    const lying = gzipSync(npy(zeros, 3000, 1000));
    lying.set([0, 1, 0, 0], lying.length - 4);
    await expect(read('a.npy.gz', lying)).rejects.toMatchObject({ name: 'FormatError' });
    await expect(read('a.npz', zipSync({ 'x.npy': npy(zeros, 3000, 1000) }), { limit: 1e6 })).rejects.toMatchObject({
      code: 'too-large',
    });
  });

  it('cannot be given files that do not belong together', async () => {
    await expect(readDataset([])).rejects.toThrow('no files were given');
    await expect(readDataset([FILES.npy(), FILES.npy(), FILES.npy()])).rejects.toThrow(/3 files that are not images/);
    await expect(readDataset([FILES.npy(), FILES.npy()])).rejects.toThrow(/which one holds the rows can't be told/);
  });
});

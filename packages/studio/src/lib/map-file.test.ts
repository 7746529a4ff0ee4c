import { expect, test } from 'vitest';
import { matrixOf } from '@portolan/core/base';
import { bytesSource, readDataset, type Column } from '@portolan/core/data';
import { mapFiles, type MapFileArgs } from './map-file.ts';

const places = matrixOf([
  [0, 1],
  [2, 3],
  [4, 5.5],
]);
const codes = matrixOf([
  [1, 2, 3],
  [4, 5, 6],
  [7, 8, 9],
]);
const columns: Column[] = [
  { name: 'kind', type: 'category', categories: ['a', 'b'], codes: Int32Array.of(0, 1, -1) },
  { name: 'said', type: 'text', values: ['tab\there', 'two', 'three'] },
];
const args = (format: MapFileArgs['format'], points: number[] | null = null): MapFileArgs => ({
  format,
  columns,
  points: points && Uint32Array.from(points),
  title: 'chart',
  about: 'three points',
  medium: null,
  viewer: 'var portolanViewer;',
});
const mapped = { places, codes, rows: null };
const textOf = (blob: Blob): Promise<string> => blob.text();

test('a selection as csv, with the rows it is of', async () => {
  const { '.csv': csv } = mapFiles(args('csv', [2, 0]), mapped);
  expect((await textOf(csv)).trim().split('\n')).toEqual(['x,y,row,kind,said', '4,5.5,2,,three', '0,1,0,a,tab\there']);
});

test('for projectors the codes, and the columns beside the places', async () => {
  const files = mapFiles(args('projector'), mapped);
  expect((await textOf(files['-vectors.tsv'])).split('\n')[1]).toBe('4\t5\t6');
  const [head, first] = (await textOf(files['-metadata.tsv'])).split('\n');
  expect([head, first]).toEqual(['row\tkind\tsaid\tx\ty', '0\ta\ttab here\t0\t1']);
});

test('npy and Parquet are read back as they were', async () => {
  for (const format of ['npy', 'parquet'] as const) {
    const blob = mapFiles(args(format), mapped)[`.${format}`];
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const dataset = await readDataset([bytesSource(`map.${format}`, bytes)]);
    expect(dataset.rows.nSamples).toBe(3);
    expect([...dataset.rows.data.subarray(0, 2)].map((v) => v * dataset.rows.scale)).toEqual([0, 1]);
  }
});

test('a page holds the viewer and the title', async () => {
  const page = await textOf(mapFiles(args('html', [1]), mapped)['.html']);
  expect(page).toContain('<title>chart</title>');
  expect(page).toContain('var portolanViewer;');
});

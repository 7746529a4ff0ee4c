/** What pixel values mean: told by the values, or by the person, and kept for rows that come later. */
import { describe, expect, it } from 'vitest';
import { rangeOfKept, readDataset, readRows } from './index.ts';
import type { Dataset } from './index.ts';
import { bytesSource } from './source.ts';
import { writeNpy } from './formats/npy.ts';
import type { ReadOptions } from './read.ts';

const image = { height: 4, width: 4 };
/** Two rows of 16 pixels whose values go round. */
function of(
  values: readonly number[],
  options: ReadOptions = {},
  type: (values: number[]) => Float32Array | Uint8Array = (all) => Float32Array.from(all),
): Promise<Dataset> {
  const data = type(Array.from({ length: 32 }, (_, i) => values[i % values.length]));
  return readDataset([bytesSource('a.npy', writeNpy({ shape: [2, 16], data }))], { image, ...options });
}
const bytes = (values: number[]): Uint8Array => Uint8Array.from(values);
const first = ({ rows }: Dataset, n = 4): number[] => [...readRows(rows).data.subarray(0, n)];

describe('the range of pixel values', () => {
  it.each([
    [
      [0, 0.25, 1],
      [0, 1],
    ],
    [
      [0, 1],
      [0, 1],
    ],
    [
      [0, 4, 16],
      [0, 16],
    ],
    [
      [0, 4, 15],
      [0, 15],
    ],
    [
      [0, 3, 9],
      [0, 15],
    ],
    [
      [0, 30, 63],
      [0, 63],
    ],
    [
      [0, 30, 64],
      [0, 255],
    ],
    [
      [0, 51, 255],
      [0, 255],
    ],
    [
      [0, 0.5, 200.5],
      [0, 255],
    ],
    [
      [-1, 0.5, 1],
      [-1, 1],
    ],
    [
      [-0.01, 0.5, 1],
      [-0.01, 1],
    ],
    [
      [-128, 0, 127],
      [-128, 127],
    ],
    [
      [-3, 2.5, 1000],
      [-3, 1000],
    ],
  ])('of %j is %j', async (values, [low, high]) => {
    const dataset = await of(values);
    expect(dataset.range![0]).toBeCloseTo(low, 6);
    expect(dataset.range![1]).toBe(high);
    first(dataset, values.length).forEach((value, i) => expect(value).toBeCloseTo((values[i] - low) / (high - low), 5));
    const obvious = low === 0 && [1, 255].includes(high);
    expect(dataset.warnings.length).toBe(obvious ? 0 : 1);
  });

  it('is told of whole numbers of any type, and bytes stay bytes', async () => {
    for (const type of [bytes, undefined]) {
      const { rows, range } = await of([0, 8, 16], {}, type);
      expect(range).toEqual([0, 16]);
      expect(rows.data).toBeInstanceOf(Uint8Array);
      expect(rows.scale).toBe(1 / 16);
    }
  });

  it('is what the person says, and what lies far outside is refused', async () => {
    expect(first(await of([0, 4, 16], { range: [0, 32] }), 3)).toEqual([0, 0.125, 0.5]);
    expect(first(await of([0, 4, 16], { range: [0, 255] }, bytes), 3)[2]).toBeCloseTo(16 / 255);
    expect(first(await of([10, 15, 20], { range: [10, 20] }), 3)).toEqual([0, 0.5, 1]);
    // as it may come over a wire
    const sent = Float32Array.of(0, 16) as unknown as readonly [number, number];
    expect((await of([0, 4, 16], { range: sent })).range).toEqual([0, 16]);
    await expect(of([0, 4, 160], { range: [0, 16] })).rejects.toThrow(/values range from 0 to 160, expected 0 to 16/);
    await expect(of([0, 4], { range: [16, 0] })).rejects.toThrow(/the range of pixel values is 16 to 0/);
    await expect(of([0, 4], { range: [0, 16], image: undefined })).rejects.toThrow(/its rows are no images/);
  });

  it('holds for rows that come later, whatever they happen to hold', async () => {
    const range = rangeOfKept(await of([0, 4, 16]).then((kept) => ({ ...kept, scale: kept.rows.scale })));
    const later = { stretch: false, range };
    expect(first(await of([0, 2, 8], later), 3)).toEqual([0, 0.125, 0.5]);
    // what a decoder gave is pixels already
    expect(first(await of([0, 0.5, 1.25], later), 3)).toEqual([0, 0.5, 1.25]);
    await expect(of([0, 100, 255], later)).rejects.toThrow(/expected 0 to 16/);
  });

  it('of bytes is that of bytes for rows that come later', async () => {
    const range = rangeOfKept({ medium: { kind: 'image', height: 4, width: 4, channels: 1 }, scale: 1 / 255 });
    expect(range).toEqual([0, 255]);
    expect(first(await of([0, 1, 2], { stretch: false, range }), 3)[2]).toBeCloseTo(2 / 255);
    expect(first(await of([0, 51, 255], { stretch: false }, bytes), 2)[1]).toBeCloseTo(0.2);
  });
});

it('knows the pixels of scikit-learn’s digits by their names', async () => {
  const names = Array.from({ length: 64 }, (_, i) => `pixel_${Math.floor(i / 8)}_${i % 8}`);
  const row = (k: number): string => [...names.map((_, i) => `${((i * k) % 17).toFixed(1)}`), k % 10].join(',');
  const text = `${names.join(',')},target\n${row(1)}\n${row(3)}\n`;
  const found = await readDataset([bytesSource('digits.csv', new TextEncoder().encode(text))]);
  expect(found).toMatchObject({
    medium: { kind: 'image', height: 8, width: 8, channels: 1 },
    range: [0, 16],
    label: 'target',
  });
});

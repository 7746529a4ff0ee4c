import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../base/index.ts';
import { digits, digitsFiles } from './digits.fixture.ts';
import { readPack, readPackManifest, readRows, writeNpy } from './index.ts';
import type { Column } from './index.ts';

describe('the digits pack', () => {
  it('holds 10,000 digits of all classes, mixed, in [0, 1]', async () => {
    const { rows, columns, medium, label } = await digits();
    expect([rows.nSamples, rows.nFeatures]).toEqual([10000, 784]);
    expect(rows.data).toBeInstanceOf(Uint8Array);
    expect(medium).toEqual({ kind: 'image', height: 28, width: 28, channels: 1 });
    expect(label).toBe('digit');
    const { codes, categories } = columns[0] as Column & { type: 'category' };
    const counts = categories.map((_, digit) => codes.filter((code) => code === digit).length);
    expect(counts).toEqual([1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]); // as in the source
    const first = categories.map((_, digit) => codes.subarray(0, 1000).filter((code) => code === digit).length);
    expect(Math.min(...first)).toBeGreaterThan(70);
    const x = readRows(rows);
    let sum = 0;
    let max = 0;
    for (const value of x.data) {
      sum += value;
      max = Math.max(max, value);
    }
    expect(max).toBe(1);
    expect(sum / x.data.length).toBeCloseTo(0.13, 2); // MNIST's mean is 0.1307
  });

  it('draws ones thin and zeros with a hole', async () => {
    const { rows, columns } = await digits();
    const { codes } = columns[0] as Column & { type: 'category' };
    const centre = (digit: number): number => {
      let sum = 0;
      let n = 0;
      codes.forEach((code, i) => {
        if (code !== digit) return;
        sum += rows.data[i * 784 + 14 * 28 + 14];
        n++;
      });
      return sum / n;
    };
    expect(centre(0)).toBeLessThan(30);
    expect(centre(1)).toBeGreaterThan(180);
  });

  it('has the files that its manifest describes', async () => {
    const files = await digitsFiles();
    const manifest = readPackManifest(files['pack.json']);
    expect(Object.keys(files).sort()).toEqual(['NOTICE', 'pack.json', ...Object.keys(manifest.files)].sort());
    for (const [name, { bytes, sha256 }] of Object.entries(manifest.files)) {
      expect(files[name].length).toBe(bytes);
      expect(createHash('sha256').update(files[name]).digest('hex')).toBe(sha256);
    }
  });

  it('refuses a pack with a missing, damaged or ill-fitting file', async () => {
    const files = await digitsFiles();
    await expect(readPack({})).rejects.toThrow(/no pack\.json/);
    await expect(readPack({ 'pack.json': files['pack.json'] })).rejects.toThrow(/no rows\.npy\.gz/);
    const damaged = files['rows.npy.gz'].slice();
    damaged[50_000] ^= 1;
    await expect(readPack({ ...files, 'rows.npy.gz': damaged })).rejects.toThrow(FormatError);
    await expect(readPack({ ...files, 'rows.npy.gz': files['digit.npy.gz'] })).rejects.toThrow(
      'rows.npy.gz has shape (10000), expected (10000, 784)',
    );
  });
});

describe('a pack of texts', () => {
  const manifest = {
    name: 'links',
    medium: { kind: 'vector' },
    nSamples: 3,
    nFeatures: 0,
    scale: 1,
    columns: [
      { name: 'child', type: 'text', file: 'child.txt' },
      { name: 'weight', type: 'number', file: 'weight.npy' },
    ],
    files: {},
  };
  const pack = async (lines: string): Promise<Record<string, Uint8Array>> => ({
    'pack.json': new TextEncoder().encode(JSON.stringify(manifest)),
    'child.txt': new TextEncoder().encode(lines),
    'weight.npy': writeNpy({ shape: [3], data: Float32Array.of(1, 0.5, 2) }),
  });

  it('has rows without features, and columns of texts', async () => {
    const { rows, columns } = await readPack(await pack('cat\ndog\n\n'));
    expect([rows.nSamples, rows.nFeatures, rows.data.length]).toEqual([3, 0, 0]);
    expect(columns[0]).toEqual({ name: 'child', type: 'text', values: ['cat', 'dog', ''] });
  });

  it('says how many lines are missing', async () => {
    await expect(readPack(await pack('cat\ndog\n'))).rejects.toThrow(/child\.txt has 2 lines, expected 3/);
  });
});

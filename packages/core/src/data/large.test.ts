/** Large files are read in pieces: memory stays within the rows' own size and a constant, and cancelling is prompt. */
import { memoryUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { readDataset } from './index.ts';
import type { ByteSource, Rows } from './index.ts';

/** A file that is made while it is read: a head, then `nLines` lines that repeat `lines`, all of one length. */
function generated(name: string, head: string, nLines: number, lines: string[]): ByteSource & { largest: number } {
  const first = new TextEncoder().encode(head);
  const period = new TextEncoder().encode(lines.join(''));
  const source: ByteSource & { largest: number } = {
    name,
    largest: 0,
    byteLength: first.length + (nLines * period.length) / lines.length,
    slice(start, end = source.byteLength) {
      const to = Math.min(end, source.byteLength);
      source.largest = Math.max(source.largest, to - start);
      const out = new Uint8Array(to - start);
      let at = start;
      if (at < first.length) {
        out.set(first.subarray(at, to));
        at = Math.min(first.length, to);
      }
      while (at < to) {
        const piece = period.subarray((at - first.length) % period.length).subarray(0, to - at);
        out.set(piece, at - start);
        at += piece.length;
      }
      return Promise.resolve(out);
    },
  };
  return source;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function memoryHeld(): number {
  collect();
  const { heapUsed, arrayBuffers } = memoryUsage();
  return heapUsed + arrayBuffers;
}

/** The most memory held beyond what was held before, heap and buffers, looked at between pieces. */
async function peakOf<T>(work: (look: () => void) => Promise<T>): Promise<{ result: T; peak: number }> {
  const before = memoryHeld();
  let peak = 0;
  const result = await work(() => (peak = Math.max(peak, memoryHeld() - before)));
  return { result, peak };
}

const MB = 2 ** 20;
const value = (i: number, j: number): string => `1.${String((i * 31 + j * 17) % 10_000).padStart(4, '0')}`;
const bytesOf = (rows: Rows): number => rows.data.byteLength;

describe('a large file', () => {
  it('csv: 48 MB of text in memory of its rows and a constant', { timeout: 120_000 }, async () => {
    const cols = 100;
    const lines = Array.from({ length: 700 }, (_, i) => {
      const values = Array.from({ length: cols }, (_, j) => value(i, j));
      return `label${i % 7},${values.join(',')}\n`;
    });
    const head = `class,${Array.from({ length: cols }, (_, j) => `f${j}`).join(',')}\n`;
    const nLines = Math.floor((48 * MB) / lines[0].length);
    const source = generated('big.csv', head, nLines, lines);
    const { result, peak } = await peakOf((look) => readDataset([source], {}, { onProgress: look }));
    expect(result.rows.nSamples).toBe(nLines);
    expect(result.rows.data[cols * 1000 + 3]).toBe(Math.fround(Number(value(300, 3))));
    expect(source.largest).toBeLessThanOrEqual(2 * MB);
    expect(peak).toBeLessThan(bytesOf(result.rows) + 40 * MB);
  });

  it('npy: 200 MB of float64 in memory of its float32 rows and a constant', { timeout: 120_000 }, async () => {
    const [n, d] = [100_000, 256];
    const dict = `{'descr': '<f8', 'fortran_order': False, 'shape': (${n}, ${d}), }`.padEnd(117);
    const head = Uint8Array.from([0x93, ...Buffer.from('NUMPY'), 1, 0, 118, 0, ...Buffer.from(`${dict}\n`)]);
    const source: ByteSource = {
      name: 'big.npy',
      byteLength: head.length + n * d * 8,
      slice(start, end = source.byteLength) {
        const out = new Uint8Array(Math.min(end, source.byteLength) - start);
        if (start < head.length) out.set(head.subarray(start, end));
        // the double 1.0 everywhere: bytes 6 and 7 of each item
        for (let at = 0; at < out.length; at++) {
          const place = (start + at - head.length) % 8;
          if (start + at >= head.length && place >= 6) out[at] = place === 6 ? 0xf0 : 0x3f;
        }
        return Promise.resolve(out);
      },
    };
    const { result, peak } = await peakOf((look) => readDataset([source], {}, { onProgress: look }));
    expect([result.rows.nSamples, result.rows.data[12_345_678]]).toEqual([n, 1]);
    expect(peak).toBeLessThan(bytesOf(result.rows) + 20 * MB);
  });

  it('is left within a piece when it is cancelled', async () => {
    const controller = new AbortController();
    const source = generated('big.csv', 'a,b\n', 3_000_000, ['1,1\n']);
    let pieces = 0;
    const reading = readDataset(
      [source],
      {},
      {
        signal: controller.signal,
        onProgress({ phase, done, total }) {
          expect([phase, done <= total]).toEqual(['reading', true]);
          if (++pieces === 2) controller.abort();
        },
      },
    );
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    expect(pieces).toBe(2);
  });

  it('lets a cancel in from outside, as a server or a Worker gets it', async () => {
    const source = generated('big.csv', 'a,b\n', 30_000_000, ['1,1\n']);
    const signal = AbortSignal.timeout(100);
    const start = performance.now();
    await expect(readDataset([source], {}, { signal })).rejects.toThrow();
    expect(signal.aborted).toBe(true);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

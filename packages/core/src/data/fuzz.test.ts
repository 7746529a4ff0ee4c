/** Damaged files: every reader reads them or says, by one of our own errors, what is wrong; quickly and in little memory. */
import { memoryUsage } from 'node:process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PortolanError } from '../base/index.ts';
import { FILES, flatDecoder } from './files.fixture.ts';
import { bytesSource, readDataset } from './index.ts';

/** Damage to a file: where it ends, and bytes that are changed, placed as parts of its length. */
const damage = fc.record({
  keep: fc.oneof(
    { weight: 3, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
  ),
  changes: fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      byte: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)),
    }),
    { maxLength: 4 },
  ),
});

describe.each(Object.entries(FILES))('a damaged %s', (kind, make) => {
  it('is read or refused', { timeout: 60_000 }, async () => {
    const source = make();
    const whole = await source.slice(0);
    let slowest = 0;
    let refused = 0;
    const numRuns = kind === 'parquet' ? 1500 : 700;
    const before = memoryUsage().arrayBuffers;
    let most = 0;
    await fc.assert(
      fc.asyncProperty(damage, async ({ keep, changes }) => {
        const bytes = whole.slice(0, Math.round(keep * whole.length));
        for (const { at, byte } of changes) bytes[Math.floor(at * bytes.length)] = byte;
        const start = performance.now();
        try {
          await readDataset([bytesSource(source.name, bytes)], { decoder: flatDecoder });
        } catch (error) {
          if (!(error instanceof PortolanError)) throw error;
          refused++;
          expect(error.message).not.toMatch(/undefined|\[object|\n/);
          expect(['FormatError', 'InputError']).toContain(error.name);
          if (error.name === 'FormatError') {
            const { name, offset, line, row, limit } = error.details;
            expect(name).toBeTypeOf('string');
            expect(offset ?? line ?? row ?? limit, error.message).toBeTypeOf('number');
          }
        }
        most = Math.max(most, memoryUsage().arrayBuffers - before);
        slowest = Math.max(slowest, performance.now() - start);
      }),
      { seed: 11, numRuns },
    );
    expect(most).toBeLessThan(400e6);
    expect(slowest).toBeLessThan(3000);
    expect(refused).toBeGreaterThan(0);
  });
});

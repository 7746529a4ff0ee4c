import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

test('is what sorting all distances gives', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 9 }),
      fc.nat(),
      (n, d, k, seed) => {
        const data = Uint8Array.from({ length: n * d }, (_, i) => (Math.imul(i + 1, 2654435761 + seed) >>> 13) % 256);
        const rows = { data, nSamples: n, nFeatures: d, scale: 0.5 };
        const query = Float32Array.from({ length: d }, (_, j) => (Math.imul(j + 7, seed + 3) >>> 5) % 128);
        const except = seed % (n + 1);
        const all = Array.from({ length: n }, (_, i) => ({
          i,
          far: Math.hypot(...query.map((q, j) => data[i * d + j] * 0.5 - q)),
        }));
        const wanted = all.filter(({ i }) => i !== except).sort((a, b) => a.far - b.far || a.i - b.i);
        const got = nearest(rows, query, k, except);
        expect(got.indices).toHaveLength(Math.min(k, wanted.length));
        got.distances.forEach((far, r) => expect(far).toBeCloseTo(wanted[r].far, 2));
        expect(new Set(got.indices).size).toBe(got.indices.length);
      },
    ),
  );
});

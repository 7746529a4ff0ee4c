import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { toBase64 } from './base64.ts';

it('is what Node writes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
    }),
  );
  const long = Uint8Array.from({ length: 400_001 }, (_, i) => (i * 7919) >>> 3);
  expect(toBase64(long)).toBe(Buffer.from(long).toString('base64'));
});

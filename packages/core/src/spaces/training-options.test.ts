import { expect, test } from 'vitest';
import { batchSizeFor, epochsFor, settleTraining } from './training-options.ts';

test('little data is gone over more often, in smaller steps', () => {
  const sizes = [2, 100, 600, 3_000, 10_000, 1_000_000];
  expect(sizes.map(epochsFor)).toEqual([400, 400, 167, 33, 10, 5]);
  expect(sizes.map(batchSizeFor)).toEqual([16, 16, 16, 64, 256, 256]);
  const updates = sizes.map((n) => Math.ceil(n / batchSizeFor(n)) * epochsFor(n));
  expect(Math.min(...updates)).toBeGreaterThanOrEqual(390);
});

test('what was asked for is kept', () => {
  expect(settleTraining({ epochs: 3, batchSize: 0, seed: 1 }, 100)).toEqual({ epochs: 3, batchSize: 16, seed: 1 });
  expect(settleTraining({ epochs: 0, batchSize: 7 }, 10_000)).toEqual({ epochs: 10, batchSize: 7 });
});

import { expect, it } from 'vitest';
import { random } from '../base/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { argMax, cast, compile, constant, input } from './index.ts';

const runtime = nodeRuntime();

it('argMax finds the greatest along any axis, and of equal ones the first', async () => {
  const values = random(2).fillNormal(new Float32Array(4 * 5));
  values.set([7, 1, 7, 7, 0], 5); // row 1
  const x = input('x', ['batch', 5]);
  const executable = await compile(runtime, { last: argMax(x), first: cast(argMax(x, 0), 'float32') });
  const { last, first } = await executable.run({ x: { dtype: 'float32', shape: [4, 5], data: values } });
  const row = (i: number): number[] => Array.from(values.subarray(5 * i, 5 * i + 5));
  const column = (j: number): number[] => [0, 1, 2, 3].map((i) => values[5 * i + j]);
  const greatest = (list: number[]): number => list.indexOf(Math.max(...list));
  expect([last.dtype, last.shape]).toEqual(['int64', [4]]);
  expect(Array.from(last.data, Number)).toEqual([0, 1, 2, 3].map((i) => greatest(row(i))));
  expect(Array.from(first.data, Number)).toEqual([0, 1, 2, 3, 4].map((j) => greatest(column(j))));
  expect(() => argMax(constant([1, 2]), 1)).toThrow(/argMax: got axes/);
  await executable.dispose();
});

import { describe, expect, test } from 'vitest';
import { InputError } from '../base/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import * as g from './index.ts';
import type { Tensor } from './index.ts';

const runtime = nodeRuntime();
const f32 = (shape: number[], data: ArrayLike<number>) =>
  ({ dtype: 'float32', shape, data: Float32Array.from(data) }) as const;
const operations = (...outputs: Tensor[]): Readonly<Record<string, number>> =>
  g.readOnnx(g.toOnnx(Object.fromEntries(outputs.map((t, i) => [`out${i}`, t])))).operations;

describe('simplification', () => {
  const x = g.input('x', [2, 3]);

  test('neutral elements leave no node', () => {
    for (const y of [g.add(x, 0), g.add(0, x), g.sub(x, 0), g.mul(x, 1), g.div(x, 1), g.pow(x, 1), g.neg(g.neg(x))]) {
      expect(y).toBe(x);
    }
    expect(g.reshape(x, [2, 3])).toBe(x);
    expect(g.transpose(g.transpose(x))).toBe(x);
    expect(g.sum(x, { axes: [] })).toBe(x);
  });

  test('a neutral element that stretches is kept', () => {
    expect(g.add(x, g.constant(new Float32Array(6), [2, 1, 3])).shape).toEqual([2, 2, 3]);
  });

  test('factors are gathered and scalars are folded', () => {
    expect(operations(g.mul(g.mul(x, 2), 3))).toEqual({ Mul: 1 });
    expect(operations(g.mul(x, g.div(g.constant(1), 4)))).toEqual({ Mul: 1 });
  });

  test('equal subexpressions are written once', () => {
    const twice = g.add(g.exp(g.mul(x, 2)), g.exp(g.mul(x, 2)));
    expect(operations(twice)).toEqual({ Mul: 1, Exp: 1, Add: 1 });
  });

  test('an element-wise operation does the stretching itself', () => {
    expect(operations(g.mul(g.broadcastLike(g.input('row', [3]), x), x))).toEqual({ Mul: 1 });
  });

  test('a dense layer is one Gemm forward and one for each gradient, the bias’s too', () => {
    const [w, b] = [g.input('w', [3, 4]), g.input('b', [4])];
    const y = g.relu(g.gemm(x, w, b));
    const [dx, dw, db] = g.gradients(g.sum(g.square(y)), [x, w, b]);
    expect(operations(dx, dw, db)).toMatchObject({ Gemm: 4, Relu: 1 });
    expect(operations(dx, dw, db)).not.toHaveProperty('Transpose');
  });

  test('outputs may be inputs, constants, or the same tensor twice', async () => {
    const double = g.mul(x, 2);
    const exe = await g.compile(runtime, { a: double, b: double, c: x, d: g.constant(7) }, { inputs: [x] });
    const out = await exe.run({ x: f32([2, 3], [1, 2, 3, 4, 5, 6]) });
    expect([...out.a.data]).toEqual([2, 4, 6, 8, 10, 12]);
    expect(out.b.data).toEqual(out.a.data);
    expect([...out.c.data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...out.d.data]).toEqual([7]);
  });
});

test('whole numbers are clipped and padded as such', async () => {
  const x = g.input('x', [3], 'int64');
  const exe = await g.compile(runtime, { y: g.pad(g.clip(x, -1, 5), [1], [0], 7) });
  const { y } = await exe.run({ x: { dtype: 'int64', shape: [3], data: BigInt64Array.of(-9n, 3n, 9n) } });
  expect([...y.data]).toEqual([7n, -1n, 3n, 5n]);
});

/** Convolution, pooling, softmax and reductions, and a gradient through all of them. */
const network = (rows: g.Dim): Record<string, Tensor> => {
  const x = g.input('x', [rows, 6]);
  const w = g.constant(
    Float32Array.from({ length: 8 }, (_, i) => Math.sin(i)),
    [2, 1, 2, 2],
  );
  const images = g.maxPool2d(g.conv2d(g.reshape(x, [rows, 1, 2, 3]), w, undefined, { pads: 1 }), {
    kernel: 2,
    strides: 1,
  });
  const y = g.softmax(g.reshape(g.silu(images), [rows, -1]));
  const loss = g.add(g.mean(g.square(y)), g.mean(g.logSumExp(g.sub(x, g.mean(x, { axes: 0 })), { axes: 1 })));
  const [dx] = g.gradients(loss, [x]);
  return { y, loss, dx };
};

describe('a batch that varies', () => {
  const x = g.input('x', ['batch', 6]);

  test('shapes follow it', () => {
    expect(g.reshape(x, [-1]).shape).toEqual(['6*batch']);
    expect(g.reshape(x, [-1, 3]).shape).toEqual(['2*batch', 3]);
    expect(g.reshape(g.reshape(x, [-1, 3]), [-1, 6]).shape).toEqual(['batch', 6]);
    expect(g.reshape(x, ['batch', 1, 2, 3]).shape).toEqual(['batch', 1, 2, 3]);
    expect(g.add(x, g.input('one', ['batch', 1])).shape).toEqual(['batch', 6]);
    expect(() => g.add(x, g.input('other', [4, 6]))).toThrow(InputError);
  });

  test.each([1, 2, 5])('values and gradients at %i rows are those of a known batch', async (n) => {
    const feeds = {
      x: f32(
        [n, 6],
        Array.from({ length: n * 6 }, (_, i) => Math.cos(i * i)),
      ),
    };
    const known = await (await g.compile(runtime, network(n))).run(feeds);
    const varying = await (await g.compile(runtime, network('batch'))).run(feeds);
    for (const name of Object.keys(known)) {
      expect(varying[name].shape).toEqual(known[name].shape);
      varying[name].data.forEach((v, i) => expect(v).toBeCloseTo(known[name].data[i] as number, 5));
    }
  });
});

const wave = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => Math.sin(i * 2.3));

describe('jacobian', () => {
  test.each([
    ['fewer inputs than outputs', 2, 5],
    ['fewer outputs than inputs', 4, 3],
  ])('%s, against finite differences at every row', async (_, k, m) => {
    const x = g.input('x', ['batch', k]);
    const w = g.constant(wave(k * 6), [k, 6]);
    const v = g.constant(wave(6 * m), [6, m]);
    const y = g.sigmoid(g.matmul(g.tanh(g.gemm(x, w)), v));
    const exe = await g.compile(runtime, { y, j: g.jacobian(y, x) });
    const rows = 3;
    const at = wave(rows * k);
    const { j } = await exe.run({ x: f32([rows, k], at) });
    expect(j.shape).toEqual([rows, m, k]);
    const h = 1e-2;
    for (let column = 0; column < k; column++) {
      const moved = async (by: number): Promise<ArrayLike<number>> => {
        const data = at.map((value, i) => (i % k === column ? value + by : value));
        return (await exe.run({ x: f32([rows, k], data) })).y.data as Float32Array;
      };
      const [up, down] = [await moved(h), await moved(-h)];
      for (let i = 0; i < rows * m; i++) {
        expect(j.data[i * k + column] as number).toBeCloseTo((up[i] - down[i]) / (2 * h), 3);
      }
    }
  });
});

test('a Hessian–vector product by reverse over reverse and forward over reverse, against the closed form', async () => {
  const [x, v] = [g.input('x', ['batch', 3]), g.input('v', ['batch', 3])];
  const a = g.constant([2, 1, 0, 1, 3, -1, 0, -1, 4], [3, 3]);
  // f = Σ over rows of ½ xᵀ A x + Σ x⁴; its Hessian at a row is A + 12 diag(x²)
  const f = g.add(g.mul(g.sum(g.mul(g.matmul(x, a), x)), 0.5), g.sum(g.pow(x, 4)));
  const [dx] = g.gradients(f, [x]);
  const [reverse] = g.gradients(dx, [x], v);
  const [forward] = g.jvp([dx], [x], [v]);
  const [xs, vs] = [Float32Array.of(1, -0.5, 2, 0, 1, 0.25), Float32Array.of(1, 2, -1, 0.5, 0, 3)];
  const out = await (await g.compile(runtime, { reverse, forward })).run({ x: f32([2, 3], xs), v: f32([2, 3], vs) });
  const matrix = [2, 1, 0, 1, 3, -1, 0, -1, 4];
  for (let i = 0; i < 6; i++) {
    const [row, j] = [Math.floor(i / 3) * 3, i % 3];
    const product = [0, 1, 2].reduce((sum, k) => sum + matrix[j * 3 + k] * vs[row + k], 12 * xs[i] ** 2 * vs[i]);
    expect(out.reverse.data[i]).toBeCloseTo(product, 4);
    expect(out.forward.data[i]).toBeCloseTo(product, 4);
  }
});

describe('gradients', () => {
  const x = g.input('x', [3]);

  test('are zeros where nothing depends on x', async () => {
    const y = g.input('y', []);
    const [dx] = g.gradients(g.square(y), [x]);
    const out = await (await g.compile(runtime, { dx })).run({});
    expect(out.dx.shape).toEqual([3]);
    expect([...out.dx.data]).toEqual([0, 0, 0]);
  });

  test('of a gradient penalty: d/dw ‖∇ₓ f‖² for f = w · x³', async () => {
    const w = g.input('w', []);
    const f = g.sum(g.mul(w, g.pow(x, 3)));
    const [dx] = g.gradients(f, [x]); // 3 w x²
    const [dw] = g.gradients(g.sum(g.square(dx)), [w]); // 18 w Σ x⁴
    const out = await (await g.compile(runtime, { dw })).run({ x: f32([3], [1, 2, 3]), w: f32([], [0.5]) });
    expect(out.dw.data[0]).toBeCloseTo(18 * 0.5 * (1 + 16 + 81), 3);
  });

  test('of gradients, where the rows are counted at run time', async () => {
    const rows = g.input('rows', ['batch', 2]);
    const [d] = g.gradients(g.mean(g.pow(rows, 3)), [rows]); // 3 x² / n
    const [dd] = g.gradients(g.sum(g.square(d)), [rows]); // 36 x³ / n²
    const out = await (await g.compile(runtime, { dd })).run({ rows: f32([3, 2], [1, 2, 3, -1, 0, 2]) });
    [1, 8, 27, -1, 0, 8].forEach((cube, i) => expect(out.dd.data[i]).toBeCloseTo(cube, 4));
  });

  test('of powers at their edges: 0 where the exponent or the base is 0', async () => {
    const [a, b] = [g.input('a', [3]), g.input('b', [3])];
    const [da, db] = g.gradients(g.sum(g.pow(a, b)), [a, b]);
    const out = await (await g.compile(runtime, { da, db })).run({ a: f32([3], [0, 0, 2]), b: f32([3], [0, 2, 0]) });
    expect([...out.da.data]).toEqual([0, 0, 0]);
    expect([...out.db.data]).toEqual([0, 0, expect.closeTo(Math.log(2), 6)]);
  });

  test('of logSumExp keep their digits where exponentials overflow', async () => {
    const big = g.input('big', [2, 2]);
    const y = g.logSumExp(big, { axes: 1 });
    const out = await (
      await g.compile(runtime, { y, d: g.gradients(g.sum(y), [big])[0] })
    ).run({ big: f32([2, 2], [1000, 1000, -1000, 5000]) });
    expect([...out.y.data]).toEqual([expect.closeTo(1000 + Math.LN2, 3), 5000]);
    [0.5, 0.5, 0, 1].forEach((share, i) => expect(out.d.data[i]).toBeCloseTo(share, 6));
  });

  test('of relu and abs at the kink are 0', async () => {
    const ys = { r: g.gradients(g.sum(g.relu(x)), [x])[0], a: g.gradients(g.sum(g.abs(x)), [x])[0] };
    const out = await (await g.compile(runtime, ys)).run({ x: f32([3], [-1, 0, 2]) });
    expect([...out.r.data].map((v) => Math.abs(Number(v)))).toEqual([0, 0, 1]);
    expect([...out.a.data].map((v) => (v as number) + 0)).toEqual([-1, 0, 1]);
  });

  test('a deep graph is no danger to the stack', () => {
    let y: Tensor = x;
    for (let i = 0; i < 20_000; i++) y = g.sigmoid(y);
    expect(g.toOnnx({ d: g.gradients(g.sum(y), [x])[0] }).length).toBeGreaterThan(100_000);
  });

  test('need a scalar or a cotangent', () => {
    expect(() => g.gradients(x, [x])).toThrow('got y of shape [3], expected a scalar or a cotangent');
    expect(() => g.gradients(x, [x], g.constant(1))).toThrow('got shapes [], expected [3]');
  });
});

describe('what does not fit is refused with what was got and expected', () => {
  const a = g.input('a', [2, 3]);
  const image = g.input('image', [1, 2, 4, 4]);
  test.each<[string, () => unknown, string]>([
    ['add', () => g.add(a, g.input('b', [2, 2])), 'add: got shapes [2, 3] and [2, 2], expected'],
    ['types', () => g.add(a, g.input('b', [2, 3], 'int64')), 'add: got types float32 and int64, expected one type'],
    ['matmul', () => g.matmul(a, a), 'gemm: got [2, 3] · [2, 3], expected'],
    ['matmul of stacks', () => g.matmul(g.input('b', [1, 2, 3]), a), 'matmul: got [1, 2, 3] · [2, 3], expected'],
    ['bias', () => g.gemm(a, g.input('b', [3, 4]), g.input('c', [3])), 'gemm: got shapes [3] and [2, 4], expected'],
    ['reshape', () => g.reshape(a, [4, -1]), 'reshape: got [2, 3], which has not as many elements as [4, -1]'],
    ['transpose', () => g.transpose(a, [0, 0]), 'transpose: got axes [0, 0], expected an order of 0 to 1'],
    ['concat', () => g.concat([a, g.input('b', [2, 2])], 0), 'concat: got shapes [2, 3] and [2, 2], expected'],
    ['concat of none', () => g.concat([]), 'concat: got no tensors'],
    ['slice', () => g.slice(a, [2], [1]), 'slice: got 2 to 1 by 1 along axis 0 of [2, 3]'],
    ['pad', () => g.pad(a, [1], [1]), 'pad: got [1] and [1] for [2, 3], expected 2 numbers each'],
    ['axes', () => g.sum(a, { axes: [2] }), 'sum: got axes [2], expected distinct ones from -2 to 1'],
    ['expand', () => g.expand(a, [2, 2]), 'expand: got shapes [2, 3] and [2, 2]'],
    ['channels', () => g.conv2d(image, g.input('w', [1, 3, 3, 3])), 'conv2d: got an image [1, 2, 4, 4] and weights'],
    ['window', () => g.conv2d(image, g.input('w', [1, 2, 5, 5])), 'smaller than the window 5 × 5'],
    ['strides', () => g.conv2d(image, g.input('w', [1, 2, 3, 3]), undefined, { strides: 0 }), 'conv2d: got strides 0'],
    ['no image', () => g.maxPool2d(a, { kernel: 2 }), 'maxPool2d: got [2, 3], expected images'],
    ['condition', () => g.where(a, a, a), 'where: got a condition of type float32 [2, 3], expected bool'],
    ['indices', () => g.gather(a, a), 'gather: got indices of type float32, expected int64 or int32'],
    ['constant', () => g.constant(new Float32Array(5), [2, 3]), 'constant: got 5 numbers, expected 6'],
    ['rate', () => g.dropout(a, a, 1), 'dropout: got rate 1'],
    ['bounds', () => g.clip(a, 2, 1), 'clip: got bounds 2 and 1'],
    ['jacobian', () => g.jacobian(image, a), 'jacobian: got y [1, 2, 4, 4] and x [2, 3]'],
    ['name twice', () => g.toOnnx({ a: g.exp(a) }), 'toOnnx: got the name "a" twice'],
    ['missing input', () => g.toOnnx({ y: g.exp(a) }, { inputs: [] }), 'need the input "a" [2, 3], which is not among'],
  ])('%s', (_, act, message) => {
    expect(act).toThrow(InputError);
    expect(act).toThrow(message);
  });
});

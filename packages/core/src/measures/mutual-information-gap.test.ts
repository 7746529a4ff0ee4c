import { describe, expect, it } from 'vitest';
import { matrix, permutation, random, takeRows } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { dataGenerators } from '../data/index.ts';
import type { Column } from '../data/index.ts';
import { mutualInformationGap } from './mutual-information-gap.ts';

const number = (name: string, values: Iterable<number>): Column => ({
  name,
  type: 'number',
  values: Float64Array.from(values),
});
const category = (name: string, codes: Iterable<number>, size: number): Column => ({
  name,
  type: 'category',
  codes: Int32Array.from(codes),
  categories: Array.from({ length: size }, (_, i) => `${name} ${i}`),
});
const byRow = (n: number, of: (row: number) => readonly number[]): Matrix =>
  matrix(n, of(0).length, Float32Array.from(Array.from({ length: n }, (_, i) => of(i)).flat()));

/** Two independent factors, each of ten values, all pairs equally often. */
const N = 4000;
const factors = [
  category(
    'tens',
    Array.from({ length: N }, (_, i) => i % 10),
    10,
  ),
  number(
    'ones',
    Array.from({ length: N }, (_, i) => Math.floor(i / 10) % 10),
  ),
];
const values = factors.map((factor) => (factor.type === 'category' ? factor.codes : (factor.values as Float64Array)));
const told = byRow(N, (i) => [values[0][i], -3 * values[1][i], random(i).normal()]);

it('codes that are the factors have a gap of nearly 1, whatever their order, scale or sign', () => {
  const { gap, factors: each } = mutualInformationGap(told, factors);
  expect(gap).toBeGreaterThan(0.97);
  expect(each.map(({ factor, latent }) => [factor, latent])).toEqual([
    ['tens', 0],
    ['ones', 1],
  ]);
  for (const { entropy, information, latent } of each) {
    expect(entropy).toBeCloseTo(Math.log(10), 10);
    expect(information[latent]).toBeCloseTo(entropy, 10);
  }
});

it('codes turned by 45° tell the same and have no gap', () => {
  const turned = byRow(N, (i) => [values[0][i] - values[1][i], values[0][i] + values[1][i]]);
  const { gap, factors: each } = mutualInformationGap(turned, factors);
  expect(gap).toBeLessThan(0.01);
  for (const { information } of each) expect(Math.min(...information)).toBeGreaterThan(0.4);
});

it('noise has neither gap nor information beyond what counting finds in it', () => {
  const noise = matrix(N, 5);
  random(1).fillNormal(noise.data);
  const { gap, factors: each } = mutualInformationGap(noise, factors);
  expect(gap).toBeLessThan(0.01);
  // (bins − 1)(classes − 1) / 2n
  for (const { information } of each) expect(Math.max(...information)).toBeLessThan((2 * 19 * 9) / (2 * N));
});

it('two latents that tell the same factor leave no gap for it', () => {
  const twice = byRow(N, (i) => [values[0][i], values[0][i], values[1][i]]);
  const { factors: each } = mutualInformationGap(twice, factors);
  expect(each.map(({ gap }) => gap)).toEqual([0, expect.closeTo(1, 6)]);
});

const GOLDEN = [
  {
    entropy: 1.0986082859934272,
    information: [0.5352708565021522, 0.0008772417358296133, 0.3211096443675307],
    gap: 0.19493864634469252,
  },
  {
    entropy: 2.821923770762499,
    information: [1.7594466779999085, 0.2513175087622269, 2.13781677225911],
    gap: 0.13408232291014854,
  },
];

it('is that of scikit-learn’s mutual_info_score over numpy’s histograms', () => {
  // scikit-learn 1.2.1, numpy 1.24.2: b = lambda v: np.digitize(v, np.histogram(v, 20)[1][:-1])
  const n = 500;
  const z = byRow(n, (i) => [Math.sin(0.7 * i) + 0.5 * (i % 3), Math.cos(1.3 * i), Math.sin(0.7 * i) ** 3]);
  const rows = Array.from({ length: n }, (_, i) => i);
  const found = mutualInformationGap(z, [
    category(
      'shape',
      rows.map((i) => i % 3),
      3,
    ),
    number(
      'size',
      rows.map((i) => Math.sin(0.7 * i)),
    ),
  ]);
  GOLDEN.forEach(({ entropy, information, gap }, f) => {
    expect(found.factors[f].entropy).toBeCloseTo(entropy, 8);
    expect(found.factors[f].gap).toBeCloseTo(gap, 8);
    information.forEach((value, j) => expect(found.factors[f].information[j]).toBeCloseTo(value, 8));
  });
});

describe('whatever the data', () => {
  it('a factor may have as many classes as there are rows', () => {
    const n = 30_000;
    const z = byRow(n, (i) => [i % 20, 0]);
    const rows = Array.from({ length: n }, (_, i) => i);
    const [{ entropy, gap }] = mutualInformationGap(z, [category('id', rows, n)]).factors;
    expect(entropy).toBeCloseTo(Math.log(n), 8);
    expect(gap).toBeCloseTo(Math.log(20) / Math.log(n), 8);
  });

  it('the order of rows and of latents does not matter', () => {
    const z = matrix(N, 3);
    random(2).fillNormal(z.data);
    for (let i = 0; i < N; i++) z.data[3 * i + 1] += 0.3 * values[0][i];
    const order = permutation(N, random(3));
    const shuffled = takeRows(z, order);
    const columns = [
      category(
        'tens',
        Array.from(order, (i) => values[0][i]),
        10,
      ),
      number(
        'ones',
        Array.from(order, (i) => values[1][i]),
      ),
    ];
    const mirrored = byRow(N, (i) => [2, 1, 0].map((j) => shuffled.data[3 * i + j]));
    const [one, other] = [mutualInformationGap(z, factors), mutualInformationGap(mirrored, columns)];
    expect(other.gap).toBeCloseTo(one.gap, 10);
    one.factors.forEach(({ information, latent }, f) => {
      expect(other.factors[f].latent).toBe(2 - latent);
      information.forEach((value, j) => expect(other.factors[f].information[2 - j]).toBeCloseTo(value, 10));
    });
  });

  it('information lies between nothing and the entropy of both', async () => {
    const sprites = dataGenerators.find(({ name }) => name === 'sprites')!;
    const { columns } = await sprites.make({ nSamples: 700, size: 8 });
    const z = matrix(700, 4);
    random(4).fillNormal(z.data);
    const { factors: each } = mutualInformationGap(z, columns);
    expect(each.map(({ factor }) => factor)).toEqual(['shape', 'scale', 'rotation', 'x', 'y']);
    for (const { gap, entropy, information } of each) {
      expect(entropy).toBeLessThanOrEqual(Math.log(20));
      expect(gap).toBeGreaterThanOrEqual(0);
      for (const value of information) expect(value >= 0 && value <= entropy).toBe(true);
    }
  });

  it('rows whose factor is missing are left out of it alone', () => {
    const known = factors[0] as Extract<Column, { type: 'category' }>;
    const some = { ...known, codes: known.codes.map((code, i) => (i % 4 === 3 ? -1 : code)) };
    const { factors: each } = mutualInformationGap(told, [some, factors[1]]);
    const rows = Uint32Array.from(Array.from({ length: N }, (_, i) => i).filter((i) => i % 4 !== 3));
    // the bins are those of all rows
    const own = mutualInformationGap(takeRows(told, rows), [category('tens', takeCodes(known.codes, rows), 10)]);
    expect(each[0].entropy).toBeCloseTo(own.factors[0].entropy, 12);
    expect(each[0].information[0]).toBeCloseTo(own.factors[0].information[0], 12);
    expect(each[1].gap).toBe(mutualInformationGap(told, [factors[1]]).gap);
  });

  it('a latent that never moves tells nothing', () => {
    const still = byRow(N, (i) => [values[0][i], 1]);
    const { factors: each } = mutualInformationGap(still, [factors[0]]);
    expect([...each[0].information]).toEqual([expect.closeTo(Math.log(10), 10), 0]);
    expect(mutualInformationGap(matrix(N, 2), [factors[0]]).gap).toBe(0);
  });
});

it('refuses in one line what it can’t measure', () => {
  const name = 'mutual information gap';
  expect(() => mutualInformationGap(told, [])).toThrow(`${name}: got codes of 4000 × 3 and 0 factors`);
  expect(() => mutualInformationGap(told, [number('x', [1, 2])])).toThrow('the factor x has 2 values for 4000 codes');
  expect(() => mutualInformationGap(told, [number('x', new Float64Array(N))])).toThrow('x has a single value');
  expect(() => mutualInformationGap(told, [{ name: 'word', type: 'text', values: Array<string>(N).fill('') }])).toThrow(
    'word holds texts, expected a category or numbers',
  );
  expect(() => mutualInformationGap(told, factors, { nBins: 1 })).toThrow('got 1 bins');
  const broken = matrix(N, 2);
  broken.data[7] = NaN;
  expect(() => mutualInformationGap(broken, factors)).toThrow('the code of row 3, latent 1 is NaN');
});

function takeCodes(codes: Int32Array, rows: Uint32Array): Int32Array {
  return Int32Array.from(rows, (i) => codes[i]);
}

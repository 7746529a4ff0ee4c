import { describe, expect, it } from 'vitest';
import { random } from '../base/index.ts';
import { rowStream, splitRows } from './batches.ts';
import { fanInUniform, glorotNormal, glorotUniform, heNormal, heUniform, orthogonal } from './initialisers.ts';
import { maskAtRandom, saltAndPepper } from './noise.ts';
import { constantRate, cosineDecay, stepDecay, warmUp } from './schedules.ts';

const N = 400_000;
const moment = (x: Float32Array, power: number): number => x.reduce((sum, v) => sum + v ** power, 0) / x.length;
const share = (x: Float32Array, test: (v: number) => boolean): number => x.filter(test).length / x.length;

describe('noise', () => {
  it('masks and salts the share asked for', () => {
    const half = new Float32Array(N).fill(0.5);
    expect(share(maskAtRandom(half.slice(), random(1), 0.3), (v) => v === 0)).toBeCloseTo(0.3, 2);
    const salted = saltAndPepper(half.slice(), random(1), 0.2);
    expect(share(salted, (v) => v === 0)).toBeCloseTo(0.1, 2);
    expect(share(salted, (v) => v === 1)).toBeCloseTo(0.1, 2);
    expect(maskAtRandom(half.slice(0, 99), random(1), 0)).toEqual(half.slice(0, 99));
    expect(maskAtRandom(half.slice(0, 99), random(1), 1)).toEqual(new Float32Array(99));
  });
});

describe('initialisers', () => {
  const fans = { fanIn: 400, fanOut: 100 };
  it.each([
    ['glorotUniform', glorotUniform, 2 / 500],
    ['glorotNormal', glorotNormal, 2 / 500],
    ['heUniform', heUniform, 2 / 400],
    ['heNormal', heNormal, 2 / 400],
    ['fanInUniform', fanInUniform, 1 / 1200],
  ])('%s has its variance, and is seeded', (_, initialiser, variance) => {
    const w = initialiser([400, 100], fans, random(3));
    expect(moment(w, 2) / variance).toBeCloseTo(1, 1);
    expect(Math.abs(moment(w, 1))).toBeLessThan(4 * Math.sqrt(variance / w.length));
    expect(initialiser([400, 100], fans, random(3))).toEqual(w);
    expect(initialiser([400, 100], fans, random(4))).not.toEqual(w);
  });

  it.each([
    [12, 5],
    [5, 12],
    [8, 8],
  ])('orthogonal %i × %i', (m, n) => {
    const w = orthogonal(2)([m, n], fans, random(1));
    const [count, at] =
      m <= n ? [m, (i: number, k: number) => w[i * n + k]] : [n, (i: number, k: number) => w[k * n + i]];
    for (let i = 0; i < count; i++) {
      for (let j = 0; j <= i; j++) {
        let dot = 0;
        for (let k = 0; k < Math.max(m, n); k++) dot += at(i, k) * at(j, k);
        expect(dot).toBeCloseTo(i === j ? 4 : 0, 5);
      }
    }
  });
});

describe('batches', () => {
  it('depend on seed and place alone', () => {
    const rows = Uint32Array.from({ length: 10 }, (_, i) => 100 + i);
    const all = new Uint32Array(40);
    rowStream(rows, 7).read(0, all);
    for (let epoch = 0; epoch < 4; epoch++) {
      expect([...all.subarray(10 * epoch, 10 * epoch + 10)].sort()).toEqual([...rows]);
    }
    const part = new Uint32Array(13);
    rowStream(rows, 7).read(9, part);
    expect(part).toEqual(all.slice(9, 22));
    rowStream(rows, 8).read(9, part);
    expect(part).not.toEqual(all.slice(9, 22));
  });

  it.each([
    [100, 0.2, 20],
    [100, 0, 0],
    [3, 0.01, 1],
    [2, 0.9, 1],
    [1, 0.5, 0],
  ])('%i rows with a share of %f hold out %i', (n, held, expected) => {
    const { train, validation } = splitRows(n, held, 1);
    expect(validation.length).toBe(expected);
    expect([...train, ...validation].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
  });
});

describe('schedules', () => {
  it('start, fall and end where they should', () => {
    expect(constantRate()(7, 10)).toBe(1);
    expect([0, 50, 100].map((i) => cosineDecay({ end: 0.2 })(i, 100))).toEqual(
      [1, 0.6, 0.2].map((v) => expect.closeTo(v, 12)),
    );
    expect([0, 33, 34, 67].map((i) => stepDecay()(i, 100))).toEqual(
      [1, 1, 0.1, 0.01].map((v) => expect.closeTo(v, 12)),
    );
    const warm = warmUp(4, cosineDecay());
    expect([0, 3, 4, 12].map((i) => warm(i, 20))).toEqual([0.2, 0.8, 1, 0.5].map((v) => expect.closeTo(v, 12)));
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FormatError,
  InputError,
  checkFinite,
  errorFromMessage,
  errorToMessage,
  isAbort,
  jobControl,
  matrix,
  matrixOf,
  permutation,
  random,
  run,
  takeRows,
} from './index.ts';
import type { Stepper } from './index.ts';

describe('matrix', () => {
  it('refuses data of another length, naming both', () => {
    expect(() => matrix(2, 3, new Float32Array(5))).toThrow('got 5 numbers, expected 2 × 3 = 6');
    expect(() => matrixOf([[1, 2], [3]])).toThrow('row 1 has 1 numbers, expected 2');
  });

  it('takes rows by index, copied', () => {
    const x = matrixOf([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const taken = takeRows(x, [2, 0, 2]);
    expect([...taken.data]).toEqual([5, 6, 1, 2, 5, 6]);
    taken.data[0] = 9;
    expect(x.data[4]).toBe(5);
  });

  it('names the first value that is not finite and counts the rest', () => {
    const x = matrixOf([
      [1, 2],
      [3, NaN],
      [Infinity, 6],
    ]);
    const refused = (): void => checkFinite(x, 'faces.npy');
    expect(refused).toThrow(InputError);
    expect(refused).toThrow('faces.npy: value NaN in row 1, column 1 (and 1 more)');
  });
});

describe('random', () => {
  it('gives the same stream for the same seed and another for the next', () => {
    const draw = (seed: number): number[] => Array.from({ length: 8 }, random(seed).uint32);
    expect(draw(7)).toEqual(draw(7));
    const seeds = [0, 1, -1, -2, 2 ** 31, 2 ** 32, 2 ** 32 + 1];
    expect(new Set(seeds.map((seed) => String(draw(seed)))).size).toBe(seeds.length);
  });

  it('matches the reference xoshiro128** from the state 1, 2, 3, 4', () => {
    // the first outputs of Blackman & Vigna's C code for that state
    const rng = random([1, 2, 3, 4]);
    expect([rng.uint32(), rng.uint32(), rng.uint32()]).toEqual([11520, 0, 5927040]);
  });

  it('resumes from a saved state', () => {
    const rng = random(3);
    rng.normal();
    const twin = random(rng.state());
    expect([twin.normal(), twin.normal(), twin.uniform()]).toEqual([rng.normal(), rng.normal(), rng.uniform()]);
  });

  it('has the moments of a standard normal and of a uniform', () => {
    const n = 200_000;
    const normal = random(1).fillNormal(new Float32Array(n));
    const mean = normal.reduce((sum, v) => sum + v, 0) / n;
    const variance = normal.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n;
    const kurtosis = normal.reduce((sum, v) => sum + (v - mean) ** 4, 0) / n / variance ** 2;
    // five standard errors: σ/√n, σ²√(2/n), √(24/n)
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(Math.abs(kurtosis - 3)).toBeLessThan(5 * Math.sqrt(24 / n));
    const uniform = random(2).fillUniform(new Float32Array(n), -1, 3);
    expect(uniform.every((v) => v >= -1 && v < 3)).toBe(true);
    expect(Math.abs(uniform.reduce((sum, v) => sum + v, 0) / n - 1)).toBeLessThan(0.015);
  });

  it('forks streams that differ from each other and from the parent', () => {
    const rng = random(5);
    const first = [rng.fork(0), rng.fork(1), rng.fork(0)].map((child) => child.uint32());
    expect(first[0]).toBe(first[2]);
    expect(new Set([...first, rng.uint32()]).size).toBe(3);
  });

  it('has no trace of one stream in the next, whether by seed or by key', () => {
    const [n, parent] = [20_000, random(12)];
    for (const stream of [random, parent.fork]) {
      const first = Float64Array.from({ length: n }, (_, i) => stream(i).uniform() - 0.5);
      for (const lag of [1, 2, 8]) {
        let sum = 0;
        for (let i = lag; i < n; i++) sum += first[i] * first[i - lag];
        // of variance 1 / 12 each: five standard errors
        expect(Math.abs((12 * sum) / Math.sqrt(n))).toBeLessThan(5);
      }
    }
  });

  it('permutes: every number once', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.integer(), (n, seed) => {
        const order = permutation(n, random(seed));
        expect([...order].sort((p, q) => p - q)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
      { seed: 1, numRuns: 50 },
    );
  });
});

describe('errors', () => {
  it('cross a wire and come back as their class', () => {
    const sent = new FormatError('digits.npy: truncated at byte 12', { code: 'truncated', details: { offset: 12 } });
    const got = errorFromMessage(JSON.parse(JSON.stringify(errorToMessage(sent))));
    expect(got).toBeInstanceOf(FormatError);
    expect(got).toMatchObject({
      name: 'FormatError',
      code: 'truncated',
      details: { offset: 12 },
      message: sent.message,
    });
  });

  it('keep an abort an abort and a stranger a stranger', () => {
    const controller = new AbortController();
    controller.abort();
    expect(isAbort(errorFromMessage(errorToMessage(controller.signal.reason)))).toBe(true);
    const thrown = (make: () => unknown): unknown => {
      try {
        return make();
      } catch (error) {
        return error;
      }
    };
    const { code, message } = errorToMessage(thrown(() => new Float64Array(2 ** 52)));
    expect(code).toBe('no-memory');
    expect(message).toMatch(/^memory ran out \(.*length.*\); take a sample of the rows/);
    expect(errorToMessage(new RangeError('Array buffer allocation failed')).code).toBe('no-memory');
    expect(errorToMessage(thrown(() => new Float64Array(-1))).code).toBe('internal');
    expect(errorToMessage(new TypeError('x is not a function'))).toMatchObject({ name: 'TypeError', code: 'internal' });
  });
});

describe('run', () => {
  function counter(total: number): Stepper<number, number> & { done: number } {
    return {
      phase: 'counting',
      total,
      done: 0,
      step() {
        return ++this.done;
      },
      result() {
        return this.done;
      },
    };
  }

  it('steps to the end and reports each step', async () => {
    const seen: number[] = [];
    const result = await run(counter(4), { onProgress: ({ done, detail }) => seen.push(done + (detail ?? 0)) });
    expect(result).toBe(4);
    expect(seen).toEqual([2, 4, 6, 8]);
  });

  it('is cancelled between units by its signal', async () => {
    const controller = new AbortController();
    const stepper = counter(100);
    const job = run(stepper, { signal: controller.signal, onProgress: ({ done }) => done === 3 && controller.abort() });
    await expect(job).rejects.toSatisfy(isAbort);
    expect(stepper.done).toBe(3);
  });

  it('pauses, resumes, and keeps what is done when stopped', async () => {
    const control = jobControl();
    const stepper = counter(10);
    const onProgress = ({ done }: { done: number }): void => {
      if (done === 2) control.pause();
      if (done === 5) control.stop();
    };
    const job = run(stepper, { control, onProgress });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(stepper.done).toBe(2);
    control.resume();
    expect(await job).toBe(5);
  });

  it('does what it is asked for while it is paused: a unit, the rest of a round, a player alone', async () => {
    const control = jobControl();
    const made: string[] = [];
    let done = 0;
    const stepper: Stepper<void, number> = {
      phase: 'playing',
      total: 30,
      players: ['a', 'b'],
      get done() {
        return done;
      },
      get betweenRounds() {
        return done % 3 === 0;
      },
      step(of = 'own') {
        made.push(of);
        if (of === 'own' || of === 'unit') done++;
      },
      result: () => done,
    };
    const after = async (of: string): Promise<string[]> => {
      made.length = 0;
      control.step(of);
      await new Promise((resolve) => setTimeout(resolve, 10));
      return [...made];
    };
    control.pause();
    const job = run(stepper, { control });
    expect(await after('unit')).toEqual(['unit']);
    expect([done, control.paused]).toEqual([1, true]);
    expect(await after('round')).toEqual(['unit', 'unit']);
    expect(await after('round')).toEqual(['unit', 'unit', 'unit']);
    expect(await after('b')).toEqual(['b']);
    expect(await after('nobody')).toEqual([]);
    expect(done).toBe(6);
    made.length = 0;
    control.resume();
    expect(await job).toBe(30);
    expect(made).toEqual(Array(24).fill('own'));
  });

  it('lets go of what was asked for when it goes on or is stopped', async () => {
    const control = jobControl();
    for (let i = 0; i < 100; i++) control.step();
    control.resume();
    expect(control.takeStep!()).toBeUndefined();
    control.step();
    control.stop();
    expect([control.takeStep!(), control.paused]).toEqual([undefined, false]);
    expect(await run(counter(5), { control })).toBe(0);
  });

  it('can be cancelled while it is paused', async () => {
    const control = jobControl();
    const controller = new AbortController();
    const job = run(counter(10), { control, signal: controller.signal, onProgress: control.pause });
    await new Promise((resolve) => setTimeout(resolve, 10));
    controller.abort();
    await expect(job).rejects.toSatisfy(isAbort);
  });
});

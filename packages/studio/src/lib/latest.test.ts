import { describe, expect, test } from 'vitest';
import { latest } from './latest.ts';

/** Work whose answers the test gives, one by one. */
function byHand() {
  const asked: number[] = [];
  const pending: ((fail?: boolean) => Promise<void>)[] = [];
  const work = (q: number) =>
    new Promise<number>((resolve, reject) => {
      asked.push(q);
      pending.push(async (fail) => {
        if (fail) reject(new Error(`no ${q}`));
        else resolve(q * 10);
        await new Promise((r) => setTimeout(r));
      });
    });
  return { asked, work, answer: (fail?: boolean) => pending.shift()!(fail) };
}

describe('latest wins', () => {
  test('what was overtaken while waiting is never asked; the newest always is', async () => {
    const { asked, work, answer } = byHand();
    const answers: number[] = [];
    const l = latest(work, (a) => answers.push(a));
    for (const q of [1, 2, 3, 4]) l.ask(q);
    await answer();
    await answer();
    expect(asked).toEqual([1, 4]);
    expect(answers).toEqual([10, 40]);
  });

  test('after drop no answer comes of what was asked before', async () => {
    const { asked, work, answer } = byHand();
    const answers: number[] = [];
    const l = latest(work, (a) => answers.push(a));
    l.ask(1);
    l.ask(2);
    l.drop();
    l.ask(3);
    await answer();
    await answer();
    expect(asked).toEqual([1, 3]);
    expect(answers).toEqual([30]);
  });

  test('a failure is told and does not stop the next', async () => {
    const { work, answer } = byHand();
    const seen: unknown[] = [];
    const l = latest(
      work,
      (a) => seen.push(a),
      (e) => seen.push((e as Error).message),
    );
    l.ask(1);
    l.ask(2);
    await answer(true);
    await answer();
    expect(seen).toEqual(['no 1', 20]);
  });
});

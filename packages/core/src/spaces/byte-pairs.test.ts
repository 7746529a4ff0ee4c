import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish, random } from '../base/index.ts';
import { BYTES, bytePairs, bytePairSteps } from './byte-pairs.ts';

const learned = (words: Record<string, number>, size: number): string[] =>
  finish(bytePairSteps(Object.keys(words), Object.values(words), size));

/** What a word's pieces spell. */
function spelled(parts: readonly number[], pieces: readonly string[]): string {
  const encoder = new TextEncoder();
  const bytes = parts.flatMap((part) => (part < BYTES ? [part] : [...encoder.encode(pieces[part - BYTES])]));
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

/** Pairs counted anew before each join, and every word gone through: slow, and as it is written down. */
function plainly(words: Record<string, number>, size: number, letters: number): string[] {
  let parted = Object.entries(words).map(([word, count]) => {
    const symbols = [...word];
    symbols[0] = ` ${symbols[0]}`;
    return { symbols, count };
  });
  const pieces = learned(words, letters);
  while (pieces.length < size) {
    const counts = new Map<string, number>();
    for (const { symbols, count } of parted) {
      for (let i = 1; i < symbols.length; i++) {
        if (!pieces.includes(symbols[i - 1]) || !pieces.includes(symbols[i])) continue;
        const key = `${symbols[i - 1]}\n${symbols[i]}`;
        counts.set(key, (counts.get(key) ?? 0) + count);
      }
    }
    const rank = (key: string): number => key.split('\n').reduce((sum, piece) => 1e6 * sum + pieces.indexOf(piece), 0);
    const [best] = [...counts].sort((a, b) => b[1] - a[1] || rank(a[0]) - rank(b[0]));
    if (!best || best[1] < 2) break;
    const [a, b] = best[0].split('\n');
    if (!pieces.includes(a + b)) pieces.push(a + b);
    parted = parted.map(({ symbols, count }) => {
      const out: string[] = [];
      for (let i = 0; i < symbols.length; i++) {
        if (symbols[i] === a && symbols[i + 1] === b) out.push(a + symbols[++i]);
        else out.push(symbols[i]);
      }
      return { symbols: out, count };
    });
  }
  return pieces;
}

describe('byte-pair encoding', () => {
  it('joins what the paper joins first', () => {
    // Sennrich et al. 2016, figure 1: its first joins are e s, es t, est ·, l o, lo w; here words are marked at their beginning
    const words = { low: 5, lower: 2, newest: 6, widest: 3 };
    const letters = learned(words, 11);
    expect(learned(words, 14).slice(letters.length)).toEqual(['es', 'est', ' lo']);
  });

  it.each([0, 1, 2])('joins the pairs that counting anew would, corpus %i', (seed) => {
    const rng = random(seed);
    const words = Object.fromEntries(
      Array.from({ length: 60 }, () => [
        Array.from({ length: 1 + rng.below(7) }, () => 'aabcd'[rng.below(5)]).join(''),
        1 + rng.below(9),
      ]),
    );
    const all = learned(words, 1000);
    const letters = all.findIndex((piece) => [...piece.trim()].length > 1);
    expect(all.length).toBeGreaterThan(letters + 30);
    expect(all).toEqual(plainly(words, 1000, letters));
    expect(learned(words, letters + 10)).toEqual(all.slice(0, letters + 10));
  });

  it('parts the words it learned from by the joins in their order, and common ones not at all', () => {
    const words = { the: 50, they: 20, hen: 9, other: 9, bother: 3 };
    const pieces = learned(words, 40);
    const parts = bytePairs(pieces);
    const texts = (word: string): string[] => parts(word).map((part) => pieces[part - BYTES]);
    expect(texts('the')).toEqual([' the']);
    expect(texts('thehen').join('')).toBe(' thehen');
    expect(texts('thehen')[0]).toBe(' the');
  });

  it('loses nothing of any word, whatever it is made of', () => {
    const pieces = learned({ straße: 4, 'l’été': 3, abc: 7, naïve: 2 }, 30);
    const parts = bytePairs(pieces);
    const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => !/\s/.test(text));
    fc.assert(fc.property(word, (text) => void expect(spelled(parts(text), pieces)).toBe(` ${text}`)));
    for (const text of ['zzz', '日本', 'a日', '🦜', 'abc🦜']) expect(spelled(parts(text), pieces)).toBe(` ${text}`);
    expect(parts('abc')).toBe(parts('abc'));
  });

  it('parts what is no word, however long it is', () => {
    const pieces = learned({ abab: 9, ba: 3 }, 20);
    const long = 'ab'.repeat(50_000);
    const parts = bytePairs(pieces)(long);
    expect(spelled(parts, pieces)).toBe(` ${long}`);
    expect(parts.length).toBeLessThan(long.length);
  });

  it('keeps to its size, and stops when nothing occurs twice', () => {
    expect(learned({ abc: 1, abd: 1 }, 100).length).toBe(3); // ` a`, `b`, ` ab`
    expect(learned({ abcdef: 9, fedcba: 9 }, 4).length).toBe(4);
    expect(learned({ ab: 1 }, 10)).toEqual([]);
  });
});

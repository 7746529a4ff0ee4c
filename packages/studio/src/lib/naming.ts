/** Words for a map: names of categories where they are densest, keywords of its neighbourhoods, names of samples. */
import { random, type Matrix } from '@portolan/core/base';
import type { Column } from '@portolan/core/data';
import { densestPoints, keywords } from '@portolan/core/pictures';

/** What is named: each category of a column, each neighbourhood by what its samples' texts say, samples by a text. */
export type NamingKind = 'categories' | 'keywords' | 'samples';

export interface Name {
  text: string;
  /** the point at which it stands */
  point: number;
  /** how many points it stands for */
  weight: number;
  /** of a category */
  code?: number;
}

/** More categories than this have no room on any map. */
const MOST_CATEGORIES = 400;
const MOST_SAMPLES = 3000;
const NEIGHBOURHOODS = 28;
const WORDS = 3;
const ROUNDS = 12;
const FIT_ON = 20_000;

/**
 * @param coordinates  [n, 2]
 * @param points  each point's row, null when point i is row i
 */
export function namesFor(kind: NamingKind, column: Column, coordinates: Matrix, points: Uint32Array | null): Name[] {
  const n = coordinates.rows;
  const rowOf = (i: number): number => (points ? points[i] : i);
  if (kind === 'categories') {
    if (column.type !== 'category') return [];
    const codes = Int32Array.from({ length: n }, (_, i) => column.codes[rowOf(i)]);
    const weights = new Uint32Array(column.categories.length);
    for (const code of codes) if (code >= 0) weights[code]++;
    const at = densestPoints(coordinates.data, codes, column.categories.length);
    return column.categories
      .map((text, code): Name => ({ text, point: at[code], weight: weights[code], code }))
      .filter(({ point }) => point >= 0)
      .sort((a, b) => b.weight - a.weight)
      .slice(0, MOST_CATEGORIES);
  }
  if (column.type !== 'text' && column.type !== 'category') return [];
  const textOf = (i: number): string =>
    column.type === 'text' ? column.values[rowOf(i)] : (column.categories[column.codes[rowOf(i)]] ?? '');
  if (kind === 'samples') {
    const step = Math.max(1, n / MOST_SAMPLES);
    const out: Name[] = [];
    for (let at = 0; at < n; at += step) {
      const point = Math.floor(at);
      const text = textOf(point).trim();
      // earlier rows count for more: tables of words and names are mostly by frequency
      if (text !== '') out.push({ text: short(text), point, weight: n - point });
    }
    return out;
  }
  const codes = neighbourhoods(coordinates, NEIGHBOURHOODS);
  const words = keywords(
    Array.from({ length: n }, (_, i) => textOf(i)),
    codes,
    NEIGHBOURHOODS,
    { nWords: WORDS },
  );
  const weights = new Uint32Array(NEIGHBOURHOODS);
  for (const code of codes) weights[code]++;
  const at = densestPoints(coordinates.data, codes, NEIGHBOURHOODS);
  return words
    .map((some, c): Name => ({ text: some.join(' · '), point: at[c], weight: weights[c] }))
    .filter(({ text, point }) => text !== '' && point >= 0);
}

const short = (text: string): string => (text.length > 32 ? `${text.slice(0, 30)}…` : text);

/**
 * Parts of a map by k-means (Lloyd 1982, started by k-means++, Arthur & Vassilvitskii 2007), fitted on a sample.
 * @returns each point's part, [n]
 */
export function neighbourhoods({ data, rows: n }: Matrix, k: number, seed = 0): Int32Array {
  const rng = random(seed);
  const step = Math.max(1, n / FIT_ON);
  const sample: number[] = [];
  for (let at = 0; at < n; at += step) sample.push(Math.floor(at));
  const centres: [number, number][] = [];
  const far = new Float64Array(sample.length).fill(Infinity);
  const apart = (i: number, [x, y]: [number, number]): number => (data[2 * i] - x) ** 2 + (data[2 * i + 1] - y) ** 2;
  for (let c = 0; c < k && c < sample.length; c++) {
    let target = rng.uniform() * (c === 0 ? 0 : far.reduce((sum, d) => sum + d, 0));
    let chosen = c === 0 ? rng.below(sample.length) : 0;
    if (c > 0) while (chosen < sample.length - 1 && (target -= far[chosen]) > 0) chosen++;
    centres.push([data[2 * sample[chosen]], data[2 * sample[chosen] + 1]]);
    sample.forEach((i, j) => (far[j] = Math.min(far[j], apart(i, centres[c]))));
  }
  const nearest = (i: number): number => {
    let best = 0;
    for (let c = 1; c < centres.length; c++) if (apart(i, centres[c]) < apart(i, centres[best])) best = c;
    return best;
  };
  for (let round = 0; round < ROUNDS; round++) {
    const sums = centres.map(() => [0, 0, 0]);
    for (const i of sample) {
      const sum = sums[nearest(i)];
      sum[0] += data[2 * i];
      sum[1] += data[2 * i + 1];
      sum[2]++;
    }
    sums.forEach(([x, y, count], c) => {
      if (count > 0) centres[c] = [x / count, y / count];
    });
  }
  return Int32Array.from({ length: n }, (_, i) => nearest(i));
}

import { describe, expect, it } from 'vitest';
import { bytes, count, duration, facts, figure, plural, table, wrap } from './format.ts';

describe('numbers for people', () => {
  it.each<[number, string]>([
    [0, '0'],
    [0.047123, '0.0471'],
    [0.5, '0.500'],
    [12.345, '12.3'],
    [123.456, '123'],
    [12345.6, '12,346'],
    [-1234567, '-1,234,567'],
    [0.0000123, '1.23e-5'],
    [NaN, 'NaN'],
  ])('%d is %s', (value, text) => expect(figure(value)).toBe(text));

  it.each<[number, string]>([
    [0.5, '0.50 s'],
    [12.34, '12.3 s'],
    [59.99, '60.0 s'],
    [245, '4 min 05 s'],
    [3599.6, '1 h 00 min'],
    [7800, '2 h 10 min'],
  ])('%d seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text));

  it.each<[number, string]>([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1_650_000, '1.6 MB'],
    [234e9, '234 GB'],
  ])('%d bytes are %s', (n, text) => expect(bytes(n)).toBe(text));

  it('counts', () => {
    expect(count(10000)).toBe('10,000');
    expect(plural(1, 'sample')).toBe('1 sample');
    expect(plural(784, 'feature')).toBe('784 features');
  });
});

describe('columns', () => {
  it('line up', () => {
    expect(
      table(
        ['id', 'size>'],
        [
          ['a', '1'],
          ['abc', '10,000'],
        ],
      ),
    ).toBe('id     size\na         1\nabc  10,000');
    expect(
      facts([
        ['id', 'a'],
        ['method', 'pca'],
        ['note', undefined],
      ]),
    ).toBe('id      a\nmethod  pca');
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
  });
});

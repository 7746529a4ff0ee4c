import { describe, expect, it } from 'vitest';
import { holds, parseCondition, rowNumbers } from './row-selection.ts';

describe('--rows', () => {
  it.each([
    ['1,5,9', [1, 5, 9]],
    ['3-5, 0', [3, 4, 5, 0]],
    ['7', [7]],
  ])('%s', (text, rows) => expect([...rowNumbers(text, 10, 'x')]).toEqual(rows));

  it.each(['', 'a', '1,', '5-3', '-1', '1.5'])('refuses %j', (text) => {
    expect(() => rowNumbers(text, 10, 'x')).toThrow(/^--rows has /);
  });

  it('knows how many there are', () => {
    expect(() => rowNumbers('8-10', 10, 'x')).toThrow('row 10 was asked for, and x has 10: 0 to 9');
  });
});

describe('--where', () => {
  it.each<[string, string | number | null, boolean]>([
    ['digit=3', '3', true],
    ['digit = 3, 5', '5', true],
    ['digit=3', '5', false],
    ['digit!=3', '5', true],
    ['digit!=3', null, true],
    ['digit=3', null, false],
    ['size=2.50', 2.5, true],
    ['size>=2.5', 2.5, true],
    ['size>2.5', 2.5, false],
    ['size<1e3', 999, true],
    ['size<1', null, false],
    ['made>=2024-05-01', '2024-06-01T00:00:00.000Z', true],
    ['made<2024-05-01', '2024-06-01T00:00:00.000Z', false],
    ['a name=b=c', 'b=c', true],
  ])('%s of %j is %s', (text, value, fits) => expect(holds(parseCondition(text), value)).toBe(fits));

  it.each(['digit', '=3', 'digit=', 'size>big', ''])('refuses %j', (text) => {
    expect(() => parseCondition(text)).toThrow(/^--where /);
  });
});

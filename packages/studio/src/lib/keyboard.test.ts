import { expect, test } from 'vitest';
import { commandOf } from './keyboard.ts';

const stroke = (key: string, held: Partial<Record<'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey', boolean>> = {}) =>
  commandOf({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...held });

test('keys mean what the help says; the browser keeps its own', () => {
  expect([stroke('/'), stroke(' '), stroke('3'), stroke('?', { shiftKey: true })]).toEqual([
    'search',
    'pin',
    'verb-3',
    'help',
  ]);
  expect([stroke('z'), stroke('Z', { shiftKey: true }), stroke('z', { metaKey: true })]).toEqual([
    'undo',
    'redo',
    'undo',
  ]);
  expect([
    stroke('3', { ctrlKey: true }),
    stroke('8'),
    stroke('+', { metaKey: true }),
    stroke('z', { altKey: true }),
  ]).toEqual(Array(4).fill(undefined));
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { amend, commit, history, redo, undo } from './history.ts';

test('undoing every step comes back to the start, redoing them to the end', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 50 }), (values) => {
      let h = history(0);
      for (const v of values) h = commit(h, v);
      const end = h.present;
      for (let i = 0; i < values.length; i++) h = undo(h);
      expect(h.present).toBe(0);
      expect(undo(h)).toBe(h);
      for (let i = 0; i < values.length; i++) h = redo(h);
      expect(h.present).toBe(end);
      expect(redo(h)).toBe(h);
    }),
  );
});

test('changes of one kind in a row are one step, until something else happens', () => {
  let h = commit(commit(commit(history('a'), 'b', 'camera'), 'c', 'camera'), 'd');
  h = commit(h, 'e', 'camera');
  expect([h.present, undo(h).present, undo(undo(h)).present, undo(undo(undo(h))).present]).toEqual([
    'e',
    'd',
    'c',
    'a',
  ]);
  expect(commit(undo(h), 'f', 'camera').past.at(-1)).toBe('d');
});

test('a change after undo forgets the future; amending keeps the past', () => {
  const h = commit(undo(commit(history(1), 2)), 3);
  expect(redo(h)).toBe(h);
  expect(undo(amend(h, 9)).present).toBe(1);
});

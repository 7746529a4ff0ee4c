/** Undo and redo over values: a past, a present, a future. Pure, so that any store can hold one. */

export interface History<T> {
  readonly past: readonly T[];
  readonly present: T;
  readonly future: readonly T[];
  /** what kind of change the present came from; changes of one kind in a row are one step */
  readonly kind: string | null;
}

const LIMIT = 200;

export function history<T>(present: T): History<T> {
  return { past: [], present, future: [], kind: null };
}

/** A new present. With the `kind` of the change before, it replaces that one instead of adding a step. */
export function commit<T>(h: History<T>, present: T, kind: string | null = null): History<T> {
  if (kind !== null && kind === h.kind) return { ...h, present, future: [] };
  return { past: [...h.past, h.present].slice(-LIMIT), present, future: [], kind };
}

/** A new present that isn't a step: what the program did, not the person. */
export function amend<T>(h: History<T>, present: T): History<T> {
  return { ...h, present };
}

export function undo<T>(h: History<T>): History<T> {
  const previous = h.past.at(-1);
  if (previous === undefined) return h;
  return { past: h.past.slice(0, -1), present: previous, future: [h.present, ...h.future], kind: null };
}

export function redo<T>(h: History<T>): History<T> {
  const [next, ...future] = h.future;
  if (next === undefined) return h;
  return { past: [...h.past, h.present], present: next, future, kind: null };
}
